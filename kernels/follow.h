/* Positions of a genome that enters where row a crosses above row b and leaves, or goes short, where it crosses below:
 * the commonest strategy there is.
 *
 * While one row is above the other at every bar (no ties, nothing undefined), the position is simply `a is above`, and
 * its changes are those of that word: no crossings, no latch. That needs the genome to be in step, its position that of
 * the order at the bar before. Other words, at the edges of the window and after undefined values, go the long way. */
#include "kernels/crossing.h"
#include "kernels/latch.h"

typedef struct ts_follower {
    const ts_pair *rows;
    int64_t from, end;
    ts_order_before before;
    bool open, waits;
} ts_follower;

/* A word's changes by its crossings. */
TS_APART uint64_t follow_crossings(ts_follower *f, size_t word)
{
    int64_t first = (int64_t)word * 64;
    uint64_t up, down, ended = bits_from(f->end - first);
    cross_word(f->rows, word, &f->before, &up, &down);
    up &= bits_from(f->from - first) & ~ended;
    down &= ~ended;
    if (!f->waits) return latch_word(up, down, &f->open);
    uint64_t first_bits = (up | down) & bits_from(f->from - first), begin = first_bits & -first_bits;
    if (!begin) return 0;
    f->waits = false;
    f->open = up & begin;
    uint64_t after = ~(begin | (begin - 1));
    return begin | latch_word(up & after, down & after, &f->open);
}

static bool in_step(const ts_follower *f)
{
    return !f->waits && (f->open ? f->before.at_least : f->before.at_most) >> 63;
}

/* The words that lie in the window as a whole: from *begin, *count of them. */
static void whole_words(int64_t from, int64_t end, size_t *begin, size_t *count)
{
    *begin = from > 0 ? (size_t)(from + 63) / 64 : 0;
    size_t stop = end > 0 ? (size_t)end / 64 : 0;
    *count = stop > *begin ? stop - *begin : 0;
}

/* Where is a above b? True when at every bar one is above the other. */
TS_INLINE bool above_word(const ts_pair *rows, size_t word, bool by_levels, uint64_t *above)
{
    uint64_t below;
    if (by_levels)
        return l_above(rows->level[0] + 64 * word, rows->level[1] + 64 * word, above) &&
               !~(rows->defined[0][word] & rows->defined[1][word]);
    order_doubles(rows, word, above, &below);
    return !~(*above | below);
}

WRITES_CHANGES TS_INLINE uint32_t *follow_words(ts_follower *f, size_t words, uint32_t first, bool by_levels,
                                                uint32_t *out)
{
    uint64_t held = (uint64_t)f->open << 63; /* bit 63: open */
    bool astray = !in_step(f);
    size_t begin, count;
    whole_words(f->from, f->end, &begin, &count);
    for (size_t word = 0; word < words; word++, first += 64) {
        uint64_t above, edges;
        bool strict = above_word(f->rows, word, by_levels, &above);
        if (usually(strict && !astray && word - begin < count)) {
            edges = above ^ (above << 1 | held >> 63);
            f->before = (ts_order_before){~above, above};
            held = above;
        } else {
            f->open = held >> 63;
            edges = follow_crossings(f, word);
            held = (uint64_t)f->open << 63;
            astray = !in_step(f);
        }
        out = write_changes(edges, first, out);
    }
    f->open = held >> 63;
    return out;
}

WRITES_CHANGES static size_t follow(const ts_pair *rows, size_t words, int64_t from, int64_t end, uint32_t first,
                                    ts_following *following, uint32_t *change)
{
    ts_order_before before = {(uint64_t)following->at_most << 63, (uint64_t)following->at_least << 63};
    ts_follower f = {rows, from, end, before, following->open, following->waits};
    uint32_t *out;
    if (rows->level[0]) out = follow_words(&f, words, first, true, change);
    else out = follow_words(&f, words, first, false, change);
    *following = (ts_following){f.open, f.waits, f.before.at_most >> 63, f.before.at_least >> 63};
    return (size_t)(out - change);
}
