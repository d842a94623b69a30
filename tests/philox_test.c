/* Philox against the known answers that its authors publish with Random123 (kat_vectors, philox4x32 10 rounds). */
#include "common/philox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct {
    uint32_t counter[4], key[2], out[4];
} known[] = {
    {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
    {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
     {0xffffffff, 0xffffffff},
     {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
    {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
     {0xa4093822, 0x299f31d0},
     {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
};

static void known_answers(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        uint32_t out[4];
        ts_philox(known[i].counter, known[i].key, out);
        for (int word = 0; word < 4; word++) assert_int_equal(out[word], known[i].out[word]);
    }
}

static void a_stream_is_its_blocks_in_order(void **state)
{
    (void)state;
    const uint64_t key = 0x299f31d0a4093822;
    ts_draws draws = ts_draws_at(key, 7, 8, 9);
    for (uint32_t block = 0; block < 3; block++) {
        uint32_t out[4], counter[4] = {block, 7, 8, 9}, words[2] = {0xa4093822, 0x299f31d0};
        ts_philox(counter, words, out);
        for (int word = 0; word < 4; word++) assert_int_equal(ts_draw_u32(&draws), out[word]);
    }
}

static void units_are_in_range_and_even(void **state)
{
    (void)state;
    enum { DRAWS = 100000 };
    ts_draws draws = ts_draws_at(1, 0, 0, 0);
    double sum = 0;
    for (int i = 0; i < DRAWS; i++) {
        double unit = ts_draw_unit(&draws);
        assert_true(unit >= 0 && unit < 1);
        sum += unit;
    }
    /* The mean of n uniform draws has a standard deviation of 0.2887 / sqrt(n) = 0.0009: 5 of them. */
    assert_true(sum / DRAWS > 0.4955 && sum / DRAWS < 0.5045);
}

static void below_is_in_range_and_even(void **state)
{
    (void)state;
    enum { BOUND = 7, DRAWS = 70000 };
    int count[BOUND] = {0};
    ts_draws draws = ts_draws_at(2, 0, 0, 0);
    for (int i = 0; i < DRAWS; i++) {
        uint32_t value = ts_draw_below(&draws, BOUND);
        assert_true(value < BOUND);
        count[value]++;
    }
    /* Each count is binomial: 10,000 with a standard deviation of 93; 5 of them. */
    for (int i = 0; i < BOUND; i++) assert_in_range(count[i], 9535, 10465);
    for (int i = 0; i < 100; i++) assert_int_equal(ts_draw_below(&draws, 1), 0);
}

/* Of the 2^32 words, 2^30 are unfair for this bound; were they not drawn again, every third result would come twice as
 * often as the others. */
static void large_bounds_are_not_biased(void **state)
{
    (void)state;
    enum { DRAWS = 40000 };
    const uint32_t bound = 3u << 30;
    int thirds[3] = {0};
    ts_draws draws = ts_draws_at(3, 0, 0, 0);
    for (int i = 0; i < DRAWS; i++) thirds[ts_draw_below(&draws, bound) % 3]++;
    /* Binomial: 13,333 with a standard deviation of 94; 5 of them. */
    for (int i = 0; i < 3; i++) assert_in_range(thirds[i], 12863, 13804);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_answers),
        cmocka_unit_test(a_stream_is_its_blocks_in_order),
        cmocka_unit_test(units_are_in_range_and_even),
        cmocka_unit_test(below_is_in_range_and_even),
        cmocka_unit_test(large_bounds_are_not_biased),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
