/* Where a winner stands: the surface of scores around its parameters, and the windows of its walk-forward. */
#include "host/report/page/page.h"

#include "common/clock.h"
#include "host/language/lattice.h"
#include "host/report/page/figures.h"
#include "host/report/page/heat.h"
#include "host/report/page/html.h"
#include "host/report/page/parameters.h"
#include "host/report/page/plot.h"

#include <math.h>
#include <stdio.h>

/* The value of a parameter in row or column `i` of the surface. */
static void axis_value(ts_strbuf *out, const ts_winner *winner, int axis, int32_t i)
{
    const ts_surface *s = &winner->portrait->surface;
    if (s->parameter[axis] < 0) return;
    ts_strbuf_real(out, ts_lattice_value(&winner->strategy->parameter[s->parameter[axis]], s->first[axis] + i), "");
}

static double strongest(const ts_surface *s)
{
    double most = 0;
    for (int32_t r = 0; r < s->count[0]; r++)
        for (int32_t c = 0; c < s->count[1]; c++)
            if (s->valid[r][c] && s->cell[r][c].feasible && fabs(s->cell[r][c].score) > most)
                most = fabs(s->cell[r][c].score);
    return most > 0 ? most : 1;
}

static void surface_cell(ts_strbuf *out, const ts_surface *s, int32_t r, int32_t c, double most)
{
    const ts_standing *cell = &s->cell[r][c];
    bool own = r == s->own[0] && c == s->own[1];
    if (!s->valid[r][c]) ts_html(out, "<td class=\"none\" title=\"not allowed\">\xc3\x97</td>");
    else if (!cell->feasible || isnan(cell->score))
        ts_html(out, "<td class=\"none\" title=\"no trades\">\xc2\xb7</td>");
    else ts_heat_cell(out, cell->score / most, cell->score, fabs(cell->score) < 9.95 ? 2 : 1, own ? "own" : "");
}

static void axis_name(ts_strbuf *out, const ts_winner *winner, int axis, const char *where)
{
    int parameter = winner->portrait->surface.parameter[axis];
    if (parameter < 0) return;
    ts_html(out, "%s", where);
    ts_html_text(out, winner->strategy->parameter[parameter].name);
}

void ts_page_surface(ts_strbuf *out, const ts_winner *winner)
{
    const ts_surface *s = &winner->portrait->surface;
    double most = strongest(s);
    if (s->parameter[0] < 0) return;
    ts_html(out, "<figure><figcaption><b>Score around it</b>");
    axis_name(out, winner, 0, "down: ");
    axis_name(out, winner, 1, ", across: ");
    ts_html(out, "</figcaption><div class=\"wide\" tabindex=\"0\"><table class=\"heat surface\"><thead><tr><th></th>");
    for (int32_t c = 0; c < s->count[1]; c++) {
        ts_html(out, "<th scope=\"col\">");
        axis_value(out, winner, 1, c);
        ts_html(out, "</th>");
    }
    ts_html(out, "</tr></thead><tbody>");
    for (int32_t r = 0; r < s->count[0]; r++) {
        ts_html(out, "<tr><th scope=\"row\">");
        axis_value(out, winner, 0, r);
        ts_html(out, "</th>");
        for (int32_t c = 0; c < s->count[1]; c++) surface_cell(out, s, r, c, most);
        ts_html(out, "</tr>");
    }
    ts_html(out,
            "</tbody></table></div><p class=\"note\">%s, where the genome was found; the framed cell is the winner. "
            "\xc2\xb7 no trades, \xc3\x97 not allowed by the strategy.</p></figure>",
            winner->stored->objective.name);
}

static void fold_bars(ts_strbuf *out, const ts_stored_result *result)
{
    double low = 0, high = 0;
    char title[96];
    for (size_t i = 0; i < result->folds; i++) {
        const ts_stored_fold *fold = &result->fold[i];
        if (!fold->chosen) continue;
        double both[] = {fold->score, ts_objective_score(&result->objective, &fold->test)};
        ts_range_of(both, 2, &low, &high);
    }
    const ts_plot plot = {.out = out,
                          .x = {.low = 0.5, .high = (double)result->folds + 0.5, .unit = TS_UNIT_COUNT},
                          .y = ts_scale_of(low, high, TS_UNIT_NUMBER, false),
                          .size = "middle",
                          .label = "Scores of each walk-forward window, in-sample and out-of-sample"};
    ts_plot_caption(out, "Walk-forward: score of each window");
    ts_plot_key_bar(out, "trained", "in-sample");
    ts_plot_key_bar(out, "tested", "out-of-sample");
    ts_plot_caption_end(out);
    ts_plot_begin(&plot);
    ts_plot_level(&plot, "zero", 0);
    for (size_t i = 0; i < result->folds; i++) {
        const ts_stored_fold *fold = &result->fold[i];
        double at = (double)i + 1, score = ts_objective_score(&result->objective, &fold->test);
        if (!fold->chosen) continue;
        snprintf(title, sizeof title, "window %zu, in-sample: %.4g", i + 1, fold->score);
        ts_plot_bar(&plot, "trained", &(ts_bar_shape){at - 0.36, at - 0.02, 0, fold->score}, title);
        snprintf(title, sizeof title, "window %zu, out-of-sample: %.4g", i + 1, score);
        ts_plot_bar(&plot, "tested", &(ts_bar_shape){at + 0.02, at + 0.36, 0, score}, title);
    }
    ts_plot_end(&plot);
    ts_html(out, "</figure>");
}

static void fold_row(ts_strbuf *out, const ts_stored_result *result, size_t index)
{
    const ts_stored_fold *fold = &result->fold[index];
    char a[TS_TIME_TEXT], b[TS_TIME_TEXT], c[TS_TIME_TEXT], d[TS_TIME_TEXT], text[TS_FIGURE_TEXT];
    ts_html(out, "<tr><td class=\"r\">%zu</td><td>%.10s to %.10s</td><td>%.10s to %.10s</td>", index + 1,
            ts_time_text(fold->when.train_from_ms, a), ts_time_text(fold->when.train_to_ms, b),
            ts_time_text(fold->when.test_from_ms, c), ts_time_text(fold->when.test_to_ms, d));
    if (!fold->chosen) {
        ts_html(out, "<td colspan=\"5\">nothing feasible in training: not traded</td></tr>");
        return;
    }
    double score = ts_objective_score(&result->objective, &fold->test),
           change = fold->test.value[TS_METRIC_total_return];
    ts_html(out, "<td class=\"r\">%s</td>", ts_figure_ratio(fold->score, text));
    ts_html(out, "<td class=\"r\">%s</td>", ts_figure_ratio(score, text));
    ts_html(out, "<td class=\"r %s\">%s</td>", change < 0 ? "minus" : "plus", ts_figure_change(change, text));
    ts_html(out, "<td class=\"r\">%s</td><td class=\"list\">",
            ts_figure_count(fold->test.value[TS_METRIC_trades], text));
    ts_page_parameters(out, &fold->parameters);
    ts_html(out, "</td></tr>");
}

void ts_page_folds(ts_strbuf *out, const ts_stored_result *result)
{
    fold_bars(out, result);
    ts_html(out,
            "<div class=\"wide\" tabindex=\"0\"><table><thead><tr><th class=\"r\">#</th><th>Train</th><th>Test</th>"
            "<th class=\"r\">In-sample</th><th class=\"r\">Out-of-sample</th><th class=\"r\">Return</th>"
            "<th class=\"r\">Trades</th><th>Parameters</th></tr></thead><tbody>");
    for (size_t i = 0; i < result->folds; i++) fold_row(out, result, i);
    ts_html(out, "</tbody></table></div>");
}
