// SPDX-License-Identifier: GPL-2.0-or-later
/* The list of daemon/msg.h as data. */
#include "daemon/msg.h"

#include <errno.h>
#include <stddef.h>

static const struct rd_msg_info infos[] = {
#define X(number, NAME, type, from, to, flags)       \
	{                                            \
		(number),	sizeof(struct type), \
		RD_PEER_##from, RD_PEER_##to,        \
		(flags),	#NAME                \
	},
	RD_MSG_LIST(X)
#undef X
};

const struct rd_msg_info *rd_msg_info(uint16_t type)
{
	for (size_t i = 0; i < sizeof(infos) / sizeof(infos[0]); i++)
		if (infos[i].type == type)
			return &infos[i];
	return NULL;
}

int rd_msg_check(const struct rd_msg *msg, uint32_t available)
{
	const struct rd_msg_info *info;

	if (available < sizeof(*msg) || msg->len > available || msg->len % 8)
		return -EINVAL;
	info = rd_msg_info(msg->type);
	if (!info || msg->len < info->min_len)
		return -EINVAL;
	if (!(info->flags & RD_MSG_VARLEN) &&
	    msg->len > (info->min_len + 7u) / 8 * 8)
		return -EINVAL;
	return 0;
}
