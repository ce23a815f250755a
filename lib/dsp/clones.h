/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One source, three builds. RD_CLONES in front of a function with plain loops
 * has it compiled for baseline x86-64, AVX2 and AVX-512; the loader resolves
 * the name once, to the best the processor has. Sanitizers and clang get the
 * one build they understand; so does any other architecture.
 */
#ifndef RD_DSP_CLONES_H
#define RD_DSP_CLONES_H

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
	!defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define RD_CLONES \
	__attribute__((target_clones("default", "avx2", "arch=skylake-avx512")))
#else
#define RD_CLONES
#endif

#endif
