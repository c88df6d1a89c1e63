//  Reading of CSV records that need no copying. The idea is in CSVRows.c and CSVRecords/CSVReader.swift.

#ifndef WATCHFOLD_CSV_ROWS_H
#define WATCHFOLD_CSV_ROWS_H

#include <stddef.h>
#include <stdint.h>

#include "RecordRows.h"

/// Positions that are kept of a record beyond one for each column: those of one block of 64 bytes.
#define WF_CSV_SPARE_MARKS 66

/// A column that is read.
typedef struct {
    /// Which column of the file, and which cell of a row.
    uint32_t column, cell;
} wf_csv_use;

_Static_assert(sizeof(wf_csv_use) == 8, "a use is two numbers");

/// The columns of a file, and where its records go.
typedef struct {
    const wf_csv_use *uses;
    size_t use_count;
    size_t column_count;
    /// Cells of a row.
    size_t field_count;
    /// The text that stands for NULL; its length is below 0 when none does.
    const uint8_t *null_text;
    int64_t null_size;
    /// Longest record that is taken, in bytes.
    int64_t max_record;
    uint8_t delimiter;
    /// The delimiter again when there are no quotes.
    uint8_t quote;
    uint8_t unused[6];

    /// Room for one position more than there are columns, and `WF_CSV_SPARE_MARKS`.
    const uint8_t **marks;
    /// Row-major, `field_count` for each row; nulls and strings.
    wf_cell *cells;
    /// Of each row, its record without the end of its line.
    wf_extent *records;
    /// Rows that are filled, and that there are.
    size_t row, capacity;
} wf_csv_rows;

/// Takes records from `*at` on, each with the end of its line, and passes over empty lines; leaves `*at` behind the last one.
///
/// A record is not taken, and `*at` is left at its beginning, when its form is wrong, a pair of quotes stands in it for one,
/// it has another number of fields than the file has columns, bytes that are not UTF-8, or too many of them
/// (`WF_ROW_MISS`); or when it does not end before `end` (`WF_ROW_NO_RECORD`).
///
/// 64 bytes can be read from `end` on.
enum wf_row_stop wf_csv_lines(wf_csv_rows *rows, const uint8_t **at, const uint8_t *end);

/// Whether the bytes are UTF-8 (The Unicode Standard 15.0, table 3-7).
int wf_is_utf8(const uint8_t *p, const uint8_t *end);

#endif
