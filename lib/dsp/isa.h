/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What follows in a file is for a given instruction set. The kernels in lanes
 * need this rather than clones: the compiler takes their vectors apart for the
 * baseline before it clones.
 */
#ifndef RD_DSP_ISA_H
#define RD_DSP_ISA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#ifdef __x86_64__
#include <immintrin.h>
#endif

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
/* clang-format off */
#define RD_ISA_AVX2 _Pragma("GCC target(\"avx2,fma,f16c\")")
#define RD_ISA_AVX512 \
	_Pragma("GCC target(\"avx512f,avx512bw,avx512dq,avx512vl,fma,f16c,prefer-vector-width=512\")")
/* clang-format on */
#else
#define RD_ISA_AVX2
#define RD_ISA_AVX512
#endif

/*
 * What this processor can run: 4 always, 8 with AVX2, 16 with AVX-512. FMA came
 * with AVX2, DQ with BW and VL, on every processor there is.
 */
static inline bool isa_has_lanes(unsigned int lanes)
{
#ifdef __x86_64__
	if (lanes == 16)
		return __builtin_cpu_supports("avx512bw") &&
		       __builtin_cpu_supports("avx512vl");
	if (lanes == 8)
		return __builtin_cpu_supports("avx2");
#endif
	return lanes == 4;
}

static inline unsigned int isa_lanes(void)
{
	return isa_has_lanes(16) ? 16 : isa_has_lanes(8) ? 8 : 4;
}

#endif
