/* From entry and exit signals to changes of position, 64 bars at a time, for genomes whose exits depend on signals
 * alone.
 *
 * The position is a latch that an entry sets and an exit clears. Over a word it is a chain of carries: an entry
 * generates, a bar without signals propagates, an exit kills; so one addition gives the position at all 64 bars. */
#include "kernels/cpu.h"
#include "kernels/vocabulary.h"

/* A bar with both signals toggles: the rare word that has one is followed bar by bar. */
static uint64_t latch_with_toggles(uint64_t entry, uint64_t exit, bool open)
{
    uint64_t held = 0;
    for (int bit = 0; bit < 64; bit++) {
        bool enters = entry >> bit & 1, leaves = exit >> bit & 1;
        open = open ? !leaves : enters;
        held |= (uint64_t)open << bit;
    }
    return held;
}

/* Bit t: is a position open after the signals of bar t? */
TS_INLINE uint64_t latch_word(uint64_t entry, uint64_t exit, bool open)
{
    if (__builtin_expect((entry & exit) != 0, 0)) return latch_with_toggles(entry, exit, open);
    uint64_t sum, sets = ~exit; /* generate or propagate */
    bool carry = __builtin_add_overflow(sets, entry, &sum);
    carry |= __builtin_add_overflow(sum, (uint64_t)open, &sum);
    uint64_t carries_in = sum ^ sets ^ entry;
    return carries_in >> 1 | (uint64_t)carry << 63;
}

/* Changes are rarer than one a word: two are written without asking whether they are there (the next word overwrites
 * what was not), the rest one by one. Gathering them into vectors first would cost more than the writes. */
__attribute__((optimize("no-tree-slp-vectorize"))) static size_t
latch(const uint64_t *entry, const uint64_t *exit, size_t words, uint32_t first, bool *open, uint32_t *change)
{
    size_t changes = 0;
    bool held_before = *open;
    for (size_t word = 0; word < words; word++) {
        uint64_t held = latch_word(entry[word], exit[word], held_before);
        uint64_t edges = held ^ (held << 1 | (uint64_t)held_before);
        uint32_t bar = first + (uint32_t)word * 64;
        int count = __builtin_popcountll(edges);
        uint32_t *out = change + changes;
        for (int i = 0; i < 2; i++) {
            out[i] = bar + (uint32_t)__builtin_ctzll(edges | 1ull << 63);
            edges &= edges - 1;
        }
        for (; edges; edges &= edges - 1) *(out++ + 2) = bar + (uint32_t)__builtin_ctzll(edges);
        changes += (size_t)count;
        held_before = held >> 63;
    }
    *open = held_before;
    return changes;
}
