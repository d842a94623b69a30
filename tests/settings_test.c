#define _GNU_SOURCE
#include "common/settings.h"

#include "common/nearest.h"
#include "common/safe_file.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

typedef struct settings {
    int64_t threads, from;
    double fee, ratio;
    const char *symbol, *output;
    ts_texts param, candles;
    int fill;
    bool fresh;
} settings;

static const ts_setting engine_table[] = {
    {"threads", TS_SETTING_INT, offsetof(settings, threads), "2", 1, 64, NULL, "N", "threads"},
    {"fee", TS_SETTING_REAL, offsetof(settings, fee), "0.001", 0, 0.5, NULL, "F", "fee"},
    {"ratio", TS_SETTING_REAL, offsetof(settings, ratio), NULL, 0, 0, NULL, "X", "unbounded"},
    {"fill", TS_SETTING_CHOICE, offsetof(settings, fill), "next_open", 0, 0, "next_open|close", NULL, "fill"},
    {"fresh", TS_SETTING_FLAG, offsetof(settings, fresh), NULL, 0, 0, NULL, NULL, "a flag"},
    {0}};
static const ts_setting other_table[] = {
    {"symbol,OTHER_SYMBOL", TS_SETTING_TEXT, offsetof(settings, symbol), NULL, 0, 0, NULL, "S", "symbol"},
    {"output,o", TS_SETTING_TEXT, offsetof(settings, output), NULL, 0, 0, NULL, "FILE", "output"},
    {"param", TS_SETTING_LIST, offsetof(settings, param), NULL, 0, 0, NULL, "K=V", "parameters"},
    {"candles", TS_SETTING_MANY, offsetof(settings, candles), NULL, 0, 0, NULL, "FILE...", "candles"},
    {"from-time", TS_SETTING_TIME, offsetof(settings, from), NULL, 0, 0, NULL, "T", "time"},
    {0}};
static const ts_setting *const tables[] = {engine_table, other_table, NULL};

static settings got;
static ts_texts words;
static ts_error error;

/* Reads a command line given as words; false with `error` filled when it is refused. */
#define READ(...) read_words((char *[]){__VA_ARGS__, NULL})

static bool read_words(char **argv)
{
    int argc = 0;
    while (argv[argc]) argc++;
    error = (ts_error){0};
    return !ts_settings_read_all(tables, &got, argc, argv, &words, &error);
}

static void expect_error(int code, const char *text)
{
    assert_int_equal(error.code, code);
    if (!strstr(error.text, text)) fail_msg("'%s' does not say '%s'", error.text, text);
}

static void fallbacks(void **state)
{
    (void)state;
    assert_true(READ(NULL));
    assert_int_equal(got.threads, 2);
    assert_true(got.fee == 0.001);
    assert_true(isnan(got.ratio));
    assert_int_equal(got.fill, 0);
    assert_false(got.fresh);
    assert_null(got.symbol);
    assert_int_equal(got.from, INT64_MIN);
    assert_int_equal(got.candles.count, 0);
    assert_int_equal(words.count, 0);
}

static void both_spellings_of_a_value(void **state)
{
    (void)state;
    assert_true(READ("--threads", "3", "--fee=0.25", "--ratio", "-2.5e3", "--fill=close", "--fresh", "--symbol",
                     "-x > 1", "--from-time", "2024-06-25", "-o", "file"));
    assert_int_equal(got.threads, 3);
    assert_true(got.fee == 0.25);
    assert_true(got.ratio == -2500);
    assert_int_equal(got.fill, 1);
    assert_true(got.fresh);
    assert_string_equal(got.symbol, "-x > 1");
    assert_int_equal(got.from, 1719273600000);
    assert_string_equal(got.output, "file");
    assert_true(READ("--fresh", "--no-fresh", "--symbol="));
    assert_false(got.fresh);
    assert_string_equal(got.symbol, "");
}

static void lists_and_words(void **state)
{
    (void)state;
    assert_true(READ("w1", "--param", "a=1", "w2", "--param=b=2", "--candles", "x", "y", "--fresh", "-1.5", "--candles",
                     "z", "-o", "f", "--", "--w4"));
    assert_int_equal(got.param.count, 2);
    assert_string_equal(got.param.text[0], "a=1");
    assert_string_equal(got.param.text[1], "b=2");
    assert_int_equal(got.candles.count, 3);
    assert_string_equal(got.candles.text[2], "z");
    assert_int_equal(words.count, 4);
    assert_string_equal(words.text[1], "w2");
    assert_string_equal(words.text[2], "-1.5");
    assert_string_equal(words.text[3], "--w4");
}

static void refusals_name_the_option_and_its_range(void **state)
{
    (void)state;
    assert_false(READ("--threads", "65"));
    expect_error(TS_USAGE, "--threads: '65' is not a whole number from 1 to 64");
    assert_false(READ("--threads", "3x"));
    assert_false(READ("--threads="));
    assert_false(READ("--threads", "99999999999999999999"));
    assert_false(READ("--fee", "nan"));
    expect_error(TS_USAGE, "--fee: 'nan' is not a number from 0 to 0.5");
    assert_false(READ("--ratio", "inf"));
    assert_false(READ("--fill", "open"));
    expect_error(TS_USAGE, "next_open|close");
    assert_false(READ("--from-time", "soon"));
    expect_error(TS_USAGE, "--from-time: 'soon'");
    assert_false(READ("--fresh=maybe"));
    expect_error(TS_USAGE, "true or false");
    assert_false(READ("--symbol"));
    expect_error(TS_USAGE, "--symbol needs a value");
    assert_false(READ("--symbol", "--fresh"));
    assert_false(READ("--candles", "--fresh"));
    expect_error(TS_USAGE, "--candles needs a value");
}

static void unknown_options_get_a_suggestion(void **state)
{
    (void)state;
    assert_false(READ("--treads", "3"));
    expect_error(TS_USAGE, "unknown option --treads: did you mean --threads?");
    assert_false(READ("--something-else=3"));
    expect_error(TS_USAGE, "unknown option --something-else (");
    assert_false(READ("--no-symbol"));
    assert_false(READ("-z"));
    expect_error(TS_USAGE, "-z");
    error = (ts_error){0};
    char *word[] = {"word"};
    assert_int_equal(ts_settings_read(engine_table, &got, 1, word, NULL, &error), -1);
    expect_error(TS_USAGE, "'word'");
}

static void another_variable(void **state)
{
    (void)state;
    setenv("OTHER_SYMBOL", "other", 1);
    assert_true(READ("-o", "f"));
    assert_string_equal(got.symbol, "other");
    assert_string_equal(got.output, "f");
    setenv("TRADESTREAM_SYMBOL", "own", 1);
    assert_true(READ(NULL));
    assert_string_equal(got.symbol, "own");
    assert_true(READ("--symbol", "said"));
    assert_string_equal(got.symbol, "said");
    unsetenv("TRADESTREAM_SYMBOL");
    unsetenv("OTHER_SYMBOL");
}

static void the_environment_yields_to_flags(void **state)
{
    (void)state;
    setenv("TRADESTREAM_THREADS", "5", 1);
    setenv("TRADESTREAM_PARAM", "a=1;b=2", 1);
    setenv("TRADESTREAM_FRESH", "yes", 1);
    setenv("TRADESTREAM_SYMBOL", "", 1);
    assert_true(READ(NULL));
    assert_int_equal(got.threads, 5);
    assert_int_equal(got.param.count, 2);
    assert_string_equal(got.param.text[1], "b=2");
    assert_true(got.fresh);
    assert_null(got.symbol);
    assert_true(READ("--threads=6", "--param=c=3"));
    assert_int_equal(got.threads, 6);
    assert_int_equal(got.param.count, 1);
    setenv("TRADESTREAM_THREADS", "0", 1);
    assert_false(READ(NULL));
    expect_error(TS_BAD_CONFIG, "TRADESTREAM_THREADS: '0'");
    unsetenv("TRADESTREAM_THREADS");
    unsetenv("TRADESTREAM_PARAM");
    unsetenv("TRADESTREAM_FRESH");
    unsetenv("TRADESTREAM_SYMBOL");
}

static bool read_config(const char *text, char *flag)
{
    char path[] = "settings_test.XXXXXX";
    int file = mkstemp(path);
    ts_error ignored = {0};
    assert_true(file >= 0);
    close(file);
    assert_int_equal(ts_file_write(path, text, strlen(text), &ignored), 0);
    bool read = READ("--config", path, flag);
    unlink(path);
    return read;
}

static void a_file_yields_to_the_environment(void **state)
{
    (void)state;
    const char *text = "{\"threads\": 7, \"fee\": 0.1, \"from_time\": \"2024-06-25\", \"fresh\": true, "
                       "\"candles\": [\"a\", \"b\"], \"param\": \"k=v\"}";
    setenv("TRADESTREAM_FEE", "0.2", 1);
    assert_true(read_config(text, "--no-fresh"));
    assert_int_equal(got.threads, 7);
    assert_true(got.fee == 0.2);
    assert_int_equal(got.from, 1719273600000);
    assert_false(got.fresh);
    assert_int_equal(got.candles.count, 2);
    assert_string_equal(got.candles.text[1], "b");
    assert_string_equal(got.param.text[0], "k=v");
    unsetenv("TRADESTREAM_FEE");
}

static void bad_files_are_bad_configuration(void **state)
{
    (void)state;
    assert_false(read_config("{\"thread\": 7}", NULL));
    expect_error(TS_BAD_CONFIG, "did you mean threads?");
    assert_false(read_config("{\"threads\": 70}", NULL));
    expect_error(TS_BAD_CONFIG, "threads: '70' is not");
    assert_false(read_config("{\"threads\": [1]}", NULL));
    assert_false(read_config("{\"threads\": null}", NULL));
    assert_false(read_config("{\"candles\": [{}]}", NULL));
    assert_false(read_config("[1]", NULL));
    assert_false(read_config("{", NULL));
    expect_error(TS_BAD_CONFIG, ":1:");
    assert_false(READ("--config", "no-such-file.json"));
    expect_error(TS_BAD_CONFIG, "no-such-file.json");
}

static void the_help_lists_every_row(void **state)
{
    (void)state;
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    ts_settings_help(tables, out);
    fclose(out);
    assert_non_null(strstr(text, "--threads N"));
    assert_non_null(strstr(text, "from 1 to 64 (default 2)"));
    assert_non_null(strstr(text, "-o, --output FILE"));
    assert_non_null(strstr(text, "--fill next_open|close"));
    assert_non_null(strstr(text, "--config FILE"));
    free(text);
}

static void close_names_are_found(void **state)
{
    (void)state;
    const struct {
        const char *word, *best;
    } cases[] = {
        {"discvoer", "discover"}, {"backtst", "backtest"}, {"dsicover", "discover"}, {"xyz", NULL}, {"", NULL}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ts_nearest nearest = {.word = cases[i].word};
        ts_nearest_try(&nearest, "backtest");
        ts_nearest_try(&nearest, "discover");
        ts_nearest_try(&nearest, "data");
        if (cases[i].best) assert_string_equal(nearest.best, cases[i].best);
        else assert_null(nearest.best);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fallbacks),
        cmocka_unit_test(both_spellings_of_a_value),
        cmocka_unit_test(another_variable),
        cmocka_unit_test(lists_and_words),
        cmocka_unit_test(refusals_name_the_option_and_its_range),
        cmocka_unit_test(unknown_options_get_a_suggestion),
        cmocka_unit_test(the_environment_yields_to_flags),
        cmocka_unit_test(a_file_yields_to_the_environment),
        cmocka_unit_test(bad_files_are_bad_configuration),
        cmocka_unit_test(the_help_lists_every_row),
        cmocka_unit_test(close_names_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
