//  What sorting keys needs of the processor: taking the bits of a word that matter, and finding a key's place among
//  others without branches.

#ifndef WATCHFOLD_SORT_WORDS_H
#define WATCHFOLD_SORT_WORDS_H

#include <stddef.h>
#include <stdint.h>

/// An entry of the fold's table, as FoldTable.swift has it.
typedef struct {
    uint64_t high, low;
    int64_t sum;
    uint32_t second, count;
} wf_entry;

// The table's memory is lent to C as it is; `FoldTable.checkLayout` compares the two.
_Static_assert(sizeof(wf_entry) == 32, "entries of 32 bytes stand back to back");
_Static_assert(_Alignof(wf_entry) == 8, "an entry is aligned as its words are");
_Static_assert(offsetof(wf_entry, high) == 0 && offsetof(wf_entry, low) == 8, "the key is first");
_Static_assert(offsetof(wf_entry, sum) == 16, "the sum is behind the key");
_Static_assert(offsetof(wf_entry, second) == 24 && offsetof(wf_entry, count) == 28, "two halves of the last word");

/// For each entry one word of the bits that the masks choose, from high, low and second, the first of them in the highest
/// place. When there are more than 64, the last ones are missing.
void wf_sort_words(const wf_entry *entries, size_t count, uint64_t high, uint64_t low, uint32_t second, uint64_t *words);

/// For each entry how many of the bounds are not behind its first word.
///
/// `bounds` ascend; there are `(1 << levels) - 1`, at most 65,535.
void wf_sort_places(const wf_entry *entries, size_t count, const uint64_t *bounds, int levels, uint16_t *places);

#endif
