/* The verdict on a winner: every check with its value and what was expected, the costs it stands, and how far chance
 * alone might have moved its figures. */
#include "host/report/page/page.h"

#include "host/report/page/figures.h"
#include "host/report/page/html.h"

#include <math.h>
#include <stdio.h>

static void checks(ts_strbuf *out, const ts_examination *e)
{
    ts_html(out, "<ul class=\"checks\">");
    for (int i = 0; i < TS_CHECKS; i++) {
        char sentence[256];
        const ts_checked *check = &e->check[i];
        ts_check_text(sentence, sizeof sentence, (ts_check)i, check);
        if (isnan(check->value)) snprintf(sentence, sizeof sentence, "%s: does not apply", ts_check_name((ts_check)i));
        ts_html(out, "<li class=\"%s\"><b>%s</b>", check->holds ? "holds" : "fails", check->holds ? "holds" : "fails");
        ts_html_text(out, sentence);
        ts_html(out, "</li>");
    }
    ts_html(out, "</ul>");
}

static void stress(ts_strbuf *out, const ts_examination *e)
{
    char text[TS_FIGURE_TEXT];
    ts_html(out, "<p class=\"note\">Return at");
    for (int i = 0; i < TS_STRESSES; i++)
        ts_html(out, "%s %g times the costs: <b>%s</b>", i ? "," : "", e->stress[i].costs,
                ts_figure_change(e->stress[i].total_return, text));
    ts_html(out, ".");
}

static void chance(ts_strbuf *out, const ts_winner *winner)
{
    const ts_bootstrap *b = &winner->examination->bootstrap;
    double root = sqrt(winner->stored->simulation.bars_per_year);
    char low[TS_FIGURE_TEXT], high[TS_FIGURE_TEXT], fall[TS_FIGURE_TEXT];
    ts_html(out,
            " With the same bars drawn again by chance, the Sharpe ratio lies between <b>%s</b> and <b>%s</b>, the "
            "largest drawdown is up to <b>%s</b>.</p>",
            ts_figure_ratio(b->sharpe_interval.low * root, low), ts_figure_ratio(b->sharpe_interval.high * root, high),
            ts_figure_percent(b->drawdown_interval.high, fall));
}

void ts_page_examination(ts_strbuf *out, const ts_winner *winner)
{
    const ts_examination *e = winner->examination;
    size_t failing = 0;
    for (int i = 0; i < TS_CHECKS; i++) failing += !e->check[i].holds;
    ts_html(out, "<h3>Verdict: %s</h3>", ts_verdict_names[e->verdict]);
    ts_html(out, "<p class=\"sub\">%zu of %d checks fail.</p>", failing, (int)TS_CHECKS);
    checks(out, e);
    stress(out, e);
    chance(out, winner);
}
