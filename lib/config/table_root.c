// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The root of ringdown.yaml, and what belongs to the daemon as a whole:
 * folders, limits, the blacklist.
 */
#include <string.h>

#include "lib/config/build.h"

#define SECOND 1000LL
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)
#define MIB    (1LL << 20)
#define TIB    (1LL << 40)

/* ---- blacklist ---------------------------------------------------------- */

static const struct rd_field block_fields[] = {
	{ "number", RD_PATTERN(rd_cfg_block, number), .required = true,
	  .shorthand = true,
	  .help = "Caller; a * at its end stands for any rest." },
	{ "reason", RD_STRING(rd_cfg_block, reason), .max = 200,
	  .help = "Why." },
	{ "cause", RD_INT(rd_cfg_block, cause, 1, 127), .preset = "17",
	  .help = "Q.850; 17 is what the caller hears as busy." },
};

static const struct rd_table block_table = {
	RD_TABLE("block", struct rd_cfg_block, block_fields),
	.help = "A caller who always gets busy.",
	.place = RD_AT(rd_cfg_block, place),
};

static const struct rd_field blacklist_fields[] = {
	{ "numbers",
	  RD_LIST(rd_config_raw, blacklist.numbers, blacklist.n, &block_table),
	  .shorthand = true, .help = "Callers." },
	{ "file", RD_STRING(rd_config_raw, blacklist.file), .min = 1,
	  .max = 1024,
	  .help = "More of them: a CSV file of number, reason, cause." },
};

static const struct rd_table blacklist_table = {
	RD_TABLE("blacklist", struct rd_config_raw, blacklist_fields),
	.help = "Callers who always get busy, unanswered and uncharged. "
		"Operators may change it while running.",
	.place = RD_AT(rd_config_raw, blacklist.place),
};

/* ---- the daemon --------------------------------------------------------- */

static const char *const starts[] = { "never", "entry",	  "answer", "queue",
				      "ring",  "connect", NULL };

static const struct rd_field recording_fields[] = {
	{ "dir", RD_FORMAT(rd_config_raw, c.recording.dir, &rd_format_path),
	  .preset = "/var/lib/ringdown/recordings", .help = "Folder." },
	{ "start", RD_ENUM(rd_config_raw, c.recording.start, starts),
	  .preset = "connect",
	  .help = "From where a call is recorded: its entry, our answer, the "
		  "queue, the ringing or the answer of the agent." },
	{ "keep",
	  RD_DURATION(rd_config_raw, c.recording.keep_days, 0, 36500 * DAY),
	  .unit = DAY, .preset = "180d", .help = "0: for ever." },
	{ "low_water",
	  RD_SIZE(rd_config_raw, c.recording.low_water_mib, 0, TIB),
	  .unit = MIB, .preset = "1GiB",
	  .help = "Free space kept on that disk: below it the oldest go." },
	{ "pattern", RD_STRING(rd_config_raw, c.recording.pattern), .min = 1,
	  .max = 100, .preset = "%Y/%m/%d/%i",
	  .help = "Name below dir, without suffix: %Y %m %d %H %M %S of the "
		  "start, %i the call's number, which must be in it." },
};

static const struct rd_table recording_table = {
	RD_TABLE("recording", struct rd_config_raw, recording_fields),
	.help = "Recordings: WAV, caller left, agent right.",
};

static const struct rd_field journal_fields[] = {
	{ "dir", RD_FORMAT(rd_config_raw, c.journal.dir, &rd_format_path),
	  .preset = "/var/lib/ringdown/journal", .help = "Folder." },
	{ "segment",
	  RD_SIZE(rd_config_raw, c.journal.segment_mib, MIB, 1024 * MIB),
	  .unit = MIB, .preset = "64MiB", .help = "Size of one file." },
	{ "keep",
	  RD_DURATION(rd_config_raw, c.journal.keep_days, 0, 36500 * DAY),
	  .unit = DAY, .preset = "30d", .help = "0: for ever." },
	{ "low_water", RD_SIZE(rd_config_raw, c.journal.low_water_mib, 0, TIB),
	  .unit = MIB, .preset = "512MiB",
	  .help = "Free space kept on that disk." },
};

static const struct rd_table journal_table = {
	RD_TABLE("journal", struct rd_config_raw, journal_fields),
	.help = "The ordered log of all that happens.",
};

static const struct rd_field limit_fields[] = {
	{ "calls", RD_INT(rd_config_raw, c.limits.calls, 1, 10000),
	  .preset = "256", .help = "Calls at once." },
	{ "agents", RD_INT(rd_config_raw, c.limits.agents, 1, 10000),
	  .preset = "500", .help = "Agents." },
	{ "queues", RD_INT(rd_config_raw, c.limits.queues, 1, 1000),
	  .preset = "64", .help = "Queues." },
	{ "blacklist", RD_INT(rd_config_raw, c.limits.blacklist, 1, 65000),
	  .preset = "10000", .help = "Callers on the blacklist." },
	{ "list_changes",
	  RD_INT(rd_config_raw, c.limits.list_changes, 1, 65000),
	  .preset = "2000", .help = "What operators changed in lists." },
	{ "lockouts", RD_INT(rd_config_raw, c.limits.lockouts, 1, 65000),
	  .preset = "2000",
	  .help = "Members and callers whose wrong passwords are counted." },
	{ "tasks", RD_INT(rd_config_raw, c.limits.tasks, 1, 10000),
	  .preset = "256", .help = "Callbacks and messages that are open." },
	{ "callers", RD_INT(rd_config_raw, c.limits.callers, 64, 1000000),
	  .preset = "4096",
	  .help = "Numbers remembered, for who calls again." },
	{ "call_max",
	  RD_DURATION(rd_config_raw, c.limits.call_max_ms, SECOND, 7 * DAY),
	  .preset = "4h", .help = "After it any call is released." },
};

static const struct rd_table limit_table = {
	RD_TABLE("limits", struct rd_config_raw, limit_fields),
	.help = "Sizes of the pools, fixed while running.",
};

static void check_figures(struct rd_bind *bind, const struct rd_yaml *node,
			  void *out)
{
	const struct rd_config_raw *raw = out;

	if (!raw->c.figures_ms || HOUR % raw->c.figures_ms)
		rd_diag_error(bind->diag, rd_yaml_place(node, "every"),
			      "figures: key \"every\": an hour is no multiple "
			      "of it");
}

static const struct rd_field figures_fields[] = {
	{ "every", RD_DURATION(rd_config_raw, c.figures_ms, MINUTE, HOUR),
	  .preset = "15m", .shorthand = true,
	  .help = "Length of an interval; divides an hour." },
};

static const struct rd_table figures_table = {
	RD_TABLE("figures", struct rd_config_raw, figures_fields),
	.help = "Figures of queues by intervals of the day.",
	.check = check_figures,
};

static const struct rd_field control_fields[] = {
	{ "socket", RD_FORMAT(rd_config_raw, c.control_path, &rd_format_path),
	  .preset = "/run/ringdown/control", .help = "Unix socket." },
	{ "group", RD_STRING(rd_config_raw, c.control_group), .max = 63,
	  .help = "Group whose members may use it." },
};

static const struct rd_table control_table = {
	RD_TABLE("control", struct rd_config_raw, control_fields),
	.help = "Where the ringdown command talks to the daemon.",
};

static const struct rd_field root_fields[] = {
	{ "language", RD_REF(rd_config_raw, language, RD_SCOPE_LANGUAGE),
	  .help = "Default language; without it the first." },
	{ "languages",
	  RD_MAP(rd_config_raw, c.languages, c.nlanguages, &rd_language_table),
	  .max = 32,
	  .help = "Languages and their voices; without them zh: cmn and en: "
		  "en." },
	{ "country", RD_STRING(rd_config_raw, c.country), .min = 2, .max = 2,
	  .preset = "cn", .help = "Whose tones: cn, us, eu, uk, ..." },
	{ "timezone", RD_FORMAT(rd_config_raw, c.timezone, &rd_format_zone),
	  .help = "Whose midnight ends the day of figures; without it that of "
		  "the first calendar, or UTC." },
	{ "period",
	  RD_DURATION(rd_config_raw, c.period_frames, RINGDOWN_PERIOD_MIN / 8,
		      RINGDOWN_PERIOD_MAX / 8),
	  .preset = "10ms", .help = "Time between two ticks." },
	{ "cards", RD_MAP(rd_config_raw, c.cards, c.ncards, &rd_card_table),
	  .required = true, .max = 32, .help = "Line cards." },
	{ "spans", RD_MAP(rd_config_raw, c.spans, c.nspans, &rd_span_table),
	  .required = true, .max = 32 * RINGDOWN_MAX_SPANS,
	  .help = "Their spans." },
	{ "groups", RD_MAP(rd_config_raw, c.groups, c.ngroups, &rd_group_table),
	  .required = true, .max = 256, .help = "Trunk groups." },
	{ "routes",
	  RD_LIST(rd_config_raw, c.routes, c.nroutes, &rd_route_table),
	  .help = "Called numbers, and where they lead." },
	{ "out_routes",
	  RD_LIST(rd_config_raw, c.outroutes, c.noutroutes, &rd_outroute_table),
	  .help = "Numbers we dial, and by which trunk group." },
	{ "blacklist", RD_GROUP(&blacklist_table),
	  .help = "Callers who always get busy." },
	{ "skills", RD_MAP(rd_config_raw, c.skills, c.nskills, &rd_skill_table),
	  .max = RD_SKILLS_MAX,
	  .help = "What agents can do, by name, and what it is called." },
	{ "agents", RD_MAP(rd_config_raw, c.agents, c.nagents, &rd_agent_table),
	  .max = 10000, .help = "Agents, by number." },
	{ "queues", RD_MAP(rd_config_raw, c.queues, c.nqueues, &rd_queue_table),
	  .max = 1000, .help = "Queues." },
	{ "music", RD_MAP(rd_config_raw, c.music, c.nmusic, &rd_music_table),
	  .max = 256, .help = "Music on hold." },
	{ "trees",
	  RD_MAP(rd_config_raw, c.tree_texts, c.ntrees, &rd_tree_table),
	  .max = 1000, .help = "Menu trees and their files." },
	{ "sources",
	  RD_MAP(rd_config_raw, c.sources, c.nsources, &rd_source_table),
	  .max = 256, .help = "Data to look up." },
	{ "calendars",
	  RD_MAP(rd_config_raw, c.calendars, c.ncalendars, &rd_calendar_table),
	  .max = 256, .help = "Opening hours and holidays." },
	{ "duty", RD_MAP(rd_config_raw, c.duties, c.nduties, &rd_duty_table),
	  .max = 256, .help = "Who is on duty, when." },
	{ "lists", RD_MAP(rd_config_raw, c.lists, c.nlists, &rd_list_table),
	  .max = 256, .help = "Lists of callers: members, VIPs." },
	{ "areas", RD_GROUP(&rd_areas_table),
	  .help = "Areas that callers' numbers belong to." },
	{ "ports", RD_MAP(rd_config_raw, c.ports, c.nports, &rd_ports_table),
	  .max = 32, .help = "How many callers menus take at once." },
	{ "programs",
	  RD_MAP(rd_config_raw, c.programs, c.nprograms, &rd_program_table),
	  .max = 64, .help = "External programs that drive calls." },
	{ "recording", RD_GROUP(&recording_table), .help = "Recordings." },
	{ "figures", RD_GROUP(&figures_table),
	  .help = "Figures of queues by intervals of the day." },
	{ "journal", RD_GROUP(&journal_table), .help = "Journal." },
	{ "store", RD_FORMAT(rd_config_raw, c.store_path, &rd_format_path),
	  .preset = "/var/lib/ringdown/ringdown.db",
	  .help = "Call records: an SQLite file." },
	{ "cache", RD_FORMAT(rd_config_raw, c.cache_dir, &rd_format_path),
	  .preset = "/var/cache/ringdown",
	  .help = "Folder of spoken prompts." },
	{ "control", RD_GROUP(&control_table), .help = "Control socket." },
	{ "isdn_program",
	  RD_FORMAT(rd_config_raw, c.isdn_program, &rd_format_path),
	  .preset = "",
	  .help = "Path of ringdown-isdn; without it the one beside "
		  "ringdownd." },
	{ "limits", RD_GROUP(&limit_table), .help = "Sizes of the pools." },
};

const struct rd_table rd_config_table = {
	RD_TABLE("configuration", struct rd_config_raw, root_fields),
	.help = "The configuration of ringdownd. Paths begin at the folder of "
		"the file that says them.",
};
