// Containers of pods as far as origin is concerned: a first process in a cgroup, and short-lived
// processes born there that open one file each.
//
//   pods LIFE_MS < LINES       a line: PROCS MODE COUNT FILE
//
// PROCS  cgroup.procs of the container
// MODE   d  children of the container's first process, which is process 1 of a namespace of its own
//        s  grandchildren: children of a shell that lives
//        r  orphans that the first process took in: they wait for that and open then
//        e  orphans that do not wait: their parent may be about to end, or gone
//        h  as d, in the pid namespace of the host
//        o  as r, in the pid namespace of the host: who takes them in is on the host
//        l  the first process itself opens, as fast as it can
//        f  as e, 3,000 a second
//        q  one each 20 ms, each the child of a shell of its own that lives half a second
//        m  the first process itself joins the cgroup, opens and ends, once
// COUNT  how many open
// FILE   what they open
//
// Says `opens=N` when all have opened; the first processes live LIFE_MS longer.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void fail(const char *what) {
  fprintf(stderr, "pods: %s: %s\n", what, strerror(errno));
  _exit(1);
}

static void open_once(const char *file) {
  int fd = open(file, O_RDONLY | O_CLOEXEC);
  if (fd < 0) fail(file);
  close(fd);
}

static pid_t born(void) {
  pid_t pid = fork();
  if (pid < 0) fail("fork");
  return pid;
}

static void ended(pid_t pid) {
  int status;
  while (waitpid(pid, &status, 0) < 0)
    if (errno != EINTR) return;
  if (status != 0) {
    fprintf(stderr, "pods: a child ended with %d\n", status);
    _exit(1);
  }
}

static void orphan(const char *file, int waits) {
  int done[2];
  if (pipe2(done, O_CLOEXEC) < 0) fail("pipe");
  pid_t middle = born();
  if (middle == 0) {
    pid_t self = getpid();
    if (born() == 0) {
      while (waits && getppid() == self) usleep(50);
      open_once(file);
      _exit(0);
    }
    _exit(0);
  }
  ended(middle);
  close(done[1]);
  char none;
  while (read(done[0], &none, 1) > 0) {
  }
  close(done[0]);
  // Those that were taken in before.
  while (waitpid(-1, NULL, WNOHANG) > 0) {
  }
}

static void join(const char *procs) {
  int fd = open(procs, O_WRONLY | O_CLOEXEC);
  if (fd < 0 || write(fd, "0", 1) != 1) fail(procs);
  close(fd);
}

static void loop(int count, const char *file) {
  for (int i = 0; i < count; i++) open_once(file);
}

// Spread over time, whatever each takes.
static void pace(const struct timespec *from, long ns) {
  struct timespec at = *from;
  at.tv_sec += ns / 1000000000;
  at.tv_nsec += ns % 1000000000;
  if (at.tv_nsec >= 1000000000) {
    at.tv_sec++;
    at.tv_nsec -= 1000000000;
  }
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) == EINTR) {
  }
}

static void flood(int count, const char *file) {
  struct timespec from;
  clock_gettime(CLOCK_MONOTONIC, &from);
  for (int i = 0; i < count; i++) {
    pace(&from, i * 333333L);
    orphan(file, 0);
  }
}

static void quiet(int count, const char *file) {
  struct timespec from;
  clock_gettime(CLOCK_MONOTONIC, &from);
  for (int i = 0; i < count; i++) {
    pace(&from, i * 20000000L);
    if (born() == 0) {
      pid_t pid = born();
      if (pid == 0) {
        open_once(file);
        _exit(0);
      }
      ended(pid);
      usleep(500000);
      _exit(0);
    }
  }
  while (wait(NULL) > 0) {
  }
}

static void many(char mode, int count, const char *file) {
  for (int i = 0; i < count; i++) {
    if (mode == 'r' || mode == 'e' || mode == 'o') {
      orphan(file, mode != 'e');
      continue;
    }
    pid_t pid = born();
    if (pid == 0) {
      open_once(file);
      _exit(0);
    }
    ended(pid);
  }
}

// The container's first process: from here on all is inside.
static void container(const char *procs, char mode, int count, const char *file, int life_ms, int told) {
  join(procs);
  if (mode == 'm') {
    open_once(file);
    _exit(0);
  }
  if (mode == 's') {
    pid_t shell = born();
    if (shell == 0) {
      many('d', count, file);
      if (write(told, "x", 1) != 1) fail("write");
      usleep(life_ms * 1000);
      _exit(0);
    }
    ended(shell);
    _exit(0);
  }
  if (mode == 'l')
    loop(count, file);
  else if (mode == 'f')
    flood(count, file);
  else if (mode == 'q')
    quiet(count, file);
  else
    many(mode, count, file);
  if (write(told, "x", 1) != 1) fail("write");
  usleep(life_ms * 1000);
  while (waitpid(-1, NULL, WNOHANG) > 0) {
  }
  _exit(0);
}

int main(int argc, char **argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: pods LIFE_MS < LINES\n");
    return 2;
  }
  int life_ms = atoi(argv[1]);
  char procs[4096], file[4096], mode;
  int count, opens = 0, containers = 0, told[2];
  if (pipe2(told, O_CLOEXEC) < 0) fail("pipe");
  // Orphans of the host's pid namespace come to us, as they come to conmon.
  if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0) fail("prctl");
  while (scanf("%4095s %c %d %4095s", procs, &mode, &count, file) == 4) {
    int host = mode == 'h' || mode == 'o' || mode == 'm';
    pid_t runtime = born();
    if (runtime == 0) {
      if (host) container(procs, mode, count, file, life_ms, told[1]);
      if (unshare(CLONE_NEWPID) < 0) fail("unshare");
      pid_t init = born();
      if (init == 0) container(procs, mode, count, file, life_ms, told[1]);
      ended(init);
      _exit(0);
    }
    opens += mode == 'm' ? 1 : count;
    containers += mode != 'm';
  }
  close(told[1]);
  char byte;
  int heard = 0, status = 0, all = 0, there = 1;
  struct pollfd news = {.fd = told[0], .events = POLLIN};
  while (there) {
    if (poll(&news, 1, 5) > 0 && read(told[0], &byte, 1) == 1)
      heard++;
    else if (news.revents & POLLHUP)
      there = 0;
    // Orphans too, as soon as they end.
    while (waitpid(-1, &status, WNOHANG) > 0) all |= status;
  }
  printf("opens=%d containers=%d\n", opens, heard);
  fflush(stdout);
  while (wait(&status) > 0 || errno == EINTR) all |= status;
  return heard == containers && all == 0 ? 0 : 1;
}
