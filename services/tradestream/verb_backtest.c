/* tradestream backtest: one strategy with one set of parameters, with its trades and its equity. */
#include "common/shell_word.h"
#include "host/report/leaderboard.h"
#include "host/report/table.h"
#include "services/tradestream/backtest_csv.h"
#include "services/tradestream/options.h"
#include "services/tradestream/strategy_choice.h"
#include "services/tradestream/verb.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define AT(field) offsetof(ts_options, field)

enum { FORMAT_TABLE, FORMAT_JSON };

static const ts_setting output_table[] = {
    {"trades", TS_SETTING_TEXT, AT(trades_path), NULL, 0, 0, NULL, "FILE.csv", "write the trades"},
    {"equity", TS_SETTING_TEXT, AT(equity_path), NULL, 0, 0, NULL, "FILE.csv", "write the equity at each close"},
    {"format", TS_SETTING_CHOICE, AT(format), "table", 0, 0, "table|json", NULL, "of the metrics"},
    {0}};
static const ts_setting *const tables[] = {ts_options_one_source,
                                           ts_options_window,
                                           ts_options_one_strategy,
                                           ts_options_simulation,
                                           ts_options_engine,
                                           ts_options_opencl,
                                           output_table,
                                           NULL};

static void json_expressions(ts_json *json, const ts_options *options)
{
    const struct {
        const char *key, *text;
    } parts[] = {{"entry", options->entry},
                 {"exit", options->exit},
                 {"short_entry", options->short_entry},
                 {"short_exit", options->short_exit}};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (parts[i].text) ts_json_text(json, parts[i].key, parts[i].text);
    if (!options->lets.count) return;
    ts_json_array(json, "let");
    for (size_t i = 0; i < options->lets.count; i++) ts_json_text(json, NULL, options->lets.text[i]);
    ts_json_array_end(json);
}

static void as_json(ts_strbuf *text, const ts_options *options, const ts_origin *origin, const ts_genome *genome,
                    const ts_metrics *metrics)
{
    ts_json json = {.out = *text, .indent = 2, .first = true};
    ts_json_object(&json, NULL);
    ts_origin_json(&json, origin, genome);
    json_expressions(&json, options);
    ts_json_object(&json, "metrics");
    ts_metrics_json(&json, metrics);
    ts_json_object_end(&json);
    ts_json_object_end(&json);
    ts_strbuf_putc(&json.out, '\n');
    *text = json.out;
}

static void as_table(ts_strbuf *text, const ts_origin *origin, const ts_genome *genome, const ts_metrics *metrics)
{
    ts_table table = {0};
    if (origin->synthetic) ts_strbuf_puts(text, TS_SYNTHETIC_WARNING);
    ts_strbuf_printf(text, "%s on %s", origin->strategy->name, origin->symbol);
    if (origin->strategy->parameters) ts_strbuf_puts(text, ": ");
    ts_genome_text(text, origin->strategy, genome);
    ts_strbuf_putc(text, '\n');
    ts_table_column(&table, "metric", true);
    for (int i = 0; i < TS_METRICS; i++) {
        ts_strbuf_puts(&table.cells, ts_metric_table[i].name);
        ts_table_cell(&table);
    }
    ts_table_column(&table, "value", false);
    for (int i = 0; i < TS_METRICS; i++) {
        ts_metrics_cell(&table.cells, (ts_metric)i, metrics->value[i]);
        ts_table_cell(&table);
    }
    ts_table_column(&table, "what it is", true);
    for (int i = 0; i < TS_METRICS; i++) {
        ts_strbuf_puts(&table.cells, ts_metric_table[i].description);
        ts_table_cell(&table);
    }
    ts_table_print(text, &table);
    ts_table_clear(&table);
}

/* Everything that was asked for, the files first: what is printed then tells of a backtest that is complete. */
static int report(const ts_options *options, const ts_series *series, const ts_origin *origin, const ts_genome *genome,
                  const ts_backtest *backtest, size_t first, ts_error *error)
{
    ts_strbuf text = {0};
    if (options->trades_path && ts_backtest_write_trades(options->trades_path, backtest, error)) return -1;
    if (options->equity_path &&
        ts_backtest_write_equity(options->equity_path, backtest, series, first, origin->bars, error))
        return -1;
    if (options->format == FORMAT_JSON) as_json(&text, options, origin, genome, &backtest->metrics);
    else as_table(&text, origin, genome, &backtest->metrics);
    int rc = ts_strbuf_failed(&text) ? ts_no_memory(error, "the metrics") : 0;
    if (!rc) fwrite(text.text, 1, text.length, stdout);
    ts_strbuf_clear(&text);
    return rc;
}

static int backtest_one(const ts_options *options, const ts_choice *choice, const ts_genome *genome,
                        const ts_series *series, ts_error *error)
{
    const ts_strategy *strategy = &choice->chosen[0].strategy;
    ts_simulation simulation = ts_options_simulate(options, series->interval_ms);
    ts_backtest backtest = {0};
    ts_origin origin;
    ts_market *market = NULL;
    int rc = -1;
    ts_engine *engine = ts_options_engine_new(options, error);
    if (!engine) goto out;
    market = ts_market_new(series, &simulation, error);
    if (!market) goto out;
    if (ts_backtest_run(engine, market, strategy, genome, &backtest, error)) {
        ts_error_context(error, "%s on %s", strategy->name, series->symbol);
        goto out;
    }
    ts_origin_init(&origin, strategy, series, ts_market_first(market), ts_market_bars(market), &simulation);
    origin.fill_gaps = options->fill_gaps;
    origin.cut = options->load_from_ms != INT64_MIN;
    rc = report(options, series, &origin, genome, &backtest, ts_market_first(market), error);
out:
    ts_backtest_clear(&backtest);
    ts_market_free(market);
    ts_engine_free(engine);
    return rc;
}

static int run(int argc, char **argv, ts_error *error)
{
    ts_options options = {0};
    ts_choice choice;
    ts_genome genome;
    ts_series series = {0};
    if (ts_settings_read_all(tables, &options, argc, argv, NULL, error)) return -1;
    if (ts_choice_one(&options, &choice, &genome, error)) return -1;
    int rc = ts_options_load(&options, &series, error);
    if (!rc) rc = backtest_one(&options, &choice, &genome, &series, error);
    ts_series_clear(&series);
    ts_choice_clear(&choice);
    return rc;
}

const ts_verb ts_verb_backtest = {
    .name = "backtest",
    .summary = "Run one strategy with one set of parameters over candles.",
    .settings = tables,
    .run = run,
};
