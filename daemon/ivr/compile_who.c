// SPDX-License-Identifier: GPL-2.0-or-later
/* Conditions on who calls: lists, levels, areas. */
#include <errno.h>
#include <string.h>

#include "daemon/ivr/compiler.h"

#define NAMES_MAX 256

/* One name, or a list of them; NULL and an error: neither. */
static const struct rd_yaml *const *names_of(struct rd_bind *bind,
					     const struct rd_yaml *const *node,
					     const char *what, uint32_t *n)
{
	char words[RD_YAML_WORDS];
	bool many = (*node)->kind == RD_YAML_SEQUENCE;

	*n = many ? (*node)->n : 1;
	if (*n && *n <= NAMES_MAX && (*node)->kind != RD_YAML_MAPPING)
		return many ? (*node)->items : node;
	rd_diag_error(bind->diag, (*node)->place,
		      "key \"%s\": found %s, expected a name, or a list of 1 "
		      "to %d names",
		      what, rd_yaml_words(*node, words), NAMES_MAX);
	return NULL;
}

static int add_lists(struct rd_bind *bind, const struct rd_yaml *node,
		     const char *what, enum rd_cond_kind kind)
{
	struct rd_ivr_compiler *c = rd_ivr_compiler_of(bind);
	const struct rd_yaml *const *names;
	struct rd_ivr_cond *cond;
	uint16_t *refs;
	uint32_t n;
	int err = 0;

	names = names_of(bind, &node, what, &n);
	cond = names ? rd_ivr_cond_add(bind, node, kind) : NULL;
	refs = rd_config_alloc(c->config, n + 1u, sizeof(*refs));
	if (!cond || !refs)
		return -EINVAL;
	for (uint32_t i = 0; i < n; i++)
		err |= rd_yaml_ref(names[i], what, &bind->scopes[RD_SCOPE_LIST],
				   &refs[i], bind->diag);
	cond->refs = refs;
	cond->n = (uint16_t)n;
	cond->var = c->when->var;
	return err ? -EINVAL : 0;
}

static int parse_lists(struct rd_bind *bind, const struct rd_yaml *node,
		       const char *what, void *out)
{
	return add_lists(bind, node, what, RD_COND_LIST);
}

static int parse_on_list(struct rd_bind *bind, const struct rd_yaml *node,
			 const char *what, void *out)
{
	return rd_ivr_need_var(bind, node, what)
		       ? -EINVAL
		       : add_lists(bind, node, what, RD_COND_ON_LIST);
}

/* scope: names there are, or NULL: any. */
static int add_names(struct rd_bind *bind, const struct rd_yaml *node,
		     const char *what, enum rd_cond_kind kind,
		     const struct rd_scope *scope)
{
	struct rd_ivr_compiler *c = rd_ivr_compiler_of(bind);
	const struct rd_yaml *const *names;
	struct rd_ivr_cond *cond;
	const char **texts;
	uint16_t known;
	uint32_t n;
	int err = 0;

	names = names_of(bind, &node, what, &n);
	cond = names ? rd_ivr_cond_add(bind, node, kind) : NULL;
	texts = rd_config_alloc(c->config, n + 1u, sizeof(*texts));
	if (!cond || !texts)
		return -EINVAL;
	for (uint32_t i = 0; i < n; i++) {
		texts[i] = "";
		if (scope)
			err |= rd_yaml_ref(names[i], what, scope, &known,
					   bind->diag);
		err |= rd_yaml_string(names[i], what, 1, RD_LIST_NAME_LEN - 1,
				      &texts[i], bind->diag);
	}
	cond->texts = texts;
	cond->n = (uint16_t)n;
	return err ? -EINVAL : 0;
}

static int parse_level(struct rd_bind *bind, const struct rd_yaml *node,
		       const char *what, void *out)
{
	return add_names(bind, node, what, RD_COND_LEVEL, NULL);
}

static int parse_area(struct rd_bind *bind, const struct rd_yaml *node,
		      const char *what, void *out)
{
	return add_names(bind, node, what, RD_COND_AREA,
			 &bind->scopes[RD_SCOPE_AREA]);
}

/* clang-format off */
#define NAMES "{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"array\","           \
	"\"minItems\":1,\"items\":{\"type\":\"string\"}}]}"
#define FORMAT(name, parse_, expected_)                                       \
	const struct rd_format rd_ivr_when_##name = {                         \
		.expected = (expected_), .schema = NAMES, .parse = (parse_) }

FORMAT(lists, parse_lists, "a list of callers, or several");
FORMAT(on_list, parse_on_list, "a list of callers, or several");
FORMAT(level, parse_level, "a level, or several");
FORMAT(area, parse_area, "an area, or several");
/* clang-format on */
