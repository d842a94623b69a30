/* The leaderboard's order, table and CSV. Columns are rows of one table; returns, drawdowns and fees are percentages.
 */
#define _GNU_SOURCE /* qsort_r */
#include "host/report/leaderboard.h"

#include "common/clock.h"
#include "common/interval.h"
#include "host/report/table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef enum column_kind {
    RANK,
    SYMBOL,
    INTERVAL,
    WINDOW,
    STRATEGY,
    SCORE,
    ALSO,
    TRAIN,
    DEFLATED,
    OVERFITTING,
    PERCENT,
    DECIMAL,
    WHOLE,
    PARAMETERS
} column_kind;

typedef struct column {
    const char *heading;
    column_kind kind;
    int metric; /* of PERCENT, DECIMAL and WHOLE; of ALSO which of the further objectives */
} column;

static const column columns[] = {
    {"#", RANK, 0},
    {"symbol", SYMBOL, 0},
    {"interval", INTERVAL, 0},
    {"from", WINDOW, 0},
    {"strategy", STRATEGY, 0},
    {"score", SCORE, 0},
    {"", ALSO, 0},
    {"", ALSO, 1},
    {"", ALSO, 2},
    {"in-sample", TRAIN, 0},
    {"sharpe", DECIMAL, TS_METRIC_sharpe},
    {"dsr", DEFLATED, 0},
    {"pbo", OVERFITTING, 0},
    {"return %", PERCENT, TS_METRIC_total_return},
    {"buy&hold %", PERCENT, TS_METRIC_buy_hold_return},
    {"drawdown %", PERCENT, TS_METRIC_max_drawdown},
    {"trades", WHOLE, TS_METRIC_trades},
    {"win %", PERCENT, TS_METRIC_win_rate},
    {"fees %", PERCENT, TS_METRIC_fees_paid},
    {"parameters", PARAMETERS, 0},
};
enum { COLUMNS = sizeof columns / sizeof *columns };

static int by_order(const void *a, const void *b, void *objective)
{
    const ts_result *x = a, *y = b;
    const ts_genome same = {{0}};
    int by_standing = ts_objective_compare(objective, &x->candidate->standing, &same, &y->candidate->standing, &same);
    if (by_standing) return by_standing;
    int by_symbol = strcmp(x->origin->symbol, y->origin->symbol);
    if (by_symbol) return by_symbol;
    int by_strategy = strcmp(x->origin->strategy->name, y->origin->strategy->name);
    if (by_strategy) return by_strategy;
    int by_genome = ts_genome_compare(&x->candidate->genome, &y->candidate->genome);
    if (by_genome) return by_genome;
    int by_candles = strcmp(x->origin->fingerprint, y->origin->fingerprint);
    if (by_candles) return by_candles;
    return x->origin->start_ms < y->origin->start_ms ? -1 : x->origin->start_ms > y->origin->start_ms;
}

void ts_leaderboard_sort(ts_result *results, size_t count, const ts_objective *objective)
{
    ts_objective order = *objective;
    if (count) qsort_r(results, count, sizeof *results, by_order, &order);
}

/* Two digits after the point up to a million, then as few digits as it takes. */
static void decimal(ts_strbuf *text, double value)
{
    if (isnan(value)) ts_strbuf_putc(text, '-');
    else ts_strbuf_printf(text, fabs(value) < 1e6 ? "%.2f" : "%.3g", value);
}

static void cell(ts_strbuf *text, const column *c, const ts_result *result, size_t place)
{
    const ts_origin *origin = result->origin;
    double value = result->candidate->metrics.value[c->metric];
    char time[TS_TIME_TEXT];
    switch (c->kind) {
    case RANK: ts_strbuf_printf(text, "%zu", place + 1); break;
    case SYMBOL: ts_strbuf_puts(text, origin->symbol); break;
    case INTERVAL: ts_strbuf_puts(text, ts_interval_text(origin->interval_ms)); break;
    case WINDOW: ts_strbuf_puts(text, ts_time_text(origin->start_ms, time)); break;
    case STRATEGY: ts_strbuf_puts(text, origin->strategy->name); break;
    case SCORE: ts_strbuf_printf(text, "%.4g", result->candidate->standing.score); break;
    case ALSO: ts_strbuf_printf(text, "%.4g", result->candidate->standing.also[c->metric]); break;
    case TRAIN: decimal(text, ts_study_train_score(result->study)); break;
    case DEFLATED: decimal(text, result->luck.deflated_sharpe); break;
    case OVERFITTING: decimal(text, result->luck.overfitting); break;
    case PERCENT: decimal(text, value * 100); break;
    case DECIMAL: decimal(text, value); break;
    case WHOLE: ts_strbuf_printf(text, "%.0f", value); break;
    case PARAMETERS: ts_genome_text(text, origin->strategy, &result->candidate->genome); break;
    }
}

/* A further objective that no column of its own tells. */
static bool untold(const ts_objectives *also, size_t which)
{
    if (which >= also->count) return false;
    for (int i = 0; i < COLUMNS; i++) {
        bool tells = columns[i].kind == PERCENT || columns[i].kind == DECIMAL || columns[i].kind == WHOLE;
        if (tells && columns[i].metric == also->of[which].metric) return false;
    }
    return true;
}

static const char *heading(const column *c, const ts_result *results)
{
    return c->kind == ALSO ? results[0].search->also.of[c->metric].name : c->heading;
}

/* A column that says what another says already, or the same in every row, is left out. */
static bool shown(const column *c, const ts_result *results, size_t count)
{
    if (c->kind == SCORE) return strcmp(results[0].search->objective.name, "sharpe") != 0;
    if (c->kind == ALSO) return untold(&results[0].search->also, (size_t)c->metric);
    if (c->kind == TRAIN) return results[0].walk_forward;
    if (c->kind == DEFLATED) return !isnan(results[0].luck.deflated_sharpe);
    if (c->kind == OVERFITTING) return !isnan(results[0].luck.overfitting);
    if (c->kind != INTERVAL && c->kind != WINDOW) return true;
    for (size_t i = 1; i < count; i++) {
        const ts_origin *first = results[0].origin, *origin = results[i].origin;
        if (c->kind == INTERVAL && origin->interval_ms != first->interval_ms) return true;
        /* one market of several windows */
        if (c->kind == WINDOW && !strcmp(origin->fingerprint, first->fingerprint) &&
            origin->start_ms != first->start_ms)
            return true;
    }
    return false;
}

void ts_leaderboard_table(ts_strbuf *text, const ts_result *results, size_t count, size_t limit,
                          const ts_run_totals *totals)
{
    size_t rows = count < limit ? count : limit;
    ts_leaderboard_verdict(text, results, count, totals);
    ts_leaderboard_title(text, count, totals);
    if (rows == 0) return;
    ts_table table = {0};
    for (int i = 0; i < COLUMNS; i++) {
        column_kind kind = columns[i].kind;
        bool left = kind == SYMBOL || kind == INTERVAL || kind == WINDOW || kind == STRATEGY || kind == PARAMETERS;
        if (!shown(&columns[i], results, count)) continue;
        ts_table_column(&table, heading(&columns[i], results), left);
        for (size_t row = 0; row < rows; row++) {
            cell(&table.cells, &columns[i], &results[row], row);
            ts_table_cell(&table);
        }
    }
    ts_table_print(text, &table);
    ts_table_clear(&table);
    if (rows < count) ts_strbuf_printf(text, "... and %zu more\n", count - rows);
}

void ts_leaderboard_csv(ts_strbuf *text, const ts_result *results, size_t count)
{
    ts_strbuf_puts(text, "rank,symbol,interval,strategy,parameters,objective,score");
    for (int i = 0; i < TS_METRICS; i++) ts_strbuf_printf(text, ",%s", ts_metric_table[i].name);
    ts_strbuf_putc(text, '\n');
    for (size_t row = 0; row < count; row++) {
        const ts_result *result = &results[row];
        const ts_origin *origin = result->origin;
        ts_strbuf_printf(text, "%d,%s,%s,%s,", result->rank, origin->symbol, ts_interval_text(origin->interval_ms),
                         origin->strategy->name);
        ts_genome_text(text, origin->strategy, &result->candidate->genome);
        ts_strbuf_printf(text, ",%s,", result->search->objective.name);
        ts_strbuf_real(text, result->candidate->standing.score, "");
        for (int i = 0; i < TS_METRICS; i++) {
            ts_strbuf_putc(text, ',');
            ts_strbuf_real(text, result->candidate->metrics.value[i], "");
        }
        ts_strbuf_putc(text, '\n');
    }
}
