/* Masks: one bit a bar, 64 to a word, made by comparing rows LANES bars at a time. */
#include "kernels/cpu.h"
#include "kernels/vocabulary.h"

/* Sets of LANES bits are written one after the other into 64-bit words. */
#if LANES == 8
#define PUT_BITS(words, bar, m) ((uint8_t *)(words))[(bar) / 8] = (uint8_t)m_bits(m)
#else
#define PUT_BITS(words, bar, m) (words)[(bar) / 64] |= (uint64_t)m_bits(m) << ((bar) % 64)
#endif

TS_INLINE void clear_words(uint64_t *words, size_t bars)
{
    if (LANES != 8) __builtin_memset(words, 0, bars / 8);
}

TS_INLINE vd operand_at(ts_operand operand, size_t bar) { return v_load(operand.at + (bar & operand.mask)); }

static void compare(const ts_compare *call, size_t bars)
{
    ts_operand a = call->a, b = call->b;
    uint64_t *out = call->out;
    clear_words(out, bars);
#define LOOP(relation)                                                                                                 \
    for (size_t bar = 0; bar < bars; bar += LANES) PUT_BITS(out, bar, relation(operand_at(a, bar), operand_at(b, bar)))
    switch (call->relation) {
    case TS_IS_BELOW: LOOP(v_lt); break;
    case TS_IS_AT_MOST: LOOP(v_le); break;
    case TS_IS_ABOVE: LOOP(v_gt); break;
    default: LOOP(v_ge); break;
    }
#undef LOOP
}

static void defined(ts_operand a, uint64_t *out, size_t bars)
{
    clear_words(out, bars);
    for (size_t bar = 0; bar < bars; bar += LANES) PUT_BITS(out, bar, m_not(v_undefined(operand_at(a, bar))));
}

/* up: a > b now and a <= b at the bar before; where both are defined, a <= b is not a > b. */
static void cross(const ts_crossing *call, size_t bars)
{
    ts_operand a = call->a, b = call->b;
    uint64_t *up = call->up, *down = call->down;
    clear_words(up, bars);
    clear_words(down, bars);
    for (size_t bar = 0; bar < bars; bar += LANES) {
        vd x = operand_at(a, bar), y = operand_at(b, bar);
        PUT_BITS(up, bar, v_gt(x, y));
        PUT_BITS(down, bar, v_lt(x, y));
    }
    uint64_t at_most = call->carry[0], at_least = call->carry[1];
    for (size_t word = 0; word < bars / 64; word++) {
        uint64_t above = up[word], below = down[word];
        uint64_t both = call->defined_a[word] & call->defined_b[word];
        uint64_t not_above = both & ~above, not_below = both & ~below;
        up[word] = above & (not_above << 1 | at_most);
        down[word] = below & (not_below << 1 | at_least);
        at_most = not_above >> 63;
        at_least = not_below >> 63;
    }
    call->carry[0] = at_most;
    call->carry[1] = at_least;
}
