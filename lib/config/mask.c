// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * PINs out of a bundle that is to lie on a disk.
 *
 * Digits become zeros where they stand, so all places in the text stay what
 * they were, and the bundle compiles to the same configuration but for the
 * PINs: whoever decides never reads them (the comparison is made outside and
 * its answer is an event). Masked is what the parser says is a PIN; afterwards
 * it is asked once more, so that no way to write one (an anchor, an escape, a
 * block) is overlooked: what cannot be masked is an error.
 */
#include <errno.h>
#include <string.h>

#include "lib/config/build.h"

#define DIGITS "0123456789ABCD*#"

/* The octet at line and column; columns count characters. NULL: beyond it. */
static char *octet_at(char *text, size_t len, struct rd_place place)
{
	char *end = text + len, *at = text;

	for (int line = 1; at && line < place.line; line++) {
		at = memchr(at, '\n', (size_t)(end - at));
		at = at ? at + 1 : NULL;
	}
	for (int column = 1; at && at < end && column < place.column; column++)
		do
			at++;
		while (at < end && (*at & 0xc0) == 0x80);
	return at && at < end ? at : NULL;
}

/* Zeros for the digits of the scalar that begins at text. */
static void mask_scalar(char *text, const char *end)
{
	char quote;

	while (text < end && (*text == '&' || *text == '!')) {
		while (text < end && !strchr(" \n", *text))
			text++;
		while (text < end && *text == ' ')
			text++;
	}
	if (text == end)
		return;
	quote = *text == '"' || *text == '\'' ? *text++ : 0;
	for (; text < end; text++) {
		if (quote ? *text == quote : !strchr(DIGITS, *text))
			return;
		if (strchr(DIGITS, *text))
			*text = '0';
	}
}

static bool is_masked(const struct rd_yaml *pin)
{
	return pin->kind != RD_YAML_SCALAR ||
	       strspn(pin->text, "0") == strlen(pin->text);
}

struct mask {
	const struct rd_bundle_file *file;
	struct rd_diag *diag; /* NULL: mask; else look, and tell */
	int left;	      /* PINs that could be read */
};

static void mask_pin(struct mask *m, const struct rd_yaml *pin)
{
	char *text = (char *)m->file->text, *at;

	if (is_masked(pin))
		return;
	m->left++;
	if (m->diag) {
		rd_diag_error(m->diag, pin->place,
			      "key \"pin\": write plain digits: only these can "
			      "be kept out of the journal");
		return;
	}
	at = octet_at(text, m->file->len, pin->place);
	if (at)
		mask_scalar(at, text + m->file->len);
}

/* Agents, mailboxes, whatever has one: wherever a key "pin" stands. */
static void walk(struct mask *m, const struct rd_yaml *node)
{
	for (uint32_t i = 0; i < node->n; i++) {
		if (node->kind == RD_YAML_MAPPING &&
		    !strcmp(node->keys[i]->text, "pin"))
			mask_pin(m, node->items[i]);
		walk(m, node->items[i]);
	}
}

static int pass(const struct rd_bundle_file *file, struct rd_diag *diag)
{
	struct mask m = { .file = file, .diag = diag };
	const struct rd_yaml *root;
	struct rd_arena arena;
	struct rd_diag silent;

	rd_arena_init(&arena, 0);
	rd_diag_init(&silent);
	root = rd_yaml_parse(&arena, file->name, file->text, file->len,
			     &silent);
	if (root)
		walk(&m, root);
	rd_diag_free(&silent);
	rd_arena_free(&arena);
	return root ? m.left : -EINVAL;
}

int rd_bundle_mask(struct rd_bundle *bundle, struct rd_diag *diag)
{
	struct rd_bundle_file file;

	if (!rd_bundle_file(bundle, 0, &file))
		return -EINVAL;
	pass(&file, NULL);
	return pass(&file, diag) ? -EINVAL : 0;
}
