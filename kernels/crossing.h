/* Where two rows cross, 64 bars to a word.
 *
 * Crossings compare in single precision first. Rounding is monotone: where the rounded values differ, the order of the
 * exact ones is theirs; only where they are equal, which is rare, the doubles are asked. */
#ifndef TS_KERNELS_CROSSING_H
#define TS_KERNELS_CROSSING_H

#include "kernels/cpu.h"
#include "kernels/vocabulary.h"

/* Bit 63: whether a <= b (and a >= b) at the last bar before a word, both defined. */
typedef struct ts_order_before {
    uint64_t at_most, at_least;
} ts_order_before;

/* The order of the doubles at the bars of a word that single precision could not tell: where a is above b (way 1) or
 * below it (way -1). */
static __attribute__((noinline)) uint64_t order_exactly(const ts_pair *pair, size_t word, uint64_t equal, double way)
{
    ts_operand a = pair->a, b = pair->b;
    uint64_t found = 0;
    for (; equal; equal &= equal - 1) {
        size_t bar = word * 64 + (size_t)__builtin_ctzll(equal);
        found |= (equal & -equal) * (way * a.at[bar & a.mask] > way * b.at[bar & b.mask]);
    }
    return found;
}

/* From the order in single precision to both crossings. Where both rows are defined, `a <= b` is `not a > b`: two
 * comparisons give both. */
TS_INLINE void cross_word(const ts_pair *pair, size_t word, uint64_t above, uint64_t below, ts_order_before *before,
                          uint64_t *up, uint64_t *down)
{
    uint64_t both = pair->defined[0][word] & pair->defined[1][word], equal = both & ~(above | below);
    if (__builtin_expect(equal != 0, 0)) {
        above |= order_exactly(pair, word, equal, 1);
        below |= order_exactly(pair, word, equal, -1);
    }
    uint64_t at_most = both & ~above, at_least = both & ~below;
    *up = above & (at_most << 1 | before->at_most >> 63);
    *down = below & (at_least << 1 | before->at_least >> 63);
    *before = (ts_order_before){at_most, at_least};
}

#endif
