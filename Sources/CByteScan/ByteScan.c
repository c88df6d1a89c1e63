#define _GNU_SOURCE
#include <sys/mman.h>

#include "ByteScan.h"

void *wf_remap(void *memory, size_t size, size_t larger) {
    void *moved = mremap(memory, size, larger, MREMAP_MAYMOVE);
    return moved == MAP_FAILED ? NULL : moved;
}
