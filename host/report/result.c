/* Results as JSON. Only what seed and data determine is written: the same bytes on every machine. */
#include "host/report/result.h"

#include "common/clock.h"
#include "common/interval.h"
#include "common/shell_word.h"
#include "common/version.h"

#include <inttypes.h>
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

static void json_luck(ts_json *json, const ts_luck *luck)
{
    ts_json_object(json, "trials");
    ts_json_int(json, "search", (int64_t)luck->search_trials);
    ts_json_int(json, "run", (int64_t)luck->run_trials);
    ts_json_real(json, "spread", luck->spread);
    ts_json_real(json, "overfitting", luck->overfitting);
    ts_json_real(json, "deflated_sharpe", luck->deflated_sharpe);
    ts_json_object_end(json);
}

static void json_window(ts_json *json, const char *key, int64_t from_ms, int64_t to_ms, const ts_metrics *metrics)
{
    ts_json_object(json, key);
    json_time(json, "start", from_ms);
    json_time(json, "end", to_ms);
    if (metrics) {
        ts_json_object(json, "metrics");
        ts_metrics_json(json, metrics);
        ts_json_object_end(json);
    }
    ts_json_object_end(json);
}

/* The windows in order; one in which training found nothing has no parameters and trades nothing. */
static void json_walk_forward(ts_json *json, const ts_result *result)
{
    char spec[TS_WALK_FORWARD_TEXT];
    ts_json_object(json, "walk_forward");
    ts_json_text(json, "windows", ts_walk_forward_text(result->walk_forward, spec));
    ts_json_real(json, "in_sample_score", ts_study_train_score(result->study));
    ts_json_array(json, "folds");
    for (size_t i = 0; i < result->study->folds; i++) {
        const ts_fold *fold = &result->study->fold[i];
        ts_json_object(json, NULL);
        ts_json_int(json, "evaluations", (int64_t)fold->evaluations);
        if (fold->chosen) {
            json_parameters(json, result->origin->strategy, &fold->train.genome);
            ts_json_real(json, "score", fold->train.standing.score);
        }
        json_window(json, "train", fold->when.train_from_ms, fold->when.train_to_ms,
                    fold->chosen ? &fold->train.metrics : NULL);
        json_window(json, "test", fold->when.test_from_ms, fold->when.test_to_ms, fold->chosen ? &fold->test : NULL);
        ts_json_object_end(json);
    }
    ts_json_array_end(json);
    ts_json_object_end(json);
}

/* Of several objectives: which, the scores in each, and how many genomes the whole front has. */
static void json_front(ts_json *json, const ts_result *result)
{
    const ts_objectives *also = &result->search->also;
    ts_objectives_json(json, &result->search->objective, also);
    ts_json_array(json, "scores");
    ts_json_real(json, NULL, result->candidate->standing.score);
    for (size_t i = 0; i < also->count; i++) ts_json_real(json, NULL, result->candidate->standing.also[i]);
    ts_json_array_end(json);
    ts_json_int(json, "front", (int64_t)result->study->found.front);
}

void ts_result_json(ts_json *json, const char *key, const ts_result *result)
{
    ts_strbuf command = {0};
    ts_json_object(json, key);
    ts_json_int(json, "rank", result->rank);
    ts_json_text(json, "objective", result->search->objective.name);
    ts_json_real(json, "score", result->candidate->standing.score);
    if (result->search->also.count) json_front(json, result);
    ts_origin_json(json, result->origin, &result->candidate->genome);
    ts_json_text(json, "search", ts_search_kind_name(result->kind));
    ts_json_int(json, "seed", (int64_t)result->search->seed);
    ts_json_int(json, "evaluations", (int64_t)result->evaluations);
    json_luck(json, &result->luck);
    if (result->walk_forward) json_walk_forward(json, result);
    ts_json_object(json, "metrics");
    ts_metrics_json(json, &result->candidate->metrics);
    ts_json_object_end(json);
    if (result->walk_forward) ts_search_command(&command, result);
    else ts_origin_command(&command, result->origin, &result->candidate->genome);
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
    char time[TS_TIME_TEXT];
    if (origin->cut) option(text, "--load-from", ts_time_text(origin->load_from_ms, time));
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

static void option_int(ts_strbuf *text, const char *name, int64_t value)
{
    ts_shell_word(text, name);
    ts_strbuf_printf(text, " %" PRId64, value);
}

static void breeding_options(ts_strbuf *text, const ts_breeding *breeding)
{
    option_int(text, "--population", breeding->population);
    if (breeding->generations) option_int(text, "--generations", breeding->generations);
    option_int(text, "--islands", breeding->islands);
    option_int(text, "--tournament", breeding->tournament);
    option_real(text, "--elite", breeding->elite);
    option_real(text, "--crossover-rate", breeding->crossover_rate);
    option_real(text, "--mutation-rate", breeding->mutation_rate);
}

void ts_search_command(ts_strbuf *text, const ts_result *result)
{
    const ts_origin *origin = result->origin;
    const ts_search_settings *search = result->search;
    char spec[TS_WALK_FORWARD_TEXT];
    ts_strbuf_puts(text, "tradestream discover");
    source_options(text, origin);
    option(text, "--strategies", origin->strategy_file ? origin->strategy_file : origin->strategy->name);
    if (result->walk_forward) option(text, "--walk-forward", ts_walk_forward_text(result->walk_forward, spec));
    option(text, "--search", ts_search_kind_name(result->kind));
    option_int(text, "--evaluations", (int64_t)search->evaluations);
    option_int(text, "--seed", (int64_t)search->seed);
    option(text, "--objective", search->objective.name);
    option_real(text, "--min-trades", search->objective.min_trades);
    option_real(text, "--max-drawdown", search->objective.max_drawdown);
    if (result->kind == TS_SEARCH_GA) breeding_options(text, &search->breeding);
    simulation_options(text, origin);
    ts_strbuf_puts(text, " --format json");
}
