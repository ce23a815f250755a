// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Any octets as ringdown.yaml, and what follows a line "%%%" as the file that
 * it may include as a tree or as the blacklist. Files are memfds at fixed
 * numbers, so that the bundle is read as it always is:
 *
 *	/proc/self/fd/100  ringdown.yaml
 *	/proc/self/fd/101  the other; "file: 101" in the first
 *
 * Besides not crashing: errors are told exactly if there is no result, a node
 * of weight w is no more than w nodes, and a bundle cut or altered anywhere
 * compiles or is refused.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/config/config.h"
#include "lib/config/yaml.h"
#include "lib/config/zone.h"

#define MAIN_FD	 100
#define OTHER_FD 101

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void fill(int fd, const void *data, size_t len)
{
	if (ftruncate(fd, 0) || pwrite(fd, data, len, 0) != (ssize_t)len)
		abort();
}

static void open_files(void)
{
	static int opened;

	if (opened++)
		return;
	for (int fd = MAIN_FD; fd <= OTHER_FD; fd++) {
		int made = memfd_create("yaml", 0);

		if (made < 0 || dup2(made, fd) != fd)
			abort();
		close(made);
	}
}

/* Every conversion of every node; returns how many there are. */
static uint32_t walk(const struct rd_yaml *node, int depth,
		     struct rd_diag *diag)
{
	static const char *const names[] = { "one", "", "three", NULL };
	char words[RD_YAML_WORDS];
	uint32_t n = 1;
	const char *text;
	int64_t value;
	double real;
	int position;
	bool flag;

	assert(depth <= RD_YAML_DEPTH_MAX);
	rd_yaml_words(node, words);
	rd_yaml_int(node, "k", -5, 5, &value, diag);
	rd_yaml_real(node, "k", -5, 5, &real, diag);
	rd_yaml_bool(node, "k", &flag, diag);
	if (!rd_yaml_duration(node, "k", 0, INT64_MAX, &value, diag))
		assert(value >= 0);
	rd_yaml_size(node, "k", 0, INT64_MAX, &value, diag);
	rd_yaml_string(node, "k", 1, 20, &text, diag);
	rd_yaml_digits(node, "k", true, &text, diag);
	rd_yaml_enum(node, "k", names, &position, diag);
	for (uint32_t i = 0; i < node->n; i++)
		n += walk(node->items[i], depth + 1, diag);
	return n;
}

static void parse_alone(const char *text, size_t len)
{
	const struct rd_yaml *root;
	struct rd_arena arena;
	struct rd_diag diag;

	rd_arena_init(&arena, 0);
	rd_diag_init(&diag);
	root = rd_yaml_parse(&arena, "f.yaml", text, len, &diag);
	assert(root || diag.errors);
	if (root && root->weight < 2000)
		assert(walk(root, 0, &diag) <= root->weight);
	rd_diag_free(&diag);
	rd_arena_free(&arena);
}

static void compile(const struct rd_bundle *bundle)
{
	struct rd_config *config;
	struct rd_diag diag;

	rd_diag_init(&diag);
	config = rd_config_compile(bundle, &diag);
	assert(!config == (diag.errors > 0));
	for (uint16_t i = 0; config && i < config->ncalendars; i++)
		rd_calendar_is_open(&config->calendars[i], 1700000000);
	rd_config_free(config);
	rd_diag_free(&diag);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const uint8_t *cut = memmem(data, len, "\n%%%\n", 5);
	size_t main_len = cut ? (size_t)(cut - data) + 1 : len;
	struct rd_bundle bundle;
	struct rd_diag diag;

	open_files();
	parse_alone((const char *)data, main_len);
	fill(MAIN_FD, data, main_len);
	fill(OTHER_FD, cut ? cut + 5 : data, cut ? len - main_len - 4 : 0);
	rd_diag_init(&diag);
	if (rd_bundle_read("/proc/self/fd/100", &bundle, &diag))
		abort();
	compile(&bundle);
	if (len) { /* the same, damaged somewhere behind its length */
		size_t at = data[0] * 257u + data[len / 2] * 17u;

		((uint8_t *)bundle.data)[16 + at % (bundle.len - 16)] ^=
			(uint8_t)(data[len - 1] | 1);
		compile(&bundle);
	}
	rd_bundle_free(&bundle);
	rd_diag_free(&diag);
	return 0;
}
