//  One walk over one record, from stop to stop.
//
//  What the walk relies on:
//
//  - `s` points at the first stop at or behind `p`, always. Between two stops there is plain ASCII, so a string is valid
//    and has no escapes if the stop behind its opening quote is a quote. Most are so; the others go from stop to stop.
//  - Behind the last stop of the range, `WF_WALK_GUARD` entries point at the range's end. A walk that used one of them
//    has `s > last` afterwards, whatever it thought it saw, and is not believed.
//  - The NUL behind the window is a stop and no token.

#include "Values.h"

_Static_assert(
    WF_STOP_ROOM >= WF_STOP_RANGE + WF_WALK_GUARD, "the guard fits behind the stops of a range of nothing else");
/// Bytes that are looked at for the first record. A range that was used up is followed by a longer one.
#define WF_WALK_FIRST_RANGE 512
_Static_assert(WF_WALK_FIRST_RANGE <= WF_STOP_RANGE, "no range is longer than stops can be found for");

/// Where a walk is. It goes by value, so that both pointers stay in registers; `p` is NULL when it cannot go on.
typedef struct {
    const uint8_t *p;
    const uint16_t *s;
} cursor;

#define WF_FAILED(s) ((cursor){NULL, (s)})

/// Behind spaces. The NUL behind the window is none, and no byte is looked at beyond it.
WF_RARE cursor skip_space(const wf_walk *walk, cursor c, const uint16_t *last) {
    while (*c.p <= 0x20) {
        if (*c.p != 0x20) {
            if (*c.p != '\t' && *c.p != '\r' && (*c.p != '\n' || !walk->crosses_lines)) return WF_FAILED(c.s);
            if (c.s++ >= last) return WF_FAILED(c.s);
        }
        c.p++;
    }
    return c;
}

/// From the stop `c.s` in a string, at `c.p`, to the closing quote.
WF_RARE cursor skip_rest_of_string(const wf_walk *walk, cursor c, const uint16_t *last, int allows_escapes) {
    for (;;) {
        if (c.s >= last) return WF_FAILED(last + 1);
        if (*c.p == '"') return c;
        if (*c.p == '\\') {
            const uint8_t *behind = wf_skip_escape(c.p);
            if (behind == NULL || !allows_escapes) return WF_FAILED(c.s);
            // Of the bytes of an escape those are stops: backslashes and an escaped quote.
            c.s += 1 + (c.p[1] == '"' || c.p[1] == '\\' || behind == c.p + 12);
        } else {
            int length = *c.p < 0x80 ? 0 : wf_multi_byte_length(c.p);
            if (length == 0) return WF_FAILED(c.s);
            c.s += length;
        }
        // `c.s` was before `last`, and went on by four at most: it is one of the stops or of the guards.
        c.p = walk->range + *c.s;
    }
}

/// Behind the text, which holds no NUL: it is compared up to the one behind the window at most.
static cursor skip_text(cursor c, const char *text) {
    for (; *text != 0; text++, c.p++)
        if (*c.p != (uint8_t)*text) return WF_FAILED(c.s);
    return c;
}

/// Behind any value that nobody reads.
WF_RARE cursor skip_value(const wf_walk *walk, cursor c, const uint16_t *last, int depth) {
    if (c.s > last || depth > WF_WALK_DEPTH) return WF_FAILED(c.s);
    switch (*c.p) {
    case '"':
        // `c.s` is at most `last`, so this is a stop or the first or second guard.
        c.p = walk->range + *++c.s;
        c = skip_rest_of_string(walk, c, last, 1);
        return c.p == NULL || c.s >= last ? WF_FAILED(c.s) : (cursor){c.p + 1, c.s + 1};
    case 't': return skip_text(c, "true");
    case 'f': return skip_text(c, "false");
    case 'n': return skip_text(c, "null");
    case '{':
    case '[': {
        int is_object = *c.p == '{';
        uint8_t closing = is_object ? '}' : ']';
        c.p++;
        c = skip_space(walk, c, last);
        if (c.p == NULL) return c;
        if (*c.p == closing) return (cursor){c.p + 1, c.s};
        for (;;) {
            if (is_object) {
                if (*c.p != '"') return WF_FAILED(c.s);
                c = skip_value(walk, c, last, depth);
                if (c.p != NULL) c = skip_space(walk, c, last);
                if (c.p == NULL) return c;
                if (*c.p++ != ':') return WF_FAILED(c.s);
                c = skip_space(walk, c, last);
                if (c.p == NULL) return c;
            }
            c = skip_value(walk, c, last, depth + 1);
            if (c.p != NULL) c = skip_space(walk, c, last);
            if (c.p == NULL) return c;
            if (*c.p == closing) return (cursor){c.p + 1, c.s};
            if (*c.p++ != ',') return WF_FAILED(c.s);
            c = skip_space(walk, c, last);
            if (c.p == NULL) return c;
        }
    }
    default: return (cursor){wf_skip_number(c.p), c.s};
    }
}

/// The key of the plan's tree that stands at `text`, one of the list that begins with `number`; 0 when it is another.
WF_RARE unsigned search_list(const wf_walk *walk, unsigned number, const uint8_t *text, int64_t length) {
    for (; number != 0; number = walk->keys[number].next) {
        const wf_walk_key *key = walk->keys + number;
        if (key->length == length && memcmp(key->text, text, (size_t)length) == 0) break;
    }
    return number;
}

/// The key of the plan's tree that stands at `text`.
WF_INLINE const wf_walk_key *look_up(
    const wf_walk *walk, unsigned table, const uint8_t *text, int64_t length, const int makes_cells) {
    // The byte before an empty key is its quote.
    unsigned list = makes_cells ? wf_walk_list_of_cells(walk->multiplier, *text, text[length - 1], length)
                                : wf_walk_list(*text, length);
    unsigned number = walk->tables[table].lists[list];
    const wf_walk_key *key = walk->keys + number;
#if defined(__SSE2__)
    if (WF_LIKELY(!key->takes_more)) {
        // The text is behind a quote of the window: 16 bytes from there end within the padding.
        __m128i there = _mm_loadu_si128((const __m128i *)text);
        __m128i wanted = _mm_loadu_si128((const __m128i *)key->start);
        unsigned other = ~(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(there, wanted)) & key->wanted;
        // No branch: which key comes next is what nobody can predict.
        uint64_t differs = other | (uint64_t)(length ^ key->length);
        uint64_t mask = (uint64_t)0 - (uint64_t)(differs == 0);
        return (const wf_walk_key *)((const char *)walk->keys + (number * sizeof *key & mask));
    }
#endif
    return walk->keys + search_list(walk, number, text, length);
}

/// Behind the record at `c.p`, with its values in the slots. `met` gets the bits of the keys that were met.
///
/// `makes_cells` is a constant where this is called. Where it is 0, strings with escapes are missed that somebody reads, and
/// only strings have an end. Else values of any kind are put into `cells`, and `escaped` counts those to be decoded.
WF_INLINE cursor walk_fields(
    const wf_walk *walk, cursor c, const uint16_t *last, uint64_t *met, const int makes_cells, wf_cell *cells,
    size_t *escaped) {
    const uint8_t *base = walk->range, *p = c.p;
    const uint16_t *s = c.s;
    uint8_t open[WF_WALK_DEPTH];
    wf_cell *opened[WF_WALK_DEPTH];
    unsigned depth = 0, table = 0;
    uint64_t seen = 1, again = 0;

// Puts the walk where a part of it ended, or gives up.
#define GO_ON(part)                                                                                                  \
    do {                                                                                                             \
        c = (part);                                                                                                  \
        s = c.s;                                                                                                     \
        if (WF_UNLIKELY(c.p == NULL)) goto miss;                                                                     \
        p = c.p;                                                                                                     \
    } while (0)
#define SKIP_SPACE() GO_ON(skip_space(walk, ((cursor){p, s}), last))
// From the opening quote of a string, which is the stop `s`, to its closing one. A key begins before `last`, and a value's
// string is the next: so `s` is at most the third guard, which is there, and the next key sees that it passed `last`.
// `after_rest` is done only where it is not plain.
#define TO_END_OF_STRING(allows_escapes, after_rest)                                                                 \
    do {                                                                                                             \
        p = base + *++s;                                                                                             \
        if (WF_UNLIKELY(*p != '"')) {                                                                                \
            GO_ON(skip_rest_of_string(walk, ((cursor){p, s}), last, (allows_escapes)));                              \
            after_rest                                                                                               \
        }                                                                                                            \
    } while (0)

object:
    p++;
    if (WF_UNLIKELY(*p != '"')) {
        SKIP_SPACE();
        if (*p == '}') goto close;
    }
    for (;;) {
        if (WF_UNLIKELY(*p != '"')) {
            SKIP_SPACE();
            if (*p != '"') goto miss;
        }
        if (WF_UNLIKELY(s >= last)) goto miss;
        const uint8_t *text = p + 1;
        TO_END_OF_STRING(0, );
        s++;
        const wf_walk_key *key = look_up(walk, table, text, p - text, makes_cells);
        again |= seen & key->bit;
        seen |= key->bit;
        p++;
        if (WF_UNLIKELY(*p != ':')) {
            SKIP_SPACE();
            if (*p != ':') goto miss;
        }
        p++;
        wf_walk_slot *slot = key->slot;
        wf_cell *cell = cells + key->cell;
    value:;
        uint8_t first = *p;
        if (makes_cells && first == '"') {
            const uint8_t *start = p + 1;
            uint32_t kind = WF_CELL_STRING;
            TO_END_OF_STRING(1, {
                if (key != walk->keys && memchr(start, '\\', (size_t)(p - start)) != NULL) {
                    kind |= WF_CELL_ESCAPED;
                    ++*escaped;
                }
            });
            wf_put_cell(cell, start, p, kind);
            p++;
            s++;
        } else if (makes_cells && (wf_is_digit(first) || first == '-')) {
            const uint8_t *start = p;
            const uint8_t *behind = wf_skip_long_number(p);
            if (WF_UNLIKELY(behind == NULL)) goto miss;
            p = behind;
            wf_put_cell(cell, start, p, WF_CELL_NUMBER);
        } else if (makes_cells && first >= 'a') {
            const uint8_t *start = p;
            if (first == '{') {
                if (depth == WF_WALK_DEPTH) goto miss;
                // Its end is filled in there.
                wf_put_cell(cell, p, p, WF_CELL_CONTAINER);
                opened[depth] = cell;
                open[depth++] = (uint8_t)table;
                table = key->table;
                goto object;
            }
            uint32_t kind = wf_take_literal(start, &p);
            if (kind == WF_CELL_MISSING) goto miss;
            wf_put_cell(cell, start, p, kind);
        } else if (first == '"') {
            slot->start = p + 1;
            // What is to be decoded is not for here, if somebody reads it.
            TO_END_OF_STRING(slot == walk->keys->slot, );
            slot->end = p;
            p++;
            s++;
        } else if (wf_is_digit(first)) {
            slot->start = p;
#if WF_LITTLE_ENDIAN
            uint64_t word;
            // At a digit of the window: eight bytes end within the padding.
            memcpy(&word, p, 8);
            uint64_t others = wf_other_than_digits(word);
            unsigned bits = others == 0 ? 64 : (unsigned)__builtin_ctzll(others) & ~7u;
            const uint8_t *behind = p + bits / 8;
            if (WF_UNLIKELY(bits == 64 || (first == '0' && bits > 8) || *behind == '.' || (*behind | 0x20) == 'e'))
                behind = wf_skip_number(p);
#else
            const uint8_t *behind = wf_skip_number(p);
#endif
            if (WF_UNLIKELY(behind == NULL)) goto miss;
            p = behind;
        } else if (first == '{') {
            slot->start = p;
            if (depth == WF_WALK_DEPTH) goto miss;
            open[depth++] = (uint8_t)table;
            table = key->table;
            goto object;
        } else if (first <= 0x20) {
            SKIP_SPACE();
            goto value;
        } else {
            const uint8_t *start = p;
            if (!makes_cells) slot->start = p;
            GO_ON(skip_value(walk, ((cursor){p, s}), last, (int)depth));
            // All else that it takes were numbers, strings and literals.
            if (makes_cells) wf_put_cell(cell, start, p, WF_CELL_CONTAINER);
        }
    next:
        if (*p == ',') {
            p++;
            continue;
        }
        if (WF_UNLIKELY(*p != '}')) {
            SKIP_SPACE();
            if (*p == ',') {
                p++;
                continue;
            }
            if (*p != '}') goto miss;
        }
    close:
        p++;
        if (depth == 0) break;
        table = open[--depth];
        if (makes_cells) opened[depth]->count = (uint32_t)(p - opened[depth]->start);
        goto next;
    }
    *met = seen;
    // Of equal keys the last wins, with all that is below: too rare to be told here.
    return again == 0 ? (cursor){p, s} : WF_FAILED(s);
miss:
    return WF_FAILED(s);
#undef TO_END_OF_STRING
#undef SKIP_SPACE
#undef GO_ON
}

/// Puts the record whose values are in the slots into the next row, unless it is ignored. Returns 0 when it is one to
/// be judged elsewhere.
WF_INLINE int take(const wf_walk *walk, wf_rows *rows, uint64_t met) {
    size_t key_count = rows->key_count;
    wf_row_key *keys = rows->keys + rows->row * key_count;
    size_t place = 0;
    for (size_t role = 0; role <= key_count; role++) {
        // The first place whose object is there.
        size_t end = walk->place_ends[role];
        while (place < end && (walk->places[place].parent_bit & met) == 0) place++;
        if (place == end || (walk->places[place].bit & met) == 0) return 0;
        // The key was met in this record, so the slot is of now, and a byte of the record stands before its value.
        const wf_walk_slot *slot = walk->places[place].slot;
        if (role < key_count) {
            // The byte before any other value is a colon or a space.
            if (slot->start[-1] != '"') return 0;
            keys[role].base = slot->start;
            keys[role].count = slot->end - slot->start;
        } else {
            int64_t value;
            const uint8_t *behind = wf_take_integer(slot->start, &value);
            if (slot->start[-1] == '"' || behind == NULL || *behind == '.' || (*behind | 0x20) == 'e') return 0;
            if (!wf_convert(rows, &value)) return 0;
            rows->values[rows->row] = value;
        }
        place = end;
    }
    rows->taken++;
    if (wf_is_ignored(rows, keys[0].base, keys[0].count)) rows->ignored_records++;
    else rows->row++;
    return 1;
}

/// Puts the values in the slots into the cells of the next row, where fields have more than one place. Returns 0 for a record
/// without any of them, which is one to be judged elsewhere.
WF_INLINE int take_cells(const wf_walk *walk, const wf_cell_rows *rows, uint64_t met) {
    if ((met & walk->field_bits) == 0) return 0;
    if (WF_LIKELY(rows->scratch == NULL)) return 1;
    wf_cell *cells = rows->cells + rows->row * rows->field_count;
    size_t place = 0;
    for (size_t field = 0; field < rows->field_count; field++) {
        // The first place whose object is there. A slot that was not met is empty.
        size_t end = walk->place_ends[field];
        while (place + 1 < end && (walk->places[place].parent_bit & met) == 0) place++;
        cells[field] = rows->scratch[walk->places[place].cell];
        place = end;
    }
    return 1;
}

/// Finds the stops from `p` on.
static void look_ahead(wf_walk *walk, const uint8_t *p) {
    size_t left = (size_t)(walk->end - p), size = walk->next_size;
    if (size < WF_WALK_FIRST_RANGE) size = WF_WALK_FIRST_RANGE;
    walk->next_size = size * 2 > WF_STOP_RANGE ? WF_STOP_RANGE : size * 2;
    // The last range holds the NUL, too; the block of 64 bytes that it is in ends within the padding.
    if (size > left) size = left + 1;
    walk->range = p;
    walk->range_size = size;
    walk->stop_count = walk->find(p, size, walk->stops);
    if (size > left) size = left;
    for (int i = 0; i < WF_WALK_GUARD; i++) walk->stops[walk->stop_count + i] = (uint16_t)size;
    walk->passed = 0;
}

/// Puts the walk at `p`, in front of whatever is there.
static void stand_at(wf_walk *walk, const uint8_t *p) {
    if (walk->range == NULL || p < walk->range || p >= walk->range + walk->range_size) {
        // Somebody else read on from here; so little is looked at.
        if (walk->range == NULL || p != walk->range + walk->range_size) walk->next_size = 0;
        look_ahead(walk, p);
        return;
    }
    while (walk->passed < walk->stop_count && walk->range + walk->stops[walk->passed] < p) walk->passed++;
}

/// Whether a record that was not whole in the range may be so in the next one; then the range begins with it.
static int goes_on(wf_walk *walk, const uint8_t *p) {
    int reaches_end = walk->range + walk->range_size > walk->end;
    if (reaches_end || (p == walk->range && walk->range_size >= WF_STOP_RANGE)) return 0;
    look_ahead(walk, p);
    return 1;
}

/// `makes_cells` is a constant where this is called, as in the next one.
WF_INLINE enum wf_row_stop walk_lines(wf_walk *walk, const uint8_t **at, size_t limit, const int makes_cells) {
    const uint8_t *p = *at;
    // Copies whose address nobody has: the counters stay in registers.
    wf_rows rows = walk->rows;
    wf_cell_rows cells = walk->cells;
    enum wf_row_stop stop = WF_ROW_NO_RECORD;
    stand_at(walk, p);
    const uint16_t *last = walk->stops + walk->stop_count, *passed = walk->stops + walk->passed;
    for (size_t i = 0; i < limit && *p == '{'; i++) {
        if (makes_cells ? cells.row == cells.capacity : rows.row == rows.capacity) {
            stop = WF_ROW_FULL;
            break;
        }
        uint64_t met;
        size_t escaped = 0;
        cursor c;
        const uint8_t *q;
        for (;;) {
            wf_cell *slots = makes_cells ? wf_begin_row(&cells) : NULL;
            c = walk_fields(walk, (cursor){p, passed}, last, &met, makes_cells, slots, &escaped);
            q = c.p;
            if (q != NULL && *q == '\r') {
                q++;
                c.s++;
            }
            // The line feed is a stop, too.
            if (WF_LIKELY(q != NULL && *q == '\n' && c.s < last)) break;
            q = NULL;
            if (c.s < last || !goes_on(walk, p)) break;
            last = walk->stops + walk->stop_count;
            passed = walk->stops;
        }
        int64_t longest = makes_cells ? cells.max_record : rows.max_record;
        if (WF_UNLIKELY(
                q == NULL || q - p > longest ||
                !(makes_cells ? take_cells(walk, &cells, met) : take(walk, &rows, met)))) {
            stop = WF_ROW_MISS;
            break;
        }
        if (makes_cells) {
            // The record ends at its brace, not at the carriage return after it.
            wf_end_row(&cells, p, q - (q[-1] == '\r'));
            cells.escaped += escaped;
        }
        p = q + 1;
        passed = c.s + 1;
    }
    walk->passed = (size_t)(passed - walk->stops);
    if (makes_cells) walk->cells = cells;
    else walk->rows = rows;
    *at = p;
    return stop;
}

WF_INLINE enum wf_row_stop walk_record(wf_walk *walk, const uint8_t **at, const int makes_cells) {
    const uint8_t *p = *at;
    wf_cell_rows *cells = &walk->cells;
    if (makes_cells ? cells->row == cells->capacity : walk->rows.row == walk->rows.capacity) return WF_ROW_FULL;
    int64_t longest = makes_cells ? cells->max_record : walk->rows.max_record;
    stand_at(walk, p);
    for (;;) {
        const uint16_t *last = walk->stops + walk->stop_count;
        uint64_t met;
        size_t escaped = 0;
        wf_cell *slots = makes_cells ? wf_begin_row(cells) : NULL;
        cursor start = {p, walk->stops + walk->passed};
        cursor c = walk_fields(walk, start, last, &met, makes_cells, slots, &escaped);
        const uint8_t *q = c.p;
        if (q != NULL && c.s <= last) {
            if (q - p > longest) return WF_ROW_MISS;
            if (!(makes_cells ? take_cells(walk, cells, met) : take(walk, &walk->rows, met))) return WF_ROW_MISS;
            if (makes_cells) {
                wf_end_row(cells, p, q);
                cells->escaped += escaped;
            }
            walk->passed = (size_t)(c.s - walk->stops);
            *at = q;
            return WF_ROW_NO_RECORD;
        }
        if (c.s < last || !goes_on(walk, p)) return WF_ROW_MISS;
    }
}

enum wf_row_stop wf_walk_lines(wf_walk *walk, const uint8_t **at, size_t limit) {
    return walk_lines(walk, at, limit, 0);
}

enum wf_row_stop wf_walk_record(wf_walk *walk, const uint8_t **at) { return walk_record(walk, at, 0); }

enum wf_row_stop wf_walk_lines_to_cells(wf_walk *walk, const uint8_t **at, size_t limit) {
    return walk_lines(walk, at, limit, 1);
}

enum wf_row_stop wf_walk_record_to_cells(wf_walk *walk, const uint8_t **at) { return walk_record(walk, at, 1); }
