/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where database, journal and recordings are: options, or the daemon's word. */
#ifndef CLI_FILES_H
#define CLI_FILES_H

#include "tools/ringdown/cli.h"

/*
 * The path of "store", "journal" or "recordings", the caller's to free; NULL
 * after having said why, *code being the exit code.
 */
char *file_path(struct cli *cli, const char *which, int *code);

#endif
