// SPDX-License-Identifier: GPL-2.0-or-later
/* lib/line: geometry, windows, restarts, events; the checks; the wire. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/base/rng.h"
#include "tests/unit/soft_card.h"

#define PERIOD 80
#define RING   640

static struct soft_card soft;
static struct rd_card card;
static struct rd_diag diag;

static void make(enum soft_layout layout, unsigned nspans, uint32_t period,
		 uint32_t ring)
{
	struct ringdown_info info =
		soft_info(layout, nspans, RINGDOWN_LAW_ALAW, period, ring);

	rd_diag_init(&diag);
	cr_assert_eq(soft_make(&soft, &card, &info, -1, &diag), 0, "%s",
		     diag.text);
}

static void make_again(void)
{
	soft_free(&soft);
	rd_card_close(&card);
}

/* An octet that tells slot and frame apart. */
static uint8_t mark(unsigned span, unsigned slot, uint64_t frame)
{
	return (uint8_t)(span * 67 + slot * 5 + frame * 3 + frame / 256);
}

static void mark_rx(uint64_t from, uint64_t to)
{
	for (unsigned n = 0; n < soft.info.geometry.nspans; n++)
		for (unsigned k = 0; k < 32; k++)
			for (uint64_t f = from; f < to; f++)
				*soft_rx(&soft, n, k, f) = mark(n, k, f);
}

struct layout_row {
	enum soft_layout layout;
	unsigned nspans;
};

ParameterizedTestParameters(card, reads_every_slot_at_every_offset_of_the_ring)
{
	static struct layout_row rows[] = { { SOFT_ROWS, 1 },
					    { SOFT_ROWS, 8 },
					    { SOFT_INTERLEAVED, 4 },
					    { SOFT_BLOCKS, 2 } };

	return cr_make_param_array(struct layout_row, rows, 4);
}

ParameterizedTest(struct layout_row *row, card,
		  reads_every_slot_at_every_offset_of_the_ring)
{
	uint8_t got[48];

	make(row->layout, row->nspans, 8, 64);
	for (uint64_t end = 8; end < 300; end += 8) {
		uint64_t first;

		soft_advance(&soft, 8);
		mark_rx(end - 8, end);
		cr_assert_eq(rd_card_sync(&card), 0);
		first = rd_card_rx_first(&card);
		cr_assert_eq(first, end > 56 ? end - 56 : 0);
		for (unsigned slot = 0; slot < 32; slot += 31)
			for (uint64_t f = first; f < end; f++) {
				uint32_t n = (uint32_t)(end - f);
				unsigned span = row->nspans - 1;

				n = n < sizeof(got) ? n : sizeof(got);
				cr_assert_eq(rd_card_rx(&card, span, slot, f, n,
							got),
					     n);
				for (uint32_t i = 0; i < n; i++)
					cr_assert_eq(got[i],
						     mark(span, slot, f + i));
			}
	}
	make_again();
}

ParameterizedTestParameters(card, writes_every_slot_at_every_offset_of_the_ring)
{
	static struct layout_row rows[] = { { SOFT_ROWS, 2 },
					    { SOFT_INTERLEAVED, 4 },
					    { SOFT_BLOCKS, 2 } };

	return cr_make_param_array(struct layout_row, rows, 3);
}

ParameterizedTest(struct layout_row *row, card,
		  writes_every_slot_at_every_offset_of_the_ring)
{
	static uint8_t sent[8][32][600];
	uint8_t octets[13];
	uint64_t next = 8;

	make(row->layout, row->nspans, 8, 64);
	for (unsigned n = 0; n < row->nspans; n++)
		for (unsigned k = 0; k < 32; k++)
			soft.slot[n][k] =
				(struct soft_slot){ .sink = sent[n][k],
						    .sink_len = 600 };
	while (card.frame < 500) {
		while (rd_card_tx_is_open(&card, next, sizeof(octets))) {
			for (unsigned n = 0; n < row->nspans; n++)
				for (unsigned k = 0; k < 32; k++) {
					for (unsigned i = 0; i < 13; i++)
						octets[i] =
							mark(n, k, next + i);
					cr_assert_eq(rd_card_tx(&card, n, k,
								next, 13,
								octets),
						     0);
				}
			next += sizeof(octets);
		}
		rd_card_tx_commit(&card, next);
		cr_assert_eq(soft.control->tx_frame, next);
		soft_advance(&soft, 8);
		rd_card_sync(&card);
	}
	for (unsigned n = 0; n < row->nspans; n++)
		for (unsigned k = 0; k < 32; k++)
			for (uint64_t f = 8; f < 500; f++)
				cr_assert_eq(sent[n][k][f], mark(n, k, f));
	make_again();
}

Test(card, gives_pointers_only_to_octets_that_lie_together)
{
	uint8_t *tx;

	make(SOFT_ROWS, 1, PERIOD, RING);
	soft_advance(&soft, 720);
	rd_card_sync(&card);
	mark_rx(160, 720);
	cr_assert_eq(*rd_card_rx_at(&card, 0, 3, 640, 80), mark(0, 3, 640));
	cr_assert_null(rd_card_rx_at(&card, 0, 3, 600, 80), "wraps");
	cr_assert_null(rd_card_rx_at(&card, 0, 3, 641, 80), "not yet there");
	cr_assert_null(rd_card_rx_at(&card, 0, 3, 159, 80), "overwritten");
	tx = rd_card_tx_at(&card, 0, 3, 800, 80);
	cr_assert_eq(tx, soft_tx(&soft, 0, 3, 800));
	cr_assert_null(rd_card_tx_at(&card, 0, 3, 799, 80), "before the lead");
	make_again();
	make(SOFT_INTERLEAVED, 4, PERIOD, RING);
	soft_advance(&soft, 80);
	rd_card_sync(&card);
	mark_rx(0, 80);
	cr_assert_eq(rd_card_rx_at(&card, 2, 3, 0, 80), soft_rx(&soft, 2, 3, 0),
		     "strided");
	cr_assert_null(rd_card_tx_at(&card, 2, 3, 160, 80), "strided");
	make_again();
}

Test(card, fills_what_the_ring_no_longer_or_not_yet_holds_with_idle)
{
	uint8_t got[800];

	make(SOFT_ROWS, 1, PERIOD, RING);
	soft_advance(&soft, 1600);
	mark_rx(1600 - 560, 1600);
	rd_card_sync(&card);
	cr_assert_eq(rd_card_rx(&card, 0, 9, 1000, 800, got), 560);
	for (uint64_t f = 1000; f < 1800; f++)
		cr_assert_eq(got[f - 1000],
			     f < 1040 || f >= 1600 ? 0xd5 : mark(0, 9, f));
	cr_assert_eq(rd_card_rx(&card, 0, 9, 0, 80, got), 0);
	cr_assert_eq(rd_card_rx(&card, 0, 9, 5000, 80, got), 0);
	make_again();
}

Test(card, refuses_to_write_outside_the_window_of_the_abi)
{
	uint8_t octets[560] = { 0 };

	make(SOFT_ROWS, 1, PERIOD, RING);
	soft_advance(&soft, 800);
	rd_card_sync(&card);
	cr_assert_eq(rd_card_tx(&card, 0, 1, 879, 80, octets), -ERANGE);
	cr_assert_eq(rd_card_tx(&card, 0, 1, 880, 480, octets), 0);
	cr_assert_eq(rd_card_tx(&card, 0, 1, 880, 481, octets), -ERANGE);
	make_again();
}

Test(card, follows_a_ring_that_restarts_and_never_goes_back)
{
	uint8_t got[160];

	make(SOFT_ROWS, 1, PERIOD, RING);
	soft_advance(&soft, 1000);
	rd_card_sync(&card);
	soft_restart(&soft);
	soft_advance(&soft, 80);
	cr_assert_eq(rd_card_sync(&card), 0);
	cr_assert_eq(card.generation, 1);
	cr_assert_eq(card.origin, 1000);
	cr_assert_eq(card.frame, 1080);
	mark_rx(1000, 1080);
	cr_assert_eq(rd_card_rx(&card, 0, 2, 920, 160, got), 80,
		     "what the old ring held is lost");
	for (int i = 0; i < 160; i++)
		cr_assert_eq(got[i], i < 80 ? 0xd5 : mark(0, 2, 920 + i));
	soft.status->frame = 5;
	rd_card_sync(&card);
	cr_assert_eq(card.frame, 1080);
	make_again();
}

Test(card, keeps_what_it_knew_while_the_sequence_is_odd)
{
	make(SOFT_ROWS, 1, PERIOD, RING);
	soft_advance(&soft, 80);
	rd_card_sync(&card);
	soft.status->seq = 1;
	soft.status->origin = 77;
	soft_advance(&soft, 80);
	cr_assert_eq(rd_card_sync(&card), -EAGAIN);
	cr_assert_eq(card.origin, 0);
	cr_assert_eq(card.frame, 80);
	soft.status->seq = 2;
	cr_assert_eq(rd_card_sync(&card), 0);
	cr_assert_eq(card.origin, 77);
	soft.status->state = RINGDOWN_CARD_GONE;
	cr_assert_eq(rd_card_sync(&card), -ENODEV);
	make_again();
}

Test(card, hands_on_events_in_order_and_survives_a_wild_head)
{
	struct ringdown_event event;

	make(SOFT_ROWS, 1, PERIOD, RING);
	cr_assert_not(rd_card_event(&card, &event));
	for (uint32_t i = 0; i < 1000; i++) {
		soft_event(&soft, RINGDOWN_EVENT_ABCD, 0, 3, i);
		soft_event(&soft, RINGDOWN_EVENT_SLIP, 0, 0, i);
		cr_assert(rd_card_event(&card, &event));
		cr_assert_eq(event.arg, i);
		cr_assert_eq(event.type, RINGDOWN_EVENT_ABCD);
		cr_assert(rd_card_event(&card, &event));
		cr_assert_eq(event.type, RINGDOWN_EVENT_SLIP);
		cr_assert_not(rd_card_event(&card, &event));
	}
	soft.status->event_head += 1u << 30;
	for (int i = 0; i < RINGDOWN_EVENTS; i++)
		cr_assert(rd_card_event(&card, &event));
	cr_assert_not(rd_card_event(&card, &event));
	make_again();
}

Test(card, stops_giving_commands_when_the_ring_is_full)
{
	struct ringdown_command command = { .op = RINGDOWN_OP_RING };

	make(SOFT_ROWS, 1, PERIOD, RING);
	for (uint32_t i = 0; i < RINGDOWN_COMMANDS; i++) {
		command.arg = i;
		cr_assert_eq(rd_card_command(&card, &command), 0);
	}
	cr_assert_eq(rd_card_command(&card, &command), -ENOBUFS);
	cr_assert_eq(soft.control->commands[255].arg, 255);
	soft.status->command_tail = 1;
	cr_assert_eq(rd_card_command(&card, &command), 0);
	cr_assert_eq(rd_card_command(&card, &command), -ENOBUFS);
	make_again();
}

/* ---- checks --------------------------------------------------------------- */

Test(card, refuses_every_geometry_that_would_leave_its_maps)
{
	struct ringdown_info good =
		soft_info(SOFT_INTERLEAVED, 4, RINGDOWN_LAW_ALAW, 80, 640);
	struct ringdown_info bad[] = {
		good, good, good, good, good, good, good, good, good,
		good, good, good, good, good, good, good, good, good,
	};
	size_t n = 0;

	rd_diag_init(&diag);
	cr_assert_eq(rd_card_check(&good, "x", &diag), 0, "%s", diag.text);
	bad[n++].magic ^= 1;
	bad[n++].version = 2;
	bad[n++].size--;
	bad[n++].flags = 2;
	memset(bad[n++].name, 'x', RINGDOWN_NAME_LEN);
	bad[n++].geometry.rate_hz = 16000;
	bad[n++].geometry.nspans = 9;
	bad[n++].geometry.period_frames = 7;
	bad[n++].geometry.ring_frames = 641;
	bad[n++].geometry.block_frames = 0;
	bad[n++].geometry.tx_lead_frames = 481;
	bad[n++].geometry.span[3].rx_base++;
	bad[n++].geometry.span[0].tx_base = UINT32_MAX;
	bad[n++].geometry.frame_stride = UINT32_MAX;
	bad[n++].geometry.slot_stride++;
	bad[n++].geometry.span[1].slots = 33;
	bad[n++].map[RINGDOWN_AREA_STATUS].length = 4096;
	bad[n++].map[RINGDOWN_AREA_RX].length--;
	cr_assert_eq(n, sizeof(bad) / sizeof(bad[0]));
	for (size_t i = 0; i < n; i++) {
		cr_assert_lt(rd_card_check(&bad[i], "x", &diag), 0, "row %zu",
			     i);
		cr_assert_eq((size_t)diag.errors, i + 1);
	}
	rd_diag_free(&diag);
}

/* ---- the wire, against a server of thirty lines --------------------------- */

enum misdeed {
	HONEST,
	UNSEALED_RX,
	WRITABLE_STATUS,
	SHORT_TX,
	FIVE_FDS,
	WRONG_VERSION,
	OWNED,
	SILENT
};

struct server {
	int listener;
	enum misdeed misdeed;
	unsigned requests;
	struct ringdown_span_config config;
	struct soft_card soft;
	char path[64];
};

static int sealed(size_t size, int seals, void **map)
{
	int fd = memfd_create("area", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	cr_assert_eq(ftruncate(fd, (off_t)size), 0);
	*map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	cr_assert_eq(fcntl(fd, F_ADD_SEALS, seals), 0);
	return fd;
}

static void serve_open(struct server *s, int client)
{
	struct ringdown_wire_reply reply = { .size = sizeof(
						     struct ringdown_info) };
	int ro =
		F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_FUTURE_WRITE | F_SEAL_SEAL;
	int rw = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int) * 6)] = {
		0
	};
	struct iovec iov = { &reply, sizeof(reply) };
	struct msghdr mh = { .msg_iov = &iov,
			     .msg_iovlen = 1,
			     .msg_control = control,
			     .msg_controllen = sizeof(control) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&mh);
	struct ringdown_info info =
		soft_info(SOFT_ROWS, 1, RINGDOWN_LAW_ALAW, PERIOD, RING);
	void *map[4];
	int fd[6], n = s->misdeed == FIVE_FDS ? 5 : 6;

	fd[0] = sealed(8192, s->misdeed == WRITABLE_STATUS ? rw : ro, &map[0]);
	fd[1] = sealed(8192, rw, &map[1]);
	fd[2] = sealed(info.map[2].length, s->misdeed == UNSEALED_RX ? 0 : ro,
		       &map[2]);
	fd[3] = sealed(s->misdeed == SHORT_TX ? 4096 : info.map[3].length, rw,
		       &map[3]);
	fd[4] = eventfd(0, 0);
	fd[5] = eventfd(0, 0);
	s->soft.info = info;
	s->soft.status = map[0];
	s->soft.control = map[1];
	s->soft.rx = map[2];
	s->soft.tx = map[3];
	s->soft.status->magic = RINGDOWN_MAGIC;
	s->soft.status->version = s->misdeed == WRONG_VERSION ? 2 : 1;
	s->soft.status->size = sizeof(struct ringdown_status);
	memcpy(reply.payload, &info, sizeof(info));
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int) * (size_t)n);
	mh.msg_controllen = CMSG_SPACE(sizeof(int) * (size_t)n);
	memcpy(CMSG_DATA(c), fd, sizeof(int) * (size_t)n);
	cr_assert_eq(sendmsg(client, &mh, 0), (ssize_t)sizeof(reply));
	for (int i = 0; i < 6; i++)
		close(fd[i]);
}

static void *serve(void *arg)
{
	struct server *s = arg;
	int client = accept(s->listener, NULL, NULL);
	struct ringdown_wire_request req;

	while (recv(client, &req, sizeof(req), 0) == sizeof(req)) {
		struct ringdown_wire_reply reply = { 0 };

		s->requests++;
		if (s->misdeed == OWNED)
			reply.result = -EBUSY;
		if (s->misdeed == SILENT)
			break;
		if (req.request == RINGDOWN_IOC_OPEN && !reply.result) {
			serve_open(s, client);
			continue;
		}
		if (req.request == RINGDOWN_IOC_SPAN)
			memcpy(&s->config, req.payload, sizeof(s->config));
		if (req.request == RINGDOWN_IOC_INJECT)
			reply.result = -EOPNOTSUPP;
		send(client, &reply, sizeof(reply), MSG_NOSIGNAL);
	}
	close(client);
	return NULL;
}

static int try_wire(struct server *s, enum misdeed misdeed, pthread_t *thread)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };

	memset(s, 0, sizeof(*s));
	s->misdeed = misdeed;
	snprintf(s->path, sizeof(s->path), "/tmp/rd-test-wire-%d",
		 (int)getpid());
	strcpy(addr.sun_path, s->path);
	unlink(s->path);
	s->listener = socket(AF_UNIX, SOCK_SEQPACKET, 0);
	cr_assert_eq(bind(s->listener, (void *)&addr, sizeof(addr)), 0);
	cr_assert_eq(listen(s->listener, 1), 0);
	rd_diag_init(&diag);
	pthread_create(thread, NULL, serve, s);
	return rd_card_open(&card, s->path, PERIOD, &diag);
}

static void end_wire(struct server *s, pthread_t thread)
{
	rd_card_close(&card);
	pthread_join(thread, NULL);
	close(s->listener);
	unlink(s->path);
	rd_diag_free(&diag);
}

Test(wire, carries_samples_both_ways_and_requests)
{
	struct ringdown_span_config config = { .framing = 1, .crc4 = 1 };
	struct ringdown_inject inject = { 0 };
	struct server s;
	pthread_t thread;
	uint8_t octets[PERIOD], got[PERIOD];
	uint64_t done = 0;

	cr_assert_eq(try_wire(&s, HONEST, &thread), 0, "%s", diag.text);
	cr_assert_eq(rd_card_configure(&card, &config), 0);
	cr_assert_eq(s.config.crc4, 1);
	cr_assert_eq(rd_card_inject(&card, &inject), -EOPNOTSUPP);
	cr_assert_eq(rd_card_start(&card), 0);
	cr_assert_eq(s.requests, 5);
	soft_advance(&s.soft, PERIOD);
	for (uint64_t f = 0; f < PERIOD; f++)
		*soft_rx(&s.soft, 0, 7, f) = octets[f] = mark(0, 7, f);
	rd_card_sync(&card);
	cr_assert_eq(rd_card_rx(&card, 0, 7, 0, PERIOD, got), PERIOD);
	cr_assert_arr_eq(got, octets, PERIOD);
	cr_assert_eq(rd_card_tx(&card, 0, 7, 160, PERIOD, octets), 0);
	cr_assert_eq(*soft_tx(&s.soft, 0, 7, 161), octets[1]);
	cr_assert_eq(rd_card_done(&card, 80), 0);
	cr_assert_eq(read(card.done_fd, &done, 8), 8);
	cr_assert_eq(done, 80);
	end_wire(&s, thread);
}

struct misdeed_row {
	enum misdeed misdeed;
	int err;
	char says[64];
};

ParameterizedTestParameters(wire, refuses_a_server_that_breaks_the_abi)
{
	static struct misdeed_row rows[] = {
		{ UNSEALED_RX, -EPERM, "rx is not sealed" },
		{ WRITABLE_STATUS, -EPERM, "status is not sealed" },
		{ SHORT_TX, -EINVAL, "tx is smaller" },
		{ FIVE_FDS, -EPROTO, "not the protocol" },
		{ WRONG_VERSION, -EPROTO, "version of the status page is 2" },
		{ OWNED, -EBUSY, "another program owns this card" },
		{ SILENT, -ENODEV, "No such device" },
	};

	return cr_make_param_array(struct misdeed_row, rows,
				   sizeof(rows) / sizeof(rows[0]));
}

ParameterizedTest(struct misdeed_row *row, wire,
		  refuses_a_server_that_breaks_the_abi)
{
	int before = dup(0), after;
	struct server s;
	pthread_t thread;

	close(before);
	cr_assert_eq(try_wire(&s, row->misdeed, &thread), row->err, "%s",
		     diag.text);
	cr_assert_not_null(strstr(diag.text, row->says), "%s", diag.text);
	end_wire(&s, thread);
	after = dup(0);
	cr_assert_eq(before, after, "a descriptor is left open");
}

Test(wire, says_what_a_path_is_that_is_no_card)
{
	rd_diag_init(&diag);
	cr_assert_eq(rd_card_open(&card, "/tmp", 80, &diag), -ENOTSUP);
	cr_assert_eq(rd_card_open(&card, "/nowhere", 80, &diag), -ENOENT);
	cr_assert_eq(rd_card_open(&card, "/dev/null", 80, &diag), -ENOTTY);
	cr_assert_eq(diag.errors, 3);
	rd_card_close(&card);
	rd_diag_free(&diag);
}
