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

/// The slots of the next row's values, all of them missing. The caller has seen that there is a row left.
WF_INLINE wf_cell *wf_begin_row(const wf_cell_rows *rows) {
    wf_cell *slots = rows->scratch != NULL ? rows->scratch : rows->cells + rows->row * rows->field_count;
    memset(slots, 0, rows->slot_count * sizeof *slots);
    return slots;
}

WF_INLINE void wf_put_cell(wf_cell *cell, const uint8_t *start, const uint8_t *end, uint32_t kind) {
    // A record that is taken is no longer than 32 bits can say.
    *cell = (wf_cell){start, (uint32_t)(end - start), kind};
}

/// Makes a row of the record whose values are in its cells.
WF_INLINE void wf_end_row(wf_cell_rows *rows, const uint8_t *start, const uint8_t *end) {
    wf_cell *cells = rows->cells + rows->row * rows->field_count;
    for (size_t i = 0; i < rows->text_count; i++) {
        wf_cell *cell = cells + rows->texts[i];
        if ((cell->kind & ~WF_CELL_ESCAPED) != WF_CELL_STRING) continue;
        // A string stands between two quotes.
        *cell = (wf_cell){cell->start - 1, cell->count + 2, WF_CELL_STRING};
    }
    rows->records[rows->row++] = (wf_extent){start, end};
}

/// The literal at `p`, as a kind of cell, or `WF_CELL_MISSING`; `*end` gets what follows it. The NUL behind the window is in
/// none, and eight bytes from `p` end within the padding.
WF_INLINE uint32_t wf_take_literal(const uint8_t *p, const uint8_t **end) {
    *end = p + 4;
    if (memcmp(p, "null", 4) == 0) return WF_CELL_NULL;
    if (memcmp(p, "true", 4) == 0) return WF_CELL_BOOLEAN;
    *end = p + 5;
    return memcmp(p, "false", 5) == 0 ? WF_CELL_BOOLEAN : WF_CELL_MISSING;
}

/// Behind the digits at `p`, which is at the NUL behind the window at the latest.
WF_INLINE const uint8_t *wf_skip_digits(const uint8_t *p) {
#if WF_LITTLE_ENDIAN
    for (;; p += 8) {
        uint64_t word;
        // Digits are no NUL, so eight bytes from here end within the padding.
        memcpy(&word, p, 8);
        uint64_t others = wf_other_than_digits(word);
        if (WF_LIKELY(others != 0)) return p + __builtin_ctzll(others) / 8;
    }
#else
    while (wf_is_digit(*p)) p++;
    return p;
#endif
}

/// The same as `wf_skip_number`, sooner for numbers of many digits.
WF_INLINE const uint8_t *wf_skip_long_number(const uint8_t *p) {
    const uint8_t *digits = p + (*p == '-'), *end = wf_skip_digits(digits);
    if (WF_UNLIKELY(end == digits || (*digits == '0' && end > digits + 1))) return NULL;
    if (*end == '.') {
        const uint8_t *fraction = end + 1;
        end = wf_skip_digits(fraction);
        if (WF_UNLIKELY(end == fraction)) return NULL;
    }
    return WF_UNLIKELY((*end | 0x20) == 'e') ? wf_skip_number(p) : end;
}

/// Four hexadecimal digits, or -1. The first byte that is not a digit is the last that is read, and a NUL is none.
static int32_t wf_hex4(const uint8_t *p) {
    int32_t unit = 0;
    for (int i = 0; i < 4; i++) {
        uint8_t letter = p[i] | 0x20;
        if (wf_is_digit(p[i])) unit = unit << 4 | (p[i] - '0');
        else if (letter >= 'a' && letter <= 'f') unit = unit << 4 | (letter - 'a' + 10);
        else return -1;
    }
    return unit;
}

/// Behind the escape at `p` (RFC 8259 section 7), or NULL. Each byte is read only if the one before it belongs to an escape,
/// so none behind the NUL. Half a pair of surrogates stands for no character.
static const uint8_t *wf_skip_escape(const uint8_t *p) {
    switch (p[1]) {
    case '"': case '\\': case '/': case 'b': case 'f': case 'n': case 'r': case 't': return p + 2;
    case 'u': {
        int32_t unit = wf_hex4(p + 2);
        if (unit < 0 || (unit & 0xFC00) == 0xDC00) return NULL;
        if ((unit & 0xFC00) != 0xD800) return p + 6;
        if (p[6] != '\\' || p[7] != 'u') return NULL;
        unit = wf_hex4(p + 8);
        return unit >= 0 && (unit & 0xFC00) == 0xDC00 ? p + 12 : NULL;
    }
    default: return NULL;
    }
}

/// Bytes of the character at `p`, which is not ASCII, or 0: Unicode 15, table 3-7. A NUL continues none, so that nothing
/// behind it is read.
static int wf_multi_byte_length(const uint8_t *p) {
    uint8_t first = p[0], low = 0x80, high = 0xBF;
    int length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (first < 0xC2 || first > 0xF4) return 0;
    if (first == 0xE0) low = 0xA0;
    if (first == 0xED) high = 0x9F;
    if (first == 0xF0) low = 0x90;
    if (first == 0xF4) high = 0x8F;
    if (p[1] < low || p[1] > high) return 0;
    for (int i = 2; i < length; i++)
        if (p[i] < 0x80 || p[i] > 0xBF) return 0;
    return length;
}

#endif
