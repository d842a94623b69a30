/* Does the examination tell luck from skill? All strategies are searched on generated markets and every winner is
 * examined: on random walks (almost) none may be approved, where a regime is planted those of its kind must be.
 *
 * The size of a plant is measured by an oracle that knows the regime and trades it with costs: its Sharpe ratio, a
 * year, on that very path. A few markets with a small budget by default; TRADESTREAM_SOAK=2 or more: all of them, with
 * the budget of TRADESTREAM_HONESTY_EVALUATIONS or the usual one, which takes some five hours of a core. */
#include "common/threads.h"
#include "data/candles/generate.h"
#include "host/language/catalogue.h"
#include "host/report/result.h"
#include "host/study/study.h"
#include "host/validation/examination.h"
#include "tests/agreement.h"
#include "tests/soak.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { HOUR = 3600000, STRATEGIES_MOST = 256, NOISE_BARS = 4380, SIGNAL_BARS = 8760 }; /* 2 and 4 years of 4 hours */

typedef enum family { OTHER, TREND, REVERT } family;

static const char *const reverting[] = {"ADX_STOCHASTIC",
                                        "BBAND_W_R",
                                        "CMO_MFI",
                                        "SAR_MFI",
                                        "SMA_RSI",
                                        "STOCHASTIC_EMA",
                                        "STOCHASTIC_RSI",
                                        "VOLUME_PROFILE_DEVIATIONS",
                                        "VWAP_MEAN_REVERSION"};
static const char *const others[] = {"ATR_CCI",         "DOUBLE_TOP_BOTTOM", "FIBONACCI_RETRACEMENTS",
                                     "MASS_INDEX",      "PRICE_GAP",         "TICK_VOLUME_ANALYSIS",
                                     "VOLUME_BREAKOUT", "AROON_MFI",         "VOLUME_SPREAD_ANALYSIS"};

#ifdef __SANITIZE_ADDRESS__
enum { FEW = 1, BUDGET = 60 }; /* the same paths, twenty times as slow */
#else
enum { FEW = 10, BUDGET = 600 };
#endif

static ts_catalogue catalogue;
static ts_engine *engine;
static bool whole; /* all markets */
static uint64_t budget = BUDGET;

static bool among(const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(name, names[i]) == 0) return true;
    return false;
}

static family family_of(const char *name)
{
    if (among(name, reverting, sizeof reverting / sizeof *reverting)) return REVERT;
    return among(name, others, sizeof others / sizeof *others) ? OTHER : TREND;
}

static int set_up(void **state)
{
    (void)state;
    ts_error error = {0};
    whole = soak(1) > 1;
    const char *evaluations = getenv("TRADESTREAM_HONESTY_EVALUATIONS");
    if (whole) budget = evaluations ? strtoull(evaluations, NULL, 10) : 20000;
    engine = ts_engine_new("auto", ts_threads_available(), &error);
    if (!engine || ts_catalogue_load(TS_SOURCE_DIR "/data/strategies", &catalogue, &error))
        print_error("%s\n", error.text);
    return error.code ? -1 : 0;
}

static int tear_down(void **state)
{
    (void)state;
    ts_catalogue_clear(&catalogue);
    ts_engine_free(engine);
    return 0;
}

/* What came of one market. */
typedef struct outcome {
    uint64_t trials;
    size_t approved, of_family[3];
    const char *best;
    double best_deflated, best_sharpe, spread,
        overfitting; /* of the best winner by deflated Sharpe; mean over the searches */
} outcome;

static const ts_examination_settings settings = {.min_trades = 30,
                                                 .min_deflated_sharpe = 0.95,
                                                 .max_overfitting = 0.5,
                                                 .min_plateau = 0.5,
                                                 .min_periods = 0.5,
                                                 .stress = 2,
                                                 .benchmark = true,
                                                 .periods = 8,
                                                 .bootstrap = {.resamples = 1000, .confidence = 0.9}};

static void search_all(const ts_market *market, ts_study *studies)
{
    ts_error error = {0};
    ts_study_settings study = {.search = {.kind = TS_SEARCH_AUTO, .evaluations = budget, .top = 1, .seed = 1},
                               .blocks = TS_BLOCKS_DEFAULT};
    study.search.breeding = ts_breeding_preset(0);
    study.search.objective = (ts_objective){.min_trades = 30, .max_drawdown = 1};
    assert_int_equal(ts_objective_parse("sharpe", &study.search.objective, &error), 0);
    for (size_t i = 0; i < catalogue.count; i++) {
        const ts_study_task task = {market, catalogue.strategy[i], "SYN-USD"};
        if (ts_study_run(engine, &study, &task, NULL, &studies[i], &error) && error.code != TS_BAD_DATA)
            fail_msg("%s", error.text);
        error = (ts_error){0};
    }
}

static ts_verdict examine(const ts_market *market, const ts_strategy *strategy, const ts_study *study,
                          const ts_luck *luck, const ts_simulation *simulation)
{
    ts_error error = {0};
    const ts_candidate *winner = &study->found.top[0];
    const ts_segment segment = {simulation->from_ms, simulation->to_ms, winner->genome, true};
    ts_subject subject = {.market = market,
                          .strategy = strategy,
                          .segment = &segment,
                          .segments = 1,
                          .searched_from_ms = simulation->from_ms,
                          .searched_to_ms = simulation->to_ms,
                          .genome = winner->genome,
                          .score = winner->standing.score,
                          .objective = {.min_trades = 30, .max_drawdown = 1},
                          .trials = (double)luck->run_trials,
                          .spread = luck->spread,
                          .overfitting = luck->overfitting};
    assert_int_equal(ts_objective_parse("sharpe", &subject.objective, &error), 0);
    ts_examination examination;
    if (ts_examine(engine, &subject, &settings, &examination, &error)) fail_msg("%s", error.text);
    assert_true(fabs(examination.deflated_sharpe - luck->deflated_sharpe) < 1e-9);
    ts_verdict verdict = examination.verdict;
    if (getenv("TRADESTREAM_HONESTY_REASONS") && verdict != TS_APPROVED)
        for (int i = 0; i < TS_CHECKS; i++)
            if (!examination.check[i].holds) {
                char text[256];
                ts_check_text(text, sizeof text, (ts_check)i, &examination.check[i]);
                print_message("    %s: %s\n", strategy->name, text);
            }
    ts_examination_clear(&examination);
    return verdict;
}

/* A winner whose deflated Sharpe ratio is too small cannot be approved: the rest of its examination is spared. */
static outcome judge_market(const ts_series *series)
{
    static ts_study studies[STRATEGIES_MOST];
    ts_error error = {0};
    outcome out = {.best = "none", .best_sharpe = NAN};
    ts_simulation simulation = usual_simulation();
    simulation.bars_per_year = 365.0 * 86400000 / (double)series->interval_ms;
    ts_market *market = ts_market_new(series, &simulation, &error);
    if (!market) fail_msg("%s", error.text);
    search_all(market, studies);
    double searches = 0;
    for (size_t i = 0; i < catalogue.count; i++) {
        out.trials += studies[i].trials.trials;
        if (!isnan(studies[i].trials.overfitting)) out.overfitting += studies[i].trials.overfitting, searches++;
    }
    out.overfitting /= searches;
    for (size_t i = 0; i < catalogue.count; i++) {
        if (!studies[i].found.top_count) continue;
        const ts_origin origin = {.simulation = simulation};
        const ts_result result = {.origin = &origin, .candidate = &studies[i].found.top[0], .study = &studies[i]};
        ts_luck luck = ts_luck_of(&result, &studies[i].moments[0], out.trials);
        if (luck.deflated_sharpe > out.best_deflated) {
            out.best_deflated = luck.deflated_sharpe;
            out.best = catalogue.strategy[i]->name;
            out.spread = luck.spread;
            out.best_sharpe = result.candidate->metrics.value[TS_METRIC_sharpe];
        }
        if (!(luck.deflated_sharpe >= settings.min_deflated_sharpe)) continue;
        if (examine(market, catalogue.strategy[i], &studies[i], &luck, &simulation) != TS_APPROVED) continue;
        out.approved++;
        out.of_family[family_of(catalogue.strategy[i]->name)]++;
    }
    if (getenv("TRADESTREAM_HONESTY_REASONS"))
        print_message("  %zu approved; best deflated Sharpe ratio %.3f of %s: Sharpe %.2f, spread %.2f\n", out.approved,
                      out.best_deflated, out.best, out.best_sharpe, out.spread);
    for (size_t i = 0; i < catalogue.count; i++) ts_study_clear(&studies[i]);
    ts_market_free(market);
    return out;
}

static void noise_is_not_approved(void **state)
{
    (void)state;
    static const double volatility[] = {0.5, 1, 2, 4};
    uint64_t markets = whole ? 200 : FEW, fooled = 0;
    double trials = 0, overfitting = 0, best = 0;
    for (uint64_t seed = 1; seed <= markets; seed++) {
        ts_error error = {0};
        ts_series series = {0};
        const ts_market_plan plan = {.seed = seed,
                                     .bars = NOISE_BARS,
                                     .interval_ms = 4 * HOUR,
                                     .character = TS_MARKET_NOISE,
                                     .volatility = volatility[seed % 4]};
        if (ts_market_generate(&plan, &series, &error)) fail_msg("%s", error.text);
        outcome out = judge_market(&series);
        fooled += out.approved > 0;
        trials += (double)out.trials;
        overfitting += out.overfitting;
        if (out.best_deflated > best) best = out.best_deflated;
        if (out.approved) print_message("noise, seed %llu: %zu approved\n", (unsigned long long)seed, out.approved);
        ts_series_clear(&series);
    }
    double n = (double)markets;
    print_message("noise: %.0f markets of %d bars, %.0f trials each that traded; with an approved row %llu (%.1f %%); "
                  "largest deflated Sharpe %.3f; mean probability of overfitting %.3f\n",
                  n, NOISE_BARS, trials / n, (unsigned long long)fooled, 100 * (double)fooled / n, best,
                  overfitting / n);
    assert_true((double)fooled <= 0.05 * n);
    assert_true(overfitting / n > 0.3 && overfitting / n < 0.7);
}

/* The net Sharpe ratio, a year, of knowing what is hidden: long while the drift is up, or from a swing of one deviation
 * below fair value until it is gone. Orders fill at the next open. */
static double oracle_sharpe(const ts_series *series, const double *hidden, ts_market_character character, double swing)
{
    double sum = 0, squares = 0, cash = 1, units = 0, before = 1;
    const double fee = 0.001, slippage = 0.0001;
    for (size_t t = 0; t < series->bars; t++) {
        double open = series->column[TS_OPEN][t], close = series->column[TS_CLOSE][t];
        bool trend = character == TS_MARKET_TREND;
        bool enter = trend ? hidden[t] > 0 : t && hidden[t - 1] < -swing;
        bool leave = trend ? hidden[t] < 0 : t && hidden[t - 1] >= 0;
        if (units > 0 && leave) cash = units * open * (1 - slippage) * (1 - fee), units = 0;
        else if (units == 0 && enter) units = cash * (1 - fee) / (open * (1 + slippage));
        double equity = units > 0 ? units * close : cash, r = equity / before - 1;
        sum += r, squares += r * r;
        before = equity;
    }
    double n = (double)series->bars, mean = sum / n;
    return mean / sqrt((squares - sum * mean) / (n - 1)) * sqrt(365.0 * 86400000 / (double)series->interval_ms);
}

/* The market of a seed and an edge; the oracle's Sharpe ratio on it. The price begins high, so that even a long fall
 * stays far above the smallest price. */
static double try_edge(uint64_t seed, ts_market_character character, double edge, ts_series *series)
{
    static double hidden[SIGNAL_BARS];
    ts_error error = {0};
    const ts_market_plan plan = {.seed = seed,
                                 .bars = SIGNAL_BARS,
                                 .interval_ms = 4 * HOUR,
                                 .price = 1e7,
                                 .character = character,
                                 .edge = edge,
                                 .hidden = hidden};
    ts_series_clear(series);
    *series = (ts_series){0};
    if (ts_market_generate(&plan, series, &error)) fail_msg("%s", error.text);
    return oracle_sharpe(series, hidden, character, edge * 0.0006 * sqrt(240));
}

/* The smallest edge, to a part in a thousand, with which the oracle has the Sharpe ratio wanted: where a step up first
 * crosses it, then by bisection, as the ratio may fall again on a path that has run away. */
static void plant(uint64_t seed, ts_market_character character, double wanted, ts_series *series)
{
    double most = character == TS_MARKET_TREND ? 0.6 : 10, low = 0, high = most / 24;
    while (high <= most && try_edge(seed, character, high, series) < wanted) low = high, high += most / 24;
    for (int i = 0; i < 12; i++) {
        double edge = (low + high) / 2;
        if (try_edge(seed, character, edge, series) < wanted) low = edge;
        else high = edge;
    }
    double sharpe = try_edge(seed, character, high, series);
    if (!(fabs(sharpe - wanted) < 0.05 * wanted)) fail_msg("the oracle's Sharpe ratio is %g, not %g", sharpe, wanted);
}

static void planted_signals_are_found(void **state)
{
    (void)state;
    static const double sharpes[] = {2, 4, 8};
    static const char *const names[] = {[TS_MARKET_TREND] = "trend", [TS_MARKET_REVERT] = "swings"};
    uint64_t seeds = whole ? 20 : FEW;
    for (int character = TS_MARKET_TREND; character <= TS_MARKET_REVERT; character++)
        for (size_t s = whole ? 0 : 2; s < 3; s++) {
            size_t right = 0, any = 0, wrong = 0;
            double best = 0, overfitting = 0;
            family wanted = character == TS_MARKET_TREND ? TREND : REVERT;
            for (uint64_t seed = 1; seed <= seeds; seed++) {
                ts_series series = {0};
                plant(seed, (ts_market_character)character, sharpes[s], &series);
                outcome out = judge_market(&series);
                right += out.of_family[wanted] > 0;
                wrong += out.approved > out.of_family[wanted];
                any += out.approved > 0;
                best += out.best_sharpe;
                overfitting += out.overfitting;
                ts_series_clear(&series);
            }
            double n = (double)seeds;
            print_message("%s, oracle's Sharpe %.0f: %.0f markets of %d bars; right family approved in %zu (%.0f %%), "
                          "another in %zu, any in %zu; mean Sharpe of the best %.2f; mean probability of overfitting "
                          "%.3f\n",
                          names[character], sharpes[s], n, SIGNAL_BARS, right, 100 * (double)right / n, wrong, any,
                          best / n, overfitting / n);
            if (sharpes[s] == 8) assert_true((double)right >= 0.9 * n);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(noise_is_not_approved),
        cmocka_unit_test(planted_signals_are_found),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
