//  The few byte searches that decide the reader's speed and that Swift cannot express.
//
//  They walk in blocks of 16 bytes where the processor has SSE2 (every x86-64) and byte by byte elsewhere. All are
//  inline, so that the Swift optimizer sees through them.

#ifndef WATCHFOLD_BYTE_SCAN_H
#define WATCHFOLD_BYTE_SCAN_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "CSVRows.h"
#include "FieldWalk.h"
#include "RecordRows.h"
#include "ShapeMatch.h"
#include "SortWords.h"
#include "StopIndex.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/// Bytes that must be readable behind a sentinel, for the searches that stop at one.
#define WF_PADDING 64

_Static_assert(WF_PADDING >= 64, "a block of 64 bytes that begins with the NUL ends within the padding");

/// First byte at or after `p` that ends or complicates a JSON string: a quote, a backslash, a control character (below
/// 0x20) or a byte of a multi-byte UTF-8 sequence (0x80 and above).
///
/// There is no end to compare with: the caller's buffer holds a NUL behind its last byte, which stops the search, and
/// `WF_PADDING` readable bytes from there on.
static inline const uint8_t *wf_find_string_special(const uint8_t *p) {
#if defined(__SSE2__)
    const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\'), space = _mm_set1_epi8(0x20);
    for (;; p += 16) {
        // The block begins at or before the NUL, so it ends within the padding.
        __m128i block = _mm_loadu_si128((const __m128i *)p);
        // Signed comparison: bytes from 0x80 up are negative, so they count as "below space" too.
        __m128i special = _mm_or_si128(
            _mm_or_si128(_mm_cmpeq_epi8(block, quote), _mm_cmpeq_epi8(block, backslash)),
            _mm_cmplt_epi8(block, space));
        int mask = _mm_movemask_epi8(special);
        if (mask != 0) return p + __builtin_ctz((unsigned)mask);
    }
#else
    while (*p != '"' && *p != '\\' && *p >= 0x20 && *p < 0x80) p++;
    return p;
#endif
}

/// Behind the last line feed in start ..< p; start when there is none.
static inline const uint8_t *wf_last_line(const uint8_t *start, const uint8_t *p) {
    const uint64_t ones = 0x0101010101010101, feeds = 0x0A * ones;
    while (p - start >= 8) {
        uint64_t word;
        // `p` is eight bytes or more behind the start.
        memcpy(&word, p - 8, 8);
        word ^= feeds;
        if (((word - ones) & ~word & 0x80 * ones) != 0) break;
        p -= 8;
    }
    while (p > start && p[-1] != '\n') p--;
    return p;
}

/// How often a byte is in [p, end).
static inline size_t wf_count_byte(const uint8_t *p, const uint8_t *end, uint8_t byte) {
    size_t count = 0;
#if defined(__SSE2__)
    const __m128i wanted = _mm_set1_epi8((char)byte), zero = _mm_setzero_si128();
    while (end - p >= 16) {
        // Each of the 16 lanes counts up from zero, at most 255 times, before the lanes are added together.
        __m128i lanes = zero;
        size_t blocks = (size_t)(end - p) / 16;
        if (blocks > 255) blocks = 255;
        // Whole blocks before the end.
        for (size_t i = 0; i < blocks; i++, p += 16)
            lanes = _mm_sub_epi8(lanes, _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)p), wanted));
        __m128i sums = _mm_sad_epu8(lanes, zero);
        count += (size_t)_mm_cvtsi128_si64(sums) + (size_t)_mm_cvtsi128_si64(_mm_srli_si128(sums, 8));
    }
#endif
    for (; p < end; p++) count += *p == byte;
    return count;
}

/// How many line feeds there are in [p, end).
static inline size_t wf_count_newlines(const uint8_t *p, const uint8_t *end) { return wf_count_byte(p, end, '\n'); }

/// Memory of the system made larger, perhaps elsewhere: its pages are moved, not copied. NULL when there is none.
/// (mremap(2) takes any number of arguments, which Swift cannot call.)
void *wf_remap(void *memory, size_t size, size_t larger);

/// Asks for the cache line at `p`, to be written soon.
static inline void wf_prefetch(const void *p) { __builtin_prefetch(p, 1, 3); }

/// The same, to be read once.
static inline void wf_prefetch_to_read(const void *p) { __builtin_prefetch(p, 0, 3); }

#endif
