// The calls of Linux and of its C library that Swift's Glibc module does not show.

#ifndef WRITEBACK_H
#define WRITEBACK_H

#include <stdbool.h>
#include <stdint.h>

/// Asks the kernel to begin writing the dirty pages of these bytes to the disk, and does not wait for it. Does nothing
/// where there is no such call. A failure does not matter: a later fsync writes what is left.
void wf_begin_writeback(int descriptor, int64_t offset, int64_t count);

/// Lets reads and writes go between the caller's memory and the disk directly (O_DIRECT), or through the kernel's cache
/// again. Returns whether it is so now.
bool wf_set_direct(int descriptor, bool direct);

/// Lets the C library's heaps take blocks of up to 4 MiB, and keep up to 16 MiB that were freed, for each thread. Does
/// nothing where there is no such setting.
void wf_keep_freed_memory(void);

#endif
