/* From entry and exit signals to changes of position, 64 bars at once, for genomes whose exits depend on signals alone.
 *
 * The position is a latch that an entry sets and an exit clears. Over a word it is a chain of carries: an entry
 * generates, a bar without signals propagates, an exit kills; so one addition gives the position at all 64 bars. */
#ifndef TS_KERNELS_LATCH_WORD_H
#define TS_KERNELS_LATCH_WORD_H

#include "kernels/vocabulary.h"

/* Bits [from, 64) of a word; those of bars from `from` on, counted from the word's first. */
TS_INLINE uint64_t bits_from(int64_t from) { return from <= 0 ? ~(uint64_t)0 : from < 64 ? ~(uint64_t)0 << from : 0; }

/* A bar with both signals toggles: the rare word that has one is followed bar by bar. */
static uint64_t latch_with_toggles(uint64_t entry, uint64_t exit, bool *open)
{
    uint64_t before = 0;
    for (int bit = 0; bit < 64; bit++) {
        bool enters = entry >> bit & 1, leaves = exit >> bit & 1;
        before |= (uint64_t)*open << bit;
        *open = *open ? !leaves : enters;
    }
    return before;
}

/* The bars at which the position changes; *open says whether one is open before the word, and after it. */
TS_INLINE uint64_t latch_word(uint64_t entry, uint64_t exit, bool *open)
{
    uint64_t before, sets = ~exit; /* before: bit t says whether a position is open when bar t begins */
    if (rarely((entry & exit) != 0)) before = latch_with_toggles(entry, exit, open);
    else {
        bool carry = add_carries(sets, entry, &before);
        carry |= add_carries(before, (uint64_t)*open, &before);
        before ^= sets ^ entry;
        *open = carry;
    }
    return before ^ (before >> 1 | (uint64_t)*open << 63);
}

#endif
