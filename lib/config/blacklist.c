// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The blacklist's CSV file: "number,reason,cause" a line, the last two
 * optional, text in quotes where it holds a comma (RFC 4180). Empty lines,
 * lines that begin with # and, before any other, one that begins with "number"
 * say nothing. Every bad line is reported with its place.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/config/build.h"

#define FIELDS	   3
#define REASON_MAX 200

struct line {
	const char *text, *end;
	struct rd_place place;
};

/*
 * The next field of a line into buf, unquoted; *at moves behind its comma, and
 * is NULL after the last. False: a quote that does not end.
 */
static bool take_field(const struct line *line, const char **at,
		       struct rd_arena *arena, char **out)
{
	const char *c = *at;
	char *buf = rd_arena_alloc(arena, (size_t)(line->end - c) + 1, 1);
	size_t n = 0;

	if (!buf)
		return false;
	if (c < line->end && *c == '"') {
		for (c++;; c++) {
			if (c == line->end)
				return false;
			if (*c == '"' && !(c + 1 < line->end && c[1] == '"'))
				break;
			if (*c == '"')
				c++;
			buf[n++] = *c;
		}
		c++;
	}
	while (c < line->end && *c != ',')
		buf[n++] = *c++;
	while (n && buf[n - 1] == ' ')
		n--;
	buf[n] = 0;
	*out = buf + strspn(buf, " ");
	*at = c < line->end ? c + 1 : NULL;
	return true;
}

static bool take_line(struct rd_config_build *build, const struct line *line,
		      struct rd_cfg_block *out, struct rd_diag *diag)
{
	char *fields[FIELDS] = { NULL };
	const char *at = line->text;
	struct rd_yaml node = { .place = line->place,
				.kind = RD_YAML_SCALAR,
				.quoted = true };
	struct rd_cfg_block block = { .place = line->place,
				      .reason = "",
				      .cause = 17 };
	int64_t cause;

	for (int i = 0; i < FIELDS && at; i++) {
		if (take_field(line, &at, &build->arena, &fields[i]))
			continue;
		rd_diag_error(diag, line->place,
			      "a quote begins and does not end in this line");
		return false;
	}
	if (at) {
		rd_diag_error(diag, line->place,
			      "more than number, reason, cause; put text that "
			      "holds a comma in \"quotes\"");
		return false;
	}
	node.text = fields[0];
	if (rd_yaml_digits(&node, "number", true, &block.number, diag))
		return false;
	if (fields[1]) {
		node.text = fields[1];
		if (rd_yaml_string(&node, "reason", 0, REASON_MAX,
				   &block.reason, diag))
			return false;
	}
	if (fields[2] && fields[2][0]) {
		node.text = fields[2];
		if (rd_yaml_int(&node, "cause", 1, 127, &cause, diag))
			return false;
		block.cause = (uint8_t)cause;
	}
	*out = block;
	return true;
}

void rd_blacklist_read(struct rd_config_build *build,
		       const struct rd_bundle_file *file,
		       struct rd_cfg_block *out, uint16_t *n, uint16_t max,
		       struct rd_diag *diag)
{
	const char *at = file->text, *end = file->text + file->len;
	struct line line = { .place = { .column = 1 } };
	uint32_t seen = 0; /* lines that say something */
	bool is_head;

	line.place.file =
		rd_arena_text(&build->arena, file->name, strlen(file->name));
	if (file->len && memchr(file->text, 0, file->len)) {
		rd_diag_error(diag, line.place, "not text: a NUL in it");
		return;
	}
	while (at < end) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));

		line.text = at;
		line.end = stop ? stop : end;
		at = stop ? stop + 1 : end;
		line.place.line++;
		if (line.end > line.text && line.end[-1] == '\r')
			line.end--;
		if (line.end == line.text || line.text[0] == '#')
			continue;
		is_head = !seen++ && line.end - line.text >= 6 &&
			  !strncasecmp(line.text, "number", 6);
		if (is_head)
			continue;
		if (*n == max) {
			rd_diag_error(diag, line.place,
				      "more callers than limits.blacklist, "
				      "%u",
				      max);
			return;
		}
		if (take_line(build, &line, &out[*n], diag))
			++*n;
	}
}
