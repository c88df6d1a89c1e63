//  Numbers and rows, for both walks.

#ifndef WATCHFOLD_VALUES_H
#define WATCHFOLD_VALUES_H

#include "ByteScan.h"

#include <string.h>

#if defined(__GNUC__)
#define WF_INLINE static inline __attribute__((always_inline))
#if defined(__clang__) && defined(__x86_64__)
/// For what is rare: the caller keeps its values in registers across the call.
#define WF_RARE static __attribute__((noinline, cold, preserve_most))
#else
#define WF_RARE static __attribute__((noinline, cold))
#endif
#define WF_LIKELY(x) __builtin_expect(!!(x), 1)
#define WF_UNLIKELY(x) __builtin_expect(!!(x), 0)
#else
#define WF_INLINE static inline
#define WF_RARE static
#define WF_LIKELY(x) (x)
#define WF_UNLIKELY(x) (x)
#endif

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define WF_LITTLE_ENDIAN 1
#endif

WF_INLINE int wf_is_digit(uint8_t c) { return (uint8_t)(c - '0') < 10; }

/// A high bit or more in each byte that is not a digit, right up to the first of them.
///
/// Of a digit the high nibble is 3, and adding 6 leaves it so. Carries go up only, so the first other byte is right.
WF_INLINE uint64_t wf_other_than_digits(uint64_t word) {
    return ((word & 0xF0F0F0F0F0F0F0F0u) ^ 0x3030303030303030u) |
           (((word + 0x0606060606060606u) & 0xF0F0F0F0F0F0F0F0u) ^ 0x3030303030303030u);
}

/// Behind a number by RFC 8259 section 6, or NULL. The NUL behind the window is part of none, so it is not passed.
static inline const uint8_t *wf_skip_number(const uint8_t *p) {
    if (*p == '-') p++;
    if (!wf_is_digit(*p)) return NULL;
    if (*p == '0') p++;
    else while (wf_is_digit(*p)) p++;
    if (*p == '.') {
        p++;
        if (!wf_is_digit(*p)) return NULL;
        while (wf_is_digit(*p)) p++;
    }
    if ((*p | 0x20) == 'e') {
        p++;
        if (*p == '+' || *p == '-') p++;
        if (!wf_is_digit(*p)) return NULL;
        while (wf_is_digit(*p)) p++;
    }
    return p;
}

/// Behind an integer of 1 to 18 digits without sign and leading zeros, or NULL.
WF_INLINE const uint8_t *wf_take_integer(const uint8_t *p, int64_t *value) {
    int64_t sum = 0;
    const uint8_t *start = p;
#if WF_LITTLE_ENDIAN
    uint64_t word;
    // `p` is at the NUL behind the window at the latest: eight bytes end within the padding.
    memcpy(&word, p, 8);
    uint64_t others = wf_other_than_digits(word);
    if (WF_LIKELY(others != 0)) {
        unsigned bits = (unsigned)__builtin_ctzll(others) & ~7u;
        if (bits == 0 || ((word & 0xFF) == '0' && bits > 8)) return NULL;
        // The digits go to the high end; zeros come in front of them. Then pairs, fours and the eight are joined.
        word = (word & 0x0F0F0F0F0F0F0F0Fu) << (64 - bits);
        word = (word * 10 + (word >> 8)) & 0x00FF00FF00FF00FFu;
        word = (word * 100 + (word >> 16)) & 0x0000FFFF0000FFFFu;
        *value = (int64_t)((word * 10000 + (word >> 32)) & 0xFFFFFFFFu);
        return p + bits / 8;
    }
#endif
    while (wf_is_digit(*p)) {
        if (p - start == 18) return NULL;
        sum = sum * 10 + (*p++ - '0');
    }
    if (p == start || (*start == '0' && p - start > 1)) return NULL;
    *value = sum;
    return p;
}

/// Turns a value that is not negative into what is summed. Returns 0 when it is one to be judged elsewhere.
WF_INLINE int wf_convert(const wf_rows *rows, int64_t *value) {
    if (WF_LIKELY((rows->unit_multiplier | rows->unit_divisor) == 0)) return 1;
    if (rows->unit_multiplier != 0) return !__builtin_mul_overflow(*value, rows->unit_multiplier, value);
    int64_t rest = *value % rows->unit_divisor;
    if (rest != 0 && rows->rest_going_up == 0) return 0;
    *value = *value / rows->unit_divisor + (rest != 0 && rest >= rows->rest_going_up);
    return 1;
}

/// Whether a record with this key 0 is ignored.
static inline int wf_is_ignored(const wf_rows *rows, const uint8_t *key, int64_t count) {
    if (count == 0) return 1;
    for (size_t i = 0; i < rows->ignored_size;) {
        uint32_t length;
        // `ignored_size` is the end of a key, so at a place before it there is a length, and the key behind it.
        memcpy(&length, rows->ignored + i, sizeof length);
        i += sizeof length;
        if (length == count && memcmp(rows->ignored + i, key, length) == 0) return 1;
        i += length;
    }
    return 0;
}

#endif
