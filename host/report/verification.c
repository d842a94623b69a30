#define _GNU_SOURCE
#include "host/report/verification_internal.h"

#include "common/clock.h"
#include "common/memory.h"
#include "host/metrics/curve.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void ts_verification_clear(ts_verification *verification)
{
    for (size_t i = 0; i < verification->differences; i++) {
        free(verification->difference[i].stored_text);
        free(verification->difference[i].computed_text);
    }
    free(verification->difference);
    *verification = (ts_verification){0};
}

/* The next difference to fill, named; NULL without memory. */
static ts_difference *add(ts_recount *e, const char *where, const char *what)
{
    ts_verification *found = e->found;
    if (!(found->differences & (found->differences - 1))) { /* full at every power of two */
        ts_difference *more = ts_grow(found->difference, found->differences ? 2 * found->differences : 1, sizeof *more);
        if (!more) {
            ts_no_memory(e->error, "the differences");
            return NULL;
        }
        found->difference = more;
    }
    ts_difference *difference = &found->difference[found->differences++];
    *difference = (ts_difference){.result = e->of->result};
    snprintf(difference->what, sizeof difference->what, "%s%s", where, what);
    return difference;
}

/* -0 is written 0, any NaN null. */
static bool same_bits(double stored, double computed)
{
    if (isnan(stored) || isnan(computed)) return isnan(stored) && isnan(computed);
    if (computed == 0) computed = 0;
    return memcmp(&stored, &computed, sizeof stored) == 0;
}

int ts_recount_number(ts_recount *e, const char *where, const char *what, double stored, double computed)
{
    e->found->compared++;
    if (same_bits(stored, computed)) return 0;
    ts_difference *difference = add(e, where, what);
    if (!difference) return -1;
    difference->stored = stored;
    difference->computed = computed == 0 ? 0 : computed;
    return 0;
}

static int text(ts_recount *e, const char *what, const char *stored, const char *computed)
{
    e->found->compared++;
    if (!strcmp(stored, computed)) return 0;
    ts_difference *difference = add(e, "", what);
    if (!difference) return -1;
    difference->stored_text = strdup(stored);
    difference->computed_text = strdup(computed);
    return difference->stored_text && difference->computed_text ? 0 : ts_no_memory(e->error, "the differences");
}

int ts_recount_time(ts_recount *e, const char *what, int64_t stored_ms, int64_t computed_ms)
{
    char stored[TS_TIME_TEXT], computed[TS_TIME_TEXT];
    return text(e, what, ts_time_text(stored_ms, stored), ts_time_text(computed_ms, computed));
}

int ts_recount_metrics(ts_recount *e, const char *where, const ts_metrics *stored, const ts_metrics *computed)
{
    for (int i = 0; i < TS_METRICS; i++)
        if (ts_recount_number(e, where, ts_metric_table[i].name, stored->value[i], computed->value[i])) return -1;
    return 0;
}

static int scores(ts_recount *e, const ts_metrics *metrics)
{
    const ts_stored_result *stored = e->of->result;
    double score = ts_objective_score(&stored->objective, metrics);
    if (ts_recount_number(e, "", "score", stored->score, score)) return -1;
    if (!stored->also.count) return 0;
    if (ts_recount_number(e, "scores", "[0]", stored->scores[0], score)) return -1;
    for (size_t i = 0; i < stored->also.count; i++) {
        char place[8];
        snprintf(place, sizeof place, "[%zu]", i + 1);
        if (ts_recount_number(e, "scores", place, stored->scores[i + 1],
                              ts_objective_score(&stored->also.of[i], metrics)))
            return -1;
    }
    return 0;
}

/* The metrics and what follows from them; `returns` are the bar returns of the equity they are of. */
static int whole(ts_recount *e, const ts_metrics *metrics, const double *returns, size_t bars)
{
    const ts_stored_result *stored = e->of->result;
    if (ts_recount_metrics(e, "", &stored->metrics, metrics)) return -1;
    if (stored->searched && scores(e, metrics)) return -1;
    if (!stored->counted) return 0;
    ts_moments moments = ts_moments_of(returns, bars);
    return ts_recount_number(e, "trials.", "deflated_sharpe", stored->luck.deflated_sharpe,
                             ts_luck_deflated(metrics, &moments, stored->simulation.bars_per_year, stored->luck.spread,
                                              stored->luck.run_trials));
}

int ts_recount_equity(ts_recount *e, const ts_metrics *metrics, const double *equity, size_t bars)
{
    double *returns = ts_alloc(bars, sizeof *returns);
    if (!returns) return ts_no_memory(e->error, "the bar returns");
    ts_curve_returns(equity, bars, returns);
    int status = whole(e, metrics, returns, bars);
    free(returns);
    return status;
}

static int one_window(ts_recount *e)
{
    ts_backtest backtest;
    const ts_market *market = e->of->market;
    if (ts_backtest_run(e->engine, market, e->of->strategy, e->of->genome, &backtest, e->error)) return -1;
    int status = ts_recount_equity(e, &backtest.metrics, backtest.equity, ts_market_bars(market));
    ts_backtest_clear(&backtest);
    return status;
}

/* The text between a word of the stored command and the next option that may follow; "" when it is not there. */
static char *name_in(const char *command, const char *option, const char *const *ends)
{
    const char *at = strstr(command, option), *end = NULL;
    if (!at) return strdup("");
    at += strlen(option);
    for (size_t i = 0; ends[i]; i++) {
        const char *found = strstr(at, ends[i]);
        if (found && (!end || found < end)) end = found;
    }
    return end ? strndup(at, (size_t)(end - at)) : strdup("");
}

/* Names of files are as in the stored command: those of today's files are nobody's business. */
static int command(ts_recount *e)
{
    static const char *const after_candles[] = {" --exchange ", " --symbol ", NULL};
    static const char *const after_strategy[] = {" --param ", " --direction ", NULL};
    ts_origin origin = *e->of->origin;
    origin.strategy = e->of->strategy;
    ts_strbuf made = {0};
    const char *stored = e->of->result->command;
    char *candles = name_in(stored, " --candles ", after_candles),
         *file = name_in(stored, " --strategy ", after_strategy);
    int status = candles && file ? 0 : ts_no_memory(e->error, "a command");
    if (!status) {
        size_t length = strlen(file);
        bool quoted = length > 1 && file[0] == '\'' && file[length - 1] == '\'';
        if (quoted) file[length - 1] = '\0';
        if (strstr(file, ".json")) origin.strategy_file = file + quoted;
        if (*candles) origin.candles = candles;
        ts_origin_command(&made, &origin, e->of->genome);
        status = ts_strbuf_failed(&made) ? ts_no_memory(e->error, "a command") : text(e, "command", stored, made.text);
    }
    ts_strbuf_clear(&made);
    free(candles);
    free(file);
    return status;
}

int ts_verify(ts_engine *engine, const ts_evidence *evidence, ts_verification *verification, ts_error *error)
{
    ts_recount e = {engine, evidence, verification, error};
    const ts_stored_result *stored = evidence->result;
    const ts_origin *origin = evidence->origin;
    if (ts_recount_time(&e, "load_from", stored->load_from_ms, origin->load_from_ms) ||
        ts_recount_time(&e, "start", stored->start_ms, origin->start_ms) ||
        ts_recount_time(&e, "end", stored->end_ms, origin->end_ms) ||
        ts_recount_number(&e, "", "synthetic", stored->synthetic, origin->synthetic))
        return -1;
    bool folded = stored->walk_forward.train_ms > 0;
    if (folded ? ts_recount_folds(&e) : one_window(&e)) return -1;
    return !folded && stored->command ? command(&e) : 0;
}
