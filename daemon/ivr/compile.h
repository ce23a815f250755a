/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From the trees of a configuration to programs.
 *
 * WHAT. rd_ivr_load() completes a configuration that rd_config_compile() made:
 * config->trees, config->say, and the prompts that trees and numbers need. All
 * errors of all trees go to diag, with their places and with suggestions.
 *
 * HOW. The language stands in the tables of words.c: verbs, their options,
 * bounds, defaults and help; the JSON Schema comes from the same. A tree that
 * compiles is bounded: no cycle of steps goes without a key of the caller, and
 * every input ends after so many errors, silences, and seconds.
 *
 * USE.
 *	config = rd_config_compile(&bundle, &diag);
 *	if (config)
 *		rd_ivr_load(config, &diag);
 *	if (diag.errors)
 *		...
 *
 * Pure: reads nothing but the configuration. Context: start, reload, replay.
 */
#ifndef RD_IVR_COMPILE_H
#define RD_IVR_COMPILE_H

#include "lib/base/diag.h"
#include "lib/config/config.h"

/* 0; -EINVAL: errors in diag; -ENOMEM. To be called once a configuration. */
int rd_ivr_load(struct rd_config *config, struct rd_diag *diag);
/*
 * As above; and if there are errors, those of files (missing sounds, sources,
 * folders) are told with them: a person wants to hear of all at once.
 */
int rd_ivr_load_and_tell(struct rd_config *config, struct rd_diag *diag);
/*
 * As rd_ivr_load(), for rd_prove() (prove.h): what that says better, with the
 * keys and the date that lead there, is not said here. Its programs are not for
 * the interpreter: a target may be missing, a cycle go on for ever.
 */
int rd_ivr_load_to_prove(struct rd_config *config, struct rd_diag *diag);

#endif
