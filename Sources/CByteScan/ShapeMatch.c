//  The walk over one record costs a literal compare and a value at each node. What the walk relies on:
//
//  - No literal holds a NUL, and no value does. So the NUL behind the window ends every walk there, after reading
//    at most 16 bytes past it.
//  - A string's end is not checked where it is found: a quote must begin the next literal, and no other byte that
//    ends the search (backslash, control character, 0x80 and above) can.
//  - The same for numbers: the next literal begins with the byte that must stand behind.

#include "ByteScan.h"

#include <string.h>

#if defined(__GNUC__)
#define WF_INLINE static inline __attribute__((always_inline))
#define WF_LIKELY(x) __builtin_expect(!!(x), 1)
#else
#define WF_INLINE static inline
#define WF_LIKELY(x) (x)
#endif

/// Whether the node's literal stands at `p`.
WF_INLINE int literal_matches(const wf_shape_node *node, const uint8_t *p) {
#if defined(__SSE2__)
    __m128i there = _mm_loadu_si128((const __m128i *)p);
    __m128i wanted = _mm_loadu_si128((const __m128i *)node->literal);
    unsigned equal = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(there, wanted));
    return (equal & node->wanted) == node->wanted;
#else
    return memcmp(p, node->literal, node->length) == 0;
#endif
}

/// Behind a number by RFC 8259 section 6, or NULL.
static const uint8_t *skip_number(const uint8_t *p) {
#define DIGIT(c) ((uint8_t)((c) - '0') < 10)
    if (*p == '-') p++;
    if (!DIGIT(*p)) return NULL;
    if (*p == '0') p++;
    else while (DIGIT(*p)) p++;
    if (*p == '.') {
        p++;
        if (!DIGIT(*p)) return NULL;
        while (DIGIT(*p)) p++;
    }
    if ((*p | 0x20) == 'e') {
        p++;
        if (*p == '+' || *p == '-') p++;
        if (!DIGIT(*p)) return NULL;
        while (DIGIT(*p)) p++;
    }
    return p;
}

/// Behind an integer of 1 to 18 digits without sign and leading zeros, or NULL.
WF_INLINE const uint8_t *take_integer(const uint8_t *p, int64_t *value) {
    int64_t sum = 0;
    const uint8_t *start = p;
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    uint64_t word;
    memcpy(&word, p, 8);
    // The high nibble is 3 and adding 6 leaves it so: a digit. Carries go up only, so the first other byte is right.
    uint64_t others = ((word & 0xF0F0F0F0F0F0F0F0u) ^ 0x3030303030303030u) |
                      (((word + 0x0606060606060606u) & 0xF0F0F0F0F0F0F0F0u) ^ 0x3030303030303030u);
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
    while (DIGIT(*p)) {
        if (p - start == 18) return NULL;
        sum = sum * 10 + (*p++ - '0');
    }
    if (p == start || (*start == '0' && p - start > 1)) return NULL;
    *value = sum;
    return p;
#undef DIGIT
}

static int is_ignored(const wf_shape_run *run, const uint8_t *key, int64_t count) {
    if (count == 0) return 1;
    for (size_t i = 0; i < run->ignored_size;) {
        uint32_t length;
        memcpy(&length, run->ignored + i, sizeof length);
        i += sizeof length;
        if (length == count && memcmp(run->ignored + i, key, length) == 0) return 1;
        i += length;
    }
    return 0;
}

/// Behind the record at `p`, with its values in the slots and its shape's end in `end`; or NULL.
WF_INLINE const uint8_t *match(const wf_shape_run *run, const uint8_t *p, const wf_shape_node **end) {
    const wf_shape_node *nodes = run->nodes;
    wf_shape_slot *slots = run->slots;
    const wf_shape_node *node = nodes;
    for (;;) {
        while (!literal_matches(node, p)) {
        other:
            if (node->sibling == WF_SHAPE_NONE) return NULL;
            node = nodes + node->sibling;
        }
        p += node->length;
        switch (node->kind) {
        case WF_SHAPE_STRING: p = wf_find_string_special(p); break;
        case WF_SHAPE_KEPT_STRING: {
            const uint8_t *start = p;
            p = wf_find_string_special(p);
            slots[node->slot].base = start;
            slots[node->slot].value = p - start;
            break;
        }
        case WF_SHAPE_NUMBER: {
            // One digit before anything else that a number can go on with is the common case.
            uint8_t second = p[1];
            if ((uint8_t)(p[0] - '0') < 10 && (second == ',' || second == '}')) {
                p++;
                break;
            }
            const uint8_t *behind = skip_number(p);
            if (behind == NULL) {
                // Where a number may stand, another kind of value may: its literal goes on where this one ends.
                p -= node->length;
                goto other;
            }
            p = behind;
            break;
        }
        case WF_SHAPE_KEPT_INTEGER: {
            const uint8_t *behind = take_integer(p, &slots[node->slot].value);
            if (behind == NULL) {
                p -= node->length;
                goto other;
            }
            p = behind;
            break;
        }
        case WF_SHAPE_END: *end = node; return p;
        default: break;
        }
        node = nodes + node->next;
    }
}

/// Puts the record whose values are in the slots into the next row, unless it is ignored.
WF_INLINE void take(wf_shape_run *run, const wf_shape_node *end) {
    const uint16_t *roles = run->roles + end->slot;
    wf_shape_key *keys = run->keys + run->row * run->key_count;
    size_t key_count = run->key_count;
    run->matched++;
    for (size_t k = 0; k < key_count; k++) {
        wf_shape_slot kept = run->slots[roles[k]];
        keys[k].base = kept.base;
        keys[k].count = kept.value;
    }
    if (is_ignored(run, keys[0].base, keys[0].count)) {
        run->ignored_records++;
        return;
    }
    run->values[run->row] = run->slots[roles[key_count]].value;
    run->row++;
}

enum wf_shape_stop wf_shape_match_lines(wf_shape_run *given, const uint8_t **at) {
    // A copy whose address nobody has: the counters stay in registers.
    wf_shape_run run = *given;
    const uint8_t *p = *at;
    enum wf_shape_stop stop;
    for (;;) {
        if (*p != '{') {
            stop = WF_SHAPE_NO_RECORD;
            break;
        }
        if (run.row == run.capacity) {
            stop = WF_SHAPE_FULL;
            break;
        }
        const wf_shape_node *end;
        const uint8_t *q = match(&run, p, &end);
        if (q != NULL && *q == '\r') q++;
        if (q == NULL || *q != '\n' || q - p > run.max_record) {
            stop = WF_SHAPE_MISS;
            break;
        }
        take(&run, end);
        p = q + 1;
    }
    *at = p;
    given->row = run.row;
    given->ignored_records = run.ignored_records;
    given->matched = run.matched;
    return stop;
}

enum wf_shape_stop wf_shape_match_record(wf_shape_run *run, const uint8_t **at) {
    const wf_shape_node *end;
    if (run->row == run->capacity) return WF_SHAPE_FULL;
    const uint8_t *q = match(run, *at, &end);
    if (q == NULL || q - *at > run->max_record) return WF_SHAPE_MISS;
    take(run, end);
    *at = q;
    return WF_SHAPE_NO_RECORD;
}
