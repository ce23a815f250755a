/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * The Ringdown card ABI: what a line card and the program that owns it share.
 *
 * WHAT. A *card* is one DMA engine with all its spans. It is opened, mapped and
 * owned as a whole by one client. Four areas are mapped, never copied:
 *
 *	status	 client reads,  card writes   clock, alarms, counters, events
 *	control	 client writes, card reads    transmit position, commands
 *	rx	 client reads,  card writes   received samples  (the DMA ring)
 *	tx	 client writes, card reads    samples to send   (the DMA ring)
 *
 * WHO PLAYS THE CARD. The kernel driver behind /dev/ringdown/card<N>; or, with
 * no card, ringdown-exchange in user space, which serves the same areas as
 * sealed memfds over a unix socket ("the wire", end of this file). A client
 * cannot tell them apart.
 *
 * GEOMETRY IS DATA. With g = geometry, the octet of frame F in slot S of span
 * N is found at
 *
 *	pos   = (F - origin) mod g.ring_frames
 *	area  + g.span[N].{rx,tx}_base
 *	      + (S - g.span[N].first_slot)  * g.slot_stride
 *	      + (pos % g.block_frames)      * g.frame_stride
 *	      + (pos / g.block_frames)      * g.block_stride
 *
 *	four E1 interleaved octet by octet (wcxb):  span bases 0 1 2 3,
 *	slot_stride 4, frame_stride 128, block_frames = ring_frames
 *	one row a slot (simulated):  slot_stride = ring_frames, frame_stride 1
 *
 * A "frame" is the time unit everywhere: 125 us (ITU-T G.704 clause 2: 8000
 * frames a second), one octet of every slot. Frame numbers are 64 bit, count
 * from zero when the card is made, and never go back. An engine may restart
 * its ring while running; then origin and generation change, not the count.
 *
 * TIME OF A PERIOD. Every period_frames the card publishes status.frame = F
 * and signals a tick. Then rx holds [F - ring_frames + period_frames, F), and
 * the client may write tx in [F + tx_lead_frames, F + ring_frames -
 * period_frames). Anything else is counted (late_writes) and not sent in time.
 *
 *	      rx: valid, oldest first           F   lead      writable
 *	  ....|=================================|....|===================|....
 *
 * After a slot's octets were sent the card refills them with that slot's idle
 * code, so a stalled client sends silence and never old speech.
 *
 * RULES. Fixed-width fields, explicit padding, every offset asserted below;
 * reserved fields are zero and refused otherwise; little endian. Each field
 * says who writes it and with which ordering. The card keeps its truth
 * privately and publishes copies; what a client writes is read once, checked,
 * then used.
 */
#ifndef RINGDOWN_UAPI_H
#define RINGDOWN_UAPI_H

#ifdef __KERNEL__
#include <linux/build_bug.h>
#include <linux/ioctl.h>
#include <linux/stddef.h>
#include <linux/types.h>
#else
#include <assert.h>
#include <linux/ioctl.h>
#include <linux/types.h>
#include <stddef.h>
#endif

#define RINGDOWN_MAGIC		0x31434452u	/* "RDC1" in memory */
#define RINGDOWN_ABI_VERSION	1u

#define RINGDOWN_RATE_HZ	8000u
#define RINGDOWN_MAX_SPANS	8
#define RINGDOWN_MAX_SLOTS	32
#define RINGDOWN_EVENTS		256	/* power of two */
#define RINGDOWN_COMMANDS	256	/* power of two */
#define RINGDOWN_NAME_LEN	32
#define RINGDOWN_PERIOD_MIN	8u	/* frames: 1 ms */
#define RINGDOWN_PERIOD_MAX	320u	/* frames: 40 ms */

/* ---- what a span is ---------------------------------------------------- */

enum ringdown_span_type {
	RINGDOWN_SPAN_NONE	= 0,
	RINGDOWN_SPAN_E1	= 1,	/* G.704 clause 2.3: slots 0..31 */
	RINGDOWN_SPAN_T1	= 2,	/* G.704 clause 2.1: slots 1..24 */
	RINGDOWN_SPAN_FXS	= 3,	/* slots are ports, 1..n */
	RINGDOWN_SPAN_FXO	= 4,
};

enum ringdown_law {
	RINGDOWN_LAW_ALAW	= 0,	/* G.711 table 1 */
	RINGDOWN_LAW_ULAW	= 1,	/* G.711 table 2 */
};

enum ringdown_framing {
	RINGDOWN_FRAMING_DEFAULT = 0,
	RINGDOWN_FRAMING_CCS	= 1,	/* E1, slot 16 free for a D-channel */
	RINGDOWN_FRAMING_CAS	= 2,	/* E1, slot 16 carries ABCD */
	RINGDOWN_FRAMING_ESF	= 3,	/* T1 extended superframe */
	RINGDOWN_FRAMING_D4	= 4,	/* T1 superframe */
};

enum ringdown_coding {
	RINGDOWN_CODING_DEFAULT	= 0,
	RINGDOWN_CODING_HDB3	= 1,	/* G.703 annex A */
	RINGDOWN_CODING_B8ZS	= 2,
	RINGDOWN_CODING_AMI	= 3,
};

/* Alarms of a span, as received (ITU-T G.775, G.706). */
#define RINGDOWN_ALARM_LOS	0x01u	/* loss of signal */
#define RINGDOWN_ALARM_LFA	0x02u	/* loss of frame alignment */
#define RINGDOWN_ALARM_LMFA	0x04u	/* loss of (CRC) multiframe alignment */
#define RINGDOWN_ALARM_AIS	0x08u	/* all ones: far end's upstream failed */
#define RINGDOWN_ALARM_RAI	0x10u	/* far end reports it cannot hear us */
#define RINGDOWN_ALARM_LOOP	0x20u	/* span is looped for maintenance */

struct ringdown_span_info {
	__u32 type;		/* enum ringdown_span_type */
	__u32 law;		/* enum ringdown_law */
	__u32 first_slot;	/* number of the first slot: E1 0, T1 1 */
	__u32 slots;		/* how many */
	__u32 rx_base;		/* octets from the start of rx */
	__u32 tx_base;		/* octets from the start of tx */
	__u32 reserved[2];
};

struct ringdown_geometry {
	__u32 rate_hz;		/* RINGDOWN_RATE_HZ */
	__u32 nspans;		/* 1..RINGDOWN_MAX_SPANS */
	__u32 period_frames;	/* RINGDOWN_PERIOD_MIN.._MAX */
	__u32 tx_lead_frames;	/* prefetch plus interrupt slack */
	__u32 ring_frames;	/* a multiple of block_frames, period_frames */
	__u32 block_frames;	/* frames in a block */
	__u32 frame_stride;	/* octets, next frame in a block */
	__u32 slot_stride;	/* octets, next slot */
	__u32 block_stride;	/* octets, next block */
	__u32 flags;		/* RINGDOWN_GEOMETRY_* */
	__u32 reserved[2];
	struct ringdown_span_info span[RINGDOWN_MAX_SPANS];
};

/* The driver copies between the card and these rings (layout not linear). */
#define RINGDOWN_GEOMETRY_COPYING	0x1u

enum ringdown_area {
	RINGDOWN_AREA_STATUS	= 0,
	RINGDOWN_AREA_CONTROL	= 1,
	RINGDOWN_AREA_RX	= 2,
	RINGDOWN_AREA_TX	= 3,
	RINGDOWN_AREAS		= 4,
};

struct ringdown_map {
	__u64 offset;		/* for mmap(); 0 with a memfd */
	__u64 length;		/* octets, whole pages */
};

/* Answer to RINGDOWN_IOC_OPEN. */
struct ringdown_info {
	__u32 magic;
	__u32 version;
	__u32 size;		/* of this struct */
	__u32 flags;		/* RINGDOWN_INFO_* */
	char  name[RINGDOWN_NAME_LEN];	/* NUL terminated */
	__u64 epoch_ns;		/* lockstep: wall time of frame 0, else 0 */
	__u64 seed;		/* lockstep: seed of the run, else 0 */
	struct ringdown_map map[RINGDOWN_AREAS];
	struct ringdown_geometry geometry;
};

/* The clock waits for the client: see "lockstep" at the wire, below. */
#define RINGDOWN_INFO_LOCKSTEP	0x1u

/* ---- events and commands ----------------------------------------------- */

enum ringdown_event_type {
	RINGDOWN_EVENT_NONE	= 0,
	RINGDOWN_EVENT_ALARM	= 1,	/* arg: RINGDOWN_ALARM_* now present */
	RINGDOWN_EVENT_HOOK	= 2,	/* arg: 1 off-hook, 0 on-hook */
	RINGDOWN_EVENT_RING	= 3,	/* arg: 1 ringing starts, 0 ends */
	RINGDOWN_EVENT_ABCD	= 4,	/* arg: bits A=8 B=4 C=2 D=1 */
	RINGDOWN_EVENT_POLARITY	= 5,	/* arg: 0 normal, 1 reversed */
	RINGDOWN_EVENT_SLIP	= 6,	/* arg: frames, signed */
};

struct ringdown_event {
	__u64 frame;		/* when */
	__u16 type;		/* enum ringdown_event_type */
	__u8  span;
	__u8  slot;		/* 0 where the event is the span's */
	__u32 arg;
};

enum ringdown_command_op {
	RINGDOWN_OP_NONE	= 0,
	RINGDOWN_OP_IDLE_CODE	= 1,	/* arg: octet; a D-channel's is 0xff */
	RINGDOWN_OP_ABCD	= 2,	/* arg: bits */
	RINGDOWN_OP_RING	= 3,	/* arg: cadence number, 0 stops */
	RINGDOWN_OP_FLASH	= 4,	/* arg: ms */
	RINGDOWN_OP_POLARITY	= 5,	/* arg: 0 normal, 1 reversed */
	RINGDOWN_OP_HOOK	= 6,	/* arg: 1 off-hook, 0 on-hook */
};

/*
 * Executed when the line clock reaches @frame; a late one runs at once and is
 * counted (late_commands); a malformed one is dropped and counted
 * (bad_commands).
 */
struct ringdown_command {
	__u64 frame;
	__u16 op;		/* enum ringdown_command_op */
	__u8  span;
	__u8  slot;
	__u32 arg;
};

/* ---- status: the card writes, the client reads ------------------------- */

struct ringdown_span_status {
	__u32 alarms;		/* RINGDOWN_ALARM_*: the state now */
	__u32 changes;		/* counts changes of alarms */
	__u64 slips;		/* controlled slips, G.822 */
	__u64 crc_errors;	/* G.704 CRC-4 / CRC-6 */
	__u64 code_violations;	/* G.703 */
	__u64 framing_errors;	/* errored frame alignment signals */
	__u64 far_end_errors;	/* E-bits */
	__u32 hook;		/* bit per slot, 1 = off-hook */
	__u32 ringing;		/* bit per slot */
	__u32 polarity;		/* bit per slot, 1 = reversed */
	__u32 reserved[3];
	__u8  abcd[RINGDOWN_MAX_SLOTS];	/* received signalling bits */
};

struct ringdown_status {
	__u32 magic;
	__u32 version;
	__u32 size;		/* of this struct */
	__u32 reserved0;

	/*
	 * Frames received since the card was made. Store-release after rx was
	 * written; the client's load-acquire pairs with it.
	 */
	__u64 frame;
	__u64 period_ns;	/* CLOCK_MONOTONIC at that store */

	/*
	 * Where frame numbers meet ring positions. Read under seq: odd while
	 * the card writes; read, use, and read again (as the kernel's
	 * seqcount_t; release by the card, acquire by the client).
	 */
	__u32 seq;
	__u32 generation;	/* counts restarts of the ring */
	__u64 origin;		/* the frame at ring position 0 */

	/* Free-running counts, relaxed. */
	__u64 overruns;		/* rx periods the client let be overwritten */
	__u64 underruns;	/* tx periods sent as idle code, stream on */
	__u64 late_writes;	/* tx frames written outside the window */
	__u64 late_commands;
	__u64 bad_commands;
	__u64 late_wakeups;	/* the card's own interrupt came late */

	/*
	 * The event ring. event_head: free running, store-release after the
	 * event was written. The client reads [tail, head) and then stores
	 * control.event_tail. When full, new events are dropped and counted
	 * in event_lost; the state in span[] is always current.
	 */
	__u32 event_head;
	__u32 event_lost;
	__u32 command_tail;	/* commands consumed, store-release */
	__u32 state;		/* enum ringdown_card_state */
	__u64 reserved1[4];

	struct ringdown_span_status span[RINGDOWN_MAX_SPANS];
	struct ringdown_event events[RINGDOWN_EVENTS];
};

enum ringdown_card_state {
	RINGDOWN_CARD_STOPPED	= 0,
	RINGDOWN_CARD_RUNNING	= 1,
	RINGDOWN_CARD_GONE	= 2,	/* removed: unmap and close */
};

/* ---- control: the client writes, the card reads ------------------------ */

struct ringdown_control {
	/*
	 * tx holds valid octets for every frame before this one. Store-release
	 * after tx was written; 0 until the stream starts.
	 */
	__u64 tx_frame;
	__u32 event_tail;	/* events consumed, store-release */
	__u32 command_head;	/* commands written, store-release */
	__u64 reserved[6];
	struct ringdown_command commands[RINGDOWN_COMMANDS];
};

/* ---- requests ---------------------------------------------------------- */

/* Line setup of one span; TRK-01. Takes effect at once. */
struct ringdown_span_config {
	__u32 span;
	__u32 framing;		/* enum ringdown_framing */
	__u32 coding;		/* enum ringdown_coding */
	__u32 crc4;		/* 0 or 1; E1 only */
	__u32 clock_priority;	/* 0 never a source, 1 first choice, ... */
	__u32 line_build_out;	/* 0..7, as DAHDI's span= line */
	__u32 reserved[2];
};

enum ringdown_loop {
	RINGDOWN_LOOP_OFF	= 0,
	RINGDOWN_LOOP_LOCAL	= 1,	/* tx comes back as rx */
	RINGDOWN_LOOP_REMOTE	= 2,	/* rx goes back to the line */
};

struct ringdown_loop_config {
	__u32 span;
	__u32 mode;		/* enum ringdown_loop */
	__u32 reserved[2];
};

/* Faults for a test, on a virtual card or the simulated wire only. */
struct ringdown_inject {
	__u32 span;
	__u32 alarms;		/* RINGDOWN_ALARM_* the client shall see */
	__u32 error_ppb;	/* bit errors per 10^9 received bits */
	__s32 slip_frames;	/* one slip of so many frames, now */
	__u32 delay_frames;	/* added one-way delay */
	__u32 reserved[3];
};

enum ringdown_bert_mode {
	RINGDOWN_BERT_OFF	= 0,
	RINGDOWN_BERT_START	= 1,	/* from zero */
	RINGDOWN_BERT_READ	= 2,
};

/*
 * Bit error test of one slot, the others undisturbed: the card sends 2^15 - 1
 * (ITU-T O.151 clause 2.1) and compares what comes back. The client leaves the
 * slot alone meanwhile. The answer holds the figures as they were before.
 */
struct ringdown_bert {
	__u32 span;
	__u32 slot;
	__u32 mode;		/* enum ringdown_bert_mode */
	__u32 locked;		/* answer: 1 while the sequence is followed */
	__u64 bits;		/* answer: compared while locked */
	__u64 errors;		/* answer: wrong ones among them */
	__u64 losses;		/* answer: times the lock was lost */
	__u64 reserved;
};

/* Period to use; before RINGDOWN_IOC_START, -EBUSY afterwards. */
struct ringdown_period {
	__u32 period_frames;
	__u32 reserved;
};

/*
 * On the device these are ioctls; on the wire the same numbers and structs
 * travel as struct ringdown_wire_request. Errors: -EINVAL (a field out of
 * range, reserved not zero), -EBUSY, -ENODEV (card gone), -EOPNOTSUPP.
 */
#define RINGDOWN_IOC		0xd7
#define RINGDOWN_IOC_OPEN	_IOR(RINGDOWN_IOC, 0x00, struct ringdown_info)
#define RINGDOWN_IOC_PERIOD	_IOW(RINGDOWN_IOC, 0x01, struct ringdown_period)
#define RINGDOWN_IOC_SPAN	\
	_IOW(RINGDOWN_IOC, 0x02, struct ringdown_span_config)
#define RINGDOWN_IOC_START	_IO(RINGDOWN_IOC, 0x03)
#define RINGDOWN_IOC_STOP	_IO(RINGDOWN_IOC, 0x04)
#define RINGDOWN_IOC_LOOP	\
	_IOW(RINGDOWN_IOC, 0x05, struct ringdown_loop_config)
#define RINGDOWN_IOC_INJECT	_IOW(RINGDOWN_IOC, 0x06, struct ringdown_inject)
#define RINGDOWN_IOC_BERT	_IOWR(RINGDOWN_IOC, 0x07, struct ringdown_bert)

/* ---- the wire: a card served by a process ------------------------------ */

/*
 * A SOCK_SEQPACKET unix socket. The client sends one request a packet and
 * gets one reply a packet. The reply to RINGDOWN_IOC_OPEN carries the six
 * descriptors below by SCM_RIGHTS. PERIOD comes before OPEN here, because it
 * decides the geometry that OPEN returns. Closing the socket stops the card;
 * a server that goes away is a card removed.
 *
 * The memfds are sealed against shrinking, growing and further sealing;
 * status and rx also with F_SEAL_FUTURE_WRITE. A client refuses others.
 *
 * Lockstep (RINGDOWN_INFO_LOCKSTEP): after a tick at frame F the server waits
 * until the client adds the period's length to the *done* eventfd, that is
 * "done to frame F"; only then does its clock go on. So the line runs as fast
 * as the client, and never faster.
 */
#define RINGDOWN_WIRE_FDS	6	/* the four areas, then: */
#define RINGDOWN_WIRE_FD_TICK	4	/* eventfd: ticks since last read */
#define RINGDOWN_WIRE_FD_DONE	5	/* eventfd: frames done, lockstep */
#define RINGDOWN_WIRE_PAYLOAD	1024

struct ringdown_wire_request {
	__u32 request;		/* RINGDOWN_IOC_* */
	__u32 size;		/* octets of payload used */
	__u8  payload[RINGDOWN_WIRE_PAYLOAD];
};

struct ringdown_wire_reply {
	__s32 result;		/* 0 or negative errno */
	__u32 size;
	__u8  payload[RINGDOWN_WIRE_PAYLOAD];
};

/* ---- nothing above may ever move --------------------------------------- */

#define RINGDOWN_AT(s, f, o) \
	static_assert(offsetof(struct s, f) == (o), #s "." #f)
#define RINGDOWN_SIZE(s, n) \
	static_assert(sizeof(struct s) == (n), #s)

RINGDOWN_SIZE(ringdown_span_info, 32);
RINGDOWN_AT(ringdown_span_info, type, 0);
RINGDOWN_AT(ringdown_span_info, law, 4);
RINGDOWN_AT(ringdown_span_info, first_slot, 8);
RINGDOWN_AT(ringdown_span_info, slots, 12);
RINGDOWN_AT(ringdown_span_info, rx_base, 16);
RINGDOWN_AT(ringdown_span_info, tx_base, 20);
RINGDOWN_AT(ringdown_span_info, reserved, 24);

RINGDOWN_SIZE(ringdown_geometry, 304);
RINGDOWN_AT(ringdown_geometry, rate_hz, 0);
RINGDOWN_AT(ringdown_geometry, nspans, 4);
RINGDOWN_AT(ringdown_geometry, period_frames, 8);
RINGDOWN_AT(ringdown_geometry, tx_lead_frames, 12);
RINGDOWN_AT(ringdown_geometry, ring_frames, 16);
RINGDOWN_AT(ringdown_geometry, block_frames, 20);
RINGDOWN_AT(ringdown_geometry, frame_stride, 24);
RINGDOWN_AT(ringdown_geometry, slot_stride, 28);
RINGDOWN_AT(ringdown_geometry, block_stride, 32);
RINGDOWN_AT(ringdown_geometry, flags, 36);
RINGDOWN_AT(ringdown_geometry, reserved, 40);
RINGDOWN_AT(ringdown_geometry, span, 48);

RINGDOWN_SIZE(ringdown_map, 16);
RINGDOWN_AT(ringdown_map, offset, 0);
RINGDOWN_AT(ringdown_map, length, 8);

RINGDOWN_SIZE(ringdown_info, 432);
RINGDOWN_AT(ringdown_info, magic, 0);
RINGDOWN_AT(ringdown_info, version, 4);
RINGDOWN_AT(ringdown_info, size, 8);
RINGDOWN_AT(ringdown_info, flags, 12);
RINGDOWN_AT(ringdown_info, name, 16);
RINGDOWN_AT(ringdown_info, epoch_ns, 48);
RINGDOWN_AT(ringdown_info, seed, 56);
RINGDOWN_AT(ringdown_info, map, 64);
RINGDOWN_AT(ringdown_info, geometry, 128);

RINGDOWN_SIZE(ringdown_event, 16);
RINGDOWN_AT(ringdown_event, frame, 0);
RINGDOWN_AT(ringdown_event, type, 8);
RINGDOWN_AT(ringdown_event, span, 10);
RINGDOWN_AT(ringdown_event, slot, 11);
RINGDOWN_AT(ringdown_event, arg, 12);

RINGDOWN_SIZE(ringdown_command, 16);
RINGDOWN_AT(ringdown_command, frame, 0);
RINGDOWN_AT(ringdown_command, op, 8);
RINGDOWN_AT(ringdown_command, span, 10);
RINGDOWN_AT(ringdown_command, slot, 11);
RINGDOWN_AT(ringdown_command, arg, 12);

RINGDOWN_SIZE(ringdown_span_status, 104);
RINGDOWN_AT(ringdown_span_status, alarms, 0);
RINGDOWN_AT(ringdown_span_status, changes, 4);
RINGDOWN_AT(ringdown_span_status, slips, 8);
RINGDOWN_AT(ringdown_span_status, crc_errors, 16);
RINGDOWN_AT(ringdown_span_status, code_violations, 24);
RINGDOWN_AT(ringdown_span_status, framing_errors, 32);
RINGDOWN_AT(ringdown_span_status, far_end_errors, 40);
RINGDOWN_AT(ringdown_span_status, hook, 48);
RINGDOWN_AT(ringdown_span_status, ringing, 52);
RINGDOWN_AT(ringdown_span_status, polarity, 56);
RINGDOWN_AT(ringdown_span_status, reserved, 60);
RINGDOWN_AT(ringdown_span_status, abcd, 72);

RINGDOWN_SIZE(ringdown_status, 5072);
RINGDOWN_AT(ringdown_status, magic, 0);
RINGDOWN_AT(ringdown_status, version, 4);
RINGDOWN_AT(ringdown_status, size, 8);
RINGDOWN_AT(ringdown_status, reserved0, 12);
RINGDOWN_AT(ringdown_status, frame, 16);
RINGDOWN_AT(ringdown_status, period_ns, 24);
RINGDOWN_AT(ringdown_status, seq, 32);
RINGDOWN_AT(ringdown_status, generation, 36);
RINGDOWN_AT(ringdown_status, origin, 40);
RINGDOWN_AT(ringdown_status, overruns, 48);
RINGDOWN_AT(ringdown_status, underruns, 56);
RINGDOWN_AT(ringdown_status, late_writes, 64);
RINGDOWN_AT(ringdown_status, late_commands, 72);
RINGDOWN_AT(ringdown_status, bad_commands, 80);
RINGDOWN_AT(ringdown_status, late_wakeups, 88);
RINGDOWN_AT(ringdown_status, event_head, 96);
RINGDOWN_AT(ringdown_status, event_lost, 100);
RINGDOWN_AT(ringdown_status, command_tail, 104);
RINGDOWN_AT(ringdown_status, state, 108);
RINGDOWN_AT(ringdown_status, reserved1, 112);
RINGDOWN_AT(ringdown_status, span, 144);
RINGDOWN_AT(ringdown_status, events, 976);

RINGDOWN_SIZE(ringdown_control, 4160);
RINGDOWN_AT(ringdown_control, tx_frame, 0);
RINGDOWN_AT(ringdown_control, event_tail, 8);
RINGDOWN_AT(ringdown_control, command_head, 12);
RINGDOWN_AT(ringdown_control, reserved, 16);
RINGDOWN_AT(ringdown_control, commands, 64);

RINGDOWN_SIZE(ringdown_span_config, 32);
RINGDOWN_AT(ringdown_span_config, span, 0);
RINGDOWN_AT(ringdown_span_config, framing, 4);
RINGDOWN_AT(ringdown_span_config, coding, 8);
RINGDOWN_AT(ringdown_span_config, crc4, 12);
RINGDOWN_AT(ringdown_span_config, clock_priority, 16);
RINGDOWN_AT(ringdown_span_config, line_build_out, 20);
RINGDOWN_AT(ringdown_span_config, reserved, 24);

RINGDOWN_SIZE(ringdown_loop_config, 16);
RINGDOWN_AT(ringdown_loop_config, span, 0);
RINGDOWN_AT(ringdown_loop_config, mode, 4);
RINGDOWN_AT(ringdown_loop_config, reserved, 8);

RINGDOWN_SIZE(ringdown_inject, 32);
RINGDOWN_AT(ringdown_inject, span, 0);
RINGDOWN_AT(ringdown_inject, alarms, 4);
RINGDOWN_AT(ringdown_inject, error_ppb, 8);
RINGDOWN_AT(ringdown_inject, slip_frames, 12);
RINGDOWN_AT(ringdown_inject, delay_frames, 16);
RINGDOWN_AT(ringdown_inject, reserved, 20);

RINGDOWN_SIZE(ringdown_bert, 48);
RINGDOWN_AT(ringdown_bert, span, 0);
RINGDOWN_AT(ringdown_bert, slot, 4);
RINGDOWN_AT(ringdown_bert, mode, 8);
RINGDOWN_AT(ringdown_bert, locked, 12);
RINGDOWN_AT(ringdown_bert, bits, 16);
RINGDOWN_AT(ringdown_bert, errors, 24);
RINGDOWN_AT(ringdown_bert, losses, 32);
RINGDOWN_AT(ringdown_bert, reserved, 40);

RINGDOWN_SIZE(ringdown_period, 8);
RINGDOWN_AT(ringdown_period, period_frames, 0);
RINGDOWN_AT(ringdown_period, reserved, 4);

RINGDOWN_SIZE(ringdown_wire_request, 1032);
RINGDOWN_AT(ringdown_wire_request, request, 0);
RINGDOWN_AT(ringdown_wire_request, size, 4);
RINGDOWN_AT(ringdown_wire_request, payload, 8);

RINGDOWN_SIZE(ringdown_wire_reply, 1032);
RINGDOWN_AT(ringdown_wire_reply, result, 0);
RINGDOWN_AT(ringdown_wire_reply, size, 4);
RINGDOWN_AT(ringdown_wire_reply, payload, 8);

#undef RINGDOWN_AT
#undef RINGDOWN_SIZE

#endif /* RINGDOWN_UAPI_H */
