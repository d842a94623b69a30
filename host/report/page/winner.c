/* One winner in detail: its figures, curves, months, trades, surroundings and the command that makes it again. */
#include "host/report/page/page.h"

#include "common/clock.h"
#include "common/interval.h"
#include "common/memory.h"
#include "host/report/page/figures.h"
#include "host/report/page/html.h"
#include "host/report/page/months.h"
#include "host/report/page/parameters.h"
#include "host/report/page/plot.h"

#include <math.h>
#include <stdlib.h>

typedef const char *writer(double value, char text[TS_FIGURE_TEXT]);

static void figure(ts_strbuf *out, const char *name, double value, writer *write, const char *note)
{
    char text[TS_FIGURE_TEXT];
    ts_html(out, "<div><dt>%s</dt><dd>%s</dd><dd class=\"note\">%s</dd></div>", name, write(value, text), note);
}

static void figures(ts_strbuf *out, const ts_winner *winner)
{
    const ts_stored_result *r = winner->stored;
    const double *m = r->metrics.value;
    ts_html(out, "<dl class=\"figures\">");
    figure(out, r->folds ? "Out-of-sample" : "Score", r->score, ts_figure_ratio, r->objective.name);
    figure(out, "In-sample", r->folds ? r->in_sample_score : r->score, ts_figure_ratio,
           r->folds ? "mean of the train windows" : "nothing out-of-sample");
    figure(out, "Deflated Sharpe", r->counted ? r->luck.deflated_sharpe : NAN, ts_figure_ratio,
           "probability: not luck");
    figure(out, "Overfitting", r->counted ? r->luck.overfitting : NAN, ts_figure_ratio, "probability");
    figure(out, "Plateau", winner->examination ? winner->examination->plateau.median : NAN, ts_figure_ratio,
           "median of the neighbours");
    figure(out, "Return", m[TS_METRIC_total_return], ts_figure_change, "after costs");
    figure(out, "Buy and hold", m[TS_METRIC_buy_hold_return], ts_figure_change, "same window, same costs");
    figure(out, "Largest drawdown", m[TS_METRIC_max_drawdown], ts_figure_percent, "of the peak");
    figure(out, "Trades", m[TS_METRIC_trades], ts_figure_count, "closed");
    figure(out, "Won", m[TS_METRIC_win_rate], ts_figure_percent, "of the trades, after costs");
    figure(out, "Fees", m[TS_METRIC_fees_paid], ts_figure_percent, "of the starting equity");
    figure(out, "Exposure", m[TS_METRIC_exposure], ts_figure_percent, "of the bars");
    ts_html(out, "</dl>");
}

static ts_scale time_scale(const ts_portrait *p)
{
    return ts_scale_of((double)p->time[0], (double)p->time[p->curve.bars - 1], TS_UNIT_TIME, false);
}

static void equity(ts_strbuf *out, const ts_portrait *p)
{
    char own[TS_FIGURE_TEXT], held[TS_FIGURE_TEXT];
    double low = 1, high = 1;
    size_t bars = p->curve.bars;
    ts_range_of(p->curve.equity, bars, &low, &high);
    ts_range_of(p->curve.hold, bars, &low, &high);
    if (low < 1e-4 && high > 1e-3) low = 1e-4; /* of what is ruined, the fall is seen */
    const ts_plot plot = {.out = out,
                          .x = time_scale(p),
                          .y = ts_scale_of(low, high, TS_UNIT_NUMBER, true),
                          .size = "tall",
                          .label = "Equity of the strategy and of buying and holding"};
    ts_plot_caption(out, plot.y.logarithmic ? "Equity, beginning with 1, logarithmic" : "Equity, beginning with 1");
    ts_plot_key(out, "own", "strategy", ts_figure_ratio(p->curve.equity[bars - 1], own));
    ts_plot_key(out, "other", "buy and hold", ts_figure_ratio(p->curve.hold[bars - 1], held));
    ts_plot_caption_end(out);
    ts_plot_begin(&plot);
    ts_plot_level(&plot, "zero", 1);
    ts_plot_line(&plot, "other", "buy and hold", &(ts_points){.time = p->time, .y = p->curve.hold, .count = bars});
    ts_plot_line(&plot, "own", "strategy", &(ts_points){.time = p->time, .y = p->curve.equity, .count = bars});
    ts_plot_end(&plot);
    ts_html(out, "</figure>");
}

/* How far below its peak the equity is, 0 or less; the deepest is returned. */
static double water(const double *curve, size_t bars, double *under)
{
    double peak = 1, deepest = 0;
    for (size_t i = 0; i < bars; i++) {
        if (curve[i] > peak) peak = curve[i];
        under[i] = curve[i] / peak - 1;
        if (under[i] < deepest) deepest = under[i];
    }
    return deepest;
}

static void underwater(ts_strbuf *out, const ts_portrait *p, double *own, double *other)
{
    char text[TS_FIGURE_TEXT], held[TS_FIGURE_TEXT];
    size_t bars = p->curve.bars;
    double deepest = water(p->curve.equity, bars, own), deeper = water(p->curve.hold, bars, other);
    const ts_plot plot = {
        .out = out,
        .x = time_scale(p),
        .y = {.low = (deepest < deeper ? deepest : deeper) * 1.04 - 1e-6, .high = 0, .unit = TS_UNIT_PERCENT},
        .size = "low",
        .label = "Drawdown: how far the equity is below its peak"};
    ts_plot_caption(out, "Below the peak");
    ts_plot_key(out, "own", "strategy, at worst", ts_figure_change(deepest, text));
    ts_plot_key(out, "other", "buy and hold, at worst", ts_figure_change(deeper, held));
    ts_plot_caption_end(out);
    ts_plot_begin(&plot);
    ts_plot_area(&plot, "water", "strategy", &(ts_points){.time = p->time, .y = own, .count = bars}, 0);
    ts_plot_line(&plot, "other", "buy and hold", &(ts_points){.time = p->time, .y = other, .count = bars});
    ts_plot_end(&plot);
    ts_html(out, "</figure>");
}

static int curves(ts_strbuf *out, const ts_portrait *p, ts_error *error)
{
    ts_months months = {0};
    double *own = ts_alloc(p->curve.bars, sizeof *own), *other = ts_alloc(p->curve.bars, sizeof *other);
    int status = own && other ? 0 : ts_no_memory(error, "a drawdown");
    if (!status) status = ts_months_of(p->time, p->curve.equity, p->curve.bars, &months, error);
    if (!status) {
        equity(out, p);
        underwater(out, p, own, other);
        ts_html(out, "<h3>Return of each month</h3>");
        ts_months_html(out, &months);
    }
    ts_months_clear(&months);
    free(own);
    free(other);
    return status;
}

static void heading(ts_strbuf *out, const ts_winner *winner)
{
    const ts_stored_result *r = winner->stored;
    char from[TS_TIME_TEXT], to[TS_TIME_TEXT];
    ts_html(out, "<section class=\"winner\" id=\"w%zu\"><h2><span class=\"no\">%zu</span> ", winner->place,
            winner->place);
    ts_html_text(out, r->strategy);
    ts_html(out, " <small>");
    ts_html_text(out, r->symbol);
    ts_html(out, " %s</small></h2><p class=\"sub\">", ts_interval_text(r->interval_ms));
    ts_page_parameters(out, &r->parameters);
    int64_t first = r->folds ? r->fold[0].when.test_from_ms : r->start_ms;
    int64_t last = r->folds ? r->fold[r->folds - 1].when.test_to_ms : r->end_ms;
    ts_html(out, " \xc2\xb7 %s \xc2\xb7 %s%.10s to %.10s", ts_direction_names[r->direction],
            r->folds ? "test windows from " : "", ts_time_text(first, from), ts_time_text(last, to));
    ts_html(out, "%s</p>", r->synthetic ? " \xc2\xb7 <strong>generated candles</strong>" : "");
}

int ts_page_winner(ts_strbuf *out, const ts_winner *winner, ts_error *error)
{
    const ts_stored_result *r = winner->stored;
    heading(out, winner);
    figures(out, winner);
    if (winner->examination) ts_page_examination(out, winner);
    if (winner->portrait) {
        if (curves(out, winner->portrait, error)) return -1;
        ts_html(out, "<div class=\"pair\">");
        ts_page_histogram(out, winner->portrait);
        ts_page_surface(out, winner);
        ts_html(out, "</div>");
    }
    if (r->folds) ts_page_folds(out, r);
    if (winner->portrait) ts_page_trades(out, winner);
    if (r->command) {
        ts_html(out, "<h3>Make it again</h3><pre><code>");
        ts_html_text(out, r->command);
        ts_html(out, "</code></pre>");
    }
    ts_html(out, "</section>");
    return 0;
}
