/* Writes EVENTS made-up events of five records each to standard output, as lines of an audit log.
 * usage: record_gen EVENTS [FIRST_SERIAL]      a hundred events share a millisecond */
#include <stdio.h>
#include <stdlib.h>
int main(int argc, char **argv) {
  if (argc < 2) return 2;
  long n = atol(argv[1]), first = argc > 2 ? atol(argv[2]) : 1;
  static char buf[1 << 20]; setvbuf(stdout, buf, _IOFBF, sizeof buf);
  for (long i = 0; i < n; i++) {
    long ms = i / 100, s = 1795321989 + ms / 1000; int m = ms % 1000; long id = first + i; int pid = 1000 + i % 3000;
    printf("type=SYSCALL msg=audit(%ld.%03d:%ld): arch=c000003e syscall=257 success=yes exit=3 a0=ffffff9c a1=7ffd5d0a2f2e a2=0 a3=0 items=1 ppid=900 pid=%d auid=4294967295 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=(none) ses=4294967295 comm=\"cat\" exe=\"/usr/bin/cat\" subj=system_u:system_r:container_t:s0:c15,c26 key=\"openshift_secret\"\n"
           "type=CWD msg=audit(%ld.%03d:%ld): cwd=\"/\"\n"
           "type=PATH msg=audit(%ld.%03d:%ld): item=0 name=\"/run/secrets/token\" inode=2 dev=00:27 mode=0100644 ouid=0 ogid=0 rdev=00:00 nametype=NORMAL cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 cap_frootid=0\n"
           "type=PROCTITLE msg=audit(%ld.%03d:%ld): proctitle=636174002F72756E2F736563726574732F746F6B656E\n"
           "type=EOE msg=audit(%ld.%03d:%ld): \n", s, m, id, pid, s, m, id, s, m, id, s, m, id, s, m, id);
  }
  return 0;
}
