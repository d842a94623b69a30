#include "host/validation/examination.h"

#include "common/memory.h"
#include "host/engine/engine_internal.h"
#include "host/metrics/curve.h"
#include "host/validation/deflated_sharpe.h"
#include "host/validation/stitched.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double stresses[TS_STRESSES] = {0, 1, 2, 5};

/* All segments at a multiple of the costs. */
static int stitch(ts_engine *engine, const ts_subject *subject, double costs, ts_stitched *stitched, ts_error *error)
{
    int status = 0;
    ts_stitched_init(stitched, subject->market);
    for (size_t i = 0; !status && i < subject->segments; i++) {
        const ts_segment *segment = &subject->segment[i];
        ts_market *window = ts_market_window(subject->market, segment->from_ms, segment->to_ms, costs, error);
        if (!window) return -1;
        ts_backtest backtest = {0};
        if (segment->traded)
            status = ts_backtest_run(engine, window, subject->strategy, &segment->genome, &backtest, error);
        if (!status) status = ts_stitched_add(stitched, window, segment->traded ? &backtest : NULL, error);
        ts_backtest_clear(&backtest);
        ts_market_free(window);
    }
    return status;
}

static int examine_stress(ts_engine *engine, const ts_subject *subject, ts_examination *out, ts_error *error)
{
    for (int i = 0; i < TS_STRESSES; i++) {
        ts_stitched stitched;
        ts_metrics metrics;
        if (stitch(engine, subject, stresses[i], &stitched, error)) {
            ts_stitched_clear(&stitched);
            return -1;
        }
        ts_stitched_metrics(&stitched, &metrics);
        ts_stitched_clear(&stitched);
        out->stress[i] = (ts_stress){stresses[i], metrics.value[TS_METRIC_sharpe],
                                     metrics.value[TS_METRIC_total_return], metrics.value[TS_METRIC_max_drawdown]};
    }
    return 0;
}

/* The whole curve: metrics, moments, luck and the bootstrap. */
static int examine_returns(ts_engine *engine, const ts_subject *subject, const ts_examination_settings *settings,
                           ts_examination *out, ts_error *error)
{
    ts_stitched stitched;
    double *returns = NULL;
    int status = stitch(engine, subject, 1, &stitched, error);
    if (!status && !(returns = ts_alloc(stitched.bars, sizeof *returns))) status = ts_no_memory(error, "the returns");
    if (!status) {
        ts_stitched_metrics(&stitched, &out->metrics);
        ts_curve_returns(stitched.equity, stitched.bars, returns);
        out->moments = ts_moments_of(returns, stitched.bars);
        const ts_observed_sharpe observed = {.sharpe =
                                                 out->metrics.value[TS_METRIC_sharpe] / sqrt(stitched.bars_per_year),
                                             .bars = stitched.bars,
                                             .skewness = out->moments.skewness,
                                             .kurtosis = out->moments.kurtosis};
        double spread = subject->spread > 1 ? subject->spread : 1;
        out->deflated_sharpe = ts_deflated_sharpe(&observed, subject->trials, spread / ((double)stitched.bars - 1));
        ts_bootstrap_settings bootstrap = settings->bootstrap;
        bootstrap.risk_free = stitched.risk_free / stitched.bars_per_year;
        status = ts_bootstrap_run(returns, stitched.bars, &bootstrap, engine->threads, &out->bootstrap, error);
    }
    free(returns);
    ts_stitched_clear(&stitched);
    return status;
}

static int examine_plateau(ts_engine *engine, const ts_subject *subject, ts_plateau *plateau, ts_error *error)
{
    ts_market *window = ts_market_window(subject->market, subject->searched_from_ms, subject->searched_to_ms, 1, error);
    if (!window) return -1;
    int status =
        ts_plateau_measure(engine, window, subject->strategy, &subject->genome, &subject->objective, plateau, error);
    ts_market_free(window);
    return status;
}

/* Where the periods lie: the segments, or equal numbers of bars of the only one; none shorter than 2 bars. */
static size_t place_periods(const ts_subject *subject, size_t wanted, ts_period *period)
{
    size_t count = subject->segments, first = ts_market_find(subject->market, subject->segment[0].from_ms);
    size_t end = ts_market_find(subject->market, subject->segment[0].to_ms);
    if (count > 1) {
        if (count > TS_PERIODS_MOST) count = TS_PERIODS_MOST;
        for (size_t i = 0; i < count; i++)
            period[i] = (ts_period){.from_ms = subject->segment[i].from_ms, .to_ms = subject->segment[i].to_ms};
        return count;
    }
    count = (end - first) / 2 < wanted ? (end - first) / 2 : wanted;
    for (size_t i = 0; i < count; i++) {
        size_t from = first + (end - first) * i / count, to = first + (end - first) * (i + 1) / count;
        period[i].from_ms = ts_market_time(subject->market, from);
        period[i].to_ms = i + 1 < count ? ts_market_time(subject->market, to) : subject->segment[0].to_ms;
    }
    return count;
}

static int examine_periods(ts_engine *engine, const ts_subject *subject, size_t wanted, ts_examination *out,
                           ts_error *error)
{
    size_t room = subject->segments > wanted ? subject->segments : wanted;
    out->period = ts_alloc(room + 1, sizeof *out->period);
    if (!out->period) return ts_no_memory(error, "the periods");
    out->periods = place_periods(subject, wanted, out->period);
    for (size_t i = 0; i < out->periods; i++) {
        const ts_segment *segment = &subject->segment[subject->segments > 1 ? i : 0];
        ts_market *window = ts_market_window(subject->market, out->period[i].from_ms, out->period[i].to_ms, 1, error);
        if (!window) return -1;
        int status = segment->traded ? ts_evaluate(engine, window, subject->strategy, &segment->genome, 1,
                                                   &out->period[i].metrics, error)
                                     : 0;
        ts_market_free(window);
        if (status) return -1;
    }
    return 0;
}

int ts_examine(ts_engine *engine, const ts_subject *subject, const ts_examination_settings *settings,
               ts_examination *out, ts_error *error)
{
    *out = (ts_examination){0};
    int status = examine_returns(engine, subject, settings, out, error) ||
                         examine_plateau(engine, subject, &out->plateau, error) ||
                         examine_stress(engine, subject, out, error) ||
                         examine_periods(engine, subject, settings->periods, out, error)
                     ? -1
                     : 0;
    if (!status) ts_examination_judge(subject, settings, out);
    if (status) ts_examination_clear(out);
    return status;
}

void ts_examination_clear(ts_examination *examination)
{
    free(examination->period);
    *examination = (ts_examination){0};
}
