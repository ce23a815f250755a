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

#endif
