/* Masks: one bit a bar, 64 to a word, made by comparing rows LANES bars at a time.
 *
 * A block of masks is made a short span of bars at a time, so that the rows it compares with one another come from the
 * L2 cache once and from L1 for all but the first that reads them. Comparisons come first: they write a chunk of bits
 * at a time, and by the time whole words are read for the operations on them the chunks have left the store buffer.
 */
#include "kernels/crossing.h"

enum { MASK_SPAN = 256 };

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
    ts_operand a = mask->rows.a, b = mask->rows.b;
    switch (mask->relation) {
    case TS_IS_BELOW: FILL(mask->out, v_lt(operand_at(a, at), operand_at(b, at))); break;
    case TS_IS_AT_MOST: FILL(mask->out, v_le(operand_at(a, at), operand_at(b, at))); break;
    case TS_IS_ABOVE: FILL(mask->out, v_gt(operand_at(a, at), operand_at(b, at))); break;
    default: FILL(mask->out, v_ge(operand_at(a, at), operand_at(b, at))); break;
    }
}

static void defined(const ts_mask *mask, size_t from, size_t to)
{
    ts_operand a = mask->rows.a;
    FILL(mask->out, m_not(v_undefined(operand_at(a, at))));
    make_levels(mask->scale, a, from, to, mask->level);
}

static void cross(ts_mask *mask, size_t from, size_t to)
{
    ts_order_before before = {mask->carry[0], mask->carry[1]};
    for (size_t word = from / 64; word < to / 64; word++)
        cross_word(&mask->rows, word, &before, &mask->out[word], &mask->down[word]);
    mask->carry[0] = before.at_most;
    mask->carry[1] = before.at_least;
}

static void compare_rows(const ts_mask *mask, size_t from, size_t to)
{
    if (mask->kind == TS_MASK_COMPARE) compare(mask, from, to);
    else if (mask->kind == TS_MASK_DEFINED) defined(mask, from, to);
}

static void combine_words(ts_mask *mask, size_t from, size_t to)
{
    const uint64_t *x = mask->x, *y = mask->y;
    switch (mask->kind) {
    case TS_MASK_UP: cross(mask, from, to); break;
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
    for (size_t i = 0; i < count; i++)
        if (mask[i].kind == TS_MASK_DEFINED && !mask[i].scale->set && mask[i].rows.a.mask)
            set_scale(mask[i].scale, mask[i].rows.a, bars);
    for (size_t from = 0; from < bars; from += MASK_SPAN) {
        size_t to = from + MASK_SPAN < bars ? from + MASK_SPAN : bars;
        for (size_t i = 0; i < count; i++) compare_rows(&mask[i], from, to);
        for (size_t i = 0; i < count; i++) combine_words(&mask[i], from, to);
    }
}
