/* tradestream discover: search strategies on candles and print the leaderboard. */
#include "common/clock.h"
#include "common/log.h"
#include "services/tradestream/discover_files.h"
#include "services/tradestream/verb.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define AT(field) offsetof(ts_options, field)

enum { FORMAT_TABLE, FORMAT_JSON, FORMAT_JSONL, FORMAT_CSV };

static const ts_setting output_table[] = {
    {"out", TS_SETTING_TEXT, AT(out), NULL, 0, 0, NULL, "DIR", "write results.jsonl and run.json into this folder"},
    {"format", TS_SETTING_CHOICE, AT(format), "table", 0, 0, "table|json|jsonl|csv", NULL, "of the leaderboard"},
    {"rows", TS_SETTING_INT, AT(rows), "20", 1, 1e6, NULL, "N", "most rows of the table"},
    {0}};
static const ts_setting *const tables[] = {
    ts_options_sources, ts_options_window, ts_options_search, ts_options_simulation,
    ts_options_engine,  ts_options_opencl, output_table,      NULL};

static void as_json(ts_strbuf *text, const ts_discovery *discovery)
{
    ts_json json = {.out = *text, .indent = 2, .first = true};
    ts_strbuf verdict = {0};
    ts_leaderboard_verdict(&verdict, discovery->result, discovery->results, &discovery->totals);
    ts_json_object(&json, NULL);
    ts_json_array(&json, "warnings");
    for (char *line = verdict.text, *end; line && (end = strchr(line, '\n')); line = end + 1) {
        *end = '\0';
        ts_json_text(&json, NULL, line);
    }
    ts_json_array_end(&json);
    ts_json_array(&json, "results");
    for (size_t i = 0; i < discovery->results; i++) ts_result_json(&json, NULL, &discovery->result[i]);
    ts_json_array_end(&json);
    ts_json_object_end(&json);
    ts_strbuf_putc(&json.out, '\n');
    json.out.failed = json.out.failed || ts_strbuf_failed(&verdict);
    ts_strbuf_clear(&verdict);
    *text = json.out;
}

/* Programs read stdout; what people must know goes beside it. */
static void warn(const ts_discovery *discovery)
{
    ts_strbuf verdict = {0};
    ts_leaderboard_verdict(&verdict, discovery->result, discovery->results, &discovery->totals);
    for (char *line = verdict.text, *end; line && (end = strchr(line, '\n')); line = end + 1)
        ts_log_warning("%.*s", (int)(end - line), line);
    ts_strbuf_clear(&verdict);
}

static void tell_summary(const ts_discovery *discovery)
{
    double bars = (double)ts_engine_genome_bars(discovery->engine), seconds = discovery->searching;
    ts_share share[TS_SHARES];
    size_t shares = ts_engine_shares(discovery->engine, share);
    ts_log_info("%.0f genomes, %.3g genome-bars in %.1f s: %.3g billion genome-bars/s (%s%s%s, %d thread%s)%s%s",
                (double)discovery->totals.evaluations, bars, seconds, seconds > 0 ? bars / seconds / 1e9 : 0,
                share[0].backend, shares > 1 ? " and " : "", shares > 1 ? share[1].backend : "",
                ts_engine_threads(discovery->engine), ts_engine_threads(discovery->engine) == 1 ? "" : "s",
                discovery->options->out ? "; results in " : "", discovery->options->out ? discovery->options->out : "");
    if (discovery->skipped) ts_log_info("%zu searches were skipped, see the warnings", discovery->skipped);
}

static int print(const ts_discovery *discovery, ts_error *error)
{
    ts_strbuf text = {0};
    size_t limit = (size_t)discovery->options->rows;
    switch (discovery->options->format) {
    case FORMAT_TABLE:
        ts_leaderboard_table(&text, discovery->result, discovery->results, limit, &discovery->totals);
        break;
    case FORMAT_JSON: as_json(&text, discovery); break;
    case FORMAT_JSONL: ts_discover_lines(&text, discovery); break;
    case FORMAT_CSV: ts_leaderboard_csv(&text, discovery->result, discovery->results); break;
    }
    if (discovery->options->format != FORMAT_TABLE) warn(discovery);
    int rc = ts_strbuf_failed(&text) ? ts_no_memory(error, "the leaderboard") : 0;
    if (!rc && text.length) fwrite(text.text, 1, text.length, stdout);
    ts_strbuf_clear(&text);
    return rc;
}

static int run(int argc, char **argv, ts_error *error)
{
    ts_options options = {0};
    ts_discovery discovery;
    ts_discover_files files;
    if (ts_settings_read_all(tables, &options, argc, argv, NULL, error)) return -1;
    if (ts_discovery_init(&discovery, &options, error)) return -1;
    int rc = ts_discover_files_open(&files, options.out, error);
    discovery.finished = ts_discover_files_append;
    discovery.context = &files;
    if (!rc) rc = ts_discovery_run(&discovery, error);
    if (!rc) rc = ts_discover_files_finish(&files, &discovery, error);
    if (!rc) tell_summary(&discovery);
    if (!rc) rc = print(&discovery, error);
    ts_discover_files_close(&files);
    ts_discovery_clear(&discovery);
    return rc;
}

const ts_verb ts_verb_discover = {
    .name = "discover",
    .summary = "Search strategies for the parameters that did best on candles; print the leaderboard.",
    .settings = tables,
    .run = run,
};
