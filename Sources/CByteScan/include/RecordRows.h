//  Where records go that were read in C: of JSON by their shape or by their fields, and of CSV.

#ifndef WATCHFOLD_RECORD_ROWS_H
#define WATCHFOLD_RECORD_ROWS_H

#include <stddef.h>
#include <stdint.h>

/// A key of an accepted record, laid out as `ByteSlice` of Records is.
typedef struct {
    const uint8_t *base;
    int64_t count;
} wf_row_key;

// Rows of a batch are written through this type and read as `ByteSlice`; JSONRecords/SharedLayout.swift compares the two.
_Static_assert(sizeof(wf_row_key) == 16, "a row key is a pointer and a length");
_Static_assert(_Alignof(wf_row_key) == 8, "a row key is aligned as its pointer is");
_Static_assert(offsetof(wf_row_key, base) == 0 && offsetof(wf_row_key, count) == 8, "ByteSlice has the pointer first");

/// What a cell holds, as `Cell.Kind` of Records has it.
enum wf_cell_kind {
    WF_CELL_MISSING = 0,
    WF_CELL_NULL = 1,
    WF_CELL_STRING = 2,
    WF_CELL_NUMBER = 3,
    WF_CELL_BOOLEAN = 4,
    WF_CELL_CONTAINER = 5,
};

/// Added to the kind of a string whose escapes are still to be undone: no cell that is handed on has it.
#define WF_CELL_ESCAPED 0x100u

/// A value of a row, laid out as `Cell` of Records is. Readers of JSON and of CSV write it.
typedef struct {
    /// The first byte of the value; of a string in quotes the one after its quote.
    const uint8_t *start;
    /// Bytes; of a string in quotes those between them.
    uint32_t count;
    /// A `wf_cell_kind`, perhaps with `WF_CELL_ESCAPED`.
    uint32_t kind;
} wf_cell;

// Records/Cell+Layout.swift asserts the same numbers of `Cell`.
_Static_assert(sizeof(wf_cell) == 16 && _Alignof(wf_cell) == 8, "a cell is a pointer and two short numbers");
_Static_assert(
    offsetof(wf_cell, start) == 0 && offsetof(wf_cell, count) == 8 && offsetof(wf_cell, kind) == 12,
    "Cell has the pointer first, then the length, then the kind");

/// Where a record is in the window.
typedef struct {
    const uint8_t *start;
    /// Of JSON after its closing brace, of CSV at the end of its line.
    const uint8_t *end;
} wf_extent;

_Static_assert(sizeof(wf_extent) == 16, "an extent is two pointers");

/// Why a run of records came to its end.
enum wf_row_stop {
    /// There is no record at the position: space, the end of the window, or something else.
    WF_ROW_NO_RECORD = 0,
    /// The record at the position has to be read in another way.
    WF_ROW_MISS = 1,
    /// No row is left.
    WF_ROW_FULL = 2,
};

/// The rows of a batch, and what a plan says of its records.
typedef struct {
    /// Bytes of the key 0 that lets a record be ignored, back to back, each behind its length in a `uint32_t`.
    const uint8_t *ignored;
    size_t ignored_size;
    size_t key_count;
    /// Longest record that is taken, in bytes.
    int64_t max_record;
    /// What a value is multiplied or divided by to be what is summed; 0 when it is summed as it is. One of them is 0.
    int64_t unit_multiplier, unit_divisor;
    /// The smallest rest of the division that adds one, for instance half of the divisor; 0 when a rest is to be judged
    /// elsewhere.
    int64_t rest_going_up;

    /// Row-major, `key_count` for each row.
    wf_row_key *keys;
    int64_t *values;
    /// Rows that are filled, and that there are.
    size_t row, capacity;

    /// Results, added to: records that are ignored, records taken at all.
    size_t ignored_records, taken;
} wf_rows;

/// The rows of a batch of cells, and what is known of their fields.
///
/// Values are found in slots, one for each path. Where every field has one path of its own, the slots are the cells of the
/// row (`scratch` is NULL); else they are put into `scratch` first. A slot more than there are gets what nobody reads: in a
/// row that is the first cell of the next one, and the last row of a batch has a cell after it.
typedef struct {
    /// Row-major, `field_count` for each row.
    wf_cell *cells;
    /// Of each row, its record.
    wf_extent *records;
    /// Room for `slot_count + 1` values, or NULL.
    wf_cell *scratch;
    size_t field_count, slot_count;
    /// Numbers of the fields whose strings keep their quotes and escapes.
    const uint16_t *texts;
    size_t text_count;
    /// Longest record that is taken, in bytes; it fits in 32 bits.
    int64_t max_record;
    /// Rows that are filled, and that there are.
    size_t row, capacity;

    /// Result, added to: not 0 if there are strings whose escapes are still to be undone.
    size_t escaped;
} wf_cell_rows;

#endif
