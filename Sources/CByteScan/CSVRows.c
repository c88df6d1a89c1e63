//  64 bytes at a time become masks of a bit for each byte, and the masks say where fields and records end:
//
//      1,"a,b",c⏎          bytes
//      ..1...1...          quotes
//      ..1111....          within quotes: each bit is the sum of all quotes up to its own
//      .1.....1..          delimiters that are not within quotes: ends of fields
//      .........1          line feeds that are not: ends of records
//
//  Quotes that open a field and those that close one are told apart by the sums. The form is right where each that opens
//  stands behind a delimiter, the end of a line, or one that closes (the two are a pair, which stands for one quote), and
//  each that closes stands in front of one of these, or of a carriage return. A byte where it is not right, a NUL, and the
//  byte behind a lone carriage return end the run: the record is for the reader that can say what is wrong.
//
//  The method is simdjson's (Langdale and Lemire, "Parsing Gigabytes of JSON per Second", 2019, section 3.1), without
//  carry-less multiplication: six shifts do the same.

#include "CSVRows.h"

#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/// Where bytes of each kind are among 64.
typedef struct {
    uint64_t delimiters, feeds, returns, quotes, zeros;
    /// Bytes of characters that are not ASCII.
    uint64_t high;
} masks;

static inline masks look(const uint8_t *p, uint8_t delimiter, uint8_t quote) {
    masks found = {0, 0, 0, 0, 0, 0};
#if defined(__SSE2__)
    const __m128i delimiters = _mm_set1_epi8((char)delimiter), quotes = _mm_set1_epi8((char)quote);
    const __m128i feeds = _mm_set1_epi8('\n'), returns = _mm_set1_epi8('\r'), zeros = _mm_setzero_si128();
    for (unsigned part = 0; part < 64; part += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(p + part));
        found.delimiters |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, delimiters)) << part;
        found.feeds |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, feeds)) << part;
        found.returns |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, returns)) << part;
        found.quotes |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, quotes)) << part;
        found.zeros |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, zeros)) << part;
        found.high |= (uint64_t)(uint32_t)_mm_movemask_epi8(bytes) << part;
    }
#else
    for (unsigned i = 0; i < 64; i++) {
        found.delimiters |= (uint64_t)(p[i] == delimiter) << i;
        found.feeds |= (uint64_t)(p[i] == '\n') << i;
        found.returns |= (uint64_t)(p[i] == '\r') << i;
        found.quotes |= (uint64_t)(p[i] == quote) << i;
        found.zeros |= (uint64_t)(p[i] == 0) << i;
        found.high |= (uint64_t)(p[i] >= 0x80) << i;
    }
#endif
    if (quote == delimiter) found.quotes = 0;
    return found;
}

/// What is known of the bytes before a block.
typedef struct {
    /// All ones within quotes.
    uint64_t within;
    /// 1 or 0: whether the last byte was an end of a field or record, a quote that closes, or a carriage return.
    uint64_t end, close, back;
} before;

/// Ends of fields and records in a block, and bytes where the form is wrong.
typedef struct {
    uint64_t delimiters, feeds, wrong;
    /// Quotes that are one with the quote before them.
    uint64_t pairs;
} ends;

static inline ends find_ends(const masks *found, before *state) {
    ends all = {found->delimiters, found->feeds, found->zeros, 0};
    uint64_t returns = found->returns, opening = 0, closing = 0;
    if (found->quotes | state->within) {
        uint64_t sums = found->quotes;
        for (unsigned shift = 1; shift < 64; shift *= 2) sums ^= sums << shift;
        sums ^= state->within;
        opening = found->quotes & sums;
        closing = found->quotes & ~sums;
        all.delimiters &= ~sums;
        all.feeds &= ~sums;
        returns &= ~sums;
        state->within = 0 - (sums >> 63);
    }
    uint64_t stops = all.delimiters | all.feeds;
    uint64_t behind_close = closing << 1 | state->close, behind_return = returns << 1 | state->back;
    all.pairs = opening & behind_close;
    all.wrong |= opening & ~(stops << 1 | state->end | behind_close);
    all.wrong |= behind_close & ~(stops | returns | opening);
    all.wrong |= behind_return & ~all.feeds;
    state->end = stops >> 63;
    state->close = closing >> 63;
    state->back = returns >> 63;
    return all;
}

/// Writes the cells of a record whose fields end at the marks behind the first.
static inline void put_cells(const wf_csv_rows *rows, wf_cell *cells, int has_quotes) {
    for (size_t k = 0; k < rows->use_count; k++) {
        const wf_csv_use use = rows->uses[k];
        const uint8_t *start = rows->marks[use.column] + 1;
        int64_t size = rows->marks[use.column + 1] - start;
        uint32_t kind = WF_CELL_STRING;
        if (has_quotes && size > 0 && *start == rows->quote) {
            // The form is right, so the field's last byte is a quote, too, and another one.
            start++;
            size -= 2;
        } else if (size == rows->null_size) {
            kind = size == 0 || memcmp(start, rows->null_text, (size_t)size) == 0 ? WF_CELL_NULL : WF_CELL_STRING;
        }
        cells[use.cell] = (wf_cell){start, (uint32_t)size, kind};
    }
}

enum wf_row_stop wf_csv_lines(wf_csv_rows *rows, const uint8_t **at, const uint8_t *end) {
    const uint8_t delimiter = rows->delimiter, quote = rows->quote;
    const size_t columns = rows->column_count;
    const uint8_t **marks = rows->marks;
    const uint8_t *record = *at;
    // Fields of the record at hand that have ended.
    size_t count = 0;
    // Whether it has such bytes in blocks before this one.
    int is_high = 0, has_quotes = 0;
    before state = {0, 1, 0, 0};
    if (rows->row == rows->capacity) return WF_ROW_FULL;
    marks[0] = record - 1;
    for (const uint8_t *base = record; base < end; base += 64) {
        // The block begins before the end, so it is within the 64 bytes that can be read there.
        masks found = look(base, delimiter, quote);
        ends all = find_ends(&found, &state);
        uint64_t breaks = all.feeds | all.wrong | all.pairs;
        if (end - base < 64) {
            uint64_t inside = ((uint64_t)1 << (end - base)) - 1;
            breaks &= inside;
            all.delimiters &= inside;
        }
        for (;;) {
            // Up to the next break, or to the block's end.
            uint64_t stop = breaks & (0 - breaks), below = stop - 1;
            for (uint64_t left = all.delimiters & below; left != 0; left &= left - 1)
                marks[++count] = base + __builtin_ctzll(left);
            // There are no more marks than there is room for: before the block there were at most as many as columns.
            if (count >= columns && stop == 0) goto miss;
            if (stop == 0) break;
            all.delimiters &= ~below;
            breaks ^= stop;
            const uint8_t *p = base + __builtin_ctzll(stop);
            if ((all.feeds & stop) == 0 || (all.wrong & stop) != 0) goto miss;
            const uint8_t *last = p > record && p[-1] == '\r' ? p - 1 : p;
            uint64_t mine = below | stop;
            has_quotes |= (found.quotes & mine) != 0;
            is_high |= (found.high & mine) != 0;
            if (last != record) {
                marks[++count] = last;
                if (count != columns || last - record > rows->max_record) goto miss;
                if (is_high && !wf_is_utf8(record, last)) goto miss;
                put_cells(rows, rows->cells + rows->row * rows->field_count, has_quotes);
                rows->records[rows->row++] = (wf_extent){record, last};
            }
            found.quotes &= ~mine;
            found.high &= ~mine;
            is_high = has_quotes = 0;
            count = 0;
            record = p + 1;
            marks[0] = p;
            if (rows->row == rows->capacity) {
                *at = record;
                return WF_ROW_FULL;
            }
        }
        has_quotes |= found.quotes != 0;
        is_high |= found.high != 0;
    }
    *at = record;
    return WF_ROW_NO_RECORD;

miss:
    *at = record;
    return WF_ROW_MISS;
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
