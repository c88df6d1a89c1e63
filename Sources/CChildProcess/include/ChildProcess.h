//  A program as a child that holds nothing of ours and cannot outlive us.

#ifndef CHILD_PROCESS_H
#define CHILD_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// What a child is started with.
struct wf_child_setup {
    /// The program's path, and its words, the first of which is its own name; both lists end with a null pointer.
    const char *program;
    char *const *words;
    char *const *variables;
    /// Its working directory.
    const char *folder;
    /// Bytes of memory that it may have written to (RLIMIT_DATA), and bytes that a file of its may have (RLIMIT_FSIZE);
    /// 0 for what this process may.
    uint64_t data_bytes;
    uint64_t file_bytes;
    /// A ruleset of `wf_wall_make`; -1 for none.
    int wall;
};

/// A child that runs: its process, which is the leader of a process group, and our ends of its standard streams. They do not
/// block, and are the caller's to close.
struct wf_child {
    int process;
    int input;
    int output;
    int errors;
};

/// Starts a program. It has descriptors 0 to 2 and no others, handles each signal by its default, and is killed by the
/// kernel when the *thread* that called this ends (prctl(2), PR_SET_PDEATHSIG).
///
/// Returns 0, or the error number.
int wf_child_start(const struct wf_child_setup *setup, struct wf_child *child);

/// Waits until a child has ended, and leaves its process number taken, so that no signal can reach another process.
void wf_child_await(int process);

/// Takes the ending of a child that has ended: its exit code, or the signal's number with a minus.
int wf_child_reap(int process);

/// As write(2) to the child's standard input, but a child that is gone is an EPIPE and no signal.
ptrdiff_t wf_child_send(int input, const void *bytes, size_t count);

/// As read(2).
ptrdiff_t wf_child_receive(int output, void *bytes, size_t count);

/// A wall of the kernel (landlock(7)): what has it can change no file, listen or connect to no TCP port, and signal no
/// process outside, except where `wf_wall_allow` permits it. Reading is not restricted.
///
/// Returns a descriptor, to be closed by the caller; -1 where the kernel has no walls.
int wf_wall_make(void);

/// Permits writing to an open file, or everything in an open folder. Returns 0, or the error number.
int wf_wall_allow(int wall, int descriptor, bool is_folder);

#endif
