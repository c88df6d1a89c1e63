//  The walk over one record costs a literal compare and a value at each node. What the walk relies on:
//
//  - No literal holds a NUL, and no value does. So the NUL behind the window ends every walk there, after reading
//    at most 16 bytes past it.
//  - A string's end is not checked where it is found: a quote must begin the next literal, and no other byte that
//    ends the search (backslash, control character, 0x80 and above) can.
//  - The same for numbers: the next literal begins with the byte that must stand behind.

#include "Values.h"

/// Whether the node's literal stands at `p`, which is at the NUL behind the window at the latest: 16 bytes from there are
/// in the padding.
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
        // The literal was there, and it holds no NUL: `p` does not pass the one behind the window.
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
            // One digit before anything else that a number can go on with is the common case. At the NUL the padding is read.
            uint8_t second = p[1];
            if ((uint8_t)(p[0] - '0') < 10 && (second == ',' || second == '}')) {
                p++;
                break;
            }
            const uint8_t *behind = wf_skip_number(p);
            if (behind == NULL) {
                // Where a number may stand, another kind of value may: its literal goes on where this one ends.
                p -= node->length;
                goto other;
            }
            p = behind;
            break;
        }
        case WF_SHAPE_KEPT_INTEGER: {
            const uint8_t *behind = wf_take_integer(p, &slots[node->slot].value);
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

/// Puts the record whose values are in the slots into the next row, unless it is ignored. Returns 0 when it is one to
/// be judged elsewhere.
WF_INLINE int take(const wf_shape_run *run, wf_rows *rows, const wf_shape_node *end) {
    // At the end of a shape `slot` is where its list of roles begins; each of them is a slot of the tree
    // (JSONRecords/ShapeTree+Invariants.swift). Who calls has seen that a row is left.
    const uint16_t *roles = run->roles + end->slot;
    wf_row_key *keys = rows->keys + rows->row * rows->key_count;
    size_t key_count = rows->key_count;
    int64_t value = run->slots[roles[key_count]].value;
    if (!wf_convert(rows, &value)) return 0;
    rows->taken++;
    for (size_t k = 0; k < key_count; k++) {
        wf_shape_slot kept = run->slots[roles[k]];
        keys[k].base = kept.base;
        keys[k].count = kept.value;
    }
    if (wf_is_ignored(rows, keys[0].base, keys[0].count)) {
        rows->ignored_records++;
        return 1;
    }
    rows->values[rows->row] = value;
    rows->row++;
    return 1;
}

enum wf_row_stop wf_shape_match_lines(wf_shape_run *given, const uint8_t **at) {
    // A copy whose address nobody has: the counters stay in registers.
    wf_shape_run run = *given;
    const uint8_t *p = *at;
    enum wf_row_stop stop;
    for (;;) {
        if (*p != '{') {
            stop = WF_ROW_NO_RECORD;
            break;
        }
        if (run.rows.row == run.rows.capacity) {
            stop = WF_ROW_FULL;
            break;
        }
        const wf_shape_node *end;
        const uint8_t *q = match(&run, p, &end);
        if (q != NULL && *q == '\r') q++;
        if (q == NULL || *q != '\n' || q - p > run.rows.max_record || WF_UNLIKELY(!take(&run, &run.rows, end))) {
            stop = WF_ROW_MISS;
            break;
        }
        p = q + 1;
    }
    *at = p;
    given->rows = run.rows;
    return stop;
}

enum wf_row_stop wf_shape_match_record(wf_shape_run *run, const uint8_t **at) {
    const wf_shape_node *end;
    if (run->rows.row == run->rows.capacity) return WF_ROW_FULL;
    const uint8_t *q = match(run, *at, &end);
    if (q == NULL || q - *at > run->rows.max_record || !take(run, &run->rows, end)) return WF_ROW_MISS;
    *at = q;
    return WF_ROW_NO_RECORD;
}
