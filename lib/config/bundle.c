// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The text of ringdown.yaml and of every file it names, in one block.
 *
 *	| head | folder NUL pad | file | name NUL text pad | file | ... |
 *
 * What is said once is stored once: names are as messages will show them, and
 * the folder is what they are relative to. A file that could not be read is
 * there with its error, so that compiling reports it beside all the others, at
 * the line that names it. No pointers: a bundle may lie in a journal and be
 * read back by another process. It is then checked like any outside input.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/config/build.h"

#define MAGIC	  0x31424452u /* "RDB1" */
#define FILES_MAX 2000u
#define PAD(n)	  (((n) + 7) & ~(size_t)7)

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

/* ---- reading a bundle -------------------------------------------------------- */

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

/* ---- making one --------------------------------------------------------------- */

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

/* Read a file into the bundle; text is *text, len octets, unless NULL. */
static int add_file(struct rd_bundle *b, const char *name, char **text,
		    size_t *len)
{
	struct file_head head = { .name_len = (uint32_t)strlen(name) };
	char *buf = NULL;
	size_t got = 0;
	int err;

	head.err = slurp(name, &buf, &got);
	if (head.err == -ENOMEM)
		return -ENOMEM;
	head.text_len = got;
	err = append(b, &head, sizeof(head));
	if (!err)
		err = append(b, name, head.name_len + 1);
	if (!err)
		err = append(b, buf, got);
	((struct head *)b->data)->files++;
	if (!err && text) {
		*text = buf;
		*len = got;
		return head.err;
	}
	free(buf);
	return err;
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
	((struct head *)b->data)->len = b->len; /* fit to be searched */
	if (strlen(name) >= PATH_MAX || rd_bundle_find(b, name, &have) ||
	    ((struct head *)b->data)->files == FILES_MAX)
		return 0; /* compiling will say so */
	return add_file(b, name, NULL, NULL);
}

/* Here errors of the text are not told: compiling finds them again. */
static int include_all(struct rd_bundle *b, const char *main, const char *text,
		       size_t len)
{
	const struct rd_yaml *root, *trees, *list;
	struct rd_arena arena;
	struct rd_diag silent;
	int err = 0;

	rd_arena_init(&arena, 0);
	rd_diag_init(&silent);
	root = rd_yaml_parse(&arena, main, text, len, &silent);
	trees = root ? rd_yaml_get(root, "trees") : NULL;
	list = root ? rd_yaml_get(root, "blacklist") : NULL;
	for (uint32_t i = 0; !err && trees && i < trees->n; i++) {
		const struct rd_yaml *tree = trees->items[i];

		if (tree->kind == RD_YAML_MAPPING)
			tree = rd_yaml_get(tree, "file");
		err = include(b, &arena, tree);
	}
	if (!err && list)
		err = include(b, &arena, rd_yaml_get(list, "file"));
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
	((struct head *)b.data)->len = b.len;
	*out = b;
	return 0;
}

void rd_bundle_free(struct rd_bundle *bundle)
{
	free(bundle->data);
	*bundle = (struct rd_bundle){ NULL, 0 };
}
