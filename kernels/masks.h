/* Masks: one bit a bar, 64 to a word, made by comparing rows LANES bars at a time.
 *
 * A block of masks is made a short span of bars at a time, so that the rows it compares with one another come from the L2
 * cache once and from L1 for all but the first that reads them. */
#include "kernels/cpu.h"
#include "kernels/vocabulary.h"

enum { MASK_SPAN = 192 };

/* Sets of LANES bits are written one after the other into 64-bit words. */
#if LANES == 8
#define PUT_BITS(words, bar, m) ((uint8_t *)(words))[(bar) / 8] = (uint8_t)m_bits(m)
#else
#define PUT_BITS(words, bar, m) (words)[(bar) / 64] |= (uint64_t)m_bits(m) << ((bar) % 64)
#endif

TS_INLINE void clear_words(uint64_t *words, size_t from, size_t to)
{
    if (LANES != 8)
        for (size_t word = from / 64; word < to / 64; word++) words[word] = 0;
}

TS_INLINE vd operand_at(ts_operand operand, size_t bar) { return v_load(operand.at + (bar & operand.mask)); }

static void compare(const ts_mask *mask, size_t from, size_t to)
{
    ts_operand a = mask->a, b = mask->b;
    uint64_t *out = mask->out;
    clear_words(out, from, to);
#define LOOP(relation)                                                                                                 \
    for (size_t bar = from; bar < to; bar += LANES) PUT_BITS(out, bar, relation(operand_at(a, bar), operand_at(b, bar)))
    switch (mask->relation) {
    case TS_IS_BELOW: LOOP(v_lt); break;
    case TS_IS_AT_MOST: LOOP(v_le); break;
    case TS_IS_ABOVE: LOOP(v_gt); break;
    default: LOOP(v_ge); break;
    }
#undef LOOP
}

static void defined(const ts_mask *mask, size_t from, size_t to)
{
    ts_operand a = mask->a;
    uint64_t *out = mask->out;
    clear_words(out, from, to);
    for (size_t bar = from; bar < to; bar += LANES) PUT_BITS(out, bar, m_not(v_undefined(operand_at(a, bar))));
}

/* Where both rows are defined, `a <= b` is `not a > b`: two comparisons give both crossings. */
TS_INLINE void cross_rows(ts_operand a, ts_operand b, uint64_t *up, uint64_t *down, size_t from, size_t to)
{
    clear_words(up, from, to);
    clear_words(down, from, to);
    for (size_t word = from; word < to; word += 64) {
#pragma GCC unroll 16
        for (size_t k = 0; k < 64; k += LANES) {
            vd x = operand_at(a, word + k), y = operand_at(b, word + k);
            PUT_BITS(up + word / 64, k, v_gt(x, y));
            PUT_BITS(down + word / 64, k, v_lt(x, y));
        }
    }
}

static void cross(ts_mask *mask, size_t from, size_t to)
{
    ts_operand a = mask->a, b = mask->b;
    uint64_t *restrict up = mask->out, *restrict down = mask->down;
    const uint64_t *restrict defined_a = mask->x, *restrict defined_b = mask->y;
    if (a.mask & b.mask) cross_rows((ts_operand){a.at, SIZE_MAX}, (ts_operand){b.at, SIZE_MAX}, up, down, from, to);
    else cross_rows(a, b, up, down, from, to);
    uint64_t at_most = mask->carry[0], at_least = mask->carry[1];
    for (size_t word = from / 64; word < to / 64; word++) {
        uint64_t above = up[word], below = down[word], both = defined_a[word] & defined_b[word];
        uint64_t not_above = both & ~above, not_below = both & ~below;
        up[word] = above & (not_above << 1 | at_most);
        down[word] = below & (not_below << 1 | at_least);
        at_most = not_above >> 63;
        at_least = not_below >> 63;
    }
    mask->carry[0] = at_most;
    mask->carry[1] = at_least;
}

static void make_mask(ts_mask *mask, size_t from, size_t to)
{
    const uint64_t *x = mask->x, *y = mask->y;
    switch (mask->kind) {
    case TS_MASK_COMPARE: compare(mask, from, to); break;
    case TS_MASK_DEFINED: defined(mask, from, to); break;
    case TS_MASK_UP:
    case TS_MASK_DOWN: cross(mask, from, to); break;
    case TS_MASK_AND:
        for (size_t word = from / 64; word < to / 64; word++) mask->out[word] = x[word] & y[word];
        break;
    case TS_MASK_OR:
        for (size_t word = from / 64; word < to / 64; word++) mask->out[word] = x[word] | y[word];
        break;
    case TS_MASK_NOT:
        for (size_t word = from / 64; word < to / 64; word++) mask->out[word] = ~x[word];
        break;
    }
}

static void masks(ts_mask *mask, size_t count, size_t bars, bool first)
{
    for (size_t i = 0; first && i < count; i++) mask[i].carry[0] = mask[i].carry[1] = 0;
    for (size_t from = 0; from < bars; from += MASK_SPAN) {
        size_t to = from + MASK_SPAN < bars ? from + MASK_SPAN : bars;
        for (size_t i = 0; i < count; i++) make_mask(&mask[i], from, to);
    }
}
