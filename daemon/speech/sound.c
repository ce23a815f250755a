// SPDX-License-Identifier: GPL-2.0-or-later
/* Sound files; see sound.h. */
#include "daemon/speech/sound.h"

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

#define BLOCK_FRAMES 4096
#define CHANNELS_MAX 16
#define SILENCE	     260 /* -42 dBFS */

/* All frames, channels averaged; grows as it reads: headers may lie. */
static int read_mono(SNDFILE *file, const SF_INFO *info, float **out,
		     size_t *frames)
{
	size_t max = (size_t)info->samplerate * 1800, cap = 0, n = 0;
	float *block =
		malloc(BLOCK_FRAMES * sizeof(float) * (size_t)info->channels);
	float *mono = NULL;
	sf_count_t got;
	int err = -ENOMEM;

	while (block && (got = sf_readf_float(file, block, BLOCK_FRAMES)) > 0) {
		if (n + (size_t)got > max) {
			err = -EFBIG;
			goto err_read;
		}
		if (n + (size_t)got > cap) {
			float *more;

			cap = cap ? cap * 2 : 16 * BLOCK_FRAMES;
			more = realloc(mono, cap * sizeof(*mono));
			if (!more)
				goto err_read;
			mono = more;
		}
		for (sf_count_t i = 0; i < got; i++) {
			float sum = 0;

			for (int c = 0; c < info->channels; c++)
				sum += block[i * info->channels + c];
			mono[n++] = sum / (float)info->channels;
		}
	}
	if (!block)
		goto err_read;
	free(block);
	*out = mono;
	*frames = n;
	return sf_error(file) ? -EBADMSG : 0;
err_read:
	free(block);
	free(mono);
	return err;
}

static int to_line(const float *mono, size_t n, int rate, struct rd_sound *out)
{
	size_t frames = rd_resample_frames(n, rate, RD_SOUND_RATE_HZ);
	int16_t *samples = malloc((frames + 1) * sizeof(*samples));
	float *resampled = NULL;
	int err = -ENOMEM;

	if (!samples)
		return err;
	if (rate != RD_SOUND_RATE_HZ) {
		resampled = malloc((frames + 1) * sizeof(*resampled));
		err = resampled ? rd_resample(mono, n, rate, resampled,
					      RD_SOUND_RATE_HZ)
				: -ENOMEM;
		if (err)
			goto err_resample;
		mono = resampled;
	}
	for (size_t i = 0; i < frames; i++) {
		float value = mono[i] * 32768;

		if (!(value > -32768)) /* and what is not a number */
			value = -32768;
		samples[i] = value > 32767 ? 32767 : (int16_t)lrintf(value);
	}
	free(resampled);
	out->samples = samples;
	out->frames = (uint32_t)frames;
	return 0;
err_resample:
	free(resampled);
	free(samples);
	return err;
}

int rd_sound_read(const char *path, struct rd_sound *out, char *why,
		  uint32_t len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	SF_INFO info = { 0 };
	float *mono = NULL;
	SNDFILE *file;
	size_t n = 0;
	int err;

	if (fd < 0) {
		err = -errno;
		snprintf(why, len, "%s", strerror(-err));
		return err;
	}
	file = sf_open_fd(fd, SFM_READ, &info, 1);
	if (!file) {
		snprintf(why, len, "%s", sf_strerror(NULL));
		return -EBADMSG;
	}
	err = -EBADMSG;
	if (info.channels < 1 || info.channels > CHANNELS_MAX ||
	    info.samplerate < 1000 || info.samplerate > 384000) {
		snprintf(why, len, "%d channels at %d Hz", info.channels,
			 info.samplerate);
		goto out;
	}
	err = read_mono(file, &info, &mono, &n);
	if (!err && !n) {
		err = -EBADMSG;
		snprintf(why, len, "no sound in it");
	} else if (err) {
		snprintf(why, len, "%s",
			 err == -EFBIG	   ? "longer than half an hour"
			 : err == -EBADMSG ? sf_strerror(file)
					   : strerror(-err));
	} else {
		err = to_line(mono, n, info.samplerate, out);
		if (err)
			snprintf(why, len, "%s", strerror(-err));
	}
out:
	free(mono);
	sf_close(file);
	return err;
}

int rd_sound_write(const char *path, const struct rd_sound *sound)
{
	SF_INFO info = { .samplerate = RD_SOUND_RATE_HZ,
			 .channels = 1,
			 .format = SF_FORMAT_WAV | SF_FORMAT_PCM_16 };
	char temporary[4096];
	SNDFILE *file;
	int fd, err = 0;

	if (snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path) >=
	    (int)sizeof(temporary))
		return -ENAMETOOLONG;
	fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	file = sf_open_fd(fd, SFM_WRITE, &info, 1);
	if (!file)
		err = -EIO;
	if (file && sf_writef_short(file, sound->samples, sound->frames) !=
			    (sf_count_t)sound->frames)
		err = -EIO;
	if (file && sf_close(file))
		err = -EIO;
	if (!err && (chmod(temporary, 0640) || rename(temporary, path)))
		err = -errno;
	if (err)
		unlink(temporary);
	return err;
}

void rd_sound_trim(struct rd_sound *sound, uint32_t lead_frames,
		   uint32_t tail_frames)
{
	uint32_t first = 0, end = sound->frames;

	while (first < end && abs(sound->samples[first]) < SILENCE)
		first++;
	while (end > first && abs(sound->samples[end - 1]) < SILENCE)
		end--;
	if (first == end) {
		sound->frames = 0;
		return;
	}
	first -= first < lead_frames ? first : lead_frames;
	end += sound->frames - end < tail_frames ? sound->frames - end
						 : tail_frames;
	memmove(sound->samples, sound->samples + first,
		(end - first) * sizeof(*sound->samples));
	sound->frames = end - first;
}

void rd_sound_free(struct rd_sound *sound)
{
	free(sound->samples);
	*sound = (struct rd_sound){ 0 };
}
