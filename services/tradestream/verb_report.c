/* tradestream report: what a run found, as one page for people; or as Markdown, JSON or CSV. */
#include "common/log.h"
#include "common/memory.h"
#include "common/safe_file.h"
#include "host/report/cautions.h"
#include "host/report/digest.h"
#include "host/report/subject.h"
#include "services/tradestream/validator.h"
#include "services/tradestream/verb.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define AT(field) offsetof(ts_options, field)

enum { FORMAT_HTML, FORMAT_MARKDOWN, FORMAT_JSON, FORMAT_CSV };

static const ts_setting output_table[] = {
    {"output,o", TS_SETTING_TEXT, AT(out), NULL, 0, 0, NULL, "FILE",
     "where to write (default: report.html in the run's folder; other formats: stdout)"},
    {"format", TS_SETTING_CHOICE, AT(format), "html", 0, 0, "html|md|json|csv", NULL,
     "html is one file with everything"},
    {"top", TS_SETTING_INT, AT(top), "5", 0, 1000, NULL, "N",
     "rows to show in detail: the best of each strategy and symbol, then the next"},
    {0}};
static const ts_setting *const tables[] = {ts_options_recall, ts_options_engine, ts_options_validation, output_table,
                                           NULL};

/* One report in the making. */
typedef struct draft {
    const ts_options *options;
    const char *folder;
    ts_stored_file file;
    ts_stored_run run;
    ts_recall recall;
    bool recalls; /* there are candles */
    ts_engine *engine;
    ts_detail *detail;
    size_t shown;
    ts_strbuf cautions, winners;
    ts_page page;
} draft;

/* A run that found nothing left an empty results.jsonl: that is a report too. */
static int read_results(draft *d, ts_error *error)
{
    char path[4096];
    struct stat about;
    if (stat(d->folder, &about) || !S_ISDIR(about.st_mode))
        return ts_fail(error, TS_BAD_DATA, "%s: expected the folder that discover --out has written", d->folder);
    if (snprintf(path, sizeof path, "%s/results.jsonl", d->folder) >= (int)sizeof path)
        return ts_fail(error, TS_USAGE, "%s: the name is too long", d->folder);
    if (stat(path, &about))
        return ts_fail(error, TS_BAD_DATA,
                       "%s: there is no results.jsonl: expected the folder of a finished discover --out", d->folder);
    if (about.st_size && ts_stored_file_read(path, &d->file, error)) return -1;
    for (size_t i = 0; i < d->file.count; i++)
        if (!d->file.result[i].searched) {
            ts_fail(error, TS_BAD_DATA, "objective: missing: expected a winner of discover");
            return ts_stored_file_context(&d->file, &d->file.result[i], error);
        }
    snprintf(path, sizeof path, "%s/run.json", d->folder);
    return ts_stored_run_read(path, &d->run, error);
}

/* The curve is computed anew: that it ends where the row says is what makes the two one report. */
static int check(const ts_stored_result *stored, const ts_portrait *portrait, ts_error *error)
{
    double said = stored->metrics.value[TS_METRIC_final_equity], computed = portrait->curve.end;
    if (said == computed && stored->metrics.value[TS_METRIC_trades] == (double)portrait->trades) return 0;
    return ts_fail(
        error, TS_BAD_DATA,
        "metrics: final_equity %.17g and %.0f trades were stored, the candles give %.17g and %zu: the row was "
        "edited (tradestream verify tells all that differs)",
        said, stored->metrics.value[TS_METRIC_trades], computed, portrait->trades);
}

/* The portrait and the examination are of the same subject. */
static int draw_subject(draft *d, size_t index, const ts_subject *subject, ts_error *error)
{
    const ts_examination_settings settings = ts_options_examine(d->options);
    ts_portrait portrait;
    ts_examination examination;
    const ts_winner winner = {&d->file.result[index], index + 1, subject->strategy, &portrait, &examination};
    if (ts_portrait_make(d->engine, subject, &portrait, error)) return -1;
    int status = check(winner.stored, &portrait, error);
    if (!status) status = ts_examine(d->engine, subject, &settings, &examination, error);
    if (!status) {
        d->detail[index] = (ts_detail){true, true, examination.verdict, examination.plateau.median};
        if (d->options->format == FORMAT_HTML) status = ts_page_winner(&d->winners, &winner, error);
        ts_examination_clear(&examination);
    }
    ts_portrait_clear(&portrait);
    return status;
}

static int draw(draft *d, size_t index, ts_error *error)
{
    ts_recalled recalled;
    ts_subject subject;
    const ts_stored_result *stored = &d->file.result[index];
    if (ts_recall_result(&d->recall, stored, &recalled, error)) return -1;
    if (ts_subject_of(stored, recalled.market, &recalled.strategy, &subject, error)) return -1;
    int status = draw_subject(d, index, &subject, error);
    ts_subject_clear(&subject);
    return status;
}

static int draw_winners(draft *d, ts_error *error)
{
    for (size_t i = 0, done = 0; i < d->file.count; i++) {
        if (!d->detail[i].shown) continue;
        const ts_winner bare = {.stored = &d->file.result[i], .place = i + 1};
        int status = d->recalls ? draw(d, i, error) : ts_page_winner(&d->winners, &bare, error);
        if (status) return ts_stored_file_context(&d->file, &d->file.result[i], error);
        done++;
        ts_progress(done == d->shown, "%zu of %zu rows drawn: %s %s", done, d->shown, d->file.result[i].symbol,
                    d->file.result[i].strategy);
    }
    return ts_strbuf_failed(&d->winners) ? ts_no_memory(error, "the report") : 0;
}

static void write_text(const draft *d, ts_strbuf *text)
{
    switch (d->options->format) {
    case FORMAT_MARKDOWN: ts_digest_markdown(text, &d->page); break;
    case FORMAT_JSON: ts_digest_json(text, &d->page); break;
    case FORMAT_CSV: ts_digest_csv(text, &d->page); break;
    default: ts_page_write(text, &d->page); break;
    }
}

static int write_report(const draft *d, ts_error *error)
{
    char path[4096];
    ts_strbuf text = {0};
    const char *out = d->options->out;
    if (!out && d->options->format == FORMAT_HTML) {
        snprintf(path, sizeof path, "%s/report.html", d->folder);
        out = path;
    }
    write_text(d, &text);
    int status = ts_strbuf_failed(&text) ? ts_no_memory(error, "the report") : 0;
    if (!status && !out) fwrite(text.text, 1, text.length, stdout);
    if (!status && out) status = ts_file_write(out, text.text, text.length, error);
    if (!status && out)
        fprintf(stderr, "%s: %zu rows, %zu in detail, %zu KiB\n", out, d->file.count, d->shown,
                (text.length + 1023) / 1024);
    ts_strbuf_clear(&text);
    return status;
}

static bool same_search(const ts_stored_result *a, const ts_stored_result *b)
{
    return !strcmp(a->strategy, b->strategy) && !strcmp(a->symbol, b->symbol) && a->interval_ms == b->interval_ms;
}

/* The best row of each search, then the others, until there are enough: neighbours on one hill tell little. */
static int choose(draft *d, ts_error *error)
{
    const ts_stored_result *result = d->file.result;
    size_t wanted = (size_t)d->options->top;
    d->page.detail = d->detail = ts_alloc(d->file.count + 1, sizeof *d->detail);
    if (!d->detail) return ts_no_memory(error, "the report");
    for (size_t i = 0; i < d->file.count; i++) {
        bool first = d->shown < wanted;
        for (size_t j = 0; first && j < i; j++) first = !same_search(&result[i], &result[j]);
        d->detail[i] = (ts_detail){.shown = first, .plateau = NAN};
        d->shown += first;
    }
    for (size_t i = 0; i < d->file.count && d->shown < wanted; i++) {
        d->shown += !d->detail[i].shown;
        d->detail[i].shown = true;
    }
    return 0;
}

static int prepare(draft *d, ts_error *error)
{
    const ts_options *options = d->options;
    d->page = (ts_page){.result = d->file.result, .results = d->file.count, .run = &d->run, .winners = &d->winners};
    if (choose(d, error)) return -1;
    if (!options->files.count && !options->store)
        d->page.undrawn = "they are computed from the candles; name those with --candles FILE... or --store DIR.";
    d->recalls = !d->page.undrawn;
    if (d->recalls && ts_recall_open(&d->recall, options, error)) {
        d->recalls = false;
        return -1;
    }
    if (d->recalls && !(d->engine = ts_options_engine_new(options, error))) return -1;
    return 0;
}

/* What is said first is known last. */
static int caution(draft *d, ts_error *error)
{
    size_t examined = 0, approved = 0;
    for (size_t i = 0; i < d->file.count; i++) {
        examined += d->detail[i].examined;
        approved += d->detail[i].examined && d->detail[i].verdict == TS_APPROVED;
    }
    ts_cautions(&d->cautions, d->file.result, d->file.count, &d->run);
    if (examined && !approved)
        ts_strbuf_printf(&d->cautions, "NONE APPROVED: none of the %zu rows examined in detail holds every check.\n",
                         examined);
    else if (examined)
        ts_strbuf_printf(&d->cautions, "APPROVED: %zu of the %zu rows examined in detail hold every check.\n", approved,
                         examined);
    d->page.cautions = d->cautions.text ? d->cautions.text : "";
    return ts_strbuf_failed(&d->cautions) ? ts_no_memory(error, "the report") : 0;
}

static void clear(draft *d)
{
    ts_engine_free(d->engine);
    if (d->recalls) ts_recall_close(&d->recall);
    free(d->detail);
    ts_strbuf_clear(&d->cautions);
    ts_strbuf_clear(&d->winners);
    ts_stored_run_clear(&d->run);
    ts_stored_file_clear(&d->file);
}

static int run(int argc, char **argv, ts_error *error)
{
    ts_options options = {0};
    ts_texts words = {0};
    draft d = {.options = &options};
    if (ts_settings_read_all(tables, &options, argc, argv, &words, error)) return -1;
    if (words.count != 1) return ts_fail(error, TS_USAGE, "report what? One folder of a run, before the options");
    d.folder = words.text[0];
    int status = read_results(&d, error);
    if (!status) status = prepare(&d, error);
    if (!status) status = draw_winners(&d, error);
    if (!status) status = caution(&d, error);
    if (!status) status = write_report(&d, error);
    clear(&d);
    return status;
}

const ts_verb ts_verb_report = {
    .name = "report",
    .words = "DIR",
    .summary = "Write what a run found as one page for people, with its curves when the candles are named.",
    .settings = tables,
    .run = run,
};
