// SPDX-License-Identifier: GPL-2.0-or-later
/* lib/config: PINs are not in a bundle that is to be kept. */
#include "lib/config/build.h"
#include "tests/unit/config_world.h"

TestSuite(config_mask, .init = world_init, .fini = world_fini);

#define HEAD                                             \
	"cards: {w: {path: wire}}\n"                     \
	"groups: {pstn: {}}\n"                           \
	"spans: {s: {card: w, type: e1, group: pstn}}\n" \
	"queues: {service: {waiting: ringback}}\n"

static bool is_in(const struct rd_bundle *bundle, const char *text)
{
	return memmem(bundle->data, bundle->len, text, strlen(text));
}

static void read_text(const char *text, struct rd_bundle *bundle)
{
	rd_diag_free(&diag);
	write_file("ringdown.yaml", text);
	cr_assert_eq(rd_bundle_read("ringdown.yaml", bundle, &diag), 0);
}

Test(config_mask, no_pin_is_left_and_nothing_else_changes)
{
	static const char *const ways[] = {
		"739146",	"\"739146\"",	  "'739146'",
		"&p 739146",	"&p \"739146\"",  "\n      739146",
		"!!str 739146", ">-\n      739146",
	};

	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		struct rd_config *before, *after;
		struct rd_bundle bundle;
		char text[512];

		snprintf(text, sizeof(text),
			 HEAD "# \xe7\xbe\xa4 before\nagents:\n  739146:\n"
			      "    {name: \xe6\x9d\x8e, queues: [service]}\n"
			      "  8001:\n    name: Li\n    pin: %s\n",
			 ways[i]);
		before = compile_text(text);
		cr_assert_not_null(before, "%s: %s", ways[i], diag.text);
		cr_assert_str_eq(before->agents[1].pin, "739146");
		read_text(text, &bundle);
		if (rd_bundle_mask(&bundle, &diag)) {
			/* a way that cannot be masked is refused, with a place */
			expect_in_diag("ringdown.yaml:");
			expect_in_diag("pin");
			rd_bundle_free(&bundle);
			rd_config_free(before);
			cr_assert_eq(i, 7, "%s: %s", ways[i], diag.text);
			continue;
		}
		after = rd_config_compile(&bundle, &diag);
		cr_assert_not_null(after, "%s: %s", ways[i], diag.text);
		cr_assert_str_eq(after->agents[1].pin, "000000");
		cr_assert_str_eq(after->version, before->version,
				 "replay has rows with it");
		/* the number that is the same is no PIN */
		cr_assert_str_eq(after->agents[0].number, "739146");
		cr_assert_str_eq(after->agents[0].name, before->agents[0].name);
		cr_assert_eq(after->agents[1].place.line,
			     before->agents[1].place.line);
		cr_assert(!is_in(&bundle, "pin: 739146"));
		rd_bundle_free(&bundle);
		rd_config_free(before);
		rd_config_free(after);
	}
}

Test(config_mask, a_shared_pin_is_masked_where_it_stands)
{
	struct rd_bundle bundle;

	read_text(HEAD "agents:\n  8001: {pin: &p \"5512\"}\n"
		       "  8002: {pin: *p}\n",
		  &bundle);
	cr_assert_eq(rd_bundle_mask(&bundle, &diag), 0, "%s", diag.text);
	cr_assert(!is_in(&bundle, "5512"));
	rd_bundle_free(&bundle);
}

Test(config_mask, no_pin_no_change)
{
	struct rd_bundle bundle, same;

	read_text(HEAD "agents: {8001: {name: Li}}\n", &bundle);
	read_text(HEAD "agents: {8001: {name: Li}}\n", &same);
	cr_assert_eq(rd_bundle_mask(&bundle, &diag), 0);
	cr_assert_eq(bundle.len, same.len);
	cr_assert_eq(memcmp(bundle.data, same.data, same.len), 0);
	rd_bundle_free(&bundle);
	rd_bundle_free(&same);
}
