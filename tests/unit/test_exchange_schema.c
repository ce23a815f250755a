/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The language of scenarios: its schema is committed, its samples are good.
 *
 * Runs in the top folder. RD_WRITE=1 writes the schema: "make schema".
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/exchange/scenario.h"

#define SCHEMA "yaml/schema/exchange.schema.json"

static char *file_text(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = calloc(1, 1 << 20);

	cr_assert(f, "%s", path);
	cr_assert_gt(fread(text, 1, (1 << 20) - 1, f), 0);
	fclose(f);
	return text;
}

Test(exchange_schema, committed_is_the_one_of_the_tables)
{
	char *want, *have;
	size_t len;
	FILE *f = open_memstream(&want, &len);

	rd_schema_write(f, &xc_scenario_table, "Scenario of ringdown-exchange");
	fclose(f);
	if (getenv("RD_WRITE")) {
		f = fopen(SCHEMA, "w");
		cr_assert(f);
		fputs(want, f);
		fclose(f);
	}
	have = file_text(SCHEMA);
	cr_assert(!strcmp(want, have),
		  "%s is not that of the tables: "
		  "make schema",
		  SCHEMA);
	free(want);
	free(have);
}

Test(exchange_schema, samples_are_good_to_the_parser_and_to_an_editor)
{
	static const char *const samples[] = { "yaml/exchange/demo.yaml",
					       "yaml/exchange/load60.yaml" };
	struct xc_scenario s;
	struct rd_diag diag;
	unsigned i;

	for (i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		rd_diag_init(&diag);
		cr_expect_eq(
			xc_scenario_load(&s, samples[i], "build/cache", &diag),
			0, "%s", diag.text ? diag.text : samples[i]);
		if (!diag.errors)
			xc_scenario_free(&s);
		rd_diag_free(&diag);
	}
	cr_expect_eq(system("/usr/bin/python3 tests/unit/check_schema.py " SCHEMA
			    " yaml/exchange/*.yaml | grep -q bad"),
		     256, "jsonschema refuses a sample");
}
