#include "common/philox.h"
#include "common/strbuf.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void pieces_are_joined(void **state)
{
    (void)state;
    ts_strbuf buffer = {0};
    ts_strbuf_puts(&buffer, "a");
    ts_strbuf_putc(&buffer, 'b');
    ts_strbuf_append(&buffer, "cdef", 2);
    ts_strbuf_printf(&buffer, "%d-%s", 42, "e");
    assert_string_equal(buffer.text, "abcd42-e");
    assert_int_equal(buffer.length, 8);
    ts_strbuf_reset(&buffer);
    assert_string_equal(buffer.text, "");
    for (int i = 0; i < 100000; i++) ts_strbuf_printf(&buffer, "%d", i % 10);
    assert_int_equal(buffer.length, 100000);
    assert_int_equal(strlen(buffer.text), 100000);
    assert_memory_equal(buffer.text + 99990, "0123456789", 10);
    assert_false(ts_strbuf_failed(&buffer));
    ts_strbuf_clear(&buffer);
    assert_null(buffer.text);
}

static void expect_real(double value, const char *text)
{
    ts_strbuf buffer = {0};
    ts_strbuf_real(&buffer, value, "null");
    assert_string_equal(buffer.text, text);
    ts_strbuf_clear(&buffer);
}

static void reals_are_shortest(void **state)
{
    (void)state;
    expect_real(0, "0");
    expect_real(-0.0, "0");
    expect_real(1, "1");
    expect_real(-1.5, "-1.5");
    expect_real(0.1, "0.1");
    expect_real(0.1 + 0.2, "0.30000000000000004");
    expect_real(1.0 / 3, "0.3333333333333333");
    expect_real(100000, "100000");
    expect_real(43210.12, "43210.12");
    expect_real(0x1p53, "9007199254740992");
    expect_real(DBL_MAX, "1.7976931348623157e+308");
    expect_real(DBL_MIN, "2.2250738585072014e-308");
    expect_real(5e-324, "5e-324");
    expect_real(NAN, "null");
    expect_real(INFINITY, "null");
    expect_real(-INFINITY, "null");
}

/* Random bit patterns read back as the same double, and no text of one digit less does. */
/* The text of the definition, by printf alone. */
static void expect_as_printf(double value)
{
    char text[32];
    for (int digits = 15; snprintf(text, sizeof text, "%.*g", digits, value), strtod(text, NULL) != value;) digits++;
    expect_real(value, text);
}

static void short_decimals_are_as_printf_writes_them(void **state)
{
    (void)state;
    ts_draws draws = ts_draws_at(0x64656369, 0, 0, 0);
    static const double edges[] = {1e-4, 0.00010001, 0.00009999, 9999999.99999999, 1e7, 9999999.999999999, 0.123456789,
                                   1e-8, 1e6,        1234567.1,  0.99999999,       10,  4503599.6,         0.5,
                                   100,  1e5};
    for (size_t i = 0; i < sizeof edges / sizeof *edges; i++) {
        expect_as_printf(edges[i]);
        expect_as_printf(-edges[i]);
    }
    for (int i = 0; i < 100000; i++) {
        static const double scales[] = {1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 3};
        uint64_t whole = ((uint64_t)ts_draw_u32(&draws) << 20 | ts_draw_u32(&draws) >> 12) >> ts_draw_below(&draws, 50);
        double value = (double)whole / scales[ts_draw_below(&draws, 11)];
        if (value == 0) continue;
        expect_as_printf(value);
        expect_as_printf(nextafter(value, i % 2 ? 0 : INFINITY)); /* its neighbour is another number */
    }
}

static void reals_read_back(void **state)
{
    (void)state;
    ts_draws draws = ts_draws_at(1, 0, 0, 0);
    ts_strbuf buffer = {0};
    for (int i = 0; i < 20000; i++) {
        uint64_t bits = (uint64_t)ts_draw_u32(&draws) << 32 | ts_draw_u32(&draws);
        double value;
        memcpy(&value, &bits, sizeof value);
        if (!isfinite(value)) continue;
        ts_strbuf_reset(&buffer);
        ts_strbuf_real(&buffer, value, "null");
        assert_true(strtod(buffer.text, NULL) == value);
        int digits = 0;
        for (const char *c = buffer.text; *c && *c != 'e'; c++) digits += *c >= (digits ? '0' : '1') && *c <= '9';
        char shorter[40];
        snprintf(shorter, sizeof shorter, "%.*e", digits > 1 ? digits - 2 : 0, value);
        assert_true(digits < 16 || strtod(shorter, NULL) != value);
    }
    ts_strbuf_clear(&buffer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_are_joined),
        cmocka_unit_test(reals_are_shortest),
        cmocka_unit_test(short_decimals_are_as_printf_writes_them),
        cmocka_unit_test(reals_read_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
