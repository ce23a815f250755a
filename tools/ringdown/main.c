// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ringdown: the operator's command. Parses, then runs the verb's function; see
 * verbs.c for what there is.
 */
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "tools/ringdown/cli.h"

int main(int argc, char **argv)
{
	struct cli cli;
	int code;

	/* names may be Chinese, whatever the operator's locale says */
	setlocale(LC_ALL, "");
	if (!strstr(setlocale(LC_CTYPE, NULL), "UTF-8") &&
	    !strstr(setlocale(LC_CTYPE, NULL), "utf8"))
		setlocale(LC_CTYPE, "C.UTF-8");
	setlocale(LC_NUMERIC, "C");
	code = cli_parse(&cli, argc, argv);
	if (code)
		return code < 0 ? CLI_OK : code;
	code = cli.verb->run(&cli);
	if (fflush(stdout) && !code) {
		cli_error("cannot write the output");
		code = CLI_FAILED;
	}
	return code;
}
