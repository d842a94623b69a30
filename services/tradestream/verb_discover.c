/* tradestream discover: search strategies on candles and print the leaderboard. */
#include "cluster/agree.h"
#include "cluster/stop_signal.h"
#include "common/log.h"
#include "services/tradestream/discover_files.h"
#include "services/tradestream/publication.h"
#include "services/tradestream/verb.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define AT(field) offsetof(ts_options, field)

enum { FORMAT_TABLE, FORMAT_JSON, FORMAT_JSONL, FORMAT_CSV };

static const ts_setting output_table[] = {
    {"out", TS_SETTING_TEXT, AT(out), NULL, 0, 0, NULL, "DIR", "write results.jsonl and run.json into this folder"},
    {"format", TS_SETTING_CHOICE, AT(format), "table", 0, 0, "table|json|jsonl|csv", NULL, "of the leaderboard"},
    {"resume", TS_SETTING_CHOICE, AT(resume), "auto", 0, 0, "auto", NULL,
     "go on from the checkpoint that an earlier start of this run left in --out; another run's is refused"},
    {"fresh", TS_SETTING_FLAG, AT(fresh), NULL, 0, 0, NULL, NULL, "begin anew, whatever checkpoint is there"},
    TS_SINK_SETTING(AT(sinks)),
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
    const ts_effort *effort = &discovery->effort;
    int threads = ts_engine_threads(discovery->engine), ranks = ts_comm_size(discovery->comm);
    double bars = 0, seconds = discovery->searching;
    char across[64] = "";
    for (size_t i = 0; i < effort->shares; i++) bars += (double)effort->share[i].genome_bars;
    if (ranks > 1) snprintf(across, sizeof across, "%d ranks, each ", ranks);
    ts_log_info("%.0f genomes, %.3g genome-bars in %.1f s: %.3g billion genome-bars/s (%s%s%s%s, %d thread%s)%s%s",
                (double)discovery->totals.evaluations, bars, seconds, seconds > 0 ? bars / seconds / 1e9 : 0, across,
                effort->shares ? effort->share[0].backend : ts_engine_backend(discovery->engine),
                effort->shares > 1 ? " and " : "", effort->shares > 1 ? effort->share[1].backend : "", threads,
                threads == 1 ? "" : "s", discovery->options->out ? "; results in " : "",
                discovery->options->out ? discovery->options->out : "");
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

static int send_out(const ts_discovery *discovery, const ts_sinks *sinks, ts_error *error)
{
    ts_strbuf lines = {0}, run = {0};
    ts_publication publication = {0};
    ts_discover_lines(&lines, discovery);
    ts_discover_run_json(&run, discovery);
    int status = ts_strbuf_failed(&lines) || ts_strbuf_failed(&run) ? ts_no_memory(error, "the results") : 0;
    if (!status)
        status =
            ts_publication_make(&publication, discovery->id, run.text, discovery->totals.evaluations, &lines, error);
    if (!status && ts_sinks_want_equity(sinks))
        status = ts_publication_trace(&publication, discovery->options, discovery->engine, error);
    if (!status) status = ts_sinks_publish(sinks, &publication, error);
    ts_publication_clear(&publication);
    ts_strbuf_clear(&lines);
    ts_strbuf_clear(&run);
    const char *folder = discovery->options->out;
    if (status && folder)
        ts_error_context(error, "the results are in %s, run the same command again to send them", folder);
    return status;
}

/* Rank 0 reads, writes and speaks; the others only work. */
static int discover(ts_discovery *discovery, ts_discover_files *files, ts_sinks *sinks, ts_error *error)
{
    bool first = ts_comm_rank(discovery->comm) == 0;
    int rc = first ? ts_discover_files_open(files, discovery->options->out, error) : 0;
    if (!rc && first) rc = ts_sinks_open(sinks, &discovery->options->sinks, error);
    if (ts_agree(discovery->comm, rc, error)) return -1;
    if (files->checkpoint) ts_stop_signal_watch();
    discovery->checkpoint = files->checkpoint;
    discovery->found = ts_discover_files_append;
    discovery->context = files;
    if (ts_discovery_prepare(discovery, error) || ts_discovery_run(discovery, error)) return -1;
    if (!first) return 0;
    rc = ts_discover_files_write(files, discovery, error);
    if (!rc && sinks->count) rc = send_out(discovery, sinks, error);
    if (rc) return rc;
    ts_discover_files_finish(files);
    tell_summary(discovery);
    return print(discovery, error);
}

static int run_ranks(int argc, char **argv, ts_comm *comm, ts_error *error)
{
    ts_options options = {0};
    ts_discovery discovery = {0};
    ts_discover_files files = {0};
    ts_sinks sinks = {0};
    int rc = ts_settings_read_all(tables, &options, argc, argv, NULL, error);
    if (!rc) rc = ts_discovery_init(&discovery, &options, comm, error);
    rc = ts_agree(comm, rc, error);
    if (!rc) rc = discover(&discovery, &files, &sinks, error);
    if (rc && error->code == TS_RUN_AGAIN && options.out)
        ts_error_context(error, "%s has a checkpoint, run the same command again to go on", options.out);
    ts_sinks_close(&sinks);
    ts_discover_files_close(&files);
    if (discovery.abandoned) {
        ts_log_error("%s", error->text);
        ts_comm_close(comm);
        _exit(error->code);
    }
    ts_discovery_clear(&discovery);
    return rc;
}

static int run(int argc, char **argv, ts_error *error)
{
    ts_comm *comm;
    if (ts_comm_open(&comm, error)) return -1;
    if (ts_comm_size(comm) > 1) ts_stop_signal_watch(); /* from now on: a signal that nobody watches ends the job */
    ts_log_silence(ts_comm_rank(comm) > 0);
    int rc = run_ranks(argc, argv, comm, error);
    ts_comm_close(comm);
    return rc;
}

const ts_verb ts_verb_discover = {
    .name = "discover",
    .summary = "Search strategies for the parameters that did best on candles; print the leaderboard.",
    .settings = tables,
    .run = run,
};
