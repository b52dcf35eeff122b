/* Runs a command as on a kernel that has no mount events by fanotify, no listmount and no statmount (before 6.8):
 * they answer ENOSYS. What follows mounts then reads mountinfo.
 * usage: older_kernel COMMAND... */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#define STATMOUNT 457
#define LISTMOUNT 458
#define DENY(call) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS)
int main(int argc, char **argv) {
  struct sock_filter rules[] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)), DENY(SYS_fanotify_init),
                                DENY(STATMOUNT), DENY(LISTMOUNT), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
  struct sock_fprog program = {sizeof rules / sizeof *rules, rules};
  if (argc < 2) return 2;
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)) { perror("seccomp"); return 3; }
  execvp(argv[1], argv + 1); perror(argv[1]); return 3;
}
