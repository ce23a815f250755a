// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What menus work with: languages, trees, data sources, lists and areas of
 * callers, ports, programs.
 */
#include <string.h>

#include "lib/config/build.h"

#define SECOND 1000LL
#define MINUTE (60 * SECOND)

/* ---- languages, trees --------------------------------------------------- */

static const struct rd_field language_fields[] = {
	{ "voice", RD_STRING(rd_cfg_language, voice), .min = 1, .max = 31,
	  .required = true, .shorthand = true,
	  .help = "Voice of espeak-ng, such as cmn or en." },
};

const struct rd_table rd_language_table = {
	RD_TABLE("language", struct rd_cfg_language, language_fields),
	.help = "A language that callers are spoken to in. Numbers and dates "
		"are known for zh and en.",
	.name = RD_AT(rd_cfg_language, name),
};

struct raw_tree {
	const char *name, *file;
};

static const struct rd_field tree_fields[] = {
	{ "file", RD_STRING(raw_tree, file), .min = 1, .max = 1024,
	  .required = true, .shorthand = true,
	  .help = "A YAML file, from the folder of this file." },
};

const struct rd_table rd_tree_table = {
	RD_TABLE("tree", struct raw_tree, tree_fields),
	.help = "A menu tree, in a file of its own.",
	.name = RD_AT(raw_tree, name),
};

/* ---- data sources ------------------------------------------------------- */

static void check_source(struct rd_bind *bind, const struct rd_yaml *node,
			 void *out)
{
	struct rd_cfg_source *source = out;

	source->kind = rd_yaml_get(node, "key") ? RD_SOURCE_CSV :
						  RD_SOURCE_SQLITE;
	if (rd_yaml_get(node, "query") && !strstr(source->query, ":key"))
		rd_diag_error(bind->diag, rd_yaml_place(node, "query"),
			      "key \"query\": expected \":key\" somewhere in "
			      "it, which stands for what is looked up");
}

static const struct rd_field source_fields[] = {
	{ "path", RD_FORMAT(rd_cfg_source, path, &rd_format_path),
	  .preset = "", .required = true,
	  .help = "An SQLite database or a CSV file." },
	{ "query", RD_STRING(rd_cfg_source, query), .min = 1, .max = 4000,
	  .choice = true,
	  .help = "SQLite: a SELECT; :key in it stands for what is looked "
		  "up." },
	{ "key", RD_STRING(rd_cfg_source, query), .min = 1, .max = 63,
	  .choice = true,
	  .help = "CSV: the column to look in; its first line names the "
		  "columns." },
	{ "password", RD_STRING(rd_cfg_source, password), .max = 63,
	  .help = "The column that holds a member's password, as it is keyed "
		  "or as sha256:<salt>:<hex of SHA-256(salt and password)>. "
		  "It is compared by authenticate: and told to nobody." },
	{ "timeout",
	  RD_DURATION(rd_cfg_source, timeout_ms, 10, 30 * SECOND),
	  .preset = "2s", .help = "After it the source counts as down." },
};

const struct rd_table rd_source_table = {
	RD_TABLE("source", struct rd_cfg_source, source_fields),
	.help = "Data that trees look up.",
	.name = RD_AT(rd_cfg_source, name),
	.place = RD_AT(rd_cfg_source, place),
	.check = check_source,
};

/* ---- lists of callers ---------------------------------------------------- */

static const struct rd_field entry_fields[] = {
	{ "number", RD_PATTERN(rd_cfg_entry, number), .required = true,
	  .shorthand = true,
	  .help = "Caller; a * at its end stands for any rest." },
	{ "level", RD_STRING(rd_cfg_entry, level), .max = RD_LIST_NAME_LEN - 1,
	  .help = "His level; without it that of the list." },
	{ "who", RD_STRING(rd_cfg_entry, who), .max = 200,
	  .help = "Who put him on the list." },
	{ "when", RD_STRING(rd_cfg_entry, when), .max = 200,
	  .help = "When." },
	{ "why", RD_STRING(rd_cfg_entry, why), .max = 200, .help = "Why." },
};

static const struct rd_table entry_table = {
	RD_TABLE("caller on a list", struct rd_cfg_entry, entry_fields),
	.place = RD_AT(rd_cfg_entry, place),
};

static const struct rd_field list_fields[] = {
	{ "numbers", RD_LIST(rd_cfg_list, inlined, ninline, &entry_table),
	  .shorthand = true, .help = "Callers." },
	{ "file", RD_STRING(rd_cfg_list, file), .min = 1, .max = 1024,
	  .help = "More of them: a CSV file of number, level, who, when, "
		  "why; a first line may name the columns." },
	{ "level", RD_STRING(rd_cfg_list, level), .max = RD_LIST_NAME_LEN - 1,
	  .help = "Level of those who have none of their own." },
};

const struct rd_table rd_list_table = {
	RD_TABLE("list of callers", struct rd_cfg_list, list_fields),
	.help = "Callers that menus know by their number: list: and level: of "
		"a choose. Operators may change it while running: ringdown "
		"list add.",
	.name = RD_AT(rd_cfg_list, name),
	.place = RD_AT(rd_cfg_list, place),
};

/* ---- areas --------------------------------------------------------------- */

static const struct rd_field prefix_fields[] = {
	{ "prefix", RD_PATTERN(rd_cfg_prefix, digits), .required = true,
	  .help = "What the numbers begin with." },
	{ "area", RD_STRING(rd_cfg_prefix, area), .required = true, .min = 1,
	  .max = RD_LIST_NAME_LEN - 1, .help = "Where they are." },
};

static const struct rd_table prefix_table = {
	RD_TABLE("prefix of an area", struct rd_cfg_prefix, prefix_fields),
	.place = RD_AT(rd_cfg_prefix, place),
};

static const struct rd_field areas_fields[] = {
	{ "prefixes", RD_LIST(rd_config_raw, areas.prefixes, areas.n,
			      &prefix_table),
	  .shorthand = true, .help = "Prefixes; the longest decides." },
	{ "file", RD_STRING(rd_config_raw, areas.file), .min = 1, .max = 1024,
	  .help = "More of them: a CSV file of prefix, area." },
};

const struct rd_table rd_areas_table = {
	RD_TABLE("areas", struct rd_config_raw, areas_fields),
	.help = "Where callers are, by what their numbers begin with: area: of "
		"a choose.",
};

/* ---- ports --------------------------------------------------------------- */

static const char *const treatments[] = { "ringback", "music", NULL };

static const struct rd_field a_tree = {
	.type = RD_FIELD_REF, .size = 2, .scope = RD_SCOPE_TREE,
};

static void check_ports(struct rd_bind *bind, const struct rd_yaml *node,
			void *out)
{
	const struct rd_cfg_ports *ports = out;

	if (ports->treatment == RD_PORT_MUSIC && !rd_yaml_get(node, "music"))
		rd_diag_error(bind->diag, rd_yaml_place(node, "while_waiting"),
			      "ports: \"while_waiting: music\" needs "
			      "\"music\", which one");
	for (uint16_t i = 0; i < ports->ntrees; i++)
		if (ports->tree_full != RD_INDEX_NONE &&
		    ports->trees[i] == ports->tree_full)
			rd_diag_error(bind->diag, rd_yaml_place(node, "full"),
				      "ports: \"full\" leads to a tree that "
				      "needs one of these ports");
}

static const struct rd_field ports_fields[] = {
	{ "limit", RD_INT(rd_cfg_ports, limit, 1, 10000), .required = true,
	  .help = "Callers at once." },
	{ "trees", RD_LIST_OF(rd_cfg_ports, trees, ntrees, &a_tree), .min = 1,
	  .max = 256, .required = true, .shorthand = false,
	  .help = "The menus that share them." },
	{ "while_waiting", RD_ENUM(rd_cfg_ports, treatment, treatments),
	  .preset = "ringback",
	  .help = "What a caller hears who waits for a port. Neither answers "
		  "the call." },
	{ "music", RD_REF(rd_cfg_ports, music, RD_SCOPE_MUSIC),
	  .help = "Which music." },
	{ "max_waiting", RD_INT(rd_cfg_ports, max_waiting, 0, 10000),
	  .preset = "0", .help = "More callers do not wait; 0: all do." },
	{ "max_wait", RD_DURATION(rd_cfg_ports, max_wait_ms, SECOND,
				  60 * MINUTE),
	  .preset = "60s", .help = "The longest wait for a port." },
	{ "full", RD_FORMAT(rd_cfg_ports, tree_full, &rd_format_goto),
	  .preset = "",
	  .help = "tree.node where those go on who got no port; without it "
		  "they are released with cause 42, congestion." },
};

const struct rd_table rd_ports_table = {
	RD_TABLE("group of ports", struct rd_cfg_ports, ports_fields),
	.help = "How many callers some menus take at once. Who comes when all "
		"are taken waits for one, strictly in the order of coming.",
	.name = RD_AT(rd_cfg_ports, name),
	.place = RD_AT(rd_cfg_ports, place),
	.check = check_ports,
};

/* ---- programs ------------------------------------------------------------ */

static const struct rd_field an_arg = {
	.type = RD_FIELD_STRING, .size = sizeof(const char *), .min = 1,
	.max = 1024,
};

static void check_program(struct rd_bind *bind, const struct rd_yaml *node,
			  void *out)
{
	const struct rd_cfg_program *p = out;

	if (rd_yaml_get(node, "socket") && p->socket && p->socket[0] != '/' &&
	    strncmp(p->socket, "127.0.0.1:", 10) &&
	    strncmp(p->socket, "[::1]:", 6))
		rd_diag_error(bind->diag, rd_yaml_place(node, "socket"),
			      "key \"socket\": found \"%.64s\", expected the "
			      "absolute path of a unix socket, 127.0.0.1:port "
			      "or [::1]:port; other machines are not asked",
			      p->socket);
}

static const struct rd_field program_fields[] = {
	{ "command", RD_LIST_OF(rd_cfg_program, args, nargs, &an_arg),
	  .min = 1, .max = 32, .choice = true,
	  .help = "A program and its arguments, started by the daemon. It "
		  "begins in the folder of this file." },
	{ "socket", RD_STRING(rd_cfg_program, socket), .min = 1, .max = 100,
	  .choice = true,
	  .help = "Where a program listens that runs by itself: a unix "
		  "socket, or 127.0.0.1:port." },
	{ "instances", RD_INT(rd_cfg_program, instances, 1, 32),
	  .preset = "1",
	  .help = "How many run, or connections there are; each answers one "
		  "request at a time." },
	{ "timeout", RD_DURATION(rd_cfg_program, timeout_ms, 10, MINUTE),
	  .preset = "3s",
	  .help = "After it the program counts as down for this request." },
};

const struct rd_table rd_program_table = {
	RD_TABLE("program", struct rd_cfg_program, program_fields),
	.help = "A program that drives calls, asked by program: of a menu, a "
		"line of JSON each way; see ringdown-program(7).",
	.name = RD_AT(rd_cfg_program, name),
	.place = RD_AT(rd_cfg_program, place),
	.check = check_program,
};
