// SPDX-License-Identifier: GPL-2.0-only
/* The module: the core first, then the drivers of cards. */
#include <linux/module.h>

#include "card.h"

static int __init ringdown_init(void)
{
	int err;

	err = ringdown_card_init();
	if (err)
		return err;
	err = ringdown_virtual_init();
	if (err)
		ringdown_card_exit();
	return err;
}

static void __exit ringdown_exit(void)
{
	ringdown_virtual_exit();
	ringdown_card_exit();
}

module_init(ringdown_init);
module_exit(ringdown_exit);
MODULE_DESCRIPTION("Telephone line cards whose DMA rings are mapped");
MODULE_AUTHOR("The Ringdown authors");
MODULE_LICENSE("GPL v2");
MODULE_VERSION("0.2");
