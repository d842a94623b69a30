/* The order of two rows on a device, 32 bars to a piece (half a word of a mask), by their singles: the rows' values
 * rounded to single precision, block by block in an order of their own.
 *
 * Rounding is monotone: where the singles of two rows differ, the order of the rows is theirs; where they are equal,
 * which is rare, or one is undefined, the doubles are asked. That holds for every way of rounding, and where a device
 * takes denormal singles for 0.
 *
 * A block is TS_DEVICE_PIECES pieces. Bar k of piece p stands at TS_DEVICE_PIECES * k + p, so one load brings the same
 * bar of all pieces of the block, and a comparison of two loads is bit k of as many pieces: no bit has to move. A
 * work-item makes TS_PIECES of them at once: all of a block on a processor, where they are a vector; one on a card,
 * where neighbouring work-items load neighbouring singles. */
#ifndef TS_KERNELS_PIECES_H
#define TS_KERNELS_PIECES_H

#include "kernels/device_records.h"
#include "kernels/order.h"

#ifdef __OPENCL_VERSION__

#if TS_PIECES == 16
typedef uint16 ts_pieces;
typedef float16 ts_singles;
#define P_LOAD(at)           vload16(0, at)
#define P_STORE(x, at)       vstore16(x, 0, at)
#define P_WHERE(m)           as_uint16(m)
#define P_ANY(x)             any((x) != 0u)
#define P_SHIFTED(x, before) (uint16)(before, (x).s0, (x).s12, (x).s3456, (x).s789abcde)
#else
typedef uint ts_pieces;
typedef float ts_singles;
#define P_LOAD(at)           (*(at))
#define P_STORE(x, at)       (*(at) = (x))
#define P_WHERE(m)           ((m) ? ~0u : 0u)
#define P_ANY(x)             ((x) != 0)
#define P_SHIFTED(x, before) (before)
#endif

/* Two rows: their doubles, and their singles, of which a number has a block's width. */
typedef struct ts_compared {
    ts_operand a, b;
    global const float *single_a, *single_b;
    size_t mask_a, mask_b;
} ts_compared;

typedef struct ts_pieces_order {
    ts_pieces above, below, both; /* both: the rows are defined */
} ts_pieces_order;

/* Where the single of a bar stands; of the bar, relative to the tile. */
TS_INLINE size_t turned(size_t bar)
{
    const size_t within = bar % TS_DEVICE_BLOCK;
    return bar - within + within % TS_DEVICE_PIECE * TS_DEVICE_PIECES + within / TS_DEVICE_PIECE;
}

/* By singles alone; a row's neighbouring bars are `step` apart. */
TS_INLINE void order_singles(global const float *a, global const float *b, size_t step_a, size_t step_b,
                             ts_pieces_order *order)
{
    order->above = order->below = 0;
#pragma unroll
    for (uint k = 0; k < TS_DEVICE_PIECE; k++) {
        const ts_singles x = P_LOAD(a + k * step_a), y = P_LOAD(b + k * step_b);
        order->above |= P_WHERE(x > y) & 1u << k;
        order->below |= P_WHERE(x < y) & 1u << k;
    }
}

/* A piece by the doubles. */
void order_piece(const ts_compared *rows, size_t piece, uint *above, uint *below, uint *both)
{
    uint more = 0, less = 0, equal = 0;
    for (uint k = 0; k < TS_DEVICE_PIECE; k++) {
        const size_t bar = piece * TS_DEVICE_PIECE + k;
        const double x = operand_at(rows->a, bar), y = operand_at(rows->b, bar);
        more |= (uint)(x > y) << k;
        less |= (uint)(x < y) << k;
        equal |= (uint)(x == y) << k;
    }
    *above = more;
    *below = less;
    *both = more | less | equal;
}

/* Pieces with a bar at which neither row's single is above the other's; there are no doubles from piece `end` on. */
void order_doubtful(const ts_compared *rows, size_t piece, size_t end, ts_pieces_order *order)
{
    uint above[TS_PIECES], below[TS_PIECES], both[TS_PIECES];
    P_STORE(order->above, above);
    P_STORE(order->below, below);
    P_STORE(order->both, both);
    for (size_t p = 0; p < TS_PIECES && piece + p < end; p++)
        if (~both[p]) order_piece(rows, piece + p, &above[p], &below[p], &both[p]);
    order->above = P_LOAD(above);
    order->below = P_LOAD(below);
    order->both = P_LOAD(both);
}

/* Of TS_PIECES pieces from `piece` on; the tile has `end`. */
TS_INLINE ts_pieces_order order_pieces(const ts_compared *rows, size_t piece, size_t end)
{
    ts_pieces_order order;
    const size_t at = turned(piece * TS_DEVICE_PIECE);
    global const float *a = rows->single_a + (at & rows->mask_a), *b = rows->single_b + (at & rows->mask_b);
    if (rows->mask_a & rows->mask_b) order_singles(a, b, TS_DEVICE_PIECES, TS_DEVICE_PIECES, &order);
    else order_singles(a, b, TS_DEVICE_PIECES & rows->mask_a, TS_DEVICE_PIECES & rows->mask_b, &order);
    order.both = order.above | order.below;
    if (P_ANY(~order.both)) order_doubtful(rows, piece, end, &order);
    return order;
}

/* The order at the bar before a piece. Between tiles it is kept: bit 0 of `kept` says whether a <= b at the last bar of
 * the tile before, bit 1 whether a >= b. */
TS_INLINE uint order_before(const ts_compared *rows, size_t piece, uint kept)
{
    if (!piece) return kept;
    const size_t bar = piece * TS_DEVICE_PIECE - 1, at = turned(bar);
    const float x = rows->single_a[at & rows->mask_a], y = rows->single_b[at & rows->mask_b];
    if (x < y) return 1;
    if (x > y) return 2;
    const double exact_x = operand_at(rows->a, bar), exact_y = operand_at(rows->b, bar);
    return (uint)(exact_x <= exact_y) | (uint)(exact_x >= exact_y) << 1;
}

/* Both crossings, as in order.h. */
TS_INLINE void cross_pieces(const ts_pieces_order *order, uint before, ts_pieces *up, ts_pieces *down)
{
    const ts_pieces at_most = order->both & ~order->above, at_least = order->both & ~order->below;
    *up = order->above & (at_most << 1u | P_SHIFTED(at_most, before << 31) >> 31u);
    *down = order->below & (at_least << 1u | P_SHIFTED(at_least, before >> 1 << 31) >> 31u);
}

TS_INLINE ts_pieces compare_pieces(const ts_pieces_order *order, long relation)
{
    switch (relation) {
    case TS_IS_BELOW: return order->below;
    case TS_IS_AT_MOST: return order->both & ~order->above;
    case TS_IS_ABOVE: return order->above;
    default: return order->both & ~order->below;
    }
}

#endif

#endif
