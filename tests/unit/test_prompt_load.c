// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sound files at all rates, resampling, and spoken texts with their cache.
 */
#include <criterion/criterion.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/speech/resample.h"
#include "daemon/speech/sound.h"
#include "daemon/speech/speech.h"

static char folder[64];

static void make_folder(void)
{
	strcpy(folder, "/tmp/rd-prompt-XXXXXX");
	cr_assert(mkdtemp(folder));
}

static void remove_folder(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	cr_assert_eq(system(command), 0);
}

TestSuite(prompt, .init = make_folder, .fini = remove_folder);

static const char *in_folder(const char *name)
{
	static char path[2][256];
	static int turn;

	turn ^= 1;
	snprintf(path[turn], sizeof(path[0]), "%s/%s", folder, name);
	return path[turn];
}

/* Level of a frequency in x, as the amplitude of a sine; all but the ends. */
static double level_at(const int16_t *x, uint32_t n, double hz)
{
	double re = 0, im = 0;
	uint32_t from = n / 8, to = n - n / 8;

	for (uint32_t i = from; i < to; i++) {
		re += x[i] * cos(2 * M_PI * hz * i / 8000);
		im += x[i] * sin(2 * M_PI * hz * i / 8000);
	}
	return 2 * sqrt(re * re + im * im) / (to - from) / 32768;
}

/* One second of a sine of amplitude 0.5 in every channel. */
static void write_sine(const char *path, int format, int rate, int channels,
		       double hz)
{
	SF_INFO info = { .samplerate = rate,
			 .channels = channels,
			 .format = format };
	SNDFILE *file = sf_open(path, SFM_WRITE, &info);
	float frame[8];

	cr_assert(file, "%s", sf_strerror(NULL));
	for (int i = 0; i < rate; i++) {
		for (int c = 0; c < channels; c++)
			frame[c] = (float)(0.5 * sin(2 * M_PI * hz * i / rate));
		sf_writef_float(file, frame, 1);
	}
	sf_close(file);
}

Test(prompt, any_file_becomes_8_khz_mono)
{
	static const struct {
		int format, rate, channels;
	} rows[] = {
		{ SF_FORMAT_WAV | SF_FORMAT_PCM_16, 8000, 1 },
		{ SF_FORMAT_WAV | SF_FORMAT_PCM_16, 44100, 2 },
		{ SF_FORMAT_WAV | SF_FORMAT_PCM_24, 48000, 6 },
		{ SF_FORMAT_WAV | SF_FORMAT_FLOAT, 22050, 1 },
		{ SF_FORMAT_WAV | SF_FORMAT_ALAW, 8000, 1 },
		{ SF_FORMAT_AU | SF_FORMAT_ULAW, 11025, 1 },
		{ SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 16000, 2 },
		{ SF_FORMAT_OGG | SF_FORMAT_VORBIS, 32000, 1 },
		{ SF_FORMAT_AIFF | SF_FORMAT_PCM_16, 96000, 2 },
		{ SF_FORMAT_WAV | SF_FORMAT_PCM_16, 6000, 1 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct rd_sound sound = { 0 };
		char why[256] = "";

		write_sine(in_folder("a"), rows[i].format, rows[i].rate,
			   rows[i].channels, 1004);
		cr_assert_eq(rd_sound_read(in_folder("a"), &sound, why,
					   sizeof(why)),
			     0, "row %zu: %s", i, why);
		cr_expect_eq(sound.frames, 8000, "row %zu: %u", i,
			     sound.frames);
		cr_expect_float_eq(level_at(sound.samples, sound.frames, 1004),
				   0.5, 0.01, "row %zu", i);
		rd_sound_free(&sound);
	}
}

Test(prompt, what_is_8_khz_already_is_exact)
{
	int16_t in[4000], silence = 1;
	struct rd_sound sound = { in, 4000 }, out = { 0 };
	char why[64];

	for (int i = 0; i < 4000; i++)
		in[i] = (int16_t)(i * 16411 + silence);
	cr_assert_eq(rd_sound_write(in_folder("x.wav"), &sound), 0);
	cr_assert_eq(rd_sound_read(in_folder("x.wav"), &out, why, sizeof(why)),
		     0);
	cr_assert_eq(out.frames, 4000);
	cr_expect_arr_eq(out.samples, in, sizeof(in));
	rd_sound_free(&out);
}

/* What a line cannot carry must not come back as something it can. */
Test(prompt, the_band_is_limited)
{
	static const struct {
		double hz, least_db, most_db;
	} rows[] = { { 300, -0.1, 0.1 },  { 1000, -0.1, 0.1 },
		     { 3000, -0.1, 0.1 }, { 3400, -1.0, 0.1 },
		     { 4600, -300, -70 }, { 6000, -300, -70 },
		     { 7000, -300, -70 }, { 9000, -300, -70 } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct rd_sound sound = { 0 };
		double alias, db;
		char why[64];

		write_sine(in_folder("b.wav"),
			   SF_FORMAT_WAV | SF_FORMAT_FLOAT, 44100, 1,
			   rows[i].hz);
		cr_assert_eq(rd_sound_read(in_folder("b.wav"), &sound, why,
					   sizeof(why)),
			     0);
		alias = fmod(rows[i].hz, 8000);
		alias = alias > 4000 ? 8000 - alias : alias;
		db = 20 * log10(level_at(sound.samples, sound.frames, alias) /
					0.5 +
				1e-9);
		cr_expect(db >= rows[i].least_db && db <= rows[i].most_db,
			  "%g Hz: %g dB", rows[i].hz, db);
		rd_sound_free(&sound);
	}
}

Test(prompt, resampling_keeps_the_length_and_refuses_odd_rates)
{
	float x[100] = { 0 }, y[200];

	cr_expect_eq(rd_resample_frames(44100, 44100, 8000), 8000);
	cr_expect_eq(rd_resample_frames(0, 44100, 8000), 0);
	cr_expect_eq(rd_resample_frames(1, 44100, 8000), 1);
	cr_expect_eq(rd_resample(x, 100, 0, y, 8000), -EINVAL);
	cr_expect_eq(rd_resample(x, 100, 8000, y, 500000), -EINVAL);
	for (int i = 0; i < 100; i++)
		x[i] = 1;
	cr_assert_eq(rd_resample(x, 100, 7999, y, 8000), 0);
	cr_expect_float_eq(y[50], 1, 1e-4);
}

Test(prompt, silence_at_the_ends_is_cut)
{
	int16_t x[1000] = { 0 };
	struct rd_sound sound = { x, 1000 };

	x[400] = x[599] = 3000;
	x[100] = 100;
	rd_sound_trim(&sound, 80, 300);
	cr_expect_eq(sound.frames, 80 + 200 + 300);
	cr_expect_eq(x[80], 3000);
	memset(x, 0, sizeof(x));
	rd_sound_trim(&sound, 80, 300);
	cr_expect_eq(sound.frames, 0);
}

Test(prompt, broken_files_are_errors_in_words)
{
	struct rd_sound sound = { 0 };
	char why[256] = "";
	FILE *file;

	cr_expect_eq(rd_sound_read(in_folder("none.wav"), &sound, why, 256),
		     -ENOENT);
	cr_expect(strstr(why, "No such file"), "%s", why);
	file = fopen(in_folder("text.wav"), "w");
	fputs("this is no sound", file);
	fclose(file);
	cr_expect_eq(rd_sound_read(in_folder("text.wav"), &sound, why, 256),
		     -EBADMSG);
	fclose(fopen(in_folder("empty.wav"), "w"));
	cr_expect_eq(rd_sound_read(in_folder("empty.wav"), &sound, why, 256),
		     -EBADMSG);
	cr_expect_neq(rd_sound_read(folder, &sound, why, 256), 0);
	cr_expect_null(sound.samples);
}

/* ---- a configuration's prompts ---------------------------------------------------- */

static int files_in(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	int n = 0;

	cr_assert(dir);
	while ((entry = readdir(dir)))
		n += entry->d_name[0] != '.';
	closedir(dir);
	return n;
}

Test(prompt, missing_files_are_told_with_their_place, .timeout = 30)
{
	struct rd_cfg_prompt prompts[2] = {
		{ .file = "", .text = "", .voice = "" },
		{ .file = "/nowhere/x.wav", .text = "", .voice = "",
		  .place = { "main.yaml", 14, 7 } }
	};
	struct rd_config c = { .cache_dir = folder,
			       .nprompts = 2,
			       .prompts = prompts };
	struct rd_prompts *table;
	struct rd_diag diag;

	rd_diag_init(&diag);
	table = rd_speech_load(&c, &diag);
	cr_assert(table);
	cr_expect_eq(diag.errors, 1);
	cr_expect_str_eq(diag.text,
			 "main.yaml:14:7: sound file \"/nowhere/x.wav\": No "
			 "such file or directory\n");
	cr_expect_eq(table->prompt[1].frames, 0);
	rd_prompts_free(table);
	rd_diag_free(&diag);
}

static bool has_espeak(void)
{
	return !system("espeak-ng --version >/dev/null 2>&1");
}

Test(prompt, texts_are_spoken_once, .timeout = 60)
{
	struct rd_cfg_prompt prompts[] = {
		{ .file = "", .text = "One hundred", .voice = "en" },
		{ .file = "", .text = "您现在排在第三位", .voice = "cmn" },
		{ .file = "", .text = "三", .voice = "cmn" },
		{ .file = "", .text = "-v looks like an option",
		  .voice = "en" },
		{ .file = "", .text = "One hundred", .voice = "en-us" },
	};
	struct rd_config c = { .cache_dir = in_folder("cache"),
			       .nprompts = 5,
			       .prompts = prompts };
	struct rd_prompts *first, *again;
	struct stat before, after;
	struct rd_diag diag;

	if (!has_espeak())
		cr_skip_test("no espeak-ng here");
	rd_diag_init(&diag);
	first = rd_speech_load(&c, &diag);
	cr_assert_eq(diag.errors + diag.warnings, 0, "%s", diag.text);
	for (int i = 0; i < 5; i++)
		cr_expect(first->prompt[i].frames > 800, "prompt %d: %u", i,
			  first->prompt[i].frames);
	/* a sentence is longer than its last word; nothing is left behind */
	cr_expect_gt(first->prompt[1].frames, 3 * first->prompt[2].frames);
	cr_expect_eq(files_in(c.cache_dir), 5);
	cr_assert_eq(stat(c.cache_dir, &before), 0);
	again = rd_speech_load(&c, &diag);
	cr_assert_eq(stat(c.cache_dir, &after), 0);
	cr_expect_eq(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
	for (int i = 0; i < 5; i++) {
		cr_assert_eq(first->prompt[i].frames, again->prompt[i].frames);
		cr_expect_arr_eq(first->prompt[i].octets[0],
				 again->prompt[i].octets[0],
				 first->prompt[i].frames);
	}
	rd_prompts_free(first);
	rd_prompts_free(again);
	rd_diag_free(&diag);
}

Test(prompt, a_damaged_cache_is_mended, .timeout = 60)
{
	struct rd_cfg_prompt prompt = { .file = "", .text = "two",
					.voice = "en" };
	struct rd_config c = { .cache_dir = in_folder("cache"),
			       .nprompts = 1,
			       .prompts = &prompt };
	char command[256];
	struct rd_prompts *table;
	struct rd_diag diag;

	if (!has_espeak())
		cr_skip_test("no espeak-ng here");
	rd_diag_init(&diag);
	rd_prompts_free(rd_speech_load(&c, &diag));
	snprintf(command, sizeof(command),
		 "for f in %s/*; do echo garbage > $f; done", c.cache_dir);
	cr_assert_eq(system(command), 0);
	table = rd_speech_load(&c, &diag);
	cr_expect_eq(diag.errors, 0, "%s", diag.text);
	cr_expect_gt(table->prompt[0].frames, 800);
	cr_expect_eq(files_in(c.cache_dir), 1);
	rd_prompts_free(table);
	rd_diag_free(&diag);
}

Test(prompt, an_unknown_voice_and_no_espeak_are_errors, .timeout = 60)
{
	struct rd_cfg_prompt prompts[2] = {
		{ .file = "", .text = "hello", .voice = "klingonese",
		  .place = { "a.yaml", 3, 4 } },
		{ .file = "", .text = "again", .voice = "klingonese",
		  .place = { "a.yaml", 5, 6 } }
	};
	struct rd_config c = { .cache_dir = in_folder("cache"),
			       .nprompts = 2,
			       .prompts = prompts };
	struct rd_diag diag;

	if (!has_espeak())
		cr_skip_test("no espeak-ng here");
	rd_diag_init(&diag);
	rd_prompts_free(rd_speech_load(&c, &diag));
	cr_expect_eq(diag.errors, 2, "%s", diag.text);
	cr_expect_eq(files_in(c.cache_dir), 0);
	rd_diag_free(&diag);

	setenv("PATH", "/nonexistent", 1);
	rd_diag_init(&diag);
	rd_prompts_free(rd_speech_load(&c, &diag));
	cr_expect_eq(diag.errors, 1, "said once: %s", diag.text);
	cr_expect(!strncmp(diag.text, "a.yaml:3:4: ", 12));
	setenv("PATH", "/usr/bin:/bin", 1);
	rd_diag_free(&diag);
}
