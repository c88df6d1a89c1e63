//  Matching of JSON lines against a tree of shapes. The idea, the tree and an example are in JSONRecords/ShapeTree.swift.

#ifndef WATCHFOLD_SHAPE_MATCH_H
#define WATCHFOLD_SHAPE_MATCH_H

#include <stddef.h>
#include <stdint.h>

#include "RecordRows.h"

/// Literal bytes of a node at most: what one load of 16 bytes compares.
#define WF_SHAPE_LITERAL 16
/// Stands for "no node" and "no slot".
#define WF_SHAPE_NONE 0xFFFF

/// What follows the literal of a node.
enum wf_shape_kind {
    /// More of the literal.
    WF_SHAPE_MORE = 0,
    /// The inside of a string that nobody reads; the closing quote begins the next literal.
    WF_SHAPE_STRING = 1,
    /// The inside of a string that is kept in a slot.
    WF_SHAPE_KEPT_STRING = 2,
    /// A number that nobody reads: any of RFC 8259 section 6.
    WF_SHAPE_NUMBER = 3,
    /// An integer of up to 18 digits, not negative, that is kept in a slot.
    WF_SHAPE_KEPT_INTEGER = 4,
    /// Nothing: the literal ends with the record's closing brace.
    WF_SHAPE_END = 5,
    /// Any value on one line, a string with both of its quotes. It becomes a cell; shapes of folds have none, and those of
    /// rows no string or number.
    WF_SHAPE_VALUE = 6,
    /// The same, but no object and no array: fields are looked for in objects of this key.
    WF_SHAPE_SCALAR = 7,
};

/// One step: literal bytes, then something that differs from record to record.
typedef struct {
    /// `length` bytes; the rest does not count.
    uint8_t literal[WF_SHAPE_LITERAL];
    /// A bit for each byte of the literal.
    uint16_t wanted;
    uint16_t length;
    /// A `wf_shape_kind`.
    uint16_t kind;
    /// Slot of a kept value (of one that is put into a cell and that nobody reads, the one after the last); at the end,
    /// where the list of the record's slots begins.
    uint16_t slot;
    /// First of the nodes that may follow.
    uint16_t next;
    /// What to try when the literal is another.
    uint16_t sibling;
    uint32_t unused;
} wf_shape_node;

_Static_assert(sizeof(wf_shape_node) == 32, "two nodes share a cache line");
_Static_assert(sizeof(((wf_shape_node *)0)->literal) == 16, "one load of 16 bytes compares a literal");
_Static_assert(offsetof(wf_shape_node, literal) == 0, "the load of a literal stays within its node");
_Static_assert(
    WF_SHAPE_LITERAL <= 8 * sizeof(((wf_shape_node *)0)->wanted), "each byte of a literal has a bit of its own");
_Static_assert(
    WF_SHAPE_NONE == (uint16_t)~0u, "the number that stands for no node is the largest that a node can name");

/// A kept value: bytes of a string, or an integer.
typedef struct {
    const uint8_t *base;
    int64_t value;
} wf_shape_slot;

_Static_assert(sizeof(wf_shape_slot) == 16, "a slot is a pointer and a number");

/// The tree, and where matched records go.
typedef struct {
    const wf_shape_node *nodes;
    /// For each shape: the slot of every field; of a fold the last one is its value.
    const uint16_t *roles;
    /// Room for the kept values of one record.
    wf_shape_slot *slots;
    /// Where records go: of a fold the first, else the second.
    wf_rows rows;
    wf_cell_rows cells;
} wf_shape_run;

/// Matches one record after another, each with the end of its line, from `*at` on; leaves `*at` behind the last one.
///
/// The window that `*at` points into is followed by a NUL and `WF_PADDING` readable bytes.
enum wf_row_stop wf_shape_match_lines(wf_shape_run *run, const uint8_t **at);

/// Matches the one record at `*at`, whatever follows it, and leaves `*at` behind its closing brace.
enum wf_row_stop wf_shape_match_record(wf_shape_run *run, const uint8_t **at);

/// The same two, which make cells of the records.
enum wf_row_stop wf_shape_lines_to_cells(wf_shape_run *run, const uint8_t **at);
enum wf_row_stop wf_shape_record_to_cells(wf_shape_run *run, const uint8_t **at);

#endif
