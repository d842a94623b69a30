/* The trades of a winner: a histogram of their returns, and the first and last of them. */
#include "host/report/page/page.h"

#include "common/clock.h"
#include "host/report/page/figures.h"
#include "host/report/page/html.h"
#include "host/report/page/plot.h"

#include <math.h>
#include <stdio.h>

enum { BINS_MOST = 40, LISTED = 12 };

typedef struct bins {
    double low, width;
    size_t count[BINS_MOST + 2], bins, most;
} bins;

/* A width of 1, 2 or 5 times a power of ten, so that 0 is the border of two bins. */
static bins sort(const ts_trade *trade, size_t count)
{
    double low = 0, high = 0;
    bins b = {.width = 1e-7};
    for (size_t i = 0; i < count; i++) {
        if (trade[i].change < low) low = trade[i].change;
        if (trade[i].change > high) high = trade[i].change;
    }
    for (int step = 0; (high - low) / b.width > BINS_MOST - 2; step++) b.width *= step % 3 == 1 ? 2.5 : 2;
    b.low = floor(low / b.width) * b.width;
    for (size_t i = 0; i < count; i++) {
        size_t bin = (size_t)((trade[i].change - b.low) / b.width);
        if (bin > BINS_MOST) bin = BINS_MOST;
        if (++b.count[bin] > b.most) b.most = b.count[bin];
        if (bin >= b.bins) b.bins = bin + 1;
    }
    return b;
}

void ts_page_histogram(ts_strbuf *out, const ts_portrait *portrait)
{
    char title[128], from[TS_FIGURE_TEXT], to[TS_FIGURE_TEXT];
    bins b = sort(portrait->trade, portrait->trades);
    const ts_plot plot = {
        .out = out,
        .x = {.low = b.low, .high = b.low + b.width * (double)(b.bins ? b.bins : 1), .unit = TS_UNIT_PERCENT},
        .y = {.low = 0, .high = (double)b.most * 1.05 + 0.5, .unit = TS_UNIT_COUNT},
        .size = "half",
        .label = "Histogram of the returns of the trades"};
    ts_plot_caption(out, "Returns of the trades");
    ts_plot_key_bar(out, "lost", "lost");
    ts_plot_key_bar(out, "won", "won");
    ts_plot_caption_end(out);
    ts_plot_begin(&plot);
    for (size_t i = 0; i < b.bins; i++) {
        double left = b.low + b.width * (double)i;
        if (!b.count[i]) continue;
        snprintf(title, sizeof title, "%s to %s: %zu trades", ts_figure_change(left, from),
                 ts_figure_change(left + b.width, to), b.count[i]);
        ts_plot_bar(&plot, left + b.width / 2 < 0 ? "lost" : "won",
                    &(ts_bar_shape){left, left + b.width, 0, (double)b.count[i]}, title);
    }
    ts_plot_end(&plot);
    ts_html(out, "</figure>");
}

static void row(ts_strbuf *out, const ts_trade *trade, size_t number)
{
    char entry[TS_TIME_TEXT], leave[TS_TIME_TEXT], text[TS_FIGURE_TEXT];
    ts_html(out, "<tr><td class=\"r\">%zu</td><td>%.10s %.5s</td>", number, ts_time_text(trade->entry_ms, entry),
            entry + 11);
    ts_html(out, "<td class=\"r\">%s</td>", ts_figure_price(trade->entry_price, text));
    ts_html(out, "<td>%.10s %.5s</td>", ts_time_text(trade->exit_ms, leave), leave + 11);
    ts_html(out, "<td class=\"r\">%s</td>", ts_figure_price(trade->exit_price, text));
    ts_html(out, "<td>%s</td><td class=\"r %s\">%s</td>", trade->side > 0 ? "long" : "short",
            trade->change < 0 ? "minus" : "plus", ts_figure_change(trade->change, text));
    ts_html(out, "<td class=\"r\">%s</td><td>", ts_figure_count((double)trade->bars_held, text));
    ts_html_text(out, trade->reason);
    ts_html(out, "</td></tr>");
}

void ts_page_trades(ts_strbuf *out, const ts_winner *winner)
{
    const ts_portrait *portrait = winner->portrait;
    size_t count = portrait->trades, left_out = count > 2 * LISTED ? count - 2 * LISTED : 0;
    char text[TS_FIGURE_TEXT];
    ts_html(out, "<h3>Trades: %s in all</h3>", ts_figure_count((double)count, text));
    if (!count) return;
    ts_html(
        out,
        "<div class=\"wide\" tabindex=\"0\"><table><thead><tr><th class=\"r\">#</th><th>Entry</th><th class=\"r\">Price"
        "</th><th>Exit</th><th class=\"r\">Price</th><th>Side</th><th class=\"r\">Return</th><th class=\"r\">Bars"
        "</th><th>Closed by</th></tr></thead><tbody>");
    for (size_t i = 0; i < count; i++) {
        if (left_out && i == LISTED) {
            ts_html(out, "<tr class=\"more\"><td colspan=\"9\">%s more%s</td></tr>",
                    ts_figure_count((double)left_out, text),
                    winner->stored->folds ? "" : "; the command below writes them all with --trades FILE.csv");
            i += left_out;
        }
        row(out, &portrait->trade[i], i + 1);
    }
    ts_html(out, "</tbody></table></div>");
}
