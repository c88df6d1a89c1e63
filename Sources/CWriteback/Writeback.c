#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "Writeback.h"

#include <fcntl.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

void wf_begin_writeback(int descriptor, int64_t offset, int64_t count) {
#ifdef SYNC_FILE_RANGE_WRITE
    (void)sync_file_range(descriptor, offset, count, SYNC_FILE_RANGE_WRITE);
#else
    (void)descriptor;
    (void)offset;
    (void)count;
#endif
}

bool wf_set_direct(int descriptor, bool direct) {
#ifdef O_DIRECT
    int flags = fcntl(descriptor, F_GETFL);
    if (flags < 0) return false;
    flags = direct ? flags | O_DIRECT : flags & ~O_DIRECT;
    return fcntl(descriptor, F_SETFL, flags) == 0;
#else
    (void)descriptor;
    return !direct;
#endif
}

void wf_keep_freed_memory(void) {
#ifdef M_TRIM_THRESHOLD
    mallopt(M_MMAP_THRESHOLD, 4 << 20);
    mallopt(M_TRIM_THRESHOLD, 16 << 20);
#endif
}
