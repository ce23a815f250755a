/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the *_core.c files stand on, in the kernel and in user space.
 *
 * A *_core.c file holds logic that needs no kernel: no locks, no sleeping, no
 * allocation. It includes this and its own header only, and is compiled into
 * ringdown.ko and into the unit tests and fuzzers alike.
 */
#ifndef RINGDOWN_ENV_H
#define RINGDOWN_ENV_H

#ifdef __KERNEL__

#include <asm/barrier.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <linux/types.h>

#else

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define u8  uint8_t
#define u16 uint16_t
#define u32 uint32_t
#define u64 uint64_t
#define s32 int32_t
#define s64 int64_t

#define U64_MAX UINT64_MAX

#define READ_ONCE(x)		__atomic_load_n(&(x), __ATOMIC_RELAXED)
#define WRITE_ONCE(x, v)	__atomic_store_n(&(x), v, __ATOMIC_RELAXED)
#define smp_load_acquire(p)	__atomic_load_n(p, __ATOMIC_ACQUIRE)
#define smp_store_release(p, v) __atomic_store_n(p, v, __ATOMIC_RELEASE)
#define smp_wmb()		__atomic_thread_fence(__ATOMIC_RELEASE)

#define ARRAY_SIZE(a)	  (sizeof(a) / sizeof((a)[0]))
#define min_t(type, a, b) ((type)(a) < (type)(b) ? (type)(a) : (type)(b))
#define max_t(type, a, b) ((type)(a) > (type)(b) ? (type)(a) : (type)(b))

static inline u64 div_u64_rem(u64 dividend, u32 divisor, u32 *remainder)
{
	*remainder = dividend % divisor;
	return dividend / divisor;
}

#endif /* __KERNEL__ */

#include "uapi/ringdown.h"

#endif /* RINGDOWN_ENV_H */
