/* tradestream validate: is a result more than luck? Verdicts with their reasons. */
#include "common/clock.h"
#include "host/report/table.h"
#include "services/tradestream/validator.h"
#include "services/tradestream/verb.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>

#define AT(field) offsetof(ts_options, field)

enum { FORMAT_TABLE, FORMAT_JSON, FORMAT_JSONL };

static const ts_setting output_table[] = {
    {"format", TS_SETTING_CHOICE, AT(format), "table", 0, 0, "table|json|jsonl", NULL, "of the verdicts"},
    {"top", TS_SETTING_INT, AT(top), "1000000", 1, 1e6, NULL, "N", "examine the first N results only"},
    {0}};
static const ts_setting *const tables[] = {ts_options_recall, ts_options_engine,     ts_options_opencl,
                                           output_table,      ts_options_validation, NULL};

enum { COLUMNS = 15 };

static const char *const headings[COLUMNS] = {"row",  "symbol", "strategy", "verdict",    "sharpe",
                                              "low",  "high",   "dsr",      "pbo",        "plateau",
                                              "x2 %", "x5 %",   "earning",  "drawdown %", "up to %"};

static void number(ts_strbuf *text, double value)
{
    if (isnan(value)) ts_strbuf_putc(text, '-');
    else ts_strbuf_printf(text, fabs(value) < 1e6 ? "%.2f" : "%.3g", value);
}

static void cell(ts_strbuf *text, int column, const ts_stored_result *result, const ts_examination *e)
{
    double root = sqrt(result->simulation.bars_per_year);
    const double values[COLUMNS] = {
        [4] = e->metrics.value[TS_METRIC_sharpe],        [5] = e->bootstrap.sharpe_interval.low * root,
        [6] = e->bootstrap.sharpe_interval.high * root,  [7] = e->deflated_sharpe,
        [8] = e->check[TS_CHECK_overfitting].value,      [9] = e->check[TS_CHECK_plateau].value,
        [10] = e->stress[2].total_return * 100,          [11] = e->stress[3].total_return * 100,
        [12] = e->check[TS_CHECK_periods].value,         [13] = e->metrics.value[TS_METRIC_max_drawdown] * 100,
        [14] = e->bootstrap.drawdown_interval.high * 100};
    switch (column) {
    case 0: ts_strbuf_printf(text, "%zu", result->number); break;
    case 1: ts_strbuf_puts(text, result->symbol); break;
    case 2: ts_strbuf_puts(text, result->strategy); break;
    case 3: ts_strbuf_puts(text, ts_verdict_names[e->verdict]); break;
    default: number(text, values[column]);
    }
}

static void as_table(ts_strbuf *text, const ts_validator *v)
{
    ts_table table = {0};
    size_t counts[3] = {0};
    for (int column = 0; column < COLUMNS; column++) {
        ts_table_column(&table, headings[column], column > 0 && column < 4);
        for (size_t i = 0; i < v->count; i++) {
            cell(&table.cells, column, &v->file.result[i], &v->found[i]);
            ts_table_cell(&table);
        }
    }
    ts_table_print(text, &table);
    ts_table_clear(&table);
    for (size_t i = 0; i < v->count; i++) counts[v->found[i].verdict]++;
    ts_strbuf_printf(text, "\n%zu approved, %zu rejected, %zu with insufficient data\n", counts[TS_APPROVED],
                     counts[TS_REJECTED], counts[TS_INSUFFICIENT_DATA]);
    for (size_t i = 0; i < v->count; i++)
        for (int check = 0; check < TS_CHECKS; check++) {
            char sentence[256];
            if (v->found[i].check[check].holds) continue;
            ts_check_text(sentence, sizeof sentence, (ts_check)check, &v->found[i].check[check]);
            ts_strbuf_printf(text, "row %zu: %s\n", v->file.result[i].number, sentence);
        }
}

static void json_time(ts_json *json, const char *key, int64_t time_ms)
{
    char text[TS_TIME_TEXT];
    ts_json_text(json, key, ts_time_text(time_ms, text));
}

static void json_interval(ts_json *json, const char *key, ts_interval interval, double scale)
{
    ts_json_array(json, key);
    ts_json_real(json, NULL, interval.low * scale);
    ts_json_real(json, NULL, interval.high * scale);
    ts_json_array_end(json);
}

static void json_checks(ts_json *json, const ts_examination *e)
{
    char text[256];
    ts_json_array(json, "reasons");
    for (int i = 0; i < TS_CHECKS; i++) {
        if (e->check[i].holds) continue;
        ts_check_text(text, sizeof text, (ts_check)i, &e->check[i]);
        ts_json_text(json, NULL, text);
    }
    ts_json_array_end(json);
    ts_json_object(json, "checks");
    for (int i = 0; i < TS_CHECKS; i++) {
        ts_json_object(json, ts_check_name((ts_check)i));
        ts_json_real(json, "value", e->check[i].value);
        ts_json_real(json, "limit", e->check[i].limit);
        ts_json_bool(json, "holds", e->check[i].holds);
        ts_json_object_end(json);
    }
    ts_json_object_end(json);
}

static void json_stress_and_periods(ts_json *json, const ts_examination *e)
{
    ts_json_array(json, "stress");
    for (int i = 0; i < TS_STRESSES; i++) {
        ts_json_object(json, NULL);
        ts_json_real(json, "costs", e->stress[i].costs);
        ts_json_real(json, "sharpe", e->stress[i].sharpe);
        ts_json_real(json, "total_return", e->stress[i].total_return);
        ts_json_real(json, "max_drawdown", e->stress[i].max_drawdown);
        ts_json_object_end(json);
    }
    ts_json_array_end(json);
    ts_json_array(json, "periods");
    for (size_t i = 0; i < e->periods; i++) {
        ts_json_object(json, NULL);
        json_time(json, "start", e->period[i].from_ms);
        json_time(json, "end", e->period[i].to_ms);
        ts_json_real(json, "total_return", e->period[i].metrics.value[TS_METRIC_total_return]);
        ts_json_real(json, "sharpe", e->period[i].metrics.value[TS_METRIC_sharpe]);
        ts_json_int(json, "trades", (int64_t)e->period[i].metrics.value[TS_METRIC_trades]);
        ts_json_object_end(json);
    }
    ts_json_array_end(json);
}

static void json_examination(ts_json *json, const ts_stored_result *result, const ts_examination *e)
{
    double root = sqrt(result->simulation.bars_per_year);
    ts_json_object(json, NULL);
    ts_json_int(json, "row", (int64_t)result->number);
    ts_json_text(json, "symbol", result->symbol);
    ts_json_text(json, "strategy", result->strategy);
    ts_json_text(json, "verdict", ts_verdict_names[e->verdict]);
    json_checks(json, e);
    ts_json_object(json, "metrics");
    ts_metrics_json(json, &e->metrics);
    ts_json_object_end(json);
    ts_json_real(json, "deflated_sharpe", e->deflated_sharpe);
    ts_json_real(json, "skewness", e->moments.skewness);
    ts_json_real(json, "kurtosis", e->moments.kurtosis);
    ts_json_object(json, "plateau");
    ts_json_int(json, "neighbours", (int64_t)e->plateau.neighbours);
    ts_json_int(json, "feasible", (int64_t)e->plateau.feasible);
    ts_json_real(json, "median_score", e->plateau.median);
    ts_json_object_end(json);
    ts_json_object(json, "bootstrap");
    json_interval(json, "sharpe", e->bootstrap.sharpe_interval, root);
    json_interval(json, "max_drawdown", e->bootstrap.drawdown_interval, 1);
    ts_json_real(json, "mean_block_bars", e->bootstrap.block);
    ts_json_object_end(json);
    json_stress_and_periods(json, e);
    ts_json_object_end(json);
}

static void as_json(ts_strbuf *text, const ts_validator *v, int indent)
{
    ts_json json = {.out = *text, .indent = indent, .first = true};
    if (indent) ts_json_array(&json, NULL);
    for (size_t i = 0; i < v->count; i++) {
        if (!indent) json.first = true;
        json_examination(&json, &v->file.result[i], &v->found[i]);
        if (!indent) ts_strbuf_putc(&json.out, '\n');
    }
    if (indent) {
        ts_json_array_end(&json);
        ts_strbuf_putc(&json.out, '\n');
    }
    *text = json.out;
}

static int print(const ts_validator *v, ts_error *error)
{
    ts_strbuf text = {0};
    if (v->options->format == FORMAT_TABLE) as_table(&text, v);
    else as_json(&text, v, v->options->format == FORMAT_JSON ? 2 : 0);
    int status = ts_strbuf_failed(&text) ? ts_no_memory(error, "the verdicts") : 0;
    if (!status) fwrite(text.text, 1, text.length, stdout);
    ts_strbuf_clear(&text);
    return status;
}

static int run(int argc, char **argv, ts_error *error)
{
    ts_options options = {0};
    ts_texts words = {0};
    ts_validator validator;
    if (ts_settings_read_all(tables, &options, argc, argv, &words, error)) return -1;
    if (words.count != 1)
        return ts_fail(error, TS_USAGE,
                       "validate what? One file of results or one folder of a run, before the options");
    if (ts_validator_open(&validator, words.text[0], &options, error)) return -1;
    int status = ts_validator_run(&validator, error);
    if (!status) status = print(&validator, error);
    ts_validator_close(&validator);
    return status;
}

const ts_verb ts_verb_validate = {
    .name = "validate",
    .words = "FILE|DIR",
    .summary = "Examine results for luck, overfitting, costs and accidents of parameters; verdicts with their reasons.",
    .settings = tables,
    .run = run,
};
