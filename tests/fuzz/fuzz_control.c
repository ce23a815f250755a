// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Any octets at the admin socket.
 *
 * A real socket and the real server; the daemon behind it answers. Octet 0x00
 * lets the server have a turn and an event be published, so that lines arrive
 * in pieces and answers meet events. Whatever is sent: every line that comes
 * back is a JSON object, what reaches the daemon is a checked command in
 * canonical form, and a second client is served.
 */
#include <assert.h>
#include <jansson.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/control/control.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static struct rd_control *control;
static struct sockaddr_un addr = { .sun_family = AF_UNIX };

static void on_request(void *context, const struct rd_control_request *req)
{
	json_t *flat = json_loads(req->json, JSON_REJECT_DUPLICATES, NULL);
	const char *name = json_string_value(json_object_get(flat, "command"));

	(void)context;
	assert(name && !strcmp(name, req->command->name));
	assert(json_string_value(json_object_get(flat, "by")));
	json_object_del(flat, "command");
	json_object_del(flat, "by");
	char why[200];

	assert(rd_command_check(req->command, flat, why));
	json_decref(flat);
	rd_control_answer(control, req->client, req->id,
			  req->id % 2 ? "{\"ok\":true,\"x\":[1]}"
				      : "{\"ok\":false,\"error\":\"full\","
					"\"message\":\"no\"}");
}

static void set_up(void)
{
	struct rd_control_config config = { .group = "",
					    .request = on_request };
	char dir[] = "/tmp/rd-fuzz-XXXXXX";
	struct rd_diag diag;

	rd_diag_init(&diag);
	if (!mkdtemp(dir))
		abort();
	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s/s", dir);
	config.path = addr.sun_path;
	if (rd_control_open(&config, &control, &diag))
		abort();
}

static void turn(void)
{
	struct pollfd p = { rd_control_fd(control), POLLIN, 0 };

	for (int i = 0; i < 100 && poll(&p, 1, 0) == 1; i++)
		rd_control_turn(control);
	assert(!poll(&p, 1, 0) && "it spins");
}

static int dial(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	if (connect(fd, (struct sockaddr *)&addr, sizeof(addr)))
		abort();
	turn();
	return fd;
}

/* Everything that came back is whole lines of JSON objects. */
static int check_lines(int fd)
{
	static char text[4 << 20];
	size_t n = 0;
	ssize_t got;
	int lines = 0;

	do {
		turn();
		got = recv(fd, text + n, sizeof(text) - n, 0);
		n += got > 0 ? (size_t)got : 0;
	} while (got > 0);
	for (char *p = text, *end; p < text + n; p = end + 1, lines++) {
		json_t *object;

		end = memchr(p, '\n', (size_t)(text + n - p));
		assert(end);
		object = json_loadb(p, (size_t)(end - p), 0, NULL);
		assert(json_is_object(object));
		json_decref(object);
	}
	return lines;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static uint64_t seq;
	int fd, other;

	if (!control)
		set_up();
	fd = dial();
	while (len) {
		const uint8_t *stop = memchr(data, 0, len);
		size_t n = stop ? (size_t)(stop - data) : len;

		while (n) {
			ssize_t sent = send(fd, data, n, MSG_NOSIGNAL);

			turn();
			if (sent <= 0)
				break;
			data += sent;
			len -= (size_t)sent;
			n -= (size_t)sent;
		}
		if (n)
			break; /* it does not read: nothing more to see */
		if (stop) {
			rd_control_publish(control, ++seq,
					   "{\"event\":\"call.new\","
					   "\"call\":1,\"agent\":\"8001\"}");
			data++;
			len--;
		}
	}
	check_lines(fd);
	other = dial();
	if (write(other, "{\"command\":\"help\"}\n", 19) != 19)
		abort();
	assert(check_lines(other) == 2);
	close(other);
	close(fd);
	turn();
	return 0;
}
