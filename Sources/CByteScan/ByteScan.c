#if defined(__linux__)
#define _GNU_SOURCE
#include <sys/mman.h>
#endif

#include "ByteScan.h"

#if defined(__linux__)
void *wf_remap(void *memory, size_t size, size_t larger) {
    void *moved = mremap(memory, size, larger, MREMAP_MAYMOVE);
    return moved == MAP_FAILED ? NULL : moved;
}
#endif
