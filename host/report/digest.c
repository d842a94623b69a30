#include "host/report/digest.h"

#include "common/clock.h"
#include "common/interval.h"
#include "host/report/page/figures.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

static double in_sample(const ts_page *page, size_t row)
{
    const ts_stored_result *r = &page->result[row];
    return r->folds ? r->in_sample_score : r->score;
}
static double out_of_sample(const ts_page *page, size_t row)
{
    return page->result[row].folds ? page->result[row].score : NAN;
}
static double deflated(const ts_page *page, size_t row)
{
    return page->result[row].counted ? page->result[row].luck.deflated_sharpe : NAN;
}
static double overfitting(const ts_page *page, size_t row)
{
    return page->result[row].counted ? page->result[row].luck.overfitting : NAN;
}
static double trials(const ts_page *page, size_t row)
{
    return page->result[row].counted ? (double)page->result[row].luck.run_trials : NAN;
}
static double plateau(const ts_page *page, size_t row) { return page->detail[row].plateau; }

/* The figures of a row beside its metrics, in full precision. */
static const struct figure {
    const char *name;
    double (*value)(const ts_page *page, size_t row);
} figures[] = {{"in_sample_score", in_sample}, {"out_of_sample_score", out_of_sample},
               {"deflated_sharpe", deflated},  {"overfitting", overfitting},
               {"run_trials", trials},         {"plateau", plateau}};
enum { FIGURES = sizeof figures / sizeof *figures };

static void parameters(ts_strbuf *text, const ts_stored_parameters *p)
{
    for (size_t i = 0; i < p->count; i++) {
        ts_strbuf_printf(text, "%s%s=", i ? " " : "", p->named[i].name);
        ts_strbuf_real(text, p->named[i].value, "?");
    }
}

/* A text as a field of CSV: in quotes, with its quotes doubled. */
static void quoted(ts_strbuf *text, const char *field)
{
    ts_strbuf_putc(text, '"');
    for (const char *c = field; *c; c++) {
        if (*c == '"') ts_strbuf_putc(text, '"');
        ts_strbuf_putc(text, *c);
    }
    ts_strbuf_putc(text, '"');
}

static void csv_row(ts_strbuf *text, const ts_page *page, size_t row)
{
    const ts_stored_result *r = &page->result[row];
    char from[TS_TIME_TEXT], to[TS_TIME_TEXT];
    ts_strbuf_printf(text, "%zu,%s,%s,", row + 1, r->symbol, ts_interval_text(r->interval_ms));
    quoted(text, r->strategy);
    ts_strbuf_putc(text, ',');
    parameters(text, &r->parameters);
    ts_strbuf_printf(text, ",%s,%s,%s,%s,", r->objective.name, ts_time_text(r->start_ms, from),
                     ts_time_text(r->end_ms, to), r->fingerprint);
    for (int i = 0; i < FIGURES; i++) {
        ts_strbuf_real(text, figures[i].value(page, row), "");
        ts_strbuf_putc(text, ',');
    }
    for (int i = 0; i < TS_METRICS; i++) {
        ts_strbuf_real(text, r->metrics.value[i], "");
        ts_strbuf_putc(text, ',');
    }
    quoted(text, r->command ? r->command : "");
    ts_strbuf_putc(text, '\n');
}

void ts_digest_csv(ts_strbuf *text, const ts_page *page)
{
    ts_strbuf_puts(text, "place,symbol,interval,strategy,parameters,objective,start,end,fingerprint");
    for (int i = 0; i < FIGURES; i++) ts_strbuf_printf(text, ",%s", figures[i].name);
    for (int i = 0; i < TS_METRICS; i++) ts_strbuf_printf(text, ",%s", ts_metric_table[i].name);
    ts_strbuf_puts(text, ",command\n");
    for (size_t row = 0; row < page->results; row++) csv_row(text, page, row);
}

static void json_lines(ts_json *json, const char *key, const char *text)
{
    ts_json_array(json, key);
    while (*text) {
        ts_strbuf line = {0};
        size_t length = strcspn(text, "\n");
        ts_strbuf_append(&line, text, length);
        ts_json_text(json, NULL, line.text);
        ts_strbuf_clear(&line);
        text += length + (text[length] == '\n');
    }
    ts_json_array_end(json);
}

static void json_row(ts_json *json, const ts_page *page, size_t row)
{
    const ts_stored_result *r = &page->result[row];
    ts_json_object(json, NULL);
    ts_json_int(json, "place", (int64_t)row + 1);
    ts_json_text(json, "symbol", r->symbol);
    ts_json_text(json, "interval", ts_interval_text(r->interval_ms));
    ts_json_text(json, "strategy", r->strategy);
    ts_json_object(json, "parameters");
    for (size_t i = 0; i < r->parameters.count; i++)
        ts_json_real(json, r->parameters.named[i].name, r->parameters.named[i].value);
    ts_json_object_end(json);
    ts_json_text(json, "objective", r->objective.name);
    ts_json_text(json, "fingerprint", r->fingerprint);
    for (int i = 0; i < FIGURES; i++) ts_json_real(json, figures[i].name, figures[i].value(page, row));
    ts_json_object(json, "metrics");
    ts_metrics_json(json, &r->metrics);
    ts_json_object_end(json);
    ts_json_text(json, "command", r->command);
    ts_json_object_end(json);
}

void ts_digest_json(ts_strbuf *text, const ts_page *page)
{
    ts_json json = {.out = *text, .indent = 2, .first = true};
    ts_json_object(&json, NULL);
    json_lines(&json, "cautions", page->cautions);
    if (page->undrawn) ts_json_text(&json, "missing", page->undrawn);
    if (page->run->document) {
        ts_json_object(&json, "run");
        ts_json_text(&json, "command", page->run->command);
        ts_json_text(&json, "engine_version", page->run->engine_version);
        ts_json_int(&json, "evaluations", (int64_t)page->run->evaluations);
        ts_json_int(&json, "genome_bars", (int64_t)page->run->genome_bars);
        ts_json_real(&json, "genome_bars_per_s", page->run->genome_bars_per_s);
        ts_json_real(&json, "seconds", page->run->seconds);
        ts_json_object_end(&json);
    }
    ts_json_array(&json, "results");
    for (size_t row = 0; row < page->results; row++) json_row(&json, page, row);
    ts_json_array_end(&json);
    ts_json_object_end(&json);
    ts_strbuf_putc(&json.out, '\n');
    *text = json.out;
}

/* Text within a cell of a Markdown table. */
static void marked(ts_strbuf *text, const char *cell)
{
    for (const char *c = cell; *c; c++) {
        if (strchr("|\\`*_<>[]", *c)) ts_strbuf_putc(text, '\\');
        ts_strbuf_putc(text, *c == '\n' ? ' ' : *c);
    }
}

static void markdown_row(ts_strbuf *text, const ts_page *page, size_t row)
{
    const ts_stored_result *r = &page->result[row];
    const double *m = r->metrics.value;
    char number[TS_FIGURE_TEXT];
    ts_strbuf named = {0};
    parameters(&named, &r->parameters);
    ts_strbuf_printf(text, "| %zu | ", row + 1);
    marked(text, r->symbol);
    ts_strbuf_puts(text, " | ");
    marked(text, r->strategy);
    ts_strbuf_puts(text, " | ");
    marked(text, named.text ? named.text : "");
    ts_strbuf_printf(text, " | %s |", ts_figure_ratio(in_sample(page, row), number));
    ts_strbuf_printf(text, " %s |", r->folds ? ts_figure_ratio(r->score, number) : "untested");
    for (int i = 2; i < FIGURES; i++)
        if (figures[i].value != trials)
            ts_strbuf_printf(text, " %s |", ts_figure_ratio(figures[i].value(page, row), number));
    ts_strbuf_printf(text, " %s |", ts_figure_change(m[TS_METRIC_total_return], number));
    ts_strbuf_printf(text, " %s |", ts_figure_change(m[TS_METRIC_buy_hold_return], number));
    ts_strbuf_printf(text, " %s |", ts_figure_percent(m[TS_METRIC_max_drawdown], number));
    ts_strbuf_printf(text, " %s |", ts_figure_count(m[TS_METRIC_trades], number));
    ts_strbuf_printf(text, " %s |\n", ts_figure_percent(m[TS_METRIC_fees_paid], number));
    ts_strbuf_clear(&named);
}

void ts_digest_markdown(ts_strbuf *text, const ts_page *page)
{
    enum { ROWS_MOST = 100 };
    ts_strbuf_puts(text, "# Report of a discovery\n\n");
    for (const char *line = page->cautions; *line;) {
        size_t length = strcspn(line, "\n");
        ts_strbuf_puts(text, "- ");
        ts_strbuf_append(text, line, length);
        ts_strbuf_putc(text, '\n');
        line += length + (line[length] == '\n');
    }
    if (page->results)
        ts_strbuf_puts(text,
                       "\n| # | candles | strategy | parameters | in-sample | out-of-sample | DSR | PBO | plateau | "
                       "return | buy & hold | drawdown | trades | fees |\n"
                       "|--:|---|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n");
    size_t rows = page->results < ROWS_MOST ? page->results : ROWS_MOST;
    for (size_t row = 0; row < rows; row++) markdown_row(text, page, row);
    if (rows < page->results) ts_strbuf_printf(text, "\n%zu more rows are in results.jsonl.\n", page->results - rows);
    ts_strbuf_puts(text, page->results ? "\nThe commands that make the rows in detail again:\n\n" : "");
    for (size_t row = 0; row < page->results; row++)
        if (page->detail[row].shown && page->result[row].command)
            ts_strbuf_printf(text, "%zu.\n```\n%s\n```\n", row + 1, page->result[row].command);
    if (page->run->document) {
        char many[TS_FIGURE_TEXT], fast[TS_FIGURE_TEXT];
        ts_strbuf_printf(text, "\n%s genomes tried in %.1f s, %s genome-bars a second.\n",
                         ts_figure_count((double)page->run->evaluations, many), page->run->seconds,
                         ts_figure_large(page->run->genome_bars_per_s, fast));
    }
}
