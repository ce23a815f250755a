// SPDX-License-Identifier: GPL-2.0-or-later
/* Requests to JSON, replies from it; see wire.h. Outside input: checked whole. */
#include "daemon/program/wire.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

/* ---- requests -------------------------------------------------------------------- */

static json_t *request_of(const struct rd_cmd_program *cmd)
{
	const char *p = cmd->data;
	const char *end = (const char *)cmd + cmd->msg.len;
	json_t *root = json_object(), *vars = json_object();

	json_object_set_new(root, "request", json_integer(cmd->request));
	for (uint16_t i = 0; i < cmd->pairs; i++) {
		const char *name = p, *value;
		json_t *text;

		p = memchr(p, 0, (size_t)(end - p));
		value = p ? p + 1 : end;
		p = value < end ? memchr(value, 0, (size_t)(end - value))
				: NULL;
		if (!p) {
			json_decref(root);
			json_decref(vars);
			return NULL;
		}
		p++;
		text = json_string(value);
		if (!text) /* no UTF-8: a name from the network */
			text = json_string("");
		json_object_set_new(name[0] == '$' ? vars : root,
				    name + (name[0] == '$'), text);
	}
	json_object_set_new(root, "variables", vars);
	return root;
}

int rd_request_write(const struct rd_cmd_program *cmd, char *out, size_t cap)
{
	json_t *root = request_of(cmd);
	size_t len;

	if (!root)
		return -EINVAL;
	len = json_dumpb(root, out, cap, JSON_COMPACT | JSON_PRESERVE_ORDER);
	json_decref(root);
	if (len + 1 > cap)
		return -EMSGSIZE;
	out[len++] = '\n';
	return (int)len;
}

/* ---- replies --------------------------------------------------------------------- */

static int refuse(struct rd_reply *r, const char *why, const char *what)
{
	snprintf(r->why, sizeof(r->why), why, what);
	return -EBADMSG;
}

static int add(struct rd_reply *r, const char *prefix, const char *name,
	       const char *value)
{
	size_t n = strlen(prefix) + strlen(name) + 1, v = strlen(value) + 1;

	if (r->pairs == RD_REPLY_PAIRS || r->len + n + v > sizeof(r->data))
		return refuse(r, "more than can be taken%s", "");
	sprintf(r->data + r->len, "%s%s", prefix, name);
	memcpy(r->data + r->len + n, value, v);
	r->len += (uint32_t)(n + v);
	r->pairs++;
	return 0;
}

/* A scalar as text, at most max octets. */
static int text_of(struct rd_reply *r, const char *key, const json_t *value,
		   size_t max, char *out)
{
	int len = -1;

	if (json_is_string(value))
		len = strlen(json_string_value(value)) ==
				      json_string_length(value)
			      ? snprintf(out, max + 1, "%s",
					 json_string_value(value))
			      : -1;
	else if (json_is_integer(value))
		len = snprintf(out, max + 1, "%lld",
			       (long long)json_integer_value(value));
	else if (json_is_boolean(value))
		len = snprintf(out, max + 1, "%s",
			       json_is_true(value) ? "yes" : "no");
	if (len < 0)
		return refuse(r, "\"%.60s\": expected text or a whole number",
			      key);
	if ((size_t)len > max)
		return refuse(r, "\"%.60s\": too long", key);
	return 0;
}

static int read_set(struct rd_reply *r, json_t *set)
{
	char text[RD_REPLY_VALUE + 1];
	const char *name;
	json_t *value;
	int err = 0;

	if (!json_is_object(set))
		return refuse(r, "\"set\": expected variables and values%s",
			      "");
	json_object_foreach(set, name, value)
	{
		if (strlen(name) >= 32)
			return refuse(r, "\"set\": no variable \"%.60s\"",
				      name);
		err = text_of(r, name, value, RD_REPLY_VALUE, text);
		if (!err)
			err = add(r, "=", name, text);
		if (err)
			return err;
	}
	return 0;
}

static int read_piece(struct rd_reply *r, json_t *piece, int *texts)
{
	static const char *const kinds[] = { "text",   "number", "digits",
					     "date",   "time",	 "money",
					     "prompt", "pause",	 NULL };
	char text[RD_REPLY_TEXT + 1];
	const char *kind = "text";
	json_t *value = piece;
	int i = 0, err;

	if (json_is_object(piece)) {
		void *at = json_object_iter(piece);

		if (json_object_size(piece) != 1)
			return refuse(r, "\"say\": expected one key%s", "");
		kind = json_object_iter_key(at);
		value = json_object_iter_value(at);
	}
	while (kinds[i] && strcmp(kinds[i], kind))
		i++;
	if (!kinds[i])
		return refuse(r, "\"say\": nothing is said as \"%.40s\"", kind);
	if (!i && ++*texts > RD_REPLY_TEXTS)
		return refuse(r, "\"say\": too many texts%s", "");
	err = text_of(r, kind, value, i ? RD_REPLY_VALUE : RD_REPLY_TEXT, text);
	return err ? err : add(r, "", kind, text);
}

static int read_say(struct rd_reply *r, json_t *say)
{
	int texts = 0, err;
	json_t *piece;
	size_t i;

	if (!json_is_array(say))
		return read_piece(r, say, &texts);
	if (json_array_size(say) > RD_REPLY_SAID)
		return refuse(r, "\"say\": too many pieces%s", "");
	json_array_foreach(say, i, piece)
	{
		err = read_piece(r, piece, &texts);
		if (err)
			return err;
	}
	return 0;
}

static int read_key(struct rd_reply *r, const char *key, json_t *value)
{
	char text[RD_REPLY_VALUE + 1];
	int err;

	if (!strcmp(key, "request")) {
		if (!json_is_integer(value) || json_integer_value(value) < 0 ||
		    json_integer_value(value) > UINT32_MAX)
			return refuse(r, "\"request\": expected its number%s",
				      "");
		r->request = (uint32_t)json_integer_value(value);
		return 0;
	}
	if (!strcmp(key, "set"))
		return read_set(r, value);
	if (!strcmp(key, "say"))
		return read_say(r, value);
	if (strcmp(key, "goto"))
		return refuse(r, "key \"%.40s\": unknown", key);
	err = text_of(r, key, value, RD_REPLY_VALUE, text);
	return err ? err : add(r, "", "goto", text);
}

int rd_reply_read(const char *line, size_t len, struct rd_reply *out)
{
	json_error_t error;
	json_t *root = json_loadb(line, len, JSON_REJECT_DUPLICATES, &error);
	const char *key;
	json_t *value;
	int err = 0;

	memset(out, 0, sizeof(*out));
	if (!json_is_object(root)) {
		json_decref(root);
		return refuse(out, "no object of JSON: %.100s",
			      root ? "" : error.text);
	}
	if (!json_object_get(root, "request"))
		err = refuse(out, "\"request\" is missing%s", "");
	json_object_foreach(root, key, value)
	{
		if (!err)
			err = read_key(out, key, value);
	}
	json_decref(root);
	return err;
}
