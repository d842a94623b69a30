/* Results as JSON. Only what seed and data determine is written: the same bytes on every machine. */
#include "host/report/result.h"

#include "common/clock.h"
#include "common/interval.h"
#include "common/shell_word.h"
#include "common/version.h"

#include <stdio.h>
#include <string.h>

const char *const ts_fill_names[] = {"next_open", "close", NULL};
const char *const ts_direction_names[] = {"long", "short", "both", NULL};

void ts_origin_init(ts_origin *origin, const ts_strategy *strategy, const ts_series *series, size_t first, size_t bars,
                    const ts_simulation *simulation)
{
    *origin = (ts_origin){.strategy = strategy,
                          .interval_ms = series->interval_ms,
                          .load_from_ms = series->time[0],
                          .start_ms = series->time[first],
                          .end_ms = series->time[first + bars - 1] + series->interval_ms,
                          .bars = bars,
                          .synthetic = series->synthetic,
                          .simulation = *simulation};
    snprintf(origin->exchange, sizeof origin->exchange, "%s", series->exchange);
    snprintf(origin->symbol, sizeof origin->symbol, "%s", series->symbol);
    ts_series_fingerprint(series, 0, first + bars, origin->fingerprint);
}

static void json_time(ts_json *json, const char *key, int64_t time_ms)
{
    char text[TS_TIME_TEXT];
    ts_json_text(json, key, ts_time_text(time_ms, text));
}

static void json_parameters(ts_json *json, const ts_strategy *strategy, const ts_genome *genome)
{
    ts_json_object(json, "parameters");
    for (int i = 0; i < strategy->parameters; i++)
        ts_json_real(json, strategy->parameter[i].name, ts_genome_value(strategy, genome, i));
    ts_json_object_end(json);
}

void ts_origin_json(ts_json *json, const ts_origin *origin, const ts_genome *genome)
{
    const ts_simulation *simulation = &origin->simulation;
    ts_json_text(json, "strategy", origin->strategy->name);
    json_parameters(json, origin->strategy, genome);
    ts_json_text(json, "definition_hash", origin->strategy->definition_hash);
    ts_json_text(json, "direction", ts_direction_names[origin->strategy->direction]);
    ts_json_text(json, "exchange", origin->exchange);
    ts_json_text(json, "symbol", origin->symbol);
    ts_json_text(json, "interval", ts_interval_text(origin->interval_ms));
    json_time(json, "load_from", origin->load_from_ms);
    json_time(json, "start", origin->start_ms);
    json_time(json, "end", origin->end_ms);
    ts_json_text(json, "fingerprint", origin->fingerprint);
    ts_json_bool(json, "synthetic", origin->synthetic);
    ts_json_bool(json, "fill_gaps", origin->fill_gaps);
    ts_json_text(json, "fill", ts_fill_names[simulation->fill]);
    ts_json_real(json, "fee", simulation->fee);
    ts_json_real(json, "slippage", simulation->slippage);
    ts_json_real(json, "bars_per_year", simulation->bars_per_year);
    ts_json_real(json, "risk_free", simulation->risk_free);
    ts_json_text(json, "engine_version", ts_version());
}

void ts_result_json(ts_json *json, const char *key, const ts_result *result)
{
    ts_strbuf command = {0};
    ts_json_object(json, key);
    ts_json_int(json, "rank", result->rank);
    ts_json_text(json, "objective", result->objective);
    ts_json_real(json, "score", result->candidate->standing.score);
    ts_origin_json(json, result->origin, &result->candidate->genome);
    ts_json_text(json, "search", ts_search_kind_name(result->kind));
    ts_json_int(json, "seed", (int64_t)result->seed);
    ts_json_int(json, "evaluations", (int64_t)result->evaluations);
    ts_json_object(json, "metrics");
    ts_metrics_json(json, &result->candidate->metrics);
    ts_json_object_end(json);
    ts_origin_command(&command, result->origin, &result->candidate->genome);
    json->out.failed = json->out.failed || ts_strbuf_failed(&command);
    ts_json_text(json, "command", command.text);
    ts_json_object_end(json);
    ts_strbuf_clear(&command);
}

static void append_parameter(ts_strbuf *text, const ts_strategy *strategy, const ts_genome *genome, int parameter)
{
    ts_strbuf_printf(text, "%s=", strategy->parameter[parameter].name);
    ts_strbuf_real(text, ts_genome_value(strategy, genome, parameter), "");
}

void ts_genome_text(ts_strbuf *text, const ts_strategy *strategy, const ts_genome *genome)
{
    for (int i = 0; i < strategy->parameters; i++) {
        if (i) ts_strbuf_putc(text, ' ');
        append_parameter(text, strategy, genome, i);
    }
}

static void option(ts_strbuf *text, const char *name, const char *value)
{
    ts_shell_word(text, name);
    ts_shell_word(text, value);
}

static void option_real(ts_strbuf *text, const char *name, double value)
{
    ts_shell_word(text, name);
    ts_strbuf_putc(text, ' ');
    ts_strbuf_real(text, value, "");
}

static void source_options(ts_strbuf *text, const ts_origin *origin)
{
    if (origin->candles) ts_strbuf_printf(text, " --candles %s", origin->candles);
    if (!origin->candles || strcmp(origin->exchange, "local")) option(text, "--exchange", origin->exchange);
    option(text, "--symbol", origin->symbol);
    option(text, "--interval", ts_interval_text(origin->interval_ms));
    if (origin->fill_gaps) ts_shell_word(text, "--fill-gaps");
}

static void simulation_options(ts_strbuf *text, const ts_origin *origin)
{
    const ts_simulation *simulation = &origin->simulation;
    char time[TS_TIME_TEXT];
    option(text, "--direction", ts_direction_names[origin->strategy->direction]);
    option(text, "--fill", ts_fill_names[simulation->fill]);
    option_real(text, "--fee", simulation->fee);
    option_real(text, "--slippage", simulation->slippage);
    if (simulation->bars_per_year != ts_interval_bars_per_year(origin->interval_ms))
        option_real(text, "--bars-per-year", simulation->bars_per_year);
    if (simulation->risk_free != 0) option_real(text, "--risk-free", simulation->risk_free);
    option(text, "--from", ts_time_text(origin->start_ms, time));
    option(text, "--to", ts_time_text(origin->end_ms, time));
}

void ts_origin_command(ts_strbuf *text, const ts_origin *origin, const ts_genome *genome)
{
    ts_strbuf_puts(text, "tradestream backtest");
    source_options(text, origin);
    option(text, "--strategy", origin->strategy_file ? origin->strategy_file : origin->strategy->name);
    for (int i = 0; i < origin->strategy->parameters; i++) {
        ts_strbuf assignment = {0};
        append_parameter(&assignment, origin->strategy, genome, i);
        option(text, "--param", assignment.text ? assignment.text : "");
        text->failed |= assignment.failed;
        ts_strbuf_clear(&assignment);
    }
    simulation_options(text, origin);
    ts_strbuf_puts(text, " --format json");
}
