// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * daemon/media: what a tick may not do, and how often it is done.
 *
 * Memory and locks are trapped by standing before libc's functions; system
 * calls by a seccomp filter that kills at any; those of the thread's loop are
 * counted by a tracer.
 */
#include <criterion/criterion.h>
#include <dlfcn.h>
#include <errno.h>
#include <liburing.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/dsp/tone.h"
#include "tests/unit/media_world.h"

#define P 80u

static struct world w;
static struct rd_prompts *prompts;

/* ---- traps --------------------------------------------------------------------- */

static __thread bool in_tick;
static unsigned trapped;

#ifdef __SANITIZE_ADDRESS__
int __sanitizer_install_malloc_and_free_hooks(
	void (*on_malloc)(const volatile void *at, size_t size),
	void (*on_free)(const volatile void *at));

static void on_malloc(const volatile void *at, size_t size)
{
	trapped += in_tick;
}

static void on_free(const volatile void *at)
{
	trapped += in_tick;
}

static void set_traps(void)
{
	__sanitizer_install_malloc_and_free_hooks(on_malloc, on_free);
}
#else
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *at, size_t size);
void __libc_free(void *at);

void *malloc(size_t size)
{
	trapped += in_tick;
	return __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	trapped += in_tick;
	return __libc_calloc(n, size);
}

void *realloc(void *at, size_t size)
{
	trapped += in_tick;
	return __libc_realloc(at, size);
}

void free(void *at)
{
	trapped += in_tick;
	__libc_free(at);
}

static void set_traps(void)
{
}
#endif

int pthread_mutex_lock(pthread_mutex_t *mutex)
{
	static int (*real)(pthread_mutex_t *);

	trapped += in_tick;
	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "pthread_mutex_lock");
	return real(mutex);
}

/* ---- a busy hour in a few hundred ticks ------------------------------------------- */

static uint8_t noise[200000];

static void begin(void)
{
	uint32_t frames[] = { 3000 };

	world_card(&w, SOFT_INTERLEAVED, 4, RINGDOWN_LAW_ALAW, P, 640);
	world_start(&w);
	prompts = world_prompts(&w, 1, frames);
	world_noise(noise, sizeof(noise), 1);
	for (uint32_t line = 1; line < 1024; line++)
		if (line % 256 < 32)
			world_source(&w, line, noise + line * 7, 100000);
}

/* All that core can ask for, on line 1 + i % 15 of every span. */
static void command(unsigned i)
{
	uint32_t a = i % 4 << 8 | (1 + i % 15),
		 b = (i + 1) % 4 << 8 | (17 + i % 15);
	struct rd_cmd_digits digits = { .play = i, .digits = "1234" };
	struct {
		struct rd_hdlc cmd;
		uint8_t data[24];
	} frame = { .cmd.len = 20 };

	world_open_line(&w, a, RD_OPEN_DTMF);
	world_open_line(&w, b, RD_OPEN_DTMF);
	world_record(&w, RD_MSG_RECORD, a, i + 1);
	world_say(&w, RD_MSG_HDLC_OPEN, i % 4 << 8);
	world_put(&w, &frame, RD_MSG_HDLC_TX, sizeof(frame), i % 4 << 8);
	if (i % 5 == 0)
		world_play(&w, a, i, RD_PLAY_BARGE | RD_PLAY_LOOP, 0);
	else if (i % 5 == 1)
		world_tone(&w, a, i, RD_TONE_RINGBACK);
	else if (i % 5 == 2)
		world_put(&w, &digits, RD_MSG_SEND_DIGITS, sizeof(digits), a);
	else
		world_bridge(&w, a, b);
	if (i % 7 == 0)
		world_say(&w, RD_MSG_CLOSE, b);
}

static void disk_takes_all(void)
{
	const struct rd_msg *msg;

	while ((msg = rd_mq_peek(rd_media_blocks(w.m)))) {
		struct rd_rec_block back = *(const struct rd_rec_block *)msg;

		back.msg.type = RD_MSG_REC_BLOCK_FREE;
		if (back.data)
			rd_mq_put(rd_media_blocks_back(w.m), &back.msg);
		rd_mq_consume(rd_media_blocks(w.m), msg);
	}
}

Test(tick, takes_no_memory_and_no_lock)
{
	void *volatile at;

	begin();
	set_traps();
	for (unsigned i = 0; i < 2000; i++) {
		command(i);
		soft_advance(&w.soft[0], P);
		w.frame += P;
		in_tick = true;
		rd_media_tick(w.m, w.frame);
		in_tick = false;
		world_drain(&w);
		disk_takes_all();
	}
	cr_assert_eq(trapped, 0);
	in_tick = true;
	at = malloc(1);
	free((void *)at);
	pthread_mutex_lock(&(pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER);
	in_tick = false;
	cr_assert_eq(trapped, 3, "the traps themselves");
	cr_assert_gt(world_count(&w, RD_MSG_PLAY_DONE), 100);
	world_end(&w);
	rd_prompts_free(prompts);
}

static void drop_events(void)
{
	const struct rd_msg *msg;

	while ((msg = rd_mq_peek(rd_media_events(w.m))))
		rd_mq_consume(rd_media_events(w.m), msg);
}

/*
 * From now on any system call but exit is SIGSYS. (Not seccomp's strict mode:
 * that forbids RDTSC, too, and with it the clock of the vDSO.)
 */
static void forbid_system_calls(void)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
	};
	struct sock_fprog program = { 4, filter };

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		_exit(9);
}

/* In a child, under that filter. */
static int strict_child(bool forbidden)
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		forbid_system_calls();
		for (unsigned i = 0; i < 1000; i++) {
			command(i);
			soft_advance(&w.soft[0], P);
			w.frame += P;
			rd_media_tick(w.m, w.frame);
			drop_events();
			disk_takes_all();
		}
		if (forbidden)
			syscall(SYS_getppid);
		syscall(SYS_exit, 0);
	}
	cr_assert_eq(waitpid(child, &status, 0), child);
	return status;
}

Test(tick, makes_no_system_call)
{
	int status;

	begin();
	status = strict_child(false);
	cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status 0x%x",
		  (unsigned)status);
	status = strict_child(true);
	cr_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS,
		  "the trap itself");
	world_end(&w);
	rd_prompts_free(prompts);
}

/* ---- the loop: counted from outside ------------------------------------------------- */

#define TURNS 500

/* A thread's loop over a card that ticks; core is woken at every tick. */
static void turn_in_child(void)
{
	struct rd_wake nobody = { -1, 0 };
	struct io_uring core;
	uint64_t one = 1;

	w.tick_fd[0] = eventfd(0, 0);
	world_card(&w, SOFT_ROWS, 2, RINGDOWN_LAW_ALAW, P, 640);
	world_start(&w);
	if (io_uring_queue_init(4096, &core, 0) ||
	    rd_media_ring_init(w.m, (struct rd_wake){ core.ring_fd, 7 },
			       nobody))
		_exit(2);
	for (uint32_t line = 1; line < 16; line++) {
		world_open_line(&w, line, RD_OPEN_DTMF);
		world_open_line(&w, line + 256, RD_OPEN_DTMF);
		world_bridge(&w, line, line + 256);
	}
	rd_media_set_deadline(w.m, 0);
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	raise(SIGSTOP);
	for (int i = 0; i < TURNS; i++) {
		soft_advance(&w.soft[0], P);
		if (write(w.tick_fd[0], &one, sizeof(one)) != sizeof(one))
			_exit(3);
		if (rd_media_turn(w.m) != 1)
			_exit(4);
		drop_events();
	}
	_exit(io_uring_cq_ready(&core) == TURNS - 1 ? 0 : 5);
}

Test(thread, enters_the_kernel_once_a_tick)
{
	unsigned enters = 0, writes = 0, others = 0;
	pid_t child = fork();
	int status;

	if (child == 0)
		turn_in_child();
	cr_assert_eq(waitpid(child, &status, 0), child);
	if (WIFEXITED(status))
		cr_assert_fail("child: %d", WEXITSTATUS(status));
	cr_assert_eq(ptrace(PTRACE_SETOPTIONS, child, NULL,
			    PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL),
		     0, "%s", strerror(errno));
	for (;;) {
		struct __ptrace_syscall_info info;

		cr_assert_eq(ptrace(PTRACE_SYSCALL, child, NULL, NULL), 0);
		cr_assert_eq(waitpid(child, &status, 0), child);
		if (!WIFSTOPPED(status))
			break;
		if (WSTOPSIG(status) != (SIGTRAP | 0x80))
			continue;
		ptrace(PTRACE_GET_SYSCALL_INFO, child, sizeof(info), &info);
		if (info.op != PTRACE_SYSCALL_INFO_ENTRY)
			continue;
		enters += info.entry.nr == SYS_io_uring_enter;
		writes += info.entry.nr == SYS_write;
		others += info.entry.nr != SYS_io_uring_enter &&
			  info.entry.nr != SYS_write &&
			  info.entry.nr != SYS_exit_group;
	}
	cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status 0x%x",
		  (unsigned)status);
	cr_assert_eq(writes, TURNS, "the test's own");
	cr_assert_eq(enters, TURNS);
	cr_assert_leq(others, 1, "the raise() that began it: %u", others);
}

/* ---- the thread itself ----------------------------------------------------------- */

static void wait_for_frame(struct io_uring *core, uint64_t frame)
{
	struct io_uring_cqe *cqe;

	while (rd_media_frame(w.m) < frame) {
		cr_assert_eq(io_uring_wait_cqe(core, &cqe), 0);
		cr_assert_eq(cqe->user_data, 7);
		io_uring_cqe_seen(core, cqe);
	}
	world_drain(&w);
}

Test(thread, ticks_wakes_core_when_asked_and_survives_its_card)
{
	struct rd_wake nobody = { -1, 0 };
	struct io_uring core;
	uint64_t one = 1;

	w.tick_fd[0] = eventfd(0, 0);
	world_card(&w, SOFT_ROWS, 1, RINGDOWN_LAW_ALAW, P, 640);
	world_start(&w);
	cr_assert_eq(io_uring_queue_init(4096, &core, 0), 0);
	cr_assert_eq(rd_media_start(w.m, (struct rd_wake){ core.ring_fd, 7 },
				    nobody),
		     0);
	rd_media_set_deadline(w.m, 50 * P);
	for (int i = 0; i < 50; i++) {
		soft_advance(&w.soft[0], P);
		cr_assert_eq(write(w.tick_fd[0], &one, 8), 8);
	}
	wait_for_frame(&core, 50 * P);
	cr_assert_eq(w.tick, 50 * P);
	cr_assert_eq(w.nevents, 1, "CARD, and no more");
	/* gone: the processor's clock goes on in its place */
	rd_media_set_deadline(w.m, 0);
	w.absent[0] = true;
	__atomic_store_n(&w.soft[0].status->state, RINGDOWN_CARD_GONE,
			 __ATOMIC_RELEASE);
	cr_assert_eq(write(w.tick_fd[0], &one, 8), 8);
	wait_for_frame(&core, 53 * P);
	cr_assert_eq(world_count(&w, RD_MSG_CARD), 2);
	rd_media_stop(w.m);
	io_uring_queue_exit(&core);
	rd_media_free(w.m);
}

Test(thread, lockstep_says_done_to_the_card)
{
	uint64_t done;

	world_card(&w, SOFT_ROWS, 1, RINGDOWN_LAW_ALAW, P, 640);
	w.info[0].flags = RINGDOWN_INFO_LOCKSTEP;
	w.done_fd[0] = eventfd(0, EFD_NONBLOCK);
	world_start(&w);
	world_run(&w, 1);
	cr_assert_lt(read(w.done_fd[0], &done, 8), 0);
	rd_media_done(w.m, P);
	cr_assert_eq(read(w.done_fd[0], &done, 8), 8);
	cr_assert_eq(done, P);
	rd_media_done(w.m, P);
	cr_assert_lt(read(w.done_fd[0], &done, 8), 0, "once");
	world_run(&w, 2);
	rd_media_done(w.m, 3 * P);
	cr_assert_eq(read(w.done_fd[0], &done, 8), 8);
	cr_assert_eq(done, 2 * P);
	world_end(&w);
}
