// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A simulated card: the wire of kernel/uapi/ringdown.h. A process plays the
 * DMA engine and hands its memory over a unix socket.
 *
 * The server is another program, so its memory is taken only when it cannot
 * shrink under us (a fault in the tick), and when nobody but the server can
 * write what only the card may write.
 *
 *	us                             server
 *	PERIOD 80           ------->
 *	                    <-------   0
 *	OPEN                ------->
 *	                    <-------   info + 4 memfds, tick, done
 *	SPAN ... START      ------->   ...
 *	close               -------x   card stops
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/line/card_kind.h"

#define TIMEOUT_S 2

#define SEALS	 (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)
#define SEALS_RO (SEALS | F_SEAL_FUTURE_WRITE)

static const struct {
	const char *name;
	int seals;
} areas[RINGDOWN_AREAS] = {
	[RINGDOWN_AREA_STATUS] = { "status", SEALS_RO },
	[RINGDOWN_AREA_CONTROL] = { "control", SEALS },
	[RINGDOWN_AREA_RX] = { "rx", SEALS_RO },
	[RINGDOWN_AREA_TX] = { "tx", SEALS },
};

static void close_fds(const int *fd, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (fd[i] >= 0)
			close(fd[i]);
}

/* All descriptors of a packet's control data; those above max are closed. */
static size_t take_fds(struct msghdr *mh, int *fd, size_t max)
{
	size_t n = 0;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(mh); c; c = CMSG_NXTHDR(mh, c)) {
		size_t got = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t i = 0; i < got; i++) {
			int one;

			memcpy(&one, CMSG_DATA(c) + i * sizeof(int),
			       sizeof(one));
			if (n < max)
				fd[n++] = one;
			else
				close(one);
		}
	}
	return n;
}

/*
 * One request, one reply. arg goes along if the request writes, is filled if
 * it reads. fd[RINGDOWN_WIRE_FDS], or NULL where none are expected.
 */
static int exchange(int sock, unsigned int request, void *arg, int *fd,
		    size_t *nfd)
{
	struct ringdown_wire_request req = { .request = request };
	struct ringdown_wire_reply reply;
	_Alignas(struct cmsghdr) char
		control[CMSG_SPACE(sizeof(int) * RINGDOWN_WIRE_FDS)];
	struct iovec iov = { &reply, sizeof(reply) };
	struct msghdr mh = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	size_t size = _IOC_SIZE(request);
	ssize_t got;
	size_t n;

	if (_IOC_DIR(request) & _IOC_WRITE) {
		req.size = (uint32_t)size;
		memcpy(req.payload, arg, size);
	}
	do
		got = send(sock, &req, sizeof(req), MSG_NOSIGNAL);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return errno == EAGAIN ? -ETIMEDOUT : -errno;
	do
		got = recvmsg(sock, &mh, MSG_CMSG_CLOEXEC);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return errno == EAGAIN ? -ETIMEDOUT : -errno;
	n = take_fds(&mh, fd, fd ? RINGDOWN_WIRE_FDS : 0);
	if (nfd)
		*nfd = n;
	if (got == 0)
		return -ENODEV;
	if (got != sizeof(reply) || mh.msg_flags & (MSG_TRUNC | MSG_CTRUNC))
		return -EPROTO;
	if (reply.result)
		return reply.result < 0 ? reply.result : -EPROTO;
	if (_IOC_DIR(request) & _IOC_READ) {
		if (reply.size != size)
			return -EPROTO;
		memcpy(arg, reply.payload, size);
	}
	return 0;
}

static int wire_request(struct rd_card *card, unsigned int request, void *arg)
{
	return exchange(card->fd, request, arg, NULL, NULL);
}

static void wire_close(struct rd_card *card)
{
	close_fds((int[]){ card->fd, card->tick_fd, card->done_fd }, 3);
}

static const struct rd_card_ops wire_ops = {
	.kind = "wire",
	.request = wire_request,
	.close = wire_close,
};

static int connect_to(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	struct timeval timeout = { TIMEOUT_S, 0 };
	int sock, err;

	if (strlen(path) >= sizeof(addr.sun_path))
		return -ENAMETOOLONG;
	strcpy(addr.sun_path, path);
	sock = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (sock < 0)
		return -errno;
	setsockopt(sock, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	setsockopt(sock, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout));
	if (connect(sock, (struct sockaddr *)&addr, sizeof(addr))) {
		err = -errno;
		close(sock);
		return err == -EAGAIN ? -ETIMEDOUT : err;
	}
	return sock;
}

/* Is each memfd as large as info says, and sealed as the ABI says? */
static int check_memfds(const struct ringdown_info *info, const int *fd,
			const char *path, struct rd_diag *diag)
{
	struct rd_place at = { path, 0, 0 };

	for (int i = 0; i < RINGDOWN_AREAS; i++) {
		int seals = fcntl(fd[i], F_GET_SEALS);
		struct stat st;

		if (seals < 0 || (seals & areas[i].seals) != areas[i].seals) {
			rd_diag_error(diag, at,
				      "wire: %s is not sealed: seals 0x%x, "
				      "expected at least 0x%x",
				      areas[i].name,
				      (unsigned)(seals < 0 ? 0 : seals),
				      (unsigned)areas[i].seals);
			return -EPERM;
		}
		if (fstat(fd[i], &st) || info->map[i].offset ||
		    (uint64_t)st.st_size < info->map[i].length) {
			rd_diag_error(diag, at,
				      "wire: %s is smaller than the %llu "
				      "octets it shall have",
				      areas[i].name,
				      (unsigned long long)info->map[i].length);
			return -EINVAL;
		}
	}
	return 0;
}

static int refuse(const char *path, struct rd_diag *diag, const char *what,
		  int err)
{
	rd_diag_error(diag, (struct rd_place){ path, 0, 0 }, "wire: %s: %s",
		      what,
		      err == -EBUSY    ? "another program owns this card"
		      : err == -EPROTO ? "not the protocol of a Ringdown wire"
				       : strerror(-err));
	return err;
}

int rd_card_open_wire(struct rd_card *card, const char *path,
		      uint32_t period_frames, struct rd_diag *diag)
{
	struct ringdown_period period = { period_frames, 0 };
	int fd[RINGDOWN_WIRE_FDS], err;
	size_t nfd = 0;

	rd_card_clear(card);
	card->ops = &wire_ops;
	card->fd = connect_to(path);
	if (card->fd < 0) {
		err = refuse(path, diag, "connect", card->fd);
		goto err_close;
	}
	err = period_frames ? wire_request(card, RINGDOWN_IOC_PERIOD, &period)
			    : 0;
	if (err) {
		refuse(path, diag, "period", err);
		goto err_close;
	}
	err = exchange(card->fd, RINGDOWN_IOC_OPEN, &card->info, fd, &nfd);
	if (!err && nfd != RINGDOWN_WIRE_FDS)
		err = -EPROTO;
	if (err) {
		refuse(path, diag, "open", err);
		goto err_fds;
	}
	card->tick_fd = fd[RINGDOWN_WIRE_FD_TICK];
	card->done_fd = fd[RINGDOWN_WIRE_FD_DONE];
	err = rd_card_check(&card->info, path, diag);
	if (!err)
		err = check_memfds(&card->info, fd, path, diag);
	if (!err)
		err = rd_card_map(card, fd, path, diag);
	if (!err)
		err = rd_card_adopt(card, card->map, path, diag);
	close_fds(fd, RINGDOWN_AREAS); /* the maps hold the memory */
	if (err)
		goto err_close;
	return 0;

err_fds:
	close_fds(fd, nfd);
err_close:
	rd_card_close(card);
	return err;
}
