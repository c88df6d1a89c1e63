//  Where records go that were read in C, by their shape or by their fields.

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

#endif
