//  Each way differs in how a block of 64 bytes becomes a mask of 64 bits, and in how the mask becomes positions.
//
//  Signed comparison serves for two ranges at once: bytes from 0x80 up are negative, so they are below 0x20 too.

#include "StopIndex.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

// All of them load whole blocks of 64 bytes, the last of which begins before `p + count`: up to 63 bytes more, which the
// caller has. Of a block, 64 positions at most are written behind those found before it, which are no more than the bytes
// before it: so there is room for the last one within `WF_STOP_ROOM`.

#if defined(__SSE2__)

/// One bit at a time.
static size_t find_by_16(const uint8_t *p, size_t count, uint16_t *stops) {
    const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\'), space = _mm_set1_epi8(0x20);
    size_t found = 0;
    for (size_t at = 0; at < count; at += 64) {
        uint64_t mask = 0;
        for (unsigned part = 0; part < 64; part += 16) {
            __m128i block = _mm_loadu_si128((const __m128i *)(p + at + part));
            __m128i stop = _mm_or_si128(
                _mm_or_si128(_mm_cmpeq_epi8(block, quote), _mm_cmpeq_epi8(block, backslash)),
                _mm_cmplt_epi8(block, space));
            mask |= (uint64_t)(uint32_t)_mm_movemask_epi8(stop) << part;
        }
        for (; mask != 0; mask &= mask - 1) stops[found++] = (uint16_t)(at + (unsigned)__builtin_ctzll(mask));
    }
    return found;
}

/// Eight bits at a time, whether there are so many or not: the loop then ends where the last one did, most often.
__attribute__((target("avx2,bmi,bmi2,popcnt")))
static size_t find_by_32(const uint8_t *p, size_t count, uint16_t *stops) {
    const __m256i quote = _mm256_set1_epi8('"'), backslash = _mm256_set1_epi8('\\'), space = _mm256_set1_epi8(0x20);
    uint16_t *out = stops;
    for (size_t at = 0; at < count; at += 64) {
        uint64_t mask = 0;
        for (unsigned part = 0; part < 64; part += 32) {
            __m256i block = _mm256_loadu_si256((const __m256i *)(p + at + part));
            __m256i stop = _mm256_or_si256(
                _mm256_or_si256(_mm256_cmpeq_epi8(block, quote), _mm256_cmpeq_epi8(block, backslash)),
                _mm256_cmpgt_epi8(space, block));
            mask |= (uint64_t)(uint32_t)_mm256_movemask_epi8(stop) << part;
        }
        uint16_t *end = out + _mm_popcnt_u64(mask);
        do {
            for (int i = 0; i < 8; i++) {
                out[i] = (uint16_t)(at + _tzcnt_u64(mask));
                mask = _blsr_u64(mask);
            }
            out += 8;
        } while (out < end);
        out = end;
    }
    return (size_t)(out - stops);
}

/// The processor itself lays the numbers of the set bits side by side.
__attribute__((target("avx512f,avx512bw,avx512vbmi2,popcnt")))
static size_t find_by_64(const uint8_t *p, size_t count, uint16_t *stops) {
    static const uint8_t numbers[64] = {
        0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
        22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43,
        44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};
    const __m512i quote = _mm512_set1_epi8('"'), backslash = _mm512_set1_epi8('\\'), space = _mm512_set1_epi8(0x20);
    const __m512i all = _mm512_loadu_si512(numbers);
    uint16_t *out = stops;
    for (size_t at = 0; at < count; at += 64) {
        __m512i block = _mm512_loadu_si512(p + at);
        __mmask64 mask = _mm512_cmpeq_epi8_mask(block, quote) | _mm512_cmpeq_epi8_mask(block, backslash) |
                         _mm512_cmplt_epi8_mask(block, space);
        __m512i set = _mm512_maskz_compress_epi8(mask, all);
        __m512i base = _mm512_set1_epi16((short)at);
        long long stopped = _mm_popcnt_u64(mask);
        _mm512_storeu_si512(out, _mm512_add_epi16(base, _mm512_cvtepu8_epi16(_mm512_castsi512_si256(set))));
        if (stopped > 32)
            _mm512_storeu_si512(
                out + 32, _mm512_add_epi16(base, _mm512_cvtepu8_epi16(_mm512_extracti64x4_epi64(set, 1))));
        out += stopped;
    }
    return (size_t)(out - stops);
}

#else

static size_t find_by_byte(const uint8_t *p, size_t count, uint16_t *stops) {
    size_t found = 0;
    for (size_t at = 0; at < count; at++) {
        stops[found] = (uint16_t)at;
        found += p[at] == '"' || p[at] == '\\' || p[at] < 0x20 || p[at] >= 0x80;
    }
    return found;
}

#endif

wf_stop_finder wf_stop_finder_at(unsigned level) {
#if defined(__SSE2__)
    if (level == 0) return find_by_16;
    if (level == 1 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
        __builtin_cpu_supports("popcnt"))
        return find_by_32;
    if (level == 2 && wf_stop_finder_at(1) != NULL && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512vbmi2"))
        return find_by_64;
#else
    if (level == 0) return find_by_byte;
#endif
    return NULL;
}

wf_stop_finder wf_best_stop_finder(void) {
    wf_stop_finder best = wf_stop_finder_at(0);
    for (unsigned level = 1; wf_stop_finder_at(level) != NULL; level++) best = wf_stop_finder_at(level);
    return best;
}
