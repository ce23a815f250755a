// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The language of simulated days: its schema is committed, its sample is good.
 *
 * Runs in the top folder. RD_WRITE=1 writes the schema: "make schema".
 */
#include "lib/config/table.h"
#include "tests/unit/simulate_world.h"

#define SCHEMA "yaml/schema/day.schema.json"
#define SAMPLE "yaml/simulate/day.yaml"

static char *file_text(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = calloc(1, 1 << 18);

	cr_assert(f, "%s", path);
	cr_assert_gt(fread(text, 1, (1 << 18) - 1, f), 0);
	fclose(f);
	return text;
}

Test(simulate_schema, committed_is_the_one_of_the_tables)
{
	char *want, *have;
	size_t len;
	FILE *f = open_memstream(&want, &len);

	rd_schema_write(f, &rd_day_table, "A day for ringdown simulate");
	fclose(f);
	if (getenv("RD_WRITE")) {
		f = fopen(SCHEMA, "w");
		cr_assert(f);
		fputs(want, f);
		fclose(f);
	}
	have = file_text(SCHEMA);
	cr_assert(!strcmp(want, have),
		  "%s is not that of the tables: make schema", SCHEMA);
	free(want);
	free(have);
}

Test(simulate_schema, the_sample_is_good_to_the_parser_and_to_an_editor)
{
	struct sim_centre c;

	sim_load(&c, "yaml/ringdown.yaml", SAMPLE, NULL);
	sim_free(&c);
	cr_expect_eq(
		system("/usr/bin/python3 tests/unit/check_schema.py " SCHEMA
		       " " SAMPLE " | grep -q bad"),
		256, "jsonschema refuses the sample");
}

Test(simulate_schema, an_editor_refuses_what_the_parser_does)
{
	static const char *const bad[] = { "date: tomorrow\n", "from: 8.30\n",
					   "callres: {}\n", "seed: a\n" };
	char path[128], command[256];

	sim_init();
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		char *sample = file_text(SAMPLE), *errors;
		struct sim_centre c;
		FILE *f;
		char key[16];

		/* without the key that is given otherwise */
		snprintf(key, sizeof(key), "\n%.*s",
			 (int)strcspn(bad[i], ":") + 1, bad[i]);
		f = sim_create("day.yaml", path);
		for (char *line = strtok(sample, "\n"); line;
		     line = strtok(NULL, "\n"))
			if (strncmp(line, key + 1, strlen(key) - 1))
				fprintf(f, "%s\n", line);
		fputs(bad[i], f);
		fclose(f);
		cr_expect(!sim_load(&c, "yaml/ringdown.yaml", path, &errors),
			  "%s", bad[i]);
		cr_expect(strstr(errors, "day.yaml:"), "%s: %s", bad[i],
			  errors);
		free(errors);
		sim_free(&c);
		snprintf(command, sizeof(command),
			 "/usr/bin/python3 tests/unit/check_schema.py " SCHEMA
			 " %s | grep -q bad",
			 path);
		cr_expect_eq(system(command), 0, "%s", bad[i]);
		free(sample);
	}
	sim_fini();
}
