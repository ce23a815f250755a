// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The text of ringdown.yaml and of every file it names, in one block.
 *
 *	| head | folder NUL pad | file | name NUL text pad | file | ... |
 *
 * What is said once is stored once: names are as messages will show them, and
 * the folder is what they are relative to. A file that could not be read is
 * there with its error, so that compiling reports it beside all the others, at
 * the line that names it. Time zones that we do not know by name are there as
 * the rule the system has for them, as files "zoneinfo/...". No pointers: a
 * bundle may lie in a journal and be read back by another process. It is then
 * checked like any outside input.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/config/build.h"
#include "lib/config/zone.h"

#define MAGIC	  0x31424452u /* "RDB1" */
#define FILES_MAX 2000u
#define ZONE_NAME \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/"
#define PAD(n) (((n) + 7) & ~(size_t)7)

struct head {
	uint32_t magic, files;
	uint64_t len; /* of the bundle */
	uint64_t folder_len;
};

struct file_head {
	int32_t err; /* negative errno, or 0 */
	uint32_t name_len;
	uint64_t text_len;
};

/* ---- reading a bundle --------------------------------------------------- */

/* n octets at *at, then past their padding; NULL: beyond the end. */
static const void *take(const struct rd_bundle *bundle, size_t *at, size_t n)
{
	size_t from = *at;

	if (n > bundle->len - from || PAD(n) > bundle->len - from)
		return NULL;
	*at = from + PAD(n);
	return (const char *)bundle->data + from;
}

/* len octets and a NUL, no other NUL in them. */
static const char *take_string(const struct rd_bundle *bundle, size_t *at,
			       size_t len)
{
	const char *text;

	if (len >= PATH_MAX)
		return NULL;
	text = take(bundle, at, len + 1);
	return text && strnlen(text, len + 1) == len ? text : NULL;
}

static const struct head *open_bundle(const struct rd_bundle *bundle,
				      size_t *at, const char **folder)
{
	const struct head *head;

	*at = 0;
	head = take(bundle, at, sizeof(*head));
	if (!head || head->magic != MAGIC || head->len != bundle->len ||
	    head->files > FILES_MAX)
		return NULL;
	*folder = take_string(bundle, at, head->folder_len);
	return *folder ? head : NULL;
}

const char *rd_bundle_folder(const struct rd_bundle *bundle)
{
	const char *folder;
	size_t at;

	return open_bundle(bundle, &at, &folder) ? folder : NULL;
}

bool rd_bundle_file(const struct rd_bundle *bundle, uint32_t i,
		    struct rd_bundle_file *out)
{
	const char *folder;
	const struct head *head;
	size_t at;

	head = open_bundle(bundle, &at, &folder);
	if (!head || i >= head->files)
		return false;
	for (;; i--) {
		const struct file_head *file = take(bundle, &at, sizeof(*file));
		const char *name, *text;

		if (!file)
			return false;
		name = take_string(bundle, &at, file->name_len);
		if (!name)
			return false;
		text = take(bundle, &at, file->text_len);
		if (!text)
			return false;
		if (i)
			continue;
		*out = (struct rd_bundle_file){ name, text, file->text_len,
						file->err };
		return true;
	}
}

bool rd_bundle_find(const struct rd_bundle *bundle, const char *name,
		    struct rd_bundle_file *out)
{
	for (uint32_t i = 0; rd_bundle_file(bundle, i, out); i++)
		if (!strcmp(out->name, name))
			return true;
	return false;
}

/* ---- making one --------------------------------------------------------- */

const char *rd_path_beside(struct rd_arena *arena, const char *at,
			   const char *path)
{
	const char *slash = strrchr(at, '/');

	if (path[0] == '/' || !slash)
		return rd_arena_text(arena, path, strlen(path));
	return rd_arena_printf(arena, "%.*s%s", (int)(slash - at) + 1, at,
			       path);
}

static int append(struct rd_bundle *b, const void *data, size_t len)
{
	static const char zeros[8];
	size_t pad = PAD(len) - len;
	char *grown = realloc(b->data, b->len + len + pad);

	if (!grown)
		return -ENOMEM;
	if (len)
		memcpy(grown + b->len, data, len);
	memcpy(grown + b->len + len, zeros, pad);
	b->data = grown;
	b->len += len + pad;
	return 0;
}

/* The whole of a file, owned by the caller; 0 or negative errno. */
static int slurp(const char *path, char **text, size_t *len)
{
	struct stat st;
	size_t got = 0;
	char *buf = NULL;
	int fd, err = 0;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st))
		err = -errno;
	else if (S_ISDIR(st.st_mode))
		err = -EISDIR;
	else if (!S_ISREG(st.st_mode)) /* never wait for a pipe */
		err = -EINVAL;
	else if (st.st_size > RD_YAML_TEXT_MAX)
		err = -EFBIG;
	if (!err && !(buf = malloc((size_t)st.st_size + 1)))
		err = -ENOMEM;
	/* a file that grows meanwhile is cut, one that shrinks is short */
	while (!err && got < (size_t)st.st_size) {
		ssize_t n = read(fd, buf + got, (size_t)st.st_size - got);

		if (n < 0 && errno != EINTR)
			err = -errno;
		if (!n)
			break;
		if (n > 0)
			got += (size_t)n;
	}
	close(fd);
	if (err) {
		free(buf);
		return err;
	}
	*text = buf;
	*len = got;
	return 0;
}

static int append_file(struct rd_bundle *b, const char *name, int reason,
		       const char *text, size_t len)
{
	struct file_head head = {
		.err = reason,
		.name_len = (uint32_t)strlen(name),
		.text_len = len,
	};
	int err = append(b, &head, sizeof(head));

	if (!err)
		err = append(b, name, head.name_len + 1);
	if (!err)
		err = append(b, text, len);
	if (!err)
		((struct head *)b->data)->files++;
	((struct head *)b->data)->len = b->len; /* fit to be searched */
	return err;
}

/*
 * A file, or why it cannot be read; 0 or -ENOMEM. Its text is *text, owned by
 * the caller, *len octets, unless text is NULL.
 */
static int add_file(struct rd_bundle *b, const char *name, char **text,
		    size_t *len)
{
	char *buf = NULL;
	size_t got = 0;
	int reason = slurp(name, &buf, &got), err = -ENOMEM;

	if (reason != -ENOMEM)
		err = append_file(b, name, reason, buf, got);
	if (err || !text) {
		free(buf);
		return err;
	}
	*text = buf;
	*len = got;
	return reason;
}

static bool is_full(const struct rd_bundle *b)
{
	return ((const struct head *)b->data)->files == FILES_MAX;
}

/* A file that the main one names, unless it is there already. */
static int include(struct rd_bundle *b, struct rd_arena *arena,
		   const struct rd_yaml *at)
{
	struct rd_bundle_file have;
	const char *name;

	if (!at || at->kind != RD_YAML_SCALAR || rd_yaml_is_null(at))
		return 0;
	name = rd_path_beside(arena, at->place.file, at->text);
	if (!name)
		return -ENOMEM;
	if (strlen(name) >= PATH_MAX || rd_bundle_find(b, name, &have) ||
	    is_full(b))
		return 0; /* compiling will say so */
	return add_file(b, name, NULL, NULL);
}

/* The file that a mapping names as "file", if it does. */
static int include_of(struct rd_bundle *b, struct rd_arena *arena,
		      const struct rd_yaml *node)
{
	return include(b, arena, node ? rd_yaml_get(node, "file") : NULL);
}

/* The rule at the end of a TZif file (RFC 8536, 3.3), cut out in place. */
static const char *footer(char *text, size_t len)
{
	char *begin;

	if (len < 8 || memcmp(text, "TZif", 4) || text[len - 1] != '\n')
		return NULL;
	text[len - 1] = 0;
	begin = memrchr(text, '\n', len - 1);
	return begin ? begin + 1 : NULL;
}

/* A time zone that zone.c does not know by name, as the system has it now. */
static int include_zone(struct rd_bundle *b, struct rd_arena *arena,
			const struct rd_yaml *node)
{
	const char *folder = getenv("TZDIR"), *name, *path, *rule;
	struct rd_bundle_file have;
	struct rd_zone zone;
	char *text = NULL;
	size_t len = 0;
	int err = 0;

	if (!node || !rd_zone_parse(node->text, &zone, NULL) ||
	    strspn(node->text, ZONE_NAME) != strlen(node->text) ||
	    node->text[0] == '/' || strlen(node->text) > 64)
		return 0;
	name = rd_arena_printf(arena, RD_BUNDLE_ZONE "%s", node->text);
	path = rd_arena_printf(arena, "%s/%s",
			       folder ? folder : "/usr/share/zoneinfo",
			       node->text);
	if (!name || !path)
		return -ENOMEM;
	if (rd_bundle_find(b, name, &have) || is_full(b))
		return 0;
	if (slurp(path, &text, &len)) /* compiling will say so */
		return 0;
	rule = footer(text, len);
	if (rule)
		err = append_file(b, name, 0, rule, strlen(rule) + 1);
	free(text);
	return err;
}

/* Here errors of the text are not told: compiling finds them again. */
static int include_all(struct rd_bundle *b, const char *main, const char *text,
		       size_t len)
{
	const struct rd_yaml *root, *trees, *lists, *calendars, *duty;
	static const char *const with_file[] = { "blacklist", "areas" };
	struct rd_arena arena;
	struct rd_diag silent;
	int err = 0;

	rd_arena_init(&arena, 0);
	rd_diag_init(&silent);
	root = rd_yaml_parse(&arena, main, text, len, &silent);
	trees = root ? rd_yaml_get(root, "trees") : NULL;
	lists = root ? rd_yaml_get(root, "lists") : NULL;
	calendars = root ? rd_yaml_get(root, "calendars") : NULL;
	duty = root ? rd_yaml_get(root, "duty") : NULL;
	for (uint32_t i = 0; !err && trees && i < trees->n; i++) {
		const struct rd_yaml *tree = trees->items[i];

		if (tree->kind == RD_YAML_MAPPING)
			tree = rd_yaml_get(tree, "file");
		err = include(b, &arena, tree);
	}
	if (!err && root)
		err = include_zone(b, &arena, rd_yaml_get(root, "timezone"));
	for (size_t i = 0; !err && root && i < 2; i++)
		err = include_of(b, &arena, rd_yaml_get(root, with_file[i]));
	for (uint32_t i = 0; !err && lists && i < lists->n; i++)
		err = include_of(b, &arena, lists->items[i]);
	for (uint32_t i = 0; !err && calendars && i < calendars->n; i++)
		err = include_zone(
			b, &arena,
			rd_yaml_get(calendars->items[i], "timezone"));
	for (uint32_t i = 0; !err && duty && i < duty->n; i++)
		err = include_zone(b, &arena,
				   rd_yaml_get(duty->items[i], "timezone"));
	rd_diag_free(&silent);
	rd_arena_free(&arena);
	return err;
}

int rd_bundle_read(const char *path, struct rd_bundle *out,
		   struct rd_diag *diag)
{
	struct rd_bundle b = { NULL, 0 };
	struct head head = { .magic = MAGIC };
	char folder[PATH_MAX] = "/", *text = NULL;
	size_t len = 0;
	int err;

	if (path[0] != '/' && !getcwd(folder, sizeof(folder)))
		return -errno;
	head.folder_len = strlen(folder);
	err = append(&b, &head, sizeof(head));
	if (!err)
		err = append(&b, folder, head.folder_len + 1);
	if (!err)
		err = strlen(path) < PATH_MAX ? add_file(&b, path, &text, &len)
					      : -ENAMETOOLONG;
	if (!err)
		err = include_all(&b, path, text, len);
	free(text);
	if (err) {
		rd_diag_error(diag, (struct rd_place){ path, 0, 0 },
			      "cannot be read: %s", strerror(-err));
		free(b.data);
		return err;
	}
	*out = b;
	return 0;
}

void rd_bundle_free(struct rd_bundle *bundle)
{
	free(bundle->data);
	*bundle = (struct rd_bundle){ NULL, 0 };
}
