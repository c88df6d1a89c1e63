//  64 bytes at a time become masks of a bit for each byte: delimiters, line feeds, and what is not plain. Then the bits that
//  are set are visited in order, and each ends a field or a record, or stops the run.
//
//      12,ab\r⏎7,"x"          bytes
//      ..d...l.dq.q           stops: delimiter, line feed, quote
//
//  A carriage return is plain only in front of a line feed. That is told from the masks, so that it is no stop itself: the
//  line feed looks at the byte before it.

#include "CSVRows.h"

#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/// What there is in 64 bytes.
typedef struct {
    /// Delimiters, line feeds and all that is not plain.
    uint64_t stops;
    /// Bytes of characters that are not ASCII.
    uint64_t high;
} block;

/// Whether the byte at `p` is neither text, nor a delimiter, nor part of a line's end.
static inline int is_odd(uint8_t byte, uint8_t next, uint8_t delimiter, uint8_t quote) {
    return byte == 0 || (byte == quote && byte != delimiter) || (byte == '\r' && next != '\n');
}

/// Looks at the 64 bytes from `p` on and at the one behind them.
static inline block look(const uint8_t *p, uint8_t delimiter, uint8_t quote) {
    block found = {0, 0};
#if defined(__SSE2__)
    const __m128i delimiters = _mm_set1_epi8((char)delimiter), quotes = _mm_set1_epi8((char)quote);
    const __m128i feeds = _mm_set1_epi8('\n'), returns = _mm_set1_epi8('\r'), zero = _mm_setzero_si128();
    uint64_t feed = 0, back = 0;
    for (unsigned part = 0; part < 64; part += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(p + part));
        __m128i is_feed = _mm_cmpeq_epi8(bytes, feeds);
        __m128i stop = _mm_or_si128(
            _mm_or_si128(_mm_cmpeq_epi8(bytes, delimiters), _mm_cmpeq_epi8(bytes, quotes)),
            _mm_or_si128(is_feed, _mm_cmpeq_epi8(bytes, zero)));
        found.stops |= (uint64_t)(uint32_t)_mm_movemask_epi8(stop) << part;
        found.high |= (uint64_t)(uint32_t)_mm_movemask_epi8(bytes) << part;
        feed |= (uint64_t)(uint32_t)_mm_movemask_epi8(is_feed) << part;
        back |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, returns)) << part;
    }
    // The line feed of the last byte's carriage return is the first byte of the next block.
    found.stops |= back & ~(feed >> 1 | (uint64_t)(p[64] == '\n') << 63);
#else
    for (unsigned i = 0; i < 64; i++) {
        int stop = p[i] == delimiter || p[i] == '\n' || is_odd(p[i], p[i + 1], delimiter, quote);
        found.stops |= (uint64_t)stop << i;
        found.high |= (uint64_t)(p[i] >= 0x80) << i;
    }
#endif
    return found;
}

/// The kind of a field without quotes.
static inline uint32_t kind_of(const wf_csv_rows *rows, const uint8_t *start, int64_t size) {
    if (rows->null_size == 0) return size == 0 ? WF_CSV_NULL : WF_CSV_STRING;
    if (size != rows->null_size) return WF_CSV_STRING;
    return memcmp(start, rows->null_text, (size_t)size) == 0 ? WF_CSV_NULL : WF_CSV_STRING;
}

enum wf_row_stop wf_csv_lines(wf_csv_rows *rows, const uint8_t **at, const uint8_t *end) {
    const uint8_t delimiter = rows->delimiter, quote = rows->quote;
    const size_t columns = rows->column_count;
    const uint8_t *record = *at, *field = record;
    size_t column = 0;
    // Whether the record has bytes that are not ASCII in blocks before this one.
    int is_high = 0;
    wf_csv_cell *cells = rows->cells + rows->row * rows->field_count;
    wf_csv_cell nowhere;
    if (rows->row == rows->capacity) return WF_ROW_FULL;
    for (const uint8_t *base = record; base < end; base += 64) {
        // The block begins before the end: it, and the byte behind it, are within the 64 bytes that can be read there.
        block found = look(base, delimiter, quote);
        uint64_t stops = found.stops;
        for (; stops != 0; stops &= stops - 1) {
            unsigned bit = (unsigned)__builtin_ctzll(stops);
            const uint8_t *p = base + bit;
            if (p >= end) break;
            int is_feed = *p == '\n';
            if (!is_feed && *p != delimiter) {
                *at = record;
                return WF_ROW_MISS;
            }
            const uint8_t *stop = p - (is_feed && p > field && p[-1] == '\r');
            if (is_feed && stop == record) {
                // An empty line.
                record = field = p + 1;
                continue;
            }
            if (column + (size_t)!is_feed >= columns) {
                *at = record;
                return WF_ROW_MISS;
            }
            // The column is one of those that have a target.
            uint32_t target = rows->targets[column];
            wf_csv_cell *cell = target == WF_CSV_NO_CELL ? &nowhere : cells + target;
            cell->start = field;
            cell->byte_count = (uint32_t)(stop - field);
            cell->kind = kind_of(rows, field, stop - field);
            field = p + 1;
            column++;
            if (!is_feed) continue;

            // Bits up to the line feed's belong to this record, the others to those that follow.
            uint64_t mine = ((uint64_t)2 << bit) - 1;
            is_high |= (found.high & mine) != 0;
            if (column != columns || stop - record > rows->max_record || (is_high && !wf_is_utf8(record, stop))) {
                *at = record;
                return WF_ROW_MISS;
            }
            found.high &= ~mine;
            is_high = 0;
            column = 0;
            rows->spans[rows->row] = (wf_csv_span){record, stop};
            record = field;
            cells += rows->field_count;
            if (++rows->row == rows->capacity) {
                *at = record;
                return WF_ROW_FULL;
            }
        }
        is_high |= found.high != 0;
    }
    *at = record;
    return WF_ROW_NO_RECORD;
}

int wf_is_utf8(const uint8_t *p, const uint8_t *end) {
    while (p < end) {
        // Most text is ASCII: eight bytes at a time, all before the end.
        for (uint64_t word; end - p >= 8; p += 8) {
            memcpy(&word, p, 8);
            if (word & 0x8080808080808080) break;
        }
        if (p == end) break;
        uint8_t lead = *p++;
        if (lead < 0x80) continue;
        // Of the first continuation byte, the least and the greatest that are allowed.
        uint8_t least = 0x80, greatest = 0xBF;
        int more;
        if (lead >= 0xC2 && lead <= 0xDF) {
            more = 1;
        } else if (lead >= 0xE0 && lead <= 0xEF) {
            more = 2;
            if (lead == 0xE0) least = 0xA0;
            if (lead == 0xED) greatest = 0x9F;
        } else if (lead >= 0xF0 && lead <= 0xF4) {
            more = 3;
            if (lead == 0xF0) least = 0x90;
            if (lead == 0xF4) greatest = 0x8F;
        } else {
            return 0;
        }
        if (end - p < more) return 0;
        if (*p < least || *p > greatest) return 0;
        for (p++; --more > 0; p++)
            if (*p < 0x80 || *p > 0xBF) return 0;
    }
    return 1;
}
