// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is heard: texts, files, numbers, in every language.
 *
 * It is compiled once for each language of the configuration into a list of
 * its own, so the interpreter only picks a row. Where a language has no words
 * of its own the first language that has some stands in, and the author is
 * told.
 */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "daemon/ivr/compiler.h"
#include "daemon/ivr/say.h"
#include "daemon/msg.h"

#define TEXT_MAX     2000
#define NAMED_MAX    4 /* named prompts within named prompts */
#define PAUSE_MAX_MS 60000

static int refuse(struct rd_ivr_compiler *c, const struct rd_yaml *node,
		  const char *what, const char *expected)
{
	char words[RD_YAML_WORDS];

	rd_diag_error(c->diag, node->place, "key \"%s\": found %s, expected %s",
		      what, rd_yaml_words(node, words), expected);
	return -EINVAL;
}

struct variant { /* one list in one language, while it grows */
	struct rd_ivr_compiler *c;
	const char *what;
	enum rd_scalar scalar;
	uint16_t language;
	uint16_t n;
	uint16_t heard;	 /* whose words stand in, if missing */
	bool missing;	 /* no words in this language */
	bool in_variant; /* below {zh: ..., en: ...} */
	bool plain;	 /* words outside of that */
	int depth;	 /* of named prompts */
	struct rd_place place;
	struct rd_ivr_item items[RD_IVR_ITEMS_MAX];
};

static int add_value(struct variant *v, const struct rd_yaml *node,
		     enum rd_scalar scalar);

static int variant_error(struct variant *v, const struct rd_yaml *node,
			 const char *expected)
{
	return refuse(v->c, node, v->what, expected);
}

static int add_item(struct variant *v, const struct rd_yaml *node,
		    struct rd_ivr_item item)
{
	if (v->n == RD_IVR_ITEMS_MAX)
		return variant_error(v, node, "fewer pieces (at most 32)");
	v->items[v->n++] = item;
	return 0;
}

static int add_prompt(struct variant *v, const struct rd_yaml *node,
		      uint32_t prompt)
{
	if (prompt == RD_PROMPT_NONE)
		return -ENOMEM;
	return add_item(v, node,
			(struct rd_ivr_item){ .kind = RD_ITEM_PROMPT,
					      .prompt = prompt });
}

/* Text is spoken by the voice of the list's language. */
static int add_text(struct variant *v, const struct rd_yaml *node)
{
	const struct rd_config *config = v->c->config;
	const char *dollar = strchr(node->text, '$');

	if (strlen(node->text) > TEXT_MAX)
		return variant_error(v, node, "at most 2000 octets of text");
	if (dollar && islower((unsigned char)dollar[1]))
		return variant_error(v, node,
				     "words only: a variable is a piece of its "
				     "own, such as {number: name} or "
				     "{digits: name}");
	if (!node->text[strspn(node->text, " \t\n")])
		return 0;
	v->plain |= !v->in_variant;
	return add_prompt(v, node,
			  rd_config_prompt(v->c->config, "", node->text,
					   config->languages[v->language].voice,
					   node->place));
}

static int add_file(struct variant *v, const struct rd_yaml *node)
{
	if (node->kind != RD_YAML_SCALAR || !node->text[0])
		return variant_error(v, node, "the name of a sound file");
	return add_prompt(v, node,
			  rd_config_prompt(v->c->config, node->text, "", "",
					   node->place));
}

static int add_pause(struct variant *v, const struct rd_yaml *node)
{
	int64_t ms;

	if (rd_yaml_duration(node, "pause", 10, PAUSE_MAX_MS, &ms, v->c->diag))
		return -EINVAL;
	return add_item(
		v, node,
		(struct rd_ivr_item){ .prompt = RD_PAUSE_MS((uint32_t)ms) });
}

static int add_named(struct variant *v, const struct rd_yaml *node)
{
	const struct rd_yaml *all = v->c->prompts, *named;
	const char *names[256], *nearest;
	uint32_t n = 0;
	int err;

	named = all ? rd_yaml_get(all, node->text) : NULL;
	if (!named || node->kind != RD_YAML_SCALAR) {
		for (; all && n < all->n && n < 256; n++)
			names[n] = all->keys[n]->text;
		nearest = rd_diag_nearest(node->text, names, n);
		rd_diag_error(v->c->diag, node->place,
			      "key \"prompt\": no prompt \"%.64s\"%s%s%s",
			      node->text, nearest ? "; did you mean \"" : "",
			      nearest ? nearest : "", nearest ? "\"?" : "");
		return -EINVAL;
	}
	if (++v->depth > NAMED_MAX)
		return variant_error(v, node,
				     "prompts that do not name each other in "
				     "a circle");
	err = add_value(v, named, RD_SCALAR_TEXT);
	v->depth--;
	return err;
}

static int add_variable(struct variant *v, const struct rd_yaml *node,
			uint8_t kind)
{
	struct rd_ivr_item item = { .kind = kind };
	int err = 0;

	if (node->kind != RD_YAML_SCALAR)
		return variant_error(v, node, "the name of a variable");
	if (kind == RD_ITEM_DATE && !strcmp(node->text, "today"))
		item.kind = RD_ITEM_TODAY;
	else if (kind == RD_ITEM_TIME && !strcmp(node->text, "now"))
		item.kind = RD_ITEM_NOW;
	else if (!strcmp(node->text, "caller"))
		item.value.kind = RD_OPERAND_CALLER;
	else if (!strcmp(node->text, "called"))
		item.value.kind = RD_OPERAND_CALLED;
	else {
		item.value.kind = RD_OPERAND_VAR;
		err = rd_ivr_find_var(v->c, node->place, v->what, node->text,
				      false, false, &item.value.var);
	}
	return err ? err : add_item(v, node, item);
}

static int add_wait(struct variant *v, const struct rd_yaml *node)
{
	struct rd_ivr_item item = { .kind = RD_ITEM_WAIT };

	if (rd_yaml_ref(node, "wait", &v->c->config->scopes[RD_SCOPE_QUEUE],
			&item.queue, v->c->diag))
		return -EINVAL;
	return add_item(v, node, item);
}

/* clang-format off */
static const char *const piece_names[] = {
	"text", "file", "prompt", "pause", "wait",
	"number", "digits", "date", "time", "money",
};
/* clang-format on */

static int add_piece(struct variant *v, const struct rd_yaml *node)
{
	static const size_t count = sizeof(piece_names) / sizeof(*piece_names);
	const struct rd_yaml *value = node->items[0];
	size_t i = 0;

	while (i < count && strcmp(piece_names[i], node->keys[0]->text))
		i++;
	switch (i) {
	case 0:
		return add_value(v, value, RD_SCALAR_TEXT);
	case 1:
		return add_file(v, value);
	case 2:
		return add_named(v, value);
	case 3:
		return add_pause(v, value);
	case 4:
		return add_wait(v, value);
	default:
		return add_variable(v, value,
				    (uint8_t)(RD_ITEM_NUMBER + i - 5));
	}
}

static const struct rd_yaml *in_language(const struct rd_ivr_compiler *c,
					 const struct rd_yaml *node,
					 uint16_t language)
{
	return rd_yaml_get(node, c->config->languages[language].name);
}

/* {zh: ..., en: ...}: the language's own, or the first there is. */
static int add_variants(struct variant *v, const struct rd_yaml *node)
{
	const struct rd_config *config = v->c->config;
	const struct rd_yaml *words = in_language(v->c, node, v->language);
	bool in_variant = v->in_variant;
	uint16_t own = v->language;
	int err;

	for (uint16_t l = 0; l < config->nlanguages && !words; l++) {
		words = in_language(v->c, node, l);
		v->missing = true;
		v->heard = v->language = l; /* with that language's voice */
	}
	v->in_variant = true;
	err = add_value(v, words, v->scalar);
	v->in_variant = in_variant;
	v->language = own;
	return err;
}

/* {text: ..., language: en}: in that language, whatever the caller's. */
static int add_foreign(struct variant *v, const struct rd_yaml *node)
{
	bool in_variant = v->in_variant;
	uint16_t own = v->language;
	int err;

	err = rd_yaml_ref(rd_yaml_get(node, "language"), "language",
			  &v->c->config->scopes[RD_SCOPE_LANGUAGE],
			  &v->language, v->c->diag);
	v->in_variant = true;
	if (!err)
		err = add_value(v, rd_yaml_get(node, "text"), RD_SCALAR_TEXT);
	v->in_variant = in_variant;
	v->language = own;
	return err;
}

/* Is every key a language, or every key a piece? Says so if neither. */
static int check_mapping(struct variant *v, const struct rd_yaml *node,
			 bool *languages)
{
	const struct rd_config *config = v->c->config;
	const char *names[64];
	size_t n = 0, nlanguages = 0, npieces = 0;

	for (uint16_t l = 0; l < config->nlanguages && n < 32; l++)
		names[n++] = config->languages[l].name;
	for (size_t i = 0; i < sizeof(piece_names) / sizeof(*piece_names); i++)
		names[n++] = piece_names[i];
	for (uint32_t k = 0; k < node->n; k++) {
		const char *key = node->keys[k]->text, *nearest;
		size_t i = 0;

		while (i < n && strcmp(names[i], key))
			i++;
		if (i < n) {
			nlanguages += i < config->nlanguages;
			npieces += i >= config->nlanguages;
			continue;
		}
		nearest = rd_diag_nearest(key, names, n);
		rd_diag_error(v->c->diag, node->keys[k]->place,
			      "key \"%.64s\": neither a language nor a piece "
			      "to be said%s%s%s",
			      key, nearest ? "; did you mean \"" : "",
			      nearest ? nearest : "", nearest ? "\"?" : "");
		return -EINVAL;
	}
	if ((nlanguages && npieces) || npieces > 1 || !node->n)
		return variant_error(v, node,
				     "one piece such as {digits: card}, or "
				     "languages such as {zh: ..., en: ...}");
	*languages = nlanguages > 0;
	return 0;
}

static int add_value(struct variant *v, const struct rd_yaml *node,
		     enum rd_scalar scalar)
{
	bool languages;
	int err = 0;

	v->scalar = scalar;
	switch (node->kind) {
	case RD_YAML_SCALAR:
		return scalar == RD_SCALAR_TEXT ? add_text(v, node)
						: add_file(v, node);
	case RD_YAML_SEQUENCE:
		for (uint32_t i = 0; i < node->n && !err; i++)
			err = add_value(v, node->items[i], scalar);
		return err;
	default:
		if (node->n == 2 && rd_yaml_get(node, "text") &&
		    rd_yaml_get(node, "language"))
			return add_foreign(v, node);
		err = check_mapping(v, node, &languages);
		if (err)
			return err;
		return languages ? add_variants(v, node) : add_piece(v, node);
	}
}

/* Writes [list][language]; rows of all languages lie together. */
static int store_variant(struct rd_ivr_compiler *c, const struct variant *v)
{
	struct rd_ivr_list *list = rd_ivr_push(&c->lists);

	if (!list)
		return -ENOMEM;
	list->first = c->items.n;
	list->n = v->n;
	list->stands_in = v->missing;
	list->plain = v->plain;
	list->heard = v->heard;
	list->place = v->place;
	for (uint16_t i = 0; i < v->n; i++) {
		struct rd_ivr_item *item = rd_ivr_push(&c->items);

		if (!item)
			return -ENOMEM;
		*item = v->items[i];
	}
	return 0;
}

static void warn_of_language(struct rd_ivr_compiler *c, const struct variant *v,
			     const struct rd_yaml *node)
{
	const struct rd_cfg_language *languages = c->config->languages;

	if (c->proving)
		return;
	if (v->missing && (c->languages >> v->language & 1))
		rd_diag_warning(c->diag, node->place,
				"key \"%s\": no words in \"%s\"; heard in "
				"\"%s\"",
				v->what, languages[v->language].name,
				languages[v->heard].name);
	/* said once: it is so in every language */
	if (v->plain && v->language == 0 && (c->languages & (c->languages - 1)))
		rd_diag_warning(c->diag, node->place,
				"key \"%s\": the same words in every language; "
				"write {%s: ..., %s: ...}",
				v->what, languages[0].name, languages[1].name);
}

int rd_ivr_list(struct rd_ivr_compiler *c, const struct rd_yaml *node,
		const char *what, enum rd_scalar scalar, uint32_t *out)
{
	uint32_t list = c->lists.n / c->config->nlanguages;
	int err = 0;

	for (uint16_t l = 0; l < c->config->nlanguages; l++) {
		struct variant v = { .c = c,
				     .what = what,
				     .language = l,
				     .place = node->place };

		/* what all languages share would fail again: once is enough */
		if (!err)
			err = add_value(&v, node, scalar);
		if (!err)
			warn_of_language(c, &v, node);
		if (store_variant(c, &v))
			return -ENOMEM;
	}
	*out = list;
	return err;
}

uint32_t rd_ivr_phrase(struct rd_ivr_compiler *c, int atom)
{
	uint32_t list = c->lists.n / c->config->nlanguages;

	for (uint16_t l = 0; l < c->config->nlanguages; l++) {
		struct variant v = { .c = c, .language = l };
		uint32_t prompt =
			rd_say_prompt(c->config, l, (enum rd_say_atom)atom);

		if (prompt != RD_PROMPT_NONE)
			v.items[v.n++].prompt = prompt;
		if (store_variant(c, &v))
			return RD_LIST_NONE;
	}
	return list;
}
