/* tradestream data, as a shell sees it. */
#define _GNU_SOURCE
#include "tests/shell.h"
#include "tests/temporary.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define DATA TRADESTREAM "data "
#define TWO  "time,open,high,low,close,volume\n1640995200,1,2,0.5,1.5,10\n1640995260,1.5,2.5,1,2,20\n"

static void in_and_out_again(void **state)
{
    (void)state;
    const char *store = ts_temporary("store"), *file = ts_temporary_text("BTC-USD.csv", TWO);
    shell_expect(shell(DATA "import --store %s --symbol BTC-USD --interval 1m %s", store, file), 0, "");
    shell_expect_out("BTC-USD 1m: 2022-01-01T00:00:00Z to 2022-01-01T00:01:00Z, 2 rows read, 2 added");
    shell_expect(shell(DATA "import --store %s %s", store, file), 0, "");
    shell_expect_out("0 added, 2 already there");
    shell_expect(shell(DATA "list --store %s", store), 0, "");
    shell_expect_out("BTC-USD");
    shell_expect(shell(DATA "list --store %s --format json", store), 0, "");
    shell_expect_out("\"bars\": 2");
    shell_expect(shell(DATA "verify --store %s", store), 0, "");
    shell_expect_out("sound");
    shell_expect(shell(DATA "export --store %s --symbol btcusd --interval 1m --format csv", store), 0, "");
    assert_string_equal(shell_out, TWO);
    shell_expect(
        shell(DATA "export --store %s --symbol BTC-USD --interval 1m --from 2022-01-01T00:01 --time iso8601", store), 0,
        "");
    assert_string_equal(shell_out, "time,open,high,low,close,volume\n2022-01-01T00:01:00Z,1.5,2.5,1,2,20\n");
    shell_expect(shell(DATA "export --store %s --symbol BTC-USD --interval 1m --to 2022-01-01", store), 65,
                 "no candles");
}

static void months_of_a_symbol_become_one_series(void **state)
{
    (void)state;
    const char *store = ts_temporary("months");
    const char *a =
        ts_temporary_text("BTCUSDT-1m-2022-01.csv", "1640995200000,1,2,0.5,1.5,10\n1640995260000,1,2,1,2,20\n");
    const char *b = ts_temporary_text("BTCUSDT-1m-2022-02.csv", "1640995320000,1,2,1,2,20\n1640995380000,1,2,1,2,20\n");
    shell_expect(shell(DATA "import --store %s %s %s", store, b, a), 0, "");
    shell_expect_out("BTC-USDT 1m: 2022-01-01T00:00:00Z to 2022-01-01T00:03:00Z, 4 rows read, 4 added");
}

static void one_bad_file_of_many_writes_nothing(void **state)
{
    (void)state;
    const char *store = ts_temporary("nothing"), *good = ts_temporary_text("BTC-USD.csv", TWO);
    const char *bad = ts_temporary_text("ETH-USD.csv", TWO "1640995320,1,x,1,1,1\n");
    shell_expect(shell(DATA "import --store %s %s %s", store, good, bad), 65, "ETH-USD.csv: line 4");
    shell_expect(shell("test ! -e %s", store), 0, "");
    shell_expect(shell(DATA "import --store %s --symbol ETH-USD %s", store, good), 65, "the file's name says BTC-USD");
    shell_expect(shell(DATA "import --store %s --interval 1h %s", store, good), 65, "said to be 1h");
    shell_expect(shell(DATA "import --store %s nowhere.csv", store), 65, "nowhere.csv");
    shell_expect(shell("test ! -e %s", store), 0, "");
    const char *nameless = ts_temporary_text("candles.csv", TWO);
    shell_expect(shell(DATA "import --store %s %s", store, nameless), 2, "say --symbol");
    shell_expect(shell(DATA "import --store %s %s %s", store, good, nameless), 2, "say --symbol");
    shell_expect(shell("test ! -e %s", store), 0, "");
}

static void damage_in_a_store_is_found_and_named(void **state)
{
    (void)state;
    const char *store = ts_temporary("damaged");
    shell_expect(shell(DATA "generate --bars 1000 --symbol AAA-USD --store %s", store), 0, "");
    shell_expect(shell(DATA "generate --bars 1000 --symbol BBB-USD --store %s", store), 0, "");
    shell_expect(shell("f=$(ls %s/local/BBB-USD/1m/*.h5) && printf x | dd of=$f bs=1 seek=9000 conv=notrunc", store), 0,
                 "");
    shell_expect(shell(DATA "verify --store %s", store), 65, "1 of 2 series are not sound");
    shell_expect_out("BAD");
    shell_expect_out("sound, synthetic");
    shell_expect_out("BBB-USD: ");
    shell_expect(shell("f=$(ls %s/local/BBB-USD/1m/*.h5) && truncate -s 5000 $f", store), 0, "");
    shell_expect(shell(DATA "export --store %s --symbol BBB-USD --interval 1m", store), 65, "BBB-USD/1m/");
}

static void generated_candles_say_so(void **state)
{
    (void)state;
    shell_expect(shell(DATA "generate --seed 3 --bars 50"), 0, "");
    shell_expect_out("time,open,high,low,close,volume,synthetic\n");
    char *first = strdup(shell_out);
    shell_expect(shell(DATA "generate --seed 3 --bars 50"), 0, "");
    assert_string_equal(first, shell_out);
    free(first);
    const char *file = ts_temporary("SYN-USD.csv");
    shell_expect(shell(DATA "generate --bars 5000 --gaps 0.01 --interval 1h --out %s", file), 0, "");
    shell_expect(shell(DATA "verify %s --format json", file), 0, "");
    shell_expect_out("\"synthetic\": true");
    shell_expect_out("\"interval\": \"1h\"");
    shell_expect_out("\"bars\": 5000");
    shell_expect(shell(DATA "import --store %s %s", ts_temporary("gappy"), file), 0, "");
    shell_expect_out("5000 rows read, 5000 added, 0 already there, 0 repeated;");
    shell_expect(shell(DATA "generate --bars 0"), 2, "bars");
    shell_expect(shell(DATA "generate --interval 7m"), 2, "'7m' is not an interval");
}

static void what_is_missing_is_asked_for(void **state)
{
    (void)state;
    const char *file = ts_temporary_text("BTC-USD.csv", TWO);
    shell_expect(shell(DATA "import %s", file), 2, "--store");
    shell_expect(shell(DATA "import --store x"), 2, "which files");
    shell_expect(shell(DATA "list"), 2, "--store");
    shell_expect(shell(DATA "list --store nowhere"), 65, "nowhere");
    shell_expect(shell(DATA "verify"), 2, "verify what");
    shell_expect(shell(DATA "export"), 2, "export what");
    shell_expect(shell(DATA "export --store x"), 2, "--symbol");
    shell_expect(shell(DATA "import --store x --format excel %s", file), 2, "format");
    shell_expect(shell(DATA "export %s --out nowhere/x.csv", file), 1, "nowhere/x.csv");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_and_out_again),
        cmocka_unit_test(months_of_a_symbol_become_one_series),
        cmocka_unit_test(one_bad_file_of_many_writes_nothing),
        cmocka_unit_test(damage_in_a_store_is_found_and_named),
        cmocka_unit_test(generated_candles_say_so),
        cmocka_unit_test(what_is_missing_is_asked_for),
    };
    return cmocka_run_group_tests(tests, ts_temporary_make, ts_temporary_remove);
}
