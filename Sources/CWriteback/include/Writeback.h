// The one call of Linux that Swift's Glibc module does not show, because it needs _GNU_SOURCE.

#ifndef WRITEBACK_H
#define WRITEBACK_H

#include <stdint.h>

/// Asks the kernel to begin writing the dirty pages of these bytes to the disk, and does not wait for it. Does nothing
/// where there is no such call. A failure does not matter: a later fsync writes what is left.
void wf_begin_writeback(int descriptor, int64_t offset, int64_t count);

#endif
