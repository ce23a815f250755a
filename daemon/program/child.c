// SPDX-License-Identifier: GPL-2.0-or-later
/* Children and sockets; see child.h. */
#include "daemon/program/child.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHILD_ARGS  32
#define CHILD_FILES 256

extern char **environ;

/* Between fork and exec: nothing but system calls. */
static void __attribute__((noreturn))
become(char *const argv[], const char *folder, int fd, pid_t parent)
{
	const struct rlimit no_core = { 0, 0 };
	const struct rlimit files = { CHILD_FILES, CHILD_FILES };
	sigset_t none;

	setsid();
	for (int s = 1; s < 32; s++)
		signal(s, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	setrlimit(RLIMIT_CORE, &no_core);
	setrlimit(RLIMIT_NOFILE, &files);
	if (getppid() != parent || dup2(fd, 0) < 0 || dup2(fd, 1) < 0 ||
	    (folder[0] && chdir(folder)))
		_exit(126);
	execvp(argv[0], argv);
	_exit(127);
}

int rd_child_begin(const char *const *args, int nargs, const char *folder,
		   pid_t *pid, int *fd)
{
	char *argv[CHILD_ARGS + 1] = { NULL };
	pid_t self = getpid();
	int pair[2];

	if (nargs < 1 || nargs > CHILD_ARGS)
		return -E2BIG;
	for (int i = 0; i < nargs; i++)
		argv[i] = (char *)args[i];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return -errno;
	*pid = fork();
	if (*pid < 0) {
		int err = -errno;

		close(pair[0]);
		close(pair[1]);
		return err;
	}
	if (!*pid)
		become(argv, folder, pair[1], self);
	close(pair[1]);
	fcntl(pair[0], F_SETFL, O_NONBLOCK);
	*fd = pair[0];
	return 0;
}

void rd_child_end(pid_t pid)
{
	kill(-pid, SIGKILL); /* its group: it leads a session */
	kill(pid, SIGKILL);  /* if it had not come so far */
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

/* "127.0.0.1:8080", "[::1]:8080" */
static socklen_t parse_inet(const char *where, struct sockaddr_storage *out)
{
	struct sockaddr_in *v4 = (void *)out;
	struct sockaddr_in6 *v6 = (void *)out;
	const char *colon = strrchr(where, ':');
	int port = colon ? atoi(colon + 1) : 0;

	if (port < 1 || port > 65535)
		return 0;
	if (where[0] == '[') {
		v6->sin6_family = AF_INET6;
		v6->sin6_addr = in6addr_loopback;
		v6->sin6_port = htons((uint16_t)port);
		return sizeof(*v6);
	}
	v4->sin_family = AF_INET;
	v4->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	v4->sin_port = htons((uint16_t)port);
	return sizeof(*v4);
}

int rd_socket_connect(const char *where, int *fd)
{
	struct sockaddr_storage address = { 0 };
	struct sockaddr_un *un = (void *)&address;
	socklen_t len;
	int s, err;

	if (where[0] == '/') {
		if (strlen(where) >= sizeof(un->sun_path))
			return -ENAMETOOLONG;
		un->sun_family = AF_UNIX;
		strcpy(un->sun_path, where);
		len = sizeof(*un);
	} else {
		len = parse_inet(where, &address);
	}
	if (!len)
		return -EINVAL;
	s = socket(address.ss_family,
		   SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (s < 0)
		return -errno;
	if (connect(s, (void *)&address, len) && errno != EINPROGRESS) {
		err = -errno;
		close(s);
		return err;
	}
	*fd = s;
	return 0;
}
