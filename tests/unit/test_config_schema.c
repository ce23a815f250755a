// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lib/config: what is made of the tables, and whether it agrees with them.
 *
 * Runs in the top folder, as tests/run does. RD_WRITE=1 writes the schema
 * instead of comparing it: "make schema".
 */
#include <unistd.h>

#include "lib/config/table.h"
#include "tests/unit/config_world.h"

#define SCHEMA "yaml/schema/ringdown.schema.json"

static char top[256];

static void init(void)
{
	cr_assert(getcwd(top, sizeof(top)));
	world_init();
}

TestSuite(config_schema, .init = init, .fini = world_fini);

static char *schema_text(void)
{
	char *text;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	rd_schema_write(f, &rd_config_table, "ringdown.yaml");
	fclose(f);
	return text;
}

static char *file_text(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = calloc(1, 1 << 20);

	cr_assert(f, "%s", path);
	cr_assert_gt(fread(text, 1, (1 << 20) - 1, f), 0);
	fclose(f);
	return text;
}

Test(config_schema, committed_is_the_one_of_the_tables)
{
	char *want = schema_text(), *have, path[512];

	snprintf(path, sizeof(path), "%s/%s", top, SCHEMA);
	if (getenv("RD_WRITE"))
		write_file(path, want);
	have = file_text(path);
	cr_assert(!strcmp(want, have),
		  "%s is not that of the tables: make schema", SCHEMA);
	free(want);
	free(have);
}

#define MANUAL "yaml/ringdown.yaml.5"

Test(config_schema, committed_manual_page_is_the_one_of_the_tables)
{
	char *want, *have, path[512];
	size_t len;
	FILE *out = open_memstream(&want, &len);

	fprintf(out, ".\\\" SPDX-License-Identifier: GPL-2.0-or-later\n"
		     ".\\\" Made of the tables of lib/config: make schema\n"
		     ".TH RINGDOWN.YAML 5 \"\" Ringdown\n"
		     ".SH NAME\n"
		     "ringdown.yaml \\- the configuration of ringdownd\n"
		     ".SH DESCRIPTION\n"
		     "Times are written 500ms, 10s, 2m, 8h, 30d; sizes 64KiB, "
		     "16MiB, 2GiB; paths begin at the folder of the file. "
		     "\\fBringdown config check\\fR finds every mistake.\n"
		     ".SH KEYS\n");
	rd_manual_write(out, &rd_config_table, RD_MANUAL_MAN);
	fprintf(out, ".SH SEE ALSO\nringdownd(8), ringdown(1)\n");
	fclose(out);
	snprintf(path, sizeof(path), "%s/%s", top, MANUAL);
	if (getenv("RD_WRITE"))
		write_file(path, want);
	have = file_text(path);
	cr_assert(!strcmp(want, have), "%s is not that of the tables: make "
				       "schema", MANUAL);
	free(want);
	free(have);
}

/* What python3-jsonschema says of the files: a word each. */
static void judge(const char *files, int n, bool good[])
{
	char command[4096], word[16];
	FILE *answers;

	snprintf(command, sizeof(command),
		 "/usr/bin/python3 %s/tests/unit/check_schema.py %s/%s %s 2>>errors",
		 top, top, SCHEMA, files);
	answers = popen(command, "r");
	cr_assert(answers);
	for (int i = 0; i < n; i++) {
		cr_assert_eq(fscanf(answers, "%15s", word), 1, "%s", command);
		good[i] = !strcmp(word, "good");
	}
	cr_assert_eq(pclose(answers), 0);
}

Test(config_schema, accepts_the_samples)
{
	char files[1024];
	bool good[2];

	snprintf(files, sizeof(files),
		 "%s/yaml/ringdown.yaml %s/tests/unit/data/t1.yaml", top, top);
	judge(files, 2, good);
	cr_assert(good[0]);
	cr_assert(good[1]);
}

/*
 * One value each, good and bad: the schema and the parser must agree. What
 * only the parser can see (names, other files, sums) is not here.
 */
static const char *const values[] = {
	"period: 10ms",
	"period: 10",
	"period: 0",
	"period: ten",
	"country: cn",
	"country: china",
	"recording: {keep: 1d24h}",
	"recording: {keep: 24h}",
	"recording: {low_water: 0}",
	"recording: {low_water: 5MB}",
	"recording: {start: ring}",
	"recording: {start: rings}",
	"recording:",
	"recording: []",
	"journal: {segment: 2MiB, sgment: 3MiB}",
	"limits: {calls: 10000}",
	"limits: {calls: 10001}",
	"limits: {calls: many}",
	"limits: {calls: 10.5}",
	"out_routes: [{number: 5*, group: g, strip: 3, prefix: 00}]",
	"out_routes: [{number: 5*5, group: g}]",
	"out_routes: [{number: 5}]",
	"out_routes: {number: 5}",
	"out_routes:",
	"routes: [{number: 1, agent: 1}]\nagents: {1: {}}",
	"routes: [{number: 1, agent: 1, queue: q}]",
	"routes: [{number: 1}]",
	"agents: {1: {name: 123, pin: 0012}}",
	"agents: {1: {pin: abc}}",
	"agents: {one: {}}",
	"agents: {1: }",
	"agents: {12345678901234567890123456789012: {}}",
	"blacklist: [5, 6*, {number: 7, reason: because, cause: 34}]",
	"blacklist: {numbers: [5]}",
	"blacklist: 5",
	"blacklist: [x]",
	"blacklist: [{number: 7, cause: 128}]",
	"music: {m: [x.wav, {say: hello}, {file: y.wav}]}",
	"music: {m: {prompts: [x.wav], shuffle: yes}}",
	"music: {m: {prompts: [x.wav], shuffle: maybe}}",
	"music: {m: []}",
	"music: {m: x.wav}",
	"music: {m: [{say: a, file: b}]}",
	"music: {m: [[x]]}",
	"music: {a.b: [x.wav]}",
	"languages: {zh: cmn, en: {voice: en}}",
	"languages: {zh: []}",
	"languages: {zh: }",
	"sources: {s: {path: a, key: k, timeout: 500ms}}",
	"sources: {s: {path: a, key: k, query: \"SELECT :key\"}}",
	"sources: {s: {key: k}}",
	"calendars: {c: {open: [daily]}}",
	"calendars: {c: {open: [\"Mon-Fri,Sun 08:30-17:30\"]}}",
	"calendars: {c: {open: [\"Mon-Fri 0830-1730\"]}}",
	"calendars: {c: {open: [mon]}}",
	"calendars: {c: {open: []}}",
	"calendars: {c: {open: [daily], holidays: [2026-10-01]}}",
	"calendars: {c: {open: [daily], holidays: "
	"[2026-10-01..2026-10-07]}}",
	"calendars: {c: {open: [daily], holidays: [2026/10/01]}}",
	"queues: {q: {waiting: ringback, announce: {every: 30s, prompts: "
	"[{say: x}]}}}",
	"queues: {q: {waiting: ringback, announce: {evry: 30s}}}",
	"queues: {q: {waiting: ringback, maxlen: -1}}",
	"queues: {q: {waiting: ringback, exit_key: 10}}",
	"queues: {q: {waiting: ringback, agent_prompt: x.wav}}",
	"queues: {q: {waiting: silence}}",
};
#define VALUES ((int)(sizeof(values) / sizeof(*values)))

Test(config_schema, agrees_with_the_parser)
{
	static const char head[] =
		"cards: {w: {path: wire}}\ngroups: {g: {}}\n"
		"spans: {s: {card: w, type: e1, group: g, bchannels: 1-15}}\n";
	char files[2048] = "", text[1024];
	bool good[VALUES];
	int accepted = 0;

	for (int i = 0; i < VALUES; i++) {
		sprintf(files + strlen(files), "%d.yaml ", i);
		snprintf(text, sizeof(text), "%d.yaml", i);
		write_file(text, "");
		FILE *f = fopen(text, "w");
		fprintf(f, "%s%s\n", head, values[i]);
		fclose(f);
	}
	judge(files, VALUES, good);
	for (int i = 0; i < VALUES; i++) {
		struct rd_config *c;

		snprintf(text, sizeof(text), "%d.yaml", i);
		c = compile_file(text);
		cr_expect_eq(good[i], c != NULL, "schema %s, parser %s: %s\n%s",
			     good[i] ? "accepts" : "refuses",
			     c ? "accepts" : "refuses", values[i],
			     diag.text ? diag.text : "");
		accepted += c != NULL;
		rd_config_free(c);
	}
	cr_assert_gt(accepted, 20);
	cr_assert_lt(accepted, VALUES - 20);
}

static int count_of(const char *text, const char *word)
{
	int n = 0;

	for (; (text = strstr(text, word)); text += strlen(word))
		n++;
	return n;
}

Test(config_schema, manual_names_every_mapping_and_key)
{
	char *text;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	rd_manual_write(f, &rd_config_table, RD_MANUAL_MARKDOWN);
	fflush(f);
	cr_assert(strstr(text, "## queues.<queue>.announce\n"));
	cr_assert(strstr(text, "## routes[]\n"));
	cr_assert(strstr(text, "| `ring_timeout` | duration, 1s to 5m | 20s | "
			       "How long an agent's phone rings. |\n"));
	cr_assert(strstr(text, "| `cards` | mapping of card by name | "
			       "*required* |"));
	fclose(f);
	free(text);
	f = open_memstream(&text, &len);
	rd_manual_write(f, &rd_config_table, RD_MANUAL_MAN);
	fclose(f);
	cr_assert_eq(count_of(text, ".TP\n"), count_of(text, "\n.B "));
	cr_assert(strstr(text, ".SS \"queues.<queue>.announce\"\n"));
	free(text);
}

/* With its comment signs gone it is YAML, and has only known keys. */
Test(config_schema, example_uncomments_to_known_keys)
{
	FILE *f = fopen("example", "w");

	rd_manual_write(f, &rd_config_table, RD_MANUAL_EXAMPLE);
	fclose(f);
	cr_assert_eq(system("sed 's/^#//' example > ringdown.yaml"), 0);
	cr_assert_null(compile_file("ringdown.yaml"));
	cr_assert_eq(count_of(diag.text, "unknown"), 0, "%s", diag.text);
	cr_assert_eq(count_of(diag.text, "not YAML"), 0, "%s", diag.text);
}

/* The sample is what a newcomer starts from: it must be sound. */
Test(config_schema, sample_compiles_without_a_word)
{
	struct rd_config *c;
	char path[512];

	snprintf(path, sizeof(path), "%s/yaml/ivr/hotline.yaml", top);
	if (access(path, R_OK))
		cr_skip_test("yaml/ivr/hotline.yaml is not there");
	snprintf(path, sizeof(path), "%s/yaml/ringdown.yaml", top);
	c = compile_file(path);
	expect_diag("");
	cr_assert_eq(c->nspans, 2);
	rd_config_free(c);
	snprintf(path, sizeof(path), "%s/tests/unit/data/t1.yaml", top);
	c = compile_file(path);
	expect_diag("");
	cr_assert_eq(c->spans[0].type, RINGDOWN_SPAN_T1);
	rd_config_free(c);
}
