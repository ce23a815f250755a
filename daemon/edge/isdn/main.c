// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringdown-isdn: the ISDN stack in a process of its own.
 *
 *	ringdown-isdn FD
 *
 * FD is one end of a SOCK_SEQPACKET pair to ringdownd. A packet is one or more
 * messages of daemon/msg.h. The program reads a packet, handles it, sends what
 * follows from it, and sleeps in the next read; it has no clock and no file.
 * It ends when the other end closes. It lives with libpri under GPL-2.0-only,
 * and links nothing that this licence does not allow.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "daemon/edge/edge.h"
#include "daemon/edge/isdn/input.h"
#include "daemon/edge/isdn/out.h"
#include "daemon/edge/isdn/sandbox.h"

static _Alignas(8) unsigned char packet[RD_EDGE_PACKET];

static int serve(int fd)
{
	for (;;) {
		ssize_t n = recv(fd, packet, sizeof(packet), MSG_TRUNC);
		int res;

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return 0;
		res = (size_t)n > sizeof(packet)
			      ? -EMSGSIZE
			      : isdn_input(packet, (size_t)n);
		isdn_out_flush();
		if (res) {
			fputs("ringdown-isdn: malformed message from core\n",
			      stderr);
			return 1;
		}
	}
}

int main(int argc, char **argv)
{
	char *end = NULL;
	long fd = argc == 2 ? strtol(argv[1], &end, 10) : -1;
	int type = 0;
	socklen_t len = sizeof(type);
	int res;

	if (fd < 3 || *end ||
	    getsockopt((int)fd, SOL_SOCKET, SO_TYPE, &type, &len) ||
	    type != SOCK_SEQPACKET) {
		fputs("ringdown-isdn is started by ringdownd, with the number "
		      "of its socket\n",
		      stderr);
		return 2;
	}
	setvbuf(stderr, NULL, _IONBF, 0);
	res = isdn_sandbox_enter((int)fd);
	if (res) {
		fprintf(stderr, "ringdown-isdn: sandbox: %s\n", strerror(-res));
		return 1;
	}
	isdn_out_init((int)fd);
	return serve((int)fd);
}
