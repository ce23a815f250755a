// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The rows of choose.
 *
 *	choose:
 *	  - when: {calendar: office, not: {caller: "139*"}}
 *	    then: main
 *	  - else: closed
 */
#include <errno.h>

#include "daemon/ivr/compiler.h"

#define ROWS_MAX 64

/* clang-format off */
struct rd_ivr_row { const struct rd_yaml *when, *then, *otherwise; };
static const struct rd_field case_fields[] = {
	{ "when", RD_NODE(rd_ivr_row, when), .help = "Conditions; all must "
	  "hold." },
	{ "then", RD_NODE(rd_ivr_row, then), .help = "Where it goes on." },
	{ "else", RD_NODE(rd_ivr_row, otherwise), .help = "Last row: where it "
	  "goes on if no row held." },
};
const struct rd_table rd_ivr_case_table = {
	RD_TABLE("row of choose", struct rd_ivr_row, case_fields),
};
/* clang-format on */

/* One row; *otherwise is set by else:. */
static int bind_case(struct rd_ivr_compiler *c, const struct rd_yaml *node,
		     bool last, struct rd_ivr_case *out)
{
	struct rd_ivr_row row = { 0 };
	int err;

	if (rd_bind(&c->bind, &rd_ivr_case_table, node, &row))
		return -EINVAL;
	out->place = node->place;
	if (row.otherwise ? row.when || row.then || !last
			  : !row.when || !row.then) {
		rd_diag_error(c->diag, node->place,
			      "choose: expected \"when\" and \"then\" in each "
			      "row; \"else\" alone, in the last");
		return -EINVAL;
	}
	if (row.otherwise)
		return rd_ivr_target(c, row.otherwise, "else", &out->target);
	err = rd_ivr_when(c, row.when, out);
	return rd_ivr_target(c, row.then, "then", &out->target) | err ? -EINVAL
								      : 0;
}

int rd_ivr_choose(struct rd_ivr_compiler *c, const struct rd_yaml *node,
		  const char *what, struct rd_ivr_choose *out)
{
	struct rd_ivr_case *cases;
	int err = 0;

	if (rd_yaml_expect(node, what, RD_YAML_SEQUENCE, c->diag))
		return -EINVAL;
	if (!node->n || node->n > ROWS_MAX) {
		rd_diag_error(c->diag, node->place,
			      "key \"%s\": found %u rows, expected 1 to %d",
			      what, node->n, ROWS_MAX);
		return -EINVAL;
	}
	cases = rd_config_alloc(c->config, node->n, sizeof(*cases));
	if (!cases)
		return -ENOMEM;
	for (uint32_t i = 0; i < node->n; i++)
		err |= bind_case(c, node->items[i], i + 1 == node->n,
				 &cases[i]);
	if (err)
		return -EINVAL;
	/* else: is a row without conditions, so it always holds */
	out->n = (uint16_t)node->n;
	out->cases = cases;
	return 0;
}
