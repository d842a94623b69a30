/* From entry and exit signals to changes of position, 64 bars at a time, for genomes whose exits depend on signals
 * alone.
 *
 * The position is a latch that an entry sets and an exit clears. Over a word it is a chain of carries: an entry
 * generates, a bar without signals propagates, an exit kills; so one addition gives the position at all 64 bars. */
#ifndef TS_KERNELS_LATCH_H
#define TS_KERNELS_LATCH_H

#include "kernels/cpu.h"
#include "kernels/vocabulary.h"

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
    if (__builtin_expect((entry & exit) != 0, 0)) before = latch_with_toggles(entry, exit, open);
    else {
        bool carry = __builtin_add_overflow(sets, entry, &before);
        carry |= __builtin_add_overflow(before, (uint64_t)*open, &before);
        before ^= sets ^ entry;
        *open = carry;
    }
    return before ^ (before >> 1 | (uint64_t)*open << 63);
}

/* Write the bars of a word's changes; returns the end of the list. Changes are rarer than one a word: two are written
 * without asking whether they are there (the next word overwrites what was not), the rest one by one. Gathering them
 * into vectors first would cost more than the writes, so who calls this is compiled without. */
TS_INLINE uint32_t *write_changes(uint64_t edges, uint32_t first, uint32_t *out)
{
    uint32_t *end = out + __builtin_popcountll(edges);
    for (int i = 0; i < 2; i++) {
        out[i] = first + first_bit(edges);
        edges &= edges - 1;
    }
    for (; __builtin_expect(edges != 0, 0); edges &= edges - 1) out[2] = first + first_bit(edges), out++;
    return end;
}

#define WRITES_CHANGES __attribute__((optimize("no-tree-slp-vectorize")))

WRITES_CHANGES static size_t latch(const uint64_t *entry, const uint64_t *exit, size_t words, uint32_t first,
                                   bool *open, uint32_t *change)
{
    bool held = *open;
    uint32_t *out = change;
    for (size_t word = 0; word < words; word++, first += 64)
        out = write_changes(latch_word(entry[word], exit[word], &held), first, out);
    *open = held;
    return (size_t)(out - change);
}

#endif
