/* The changes of position of a genome over a tile, listed. */
#ifndef TS_KERNELS_LATCH_H
#define TS_KERNELS_LATCH_H

#include "kernels/latch_word.h"

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
    for (; rarely(edges != 0); edges &= edges - 1) out[2] = first + first_bit(edges), out++;
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
