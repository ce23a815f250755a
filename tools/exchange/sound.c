// SPDX-License-Identifier: GPL-2.0-only
/*
 * Resampling is a windowed sinc, good to about 60 dB: plenty for what goes
 * through G.711, and it runs once a sound.
 */
#include "lib/base/folder.h"
#include "tools/exchange/sound.h"

#include <errno.h>
#include <math.h>
#include <sndfile.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/frames.h"

#define SINC_ZEROS 16
#define SOUND_MAX  (600u * RD_FRAMES_PER_S) /* ten minutes */

extern char **environ;

void xc_sounds_init(struct xc_sounds *s, const char *dir)
{
	const char *base = getenv("XDG_CACHE_HOME");
	const char *home = getenv("HOME");

	memset(s, 0, sizeof(*s));
	if (dir)
		snprintf(s->cache_dir, sizeof(s->cache_dir), "%s", dir);
	else if (base && *base)
		snprintf(s->cache_dir, sizeof(s->cache_dir),
			 "%s/ringdown-exchange", base);
	else
		snprintf(s->cache_dir, sizeof(s->cache_dir),
			 "%s/.cache/ringdown-exchange", home ? home : "/tmp");
}

void xc_sounds_free(struct xc_sounds *s)
{
	struct xc_sound *p;

	while ((p = s->first)) {
		s->first = p->next;
		free(p->key);
		free(p->samples);
		free(p);
	}
}

static struct xc_sound *find(const struct xc_sounds *s, const char *key)
{
	struct xc_sound *p;

	for (p = s->first; p; p = p->next)
		if (!strcmp(p->key, key))
			return p;
	return NULL;
}

/* ---- files -------------------------------------------------------------- */

static int16_t clip(double v)
{
	return v > 32767 ? 32767 : v < -32768 ? -32768 : (int16_t)lrint(v);
}

static int16_t *resample(const float *in, size_t n, int rate, size_t *out_n)
{
	double step = rate / (double)RD_FRAMES_PER_S;
	double cut = step > 1 ? 1 / step : 1; /* of the input's Nyquist */
	double half = SINC_ZEROS / cut;
	size_t i, m = (size_t)(n / step);
	int16_t *out = malloc((m + 1) * sizeof(*out));

	if (!out)
		return NULL;
	for (i = 0; i < m; i++) {
		double t = i * step, sum = 0;
		long k, from = (long)ceil(t - half), to = (long)(t + half);

		for (k = from < 0 ? 0 : from; k <= to && k < (long)n; k++) {
			double d = k - t, x = M_PI * d * cut;
			double w = 0.5 + 0.5 * cos(M_PI * d / half);

			sum += in[k] * (x ? sin(x) / x : 1) * cut * w;
		}
		out[i] = clip(sum * 32767);
	}
	*out_n = m;
	return out;
}

static int16_t *load(const char *path, size_t *n, char *why, size_t size)
{
	SF_INFO info = { 0 };
	SNDFILE *f = sf_open(path, SFM_READ, &info);
	int16_t *out = NULL;
	float *all, *mono;
	sf_count_t got, i;
	int c;

	if (!f) {
		snprintf(why, size, "%s: %s", path, sf_strerror(NULL));
		return NULL;
	}
	if (info.frames <= 0 ||
	    info.frames > (sf_count_t)SOUND_MAX * 12 * 8 / info.channels) {
		snprintf(why, size, "%s: %lld frames of sound", path,
			 (long long)info.frames);
		sf_close(f);
		return NULL;
	}
	all = malloc(info.frames * info.channels * sizeof(*all));
	mono = malloc(info.frames * sizeof(*mono));
	got = all && mono ? sf_readf_float(f, all, info.frames) : 0;
	sf_close(f);
	for (i = 0; i < got; i++) {
		mono[i] = 0;
		for (c = 0; c < info.channels; c++)
			mono[i] += all[i * info.channels + c] / info.channels;
	}
	if (got > 0)
		out = resample(mono, got, info.samplerate, n);
	if (!out)
		snprintf(why, size, "%s: cannot read its sound", path);
	free(all);
	free(mono);
	return out;
}

static const struct xc_sound *add(struct xc_sounds *s, const char *key,
				  const char *path, char *why, size_t size)
{
	struct xc_sound *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->key = strdup(key);
	p->samples = load(path, &p->n, why, size);
	if (!p->key || !p->samples) {
		free(p->key);
		free(p->samples);
		free(p);
		return NULL;
	}
	p->next = s->first;
	s->first = p;
	return p;
}

const struct xc_sound *xc_sound_file(struct xc_sounds *s, const char *path,
				     char *why, size_t size)
{
	struct xc_sound *p = find(s, path);

	return p ? p : add(s, path, path, why, size);
}

/* ---- text --------------------------------------------------------------- */

static uint64_t hash(const char *text)
{
	uint64_t h = 0xcbf29ce484222325u; /* FNV-1a */

	for (; *text; text++)
		h = (h ^ (uint8_t)*text) * 0x100000001b3u;
	return h;
}

/* espeak-ng -v VOICE -s SPEED -w FILE -- TEXT */
static int speak(const char *text, const char *voice, int speed,
		 const char *path)
{
	char rate[16];
	char *argv[] = { "espeak-ng",  "-v", (char *)voice, "-s", rate, "-w",
			 (char *)path, "--", (char *)text,  NULL };
	int status;
	pid_t pid;

	snprintf(rate, sizeof(rate), "%d", speed);
	if (posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ))
		return -ENOENT;
	if (waitpid(pid, &status, 0) < 0)
		return -errno;
	return WIFEXITED(status) && !WEXITSTATUS(status) ? 0 : -EIO;
}

const struct xc_sound *xc_sound_text(struct xc_sounds *s, const char *text,
				     const char *voice, int speed, char *why,
				     size_t size)
{
	char key[2048], path[512], temp[600];
	struct xc_sound *p;

	voice = voice ? voice : "en";
	speed = speed ? speed : 150;
	if (snprintf(key, sizeof(key), "%s/%d/%s", voice, speed, text) >=
	    (int)sizeof(key)) {
		snprintf(why, size, "text longer than %zu octets", sizeof(key));
		return NULL;
	}
	p = find(s, key);
	if (p)
		return p;
	snprintf(path, sizeof(path), "%s/%016llx.wav", s->cache_dir,
		 (unsigned long long)hash(key));
	if (access(path, R_OK)) {
		rd_folder_make(s->cache_dir, 0777);
		snprintf(temp, sizeof(temp), "%s.%d", path, (int)getpid());
		if (speak(text, voice, speed, temp) || rename(temp, path)) {
			unlink(temp);
			snprintf(why, size,
				 "espeak-ng cannot speak it (voice \"%s\", "
				 "into %s)",
				 voice, s->cache_dir);
			return NULL;
		}
	}
	return add(s, key, path, why, size);
}
