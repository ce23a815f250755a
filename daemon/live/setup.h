/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A configuration made ready to run: read, compiled, checked, its sounds
 * loaded. Used at start and, in a thread, at reload.
 */
#ifndef RD_SETUP_H
#define RD_SETUP_H

#include "daemon/media/prompts.h"
#include "lib/base/diag.h"
#include "lib/config/config.h"

struct rd_setup {
	struct rd_bundle bundle;
	struct rd_config *config;
	struct rd_prompts *prompts;
};

/*
 * Read path and all it names. Errors of all files are in diag; then nothing is
 * kept. 0 or -EINVAL. Context: any thread but media and core; takes as long as
 * the texts take to be spoken.
 */
int rd_setup_read(struct rd_setup *setup, const char *path,
		  struct rd_diag *diag);
void rd_setup_free(struct rd_setup *setup);

/* Compile a bundle of before, for recovery: no files, no sounds. NULL: it does
 * not compile any more. */
struct rd_config *rd_setup_compile(const struct rd_bundle *bundle,
				   struct rd_diag *diag);

#endif
