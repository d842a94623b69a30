/* Stored results read back: what was written is what is read, and whatever else a file may hold is refused with its
 * place, or does no harm. */
#include "common/memory.h"
#include "common/philox.h"
#include "host/report/stored_file.h"
#include "tests/temporary.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ORIGIN                                                                                                         \
    "\"strategy\": \"CROSS\", \"parameters\": {\"fast\": 3, \"slow\": 7.5}, "                                          \
    "\"definition_hash\": \"00112233445566778899aabbccddeeff\", \"direction\": \"both\", \"exchange\": \"local\", "    \
    "\"symbol\": \"SYN-USD\", \"interval\": \"5m\", \"load_from\": \"2020-01-01T00:00:00Z\", "                         \
    "\"start\": \"2020-01-02T00:00:00Z\", \"end\": \"2020-01-03T00:00:00Z\", "                                         \
    "\"fingerprint\": \"ffeeddccbbaa99887766554433221100\", \"synthetic\": true, \"fill_gaps\": false, "               \
    "\"fill\": \"close\", \"fee\": 0.001, \"slippage\": 0, \"bars_per_year\": 105120, \"risk_free\": -0.5, "           \
    "\"engine_version\": \"0.1.0\""
#define METRICS                                                                                                        \
    "\"metrics\": {\"total_return\": 0.1, \"annual_return\": 1e-310, \"volatility\": 0.30000000000000004, "            \
    "\"sharpe\": null, \"sortino\": 1, \"max_drawdown\": 0, \"calmar\": 0, \"trades\": 12, \"win_rate\": 0, "          \
    "\"profit_factor\": 0, \"expectancy\": 0, \"best_trade\": 0, \"worst_trade\": 0, \"exposure\": 0, "                \
    "\"avg_bars_held\": 0, \"fees_paid\": 0, \"turnover\": 0, \"buy_hold_return\": 0, \"buy_hold_sharpe\": 0, "        \
    "\"buy_hold_max_drawdown\": 0, \"excess_return\": 0, \"final_equity\": 1, \"bars\": 288, \"warmup\": 0, "          \
    "\"ruined\": true}"
#define SEARCH                                                                                                         \
    "\"rank\": 2, \"objective\": \"sharpe\", \"score\": 1.5, \"search\": \"ga\", \"seed\": 9223372036854775807, "      \
    "\"evaluations\": 99, \"trials\": {\"search\": 98, \"run\": 980, \"spread\": 1.25, \"overfitting\": 0.5, "         \
    "\"deflated_sharpe\": null}, "
#define FOLD                                                                                                           \
    "{\"evaluations\": 50, \"parameters\": {\"fast\": 4}, \"score\": 2, "                                              \
    "\"train\": {\"start\": \"2020-01-02\", \"end\": \"2020-01-02T12:00\", " METRICS "}, "                             \
    "\"test\": {\"start\": \"2020-01-02T12:00\", \"end\": \"2020-01-03\", " METRICS "}}"
#define EMPTY_FOLD                                                                                                     \
    "{\"evaluations\": 49, \"train\": {\"start\": \"2020-01-02\", \"end\": \"2020-01-02T12:00\"}, "                    \
    "\"test\": {\"start\": \"2020-01-02T12:00\", \"end\": \"2020-01-03\"}}"
#define FOLDS                                                                                                          \
    "\"walk_forward\": {\"windows\": \"train=12h,test=12h\", \"in_sample_score\": 2, \"folds\": [" FOLD                \
    ", " EMPTY_FOLD "], \"later\": []}, "
#define KEYS(keys) "\"objectives\": [" keys "], \"scores\": "
#define COMMAND    "\"command\": \"tradestream backtest\""
#define BACKTEST   "{" ORIGIN ", " METRICS "}"
#define WINNER     "{" SEARCH ORIGIN ", " FOLDS METRICS ", " COMMAND ", \"of later versions\": {\"x\": [1]}}"

static int read_text(const char *text, size_t length, ts_stored_file *file, ts_error *error)
{
    *error = (ts_error){0};
    return ts_stored_file_read(ts_temporary_file("stored.jsonl", text, length), file, error);
}

/* The file is refused, and the error says so. */
static void refused(const char *text, size_t length, const char *says)
{
    ts_stored_file file;
    ts_error error;
    assert_int_equal(read_text(text, length, &file, &error), -1);
    assert_int_equal(error.code, 65);
    if (!strstr(error.text, says)) fail_msg("\"%s\" is not in: %s", says, error.text);
    assert_null(file.result);
}

static void every_member_is_read(void **state)
{
    (void)state;
    ts_stored_file file;
    ts_error error;
    if (read_text(WINNER "\n", strlen(WINNER "\n"), &file, &error)) fail_msg("%s", error.text);
    assert_int_equal(file.count, 1);
    const ts_stored_result *row = file.result;
    assert_int_equal(row->number, 1);
    assert_string_equal(row->strategy, "CROSS");
    assert_string_equal(row->definition_hash, "00112233445566778899aabbccddeeff");
    assert_string_equal(row->fingerprint, "ffeeddccbbaa99887766554433221100");
    assert_int_equal(row->direction, TS_BOTH);
    assert_int_equal(row->parameters.count, 2);
    assert_string_equal(row->parameters.named[1].name, "slow");
    assert_true(row->parameters.named[1].value == 7.5);
    assert_int_equal(row->interval_ms, 300000);
    assert_int_equal(row->start_ms - row->load_from_ms, 86400000);
    assert_int_equal(row->simulation.to_ms - row->simulation.from_ms, 86400000);
    assert_true(row->synthetic && !row->fill_gaps);
    assert_int_equal(row->simulation.fill, TS_FILL_CLOSE);
    assert_true(row->simulation.fee == 0.001 && row->simulation.risk_free == -0.5);
    assert_int_equal(row->rank, 2);
    assert_int_equal(row->seed, INT64_MAX);
    assert_int_equal(row->kind, TS_SEARCH_GA);
    assert_int_equal(row->objective.metric, TS_METRIC_sharpe);
    assert_true(row->score == 1.5 && row->counted && row->luck.spread == 1.25);
    assert_true(isnan(row->luck.deflated_sharpe) && isnan(row->metrics.value[TS_METRIC_sharpe]));
    assert_true(row->metrics.value[TS_METRIC_annual_return] == 1e-310);
    assert_true(row->metrics.value[TS_METRIC_volatility] == 0.1 + 0.2);
    assert_true(row->metrics.value[TS_METRIC_trades] == 12 && row->metrics.value[TS_METRIC_ruined] == 1);
    assert_string_equal(row->command, "tradestream backtest");
    assert_int_equal(row->walk_forward.test_ms, 43200000);
    assert_int_equal(row->folds, 2);
    assert_true(row->fold[0].chosen && !row->fold[1].chosen);
    assert_true(row->fold[0].score == 2 && row->fold[0].test.value[TS_METRIC_bars] == 288);
    assert_int_equal(row->fold[1].evaluations, 49);
    assert_int_equal(row->fold[1].when.test_to_ms, row->end_ms);
    ts_stored_file_clear(&file);
}

static void a_member_of_a_front_is_read(void **state)
{
    (void)state;
    static const char rank[] = "\"rank\": 2, ";
    ts_stored_file file;
    ts_error error;
    ts_strbuf text = {0};
    ts_strbuf_puts(&text, "{" KEYS("\"sharpe\", \"max_drawdown\", \"tradestream\"") "[1.5, 0.25, 0.5], \"front\": 9, ");
    ts_strbuf_puts(&text, strstr(WINNER, rank));
    if (read_text(text.text, text.length, &file, &error)) fail_msg("%s", error.text);
    const ts_stored_result *row = file.result;
    assert_int_equal(row->also.count, 2);
    assert_true(row->also.of[0].metric == TS_METRIC_max_drawdown && row->also.of[1].metric == -1);
    assert_true(row->scores[0] == 1.5 && row->scores[1] == 0.25 && row->scores[2] == 0.5);
    ts_stored_file_clear(&file);
    ts_strbuf_clear(&text);
}

/* A line each, one object, one indented object, an array under "results". */
static void every_shape_is_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t count, last;
    } cases[] = {{BACKTEST "\n" BACKTEST "\n\n" BACKTEST, 3, 4},
                 {BACKTEST, 1, 1},
                 {"{\n" ORIGIN ",\n" METRICS "\n}\n", 1, 1},
                 {"{\r\n" ORIGIN ", " METRICS "}", 1, 1},
                 {"{\n\"warnings\": [\"w\"],\n\"results\": [" WINNER ", " BACKTEST "]}", 2, 2}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ts_stored_file file;
        ts_error error;
        if (read_text(cases[i].text, strlen(cases[i].text), &file, &error)) fail_msg("%zu: %s", i, error.text);
        assert_int_equal(file.count, cases[i].count);
        assert_int_equal(file.result[file.count - 1].number, cases[i].last);
        ts_stored_file_clear(&file);
    }
}

/* The winner with the first `from` replaced by `to`, in the second line. */
static void with(const char *from, const char *to, const char *says)
{
    static const char row[] = WINNER "\n";
    char text[2 * sizeof row + sizeof BACKTEST + 400];
    const char *at = strstr(row, from);
    assert_non_null(at);
    int length = snprintf(text, sizeof text, "%s\n%.*s%s%s", BACKTEST, (int)(at - row), row, to, at + strlen(from));
    assert_in_range(length, 1, sizeof text - 1);
    char place[300];
    snprintf(place, sizeof place, "stored.jsonl:2: %s", says);
    refused(text, (size_t)length, place);
}

static void what_is_wrong_is_named_with_its_line(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to, *says;
    } cases[] = {
        {"\"strategy\": \"CROSS\", ", "", "strategy: missing"},
        {"\"CROSS\"", "7", "strategy: expected a text, found a number"},
        {"\"CROSS\"", "\"\"", "strategy: expected 1 to 63 characters, found 0"},
        {"00112233445566778899aabbccddeeff", "00112233", "definition_hash: expected 32 hexadecimal digits"},
        {"ffeeddccbbaa9988", "FFeeddccbbaa9988", "fingerprint: expected 32 hexadecimal digits"},
        {"\"both\"", "\"up\"", "direction: expected long|short|both, found 'up'"},
        {"\"fill\": \"close\"", "\"fill\": \"open\"", "fill: expected next_open|close, found 'open'"},
        {"\"5m\"", "\"7m\"", "interval: '7m' is not an interval"},
        {"2020-01-01T00:00:00Z", "yesterday", "load_from: "},
        {"2020-01-01T00:00:00Z", "2020-01-02T00:00:01Z", "start: expected a time not before load_from"},
        {"2020-01-03T00:00:00Z", "2020-01-02T00:00:00Z", "end: expected a time after start"},
        {"0.001", "\"0.001\"", "fee: expected a number, found a text"},
        {"\"fill_gaps\": false", "\"fill_gaps\": 0", "fill_gaps: expected true or false, found a number"},
        {"\"seed\": 9223372036854775807", "\"seed\": -1", "seed: expected a whole number of at least 0, found -1"},
        {"\"ga\"", "\"annealing\"", "search: expected auto|exhaustive|ga|random|nsga2, found 'annealing'"},
        {"\"objective\": \"sharpe\"", "\"objective\": \"sharp\"", "objective: no objective \"sharp\""},
        {"\"score\": 1.5", "\"score\": 1, \"scores\": [1]", "objectives: expected an array of 2 to 4 keys"},
        {"\"score\": 1.5", "\"score\": 1, \"objectives\": [\"sharpe\"]", "objectives: expected an array of 2 to 4"},
        {"\"score\": 1.5", "\"score\": 1, " KEYS("\"sharpe\", \"calmar\"") "[1]", "scores: expected an array of 2"},
        {"\"score\": 1.5", "\"score\": 1, " KEYS("\"sharpe\", \"calmar\"") "[1, true]", "scores: expected a number"},
        {"\"score\": 1.5", "\"score\": 1, " KEYS("\"sharpe\", 7") "[1, 2]", "objectives: expected a text"},
        {"\"score\": 1.5", "\"score\": 1, " KEYS("\"sharpe\", \"calmr\"") "[1, 2]",
         "objectives: no objective \"calmr\""},
        {"\"score\": 1.5", "\"score\": 1, " KEYS("\"calmar\", \"sharpe\"") "[1, 2]",
         "objectives: expected sharpe first"},
        {"\"score\": 1.5", "\"score\": 1, " KEYS("\"sharpe\", \"calmar,sortino\"") "[1, 2]", "objectives: expected"},
        {"\"score\": 1.5", "\"score\": []", "score: expected a number or null, found an array"},
        {"\"spread\": 1.25, ", "", "trials: spread: missing"},
        {"{\"fast\": 3, \"slow\": 7.5}", "[3]", "parameters: expected an object, found an array"},
        {"\"fast\": 3", "\"fast\": null", "parameters: fast: expected a number, found null"},
        {"\"trades\": 12", "\"trades\": 1.5", "walk_forward: folds[0]: train: metrics: trades: expected a whole"},
        {"train=12h,test=12h", "train=12h", "walk_forward: windows: "},
        {"\"parameters\": {\"fast\": 4}, \"score\": 2, ", "\"parameters\": {}, ",
         "walk_forward: folds[0]: score: missing"},
        {"\"in_sample_score\": 2", "\"in_sample_score\": true", "walk_forward: in_sample_score: expected a number or"},
        {"\"fold", "\"bold", "walk_forward: folds: expected an array"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) with(cases[i].from, cases[i].to, cases[i].says);
}

static void what_is_no_file_of_results_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } cases[] = {{"", "holds no results"},
                 {"\n\n", "holds no results"},
                 {"{\"results\": []}", "stored.jsonl:1: "},
                 {"{\n\"results\": []}", "holds no results"},
                 {"{\n\"results\": 3}", "results: expected an array"},
                 {"[]\n", ":1: expected an object, found an array"},
                 {"time,open\n1,2\n", ":1:"},
                 {"{\"a\": 1, \"a\": 2}\n", "duplicate object key"},
                 {BACKTEST "\n{\"rank\": 1, \"ob", ":2: the line ends within a result"},
                 {BACKTEST "\n" BACKTEST BACKTEST "\n", ":2:"},
                 {"{\"fee\": 1e999}\n", ":1:"},
                 {"{\"seed\": 99999999999999999999}\n", ":1:"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        refused(cases[i].text, strlen(cases[i].text), cases[i].says);
    refused("\0\0\0\0", 4, ":1:1: ");
    refused("{\"\x1b[2J\xff", 7, ":1");
    ts_stored_file file;
    ts_error error = {0};
    assert_int_equal(ts_stored_file_read(ts_temporary("nowhere"), &file, &error), -1);
    assert_int_equal(error.code, 65);
}

static void deep_and_long_lines_are_refused(void **state)
{
    (void)state;
    size_t length = 17 << 20;
    char *text = ts_alloc(length, 1);
    assert_non_null(text);
    memset(text, '[', length);
    refused(text, 1 << 20, ":1:"); /* nested deeper than the parser goes */
    refused(text, length, ":1: expected a line of at most 16777216 bytes");
    free(text);
}

/* Bytes of the rows are replaced by others of them, cut out, or the end is lost: read, or refused with exit code 65. */
static void mutated_rows_do_no_harm(void **state)
{
    (void)state;
    static const char rows[] = WINNER "\n" BACKTEST "\n";
    ts_draws draws = ts_draws_at(4, 0, 0, 0);
    int survived = 0;
    enum { ROUNDS = 3000 };
    for (int i = 0; i < ROUNDS; i++) {
        char text[sizeof rows];
        size_t length = sizeof rows - 1;
        memcpy(text, rows, sizeof rows);
        for (uint32_t changes = 1 + ts_draw_below(&draws, 4); changes; changes--) {
            uint32_t at = ts_draw_below(&draws, (uint32_t)length), kind = ts_draw_below(&draws, 16);
            if (kind == 0) length = at ? at : 1;
            else if (kind < 4) memmove(text + at, text + at + 1, --length - at);
            else text[at] = kind == 4 ? (char)ts_draw_below(&draws, 256) : rows[ts_draw_below(&draws, sizeof rows - 1)];
            if (length < 2) length = 2;
        }
        ts_stored_file file;
        ts_error error;
        if (read_text(text, length, &file, &error)) assert_int_equal(error.code, 65);
        else survived++;
        ts_stored_file_clear(&file);
    }
    assert_in_range(survived, 1, ROUNDS - 1); /* both ways were taken */
}

static ts_strategy *crossing(void)
{
    static const ts_parameter parameters[] = {{"fast", true, 2, 1, 5, 11}, {"slow", false, 5, 0.5, 20, 36}};
    const ts_strategy_text text = {.name = "CROSS",
                                   .description = "two averages",
                                   .parameters = 2,
                                   .parameter = parameters,
                                   .require = "fast < slow",
                                   .entry = "crossed_up(sma(close, fast), sma(close, floor(slow)))",
                                   .exit = "crossed_down(sma(close, fast), sma(close, floor(slow)))"};
    ts_error error = {0};
    ts_strategy *strategy = ts_strategy_new(&text, &error);
    if (!strategy) fail_msg("%s", error.text);
    return strategy;
}

static void parameters_become_a_genome_or_are_named(void **state)
{
    (void)state;
    ts_strategy *strategy = crossing();
    static const struct {
        ts_stored_parameters parameters;
        const char *says; /* NULL: fine */
    } cases[] = {
        {{2, {{"slow", 7.5}, {"fast", 3}}}, NULL},
        {{2, {{"fast", 3}, {"slow", 7.25}}}, "parameters: slow of CROSS must be from 5 to 22.5 in steps of 0.5"},
        {{2, {{"fast", 1}, {"slow", 7}}}, "parameters: fast of CROSS must be from 2 to 12"},
        {{1, {{"fast", 3}}}, "parameters: slow of CROSS: missing"},
        {{2, {{"fast", 3}, {"slaw", 7}}}, "CROSS has no parameter 'slaw': did you mean 'slow'?"},
        {{2, {{"fast", 9}, {"slow", 9}}}, "they do not satisfy the \"require\" of CROSS"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ts_genome genome;
        ts_error error = {0};
        int status = ts_stored_genome(&cases[i].parameters, strategy, &genome, &error);
        assert_int_equal(status, cases[i].says ? -1 : 0);
        if (!cases[i].says) assert_true(genome.gene[0] == 1 && genome.gene[1] == 5);
        else if (error.code != 65 || !strstr(error.text, cases[i].says)) fail_msg("%zu: %s", i, error.text);
    }
    ts_strategy_free(strategy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_member_is_read),
        cmocka_unit_test(a_member_of_a_front_is_read),
        cmocka_unit_test(every_shape_is_read),
        cmocka_unit_test(what_is_wrong_is_named_with_its_line),
        cmocka_unit_test(what_is_no_file_of_results_is_refused),
        cmocka_unit_test(deep_and_long_lines_are_refused),
        cmocka_unit_test(mutated_rows_do_no_harm),
        cmocka_unit_test(parameters_become_a_genome_or_are_named),
    };
    return cmocka_run_group_tests(tests, ts_temporary_make, ts_temporary_remove);
}
