/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The configuration, as typed structs.
 *
 * WHAT. A *bundle* is the text of ringdown.yaml and of every file it names
 * (trees, lists), in one block of memory. rd_config_compile() turns a bundle
 * into a struct rd_config: a pure function, so a bundle that lies in the
 * journal compiles to the same structs at replay.
 *
 * HOW. Keys, types, bounds, defaults and help stand once, in the tables of
 * lib/config; parser, JSON schema, documentation and dump come from them.
 * Objects refer to each other by index; names are resolved while compiling.
 * place is where the files speak of an object, for messages.
 *
 * LIMITS. Everything in a struct rd_config is owned by it, read-only, and
 * lives until rd_config_free(). Strings are UTF-8 and never NULL ("" = unset).
 */
#ifndef RD_CONFIG_H
#define RD_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/uapi/ringdown.h"
#include "lib/base/diag.h"
#include "lib/config/config_ivr.h"

#define RD_INDEX_NONE UINT16_MAX /* "no such object" in every index below */

struct rd_ivr_program; /* daemon/ivr/program.h */
struct rd_scope;       /* lib/config/table.h */
struct rd_table;       /* lib/config/table.h */
struct rd_yaml;	       /* lib/config/yaml.h */

/* ---- lines ------------------------------------------------------------ */

enum rd_signalling { RD_SIG_PRI, RD_SIG_FXS, RD_SIG_FXO };

enum rd_switchtype { /* order of the names in the YAML */
	RD_SWITCH_EUROISDN,
	RD_SWITCH_NI1,
	RD_SWITCH_NI2,
	RD_SWITCH_DMS100,
	RD_SWITCH_4ESS,
	RD_SWITCH_5ESS,
	RD_SWITCH_QSIG,
};

/* Q.921 / Q.931 timers and counters one may set; -1 keeps libpri's own. */
enum rd_isdn_timer {
	RD_T_N200, RD_T_K, RD_T_T200, RD_T_T203,
	RD_T_T303, RD_T_T305, RD_T_T308, RD_T_T309, RD_T_T313, RD_T_T316,
	RD_ISDN_TIMERS,
};

struct rd_cfg_span {
	const char *name;
	uint16_t card;		/* index into cards; rd_line(card, span, 0) */
	uint8_t span;		/* which of that card, from 0 */
	uint8_t type;		/* enum ringdown_span_type */
	uint8_t law;		/* enum ringdown_law */
	struct ringdown_span_config line; /* framing, coding, crc4, ... */
	uint8_t signalling;	/* enum rd_signalling */
	uint8_t switchtype;	/* enum rd_switchtype */
	bool network_side;	/* we are the network (agents' PBX behind us) */
	uint8_t dchannel;	/* slot; 16 on E1, 24 on T1 */
	uint32_t bchannels;	/* bit per slot we may use */
	bool exclusive;		/* ask for a channel as exclusive (Q.931 4.5.13) */
	uint16_t group;		/* index into groups */
	int timer[RD_ISDN_TIMERS]; /* ms (N200, K: counts), -1 unset */
	bool inband_progress;	/* busy and congestion as tones, not messages */
	const char *prefix_international, *prefix_national, *prefix_local;
	double rx_gain_db, tx_gain_db; /* added to the group's */
	struct rd_place place;
};

enum rd_hunt { RD_HUNT_LOW, RD_HUNT_HIGH, RD_HUNT_ROUND_UP, RD_HUNT_ROUND_DOWN };

struct rd_cfg_group {		/* trunk group */
	const char *name;
	uint8_t hunt;		/* enum rd_hunt */
	bool phones;		/* agents' phones: internal, not the public */
	double rx_gain_db, tx_gain_db;
	double level_dbm0, level_range_db; /* level control; level 0: none */
	double gate_dbm0;	/* noise gate; 0: none */
	bool remove_digits;	/* keyed digits are not passed on to others */
	bool progress_tones;	/* busy tone in the line: the party has gone */
	uint32_t quiet_ms;	/* nobody heard for so long is told; 0 not */
};

struct rd_cfg_card {
	const char *name;
	const char *path;	/* unix socket of a wire, or /dev/ringdown/cardN */
	uint8_t clock_priority;	/* 1 first */
	uint16_t echo_taps;	/* 0 = canceller off */
	struct rd_place place;
};

/* ---- who is called, who calls ----------------------------------------- */

struct rd_cfg_route {		/* called number -> application */
	const char *number;	/* digits; trailing '*' matches any rest */
	uint16_t group;		/* only calls from this group, or NONE */
	uint16_t tree;		/* index into trees */
	uint16_t queue;		/* or straight to a queue, else NONE */
	uint16_t agent;		/* or straight to an agent, else NONE */
	struct rd_place place;
};

struct rd_cfg_outroute {	/* number dialled by us -> trunk group */
	const char *number;	/* as above */
	uint16_t group;
	uint8_t strip;		/* digits removed in front */
	const char *prefix;	/* digits put in front */
	struct rd_place place;
};

struct rd_cfg_block {		/* initial blacklist */
	const char *number;	/* caller; trailing '*' matches any rest */
	const char *reason;
	uint8_t cause;		/* Q.850; 17 user busy */
	struct rd_place place;
};

/* ---- agents and queues ------------------------------------------------ */

#define RD_SKILLS_MAX  64
#define RD_LEVEL_MAX   9 /* of a skill; from 1 */
#define RD_PENALTY_MAX 7
#define RD_PRIORITY_MIN (-9)
#define RD_PRIORITY_MAX 9

struct rd_cfg_skill {		/* what an agent can do */
	const char *name;
	const char *title;
	struct rd_place place;
};

struct rd_cfg_skill_level {
	uint16_t skill;		/* index into skills */
	uint8_t level;		/* 0 to RD_LEVEL_MAX */
};

struct rd_cfg_levels {
	uint16_t n;
	const struct rd_cfg_skill_level *at;
};

struct rd_cfg_member {		/* an agent in a queue */
	uint16_t queue;		/* index into queues */
	uint8_t penalty;	/* agents of less penalty go before */
	uint8_t share;		/* weighted-random; 0 as 1 */
	uint16_t order;		/* round-robin, fixed-order: before the agent's
				 * place in the configuration */
	uint32_t prefer_ms;	/* its callers count as longer waiting to him */
};

struct rd_cfg_agent {
	const char *number;	/* "8001" */
	const char *name;
	const char *spell;	/* for dial-by-name, "" as name */
	const char *pin;	/* "" = none */
	const char *phone;	/* number of the phone used when not signed in
				 * from a phone; default: number */
	uint16_t language;	/* index into languages, NONE = default */
	uint32_t wrapup_ms;	/* in place of the queue's; 0: the queue's */
	uint16_t nqueues;
	const struct rd_cfg_member *queues; /* those he may serve */
	struct rd_cfg_levels skills;
	bool always;		/* a phone that is always there: no sign-in */
	struct rd_place place;
};

enum rd_strategy { /* daemon/acd/strategy.h */
	RD_STRATEGY_LONGEST_IDLE,
	RD_STRATEGY_ROUND_ROBIN,
	RD_STRATEGY_FIXED_ORDER,
	RD_STRATEGY_FEWEST_CALLS,
	RD_STRATEGY_LEAST_TALK,
	RD_STRATEGY_RANDOM,
	RD_STRATEGY_WEIGHTED_RANDOM,
	RD_STRATEGY_RING_ALL,
	RD_STRATEGY_PROGRESSIVE,
	RD_STRATEGIES,
};

/* What has to be there for callers to enter a queue, and to stay in it. */
enum rd_presence {
	RD_PRESENCE_ANY, RD_PRESENCE_SIGNED_IN, RD_PRESENCE_READY,
	RD_PRESENCE_FREE,
};

enum rd_overflow { /* why a caller goes past the line */
	RD_OVERFLOW_FULL, RD_OVERFLOW_NO_AGENT, RD_OVERFLOW_WAIT,
	RD_OVERFLOW_EXPECTED, RD_OVERFLOW_WITHDRAWN,
};

struct rd_cfg_overflow {	/* where to, for that reason */
	uint8_t when;		/* enum rd_overflow */
	uint16_t tree, node;	/* or NONE */
	uint16_t queue;		/* or NONE */
	const char *number;	/* or "" */
};

/* A caller has waited so long: further agents may serve him. */
struct rd_cfg_relax {
	uint32_t after_ms;	/* grows from step to step */
	struct rd_cfg_levels skills; /* enough from now on; 0: not needed */
	uint8_t penalty;	/* agents up to it may serve, if has_penalty */
	bool has_penalty;
	uint16_t nqueues;
	const uint16_t *queues;	/* and the agents of these */
};
#define RD_RELAX_MAX 16

/* Which calls a service level is a share of; formulas: daemon/acd/level.h. */
enum rd_service_level {
	RD_LEVEL_OFFERED, RD_LEVEL_ANSWERED, RD_LEVEL_WITHOUT_SHORT,
	RD_LEVEL_WITH_ABANDONED,
	RD_LEVELS,
};

enum rd_backoff { /* why an agent did not take a call */
	RD_BACKOFF_NO_ANSWER, RD_BACKOFF_REJECT, RD_BACKOFF_BUSY,
	RD_BACKOFF_NOT_REACHED,
	RD_BACKOFFS,
};

enum rd_treatment { RD_WAIT_MUSIC, RD_WAIT_RINGBACK, RD_WAIT_MUSIC_UNTIL_RING };

/* Who waits leaves a number, and his place in line waits on (ACD-18). */
struct rd_cfg_callback {
	char key;		/* that he presses; 0: no callbacks */
	bool agent_first;	/* who is called first */
	bool takes_over;	/* he calls again himself: takes his place */
	uint16_t hours;		/* index into calendars, or none */
	uint16_t behind;	/* offered to who has so many before him ... */
	uint32_t after_ms;	/* ... and has waited so long */
	uint32_t every_ms;	/* and again; 0: once */
	uint32_t ring_ms;	/* how long he is called */
	uint8_t attempts;
	uint32_t busy_ms, no_answer_ms, failed_ms; /* until the next */
	uint32_t expires_ms;	/* after entry; 0: never */
	const char *shown;	/* number he is shown; "": the one he called */
	uint32_t offer;		/* prompt, or NONE: the language's own */
};

/* Who is not served leaves a message, which is a task for agents (VM-02). */
struct rd_cfg_message {
	char key;		/* that leads to it while waiting; 0 none */
	bool overflow, closed;	/* taken when the queue is full, closed */
	uint32_t max_ms;	/* length; 0: no messages */
	uint32_t prompt;	/* or NONE: the language's own */
};

struct rd_cfg_last_agent { /* who talked with him last (ACD-20) */
	uint32_t within_ms;	/* not longer ago; 0: not wanted */
	bool ask;		/* the caller */
	uint32_t wait_ms;	/* for him alone, if he is busy */
};

struct rd_cfg_queue {
	const char *name;
	const char *was;	/* its name before, or "" */
	const char *title;	/* said and shown; default name */
	uint8_t strategy;	/* enum rd_strategy */
	bool prefer_skilled;	/* the most skilled first, then by strategy */
	uint32_t ring_step_ms;	/* progressive: then one more rings */
	/* order of callers: daemon/acd/README.md */
	int8_t priority;	/* of callers who bring none */
	uint32_t head_start_ms, priority_step_ms;
	/* who may serve them */
	struct rd_cfg_levels skills; /* at least */
	uint16_t nrelax;
	const struct rd_cfg_relax *relax; /* by after_ms */
	/* ways past the line: daemon/acd/overflow.h */
	uint8_t enter, stay;	/* enum rd_presence */
	uint32_t stay_for_ms;
	uint32_t max_expected_ms; /* 0 any */
	uint16_t noverflows;
	const struct rd_cfg_overflow *overflows;
	uint16_t maxlen;	/* 0 unlimited (by the pool) */
	uint32_t max_wait_ms;	/* 0 unlimited */
	uint32_t ring_timeout_ms;
	/* pause before the next offer to an agent; 0: retry_ms */
	uint32_t backoff_ms[RD_BACKOFFS];
	uint32_t retry_ms;
	uint16_t max_misses;	/* then the agent is set not ready; 0 never */
	uint32_t wrapup_ms, wrapup_callback_ms; /* 0: wrapup_ms */
	uint8_t treatment;	/* enum rd_treatment */
	uint16_t music;		/* index into music, or NONE */
	bool answer;		/* answer the caller on entry */
	bool show_wait;		/* on the agent's display, after the title */
	/* announcements */
	bool announce_position;
	bool announce_wait;	/* expected wait ... */
	uint32_t announce_round_ms; /* ... a multiple of it */
	uint32_t announce_error_ms; /* ... if it is that sure; 0 always */
	uint16_t announce_limit; /* "more than n"; 0 none */
	bool announce_only_improved;
	uint32_t announce_first_ms; /* after entry; 0 at once */
	uint32_t announce_every_ms; /* 0 once */
	uint16_t nperiodic;
	const uint32_t *periodic; /* prompts, in order */
	uint32_t periodic_every_ms;
	bool announce_agent;	/* "No. 8001 at your service" */
	bool agent_wait;	/* then, how long the caller waited */
	bool agent_skip;	/* any key of his ends both */
	uint32_t agent_prompt;	/* what the agent hears first, or PROMPT_NONE */
	/* leaving */
	char exit_key;		/* 0 none */
	uint16_t hours;		/* index into calendars, or none */
	uint32_t resume_ms;	/* who calls again so soon has his old place */
	struct rd_cfg_last_agent last_agent;
	struct rd_cfg_callback callback;
	struct rd_cfg_message message;
	/* figures: daemon/acd/level.h */
	uint32_t service_level_ms; /* answered within it: in time */
	uint32_t short_ms;	   /* abandoned within it: nobody's fault */
	uint8_t level;		   /* enum rd_service_level */
	/* where a call goes on: tree and node, or hang up */
	uint16_t tree_overflow, node_overflow; /* max_wait, full, no agents */
	uint16_t tree_exit, node_exit;	       /* exit key */
	uint16_t tree_after, node_after;       /* agent hung up: survey */
	bool record;		/* see recording.start */
	struct rd_place place;
};

/* ---- sound ------------------------------------------------------------- */

#define RD_PROMPT_NONE UINT32_MAX

struct rd_cfg_prompt {		/* one piece of sound: a file, or spoken text */
	const char *file;	/* absolute, or "" */
	const char *text;	/* spoken when file is "" */
	const char *voice;	/* espeak-ng voice, "cmn" or "en" */
	struct rd_place place;	/* where the configuration asks for it */
};

struct rd_cfg_music {
	const char *name;
	bool shuffle;
	uint16_t nprompts;
	const uint32_t *prompts;
	struct rd_place place;
};

struct rd_cfg_language {	/* "zh", "en": how numbers are said */
	const char *name;
	const char *voice;
};

/* ---- lookups ----------------------------------------------------------- */

enum rd_source_kind { RD_SOURCE_SQLITE, RD_SOURCE_CSV };

struct rd_cfg_source {
	const char *name;
	uint8_t kind;		/* enum rd_source_kind */
	const char *path;
	const char *query;	/* SQL with :key; CSV: name of the key column */
	const char *password;	/* column that is compared, never told, or "" */
	uint32_t timeout_ms;
	struct rd_place place;
};

/* ---- trees -------------------------------------------------------------- */

/*
 * A tree as it was read. rd_config_compile() checks that it is YAML and keeps
 * it; rd_ivr_load() (daemon/ivr/compile.h) makes the program of it, for lib
 * knows nothing of calls. What ringdown.yaml calls "tree.node" is the position
 * of that key in the mapping "nodes" of the tree's root; 0, the first, is where
 * a tree begins.
 */
struct rd_cfg_tree {
	const char *name;
	const struct rd_yaml *root;
	uint32_t version; /* CRC-32C of its text */
};

/* ---- the daemon --------------------------------------------------------- */

enum rd_record_start { /* REC-02 */
	RD_RECORD_NEVER, RD_RECORD_ENTRY, RD_RECORD_ANSWER, RD_RECORD_QUEUE,
	RD_RECORD_RING, RD_RECORD_CONNECT,
};

struct rd_cfg_recording {
	const char *dir;
	uint8_t start;		/* enum rd_record_start */
	uint32_t keep_days;	/* 0 for ever */
	uint32_t low_water_mib;	/* free space kept on that disk */
	const char *pattern;	/* below dir, e.g. "%Y/%m/%d/%i" */
};

struct rd_cfg_journal {
	const char *dir;
	uint32_t segment_mib;
	uint32_t keep_days;
	uint32_t low_water_mib;
};

struct rd_cfg_limits {		/* pool sizes; fixed while running */
	uint32_t calls, agents, queues, blacklist;
	uint32_t tasks;		/* callbacks and messages that are open */
	uint32_t callers;	/* numbers remembered: a multiple of 8 */
	uint32_t list_changes, lockouts;
	uint32_t call_max_ms;	/* hard limit of one call, IVR-26 */
};

#define RD_CONFIG_VERSION 17 /* 16 hex digits and NUL */

struct rd_config {
	/* names its text: equal texts have equal versions (REP-61) */
	char version[RD_CONFIG_VERSION];
	const char *timezone;	/* whose midnight ends a day; rd_zone_parse() */
	uint32_t figures_ms;	/* interval of the figures; divides an hour */
	uint16_t language;	/* the default: index into languages */
	const char *country;	/* tone plan: "cn" */
	uint32_t period_frames;
	const char *control_path, *control_group;
	const char *store_path;	/* SQLite file */
	const char *cache_dir;	/* spoken prompts */
	const char *isdn_program; /* path of ringdown-isdn, "" = beside us */
	struct rd_cfg_limits limits;
	struct rd_cfg_recording recording;
	struct rd_cfg_journal journal;

	uint16_t ncards, nspans, ngroups, nroutes, noutroutes, nblocks;
	uint16_t nskills;
	const struct rd_cfg_skill *skills;
	uint16_t nagents, nqueues, nmusic, nlanguages, nsources, ncalendars;
	uint16_t ntrees, nlists, nduties, nports, nprograms;
	uint32_t nprompts, nprefixes;
	const struct rd_cfg_card *cards;
	const struct rd_cfg_span *spans;
	const struct rd_cfg_group *groups;
	const struct rd_cfg_route *routes;	/* most specific first */
	const struct rd_cfg_outroute *outroutes;
	const struct rd_cfg_block *blocks;
	const struct rd_cfg_agent *agents;
	const struct rd_cfg_queue *queues;
	const struct rd_cfg_music *music;
	const struct rd_cfg_language *languages;
	const struct rd_cfg_source *sources;
	const struct rd_cfg_calendar *calendars;
	const struct rd_cfg_duty *duties;
	const struct rd_cfg_list *lists;
	const struct rd_cfg_prefix *prefixes;	/* sorted by digits */
	const struct rd_cfg_ports *ports;
	const struct rd_cfg_program *programs;
	const struct rd_cfg_prompt *prompts;
	/* pieces of numbers: nlanguages x RD_SAY_ATOMS prompts, or NULL;
	 * daemon/ivr/say.h */
	const uint32_t *say;
	const struct rd_cfg_tree *tree_texts;	   /* ntrees */
	const struct rd_ivr_program *const *trees; /* rd_ivr_load() */
	/* the names of each kind, to refer to them: rd_yaml_ref(), rd_bind() */
	const struct rd_scope *scopes; /* by enum rd_config_scope */
};

enum rd_config_scope {
	RD_SCOPE_SKILL, RD_SCOPE_CARD, RD_SCOPE_SPAN, RD_SCOPE_GROUP, RD_SCOPE_AGENT,
	RD_SCOPE_QUEUE, RD_SCOPE_MUSIC, RD_SCOPE_LANGUAGE, RD_SCOPE_SOURCE,
	RD_SCOPE_CALENDAR, RD_SCOPE_TREE, RD_SCOPE_LIST, RD_SCOPE_DUTY,
	RD_SCOPE_PORTS, RD_SCOPE_PROGRAM,
	RD_SCOPE_AREA, /* the areas that prefixes name, in order */
	RD_SCOPES,
};

/* A notation that trees use, too: skills and levels, struct rd_cfg_levels. */
struct rd_format;
extern const struct rd_format rd_format_levels;

/* All keys of ringdown.yaml: for rd_schema_write(), rd_manual_write(). */
extern const struct rd_table rd_config_table;

/* The group of ports a tree needs one of, or NONE. */
uint16_t rd_cfg_ports_of(const struct rd_config *config, uint16_t tree);
/* The area of a number: that of its longest prefix, or "". */
const char *rd_cfg_area(const struct rd_config *config, const char *number);

/* ---- bundle and compiler ------------------------------------------------ */

struct rd_bundle {		/* relocatable: fit to lie in a journal */
	void *data;
	size_t len;
};

/*
 * Read path and every file it includes. Errors (unreadable, over 16 MiB) go to
 * diag. 0 or -errno. Context: start or reload, blocking.
 */
int rd_bundle_read(const char *path, struct rd_bundle *out,
		   struct rd_diag *diag);
void rd_bundle_free(struct rd_bundle *bundle);
/*
 * Zeros in the place of PINs: for what is kept on a disk. Everything
 * else, and every place in the text, stays. -EINVAL: one is written so that it
 * cannot be masked; diag says where.
 */
int rd_bundle_mask(struct rd_bundle *bundle, struct rd_diag *diag);

/*
 * Compile. All errors of all files go to diag; NULL and diag->errors > 0 if
 * there is any. Pure: reads nothing but the bundle. Files that sound comes
 * from are checked later, by rd_config_check_files().
 */
struct rd_config *rd_config_compile(const struct rd_bundle *bundle,
				    struct rd_diag *diag);
/*
 * The same with a second step, rd_ivr_load(), that adds to the configuration
 * and whose errors come with all the others: it is called even when there are
 * some. Then what was refused holds its default, and the root of a tree that
 * is not YAML is NULL. then: 0, or negative errno and its errors in diag.
 */
struct rd_config *rd_config_load(const struct rd_bundle *bundle,
				 int (*then)(struct rd_config *config,
					     struct rd_diag *diag),
				 struct rd_diag *diag);
void rd_config_free(struct rd_config *config);

/*
 * For rd_ivr_load(), which completes a configuration before its first use.
 * Memory that lives as long as the configuration, zeroed; NULL: none left.
 */
void *rd_config_alloc(struct rd_config *config, size_t n, size_t size);
/*
 * The number of a prompt, new or the same as an equal one. file: a relative
 * path starts at the folder of place.file; "" if text is to be spoken by
 * voice. Strings are copied. RD_PROMPT_NONE: no memory.
 */
uint32_t rd_config_prompt(struct rd_config *config, const char *file,
			  const char *text, const char *voice,
			  struct rd_place place);
/* An absolute path; a relative one starts as above. NULL: no memory. */
const char *rd_config_path(struct rd_config *config, struct rd_place place,
			   const char *path);

/* Do the sound files, data sources and folders exist and open? */
void rd_config_check_files(const struct rd_config *config,
			   struct rd_diag *diag);

#endif
