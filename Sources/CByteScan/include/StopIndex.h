//  Positions of all bytes at which a walk over JSON text may have to stop: quotes, backslashes, control characters (below
//  0x20) and bytes of multi-byte UTF-8 sequences (0x80 and above).
//
//      {"a":"x","b":12}⏎
//       ^ ^ ^ ^ ^ ^    ^         1 3 5 7 9 11 16
//
//  They are found without a branch for each, 64 bytes at a time, and before anybody needs them. So a walk that has them
//  does not wait for a search at each string.

#ifndef WATCHFOLD_STOP_INDEX_H
#define WATCHFOLD_STOP_INDEX_H

#include <stddef.h>
#include <stdint.h>

/// Bytes that are looked at together: positions fit in 16 bits, and a range's positions in the second cache.
#define WF_STOP_RANGE 16384
/// Positions that must fit: one for each byte, and what is written beyond the last.
#define WF_STOP_ROOM (WF_STOP_RANGE + 128)

_Static_assert(WF_STOP_RANGE <= UINT16_MAX, "the end of a range is a position, too, and fits in 16 bits");
_Static_assert(WF_STOP_RANGE % 64 == 0, "whole blocks of 64 bytes, so a full range has no more stops than bytes");
_Static_assert(WF_STOP_ROOM >= WF_STOP_RANGE + 64, "a block of positions may be written behind the last one");

/// Writes the positions of the stops in `p ..< p + count` (at most `WF_STOP_RANGE`) to `stops` and returns how many
/// there are. Reads, and may report, up to 63 bytes more.
typedef size_t (*wf_stop_finder)(const uint8_t *p, size_t count, uint16_t *stops);

/// The ways to find them, slowest first. NULL behind the last that this processor has.
wf_stop_finder wf_stop_finder_at(unsigned level);

/// The fastest that this processor has.
wf_stop_finder wf_best_stop_finder(void);

#endif
