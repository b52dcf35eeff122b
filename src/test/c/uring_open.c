/* uring_open FILE inline|worker: opens FILE for reading through io_uring, and says the result.
 *
 * inline: within the system call that submits it, where the kernel can; its event is that call's.
 * worker: by a thread of io_uring (IOSQE_ASYNC); an event of its own: URINGOP, CWD, PATH, EOE. */
#include <fcntl.h>
#include <linux/io_uring.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  struct io_uring_params p;
  memset(&p, 0, sizeof p);
  int ring = (int)syscall(__NR_io_uring_setup, 4, &p);
  if (ring < 0) { perror("io_uring_setup"); return 3; }
  size_t sq_size = p.sq_off.array + p.sq_entries * sizeof(unsigned);
  size_t cq_size = p.cq_off.cqes + p.cq_entries * sizeof(struct io_uring_cqe);
  char *sq = mmap(0, sq_size, PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_SQ_RING);
  char *cq = mmap(0, cq_size, PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_CQ_RING);
  struct io_uring_sqe *sqe = mmap(0, p.sq_entries * sizeof *sqe, PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_SQES);
  if (sq == MAP_FAILED || cq == MAP_FAILED || sqe == MAP_FAILED) { perror("mmap"); return 3; }
  memset(sqe, 0, sizeof *sqe);
  sqe->opcode = IORING_OP_OPENAT;
  sqe->fd = AT_FDCWD;
  sqe->addr = (unsigned long)argv[1];
  sqe->open_flags = O_RDONLY;
  if (!strcmp(argv[2], "worker")) sqe->flags = IOSQE_ASYNC;
  unsigned *tail = (unsigned *)(sq + p.sq_off.tail);
  ((unsigned *)(sq + p.sq_off.array))[*tail & (p.sq_entries - 1)] = 0;
  __atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
  if (syscall(__NR_io_uring_enter, ring, 1, 1, IORING_ENTER_GETEVENTS, 0, 0) < 0) { perror("io_uring_enter"); return 3; }
  unsigned head = *(unsigned *)(cq + p.cq_off.head);
  struct io_uring_cqe *cqe = (struct io_uring_cqe *)(cq + p.cq_off.cqes) + (head & (p.cq_entries - 1));
  printf("result=%d\n", cqe->res);
  return cqe->res < 0;
}
