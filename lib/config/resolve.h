/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The last step of compiling; inside lib/config only. See resolve.c. */
#ifndef RD_CONFIG_RESOLVE_H
#define RD_CONFIG_RESOLVE_H

#include "lib/config/build.h"

/* False: no memory. Errors go to diag. */
bool rd_config_resolve(struct rd_config_build *build, struct rd_config_raw *raw,
		       struct rd_diag *diag);

#endif
