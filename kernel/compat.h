/* SPDX-License-Identifier: GPL-2.0-only */
/* Where kernels differ: 6.1 (Debian 12) is home, later ones are followed. */
#ifndef RINGDOWN_COMPAT_H
#define RINGDOWN_COMPAT_H

#include <linux/device.h>
#include <linux/hrtimer.h>
#include <linux/mm.h>
#include <linux/platform_device.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#define RINGDOWN_DEVNODE_CONST
#else
#define RINGDOWN_DEVNODE_CONST const
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
static inline void vm_flags_mod(struct vm_area_struct *vma, unsigned long set,
				unsigned long clear)
{
	vma->vm_flags = (vma->vm_flags | set) & ~clear;
}
#endif

static inline struct class *ringdown_class_create(const char *name)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 4, 0)
	return class_create(THIS_MODULE, name);
#else
	return class_create(name);
#endif
}

static inline void
ringdown_hrtimer_init(struct hrtimer *timer,
		      enum hrtimer_restart (*run)(struct hrtimer *),
		      enum hrtimer_mode mode)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
	hrtimer_init(timer, CLOCK_MONOTONIC, mode);
	timer->function = run;
#else
	hrtimer_setup(timer, run, CLOCK_MONOTONIC, mode);
#endif
}

#endif /* RINGDOWN_COMPAT_H */
