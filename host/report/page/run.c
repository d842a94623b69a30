/* The run on the page: how its searches converged, how fast it was, what its candles lack, where everything is from. */
#include "host/report/page/page.h"

#include "common/interval.h"
#include "common/memory.h"
#include "host/report/page/figures.h"
#include "host/report/page/html.h"
#include "host/report/page/plot.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CHARTS_MOST = 6 };

/* The columns of a search's steps. */
typedef struct course {
    double *evaluations, *best, *median, *diversity;
} course;

static bool course_of(const ts_stored_search *search, course *c)
{
    double *room = ts_alloc(4 * search->steps, sizeof *room);
    if (!room) return false;
    *c = (course){room, room + search->steps, room + 2 * search->steps, room + 3 * search->steps};
    for (size_t i = 0; i < search->steps; i++) {
        c->evaluations[i] = search->step[i].evaluations;
        c->best[i] = search->step[i].best;
        c->median[i] = search->step[i].median;
        c->diversity[i] = search->step[i].diversity;
    }
    return true;
}

static ts_scale evaluations_scale(const course *c, size_t steps)
{
    return (ts_scale){.low = c->evaluations[0], .high = c->evaluations[steps - 1], .unit = TS_UNIT_COUNT};
}

static void scores(ts_strbuf *out, const ts_stored_search *search, const course *c)
{
    char best[TS_FIGURE_TEXT], median[TS_FIGURE_TEXT];
    double low = INFINITY, high = -INFINITY;
    size_t n = search->steps;
    ts_range_of(c->best, n, &low, &high);
    ts_range_of(c->median, n, &low, &high);
    const ts_plot plot = {.out = out,
                          .x = evaluations_scale(c, n),
                          .y = ts_scale_of(low, high, TS_UNIT_NUMBER, false),
                          .size = "half",
                          .label = "Best and median score against the number of genomes tried"};
    ts_html(out, "<figure><figcaption><b>");
    ts_html_text(out, search->strategy);
    ts_html(out, "</b> ");
    ts_html_text(out, search->symbol);
    ts_plot_key(out, "own", "best so far", ts_figure_ratio(c->best[n - 1], best));
    ts_plot_key(out, "other", "median", ts_figure_ratio(c->median[n - 1], median));
    ts_plot_caption_end(out);
    ts_plot_begin(&plot);
    ts_plot_line(&plot, "other", "median", &(ts_points){.x = c->evaluations, .y = c->median, .count = n});
    ts_plot_line(&plot, "own", "best so far", &(ts_points){.x = c->evaluations, .y = c->best, .count = n});
    ts_plot_end(&plot);
    ts_html(out, "</figure>");
}

static void diversity(ts_strbuf *out, const ts_stored_search *search, const course *c)
{
    char text[TS_FIGURE_TEXT];
    double low = 0, high = 0.1;
    size_t n = search->steps;
    ts_range_of(c->diversity, n, &low, &high);
    const ts_plot plot = {.out = out,
                          .x = evaluations_scale(c, n),
                          .y = {.low = 0, .high = high * 1.05, .unit = TS_UNIT_NUMBER},
                          .size = "half",
                          .label = "Diversity of the generations against the number of genomes tried"};
    ts_html(out, "<figure><figcaption><b>Diversity</b> 1 as if at random, 0 all alike");
    ts_plot_key(out, "own", "of the generation", ts_figure_ratio(c->diversity[n - 1], text));
    ts_plot_caption_end(out);
    ts_plot_begin(&plot);
    ts_plot_line(&plot, "own", "diversity", &(ts_points){.x = c->evaluations, .y = c->diversity, .count = n});
    ts_plot_end(&plot);
    ts_html(out, "</figure>");
}

static void converged(ts_strbuf *out, const ts_stored_search *search)
{
    course c;
    if (!course_of(search, &c)) {
        out->failed = true;
        return;
    }
    bool generations = false;
    for (size_t i = 0; i < search->steps; i++) generations = generations || isfinite(c.diversity[i]);
    ts_html(out, "<div class=\"pair\">");
    scores(out, search, &c);
    if (generations) diversity(out, search, &c);
    ts_html(out, "</div>");
    free(c.evaluations);
}

/* Of the searches that the winners in detail come from, each once. A search of one step has no course. */
static void convergence(ts_strbuf *out, const ts_page *page)
{
    const ts_stored_search *drawn[CHARTS_MOST];
    size_t count = 0;
    for (size_t i = 0; i < page->results && count < CHARTS_MOST; i++) {
        if (!page->detail[i].shown) continue;
        const ts_stored_result *r = &page->result[i];
        const ts_stored_search *search = ts_stored_run_find(page->run, r->symbol, r->strategy);
        bool known = !search || search->steps < 2;
        for (size_t j = 0; j < count; j++) known = known || drawn[j] == search;
        if (!known) drawn[count++] = search;
    }
    ts_html(out, "<h3>How the searches of the best rows converged</h3>");
    if (!count) ts_html(out, "<p class=\"note\">Each tried all it had in one batch: there is no course to show.</p>");
    for (size_t i = 0; i < count; i++) converged(out, drawn[i]);
}

static void fact(ts_strbuf *out, const char *name, const char *value)
{
    if (!*value) return;
    ts_html(out, "<div><dt>%s</dt><dd>", name);
    ts_html_text(out, value);
    ts_html(out, "</dd></div>");
}

static void facts(ts_strbuf *out, const ts_stored_run *run)
{
    char text[TS_FIGURE_TEXT], value[128];
    ts_html(out, "<h3>The run</h3><dl class=\"facts\">");
    fact(out, "Finished", run->finished);
    fact(out, "Genomes tried", ts_figure_count((double)run->evaluations, text));
    fact(out, "Genome-bars", ts_figure_large((double)run->genome_bars, text));
    fact(out, "Genome-bars a second", ts_figure_large(run->genome_bars_per_s, text));
    snprintf(value, sizeof value, "%.1f s, of which searching %.1f s", run->seconds, run->search_seconds);
    fact(out, "Time", value);
    snprintf(value, sizeof value, "%.60s, %llu threads", run->backend, (unsigned long long)run->threads);
    fact(out, "Back end", value);
    fact(out, "Processor", run->cpu);
    snprintf(value, sizeof value, "%.60s (%.40s)", run->engine_version, run->commit);
    fact(out, "Engine", value);
    fact(out, "Objective", run->objective);
    snprintf(value, sizeof value, "%llu", (unsigned long long)run->seed);
    fact(out, "Seed", value);
    snprintf(value, sizeof value, "at least %.0f trades, drawdown at most %.0f %%", run->min_trades,
             run->max_drawdown * 100);
    fact(out, "Feasible", value);
    ts_html(out, "</dl><h3>The command as it was typed</h3><pre><code>");
    ts_html_text(out, run->command);
    ts_html(out, "</code></pre>");
}

static void series_row(ts_strbuf *out, const ts_stored_series *s)
{
    char text[TS_FIGURE_TEXT];
    ts_html(out, "<tr><th scope=\"row\">");
    ts_html_text(out, s->symbol);
    ts_html(out, "<small>");
    ts_html_text(out, s->candles);
    ts_html(out, "</small></th>");
    if (*s->skipped) {
        ts_html(out, "<td colspan=\"8\">skipped: ");
        ts_html_text(out, s->skipped);
        ts_html(out, "</td></tr>");
        return;
    }
    const char *const texts[] = {s->interval, s->first, s->last};
    for (int i = 0; i < 3; i++) {
        ts_html(out, "<td>");
        ts_html_text(out, texts[i]);
        ts_html(out, "</td>");
    }
    const uint64_t counts[] = {s->bars, s->gaps, s->missing, s->longest, s->zero_volume};
    for (int i = 0; i < 5; i++) {
        ts_html(out, "<td class=\"r\">%s", ts_figure_count((double)counts[i], text));
        if (i == 3 && *s->longest_after) {
            ts_html(out, "<small>after ");
            ts_html_text(out, s->longest_after);
            ts_html(out, "</small>");
        }
        ts_html(out, "</td>");
    }
    ts_html(out, "</tr>");
}

static void series(ts_strbuf *out, const ts_stored_run *run)
{
    ts_html(out,
            "<h3>The candles and their gaps</h3><div class=\"wide\" tabindex=\"0\"><table><thead><tr><th>Symbol</th>"
            "<th>Interval</th><th>First</th><th>Last</th><th class=\"r\">Bars</th><th class=\"r\">Gaps</th>"
            "<th class=\"r\">Bars missing</th><th class=\"r\">Longest gap</th><th class=\"r\">Without volume</th>"
            "</tr></thead><tbody>");
    for (size_t i = 0; i < run->series; i++) series_row(out, &run->one_series[i]);
    ts_html(out, "</tbody></table></div>");
}

/* The candles, the costs and the number of tries that the rows come from; each set of them once. */
static void provenance(ts_strbuf *out, const ts_page *page)
{
    char text[TS_FIGURE_TEXT];
    ts_html(out,
            "<h3>Where the figures come from</h3><div class=\"wide\" tabindex=\"0\"><table><thead><tr><th>Candles</th>"
            "<th>Fingerprint</th><th>Fill</th><th class=\"r\">Fee</th><th class=\"r\">Slippage</th>"
            "<th class=\"r\">Bars a year</th><th class=\"r\">Trials of the run</th></tr></thead><tbody>");
    for (size_t i = 0; i < page->results; i++) {
        const ts_stored_result *r = &page->result[i];
        bool known = false;
        for (size_t j = 0; j < i && !known; j++) known = !strcmp(page->result[j].fingerprint, r->fingerprint);
        if (known) continue;
        ts_html(out, "<tr><th scope=\"row\">");
        ts_html_text(out, r->symbol);
        ts_html(out, " %s</th><td class=\"mono\">%s</td><td>%s</td>", ts_interval_text(r->interval_ms), r->fingerprint,
                ts_fill_names[r->simulation.fill]);
        ts_html(out, "<td class=\"r\">%s</td>", ts_figure_percent(r->simulation.fee, text));
        ts_html(out, "<td class=\"r\">%s</td>", ts_figure_percent(r->simulation.slippage, text));
        ts_html(out, "<td class=\"r\">%s</td>", ts_figure_count(r->simulation.bars_per_year, text));
        ts_html(out, "<td class=\"r\">%s</td></tr>",
                ts_figure_count(r->counted ? (double)r->luck.run_trials : NAN, text));
    }
    ts_html(out, "</tbody></table></div>");
}

void ts_page_run(ts_strbuf *out, const ts_page *page)
{
    ts_html(out, "<section id=\"run\"><h2>The run and its candles</h2>");
    if (page->run->document) {
        convergence(out, page);
        facts(out, page->run);
        series(out, page->run);
    } else {
        ts_html(out, "<p class=\"note\">How the searches converged, how fast they were and the gaps of the candles are "
                     "missing: ");
        ts_html_text(out, page->run->absent);
        ts_html(out, ".</p>");
    }
    if (page->results) provenance(out, page);
    ts_html(out, "</section>");
}
