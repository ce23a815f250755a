/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The thread of programs from inside; see program.h.
 *
 *	program.c	the thread, its programs and configurations
 *	instance.c	one instance: its connection, its request, its lines
 *
 * All functions: with the lock held, by the thread.
 */
#ifndef RD_PROGRAM_INSTANCE_H
#define RD_PROGRAM_INSTANCE_H

#include <pthread.h>
#include <sys/types.h>

#include "daemon/core/core.h"
#include "daemon/program/program.h"
#include "lib/base/mq.h"

struct rd_program_request {
	struct rd_program_request *next;
	uint64_t deadline_ns;
	struct rd_cmd_program cmd; /* with its pairs */
};

struct rd_instance {
	int fd;	   /* -1: not connected */
	pid_t pid; /* 0: none */
	uint64_t retry_ns, backoff_ns;
	struct rd_program_request *request; /* which it answers */
	size_t nin, nout, sent;
	char in[RD_PROGRAM_LINE], out[RD_PROGRAM_LINE];
};

struct rd_program {
	struct rd_program *next;
	uint32_t users; /* configurations that have it */
	char *name, *socket, *folder;
	char **args;
	uint16_t nargs, n;
	struct rd_program_request *first, **last;
	struct rd_instance *instances;
};

struct rd_program_set { /* of one configuration */
	uint32_t generation;
	uint16_t n;
	struct rd_program *program[];
};

struct rd_programs {
	struct rd_mq in, out;
	uint64_t asked, consumed; /* core's */
	uint64_t answered;	  /* atomic */
	int wake_fd, core_fd;
	bool stopping; /* atomic */
	bool running;
	pthread_t thread;
	pthread_mutex_t lock;
	struct rd_program_set *set[RD_CONFIGS];
	struct rd_program *programs;
	struct rd_program_counts counts;
};

uint64_t rd_program_now_ns(void);
void rd_program_wake(int fd);

/* Answer a request that comes to nothing, and forget it. */
void rd_program_down(struct rd_programs *p, struct rd_program_request *r,
		     const char *why);
/* The first in a program's line. */
struct rd_program_request *rd_program_pop(struct rd_program *program);

/* Let go of a connection, and of its request; another is tried later. */
void rd_instance_drop(struct rd_programs *p, const struct rd_program *program,
		      struct rd_instance *i, const char *why);
void rd_instance_begin(struct rd_programs *p, const struct rd_program *program,
		       struct rd_instance *i);
/* Give it a request; send and receive what can be. */
void rd_instance_ask(struct rd_programs *p, const struct rd_program *program,
		     struct rd_instance *i, struct rd_program_request *r);
void rd_instance_flush(struct rd_programs *p, const struct rd_program *program,
		       struct rd_instance *i);
void rd_instance_receive(struct rd_programs *p, const struct rd_program *program,
			 struct rd_instance *i);

#endif
