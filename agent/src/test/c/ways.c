// ways DIR SCRATCH [WAY...]: opens, reads, alters, renames, links and deletes files of the watched directory DIR, each
// in a way of its own. SCRATCH is an empty directory beside DIR on the same file system, that nobody watches unless the
// whole file system is watched.
//
// Each way has a file of its own in DIR. What must be ready is made by this process; the deed itself is done by a child
// that does nothing else there, so that its pid tells which way an event is of (an io_uring record has no comm). A line
// a way, tab-separated: WAY, the child's pid, the inode of its file, "ok" or the error that kept it from being done.
// The first line gives the path, the inode and the device of DIR, this as the kernel's records do.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <linux/openat2.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#define NR_OPEN_TREE 428
#define NR_MOVE_MOUNT 429
#define NR_OPENAT2 437
#define NR_FCHMODAT2 452
#define NR_SETXATTRAT 463
#define NR_GETXATTRAT 464
#define TREE_CLONE 1
#define MOVE_F_EMPTY_PATH 4
#define XATTR "trusted.ways"
#define SHEBANG "#!/bin/sh\n:\n"

// What is ready for the child. Static, and so below 4 GiB: the 32-bit entry takes no other address.
static char dir[2048], scratch[2048], file[4096], other[4096], name[64];
static const char *way_name;
static int fd = -1, dirfd_ = -1;
static union {
  struct file_handle handle;
  char room[sizeof(struct file_handle) + MAX_HANDLE_SZ];
} handle;
static struct open_how how = {.flags = O_RDONLY};

static void die(const char *what) {
  fprintf(stderr, "ways: %s: %s: %s\n", way_name ? way_name : "-", what, strerror(errno));
  exit(2);
}

static void must(int result, const char *what) {
  if (result < 0) die(what);
}

static void put(const char *path, const char *text) {
  int f = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0755);
  must(f, path);
  must(write(f, text, strlen(text)), path);
  close(f);
}

// A path in SCRATCH that belongs to this way.
static const char *beside(const char *suffix) {
  snprintf(other, sizeof other, "%s/%s%s", scratch, name, suffix);
  return other;
}

// ---- what is made ready --------------------------------------------------------------------------------------------

static void nothing(void) {}
static void opened(void) { must(fd = open(file, O_RDWR), file); }
static void path_opened(void) { must(fd = open(file, O_PATH), file); }
static void dir_opened(void) { must(dirfd_ = open(dir, O_RDONLY | O_DIRECTORY), dir); }
static void no_file(void) { must(unlink(file), file); }
static void a_directory(void) { no_file(); must(mkdir(file, 0755), file); }
static void link_to_file(void) { must(symlink(file, beside("")), other); }
static void link_to_dir(void) { must(symlink(dir, beside("")), other); }
static void hard_linked(void) { must(link(file, beside("")), other); }
static void renamed_out(void) { must(rename(file, beside("")), other); }
static void a_file_beside(void) { put(beside(""), "theirs\n"); }
static void comes_from_outside(void) { no_file(); a_file_beside(); }
static void a_script(void) { put(file, SHEBANG); }
static void a_link_there(void) { no_file(); must(symlink("nowhere", file), file); }
static void with_xattr(void) { must(setxattr(file, XATTR, "v", 1, 0), file); }

static void a_program(void) {
  char buffer[1 << 16];
  int from = open("/proc/self/exe", O_RDONLY), to = open(file, O_WRONLY | O_TRUNC);
  must(from, "/proc/self/exe");
  must(to, file);
  for (ssize_t n; (n = read(from, buffer, sizeof buffer)) > 0;) must(write(to, buffer, n), file);
  close(from);
  close(to);
}

static void a_program_opened(void) {
  a_program();
  path_opened();
}

static void a_handle(void) {
  int mount_id;
  handle.handle.handle_bytes = MAX_HANDLE_SZ;
  must(name_to_handle_at(AT_FDCWD, file, &handle.handle, &mount_id, 0), file);
  must(dirfd_ = open(scratch, O_RDONLY | O_DIRECTORY), scratch);
}

static void bound(void) {
  must(mkdir(beside(""), 0755), other);
  must(mount(dir, other, NULL, MS_BIND, NULL), other);
}

static void file_bound(void) {
  put(beside(""), "");
  must(mount(file, other, NULL, MS_BIND, NULL), other);
}

static void bound_and_moved(void) {
  bound();
  char from[sizeof other];
  strcpy(from, other);
  must(mkdir(beside("-moved"), 0755), other);
  must(mount(from, other, NULL, MS_MOVE, NULL), other);
}

static void tree(void) { must(dirfd_ = syscall(NR_OPEN_TREE, AT_FDCWD, dir, TREE_CLONE), dir); }

static void tree_moved(void) {
  tree();
  must(mkdir(beside(""), 0755), other);
  must(syscall(NR_MOVE_MOUNT, dirfd_, "", AT_FDCWD, other, MOVE_F_EMPTY_PATH), other);
}

static char passed_by[2];
static int sockets[2];

static void passed(void) {
  opened();
  must(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets), "socketpair");
  struct iovec text = {passed_by, 1};
  union {
    struct cmsghdr head;
    char room[CMSG_SPACE(sizeof(int))];
  } control = {0};
  struct msghdr message = {.msg_iov = &text, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  control.head = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
  memcpy(CMSG_DATA(&control.head), &fd, sizeof fd);
  must(sendmsg(sockets[0], &message, 0), "sendmsg");
  close(fd);
  fd = -1;
}

// ---- the deeds: 0 or more is done, -1 and errno is not ---------------------------------------------------------------

static int do_open(void) { return syscall(SYS_open, file, O_RDONLY); }
static int do_open_write(void) { return syscall(SYS_open, file, O_WRONLY | O_APPEND); }
static int do_openat(void) { return openat(AT_FDCWD, file, O_RDONLY); }
static int do_openat2(void) { return syscall(NR_OPENAT2, AT_FDCWD, file, &how, sizeof how); }
static int do_openat2_beneath(void) {
  struct open_how beneath = {.flags = O_RDONLY, .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS};
  return syscall(NR_OPENAT2, dirfd_, name, &beneath, sizeof beneath);
}
static int do_open_dir(void) { return open(dir, O_RDONLY | O_DIRECTORY); }
static int do_open_path_only(void) { return open(file, O_PATH); }
static int do_creat(void) { return syscall(SYS_creat, file, 0600); }
static int do_create_excl(void) { return open(file, O_WRONLY | O_CREAT | O_EXCL, 0600); }
static int do_tmpfile(void) { return open(dir, O_WRONLY | O_TMPFILE, 0600); }
static int do_truncate(void) { return truncate(file, 1); }
static int do_ftruncate(void) { return ftruncate(fd, 1); }
static int do_fallocate(void) { return fallocate(fd, 0, 0, 8192); }
static int do_dirfd(void) { return openat(dirfd_, name, O_RDONLY); }
static int do_chdir(void) { return chdir(dir) < 0 ? -1 : open(name, O_RDONLY); }
static int do_fchdir(void) { return fchdir(dirfd_) < 0 ? -1 : open(name, O_RDONLY); }
static int do_open_other(void) { return open(other, O_RDONLY); }
static int do_open_in_other(void) {
  char path[sizeof other + sizeof name + 1];
  snprintf(path, sizeof path, "%s/%s", other, name);
  return open(path, O_RDONLY);
}
static int do_dots(void) {
  char path[sizeof dir + sizeof scratch + sizeof name];
  snprintf(path, sizeof path, "%s/../%s/./%s", scratch, strrchr(dir, '/') + 1, name);
  return open(path, O_RDONLY);
}
static int open_by_proc(const char *what) {
  char path[sizeof file + 64];
  snprintf(path, sizeof path, "/proc/%d/%s", getppid(), what);
  return open(path, O_RDONLY);
}
static int do_proc_root(void) {
  char path[sizeof file + 8];
  snprintf(path, sizeof path, "root%s", file);
  return open_by_proc(path);
}
static int do_proc_cwd(void) {
  char path[sizeof name + 8];
  snprintf(path, sizeof path, "cwd/%s", name);
  if (chdir(dir) < 0) return -1;
  char full[sizeof path + 64];
  snprintf(full, sizeof full, "/proc/self/%s", path);
  return open(full, O_RDONLY);
}
static int do_proc_fd(void) {
  char path[64];
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  return open(path, O_RDONLY);
}
static int do_handle(void) { return open_by_handle_at(dirfd_, &handle.handle, O_RDONLY); }
static int do_handle_write(void) { return open_by_handle_at(dirfd_, &handle.handle, O_WRONLY); }
// Whoever listens is handed a descriptor of each file that others open, and opens none himself.
static int listen_to(unsigned int what, const char *path) {
  int group = fanotify_init(FAN_CLASS_NOTIF, O_RDONLY);
  return group < 0 ? -1 : fanotify_mark(group, FAN_MARK_ADD | what, FAN_OPEN, AT_FDCWD, path);
}
static int do_fanotify(void) { return listen_to(0, file); }
static int do_fanotify_mount(void) { return listen_to(FAN_MARK_MOUNT, dir); }
static int do_fanotify_file_system(void) { return listen_to(FAN_MARK_FILESYSTEM, dir); }
static int do_chroot(void) {
  char path[sizeof name + 1];
  snprintf(path, sizeof path, "/%s", name);
  return chroot(dir) < 0 || chdir("/") < 0 ? -1 : open(path, O_RDONLY);
}
static int do_pivot(void) {
  char path[sizeof name + 1];
  snprintf(path, sizeof path, "/%s", name);
  if (unshare(CLONE_NEWNS) < 0 || mount(dir, dir, NULL, MS_BIND, NULL) < 0 || chdir(dir) < 0) return -1;
  if (syscall(SYS_pivot_root, ".", ".") < 0 || umount2(".", MNT_DETACH) < 0) return -1;
  return open(path, O_RDONLY);
}
static int do_mount_namespace(void) { return unshare(CLONE_NEWNS) < 0 ? -1 : open(file, O_RDONLY); }
static int do_user_namespace(void) { return unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0 ? -1 : open(file, O_RDONLY); }
static char upper[4096], work[4096], merged[4096];
static void overlay_parts(void) {
  const char *parts[] = {"-upper", "-work", "-merged"};
  char *paths[] = {upper, work, merged};
  for (int i = 0; i < 3; i++) {
    strcpy(paths[i], beside(parts[i]));
    must(mkdir(paths[i], 0755), paths[i]);
  }
}
static int do_overlay(void) {
  char options[16384];
  snprintf(options, sizeof options, "lowerdir=%s,upperdir=%s,workdir=%s", dir, upper, work);
  if (mount("overlay", merged, "overlay", 0, options) < 0) return -1;
  snprintf(options, sizeof options, "%s/%s", merged, name);
  return open(options, O_RDONLY);
}

static void *open_file(void *result) {
  *(int *)result = open(file, O_RDONLY);
  return NULL;
}
static int do_thread(void) {
  pthread_t thread;
  int result = -1;
  if (pthread_create(&thread, NULL, open_file, &result) || pthread_join(thread, NULL)) return -1;
  return result;
}
static int do_exec(void) {
  execl("/proc/self/exe", name, "--read", file, NULL);
  return -1;
}
static int do_run(void) { // the child of a child would have another pid
  execl(file, name, "--nothing", NULL);
  return -1;
}
static int do_run_by_fd(void) {
  char *arguments[] = {name, "--nothing", NULL}, *environment[] = {NULL};
  return syscall(SYS_execveat, fd, "", arguments, environment, AT_EMPTY_PATH);
}
static int do_run_script(void) {
  execl(file, file, NULL);
  return -1;
}

static int do_rename(void) { return rename(file, beside("")); }
static int do_rename_within(void) {
  char to[sizeof file + 2];
  snprintf(to, sizeof to, "%s2", file);
  return rename(file, to);
}
static int do_rename_over(void) { return rename(other, file); }
static int do_exchange(void) { return renameat2(AT_FDCWD, other, AT_FDCWD, file, RENAME_EXCHANGE); }
static int do_link(void) { return link(file, beside("")); }
static int do_link_by_fd(void) { return linkat(fd, "", AT_FDCWD, beside(""), AT_EMPTY_PATH); }
static int do_link_into(void) { return link(other, file); }
static int do_symlink(void) { return symlink("nowhere", file); }
static int do_unlink(void) { return syscall(SYS_unlink, file); }
static int do_unlinkat(void) { return unlinkat(dirfd_, name, 0); }
static int do_mkdir(void) { return mkdir(file, 0755); }
static int do_rmdir(void) { return rmdir(file); }
static int do_mknod(void) { return mknod(file, S_IFIFO | 0600, 0); }

static int do_chmod(void) { return chmod(file, 0777); }
static int do_fchmod(void) { return fchmod(fd, 0777); }
static int do_fchmodat2(void) { return syscall(NR_FCHMODAT2, AT_FDCWD, file, 0777, 0); }
static int do_chown(void) { return chown(file, 1, 1); }
static int do_lchown(void) { return lchown(file, 1, 1); }
static int do_fchown(void) { return fchown(fd, 1, 1); }
static int do_fchownat(void) { return fchownat(dirfd_, name, 1, 1, 0); }
static int do_setxattr(void) { return setxattr(file, XATTR, "v", 1, 0); }
static int do_lsetxattr(void) { return lsetxattr(file, XATTR, "v", 1, 0); }
static int do_fsetxattr(void) { return fsetxattr(fd, XATTR, "v", 1, 0); }
static int do_removexattr(void) { return removexattr(file, XATTR); }
static char value[64];
static int do_getxattr(void) { return getxattr(file, XATTR, value, sizeof value); }
static int do_listxattr(void) { return listxattr(file, value, sizeof value); }
static struct {
  uint64_t address;
  uint32_t size, flags;
} xattr_arguments;
static int do_setxattrat(void) {
  xattr_arguments.address = (uintptr_t) "v";
  xattr_arguments.size = 1;
  return syscall(NR_SETXATTRAT, AT_FDCWD, file, 0, XATTR, &xattr_arguments, sizeof xattr_arguments);
}
static int do_getxattrat(void) {
  xattr_arguments.address = (uintptr_t)value;
  xattr_arguments.size = sizeof value;
  return syscall(NR_GETXATTRAT, AT_FDCWD, file, 0, XATTR, &xattr_arguments, sizeof xattr_arguments);
}
static int do_readlink(void) { return readlink(file, value, sizeof value); }
static int do_utimensat(void) { return utimensat(AT_FDCWD, file, NULL, 0); }
static int do_stat(void) {
  struct statx s;
  return statx(AT_FDCWD, file, 0, STATX_ALL, &s);
}
static int do_access(void) { return access(file, R_OK); }

static int do_read(void) { return read(fd, value, sizeof value); }
static int do_write(void) { return write(fd, "x", 1); }
static int do_map(void) {
  char *bytes = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
  return bytes == MAP_FAILED ? -1 : bytes[0];
}
static int do_receive(void) {
  struct iovec text = {passed_by, 1};
  char control[CMSG_SPACE(sizeof(int))];
  struct msghdr message = {.msg_iov = &text, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  if (recvmsg(sockets[1], &message, 0) < 0) return -1;
  int received;
  memcpy(&received, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof received);
  return read(received, value, sizeof value);
}

// ---- the 32-bit entry --------------------------------------------------------------------------------------------

#ifdef __x86_64__
static int call32(long number, long a, long b, long c, long d) {
  int result;
  __asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(a), "c"(b), "d"(c), "S"(d)
                   : "memory", "r8", "r9", "r10", "r11");
  if (result >= 0) return result;
  errno = -result;
  return -1;
}
#define LOW(pointer) ((long)(uintptr_t)(pointer))
static int do_open_32(void) { return call32(5, LOW(file), O_RDONLY, 0, 0); }
static int do_openat_32(void) { return call32(295, AT_FDCWD, LOW(file), O_RDONLY, 0); }
static int do_openat2_32(void) { return call32(437, AT_FDCWD, LOW(file), LOW(&how), sizeof how); }
static int do_creat_32(void) { return call32(8, LOW(file), 0600, 0, 0); }
static int do_truncate_32(void) { return call32(92, LOW(file), 1, 0, 0); }
static int do_unlink_32(void) { return call32(10, LOW(file), 0, 0, 0); }
static int do_rename_32(void) { return call32(38, LOW(file), LOW(beside("")), 0, 0); }
static int do_link_32(void) { return call32(9, LOW(file), LOW(beside("")), 0, 0); }
static int do_chmod_32(void) { return call32(15, LOW(file), 0777, 0, 0); }
static int do_openat_x32(void) { return syscall(0x40000000 + SYS_openat, AT_FDCWD, file, O_RDONLY); }
#endif

// ---- io_uring ----------------------------------------------------------------------------------------------------

// Sets up a ring, has one operation done, and gives its result.
static int uring(struct io_uring_sqe operation, unsigned setup) {
  struct io_uring_params p = {.flags = setup, .sq_thread_idle = 100};
  int ring = syscall(SYS_io_uring_setup, 4, &p);
  if (ring < 0) return -1;
  char *sq = mmap(NULL, p.sq_off.array + p.sq_entries * 4, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring,
                  IORING_OFF_SQ_RING);
  char *cq = mmap(NULL, p.cq_off.cqes + p.cq_entries * sizeof(struct io_uring_cqe), PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_POPULATE, ring, IORING_OFF_CQ_RING);
  struct io_uring_sqe *sqes = mmap(NULL, p.sq_entries * sizeof *sqes, PROT_READ | PROT_WRITE,
                                   MAP_SHARED | MAP_POPULATE, ring, IORING_OFF_SQES);
  if (sq == MAP_FAILED || cq == MAP_FAILED || sqes == MAP_FAILED) return -1;
  if (operation.file_index) { // a descriptor that only the ring has
    int none[1] = {-1};
    if (syscall(SYS_io_uring_register, ring, IORING_REGISTER_FILES, none, 1) < 0) return -1;
  }
  sqes[0] = operation;
  ((unsigned *)(sq + p.sq_off.array))[0] = 0;
  __atomic_store_n((unsigned *)(sq + p.sq_off.tail), 1, __ATOMIC_RELEASE);
  unsigned enter = IORING_ENTER_GETEVENTS | (setup & IORING_SETUP_SQPOLL ? IORING_ENTER_SQ_WAKEUP : 0);
  if (syscall(SYS_io_uring_enter, ring, 1, 1, enter, NULL, 0) < 0) return -1;
  int result = ((struct io_uring_cqe *)(cq + p.cq_off.cqes))[0].res;
  if (result >= 0) return result;
  errno = -result;
  return -1;
}
static struct io_uring_sqe operation(int code, int at, const void *address, const void *address2, unsigned length) {
  struct io_uring_sqe o = {.opcode = code, .fd = at, .addr = (uintptr_t)address, .len = length};
  o.off = (uintptr_t)address2;
  return o;
}
static int do_uring_openat(void) { return uring(operation(IORING_OP_OPENAT, AT_FDCWD, file, 0, 0), 0); }
static int do_uring_openat2(void) { return uring(operation(IORING_OP_OPENAT2, AT_FDCWD, file, &how, sizeof how), 0); }
static int do_uring_async(void) {
  struct io_uring_sqe o = operation(IORING_OP_OPENAT, AT_FDCWD, file, 0, 0);
  o.flags = IOSQE_ASYNC;
  return uring(o, 0);
}
static int do_uring_sqpoll(void) { return uring(operation(IORING_OP_OPENAT, AT_FDCWD, file, 0, 0), IORING_SETUP_SQPOLL); }
static int do_uring_direct(void) {
  struct io_uring_sqe o = operation(IORING_OP_OPENAT, AT_FDCWD, file, 0, 0);
  o.file_index = 1;
  return uring(o, 0);
}
static int do_uring_unlinkat(void) { return uring(operation(IORING_OP_UNLINKAT, AT_FDCWD, file, 0, 0), 0); }
static int do_uring_renameat(void) {
  return uring(operation(IORING_OP_RENAMEAT, AT_FDCWD, file, beside(""), AT_FDCWD), 0);
}
static int do_uring_linkat(void) {
  return uring(operation(IORING_OP_LINKAT, AT_FDCWD, file, beside(""), AT_FDCWD), 0);
}
static int do_uring_symlinkat(void) {
  return uring(operation(IORING_OP_SYMLINKAT, AT_FDCWD, "nowhere", file, 0), 0);
}
static int do_uring_mkdirat(void) { return uring(operation(IORING_OP_MKDIRAT, AT_FDCWD, file, 0, 0755), 0); }
static int do_uring_setxattr(void) {
  struct io_uring_sqe o = operation(IORING_OP_SETXATTR, 0, XATTR, "v", 1);
  o.addr3 = (uintptr_t)file;
  return uring(o, 0);
}
static int do_uring_getxattr(void) {
  struct io_uring_sqe o = operation(IORING_OP_GETXATTR, 0, XATTR, value, sizeof value);
  o.addr3 = (uintptr_t)file;
  return uring(o, 0);
}
static int do_uring_statx(void) {
  static struct statx s;
  return uring(operation(IORING_OP_STATX, AT_FDCWD, file, &s, STATX_ALL), 0);
}

// ---- the list ----------------------------------------------------------------------------------------------------

static const struct way {
  const char *name;
  void (*ready)(void);
  int (*deed)(void);
} ways[] = {
    {"open", nothing, do_open},
    {"open-write", nothing, do_open_write},
    {"openat", nothing, do_openat},
    {"openat2", nothing, do_openat2},
    {"openat2-beneath", dir_opened, do_openat2_beneath},
    {"open-dir", nothing, do_open_dir},
    {"open-path-only", nothing, do_open_path_only},
    {"creat", nothing, do_creat},
    {"create-excl", no_file, do_create_excl},
    {"tmpfile", nothing, do_tmpfile},
    {"truncate", nothing, do_truncate},
    {"ftruncate", opened, do_ftruncate},
    {"fallocate", opened, do_fallocate},
    {"dirfd", dir_opened, do_dirfd},
    {"chdir", nothing, do_chdir},
    {"fchdir", dir_opened, do_fchdir},
    {"dots", nothing, do_dots},
    {"symlink-to-file", link_to_file, do_open_other},
    {"symlink-to-dir", link_to_dir, do_open_in_other},
    {"proc-root", nothing, do_proc_root},
    {"proc-cwd", nothing, do_proc_cwd},
    {"path-reopened", path_opened, do_proc_fd},
    {"fd-reopened", opened, do_proc_fd},
    {"handle", a_handle, do_handle},
    {"handle-write", a_handle, do_handle_write},
    {"fanotify", nothing, do_fanotify},
    {"fanotify-mount", nothing, do_fanotify_mount},
    {"fanotify-file-system", nothing, do_fanotify_file_system},
    {"bind-mount", bound, do_open_in_other},
    {"file-bind-mount", file_bound, do_open_other},
    {"moved-mount", bound_and_moved, do_open_in_other},
    {"detached-tree", tree, do_dirfd},
    {"attached-tree", tree_moved, do_open_in_other},
    {"chroot", nothing, do_chroot},
    {"pivot-root", nothing, do_pivot},
    {"mount-namespace", nothing, do_mount_namespace},
    {"user-namespace", nothing, do_user_namespace},
    {"overlay-lower", overlay_parts, do_overlay},
    {"thread", nothing, do_thread},
    {"exec-reader", nothing, do_exec},
    {"run", a_program, do_run},
    {"run-by-fd", a_program_opened, do_run_by_fd},
    {"run-script", a_script, do_run_script},
    {"rename-out", nothing, do_rename},
    {"rename-within", nothing, do_rename_within},
    {"rename-over", a_file_beside, do_rename_over},
    {"exchange", a_file_beside, do_exchange},
    {"link", nothing, do_link},
    {"link-by-fd", path_opened, do_link_by_fd},
    {"symlink", no_file, do_symlink},
    {"unlink", nothing, do_unlink},
    {"unlinkat", dir_opened, do_unlinkat},
    {"mkdir", no_file, do_mkdir},
    {"rmdir", a_directory, do_rmdir},
    {"mknod", no_file, do_mknod},
    {"chmod", nothing, do_chmod},
    {"fchmod", opened, do_fchmod},
    {"fchmodat2", nothing, do_fchmodat2},
    {"chown", nothing, do_chown},
    {"lchown", nothing, do_lchown},
    {"fchown", opened, do_fchown},
    {"fchownat", dir_opened, do_fchownat},
    {"setxattr", nothing, do_setxattr},
    {"lsetxattr", nothing, do_lsetxattr},
    {"fsetxattr", opened, do_fsetxattr},
    {"removexattr", with_xattr, do_removexattr},
    {"getxattr", with_xattr, do_getxattr},
    {"listxattr", with_xattr, do_listxattr},
    {"setxattrat", nothing, do_setxattrat},
    {"getxattrat", with_xattr, do_getxattrat},
    {"readlink", a_link_there, do_readlink},
#ifdef __x86_64__
    {"open-32", nothing, do_open_32},
    {"openat-32", nothing, do_openat_32},
    {"openat2-32", nothing, do_openat2_32},
    {"creat-32", nothing, do_creat_32},
    {"truncate-32", nothing, do_truncate_32},
    {"unlink-32", nothing, do_unlink_32},
    {"rename-32", nothing, do_rename_32},
    {"link-32", nothing, do_link_32},
    {"chmod-32", nothing, do_chmod_32},
    {"openat-x32", nothing, do_openat_x32},
#endif
    {"uring-openat", nothing, do_uring_openat},
    {"uring-openat2", nothing, do_uring_openat2},
    {"uring-async", nothing, do_uring_async},
    {"uring-sqpoll", nothing, do_uring_sqpoll},
    {"uring-direct", nothing, do_uring_direct},
    {"uring-unlinkat", nothing, do_uring_unlinkat},
    {"uring-renameat", nothing, do_uring_renameat},
    {"uring-linkat", nothing, do_uring_linkat},
    {"uring-symlinkat", no_file, do_uring_symlinkat},
    {"uring-mkdirat", no_file, do_uring_mkdirat},
    {"uring-setxattr", nothing, do_uring_setxattr},
    {"uring-getxattr", with_xattr, do_uring_getxattr},
    {"uring-statx", nothing, do_uring_statx},
    {"utimensat", nothing, do_utimensat},
    {"stat", nothing, do_stat},
    {"access", nothing, do_access},
    {"fd-read", opened, do_read},
    {"fd-write", opened, do_write},
    {"fd-map", opened, do_map},
    {"fd-passed", passed, do_receive},
    {"hard-link-outside", hard_linked, do_open_other},
    {"renamed-outside", renamed_out, do_open_other},
    {"link-into", comes_from_outside, do_link_into},
};

static void one(const struct way *way) {
  way_name = way->name;
  snprintf(name, sizeof name, "%s", way->name);
  snprintf(file, sizeof file, "%s/%s", dir, name);
  put(file, "secret\n");
  other[0] = 0;
  struct stat before;
  must(stat(file, &before), file);
  way->ready();
  int result[2];
  must(pipe2(result, O_CLOEXEC), "pipe");
  pid_t child = fork();
  must(child, "fork");
  if (child == 0) {
    prctl(PR_SET_NAME, name);
    int error = way->deed() < 0 ? errno : 0;
    if (write(result[1], &error, sizeof error) < 0) _exit(2);
    _exit(0);
  }
  close(result[1]);
  int error = 0; // nothing comes when the child became another program
  if (read(result[0], &error, sizeof error) < 0) die("read");
  close(result[0]);
  must(waitpid(child, NULL, 0), "waitpid");
  printf("%s\t%d\t%lu\t%s\n", name, child, (unsigned long)before.st_ino, error ? strerrorname_np(error) : "ok");
  fflush(stdout);
  if (fd >= 0) close(fd);
  if (dirfd_ >= 0) close(dirfd_);
  fd = dirfd_ = -1;
}

int main(int argc, char **argv) {
  if (argc == 3 && !strcmp(argv[1], "--read")) { // the program that another became
    char byte;
    int f = open(argv[2], O_RDONLY);
    return f < 0 || read(f, &byte, 1) < 0;
  }
  if (argc == 2 && !strcmp(argv[1], "--nothing")) return 0;
  if (argc < 3 || !realpath(argv[1], dir) || !realpath(argv[2], scratch)) {
    fprintf(stderr, "usage: ways DIR SCRATCH [WAY...]\n");
    return 2;
  }
  struct stat watched;
  must(stat(dir, &watched), dir);
  printf("%s\t%d\t%lu\t%02x:%02x\n", dir, getpid(), (unsigned long)watched.st_ino, major(watched.st_dev),
         minor(watched.st_dev));
  fflush(stdout);
  // What is mounted here goes with this process.
  must(unshare(CLONE_NEWNS), "unshare");
  must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "mount");
  for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
    int wanted = argc == 3;
    for (int a = 3; a < argc; a++) wanted |= !strcmp(argv[a], ways[i].name);
    if (wanted) one(&ways[i]);
  }
  return 0;
}
