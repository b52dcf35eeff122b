/* A receiver of lines over TCP: counts what comes, writes it to FILE when one is given.
 * usage: tcp_sink PORT [FILE [MICROSECONDS_PER_READ]]      listens on 127.0.0.1, one connection after another
 * On SIGTERM prints connections, lines and bytes. A line without its end is counted as torn. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
static volatile sig_atomic_t ended;
static void end(int s) { (void)s; ended = 1; }
int main(int argc, char **argv) {
  if (argc < 2) return 2;
  int out = argc > 2 ? open(argv[2], O_WRONLY | O_CREAT | O_APPEND, 0600) : -1, slow = argc > 3 ? atoi(argv[3]) : 0;
  struct sigaction sa = {.sa_handler = end};
  sigaction(SIGTERM, &sa, NULL); sigaction(SIGINT, &sa, NULL);
  int l = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
  setsockopt(l, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (bind(l, (void *)&a, sizeof a) || listen(l, 8)) { perror("tcp_sink: bind"); return 1; }
  static char data[1 << 18];
  long connections = 0, lines = 0, bytes = 0, torn = 0;
  while (!ended) {
    struct pollfd p = {l, POLLIN, 0};
    if (poll(&p, 1, 200) <= 0) continue;
    int c = accept(l, NULL, NULL);
    if (c < 0) continue;
    connections++;
    char last = '\n';
    while (!ended) {
      ssize_t r = read(c, data, sizeof data);
      if (r < 0 && errno == EINTR) continue;
      if (r <= 0) break;
      if (out >= 0 && write(out, data, r) != r) { perror("tcp_sink: write"); return 1; }
      bytes += r; last = data[r - 1];
      for (char *q = data; (q = memchr(q, '\n', data + r - q)); q++) lines++;
      if (slow) usleep(slow);
    }
    torn += last != '\n';
    close(c);
  }
  printf("connections=%ld lines=%ld bytes=%ld torn=%ld\n", connections, lines, bytes, torn);
}
