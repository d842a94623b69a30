/* Masks: one bit a bar, 64 to a word, made by comparing rows LANES bars at a time.
 *
 * A block of masks is made a short span of bars at a time, so that the rows it compares with one another come from the
 * L2 cache once and from L1 for all but the first that reads them. Comparisons come first: they write a chunk of bits
 * at a time, and by the time whole words are read for the operations on them the chunks have left the store buffer.
 *
 * Crossings compare in single precision first. Rounding is monotone: where the rounded values differ, the order of the
 * exact ones is theirs; only where they are equal, which is rare, the doubles are asked. */
#include "kernels/cpu.h"
#include "kernels/vocabulary.h"

enum { MASK_SPAN = 256 };

TS_INLINE vd operand_at(ts_operand operand, size_t bar) { return v_load(operand.at + (bar & operand.mask)); }

/* Conditions over [from, to) into a mask; `condition` is an expression of the bar `at`. */
#define FILL(words, condition)                                                                                         \
    do {                                                                                                               \
        v_chunk *chunks = (v_chunk *)(words);                                                                          \
        for (size_t bar = from; bar < to; bar += CHUNK) {                                                              \
            vm m[CHUNK / LANES];                                                                                       \
            for (size_t k = 0; k < CHUNK / LANES; k++) {                                                               \
                size_t at = bar + k * LANES;                                                                           \
                m[k] = condition;                                                                                      \
            }                                                                                                          \
            chunks[bar / CHUNK] = m_chunk(m);                                                                          \
        }                                                                                                              \
    } while (0)

static void compare(const ts_mask *mask, size_t from, size_t to)
{
    ts_operand a = mask->a, b = mask->b;
    switch (mask->relation) {
    case TS_IS_BELOW: FILL(mask->out, v_lt(operand_at(a, at), operand_at(b, at))); break;
    case TS_IS_AT_MOST: FILL(mask->out, v_le(operand_at(a, at), operand_at(b, at))); break;
    case TS_IS_ABOVE: FILL(mask->out, v_gt(operand_at(a, at), operand_at(b, at))); break;
    default: FILL(mask->out, v_ge(operand_at(a, at), operand_at(b, at))); break;
    }
}

static void defined(const ts_mask *mask, size_t from, size_t to)
{
    ts_operand a = mask->a;
    FILL(mask->out, m_not(v_undefined(operand_at(a, at))));
    for (size_t bar = from; bar < to; bar += LANES) s_store(mask->single[0] + bar, operand_at(a, bar));
}

static void order_rows(const ts_mask *mask, size_t from, size_t to)
{
    const float *a = mask->single[0] + from, *b = mask->single[1] + from;
    s_bits *above = (s_bits *)mask->out + from / SINGLES, *below = (s_bits *)mask->down + from / SINGLES;
    for (size_t words = (to - from) / 64; words; words--) {
#pragma GCC unroll 8
        for (size_t k = 0; k < 64 / SINGLES; k++) s_order(a + k * SINGLES, b + k * SINGLES, above + k, below + k);
        a += 64;
        b += 64;
        above += 64 / SINGLES;
        below += 64 / SINGLES;
    }
}

/* The order of the doubles at the bars of a word that single precision could not tell: where a is above b (way 1) or
 * below it (way -1). */
static __attribute__((noinline)) uint64_t order_exactly(const ts_mask *mask, size_t word, uint64_t equal, double way)
{
    ts_operand a = mask->a, b = mask->b;
    uint64_t found = 0;
    for (; equal; equal &= equal - 1) {
        size_t bar = word * 64 + (size_t)__builtin_ctzll(equal);
        found |= (equal & -equal) * (way * a.at[bar & a.mask] > way * b.at[bar & b.mask]);
    }
    return found;
}

/* Where both rows are defined, `a <= b` is `not a > b`: two comparisons give both crossings. */
static void cross_words(ts_mask *mask, size_t from, size_t to)
{
    uint64_t at_most = mask->carry[0], at_least = mask->carry[1];
    uint64_t *restrict up = mask->out, *restrict down = mask->down;
    const uint64_t *restrict defined_a = mask->x, *restrict defined_b = mask->y;
    for (size_t word = from / 64; word < to / 64; word++) {
        uint64_t above = up[word], below = down[word], both = defined_a[word] & defined_b[word];
        uint64_t equal = both & ~(above | below);
        if (__builtin_expect(equal != 0, 0)) {
            above |= order_exactly(mask, word, equal, 1);
            below |= order_exactly(mask, word, equal, -1);
        }
        uint64_t not_above = both & ~above, not_below = both & ~below;
        up[word] = above & (not_above << 1 | at_most);
        down[word] = below & (not_below << 1 | at_least);
        at_most = not_above >> 63;
        at_least = not_below >> 63;
    }
    mask->carry[0] = at_most;
    mask->carry[1] = at_least;
}

static void compare_rows(const ts_mask *mask, size_t from, size_t to)
{
    if (mask->kind == TS_MASK_COMPARE) compare(mask, from, to);
    else if (mask->kind == TS_MASK_UP) order_rows(mask, from, to);
    else if (mask->kind == TS_MASK_DEFINED) defined(mask, from, to);
}

static void combine_words(ts_mask *mask, size_t from, size_t to)
{
    const uint64_t *x = mask->x, *y = mask->y;
    switch (mask->kind) {
    case TS_MASK_UP: cross_words(mask, from, to); break;
    case TS_MASK_AND:
        for (size_t word = from / 64; word < to / 64; word++) mask->out[word] = x[word] & y[word];
        break;
    case TS_MASK_OR:
        for (size_t word = from / 64; word < to / 64; word++) mask->out[word] = x[word] | y[word];
        break;
    case TS_MASK_NOT:
        for (size_t word = from / 64; word < to / 64; word++) mask->out[word] = ~x[word];
        break;
    default: break;
    }
}

static void masks(ts_mask *mask, size_t count, size_t bars, bool first)
{
    for (size_t i = 0; first && i < count; i++) mask[i].carry[0] = mask[i].carry[1] = 0;
    for (size_t from = 0; from < bars; from += MASK_SPAN) {
        size_t to = from + MASK_SPAN < bars ? from + MASK_SPAN : bars;
        for (size_t i = 0; i < count; i++) compare_rows(&mask[i], from, to);
        for (size_t i = 0; i < count; i++) combine_words(&mask[i], from, to);
    }
}
