// SPDX-License-Identifier: GPL-2.0-only
/*
 * The life of a card: allocated, registered, shown, gone.
 *
 * A card lives as long as its struct device: an open file holds it through the
 * cdev. Its DMA memory lives shorter, until ringdown_card_unregister() returns,
 * because it belongs to a device whose driver is on its way out.
 */
#include <linux/err.h>
#include <linux/idr.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "card.h"
#include "compat.h"

#define CARDS 64

static struct class *ringdown_class;
static dev_t ringdown_devt;
static DEFINE_IDA(ringdown_ids);

/* /dev/ringdown/card0, for the group that udev gives it to */
static char *ringdown_devnode(RINGDOWN_DEVNODE_CONST struct device *dev,
			      umode_t *mode)
{
	if (mode)
		*mode = 0660;
	return kasprintf(GFP_KERNEL, "ringdown/%s", dev_name(dev));
}

static ssize_t name_show(struct device *dev, struct device_attribute *attr,
			 char *buf)
{
	struct ringdown_card *card =
		container_of(dev, struct ringdown_card, dev);

	return sysfs_emit(buf, "%s\n", card->name);
}
static DEVICE_ATTR_RO(name);

static struct attribute *ringdown_attrs[] = {
	&dev_attr_name.attr,
	NULL,
};
ATTRIBUTE_GROUPS(ringdown);

static void ringdown_card_free(struct device *dev)
{
	struct ringdown_card *card =
		container_of(dev, struct ringdown_card, dev);

	mutex_destroy(&card->lock);
	kfree(card);
}

struct ringdown_card *ringdown_card_alloc(struct device *parent)
{
	struct ringdown_card *card = kzalloc(sizeof(*card), GFP_KERNEL);

	if (!card)
		return ERR_PTR(-ENOMEM);
	card->parent = parent;
	mutex_init(&card->lock);
	spin_lock_init(&card->tick_lock);
	init_waitqueue_head(&card->wait);
	device_initialize(&card->dev);
	card->dev.parent = parent;
	card->dev.class = ringdown_class;
	card->dev.groups = ringdown_groups;
	card->dev.release = ringdown_card_free;
	cdev_init(&card->cdev, &ringdown_fops);
	card->cdev.owner = THIS_MODULE;
	return card;
}

void ringdown_card_put(struct ringdown_card *card)
{
	put_device(&card->dev);
}

/* ---- the engine ---------------------------------------------------------- */

/* Lay the rings and begin anew; also with the old geometry, after a failure. */
static int start_engine(struct ringdown_card *card)
{
	int err;

	ringdown_tick_geometry(card);
	err = card->ops->start(card);
	card->is_running = !err;
	return err;
}

static void stop_engine(struct ringdown_card *card)
{
	if (card->is_running)
		card->ops->stop(card);
	card->is_running = false;
}

static int lay(struct ringdown_card *card, u32 period_frames)
{
	struct ringdown_geometry g = card->geometry;
	int err;

	g.rate_hz = RINGDOWN_RATE_HZ;
	g.period_frames = period_frames;
	err = card->ops->layout(card, &g);
	if (!err)
		err = rd_ring_check(&g, card->area_octets);
	if (!err)
		card->geometry = g;
	return err;
}

int ringdown_card_set_period(struct ringdown_card *card, u32 period_frames)
{
	int err, failed;

	lockdep_assert_held(&card->lock);
	if (period_frames < RINGDOWN_PERIOD_MIN ||
	    period_frames > RINGDOWN_PERIOD_MAX)
		return -EINVAL;
	if (card->is_streaming)
		return -EBUSY;
	if (period_frames == card->geometry.period_frames)
		return 0;
	stop_engine(card);
	err = lay(card, period_frames);
	failed = start_engine(card);
	return err ? err : failed;
}

/* ---- coming and going ---------------------------------------------------- */

/* A number is free again when its card is gone, whoever still has it open. */
static int number(struct ringdown_card *card)
{
	int id = ida_alloc_max(&ringdown_ids, CARDS - 1, GFP_KERNEL);
	int err;

	if (id < 0)
		return id;
	err = dev_set_name(&card->dev, "card%d", id);
	if (err) {
		ida_free(&ringdown_ids, id);
		return err;
	}
	card->id = id;
	card->dev.devt = MKDEV(MAJOR(ringdown_devt), id);
	return 0;
}

int ringdown_card_register(struct ringdown_card *card)
{
	int err;

	err = number(card);
	if (err)
		return err;
	err = ringdown_areas_alloc(card);
	if (err)
		goto err_number;
	mutex_lock(&card->lock);
	err = lay(card, RINGDOWN_PERIOD_DEFAULT);
	if (!err) {
		ringdown_tick_geometry(card);
		ringdown_tick_open(card);
		err = start_engine(card);
	}
	mutex_unlock(&card->lock);
	if (err)
		goto err_areas;
	err = cdev_device_add(&card->cdev, &card->dev);
	if (err)
		goto err_stop;
	dev_info(card->parent, "card%d: %s\n", card->id, card->name);
	return 0;

err_stop:
	stop_engine(card);
err_areas:
	ringdown_areas_free(card);
err_number:
	ida_free(&ringdown_ids, card->id);
	return err;
}

void ringdown_card_unregister(struct ringdown_card *card)
{
	mutex_lock(&card->lock);
	card->is_gone = true;
	if (card->owner)
		ringdown_revoke(card->owner);
	stop_engine(card);
	mutex_unlock(&card->lock);
	cdev_device_del(&card->cdev, &card->dev);
	ida_free(&ringdown_ids, card->id);
	ringdown_areas_free(card);
	put_device(&card->dev);
}

int ringdown_card_init(void)
{
	int err;

	err = alloc_chrdev_region(&ringdown_devt, 0, CARDS, "ringdown");
	if (err)
		return err;
	ringdown_class = ringdown_class_create("ringdown");
	if (IS_ERR(ringdown_class)) {
		unregister_chrdev_region(ringdown_devt, CARDS);
		return PTR_ERR(ringdown_class);
	}
	ringdown_class->devnode = ringdown_devnode;
	return 0;
}

void ringdown_card_exit(void)
{
	class_destroy(ringdown_class);
	unregister_chrdev_region(ringdown_devt, CARDS);
	ida_destroy(&ringdown_ids);
}
