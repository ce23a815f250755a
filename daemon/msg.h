/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every message that threads and processes say to each other.
 *
 *	          DIGIT PLAY_DONE ALARM ...            ISDN D_TX EDGE_DONE
 *	   media ---------------------------> core <--------------------- edge
 *	     |   <---------------------------      --------------------->
 *	     |    OPEN PLAY BRIDGE RECORD ...   |      ISDN D_RX TIME
 *	     |REC_BLOCK                         |ROW LOOKUP
 *	     v              REC_DONE            v        LOOKUP_ANSWER
 *	    disk ---------------------------> core <--------------------- store
 *
 * One list gives each message its number, name, struct and way; names in the
 * journal, the checks of lengths and `ringdown journal` come from it. Numbers
 * and layouts are kept: they lie in journals. A message that reaches core
 * is an *event*: journalled as it is, unless marked otherwise.
 *
 * All fields little endian, fixed width, padding explicit and zero. Strings
 * are NUL-terminated and NUL-padded, so that equal messages are equal octets.
 */
#ifndef RD_MSG_H
#define RD_MSG_H

#include <stdint.h>

#include "lib/base/line_id.h"
#include "lib/base/mq.h"
#include "lib/line/hdlc.h"

enum rd_peer {
	RD_PEER_CORE, RD_PEER_MEDIA, RD_PEER_DISK, RD_PEER_STORE,
	RD_PEER_EDGE, RD_PEER_CONTROL,
};

/* flags of a type */
#define RD_MSG_EVENT  0x1 /* journalled when it reaches core */
#define RD_MSG_VARLEN 0x2 /* longer than its struct */

/* X(number, NAME, struct, from, to, flags) */
#define RD_MSG_LIST(X)                                                        \
	/* what begins and ends a run */                                      \
	X(0x10, START, rd_ev_start, CONTROL, CORE, RD_MSG_EVENT)              \
	X(0x11, CONFIG, rd_ev_config, CONTROL, CORE,                          \
	  RD_MSG_EVENT | RD_MSG_VARLEN)                                       \
	X(0x12, TIME, rd_msg, CORE, CORE, RD_MSG_EVENT)                       \
	X(0x13, COMMAND, rd_ev_command, CONTROL, CORE,                        \
	  RD_MSG_EVENT | RD_MSG_VARLEN)                                       \
	X(0x14, BROKEN, rd_ev_broken, CORE, CORE, RD_MSG_EVENT)               \
	/* media -> core */                                                   \
	X(0x20, TICK, rd_msg, MEDIA, CORE, 0)                                 \
	X(0x21, DIGIT, rd_ev_digit, MEDIA, CORE, RD_MSG_EVENT)                \
	X(0x22, PLAY_DONE, rd_ev_play_done, MEDIA, CORE, RD_MSG_EVENT)        \
	X(0x23, ALARM, rd_ev_alarm, MEDIA, CORE, RD_MSG_EVENT)                \
	X(0x24, CARD, rd_ev_card, MEDIA, CORE, RD_MSG_EVENT)                  \
	X(0x25, HDLC_RX, rd_hdlc, MEDIA, CORE, RD_MSG_VARLEN)                 \
	X(0x26, SIGNAL, rd_ev_signal, MEDIA, CORE, RD_MSG_EVENT)              \
	X(0x27, TONE_HEARD, rd_ev_tone, MEDIA, CORE, RD_MSG_EVENT)            \
	X(0x28, REC_LOST, rd_ev_rec, MEDIA, CORE, RD_MSG_EVENT)               \
	X(0x29, MAINTAINED, rd_maintain, MEDIA, CORE,                         \
	  RD_MSG_EVENT | RD_MSG_VARLEN)                                       \
	X(0x2a, SPAN_ERRORS, rd_ev_errors, MEDIA, CORE, RD_MSG_EVENT)         \
	X(0x2b, QUIET, rd_ev_quiet, MEDIA, CORE, RD_MSG_EVENT)                \
	X(0x2c, HEALTH, rd_ev_health, MEDIA, CORE, RD_MSG_EVENT)              \
	/* core -> media */                                                   \
	X(0x40, OPEN, rd_cmd_open, CORE, MEDIA, 0)                            \
	X(0x41, CLOSE, rd_msg, CORE, MEDIA, 0)                                \
	X(0x42, PLAY, rd_cmd_play, CORE, MEDIA, RD_MSG_VARLEN)                \
	X(0x43, PLAY_STOP, rd_cmd_play_stop, CORE, MEDIA, 0)                  \
	X(0x44, TONE, rd_cmd_tone, CORE, MEDIA, 0)                            \
	X(0x45, BRIDGE, rd_cmd_bridge, CORE, MEDIA, 0)                        \
	X(0x46, UNBRIDGE, rd_msg, CORE, MEDIA, 0)                             \
	X(0x47, RECORD, rd_cmd_record, CORE, MEDIA, 0)                        \
	X(0x48, RECORD_STOP, rd_cmd_record, CORE, MEDIA, 0)                   \
	X(0x49, HDLC_OPEN, rd_msg, CORE, MEDIA, 0)                            \
	X(0x4a, HDLC_TX, rd_hdlc, CORE, MEDIA, RD_MSG_VARLEN)                 \
	X(0x4b, SEND_DIGITS, rd_cmd_digits, CORE, MEDIA, 0)                   \
	X(0x4c, SIGNAL_OUT, rd_ev_signal, CORE, MEDIA, 0)                     \
	X(0x4d, MAINTAIN, rd_maintain, CORE, MEDIA, 0)                        \
	/* core -> disk, disk -> core */                                      \
	X(0x60, REC_OPEN, rd_cmd_rec_open, CORE, DISK, 0)                     \
	X(0x61, REC_DONE, rd_ev_rec, DISK, CORE, RD_MSG_EVENT)                \
	X(0x62, DISK_STATE, rd_ev_disk, DISK, CORE, RD_MSG_EVENT)             \
	X(0x63, REC_META, rd_cmd_rec_meta, CORE, DISK, RD_MSG_VARLEN)         \
	/* media <-> disk: buffers by pointer, never journalled */            \
	X(0x68, REC_BLOCK, rd_rec_block, MEDIA, DISK, 0)                      \
	X(0x69, REC_BLOCK_FREE, rd_rec_block, DISK, MEDIA, 0)                 \
	/* core <-> store */                                                  \
	X(0x70, ROW, rd_cmd_row, CORE, STORE, RD_MSG_VARLEN)                  \
	X(0x71, ROWS_DONE, rd_ev_rows_done, STORE, CORE, 0)                   \
	X(0x72, LOOKUP, rd_cmd_lookup, CORE, STORE, RD_MSG_VARLEN)            \
	X(0x73, LOOKUP_ANSWER, rd_ev_lookup, STORE, CORE,                     \
	  RD_MSG_EVENT | RD_MSG_VARLEN)                                       \
	X(0x74, STORE_STATE, rd_ev_disk, STORE, CORE, RD_MSG_EVENT)           \
	X(0x75, SOUND_MAKE, rd_cmd_sound, CORE, STORE, RD_MSG_VARLEN)         \
	X(0x76, SOUND_MADE, rd_ev_sound, STORE, CORE,                         \
	  RD_MSG_EVENT | RD_MSG_VARLEN)                                       \
	X(0x77, PROGRAM, rd_cmd_program, CORE, STORE, RD_MSG_VARLEN)          \
	/* core <-> edge */                                                   \
	X(0x80, EDGE_SPAN, rd_edge_span, CORE, EDGE, 0)                       \
	X(0x81, D_RX, rd_hdlc, CORE, EDGE, RD_MSG_VARLEN)                     \
	X(0x82, D_TX, rd_hdlc, EDGE, CORE, RD_MSG_VARLEN)                     \
	X(0x83, EDGE_TIME, rd_edge_time, CORE, EDGE, 0)                       \
	X(0x84, EDGE_DONE, rd_edge_time, EDGE, CORE, 0)                       \
	X(0x85, ISDN, rd_isdn, EDGE, CORE, RD_MSG_EVENT)                      \
	X(0x86, ISDN_OUT, rd_isdn, CORE, EDGE, 0)                             \
	X(0x87, EDGE_STATE, rd_ev_edge, CORE, CORE, RD_MSG_EVENT)             \
	X(0x88, EDGE_ALARM, rd_ev_alarm, CORE, EDGE, 0)                       \
	X(0x89, EDGE_LOG, rd_edge_log, EDGE, CORE, RD_MSG_VARLEN)             \
	/* core -> control: to watchers */                                    \
	X(0xa0, PUBLISH, rd_publish, CORE, CONTROL, RD_MSG_VARLEN)

enum rd_msg_type {
#define X(number, NAME, type, from, to, flags) RD_MSG_##NAME = (number),
	RD_MSG_LIST(X)
#undef X
};

#define RD_NUMBER_LEN 32 /* digits of a party number and NUL (Q.931 4.5.8) */
#define RD_NAME_LEN   32

/* ---- what begins a run -------------------------------------------------- */

struct rd_ev_start {
	struct rd_msg msg;
	uint64_t epoch_ns; /* wall clock of frame 0 */
	uint64_t seed;
	uint32_t lockstep;
	uint32_t restart;  /* 1: after a crash, calls of before are over */
};

struct rd_ev_config { /* a bundle; len may exceed 64 KiB: in chunks */
	struct rd_msg msg;
	uint32_t total_len, offset;
	uint8_t  data[];
};

struct rd_ev_command { /* a control command that changes state */
	struct rd_msg msg;
	uint32_t client;   /* whom to answer; 0 nobody */
	uint32_t id;	   /* the client's own, echoed in the answer */
	char     json[];   /* canonical: {"command":"agent.ready",...} */
};

struct rd_ev_broken { /* an invariant of core does not hold: core/guard.h */
	struct rd_msg msg;
	uint64_t after, upto; /* events it went wrong between */
	uint32_t n;	      /* of them */
	uint32_t pad;
	char     why[128];    /* the first, NUL-terminated */
};

/* ---- media --------------------------------------------------------------- */

struct rd_ev_digit { /* msg.frame: first sample of the digit */
	struct rd_msg msg;
	uint32_t length_frames;
	char     digit; /* 0-9 A-D * #; '?' in the journal if secret */
	uint8_t  pad[3];
};

enum rd_play_reason {
	RD_PLAY_ENDED, RD_PLAY_DIGIT, RD_PLAY_STOPPED, RD_PLAY_REPLACED,
};

struct rd_ev_play_done { /* msg.frame: first frame without its sound */
	struct rd_msg msg;
	uint32_t play;
	uint32_t reason;	/* enum rd_play_reason */
	uint32_t item;		/* which was playing */
	uint32_t offset_frames; /* how far into it: to go on later */
};

struct rd_ev_alarm { /* msg.line: a span */
	struct rd_msg msg;
	uint32_t alarms; /* RINGDOWN_ALARM_* now present */
	uint32_t pad;
};

struct rd_ev_card { /* msg.line: rd_line(card, 0, 0) */
	struct rd_msg msg;
	uint32_t present;
	uint32_t pad;
	uint64_t overruns, underruns, late_ticks;
};

struct rd_ev_signal { /* analog and CAS; type and arg of the card ABI */
	struct rd_msg msg;
	uint16_t type; /* enum ringdown_event_type, enum ringdown_command_op */
	uint16_t pad;
	uint32_t arg;
};

struct rd_ev_tone { /* msg.frame: where it began; told then, and at its end */
	struct rd_msg msg;
	uint32_t tone; /* enum rd_tone of lib/dsp/tone.h */
	uint32_t length_frames; /* at its end; 0: it goes on */
};

struct rd_ev_quiet { /* msg.frame: since when; of a bridged line */
	struct rd_msg msg;
	uint8_t quiet;	    /* 1: nothing was heard for as long as OPEN said; 0:
			     * it is heard again */
	uint8_t heard;	    /* it ever was, in this bridge */
	uint8_t peer_quiet; /* the same of its peer, now */
	uint8_t peer_heard;
	uint32_t pad;
};

/* One direction of a line. Levels in 0.1 dBm0, RD_HEALTH_NOTHING if none. */
struct rd_way_health {
	int16_t	 speech_cb; /* mean power of what stands out */
	int16_t	 noise_cb;  /* the quietest of late */
	int16_t	 peak_cb;   /* of a sine with that peak */
	uint16_t active_permille; /* of the time */
	uint32_t clipped_ppm;	  /* samples on either end of the scale */
};
#define RD_HEALTH_NOTHING (-990)

struct rd_ev_health { /* of a line in use; told when it is closed */
	struct rd_msg msg;
	uint64_t use;	 /* of its OPEN */
	uint64_t frames; /* since then */
	struct rd_way_health received; /* behind canceller, gain and control */
	struct rd_way_health sent;
	uint32_t slips;	  /* of its span, meanwhile */
	uint32_t rx_lost; /* frames the ring no longer held */
	uint32_t tx_late; /* frames not sent in time */
	int16_t	 erl_cb;  /* echo return loss; RD_HEALTH_NOTHING: not known */
	int16_t	 erle_cb; /* what the canceller takes away */
	uint16_t delay_frames, tail_frames; /* where its echo begins, ends */
	uint16_t path_changes;
	uint16_t flags; /* RD_HEALTH_* */
};
#define RD_HEALTH_CANCELS   0x1u /* it has a canceller: the figures of echo hold */
#define RD_HEALTH_CONVERGED 0x2u
#define RD_HEALTH_DISABLED  0x4u /* by a tone of 2100 Hz */

struct rd_hdlc { /* a frame without flags and FCS; msg.line: the span */
	struct rd_msg msg;
	uint16_t len;
	uint16_t flags; /* RD_HDLC_* on receive */
	uint32_t pad;
	uint8_t  data[]; /* at most RD_HDLC_MAX */
};
#define RD_HDLC_CUT  0x1u	/* damaged: counted, shown by trace, not used */

struct rd_cmd_open { /* a line begins to be used; resets its state */
	struct rd_msg msg;
	uint16_t flags; /* RD_OPEN_* */
	uint16_t echo_taps;
	int16_t  rx_gain_cb, tx_gain_cb; /* 0.1 dB; 0 keeps octets exact */
	uint64_t use; /* core's number for it, echoed in HEALTH; 0: none wanted */
	uint32_t quiet_frames; /* bridged and quiet for so long: QUIET; 0: not */
	/* of what is received, for others: lib/dsp/alc.h; in 0.1 dB */
	int16_t  level_cb;	 /* dBm0 that speech is brought to */
	uint16_t level_range_cb; /* by how much at most; 0: it is left alone */
	int16_t  gate_cb;	 /* dBm0 below which it is no speech */
	uint16_t gate_loss_cb;	 /* and turned down by so much; 0: not */
	uint32_t pad;
};
#define RD_OPEN_DTMF	0x1u /* report digits */
#define RD_OPEN_TONES	0x2u /* report call progress tones */
#define RD_OPEN_NO_KEYS 0x4u /* digits are not passed on to others */

struct rd_cmd_play { /* replaces what plays; ends a bridge's outgoing way */
	struct rd_msg msg;
	uint32_t play;		/* core's number for it, echoed in PLAY_DONE */
	uint16_t flags;		/* RD_PLAY_* */
	uint16_t n;
	uint32_t first_item;	/* start at this item ... */
	uint32_t offset_frames;	/* ... and so far into it */
	uint32_t prompt[];	/* n prompt numbers; RD_PAUSE_MS(ms) pauses */
};
#define RD_PLAY_BARGE 0x1u /* a digit stops it at once */
#define RD_PLAY_LOOP  0x2u /* for ever: music */
/*
 * The prompt numbers are those of that configuration generation, which after a
 * reload may not be the newest (rd_media_publish()).
 */
#define RD_PLAY_TABLE(generation) ((generation) % 4 << 8)
#define RD_PAUSE_MS(ms) (0x80000000u | (ms))
/*
 * Sounds made while running, of no configuration: announcements first, then a
 * ring of texts that programs let be said. rd_media_publish() as table
 * RD_PROMPT_TABLES.
 */
#define RD_PROMPT_EXTRA(n) (0x40000000u | (n))
#define RD_ANNOUNCEMENTS   16u
#define RD_TEXTS	   256u
#define RD_EXTRAS	   (RD_ANNOUNCEMENTS + RD_TEXTS)

struct rd_cmd_play_stop {
	struct rd_msg msg;
	uint32_t play; /* only if this plays; 0 whatever plays */
	uint32_t pad;
};

struct rd_cmd_tone { /* a tone of the country's plan until stopped, as PLAY */
	struct rd_msg msg;
	uint32_t play;
	uint32_t tone; /* enum rd_tone */
};

struct rd_cmd_bridge { /* msg.line <-> peer, both ways, replaces what plays */
	struct rd_msg msg;
	uint32_t peer;
	uint32_t pad;
};

struct rd_cmd_record { /* left: from msg.line; right: sent to msg.line */
	struct rd_msg msg;
	uint64_t recording;
};

struct rd_cmd_digits { /* send DTMF, Q.23; on/off of Q.24 in ms */
	struct rd_msg msg;
	uint16_t on_ms, off_ms;
	uint32_t play; /* PLAY_DONE at its end */
	char     digits[RD_NUMBER_LEN];
};

/*
 * Maintenance of a span: asked of its card, not in the tick, and answered by
 * the same message with result and, for BERT, a figure for each slot.
 */
enum rd_maintain_op { RD_MAINTAIN_LOOP, RD_MAINTAIN_INJECT, RD_MAINTAIN_BERT };

struct rd_bert_figures {
	uint32_t slot;
	int32_t  result; /* negative errno or 0 */
	uint32_t locked; /* the sequence is followed */
	uint32_t pad;
	uint64_t bits, errors, losses;
};

struct rd_maintain { /* msg.line: the span */
	struct rd_msg msg;
	uint32_t client, id; /* whom core will answer */
	uint16_t op;	     /* enum rd_maintain_op */
	uint16_t mode;	     /* enum ringdown_loop, enum ringdown_bert_mode */
	uint32_t slots;	     /* BERT: bit per slot */
	uint32_t alarms, error_ppb; /* INJECT: all that shall be from now on */
	uint32_t delay_frames;
	int32_t  slip_frames; /* INJECT: one slip, now */
	int32_t  result;      /* answer: negative errno or 0 */
	uint32_t n;	      /* answer: figures */
	char	 by[32];      /* who asked */
	struct rd_bert_figures bert[];
};

struct rd_ev_errors { /* of a span, since told last; at most once a second */
	struct rd_msg msg;
	uint64_t slips, crc_errors, code_violations;
	uint64_t framing_errors, far_end_errors;
};

/* ---- disk ---------------------------------------------------------------- */

struct rd_cmd_rec_open {
	struct rd_msg msg;
	uint64_t recording;
	uint32_t law; /* enum ringdown_law: octets as on the line */
	uint32_t pad;
	char     path[128]; /* below the recordings' folder, without suffix */
};

enum rd_rec_status {
	RD_REC_COMPLETE, RD_REC_DISK_FULL, RD_REC_ERROR, RD_REC_GAP,
	RD_REC_CUT, /* the daemon was killed meanwhile */
};

struct rd_ev_rec {
	struct rd_msg msg;
	uint64_t recording;
	uint64_t frames;   /* on disk (REC_DONE), or lost (REC_LOST) */
	uint64_t gap_frames; /* of those on disk, silence: not recorded */
	uint32_t status;   /* enum rd_rec_status */
	int32_t  error;	   /* negative errno or 0 */
};

struct rd_cmd_rec_meta { /* the JSON file beside the sound */
	struct rd_msg msg;
	uint64_t recording;
	char     path[128];
	char     json[];
};

struct rd_ev_disk {
	struct rd_msg msg;
	uint32_t state; /* 0 well, 1 low (old ones are removed), 2 full, 3 down */
	int32_t  error;
	uint64_t free_mib;
};

struct rd_rec_block { /* msg.line: recorder; frame: of its first sample */
	struct rd_msg msg;
	uint64_t recording;
	void    *data;
	uint32_t octets; /* two an instant: left, right */
	uint32_t last;	 /* 1: the recording ends here */
};

/* ---- store ---------------------------------------------------------------- */

/*
 * A row for the table of that number (daemon/store/schema.h). (seq, part) is
 * its identity: seq the event it follows from, part counts the rows of that
 * event. A store that has seen it ignores it.
 */
struct rd_cmd_row {
	struct rd_msg msg;
	uint64_t seq;
	uint16_t part;
	uint16_t table;
	uint16_t columns;
	uint16_t pad;
	uint8_t  data[]; /* columns times: u8 'i' + i64, 's' + u16 len + text,
			  * 'n' (null); unaligned */
};

struct rd_ev_rows_done { /* all rows up to seq are committed */
	struct rd_msg msg;
	uint64_t seq;
};

struct rd_cmd_lookup {
	struct rd_msg msg;
	uint32_t request; /* echoed */
	uint16_t source;  /* index into config.sources */
	uint16_t secret;  /* enum rd_lookup_secret */
	uint32_t config;  /* generation of that configuration */
	uint32_t timeout_ms;
	char     key[64];
};
enum rd_lookup_secret {
	RD_LOOKUP_OPEN,
	RD_LOOKUP_SECRET, /* key is the vault's number, not the digits */
	/* key is "<vault> <whose>": FOUND if the digits in the vault are the
	 * password that the source has for whose */
	RD_LOOKUP_PASSWORD,
};
/* A source that is none: key is "<vault> <agent's number>"; FOUND if the digits
 * in the vault are his PIN in that configuration. */
#define RD_LOOKUP_PIN 0xfffeu

enum rd_lookup_status { RD_LOOKUP_FOUND, RD_LOOKUP_NONE, RD_LOOKUP_DOWN };

struct rd_ev_lookup {
	struct rd_msg msg;
	uint32_t request;
	uint16_t status; /* enum rd_lookup_status */
	uint16_t pairs;
	char     data[]; /* pairs times: name NUL value NUL */
};

/* ---- sounds and programs --------------------------------------------------- */

struct rd_cmd_sound { /* load or speak it, off the core */
	struct rd_msg msg;
	uint32_t slot;	 /* RD_PROMPT_EXTRA(slot) plays it */
	uint32_t serial; /* echoed */
	uint32_t is_file;
	char     voice[28]; /* of a text */
	char     text[]; /* or the absolute path of a file */
};

struct rd_ev_sound {
	struct rd_msg msg;
	uint32_t slot, serial;
	uint32_t frames; /* 0: there is none, and why */
	uint32_t pad;
	char     why[];
};

struct rd_cmd_program { /* answered by LOOKUP_ANSWER; daemon/program */
	struct rd_msg msg;
	uint32_t request;
	uint16_t program; /* index into config.programs */
	uint16_t pairs;
	uint32_t config;  /* generation of that configuration */
	uint32_t timeout_ms;
	char     data[];  /* pairs times: name NUL value NUL */
};

/* ---- edges ---------------------------------------------------------------- */

struct rd_edge_span { /* bring a D-channel up */
	struct rd_msg msg;
	uint8_t  network_side, switchtype, dchannel, slots;
	uint32_t bchannels;
	int32_t  timer[12]; /* enum rd_isdn_timer; -1 keeps the stack's own */
};

/*
 * The stack's clock. EDGE_TIME: it is msg.frame now; sent counts the messages
 * sent to the edge so far, this one included. EDGE_DONE answers: all of them
 * are handled, and next_frame is when a timer of the stack is due. An edge
 * with nothing to do is not asked.
 */
struct rd_edge_time {
	struct rd_msg msg;
	uint64_t sent;
	uint64_t next_frame;
};

struct rd_ev_edge {
	struct rd_msg msg;
	uint32_t up; /* 0: the process died, and is started again */
	uint32_t pad;
};

struct rd_edge_log { /* the stack's own words, for trace */
	struct rd_msg msg;
	char     text[];
};

enum rd_isdn_op { /* Q.931 primitives; I = indication, R = request */
	RD_ISDN_DCHAN_UP = 1,	/* I */
	RD_ISDN_DCHAN_DOWN,	/* I */
	RD_ISDN_SETUP,		/* I R */
	RD_ISDN_SETUP_ACK,	/* I R */
	RD_ISDN_INFO,		/* I R: called = I: all digits so far, R: more */
	RD_ISDN_PROCEEDING,	/* I R */
	RD_ISDN_ALERTING,	/* I R */
	RD_ISDN_PROGRESS,	/* I R */
	RD_ISDN_CONNECT,	/* I R */
	RD_ISDN_CONNECT_ACK,	/* I */
	RD_ISDN_HANGUP,		/* I: far end clears; R: clear with cause */
	RD_ISDN_HANGUP_DONE,	/* I: call reference is free again */
	RD_ISDN_RESTART,	/* I: far end restarted channel; R */
	RD_ISDN_RESTART_ACK,	/* I: channel is in service; cause 102: never acked */
	RD_ISDN_REJECTED,	/* I: SETUP the edge refused itself, cause */
	RD_ISDN_BLOCK,		/* R: channel (slot 0: all) takes no new calls */
	RD_ISDN_UNBLOCK,	/* R: in service again */
	RD_ISDN_TRACE,		/* R: flags RD_ISDN_TRACE_*: say EDGE_LOG; 0 off */
};

#define RD_ISDN_INBAND	  0x01u /* progress 8 or 1: sound is there to hear */
#define RD_ISDN_EXCLUSIVE 0x02u /* that channel or none */
#define RD_ISDN_COMPLETE  0x04u /* called number is complete */
#define RD_ISDN_TRACE_Q931 0x08u
#define RD_ISDN_TRACE_Q921 0x10u

/*
 * One primitive. msg.line: the span, slot = channel (0 = any, in a SETUP
 * request). ref: whoever makes the call chooses it; requests of ours have
 * bit 31 clear, calls from the far end bit 31 set.
 */
struct rd_isdn {
	struct rd_msg msg;
	uint32_t ref;
	uint8_t  op;		/* enum rd_isdn_op */
	uint8_t  cause;		/* Q.850 */
	uint8_t  location;	/* Q.850 clause 2.2.3 */
	uint8_t  flags;		/* RD_ISDN_* bits */
	uint8_t  calling_ton, calling_npi; /* Q.931 4.5.10 */
	uint8_t  calling_pres;	/* presentation << 5 | screening, octet 3a */
	uint8_t  called_ton, called_npi;
	uint8_t  bearer;	/* 0 speech, 16 3.1 kHz audio, 8 unrestricted */
	uint8_t  progress;	/* Q.931 4.5.23 description, 0 none */
	uint8_t  pad;
	char     calling[RD_NUMBER_LEN];
	char     called[RD_NUMBER_LEN];
	char     connected[RD_NUMBER_LEN];
	char     name[RD_NAME_LEN];
};

/* ---- control ---------------------------------------------------------------- */

/* To watchers (client 0) or as the answer to one command. */
struct rd_publish {
	struct rd_msg msg;
	uint64_t seq;	 /* event it follows from: a place to resume */
	uint32_t client; /* 0: all watchers */
	uint32_t id;
	char     json[];
};

/* ---- names ---------------------------------------------------------------- */

struct rd_msg_info {
	uint16_t type, min_len;
	uint8_t  from, to, flags;
	const char *name;
};

/* The row of a type, or NULL. */
const struct rd_msg_info *rd_msg_info(uint16_t type);

/* Is this octet string a message we know, with a length it may have? */
int rd_msg_check(const struct rd_msg *msg, uint32_t available);

#endif
