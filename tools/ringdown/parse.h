/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Options, as data: for parsing, help, completion and the manual page. */
#ifndef CLI_PARSE_H
#define CLI_PARSE_H

#include "tools/ringdown/cli.h"

struct cli_option_info {
	unsigned bit;		  /* enum cli_option; 0: every verb takes it */
	char letter;		  /* 0: none */
	const char *name, *value; /* value NULL: takes none */
	const char *help;
};

extern const struct cli_option_info cli_options[]; /* ended by name NULL */

#define CLI_SOCKET "/run/ringdown/control"

#endif
