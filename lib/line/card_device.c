// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A card of the kernel: /dev/ringdown/card<N>. One descriptor does all: its
 * ioctls set up, its mappings hold the areas, its read() tells the ticks.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/line/card_kind.h"

static int device_request(struct rd_card *card, unsigned int request, void *arg)
{
	int got;

	do
		got = ioctl(card->fd, request, arg);
	while (got < 0 && errno == EINTR);
	return got < 0 ? -errno : 0;
}

static void device_close(struct rd_card *card)
{
	if (card->fd >= 0)
		close(card->fd);
}

static const struct rd_card_ops device_ops = {
	.kind = "device",
	.request = device_request,
	.close = device_close,
};

int rd_card_open_device(struct rd_card *card, const char *path,
			uint32_t period_frames, struct rd_diag *diag)
{
	struct ringdown_period period = { period_frames, 0 };
	struct rd_place at = { path, 0, 0 };
	int fds[RINGDOWN_AREAS], err;

	rd_card_clear(card);
	card->ops = &device_ops;
	card->fd = open(path, O_RDWR | O_CLOEXEC);
	if (card->fd < 0) {
		err = -errno;
		rd_diag_error(
			diag, at, "card: cannot open: %s%s", strerror(-err),
			err == -EBUSY ? " (another program owns it)" : "");
		goto err_close;
	}
	err = period_frames ? device_request(card, RINGDOWN_IOC_PERIOD, &period)
			    : 0;
	if (err) {
		rd_diag_error(diag, at, "card: period of %u frames: %s",
			      period_frames, strerror(-err));
		goto err_close;
	}
	err = device_request(card, RINGDOWN_IOC_OPEN, &card->info);
	if (err) {
		rd_diag_error(diag, at, "card: not a Ringdown card: %s",
			      strerror(-err));
		goto err_close;
	}
	err = rd_card_check(&card->info, path, diag);
	if (err)
		goto err_close;
	for (int i = 0; i < RINGDOWN_AREAS; i++)
		fds[i] = card->fd;
	err = rd_card_map(card, fds, path, diag);
	if (!err)
		err = rd_card_adopt(card, card->map, path, diag);
	if (err)
		goto err_close;
	card->tick_fd = card->fd;
	return 0;

err_close:
	rd_card_close(card);
	return err;
}
