// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The blacklist's CSV file: number, reason, cause, the last two optional. Every
 * bad line is reported with its place.
 */
#include "lib/config/build.h"

#define REASON_MAX 200

struct reading {
	struct rd_cfg_block *out;
	uint16_t *n, max;
	struct rd_diag *diag;
};

static bool take_row(void *context, char *const *value, struct rd_place place)
{
	struct reading *r = context;
	struct rd_cfg_block block = { .place = place,
				      .reason = "",
				      .cause = 17 };
	struct rd_yaml node = { .place = place,
				.kind = RD_YAML_SCALAR,
				.quoted = true };
	int64_t cause;

	if (*r->n == r->max) {
		rd_diag_error(r->diag, place,
			      "more callers than limits.blacklist, %u", r->max);
		return false;
	}
	node.text = value[0] ? value[0] : "";
	if (rd_yaml_digits(&node, "number", true, &block.number, r->diag))
		return true;
	node.text = value[1];
	if (value[1] && rd_yaml_string(&node, "reason", 0, REASON_MAX,
				       &block.reason, r->diag))
		return true;
	node.text = value[2];
	if (value[2] && value[2][0]) {
		if (rd_yaml_int(&node, "cause", 1, 127, &cause, r->diag))
			return true;
		block.cause = (uint8_t)cause;
	}
	r->out[(*r->n)++] = block;
	return true;
}

void rd_blacklist_read(struct rd_config_build *build,
		       const struct rd_bundle_file *file,
		       struct rd_cfg_block *out, uint16_t *n, uint16_t max,
		       struct rd_diag *diag)
{
	static const char *const columns[] = { "number", "reason", "cause",
					       NULL };
	struct reading reading = { out, n, max, diag };

	rd_rows_read(build, file, columns, take_row, &reading, diag);
}
