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

// MARK: Cells

/// At the closing quote of a string, from a byte in it that is not plain ASCII; or NULL.
WF_RARE const uint8_t *skip_rest_of_string(const uint8_t *p, int *has_escapes) {
    while (*p != '"') {
        if (*p == '\\') {
            *has_escapes = 1;
            p = wf_skip_escape(p);
            if (p == NULL) return NULL;
        } else {
            int length = *p < 0x80 ? 0 : wf_multi_byte_length(p);
            if (length == 0) return NULL;
            p += length;
        }
        p = wf_find_string_special(p);
    }
    return p;
}

/// Behind spaces that do not end a line.
static const uint8_t *skip_space(const uint8_t *p) {
    while (*p == ' ' || *p == '\t' || *p == '\r') p++;
    return p;
}

/// Behind any value on one line, or NULL. No value holds the NUL behind the window.
WF_RARE const uint8_t *skip_value(const uint8_t *p, int depth) {
    if (*p == '"') {
        int has_escapes = 0;
        p = skip_rest_of_string(wf_find_string_special(p + 1), &has_escapes);
        return p == NULL ? NULL : p + 1;
    }
    if (*p != '{' && *p != '[') {
        const uint8_t *behind;
        if (*p >= 'a') return wf_take_literal(p, &behind) == WF_CELL_MISSING ? NULL : behind;
        return wf_skip_long_number(p);
    }
    if (depth == WF_WALK_DEPTH) return NULL;
    int is_object = *p == '{';
    uint8_t closing = is_object ? '}' : ']';
    p = skip_space(p + 1);
    if (*p == closing) return p + 1;
    for (;; p = skip_space(p + 1)) {
        if (is_object) {
            if (*p != '"' || (p = skip_value(p, depth)) == NULL) return NULL;
            p = skip_space(p);
            if (*p != ':') return NULL;
            p = skip_space(p + 1);
        }
        if ((p = skip_value(p, depth + 1)) == NULL) return NULL;
        p = skip_space(p);
        if (*p == closing) return p + 1;
        if (*p != ',') return NULL;
    }
}

/// Puts the value at `p` into a cell, and returns what follows it; NULL where there is none that the node takes.
WF_INLINE const uint8_t *take_value(const wf_shape_node *node, const uint8_t *p, wf_cell *cell, int *has_escapes) {
    uint8_t first = *p;
    const uint8_t *behind;
    if (first == '"') {
        uint32_t kind = WF_CELL_STRING;
        behind = wf_find_string_special(p + 1);
        if (WF_UNLIKELY(*behind != '"')) {
            int is_escaped = 0;
            behind = skip_rest_of_string(behind, &is_escaped);
            if (behind == NULL) return NULL;
            if (is_escaped) kind |= WF_CELL_ESCAPED;
            *has_escapes |= is_escaped;
        }
        wf_put_cell(cell, p + 1, behind, kind);
        return behind + 1;
    }
    uint32_t kind = WF_CELL_NUMBER;
    if (first <= '9') {
        behind = wf_skip_long_number(p);
        if (WF_UNLIKELY(behind == NULL)) return NULL;
    } else if (first == '{' || first == '[') {
        kind = WF_CELL_CONTAINER;
        behind = node->kind == WF_SHAPE_SCALAR ? NULL : skip_value(p, 0);
        if (WF_UNLIKELY(behind == NULL)) return NULL;
    } else {
        kind = wf_take_literal(p, &behind);
        if (WF_UNLIKELY(kind == WF_CELL_MISSING)) return NULL;
    }
    wf_put_cell(cell, p, behind, kind);
    return behind;
}

/// Behind the record at `p`, with its values in the slots and its shape's end in `end`; or NULL.
WF_INLINE const uint8_t *match_cells(
    const wf_shape_run *run, const uint8_t *p, wf_cell *slots, int *has_escapes, const wf_shape_node **end) {
    const wf_shape_node *nodes = run->nodes;
    const wf_shape_node *node = nodes;
    for (;;) {
        while (!literal_matches(node, p)) {
        other:
            if (node->sibling == WF_SHAPE_NONE) return NULL;
            node = nodes + node->sibling;
        }
        // As in `match`: `p` does not pass the NUL behind the window, and no value holds it.
        p += node->length;
        if (WF_LIKELY(node->kind >= WF_SHAPE_VALUE)) {
            const uint8_t *behind = take_value(node, p, slots + node->slot, has_escapes);
            if (WF_UNLIKELY(behind == NULL)) {
                // Where a scalar may be, there may be an object: its literal goes on where this one ends.
                p -= node->length;
                goto other;
            }
            p = behind;
        } else if (node->kind == WF_SHAPE_END) {
            *end = node;
            return p;
        }
        node = nodes + node->next;
    }
}

/// Puts the values in the slots into the cells of the next row, where fields have more than one place.
WF_INLINE void take_cells(const wf_shape_run *run, const wf_cell_rows *rows, const wf_shape_node *end) {
    if (WF_LIKELY(rows->scratch == NULL)) return;
    const uint16_t *roles = run->roles + end->slot;
    wf_cell *cells = rows->cells + rows->row * rows->field_count;
    for (size_t field = 0; field < rows->field_count; field++) cells[field] = rows->scratch[roles[field]];
}

enum wf_row_stop wf_shape_lines_to_cells(wf_shape_run *given, const uint8_t **at) {
    wf_shape_run run = *given;
    const uint8_t *p = *at;
    enum wf_row_stop stop = WF_ROW_NO_RECORD;
    while (*p == '{') {
        if (run.cells.row == run.cells.capacity) {
            stop = WF_ROW_FULL;
            break;
        }
        const wf_shape_node *end;
        int has_escapes = 0;
        const uint8_t *q = match_cells(&run, p, wf_begin_row(&run.cells), &has_escapes, &end);
        const uint8_t *feed = q;
        if (q != NULL && *q == '\r') feed++;
        if (q == NULL || *feed != '\n' || feed - p > run.cells.max_record) {
            stop = WF_ROW_MISS;
            break;
        }
        take_cells(&run, &run.cells, end);
        wf_end_row(&run.cells, p, q);
        run.cells.escaped += (size_t)has_escapes;
        p = feed + 1;
    }
    *at = p;
    given->cells = run.cells;
    return stop;
}

enum wf_row_stop wf_shape_record_to_cells(wf_shape_run *run, const uint8_t **at) {
    const wf_shape_node *end;
    if (run->cells.row == run->cells.capacity) return WF_ROW_FULL;
    int has_escapes = 0;
    const uint8_t *q = match_cells(run, *at, wf_begin_row(&run->cells), &has_escapes, &end);
    if (q == NULL || q - *at > run->cells.max_record) return WF_ROW_MISS;
    take_cells(run, &run->cells, end);
    wf_end_row(&run->cells, *at, q);
    run->cells.escaped += (size_t)has_escapes;
    *at = q;
    return WF_ROW_NO_RECORD;
}
