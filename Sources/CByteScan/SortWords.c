//  Bits are taken with PEXT where the processor has it, else run by run: the chosen bits of keys come in a few runs.

#include "ByteScan.h"
#include "SortWords.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

/// Three words of chosen bits, one behind the other, from the top down.
static inline __attribute__((always_inline)) uint64_t
joined(uint64_t high, int high_bits, uint64_t low, int low_bits, uint64_t second, int second_bits) {
    unsigned __int128 all = (unsigned __int128)high << (128 - high_bits) * (high_bits != 0);
    all |= (unsigned __int128)low << (128 - high_bits - low_bits) * (low_bits != 0);
    uint64_t word = (uint64_t)(all >> 64);
    int used = high_bits + low_bits;
    if (used >= 64 || second_bits == 0) return word;
    int room = 64 - used;
    return word | (room >= second_bits ? second << (room - second_bits) : second >> (second_bits - room));
}

static uint64_t chosen_bits(uint64_t word, uint64_t mask) {
    uint64_t bits = 0;
    int place = 0;
    while (mask != 0) {
        int start = __builtin_ctzll(mask);
        uint64_t run = mask >> start;
        int length = ~run == 0 ? 64 : __builtin_ctzll(~run);
        uint64_t ones = length == 64 ? ~0ull : (1ull << length) - 1;
        bits |= ((word >> start) & ones) << place;
        place += length;
        mask &= ~(ones << start);
    }
    return bits;
}

#if defined(__x86_64__)
__attribute__((target("bmi,bmi2"))) static void
sort_words_bmi2(const wf_entry *entries, size_t count, uint64_t high, uint64_t low, uint32_t second, uint64_t *words) {
    int high_bits = __builtin_popcountll(high), low_bits = __builtin_popcountll(low);
    int second_bits = __builtin_popcount(second);
    for (size_t i = 0; i < count; i++)
        words[i] = joined(
            _pext_u64(entries[i].high, high), high_bits, _pext_u64(entries[i].low, low), low_bits,
            _pext_u64(entries[i].second, second), second_bits);
}
#endif

void wf_sort_words(const wf_entry *entries, size_t count, uint64_t high, uint64_t low, uint32_t second, uint64_t *words) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("bmi2")) {
        sort_words_bmi2(entries, count, high, low, second, words);
        return;
    }
#endif
    int high_bits = __builtin_popcountll(high), low_bits = __builtin_popcountll(low);
    int second_bits = __builtin_popcount(second);
    for (size_t i = 0; i < count; i++)
        words[i] = joined(
            chosen_bits(entries[i].high, high), high_bits, chosen_bits(entries[i].low, low), low_bits,
            chosen_bits(entries[i].second, second), second_bits);
}

/// One step of a search by halves. Halves of a power of two add up to less than it, so `further` is one of the bounds'
/// numbers, counted from 1.
static inline size_t behind(const uint64_t *bounds, size_t place, size_t half, uint64_t key) {
    size_t further = place + half;
#if defined(__clang__)
    return __builtin_unpredictable(bounds[further - 1] <= key) ? further : place;
#else
    return bounds[further - 1] <= key ? further : place;
#endif
}

void wf_sort_places(const wf_entry *entries, size_t count, const uint64_t *bounds, int levels, uint16_t *places) {
    // Which half a key lies in is as good as random, so the search must not branch; four keys at a time, because each
    // step waits for the one before.
    size_t i = 0;
    for (; i + 4 <= count; i += 4) {
        size_t place[4] = {0, 0, 0, 0};
        for (size_t half = (size_t)1 << levels >> 1; half != 0; half >>= 1)
            for (int k = 0; k < 4; k++)
                place[k] = behind(bounds, place[k], half, entries[i + k].high);
        for (int k = 0; k < 4; k++) places[i + k] = (uint16_t)place[k];
    }
    for (; i < count; i++) {
        size_t place = 0;
        for (size_t half = (size_t)1 << levels >> 1; half != 0; half >>= 1)
            place = behind(bounds, place, half, entries[i].high);
        places[i] = (uint16_t)place;
    }
}
