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

static const struct rd_finding *find(const struct proved *p,
				     enum rd_finding_kind kind)
{
	for (uint32_t i = 0; i < p->proof->n; i++)
		if (p->proof->findings[i].kind == kind)
			return &p->proof->findings[i];
	cr_assert(false, "no %s", rd_finding_word(kind));
	return NULL;
}

/* The call that shows it, word for word. */
Test(prove, a_finding_comes_with_the_keys_and_the_date)
{
	static const struct {
		const char *tree;
		enum rd_finding_kind kind;
		const char *words;
	} rows[] = {
		{ "loop_time_condition_to_itself", RD_FIND_LOOP,
		  "Mon 2026-11-23 17:30 Asia/Shanghai, a call to 4008001234: "
		  "at once" },
		{ "loop_only_on_holidays", RD_FIND_LOOP,
		  "Fri 2027-10-01 00:00 Asia/Shanghai, a call to 4008001234: "
		  "at once" },
		{ "loop_in_the_hour_of_summer_time", RD_FIND_LOOP,
		  "Sun 2027-10-31 08:30 Asia/Shanghai, a call to 4008001234: "
		  "at once" },
		{ "loop_only_in_english", RD_FIND_LOOP, ": keys 2" },
		{ "loop_after_three_mistakes", RD_FIND_LOOP,
		  ": wrong keys 1# 4 times in t.card" },
		{ "loop_source_down", RD_FIND_LOOP, "source cards is down" },
		{ "overflow_between_two_queues", RD_FIND_OVERFLOW,
		  "the longest wait in service is over; queue english is "
		  "full" },
		{ "prompt_missing_only_after_mistakes", RD_FIND_PROMPT,
		  ": keys 2; wrong keys " },
		{ "variable_on_one_path", RD_FIND_UNSET, ": keys 2" },
		{ "hours_rows_overlap", RD_FIND_OVERLAP, "Mon 2026-11-23 17:30" },
		{ "queue_closed", RD_FIND_CUT_OFF, ": keys 1" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char path[200], words[1000];
		struct proved p;

		snprintf(path, sizeof(path), PROVE_DATA "/faulty/%s.yaml",
			 rows[i].tree);
		cr_assert(prove_tree(&p, path), "%s", path);
		rd_witness_words(p.config, &find(&p, rows[i].kind)->witness,
				 words, sizeof(words));
		cr_expect(strstr(words, rows[i].words), "%s: %s", rows[i].tree,
			  words);
		prove_done(&p);
	}
}

Test(prove, the_longest_way_to_a_person_is_told)
{
	struct proved p;

	cr_assert(prove_tree(&p, PROVE_DATA "/correct/card_with_levels.yaml"));
	cr_assert_eq(p.proof->nbounds, 1);
	cr_expect(p.proof->bounds[0].reaches);
	cr_expect(!p.proof->bounds[0].endless);
	/* the card's limit of 3 min; five characters of Chinese, 250 ms each,
	 * and a breath; the prompt, after 3 mistakes and 2 silences */
	cr_expect_eq(p.proof->bounds[0].ms, 180000 + 500 + 5 * 250, "%llu",
		     (unsigned long long)p.proof->bounds[0].ms);
	cr_expect_eq(p.proof->bounds[0].prompts, 1 + 3 + 2 + 1);
	prove_done(&p);
	cr_assert(prove_tree(&p, PROVE_DATA "/correct/deep_menus.yaml"));
	cr_expect(p.proof->bounds[0].endless);
	prove_done(&p);
	/* a part that is called twice, and then a queue; each time its prompt,
	 * and a menu asked again after 2 mistakes and 2 silences */
	cr_assert(prove_tree(&p, PROVE_DATA "/correct/nested_parts.yaml"));
	cr_expect(p.proof->bounds[0].reaches);
	cr_expect_eq(p.proof->bounds[0].prompts, 2 * (1 + 1 + 2 + 2), "%u",
		     p.proof->bounds[0].prompts);
	prove_done(&p);
}

Test(prove, what_is_too_large_is_said_and_nothing_false)
{
	struct proved p;
	struct rd_prove how = { .now_s = PROVE_NOW, .max_states = 3 };

	cr_assert(prove_tree(&p, PROVE_DATA "/correct/deep_menus.yaml"));
	rd_proof_free(p.proof);
	cr_assert_eq(rd_prove(p.config, &how, &p.proof), 0);
	cr_expect_eq(p.proof->states, 3);
	cr_assert_eq(p.proof->n, 1);
	cr_expect_eq(p.proof->findings[0].kind, RD_FIND_TOO_LARGE);
	prove_done(&p);
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
		cr_expect_eq(p.proof->n, 0, "%s", samples[i]);
		prove_done(&p);
	}
}
