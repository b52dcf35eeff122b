/* Stands between auditctl and the kernel: what auditctl would send is written down, nothing is sent.
 *
 *   gcc -shared -fPIC -O1 -Wall -o audit_capture.so audit_capture.c
 *   LD_PRELOAD=./audit_capture.so CAPTURE_LOG=log setpriv --bounding-set=-audit_control auditctl -R FILE
 *
 * CAPTURE_LOG          gets "ready", then a line for each message: its number and its content in hex
 * CAPTURE_MACHINE      what uname says the machine is
 * CAPTURE_DIRECTORIES  a file with a path a line: these are directories, no other path exists
 * CAPTURE_PASSWD, CAPTURE_GROUP  accounts instead of the host's
 * CAPTURE_RULES        a file with a rule a line, in hex: what AUDIT_LIST_RULES answers
 *
 * Without setpriv it works too; with it the kernel would refuse what slipped by.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <linux/audit.h>
#include <linux/netlink.h>
#include <poll.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#define ANSWERS 20000
#define ACKNOWLEDGEMENT_BYTES sizeof(struct nlmsgerr)

static char is_audit[1024]; /* by descriptor; auditctl has two open at times */
static FILE *log_file;
static struct nlmsghdr *answers[ANSWERS];
static unsigned first, last;

static void fail(const char *what)
{
	fprintf(stderr, "audit_capture: %s\n", what);
	_exit(70);
}

__attribute__((constructor)) static void begin(void)
{
	const char *name = getenv("CAPTURE_LOG");
	log_file = name ? fopen(name, "a") : NULL;
	if (!log_file)
		fail("CAPTURE_LOG cannot be opened");
	setlinebuf(log_file);
	fputs("ready\n", log_file);
}

static void answer(int type, unsigned seq, const void *data, size_t length)
{
	struct nlmsghdr *header = calloc(1, NLMSG_SPACE(length));
	if (last == ANSWERS)
		fail("too many answers");
	header->nlmsg_len = NLMSG_LENGTH(length);
	header->nlmsg_type = type;
	header->nlmsg_seq = seq;
	memcpy(NLMSG_DATA(header), data, length);
	answers[last++] = header;
}

static void answer_rules(unsigned seq)
{
	const char *name = getenv("CAPTURE_RULES");
	FILE *rules = name ? fopen(name, "r") : NULL;
	static char line[40000];
	static unsigned char bytes[20000];
	while (rules && fgets(line, sizeof line, rules)) {
		size_t length = 0;
		for (char *at = line; sscanf(at, "%2hhx", &bytes[length]) == 1; at += 2)
			length++;
		answer(AUDIT_LIST_RULES, seq, bytes, length);
	}
	if (rules)
		fclose(rules);
	answer(NLMSG_DONE, seq, "", 0);
}

int audit_can_control(void)
{
	return 1;
}

int socket(int domain, int type, int protocol)
{
	if (domain == AF_NETLINK && protocol == NETLINK_AUDIT) {
		int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
		if (fd < 0 || fd >= (int)sizeof is_audit)
			fail("no descriptor");
		first = last = 0;
		is_audit[fd] = 1;
		return fd;
	}
	int (*real)(int, int, int) = dlsym(RTLD_NEXT, "socket");
	return real(domain, type, protocol);
}

ssize_t sendto(int fd, const void *data, size_t length, int flags, const struct sockaddr *to, socklen_t to_length)
{
	if (!is_audit[fd]) {
		ssize_t (*real)(int, const void *, size_t, int, const struct sockaddr *, socklen_t) =
			dlsym(RTLD_NEXT, "sendto");
		return real(fd, data, length, flags, to, to_length);
	}
	const struct nlmsghdr *header = data;
	const unsigned char *payload = NLMSG_DATA(header);
	fprintf(log_file, "%u ", header->nlmsg_type);
	for (size_t i = 0; i < header->nlmsg_len - NLMSG_HDRLEN; i++)
		fprintf(log_file, "%02x", payload[i]);
	fputc('\n', log_file);
	struct nlmsgerr fine = {.error = 0, .msg = *header};
	answer(NLMSG_ERROR, header->nlmsg_seq, &fine, ACKNOWLEDGEMENT_BYTES);
	if (header->nlmsg_type == AUDIT_GET) {
		struct audit_status status = {.enabled = 1, .failure = 1, .backlog_limit = 8192,
			.feature_bitmap = AUDIT_FEATURE_BITMAP_ALL};
		answer(AUDIT_GET, header->nlmsg_seq, &status, sizeof status);
	} else if (header->nlmsg_type == AUDIT_LIST_RULES) {
		answer_rules(header->nlmsg_seq);
	}
	return length;
}

ssize_t recvfrom(int fd, void *data, size_t length, int flags, struct sockaddr *from, socklen_t *from_length)
{
	if (!is_audit[fd]) {
		ssize_t (*real)(int, void *, size_t, int, struct sockaddr *, socklen_t *) =
			dlsym(RTLD_NEXT, "recvfrom");
		return real(fd, data, length, flags, from, from_length);
	}
	if (first == last) {
		errno = EAGAIN;
		return -1;
	}
	struct nlmsghdr *header = answers[first];
	size_t got = NLMSG_ALIGN(header->nlmsg_len);
	memcpy(data, header, got < length ? got : length);
	memset(from, 0, sizeof(struct sockaddr_nl));
	*from_length = sizeof(struct sockaddr_nl);
	if (!(flags & MSG_PEEK)) {
		free(header);
		first++;
	}
	return got;
}

int poll(struct pollfd *fds, nfds_t count, int timeout)
{
	(void)timeout;
	for (nfds_t i = 0; i < count; i++)
		fds[i].revents = first < last ? POLLIN : 0;
	return first < last;
}

int select(int count, fd_set *in, fd_set *out, fd_set *except, struct timeval *timeout)
{
	(void)count, (void)in, (void)out, (void)except, (void)timeout;
	return first < last;
}

int uname(struct utsname *name)
{
	const char *machine = getenv("CAPTURE_MACHINE");
	memset(name, 0, sizeof *name);
	strcpy(name->sysname, "Linux");
	strcpy(name->release, "6.1.0");
	snprintf(name->machine, sizeof name->machine, "%s", machine ? machine : "x86_64");
	return 0;
}

int stat(const char *path, struct stat *result)
{
	const char *name = getenv("CAPTURE_DIRECTORIES");
	FILE *list = name ? fopen(name, "r") : NULL;
	char line[PATH_MAX + 1];
	int found = 0;
	while (list && fgets(line, sizeof line, list)) {
		line[strcspn(line, "\n")] = 0;
		found |= strcmp(line, path) == 0;
	}
	if (list)
		fclose(list);
	if (!found) {
		errno = ENOENT;
		return -1;
	}
	memset(result, 0, sizeof *result);
	result->st_mode = S_IFDIR | 0755;
	return 0;
}

struct passwd *getpwnam(const char *name)
{
	const char *file = getenv("CAPTURE_PASSWD");
	FILE *accounts = file ? fopen(file, "r") : NULL;
	struct passwd *entry = NULL;
	while (accounts && (entry = fgetpwent(accounts)) && strcmp(entry->pw_name, name))
		;
	if (accounts)
		fclose(accounts);
	return entry;
}

struct group *getgrnam(const char *name)
{
	const char *file = getenv("CAPTURE_GROUP");
	FILE *accounts = file ? fopen(file, "r") : NULL;
	struct group *entry = NULL;
	while (accounts && (entry = fgetgrent(accounts)) && strcmp(entry->gr_name, name))
		;
	if (accounts)
		fclose(accounts);
	return entry;
}

/* auditctl -R tells its errors to syslog. */
void vsyslog(int priority, const char *format, va_list arguments)
{
	(void)priority;
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
}

void __vsyslog_chk(int priority, int flag, const char *format, va_list arguments)
{
	(void)flag;
	vsyslog(priority, format, arguments);
}
