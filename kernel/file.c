// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/ringdown/card<N>: who owns a card, and what an owner may ask.
 *
 * One handle owns a card at a time. A handle is *revoked* when the card goes
 * away, or when the process that opened it exits although a child inherited
 * the descriptor: a card must not stay busy for a child that never heard of
 * it. Whatever the reason, there is this one way out: the stream stops, the tx
 * ring falls silent, loops and injected faults end, maps fault to idle pages,
 * sleepers wake. What is left of the handle answers ENODEV.
 *
 * read() and poll() never need a worker thread of io_uring: FMODE_NOWAIT, and
 * IOCB_NOWAIT is honoured.
 */
#include <linux/fs.h>
#include <linux/poll.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/uio.h>

#include "card.h"

/* ---- ownership ----------------------------------------------------------- */

/* What an owner did to the lines ends with it. */
static void undo(struct ringdown_card *card)
{
	u32 i;

	for (i = 0; i < card->geometry.nspans; i++) {
		struct ringdown_loop_config loop = { .span = i };
		struct ringdown_inject inject = { .span = i };

		if (card->looped & BIT(i))
			card->ops->loop(card, &loop);
		if (card->injected & BIT(i))
			card->ops->inject(card, &inject);
	}
	card->looped = 0;
	card->injected = 0;
	if (card->ops->reset)
		card->ops->reset(card);
}

void ringdown_revoke(struct ringdown_handle *h)
{
	struct ringdown_card *card = h->card;

	lockdep_assert_held(&card->lock);
	WRITE_ONCE(h->is_revoked, true);
	card->owner = NULL;
	ringdown_tick_stream(card, false);
	undo(card);
	if (!card->is_gone)
		ringdown_card_set_period(card, RINGDOWN_PERIOD_DEFAULT);
	unmap_mapping_range(h->file->f_mapping, 0, 0, 1);
	wake_up_interruptible_all(&card->wait);
}

static int ringdown_open(struct inode *inode, struct file *file)
{
	struct ringdown_card *card =
		container_of(inode->i_cdev, struct ringdown_card, cdev);
	struct ringdown_handle *h;
	int err;

	if ((file->f_mode & (FMODE_READ | FMODE_WRITE)) !=
	    (FMODE_READ | FMODE_WRITE))
		return -EACCES;
	h = kzalloc(sizeof(*h), GFP_KERNEL);
	if (!h)
		return -ENOMEM;
	h->card = card;
	h->file = file;
	h->files = current->files;
	err = ringdown_idle_alloc(h);
	if (err)
		goto err_free;
	mutex_lock(&card->lock);
	err = card->is_gone ? -ENODEV : card->owner ? -EBUSY : 0;
	if (!err) {
		ringdown_tick_open(card);
		card->owner = h;
	}
	mutex_unlock(&card->lock);
	if (err)
		goto err_idle;
	file->private_data = h;
	file->f_mode |= FMODE_NOWAIT;
	return nonseekable_open(inode, file);

err_idle:
	ringdown_idle_free(h);
err_free:
	kfree(h);
	return err;
}

/* Each close() of a descriptor comes here; exiting is what we look for. */
static int ringdown_flush(struct file *file, fl_owner_t id)
{
	struct ringdown_handle *h = file->private_data;

	if (!(current->flags & PF_EXITING) || id != h->files)
		return 0;
	mutex_lock(&h->card->lock);
	if (!h->is_revoked)
		ringdown_revoke(h);
	mutex_unlock(&h->card->lock);
	return 0;
}

static int ringdown_release(struct inode *inode, struct file *file)
{
	struct ringdown_handle *h = file->private_data;

	mutex_lock(&h->card->lock);
	if (!h->is_revoked)
		ringdown_revoke(h);
	mutex_unlock(&h->card->lock);
	ringdown_idle_free(h);
	kfree(h);
	return 0;
}

/* ---- ticks --------------------------------------------------------------- */

/* Take the ticks that wait. 0: none; -ENODEV: the handle is revoked. */
static s64 take_ticks(struct ringdown_handle *h)
{
	struct ringdown_card *card = h->card;
	s64 ticks = -ENODEV;

	spin_lock_irq(&card->tick_lock);
	if (!h->is_revoked) {
		ticks = card->ticks;
		card->ticks = 0;
	}
	spin_unlock_irq(&card->tick_lock);
	return ticks;
}

static bool has_news(const struct ringdown_handle *h)
{
	return READ_ONCE(h->is_revoked) || READ_ONCE(h->card->ticks);
}

static ssize_t ringdown_read_iter(struct kiocb *kiocb, struct iov_iter *to)
{
	struct file *file = kiocb->ki_filp;
	struct ringdown_handle *h = file->private_data;
	u64 count;
	s64 ticks;
	int err;

	if (iov_iter_count(to) < sizeof(count))
		return -EINVAL;
	while (!(ticks = take_ticks(h))) {
		if (kiocb->ki_flags & IOCB_NOWAIT || file->f_flags & O_NONBLOCK)
			return -EAGAIN;
		err = wait_event_interruptible(h->card->wait, has_news(h));
		if (err)
			return err;
	}
	if (ticks < 0)
		return ticks;
	count = ticks;
	if (copy_to_iter(&count, sizeof(count), to) != sizeof(count))
		return -EFAULT;
	return sizeof(count);
}

static __poll_t ringdown_poll(struct file *file, poll_table *wait)
{
	struct ringdown_handle *h = file->private_data;

	poll_wait(file, &h->card->wait, wait);
	if (READ_ONCE(h->is_revoked))
		return EPOLLHUP | EPOLLERR | EPOLLIN | EPOLLRDNORM;
	return READ_ONCE(h->card->ticks) ? EPOLLIN | EPOLLRDNORM : 0;
}

/* ---- requests ------------------------------------------------------------ */

union request_arg {
	struct ringdown_info info;
	struct ringdown_period period;
	struct ringdown_span_config span;
	struct ringdown_loop_config loop;
	struct ringdown_inject inject;
	struct ringdown_bert bert;
};

static int request_open(struct ringdown_card *card, union request_arg *arg)
{
	struct ringdown_info *info = &arg->info;
	u32 i;

	memset(info, 0, sizeof(*info));
	info->magic = RINGDOWN_MAGIC;
	info->version = RINGDOWN_ABI_VERSION;
	info->size = sizeof(*info);
	strscpy(info->name, card->name, sizeof(info->name));
	for (i = 0; i < RINGDOWN_AREAS; i++) {
		info->map[i].offset = (u64)i << RINGDOWN_AREA_SHIFT;
		info->map[i].length = card->area[i].octets;
	}
	info->geometry = card->geometry;
	return 0;
}

static int request_period(struct ringdown_card *card, union request_arg *arg)
{
	if (arg->period.reserved)
		return -EINVAL;
	return ringdown_card_set_period(card, arg->period.period_frames);
}

static int request_span(struct ringdown_card *card, union request_arg *arg)
{
	const struct ringdown_span_config *c = &arg->span;

	if (c->span >= card->geometry.nspans || c->reserved[0] ||
	    c->reserved[1] || c->framing > RINGDOWN_FRAMING_D4 ||
	    c->coding > RINGDOWN_CODING_AMI || c->crc4 > 1 ||
	    c->line_build_out > 7)
		return -EINVAL;
	return card->ops->span ? card->ops->span(card, c) : -EOPNOTSUPP;
}

static int request_start(struct ringdown_card *card, union request_arg *arg)
{
	if (!card->is_streaming)
		ringdown_tick_stream(card, true);
	return 0;
}

static int request_stop(struct ringdown_card *card, union request_arg *arg)
{
	if (card->is_streaming)
		ringdown_tick_stream(card, false);
	return 0;
}

static int request_loop(struct ringdown_card *card, union request_arg *arg)
{
	const struct ringdown_loop_config *c = &arg->loop;
	int err;

	if (c->span >= card->geometry.nspans || c->reserved[0] ||
	    c->reserved[1] || c->mode > RINGDOWN_LOOP_REMOTE)
		return -EINVAL;
	if (!card->ops->loop)
		return -EOPNOTSUPP;
	err = card->ops->loop(card, c);
	if (!err)
		card->looped |= BIT(c->span);
	return err;
}

static int request_inject(struct ringdown_card *card, union request_arg *arg)
{
	const struct ringdown_inject *c = &arg->inject;
	int err;

	if (c->span >= card->geometry.nspans)
		return -EINVAL;
	if (!card->ops->inject)
		return -EOPNOTSUPP;
	err = card->ops->inject(card, c);
	if (!err)
		card->injected |= BIT(c->span);
	return err;
}

static int request_bert(struct ringdown_card *card, union request_arg *arg)
{
	return ringdown_tick_bert(card, &arg->bert);
}

/* Each runs with card->lock, on a copy of the argument. */
static const struct {
	unsigned int number;
	int (*run)(struct ringdown_card *card, union request_arg *arg);
} requests[] = {
	{ RINGDOWN_IOC_OPEN, request_open },
	{ RINGDOWN_IOC_PERIOD, request_period },
	{ RINGDOWN_IOC_SPAN, request_span },
	{ RINGDOWN_IOC_START, request_start },
	{ RINGDOWN_IOC_STOP, request_stop },
	{ RINGDOWN_IOC_LOOP, request_loop },
	{ RINGDOWN_IOC_INJECT, request_inject },
	{ RINGDOWN_IOC_BERT, request_bert },
};

static long ringdown_ioctl(struct file *file, unsigned int number,
			   unsigned long user)
{
	struct ringdown_handle *h = file->private_data;
	struct ringdown_card *card = h->card;
	union request_arg arg;
	u32 i;
	int err;

	for (i = 0; i < ARRAY_SIZE(requests); i++)
		if (requests[i].number == number)
			break;
	if (i == ARRAY_SIZE(requests))
		return -ENOTTY;
	if (_IOC_DIR(number) & _IOC_WRITE &&
	    copy_from_user(&arg, (void __user *)user, _IOC_SIZE(number)))
		return -EFAULT;
	mutex_lock(&card->lock);
	err = h->is_revoked ? -ENODEV : requests[i].run(card, &arg);
	mutex_unlock(&card->lock);
	if (!err && _IOC_DIR(number) & _IOC_READ &&
	    copy_to_user((void __user *)user, &arg, _IOC_SIZE(number)))
		return -EFAULT;
	return err;
}

const struct file_operations ringdown_fops = {
	.owner = THIS_MODULE,
	.open = ringdown_open,
	.flush = ringdown_flush,
	.release = ringdown_release,
	.read_iter = ringdown_read_iter,
	.poll = ringdown_poll,
	.unlocked_ioctl = ringdown_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.mmap = ringdown_mmap,
	.llseek = no_llseek,
};
