#ifndef WATCHFOLD_ISAL_SHIM_H
#define WATCHFOLD_ISAL_SHIM_H

#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>
#include <stddef.h>

/// To be called after every call of ISA-L that calculates.
///
/// ISA-L leaves the upper halves of the vector registers in use. As long as they are, processors carry them along with
/// every instruction of the older kind (SSE), to which this program is compiled: whatever runs afterwards on the thread
/// would be up to three times as slow.
static inline void wf_clear_upper_halves(void) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx")) {
        __asm__ volatile("vzeroupper" ::: "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9",
                         "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");
    }
#endif
}

/// What the first level of deflating wants beside its state, in bytes.
static const uint32_t wf_deflate_level_bytes = ISAL_DEF_LVL1_DEFAULT;

/// The CRC-32 of gzip.
static inline uint32_t wf_crc32(const unsigned char *bytes, size_t count) {
    uint32_t crc = crc32_gzip_refl(0, bytes, count);
    wf_clear_upper_halves();
    return crc;
}

#endif
