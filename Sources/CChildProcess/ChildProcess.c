//  Starting a child, in C because what runs between vfork and exec shares the parent's memory and stack and may do nothing
//  but system calls (vfork(2)). posix_spawn cannot ask for a signal at the parent's death, nor for a wall.
//
//  vfork instead of fork: fork copies the page tables of a process that may have gigabytes, and its locks in any state.
//  All signals are blocked meanwhile, so that no handler of ours runs in the child, on memory that it shares.

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "ChildProcess.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// The numbers of these calls are the same on all architectures; older headers do not name them.
#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule 445
#define SYS_landlock_restrict_self 446
#endif

static void limit(int resource, uint64_t bytes) {
    struct rlimit now;
    if (bytes == 0 || getrlimit(resource, &now) < 0) return;
    // More than the hard limit cannot be had, and is not needed.
    if (now.rlim_max != RLIM_INFINITY && bytes > now.rlim_max) bytes = now.rlim_max;
    struct rlimit wanted = {.rlim_cur = bytes, .rlim_max = bytes};
    setrlimit(resource, &wanted);
}

/// What the child does before it is another program. Returns the error number.
static int become(const struct wf_child_setup *setup, const int streams[3], pid_t parent) {
    struct sigaction by_default = {.sa_handler = SIG_DFL}, ignored = {.sa_handler = SIG_IGN};
    for (int number = 1; number < NSIG; number++) sigaction(number, &by_default, 0);
    // A file that would become too large is then an error of the write.
    sigaction(SIGXFSZ, &ignored, 0);
    if (setpgid(0, 0) < 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) < 0) return errno;
    // The parent may have died before that.
    if (getppid() != parent) _exit(127);
    for (int number = 0; number < 3; number++) {
        if (dup2(streams[number], number) < 0) return errno;
    }
    if (setup->folder && chdir(setup->folder) < 0) return errno;
    limit(RLIMIT_DATA, setup->data_bytes);
    limit(RLIMIT_FSIZE, setup->file_bytes);
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    if (setup->wall >= 0) {
        if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) return errno;
        if (syscall(SYS_landlock_restrict_self, setup->wall, 0) < 0) return errno;
    }
    if (syscall(SYS_close_range, 3U, ~0U, 0U) < 0) {
        // Linux before 5.9.
        struct rlimit most;
        int end = getrlimit(RLIMIT_NOFILE, &most) == 0 && most.rlim_cur < 1 << 20 ? (int)most.rlim_cur : 1 << 20;
        for (int number = 3; number < end; number++) close(number);
    }
    sigset_t nothing;
    sigemptyset(&nothing);
    sigprocmask(SIG_SETMASK, &nothing, 0);
    execve(setup->program, setup->words, setup->variables);
    return errno;
}

/// Moves a descriptor out of the way of the child's own 0 to 2. Returns it, or -1 and closes it.
static int above_standard(int descriptor) {
    if (descriptor < 0 || descriptor > 2) return descriptor;
    int moved = fcntl(descriptor, F_DUPFD_CLOEXEC, 3);
    close(descriptor);
    return moved;
}

/// A way for bytes, or -1 and errno: `ends[0]` is ours and does not block, `ends[1]` is the child's.
static int way(bool is_input, int ends[2]) {
    int made[2];
    // A socket, so that sending to a child that is gone need not raise SIGPIPE.
    if (is_input ? socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, made) : pipe2(made, O_CLOEXEC)) return -1;
    ends[0] = above_standard(made[0]);
    ends[1] = above_standard(made[1]);
    if (ends[0] < 0 || ends[1] < 0) return -1;
    return fcntl(ends[0], F_SETFL, fcntl(ends[0], F_GETFL) | O_NONBLOCK);
}

__attribute__((noinline)) static pid_t start(
    const struct wf_child_setup *setup, const int streams[3], pid_t parent, volatile int *code) {
    pid_t process = vfork();
    if (process == 0) {
        *code = become(setup, streams, parent);
        _exit(127);
    }
    if (process < 0) *code = errno;
    return process;
}

int wf_child_start(const struct wf_child_setup *setup, struct wf_child *child) {
    int ways[3][2] = {{-1, -1}, {-1, -1}, {-1, -1}};
    volatile int code = 0;
    for (int number = 0; number < 3 && code == 0; number++) {
        if (way(number == 0, ways[number]) < 0) code = errno;
    }
    pid_t process = -1;
    if (code == 0) {
        sigset_t all, before;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before);
        int streams[3] = {ways[0][1], ways[1][1], ways[2][1]};
        process = start(setup, streams, getpid(), &code);
        pthread_sigmask(SIG_SETMASK, &before, 0);
        if (process > 0 && code != 0) wf_child_reap(process);
    }
    for (int number = 0; number < 3; number++) {
        if (ways[number][1] >= 0) close(ways[number][1]);
        if (code != 0 && ways[number][0] >= 0) close(ways[number][0]);
    }
    if (code == 0) *child = (struct wf_child){process, ways[0][0], ways[1][0], ways[2][0]};
    return code;
}

void wf_child_await(int process) {
    siginfo_t ending;
    while (waitid(P_PID, (id_t)process, &ending, WEXITED | WNOWAIT) < 0 && errno == EINTR) {}
}

int wf_child_reap(int process) {
    int status = 0;
    pid_t reaped;
    while ((reaped = waitpid(process, &status, 0)) < 0 && errno == EINTR) {}
    // A process that ignores SIGCHLD is not told how its children end.
    if (reaped < 0) return 0;
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

ptrdiff_t wf_child_send(int input, const void *bytes, size_t count) { return send(input, bytes, count, MSG_NOSIGNAL); }

ptrdiff_t wf_child_receive(int output, void *bytes, size_t count) { return read(output, bytes, count); }

// Rights of landlock(7), by the version of its interface that has them.
enum {
    write_file = 1 << 1,
    // REMOVE_DIR to MAKE_SYM.
    change_folder = 0x1FF0,
    refer = 1 << 13,
    truncate_file = 1 << 14,
    control_device = 1 << 15,
};

static uint64_t file_rights(long version) {
    return write_file | (version >= 3 ? truncate_file : 0) | (version >= 5 ? control_device : 0);
}

static uint64_t all_rights(long version) { return file_rights(version) | change_folder | (version >= 2 ? refer : 0); }

static long wall_version(void) { return syscall(SYS_landlock_create_ruleset, 0, 0, 1U); }

int wf_wall_make(void) {
    long version = wall_version();
    if (version < 1) return -1;
    struct {
        uint64_t files, ports, scopes;
    } handled = {.files = all_rights(version), .ports = 3, .scopes = 3};
    size_t size = version < 4 ? 8 : version < 6 ? 16 : 24;
    return (int)syscall(SYS_landlock_create_ruleset, &handled, size, 0U);
}

int wf_wall_allow(int wall, int descriptor, bool is_folder) {
    long version = wall_version();
    struct {
        uint64_t rights;
        int32_t descriptor;
    } __attribute__((packed)) rule = {
        .rights = is_folder ? all_rights(version) : file_rights(version), .descriptor = descriptor};
    return syscall(SYS_landlock_add_rule, wall, 1U, &rule, 0U) < 0 ? errno : 0;
}
