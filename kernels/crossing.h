/* Where two rows cross, 64 bars to a word. */
#ifndef TS_KERNELS_CROSSING_H
#define TS_KERNELS_CROSSING_H

#include "kernels/levels.h"
#include "kernels/order.h"

/* The same by levels, where the rows have them; where levels are equal, the doubles decide. */
TS_INLINE uint64_t order_word(const ts_pair *pair, size_t word, uint64_t *above, uint64_t *below)
{
    if (!pair->level[0]) return order_exactly(pair, word, above, below);
    uint64_t both = pair->defined[0][word] & pair->defined[1][word], equal;
    l_order(pair->level[0] + 64 * word, pair->level[1] + 64 * word, above, &equal);
    *below = ~(*above | equal);
    if (rarely((equal & both) != 0)) order_exactly(pair, word, above, below);
    return both;
}

/* Both crossings at the bars of a word. */
TS_INLINE void cross_word(const ts_pair *pair, size_t word, ts_order_before *before, uint64_t *up, uint64_t *down)
{
    uint64_t above, below, both = order_word(pair, word, &above, &below);
    crossings(both, above, below, before, up, down);
}

#endif
