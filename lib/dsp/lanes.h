/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Vectors of channels. A kernel is written once, as if for one channel, with
 * vf in place of float; RD_LANES says how many channels a vf holds. The same
 * text becomes the scalar reference (1 lane), SSE (4), AVX2 (8) and AVX-512
 * (16): each lane computes exactly what the scalar does, up to the fused
 * multiply-adds.
 *
 * Comparisons give masks (all ones or zero), v_sel() chooses by them: lanes
 * never branch apart.
 */
#ifndef RD_LANES
#error "define RD_LANES before including lanes.h"
#endif
#ifndef RD_DSP_LANES_H
#define RD_DSP_LANES_H

#include <stdbool.h>
#include <stdint.h>
#ifdef __x86_64__
#include <immintrin.h>
#endif

#if RD_LANES == 1

#define vf float
#define vi int32_t
#define vu uint32_t

static inline vi v_lt(vf a, vf b)
{
	return -(a < b);
}

static inline vf v_sel(vi m, vf a, vf b)
{
	return m ? a : b;
}

static inline bool v_any(vi m)
{
	return m;
}

static inline vi v_to_int(vf a)
{
	return (int32_t)a;
}

static inline vf v_from_int(vi a)
{
	return (float)a;
}

#else

typedef float vf __attribute__((vector_size(4 * RD_LANES), may_alias));
typedef int32_t vi __attribute__((vector_size(4 * RD_LANES), may_alias));
typedef uint32_t vu __attribute__((vector_size(4 * RD_LANES), may_alias));

#define RD_INLINE static inline __attribute__((always_inline))

RD_INLINE vi v_lt(vf a, vf b)
{
	return a < b;
}

RD_INLINE vf v_sel(vi m, vf a, vf b)
{
	return (vf)(((vi)a & m) | ((vi)b & ~m));
}

RD_INLINE bool v_any(vi m)
{
	int32_t any = 0;
	int i;

	for (i = 0; i < RD_LANES; i++)
		any |= m[i];
	return any;
}

RD_INLINE vi v_to_int(vf a)
{
	return __builtin_convertvector(a, vi);
}

RD_INLINE vf v_from_int(vi a)
{
	return __builtin_convertvector(a, vf);
}

#endif

#ifndef RD_INLINE
#define RD_INLINE static inline
#endif

RD_INLINE vf v_set(float a)
{
	return a + (vf){ 0 };
}

#if RD_LANES == 16 && defined(__AVX512F__)
#define v_max(a, b) ((vf)_mm512_max_ps(a, b))
#define v_min(a, b) ((vf)_mm512_min_ps(a, b))
#elif RD_LANES == 8 && defined(__AVX2__)
#define v_max(a, b) ((vf)_mm256_max_ps(a, b))
#define v_min(a, b) ((vf)_mm256_min_ps(a, b))
#else

RD_INLINE vf v_max(vf a, vf b)
{
	return v_sel(v_lt(a, b), b, a);
}

RD_INLINE vf v_min(vf a, vf b)
{
	return v_sel(v_lt(a, b), a, b);
}

#endif

#endif
