// SPDX-License-Identifier: GPL-2.0-or-later
/* Where the daemon's files are; see files.h. */
#include "tools/ringdown/files.h"

#include <string.h>

#include "tools/ringdown/conn.h"

char *file_path(struct cli *cli, const char *which, int *code)
{
	const char *given = !strcmp(which, "store")	? cli->store
			    : !strcmp(which, "journal") ? cli->journal
							: cli->recordings;
	const char *told;
	struct conn c;
	json_t *result;
	char *path = NULL;

	*code = CLI_OK;
	if (given)
		return strdup(given);
	*code = conn_open(&c, cli->socket);
	if (*code) {
		cli_error("without the daemon, --%s has to say where it is",
			  which);
		return NULL;
	}
	*code = conn_ask(&c, cli, "paths", NULL, &result);
	if (!*code) {
		told = json_string_value(json_object_get(result, which));
		if (told)
			path = strdup(told);
		else
			*code = CLI_FAILED;
		json_decref(result);
	}
	conn_close(&c);
	return path;
}
