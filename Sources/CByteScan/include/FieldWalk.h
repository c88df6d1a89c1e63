//  Reading of plain records by their fields, in whatever order they come. The idea is in JSONRecords/FieldWalk.swift.

#ifndef WATCHFOLD_FIELD_WALK_H
#define WATCHFOLD_FIELD_WALK_H

#include <stddef.h>
#include <stdint.h>

#include "RecordRows.h"
#include "StopIndex.h"

/// Bytes of a key that are compared with one load.
#define WF_WALK_KEY 16
/// Lists in the table of an object's keys, and how many of them folds use, which have few keys.
#define WF_WALK_LISTS 128
#define WF_WALK_FOLD_LISTS 16
/// Keys of a plan's tree that can be told apart in one word of bits; number 0 stands for every other key.
#define WF_WALK_KEYS 64
/// Levels of objects and arrays that are followed.
#define WF_WALK_DEPTH 32
/// Positions behind the last stop that can be used before it is noticed: those of one character, or a key's and a
/// string's.
#define WF_WALK_GUARD 4

/// A value that was met.
typedef struct {
    /// Its first byte; of a string the one behind the quote.
    const uint8_t *start;
    /// Behind a string's last byte.
    const uint8_t *end;
} wf_walk_slot;

_Static_assert(sizeof(wf_walk_slot) == 16, "a slot is two pointers");

/// A key of the plan's tree.
typedef struct {
    /// The key's first bytes; the rest does not count.
    uint8_t start[WF_WALK_KEY];
    /// All of it.
    const uint8_t *text;
    int64_t length;
    /// Where the value is kept; of those that nobody reads all in one.
    wf_walk_slot *slot;
    /// A bit of its own; none for the key that stands for all others.
    uint64_t bit;
    /// A bit for each byte of `start`.
    uint16_t wanted;
    /// Next key of the same list, or 0.
    uint8_t next;
    /// Which table the keys of an object at this key are looked up in.
    uint8_t table;
    /// Whether one compare of `start` may leave it open which key it is.
    uint8_t takes_more;
    uint8_t unused;
    /// Number of the slot, where cells are made.
    uint16_t cell;
    uint8_t unused_too[8];
} wf_walk_key;

_Static_assert(sizeof(wf_walk_key) == 64, "a key is found by a shift, and takes one cache line's worth of bytes");
_Static_assert(offsetof(wf_walk_key, start) == 0, "the load of a key's first bytes stays within the key");
_Static_assert(WF_WALK_KEY == 16, "one load of 16 bytes compares a key");
_Static_assert(
    WF_WALK_KEY <= 8 * sizeof(((wf_walk_key *)0)->wanted), "each byte that is compared has a bit of its own");
_Static_assert(
    WF_WALK_KEYS <= 8 * sizeof(((wf_walk_key *)0)->bit), "each key of a tree has a bit of its own in one word");
_Static_assert(
    WF_WALK_KEYS <= UINT8_MAX, "numbers of keys and of tables, one more than there are keys, fit in a byte");

/// The keys of one object: the first key of each list, or 0.
typedef struct {
    uint8_t lists[WF_WALK_LISTS];
} wf_walk_table;

_Static_assert(sizeof(wf_walk_table) == WF_WALK_LISTS, "a table is its lists and nothing else");
_Static_assert((WF_WALK_FOLD_LISTS & (WF_WALK_FOLD_LISTS - 1)) == 0, "a list is chosen without a division");

/// A place where a field may be found.
typedef struct {
    /// Of the object around it.
    uint64_t parent_bit;
    uint64_t bit;
    const wf_walk_slot *slot;
    /// Its number.
    uint64_t cell;
} wf_walk_place;

_Static_assert(sizeof(wf_walk_place) == 32, "a place is two words of bits, a pointer and a number");

/// The plan's tree, where records go, and what is known of the bytes ahead.
typedef struct {
    const wf_walk_key *keys;
    /// Number 0 is the record's.
    const wf_walk_table *tables;
    const wf_walk_place *places;
    /// For each field: where its places end. The first one's begin at 0. The last field of a fold is its value.
    const uint16_t *place_ends;
    /// Bits of all places.
    uint64_t field_bits;
    /// Spreads keys over lists, where cells are made.
    uint32_t multiplier;
    /// Behind the window.
    const uint8_t *end;
    /// Whether a line feed may stand between tokens.
    int64_t crosses_lines;

    /// Room for `WF_STOP_ROOM` positions.
    uint16_t *stops;
    wf_stop_finder find;
    /// The range that the stops are of; NULL when there are none.
    const uint8_t *range;
    /// Its bytes, and those of the next one.
    size_t range_size, next_size;
    size_t stop_count;
    /// Stops before the position that the last record ended at.
    size_t passed;

    /// Where records go: of a fold the first, else the second.
    wf_rows rows;
    wf_cell_rows cells;
} wf_walk;

/// The list of a key by its first byte and its length; where cells are made, by its last byte, too. Of the empty key
/// both bytes are quotes.
static inline unsigned wf_walk_list(uint8_t first, int64_t length) {
    return ((unsigned)first + (unsigned)length) % WF_WALK_FOLD_LISTS;
}

static inline unsigned wf_walk_list_of_cells(uint32_t multiplier, uint8_t first, uint8_t last, int64_t length) {
    return (((uint32_t)first | (uint32_t)last << 8 | (uint32_t)length << 16) * multiplier) >> 25;
}

_Static_assert(WF_WALK_LISTS == 1 << (32 - 25), "the upper bits of a product choose a list");

/// Takes up to `limit` records from `*at` on, each with the end of its line; leaves `*at` behind the last one.
///
/// The window that `*at` points into is followed by a NUL and `WF_PADDING` readable bytes.
enum wf_row_stop wf_walk_lines(wf_walk *walk, const uint8_t **at, size_t limit);

/// Takes the one record at `*at`, whatever follows it, and leaves `*at` behind its closing brace.
enum wf_row_stop wf_walk_record(wf_walk *walk, const uint8_t **at);

/// The same two, which make cells of the records. Records without any field are missed, too.
enum wf_row_stop wf_walk_lines_to_cells(wf_walk *walk, const uint8_t **at, size_t limit);
enum wf_row_stop wf_walk_record_to_cells(wf_walk *walk, const uint8_t **at);

#endif
