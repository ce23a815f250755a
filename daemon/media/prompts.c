// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of prompts.h. Both laws of a prompt lie in one block of memory. */
#include "daemon/media/prompts.h"

#include <errno.h>
#include <stdlib.h>

#include "kernel/uapi/ringdown.h"
#include "lib/dsp/g711.h"

struct rd_prompts *rd_prompts_new(uint32_t n)
{
	struct rd_prompts *t =
		calloc(1, sizeof(*t) + n * sizeof(struct rd_prompt));

	if (t)
		t->n = n;
	return t;
}

int rd_prompts_set(struct rd_prompts *t, uint32_t i, const int16_t *samples,
		   uint32_t frames)
{
	uint8_t *octets;

	if (i >= t->n)
		return -EINVAL;
	octets = malloc(2 * (size_t)frames + 1);
	if (!octets)
		return -ENOMEM;
	free(t->prompt[i].octets[RINGDOWN_LAW_ALAW]);
	t->prompt[i] =
		(struct rd_prompt){ .octets = { octets, octets + frames },
				    .frames = frames };
	for (int law = RINGDOWN_LAW_ALAW; law <= RINGDOWN_LAW_ULAW; law++)
		rd_g711_encode((enum rd_law)law, samples,
			       t->prompt[i].octets[law], frames);
	return 0;
}

void rd_prompts_free(struct rd_prompts *t)
{
	for (uint32_t i = 0; t && i < t->n; i++)
		free(t->prompt[i].octets[RINGDOWN_LAW_ALAW]);
	free(t);
}
