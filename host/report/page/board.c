/* The leaderboard of the page: in-sample and out-of-sample side by side. Columns are rows of one table. */
#include "host/report/page/page.h"

#include "common/interval.h"
#include "host/report/page/figures.h"
#include "host/report/page/html.h"
#include "host/report/page/parameters.h"

#include <math.h>
#include <string.h>

enum { ROWS_MOST = 60 };

typedef enum cell_kind { RATIO, CHANGE, PERCENT, COUNT } cell_kind;

typedef struct column {
    const char *heading, *meaning;
    double (*value)(const ts_page *page, size_t row);
    cell_kind kind;
    bool (*shown)(const ts_page *page); /* NULL: always */
} column;

static const ts_stored_result *at(const ts_page *page, size_t row) { return &page->result[row]; }

static double in_sample(const ts_page *page, size_t row)
{
    return at(page, row)->folds ? at(page, row)->in_sample_score : at(page, row)->score;
}
static double out_of_sample(const ts_page *page, size_t row)
{
    return at(page, row)->folds ? at(page, row)->score : NAN;
}
static double deflated(const ts_page *page, size_t row)
{
    return at(page, row)->counted ? at(page, row)->luck.deflated_sharpe : NAN;
}
static double overfitting(const ts_page *page, size_t row)
{
    return at(page, row)->counted ? at(page, row)->luck.overfitting : NAN;
}
static double plateau(const ts_page *page, size_t row) { return page->detail[row].plateau; }
static bool drawn(const ts_page *page) { return !page->undrawn; }
static bool other_score(const ts_page *page) { return strcmp(page->result[0].objective.name, "sharpe") != 0; }

#define METRIC(name)                                                                                                   \
    static double name(const ts_page *page, size_t row) { return at(page, row)->metrics.value[TS_METRIC_##name]; }
METRIC(sharpe)
METRIC(total_return)
METRIC(buy_hold_return)
METRIC(max_drawdown)
METRIC(trades)
METRIC(win_rate)
METRIC(fees_paid)

static const column columns[] = {
    {"In-sample", "the score where the parameters were chosen", in_sample, RATIO, NULL},
    {"Out-of-sample", "the score on candles that the search had not seen", out_of_sample, RATIO, NULL},
    {"Sharpe", "a year, after costs", sharpe, RATIO, other_score},
    {"DSR", "deflated Sharpe ratio: probability that it is not luck", deflated, RATIO, NULL},
    {"PBO", "probability of backtest overfitting of its search", overfitting, RATIO, NULL},
    {"Plateau", "median score of the neighbouring parameters", plateau, RATIO, drawn},
    {"Return", "after costs", total_return, CHANGE, NULL},
    {"Buy &amp; hold", "the same window, the same costs", buy_hold_return, CHANGE, NULL},
    {"Drawdown", "largest fall from a peak", max_drawdown, PERCENT, NULL},
    {"Trades", "closed", trades, COUNT, NULL},
    {"Won", "share of trades with a profit after costs", win_rate, PERCENT, NULL},
    {"Fees", "in units of the starting equity", fees_paid, PERCENT, NULL},
};
enum { COLUMNS = sizeof columns / sizeof *columns };

static void cell(ts_strbuf *out, const ts_page *page, const column *c, size_t row)
{
    static const char *(*const write[])(double, char[TS_FIGURE_TEXT]) = {[RATIO] = ts_figure_ratio,
                                                                         [CHANGE] = ts_figure_change,
                                                                         [PERCENT] = ts_figure_percent,
                                                                         [COUNT] = ts_figure_count};
    char text[TS_FIGURE_TEXT];
    double value = c->value(page, row);
    if (c->value == out_of_sample && !at(page, row)->folds) {
        ts_html(out, "<td class=\"r none\">untested</td>");
        return;
    }
    const char *sign = c->kind != CHANGE ? "" : value < 0 ? " minus" : value > 0 ? " plus" : "";
    ts_html(out, "<td class=\"r%s\">%s</td>", sign, write[c->kind](value, text));
}

static void row(ts_strbuf *out, const ts_page *page, size_t index)
{
    const ts_stored_result *r = at(page, index);
    int cells = 0;
    ts_html(out, "<tr class=\"row\"><td class=\"r\">%zu</td><th scope=\"row\">", index + 1);
    if (page->detail[index].shown) ts_html(out, "<a href=\"#w%zu\">", index + 1);
    ts_html_text(out, r->strategy);
    ts_html(out, "%s</th><td>", page->detail[index].shown ? "</a>" : "");
    ts_html_text(out, r->symbol);
    ts_html(out, "&nbsp;%s</td>", ts_interval_text(r->interval_ms));
    for (int i = 0; i < COLUMNS; i++)
        if (!columns[i].shown || columns[i].shown(page)) cell(out, page, &columns[i], index), cells++;
    ts_html(out, "</tr><tr class=\"under\"><td></td><td colspan=\"%d\">", cells + 2);
    ts_page_parameters(out, &r->parameters);
    if (page->detail[index].examined)
        ts_html(out, " \xc2\xb7 <strong>%s</strong>", ts_verdict_names[page->detail[index].verdict]);
    ts_html(out, "</td></tr>");
}

static void board_order(ts_strbuf *out, const ts_stored_result *best)
{
    ts_strbuf keys = {0};
    ts_objectives_text(&keys, &best->objective, &best->also);
    if (best->also.count)
        ts_html(out, "The front of %s: no other genome that was tried beats a row in all of them. By ",
                keys.text ? keys.text : "");
    else ts_html(out, "By ");
    ts_html_text(out, best->objective.name);
    out->failed = out->failed || ts_strbuf_failed(&keys);
    ts_strbuf_clear(&keys);
}

void ts_page_board(ts_strbuf *out, const ts_page *page)
{
    size_t rows = page->results < ROWS_MOST ? page->results : ROWS_MOST;
    if (!rows) return;
    ts_html(out, "<section id=\"board\"><h2>Leaderboard</h2><p class=\"sub\">");
    board_order(out, page->result);
    ts_html(out, "%s. All figures are after fees and slippage.</p>",
            page->result[0].folds ? " of the test windows, out-of-sample" : ", in-sample");
    ts_html(out,
            "<div class=\"wide\" tabindex=\"0\"><table class=\"board\"><thead><tr><th class=\"r\" scope=\"col\">#</th>"
            "<th scope=\"col\">Strategy</th><th scope=\"col\">Candles</th>");
    for (int i = 0; i < COLUMNS; i++)
        if (!columns[i].shown || columns[i].shown(page))
            ts_html(out, "<th class=\"r\" scope=\"col\" title=\"%s\">%s</th>", columns[i].meaning, columns[i].heading);
    ts_html(out, "</tr></thead><tbody>");
    for (size_t i = 0; i < rows; i++) row(out, page, i);
    ts_html(out, "</tbody></table></div>");
    if (rows < page->results)
        ts_html(out, "<p class=\"note\">%zu more rows are in results.jsonl.</p>", page->results - rows);
    ts_html(out, "<dl class=\"terms\">");
    for (int i = 0; i < COLUMNS; i++)
        if (!columns[i].shown || columns[i].shown(page))
            ts_html(out, "<div><dt>%s</dt><dd>%s</dd></div>", columns[i].heading, columns[i].meaning);
    ts_html(out, "</dl></section>");
}
