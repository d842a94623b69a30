/* Exact decimals: what is read and refused, sums in any order, and rounding against the C library's. */
#include "ingest/exact.h"

#include "common/philox.h"
#include "tests/soak.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static ts_exact read(const char *text)
{
    ts_exact value = 0;
    ts_exact_fault fault = ts_exact_read(text, strlen(text), &value);
    if (fault) fail_msg("\"%s\" %s", text, ts_exact_fault_text(fault));
    return value;
}

static void numbers_are_read_exactly(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t high, low; /* high x 10^18 + low units */
    } cases[] = {
        {"0", 0, 0},
        {"0.0", 0, 0},
        {"1", 1, 0},
        {"65083.67", 65083, 670000000000000000u},
        {"0.000000000000000001", 0, 1},
        {"0.00000001", 0, 10000000000u},
        {"999999999999999999.999999999999999999", 999999999999999999u, 999999999999999999u},
        {"1.500000000000000000000000000", 1, 500000000000000000u},
        {"0000000000000000000000000012.5", 12, 500000000000000000u},
        {"1e-7", 0, 100000000000u},
        {"1.5E+3", 1500, 0},
        {"12300e-2", 123, 0},
        {"0e99999", 0, 0},
        {"100000000000000000000000e-18", 100000, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ts_exact wanted = (ts_exact)cases[i].high * 1000000000000000000u + cases[i].low;
        if (read(cases[i].text) != wanted) fail_msg("%s", cases[i].text);
    }
}

static void everything_else_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        ts_exact_fault fault;
    } cases[] = {
        {"", TS_EXACT_NO_NUMBER},
        {".", TS_EXACT_NO_NUMBER},
        {".5", TS_EXACT_NO_NUMBER},
        {"5.", TS_EXACT_NO_NUMBER},
        {"-1", TS_EXACT_NO_NUMBER},
        {"+1", TS_EXACT_NO_NUMBER},
        {" 1", TS_EXACT_NO_NUMBER},
        {"1 ", TS_EXACT_NO_NUMBER},
        {"1,5", TS_EXACT_NO_NUMBER},
        {"0x10", TS_EXACT_NO_NUMBER},
        {"NaN", TS_EXACT_NO_NUMBER},
        {"Infinity", TS_EXACT_NO_NUMBER},
        {"1e", TS_EXACT_NO_NUMBER},
        {"1e+", TS_EXACT_NO_NUMBER},
        {"1e5.0", TS_EXACT_NO_NUMBER},
        {"1.2.3", TS_EXACT_NO_NUMBER},
        {".e5", TS_EXACT_NO_NUMBER},
        {"1e18", TS_EXACT_TOO_LARGE},
        {"1e308", TS_EXACT_TOO_LARGE},
        {"1000000000000000000", TS_EXACT_TOO_LARGE},
        {"1e-19", TS_EXACT_TOO_FINE},
        {"0.0000000000000000001", TS_EXACT_TOO_FINE},
        {"1e-300", TS_EXACT_TOO_FINE},
        {"1.5000000000000000001", TS_EXACT_TOO_FINE},
        {"1e999999", TS_EXACT_TOO_LARGE},
        {"0.0000000000000000000000000000000000000000000000000000000000001", TS_EXACT_TOO_FINE},
        {"123456789012345678901234567890123456789012345678901234567890", TS_EXACT_TOO_LARGE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ts_exact value;
        ts_exact_fault fault = ts_exact_read(cases[i].text, strlen(cases[i].text), &value);
        if (fault != cases[i].fault) fail_msg("\"%s\" %s", cases[i].text, ts_exact_fault_text(fault));
    }
    ts_exact value;
    assert_int_equal(ts_exact_read("1\0002", 3, &value), TS_EXACT_NO_NUMBER);
}

static void random_text(ts_draws *draws, char text[64])
{
    int whole = (int)ts_draw_below(draws, 18) + 1, decimals = (int)ts_draw_below(draws, 19), at = 0;
    for (int i = 0; i < whole; i++) text[at++] = (char)('0' + ts_draw_below(draws, 10));
    if (decimals) text[at++] = '.';
    for (int i = 0; i < decimals; i++) text[at++] = (char)('0' + ts_draw_below(draws, 10));
    text[at] = '\0';
}

static void rounding_is_that_of_the_c_library(void **state)
{
    (void)state;
    ts_draws draws = ts_draws_at(7, 1, 2, 3);
    for (uint32_t i = 0; i < soak(200000); i++) {
        char text[64];
        random_text(&draws, text);
        if (ts_exact_real(read(text)) != strtod(text, NULL)) fail_msg("%s", text);
    }
    /* Exactly between two doubles, and a unit to either side. */
    static const char *const ties[] = {"9007199254740993",
                                       "9007199254740995",
                                       "9007199254740993.000000000000000001",
                                       "9007199254740992.999999999999999999",
                                       "0.000000000000000001",
                                       "999999999999999999.999999999999999999"};
    for (size_t i = 0; i < sizeof ties / sizeof *ties; i++)
        if (ts_exact_real(read(ties[i])) != strtod(ties[i], NULL)) fail_msg("%s", ties[i]);
}

static void sums_do_not_depend_on_order(void **state)
{
    (void)state;
    static const char *const parts[] = {"0.1", "0.2", "0.3", "100000000000", "0.00000001", "12.345678901234567"};
    ts_exact forward = 0, backward = 0;
    size_t count = sizeof parts / sizeof *parts;
    for (size_t i = 0; i < count; i++) assert_true(ts_exact_add(&forward, read(parts[i])));
    for (size_t i = count; i-- > 0;) assert_true(ts_exact_add(&backward, read(parts[i])));
    assert_true(forward == backward);
    assert_true(ts_exact_real(forward) == 100000000012.945678911234567);
}

static void a_sum_that_does_not_fit_is_refused(void **state)
{
    (void)state;
    ts_exact sum = 0, large = read("999999999999999999");
    int added = 0;
    while (added < 1000 && ts_exact_add(&sum, large)) added++;
    assert_int_equal(added, 340);
    assert_true(sum == large * 340);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_read_exactly),           cmocka_unit_test(everything_else_is_refused),
        cmocka_unit_test(rounding_is_that_of_the_c_library),  cmocka_unit_test(sums_do_not_depend_on_order),
        cmocka_unit_test(a_sum_that_does_not_fit_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
