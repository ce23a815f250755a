/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A configuration while it is made; inside lib/config only.
 *
 * struct rd_config is what the world sees, const and dense. Behind it stand
 * its memory, the index of its prompts and the parsed files:
 *
 *	bundle --parse--> nodes --rd_bind, tables*.c--> struct rd_config_raw
 *	       --config.c: resolve, check, sort--> struct rd_config
 */
#ifndef RD_CONFIG_BUILD_H
#define RD_CONFIG_BUILD_H

#include "lib/config/config.h"
#include "lib/config/table.h"

/* A prompt that the tables met, before languages are known. */
struct rd_raw_prompt {
	struct rd_raw_prompt *next;
	uint32_t *to;
	const char *file, *say;
	uint16_t language; /* or RD_REF_NONE: the default */
	struct rd_place place;
};

/* As the YAML says it, where that differs from what the world sees. */
struct rd_config_raw {
	struct rd_config c;
	uint16_t language;
	struct {
		uint16_t n;
		const struct rd_cfg_block *numbers;
		const char *file;
		struct rd_place place;
	} blacklist;
	struct {
		uint16_t n;
		const struct rd_cfg_prefix *prefixes;
		const char *file;
	} areas;
};

struct rd_config_build {
	struct rd_config config; /* first: one is the other */
	struct rd_arena arena;
	const struct rd_bundle *bundle; /* while compiling */
	const char *folder; /* absolute: where relative names of files begin */
	const struct rd_yaml *root;	   /* of ringdown.yaml */
	const struct rd_yaml **tree_roots; /* by position in "trees"; NULL */
	uint32_t *tree_versions;	   /* of their text */
	struct rd_scope scopes[RD_SCOPES];
	struct rd_cfg_prompt *prompts;
	uint32_t prompt_cap;
	uint32_t *prompt_slots; /* hash: number + 1; twice prompt_cap */
	struct rd_raw_prompt *raw_prompts, **raw_prompts_end;
};

static inline struct rd_config_build *
rd_build_of(const struct rd_config *config)
{
	return (struct rd_config_build *)config;
}

/* ---- notations (format.c); what they fill stands beside ----------------- */

extern const struct rd_format rd_format_path;	  /* const char *: absolute */
extern const struct rd_format rd_format_channels; /* uint32_t: bit per slot */
extern const struct rd_format rd_format_key;	  /* char */
extern const struct rd_format rd_format_goto;	  /* uint16_t tree, node */
extern const struct rd_format rd_format_prompt;	  /* uint32_t */
extern const struct rd_format rd_format_hours;	  /* struct rd_cfg_period */
extern const struct rd_format rd_format_clock;	  /* struct rd_cfg_period */
extern const struct rd_format rd_format_days;	  /* struct rd_cfg_holiday */
extern const struct rd_format rd_format_zone;	  /* const char * */

/* ---- tables ------------------------------------------------------------- */

extern const struct rd_table rd_card_table, rd_span_table, rd_group_table;
extern const struct rd_table rd_route_table,
	rd_outroute_table; /* table_line.c */
extern const struct rd_table rd_skill_table, rd_agent_table, rd_queue_table;
extern const struct rd_table rd_music_table; /* table_acd.c */
extern const struct rd_table rd_language_table, rd_tree_table, rd_source_table;
extern const struct rd_table rd_list_table, rd_areas_table, rd_ports_table;
extern const struct rd_table rd_program_table; /* table_ivr.c */
extern const struct rd_table rd_calendar_table, rd_duty_table; /* table_time.c */

/* ---- files -------------------------------------------------------------- */

/* A relative name of a file as the file at says it; bundle.c. */
const char *rd_path_beside(struct rd_arena *arena, const char *at,
			   const char *path);

struct rd_bundle_file {
	const char *name; /* as in messages */
	const char *text;
	size_t len;
	int err; /* negative errno: it could not be read */
};

/* Before the name of a time zone: its POSIX rule, with a NUL. */
#define RD_BUNDLE_ZONE "zoneinfo/"

/* The i-th file, 0 is ringdown.yaml; false: none, or the bundle is damaged. */
bool rd_bundle_file(const struct rd_bundle *bundle, uint32_t i,
		    struct rd_bundle_file *out);
bool rd_bundle_find(const struct rd_bundle *bundle, const char *name,
		    struct rd_bundle_file *out);
/* The folder in which it was read; NULL: damaged. */
const char *rd_bundle_folder(const struct rd_bundle *bundle);

/* The file a node names, out of the bundle; false, and why not; config.c. */
bool rd_config_open(struct rd_config_build *build, const struct rd_yaml *node,
		    struct rd_diag *diag, struct rd_bundle_file *out);

/*
 * Each row of a CSV file; rows.c. columns ends with NULL, at most
 * RD_ROW_FIELDS; value[i] is that of columns[i], or NULL. row: false ends it.
 */
#define RD_ROW_FIELDS 8
typedef bool rd_row_fn(void *context, char *const *value,
		       struct rd_place place);
void rd_rows_read(struct rd_config_build *build,
		  const struct rd_bundle_file *file,
		  const char *const *columns, rd_row_fn *row, void *context,
		  struct rd_diag *diag);

/* Lists and areas, from tables and files; false: no memory; lists.c. */
bool rd_lists_read(struct rd_config_build *build, struct rd_config_raw *raw,
		   struct rd_diag *diag);

/* Rows of "number,reason,cause" into *out; blacklist.c. */
void rd_blacklist_read(struct rd_config_build *build,
		       const struct rd_bundle_file *file,
		       struct rd_cfg_block *out, uint16_t *n, uint16_t max,
		       struct rd_diag *diag);

#endif
