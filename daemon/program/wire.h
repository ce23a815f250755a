/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lines between the daemon and a program, and the pairs they stand for.
 *
 * A request, pairs to JSON: a name that begins with '$' is a variable, the rest
 * are keys of the object itself:
 *
 *	{"request":7,"call":4711,"tree":"hotline","node":"pay","ask":"card",
 *	 "caller":"138...","called":"400...","language":"zh","area":"",
 *	 "level":"","variables":{"card":"12345678"}}
 *
 * A reply, JSON to pairs: "=name" sets a variable; text, number, digits, date,
 * time, money, prompt, pause are said, in order; goto is a word the menu knows:
 *
 *	{"request":7,"set":{"balance":"12.50"},
 *	 "say":["Your balance is",{"money":"12.50"}],"goto":"paid"}
 *
 * Pure functions. Context: the thread of programs, tests.
 */
#ifndef RD_PROGRAM_WIRE_H
#define RD_PROGRAM_WIRE_H

#include <stddef.h>
#include <stdint.h>

#include "daemon/msg.h"

#define RD_REPLY_PAIRS 48 /* at most, of one reply */
#define RD_REPLY_SAID  16
#define RD_REPLY_TEXTS 4
#define RD_REPLY_TEXT  400 /* octets of one */
#define RD_REPLY_VALUE 63

struct rd_reply {
	uint32_t request;
	uint16_t pairs;
	uint32_t len;
	char data[8192]; /* pairs times name NUL value NUL */
	char why[160];	 /* it is no reply */
};

/*
 * The line of a request, ended by a newline, into out[cap]. Its length, or
 * -EMSGSIZE; -EINVAL: not that many pairs.
 */
int rd_request_write(const struct rd_cmd_program *cmd, char *out, size_t cap);

/*
 * Take a line (without its newline) apart. 0; -EBADMSG and why: it is no JSON,
 * has a key or value that cannot be, or is too much.
 */
int rd_reply_read(const char *line, size_t len, struct rd_reply *out);

#endif
