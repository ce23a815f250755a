// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Dial by name: the caller spells a name on the keys (ABC is 2, DEF is 3 ...,
 * ITU-T E.161), and gets that agent's number; if several fit, a choice of them.
 *
 *	spelling --one fits--> his number, then
 *	    |  `--none--> a wrong entry
 *	    `--2 to 9, and # or a pause--> "1 Li Wei, 2 Li Ning" --key--> ...
 *
 * Each word of a name may be spelled, or all of it without blanks.
 */
#include <ctype.h>
#include <string.h>

#include "daemon/ivr/run.h"
#include "daemon/ivr/say.h"
#include "daemon/msg.h"

#define GAP_MS 300u

/* The key a letter is on; 0: none. */
static char key_of(char letter)
{
	static const char keys[] = "22233344455566677778889999";

	if (isdigit((unsigned char)letter))
		return letter;
	return isascii((unsigned char)letter) && isalpha((unsigned char)letter)
		       ? keys[tolower((unsigned char)letter) - 'a']
		       : 0;
}

/* Do the letters from here on begin so? whole: blanks do not end the word. */
static bool begins(const char *name, const char *keys, bool whole)
{
	for (; *keys; name++) {
		char key = key_of(*name);

		if (!*name || (!key && !whole))
			return false;
		if (!key)
			continue;
		if (key != *keys)
			return false;
		keys++;
	}
	return true;
}

bool rd_ivr_spells(const char *name, const char *keys)
{
	bool in_word = false;

	if (!*keys)
		return false;
	if (begins(name, keys, true))
		return true;
	for (; *name; name++) {
		bool letter = key_of(*name) != 0;

		if (letter && !in_word && begins(name, keys, false))
			return true;
		in_word = letter;
	}
	return false;
}

static const char *spelling(const struct rd_cfg_agent *agent)
{
	if (agent->spell && agent->spell[0])
		return agent->spell;
	return agent->name ? agent->name : "";
}

/* Agents that fit what was keyed; how many there are, the first ones kept. */
static uint32_t fits(const struct rd_ivr_run *r, uint16_t *found)
{
	uint32_t n = 0;

	for (uint16_t i = 0; i < r->config->nagents; i++) {
		if (!rd_ivr_spells(spelling(&r->config->agents[i]),
				   r->state->entry))
			continue;
		if (n < RD_IVR_CHOICES)
			found[n] = i;
		n++;
	}
	return n;
}

enum rd_ivr_verdict rd_ivr_directory_judge(const struct rd_ivr_run *r)
{
	const struct rd_ivr_directory *d = &rd_ivr_node(r)->u.directory;
	const struct rd_ivr_state *s = r->state;
	uint16_t found[RD_IVR_CHOICES];
	uint32_t n;

	if (s->nchoices)
		return s->entry[0] >= '1' && s->entry[0] - '0' <= s->nchoices
			       ? RD_ENTRY_GOOD
			       : RD_ENTRY_WRONG;
	if (s->nentry < d->min)
		return RD_ENTRY_MORE;
	n = fits(r, found);
	if (n < 2)
		return n ? RD_ENTRY_GOOD : RD_ENTRY_WRONG;
	return RD_ENTRY_GOOD_SO_FAR;
}

/* "1 Li Wei, 2 Li Ning" */
static void append_choice(const struct rd_ivr_run *r, uint16_t agent, int key,
			  struct rd_playlist *list)
{
	uint16_t language = rd_call_language(r->core, r->call);
	char digit[2] = { (char)('0' + key) };
	int n;

	if (list->n + 4 > RD_PLAYLIST_MAX)
		return;
	n = rd_say_digits(r->config, language, digit, list->prompt + list->n,
			  2);
	list->n = (uint16_t)(list->n + (n > 0 ? n : 0));
	list->prompt[list->n++] =
		r->program->names[agent * r->program->nlanguages +
				  (language < r->program->nlanguages ? language
								     : 0)];
	list->prompt[list->n++] = RD_PAUSE_MS(GAP_MS);
}

static uint16_t offer(const struct rd_ivr_run *r, const uint16_t *found,
		      uint32_t n)
{
	struct rd_ivr_state *s = r->state;
	struct rd_playlist list = { 0 };

	s->nchoices = (uint8_t)(n < RD_IVR_CHOICES ? n : RD_IVR_CHOICES);
	memcpy(s->choices, found, s->nchoices * sizeof(*found));
	rd_ivr_append(r, rd_ivr_node(r)->u.directory.choose, &list);
	for (int i = 0; i < s->nchoices; i++)
		append_choice(r, found[i], i + 1, &list);
	memset(s->entry, 0, sizeof(s->entry));
	s->nentry = 0;
	rd_call_timer_stop(r->core, r->call, RD_IVR_TIMER_INPUT);
	rd_ivr_play(r, &list, false);
	s->phase = RD_IVR_PROMPT;
	return RD_STEP_WAIT;
}

uint16_t rd_ivr_directory_take(const struct rd_ivr_run *r, bool *wrong)
{
	const struct rd_ivr_node *node = rd_ivr_node(r);
	struct rd_ivr_state *s = r->state;
	uint16_t found[RD_IVR_CHOICES], agent;
	uint32_t n;

	*wrong = false;
	if (s->nchoices) {
		agent = s->choices[s->entry[0] - '1'];
	} else {
		n = fits(r, found);
		if (n > 1)
			return offer(r, found, n);
		*wrong = !n;
		if (!n)
			return RD_STEP_WAIT;
		agent = found[0];
	}
	s->nchoices = 0;
	rd_ivr_set(r, node->u.directory.var, r->config->agents[agent].number);
	rd_call_note(r->core, r->call, "ivr: %s: %s is agent %s", node->name,
		     s->entry, r->config->agents[agent].number);
	rd_ivr_input_leave(r);
	return node->next;
}
