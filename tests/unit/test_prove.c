// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Seeded faults: every one is found, at its place, and nothing else; trees that
 * are right give no finding.
 */
#include "tests/unit/prove_world.h"

/* What the marks of a file ask for: "file:line kind" lines, sorted. */
struct wanted {
	char *line[64];
	int n;
};

static const char *base_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static void want(struct wanted *w, const char *name, int line, const char *kind,
		 int len)
{
	cr_assert_lt(w->n, 64);
	cr_assert(asprintf(&w->line[w->n++], "%s:%d %.*s", name, line, len,
			   kind) > 0);
}

static void want_file(struct wanted *w, const char *path, const char *name)
{
	char *text = read_text(path), *rest = text, *line;
	int n = 0;

	cr_assert(text, "%s", path);
	while ((line = strsep(&rest, "\n"))) {
		char *mark = strstr(line, MARK);

		n++;
		for (char *s = mark ? mark + strlen(MARK) : NULL; s && *s;) {
			int len;

			s += strspn(s, " ");
			len = (int)strcspn(s, " ");
			if (len)
				want(w, name, n, s, len);
			s += len;
		}
	}
	free(text);
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void join(struct wanted *w, char *out, size_t cap)
{
	size_t len = 0;

	out[0] = 0;
	if (w->n)
		qsort(w->line, (size_t)w->n, sizeof(*w->line), compare);
	for (int i = 0; i < w->n; i++) {
		len += (size_t)snprintf(out + len, cap - len, "%s\n",
					w->line[i]);
		free(w->line[i]);
	}
}

static void check_tree(const char *folder, const char *name)
{
	char path[300], beside[300], wanted[4096], found[4096];
	struct wanted w = { .n = 0 }, f = { .n = 0 };
	struct proved p;
	bool good;

	snprintf(path, sizeof(path), PROVE_DATA "/%s/%s", folder, name);
	snprintf(beside, sizeof(beside), "%.*s.config.yaml",
		 (int)strlen(path) - 5, path);
	good = prove_tree(&p, path);
	cr_expect(good, "%s: %s", path, p.diag.text ? p.diag.text : "");
	want_file(&w, path, name);
	if (!access(beside, R_OK))
		want_file(&w, beside, "config");
	for (uint16_t t = 0; good && t < p.config->ntrees; t++)
		if (strcmp(p.config->tree_texts[t].name, "t"))
			want_file(&w, p.config->trees[t]->place.file,
				  base_of(p.config->trees[t]->place.file));
	for (uint32_t i = 0; good && i < p.proof->n; i++) {
		const struct rd_finding *x = &p.proof->findings[i];
		const char *file = x->place.file ? x->place.file : "";
		const char *word =
			rd_finding_word((enum rd_finding_kind)x->kind);

		want(&f, strcmp(file, p.config_path) ? base_of(file) : "config",
		     x->place.line, word, (int)strlen(word));
	}
	join(&w, wanted, sizeof(wanted));
	join(&f, found, sizeof(found));
	cr_expect_str_eq(found, wanted, "%s\nwanted:\n%sfound:\n%s", path,
			 wanted, found);
	prove_done(&p);
}

static int check_folder(const char *folder)
{
	char path[200];
	struct dirent **names;
	int n, trees = 0;

	snprintf(path, sizeof(path), PROVE_DATA "/%s", folder);
	n = scandir(path, &names, NULL, alphasort);
	cr_assert_gt(n, 2, "%s", path);
	for (int i = 0; i < n; i++) {
		const char *name = names[i]->d_name;

		if (name[0] != '.' && !strstr(name, ".config.")) {
			check_tree(folder, name);
			trees++;
		}
		free(names[i]);
	}
	free(names);
	return trees;
}

Test(prove, seeded_faults_are_all_found_and_none_is_false)
{
	cr_expect_geq(check_folder("faulty"), 40);
}

Test(prove, trees_that_are_right_give_no_finding)
{
	cr_expect_geq(check_folder("correct"), 15);
}

Test(prove, the_samples_give_no_error_and_no_warning)
{
	static const char *const samples[] = { "yaml/ringdown.yaml",
					       "yaml/first/ringdown.yaml" };

	for (size_t i = 0; i < 2; i++) {
		struct proved p = { .config = NULL };

		cr_assert(prove_file(&p, samples[i], PROVE_NOW, 0), "%s",
			  p.diag.text);
		cr_expect_eq(p.proof->count[RD_ERROR], 0, "%s", samples[i]);
		cr_expect_eq(p.proof->count[RD_WARNING], 0, "%s", samples[i]);
		prove_done(&p);
	}
}
