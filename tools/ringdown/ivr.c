// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ringdown ivr check: trees proved.
 */
#include <errno.h>
#include <inttypes.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "daemon/ivr/compile.h"
#include "daemon/prove/prove.h"
#include "lib/config/config.h"
#include "tools/ringdown/cli.h"

#define CONFIG	  "/etc/ringdown/ringdown.yaml"
#define WORDS_MAX 4096

/* ---- instants ------------------------------------------------------------------ */

bool cli_instant(const char *text, const char *timezone, int64_t *unix_s)
{
	int year, month, mday, hour = 0, minute = 0, end = 0, n;
	struct rd_zone zone = { 0 };
	struct rd_local now;
	int64_t local;

	if (text[0] == '@') {
		char *rest;

		*unix_s = strtoll(text + 1, &rest, 10);
		if (rest != text + 1 && !*rest)
			return true;
	}
	n = sscanf(text, "%4d-%2d-%2d%n", &year, &month, &mday, &end);
	if (n == 3 && text[end])
		n = sscanf(text, "%4d-%2d-%2d%*1[T ]%2d:%2d%n", &year, &month,
			   &mday, &hour, &minute, &end);
	if (n < 3 || text[end] || month < 1 || month > 12 || mday < 1 ||
	    mday > 31 || hour > 23 || minute > 59) {
		cli_error("\"%s\": expected an instant such as \"2026-11-29 "
			  "03:00\"",
			  text);
		return false;
	}
	rd_zone_parse(timezone, &zone, NULL);
	local = (rd_day_from_date(year, month, mday) * 1440 + hour * 60 +
		 minute) *
		60;
	*unix_s = local - zone.offset_min * 60;
	rd_zone_local(&zone, *unix_s, &now);
	*unix_s += local - (now.day * 1440 + now.minute) * 60;
	return true;
}

static const char *zone_of(const struct rd_config *config)
{
	return config->ncalendars ? config->calendars[0].timezone : "UTC";
}

/* ---- check ----------------------------------------------------------------------- */

static bool has_file(const char *path)
{
	return !access(path, R_OK);
}

static uint32_t prompt_ms(const struct rd_cfg_prompt *prompt)
{
	SF_INFO info = { 0 };
	SNDFILE *file;
	uint32_t ms = 500;

	if (prompt->file[0]) {
		file = sf_open(prompt->file, SFM_READ, &info);
		if (!file || info.samplerate < 1)
			return 0;
		sf_close(file);
		return (uint32_t)(info.frames * 1000 / info.samplerate);
	}
	/* 4 Chinese characters a second, or 15 letters */
	for (const unsigned char *c = (const void *)prompt->text; *c; c++)
		ms += *c >= 0xe3 ? 250 : *c < 0x80 ? 65 : 0;
	return ms;
}

static void print_place(const struct rd_finding *f)
{
	if (f->place.file)
		printf("%s:%d:%d: ", f->place.file, f->place.line,
		       f->place.column);
}

static void print_finding(const struct rd_config *config,
			  const struct rd_finding *f)
{
	char words[WORDS_MAX];

	print_place(f);
	printf("%s: %s: %s\n", rd_severity_word((enum rd_severity)f->severity),
	       rd_finding_word((enum rd_finding_kind)f->kind), f->text);
	if (f->has_witness)
		printf("    %s\n", rd_witness_words(config, &f->witness, words,
						    sizeof(words)));
}

static void print_bound(const struct rd_config *config,
			const struct rd_bound *b)
{
	const char *name = config->trees[b->tree]->name;
	char words[WORDS_MAX];

	if (!b->reaches) {
		printf("tree %s: leads to no person\n", name);
		return;
	}
	printf("tree %s: at most %" PRIu64 " min %02" PRIu64
	       " s and %u prompts before a person is called%s\n    %s\n",
	       name, b->ms / 60000, b->ms / 1000 % 60, b->prompts,
	       b->endless ? ", if the caller does not go round by his keys (he "
			    "may, without end)"
			  : "",
	       rd_witness_words(config, &b->witness, words, sizeof(words)));
}

/* refused: what the daemon says of it when nothing else is wrong. */
static void print_proof(const struct rd_config *config, const char *path,
			const struct rd_proof *proof,
			const struct rd_diag *refused)
{
	uint32_t errors = proof->count[RD_ERROR] + (uint32_t)refused->errors;

	for (uint32_t i = 0; i < proof->n; i++)
		print_finding(config, &proof->findings[i]);
	for (uint16_t i = 0; i < proof->nbounds; i++)
		print_bound(config, &proof->bounds[i]);
	if (refused->errors)
		printf("%s    the daemon loads no such tree, even if no caller "
		       "meets that: its rule goes by form, not by values and "
		       "hours\n",
		       refused->text ? refused->text : "");
	printf("%s: %u error%s, %u warning%s, %u note%s; %u states, %u kinds "
	       "of instants\n",
	       path, errors, errors == 1 ? "" : "s", proof->count[RD_WARNING],
	       proof->count[RD_WARNING] == 1 ? "" : "s", proof->count[RD_NOTE],
	       proof->count[RD_NOTE] == 1 ? "" : "s", proof->states,
	       proof->moments);
}

/* ---- as JSON ------------------------------------------------------------------------ */

static json_t *witness_json(const struct rd_config *config,
			    const struct rd_witness *w)
{
	static const char *const acts[] = {
		"keys",	     "entry",  "wrong",	 "silent",   "found",	"none",
		"down",	     "queued", "talked", "overflow", "full",	"closed",
		"deserted",  "too-long", "busy",
		"no-answer", "failed", "signed", "refused",  "figures", "other",
	};
	json_t *steps = json_array();
	char words[WORDS_MAX];

	for (uint16_t i = 0; i < w->n; i++) {
		const struct rd_act_step *s = &w->steps[i];

		json_array_append_new(
			steps, json_pack("{s:s, s:s, s:i, s:s, s:s}", "act",
					 acts[s->act], "text", s->text, "times",
					 (int)s->count, "tree",
					 s->tree == RD_INDEX_NONE
						 ? ""
						 : config->trees[s->tree]->name,
					 "node",
					 s->node == RD_INDEX_NONE
						 ? ""
						 : config->trees[s->tree]
							   ->nodes[s->node]
							   .name));
	}
	return json_pack("{s:I, s:s, s:s, s:s, s:o, s:s}", "at",
			 (json_int_t)w->unix_s, "timezone", w->timezone,
			 "caller", w->caller, "called", w->called, "steps",
			 steps, "words",
			 rd_witness_words(config, w, words, sizeof(words)));
}

static json_t *finding_json(const struct rd_config *config,
			    const struct rd_finding *f)
{
	json_t *out = json_pack(
		"{s:s, s:s, s:s, s:i, s:i, s:s}", "kind",
		rd_finding_word((enum rd_finding_kind)f->kind), "severity",
		rd_severity_word((enum rd_severity)f->severity), "file",
		f->place.file ? f->place.file : "", "line", f->place.line,
		"column", f->place.column, "text", f->text);

	if (f->has_witness)
		json_object_set_new(out, "witness",
				    witness_json(config, &f->witness));
	return out;
}

static void proof_json(const struct rd_config *config,
		       const struct rd_proof *proof,
		       const struct rd_diag *refused)
{
	json_t *findings = json_array(), *bounds = json_array(), *all;

	for (uint32_t i = 0; i < proof->n; i++)
		json_array_append_new(
			findings, finding_json(config, &proof->findings[i]));
	for (uint16_t i = 0; i < proof->nbounds; i++) {
		const struct rd_bound *b = &proof->bounds[i];

		json_array_append_new(
			bounds,
			json_pack("{s:s, s:b, s:b, s:I, s:i}", "tree",
				  config->trees[b->tree]->name,
				  "reaches_person", b->reaches, "endless",
				  b->endless, "ms", (json_int_t)b->ms,
				  "prompts", (int)b->prompts));
	}
	all = json_pack("{s:i, s:i, s:i, s:o, s:s, s:o}", "errors",
			(int)proof->count[RD_ERROR] + refused->errors,
			"warnings", (int)proof->count[RD_WARNING], "notes",
			(int)proof->count[RD_NOTE], "findings", findings,
			"refused", refused->text ? refused->text : "",
			"bounds", bounds);
	json_dumpf(all, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(all);
}

/* ---- the verb ------------------------------------------------------------------------- */

static bool find_tree(const struct rd_config *config, const char *path,
		      const char *name, uint16_t *tree)
{
	for (uint16_t i = 0; i < config->ntrees; i++) {
		*tree = i;
		if (!strcmp(config->tree_texts[i].name, name))
			return true;
	}
	cli_error("%s: no tree %s", path, name);
	return false;
}

/* The daemon may refuse what no caller can meet: then it is told, too. */
static void check_load(const char *path, struct rd_diag *refused)
{
	rd_config_free(cli_load(path, rd_ivr_load, refused));
}

static int prove(const struct cli *cli, const char *path,
		 const struct rd_config *config)
{
	struct rd_prove how = { .has_file = has_file, .prompt_ms = prompt_ms };
	struct rd_proof *proof;
	struct rd_diag refused;
	int code = CLI_OK;

	how.now_s = time(NULL) / 60 * 60;
	if (cli->at && !cli_instant(cli->at, zone_of(config), &how.now_s))
		return CLI_USAGE;
	how.one_tree = cli->nargs > 1;
	if (how.one_tree && !find_tree(config, path, cli->arg[1], &how.tree))
		return CLI_NOT_FOUND;
	if (rd_prove(config, &how, &proof)) {
		cli_error("%s: %s", path, strerror(ENOMEM));
		return CLI_FAILED;
	}
	rd_diag_init(&refused);
	if (!proof->count[RD_ERROR])
		check_load(path, &refused);
	if (cli->json)
		proof_json(config, proof, &refused);
	else
		print_proof(config, path, proof, &refused);
	if (proof->count[RD_ERROR] || refused.errors)
		code = CLI_INVALID;
	else if (proof->count[RD_WARNING])
		code = CLI_WARNED;
	rd_diag_free(&refused);
	rd_proof_free(proof);
	return code;
}

int run_ivr_check(struct cli *cli)
{
	const char *path = cli->nargs ? cli->arg[0] : CONFIG;
	struct rd_config *config;
	struct rd_diag diag;
	int code = CLI_INVALID;

	rd_diag_init(&diag);
	config = cli_load(path, rd_ivr_load_to_prove, &diag);
	if (!config || diag.errors)
		cli_print_diag(cli, path, &diag);
	else
		code = prove(cli, path, config);
	rd_config_free(config);
	rd_diag_free(&diag);
	return code;
}
