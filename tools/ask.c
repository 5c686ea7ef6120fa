/* Passphrases: from a file or a descriptor, else from the terminal without echo; never from the
 * command line, which every user of the machine can read. */
#include "env.h"
#include "out.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

/* One line, byte by byte, so that a descriptor shared with another reader is left where it belongs.
 * The number of bytes, or -1. */
static ssize_t
read_line(int fd, char *buf, size_t size)
{
	size_t used = 0;
	ssize_t got;

	for (;;) {
		got = read(fd, buf + used, 1);
		if (got < 0)
			return -1;
		if (got == 0 || buf[used] == '\n')
			break;
		if (++used == size) {
			errno = EMSGSIZE;
			return -1;
		}
	}
	if (used > 0 && buf[used - 1] == '\r')
		used--;
	buf[used] = '\0';
	return (ssize_t)used;
}

static int
from_file(const char *path, char *buf, size_t size)
{
	struct stat info;
	int fd = open(path, O_RDONLY | O_CLOEXEC), rc = -1;

	if (fd < 0 || fstat(fd, &info) < 0) {
		complain("cannot read the passphrase from '%s': %s", path, strerror(errno));
	} else if (S_ISREG(info.st_mode) && (info.st_mode & 077) != 0) {
		complain("others can read '%s', which holds a passphrase; chmod 600 it", path);
	} else if (read_line(fd, buf, size) < 0) {
		complain("cannot read the passphrase from '%s': %s", path, strerror(errno));
	} else {
		rc = 0;
	}
	if (fd >= 0)
		close(fd);
	return rc;
}

static void
interrupted(int signal_number)
{
	(void)signal_number; /* only so that read() returns */
}

static int
from_terminal(const char *prompt, char *buf, size_t size)
{
	struct termios shown, hidden;
	struct sigaction action = {.sa_handler = interrupted}, before;
	int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	ssize_t got = -1;

	if (tty < 0 || tcgetattr(tty, &shown) < 0) {
		if (tty >= 0)
			close(tty);
		complain(
		    "%s: no terminal to ask on; use --passphrase-file or --passphrase-fd", prompt);
		return -1;
	}
	hidden = shown;
	hidden.c_lflag &= (tcflag_t) ~(ECHO | ECHOE | ECHOK);
	hidden.c_lflag |= ECHONL;
	sigaction(SIGINT, &action, &before); /* the echo comes back whatever happens */
	if (tcsetattr(tty, TCSAFLUSH, &hidden) == 0) {
		dprintf(tty, "%s", prompt);
		got = read_line(tty, buf, size);
		tcsetattr(tty, TCSAFLUSH, &shown);
	}
	sigaction(SIGINT, &before, NULL);
	close(tty);
	if (got < 0)
		complain("no passphrase was given");
	return got < 0 ? -1 : 0;
}

static int
ask(struct env *env, const char *prompt, char *buf, size_t size)
{
	off_t begin;

	if (env->passphrase_file != NULL)
		return from_file(env->passphrase_file, buf, size);
	if (env->passphrase_fd >= 0) {
		/* Asked twice, for the signer's key and the ledger's: a file begins again. */
		begin = lseek(env->passphrase_fd, 0, SEEK_SET);
		(void)begin;
		if (read_line(env->passphrase_fd, buf, size) >= 0)
			return 0;
		complain("cannot read the passphrase from descriptor %d: %s", env->passphrase_fd,
		    strerror(errno));
		return -1;
	}
	return from_terminal(prompt, buf, size);
}

int
env_ask(void *ctx, const char *prompt, char *buf, size_t size)
{
	struct env *env = ctx;
	int rc = ask(env, prompt, buf, size);

	env->told |= rc < 0;
	return rc;
}

int
env_ask_new(void *ctx, const char *prompt, char *buf, size_t size)
{
	struct env *env = ctx;
	char again[1024];
	int rc;

	if (env->passphrase_file != NULL || env->passphrase_fd >= 0)
		return env_ask(ctx, prompt, buf, size);
	env->told = 1; /* whatever goes wrong is said here */
	if (from_terminal(prompt, buf, size) < 0)
		return -1;
	rc = from_terminal("The same again: ", again, sizeof(again));
	if (rc == 0 && strcmp(buf, again) != 0) {
		complain("the two passphrases differ");
		rc = -1;
	}
	explicit_bzero(again, sizeof(again));
	if (rc < 0)
		explicit_bzero(buf, size);
	return rc;
}
