/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Commands that change the state, and questions that read it.
 * The list of both: daemon/core/command_list.h.
 */
#ifndef RD_CORE_COMMAND_H
#define RD_CORE_COMMAND_H

#include <stddef.h>

#include "daemon/core/command_list.h"
#include "daemon/core/core.h"
#include "daemon/core/json_out.h"

struct rd_core_command_info {
	const char *name, *args, *help;
	enum rd_command_kind kind;
};

extern const struct rd_core_command_info rd_core_commands[RD_COMMANDS];

/* The command of that name, or RD_COMMANDS. */
enum rd_command_id rd_core_command_find(const char *name);

/*
 * Do a command (RD_MSG_COMMAND), and answer its client by PUBLISH. What is wrong
 * with it goes into the answer. Context: core.
 */
void rd_core_command(struct rd_core *core, const struct rd_ev_command *event);

/* ---- for the files that carry commands out -------------------------------- */

struct rd_args {
	const char *json; /* the request, flat */
	char by[32];	  /* who asks: "operator:<user>" */
	uint32_t client, id; /* whom to answer later */
};

/*
 * Text of an argument into out; false if it is not there, no string, or does
 * not fit: a name that is cut would be another name.
 */
bool rd_args_str(const struct rd_args *args, const char *key, char *out,
		 size_t cap);
/* Number of an argument, or fallback if it is not there. */
int64_t rd_args_int(const struct rd_args *args, const char *key,
		    int64_t fallback);

/* ---- questions ------------------------------------------------------------- */

/*
 * Begin the answer to a command, now or by a later event: res 0 or -errno, which
 * it says in words. Fields may follow; rd_answer_end(). NULL: nobody waits.
 */
struct rd_json *rd_core_answer_begin(struct rd_core *core, uint32_t client,
				     uint32_t id, int res);

/*
 * Answer a question: JSON text into out[cap], always NUL-terminated. frame is
 * the line clock's: core's own stands while nothing happens. args is the
 * request, a flat JSON object. Returns the octets the answer has, which
 * may exceed cap: ask again with more. -ENOENT: no such question; -EINVAL: args.
 * Context: core, between events; changes nothing.
 */
int64_t rd_core_query(const struct rd_core *core, uint64_t frame,
		      const char *name, const char *args, char *out,
		      uint64_t cap);

#endif
