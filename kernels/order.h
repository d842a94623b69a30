/* The order of two rows by their doubles, 64 bars to a word, and where it turns. */
#ifndef TS_KERNELS_ORDER_H
#define TS_KERNELS_ORDER_H

#include "kernels/operand.h"
#include "kernels/vocabulary.h"

/* Bit 63: whether a <= b (and a >= b) at the last bar before a word, both defined. */
typedef struct ts_order_before {
    uint64_t at_most, at_least;
} ts_order_before;

TS_INLINE vd operand_at(ts_operand operand, size_t bar) { return v_load(operand.at + (bar & operand.mask)); }

/* Where is a above b, where below it? By the doubles. */
TS_INLINE void order_doubles(const ts_pair *pair, size_t word, uint64_t *above, uint64_t *below)
{
    *above = *below = 0;
    TS_UNROLL(16)
    for (size_t bit = 0; bit < 64; bit += LANES) {
        vd a = operand_at(pair->a, word * 64 + bit), b = operand_at(pair->b, word * 64 + bit);
        *above |= (uint64_t)m_bits(v_gt(a, b)) << bit;
        *below |= (uint64_t)m_bits(v_lt(a, b)) << bit;
    }
}

TS_APART uint64_t equal_doubles(const ts_pair *pair, size_t word)
{
    uint64_t equal = 0;
    for (size_t bit = 0; bit < 64; bit += LANES)
        equal |= (uint64_t)m_bits(v_eq(operand_at(pair->a, word * 64 + bit), operand_at(pair->b, word * 64 + bit)))
                 << bit;
    return equal;
}

/* The order at the bars of a word, and where both rows are defined. */
TS_APART uint64_t order_exactly(const ts_pair *pair, size_t word, uint64_t *above, uint64_t *below)
{
    order_doubles(pair, word, above, below);
    uint64_t strict = *above | *below;
    return ~strict ? strict | equal_doubles(pair, word) : strict;
}

/* Both crossings at the bars of a word. Where both rows are defined, `a <= b` is `not a > b`: two comparisons give
 * both. */
TS_INLINE void crossings(uint64_t both, uint64_t above, uint64_t below, ts_order_before *before, uint64_t *up,
                         uint64_t *down)
{
    uint64_t at_most = both & ~above, at_least = both & ~below;
    *up = both & above & (at_most << 1 | before->at_most >> 63);
    *down = both & below & (at_least << 1 | before->at_least >> 63);
    *before = (ts_order_before){at_most, at_least};
}

#endif
