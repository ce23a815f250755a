// SPDX-License-Identifier: GPL-2.0-or-later
/* The canceller for four channels: baseline x86-64, and any other machine. */
#define RD_LANES   4
#define ECHO_BLOCK echo_block_4
#include "lib/dsp/echo_kernel.h"
