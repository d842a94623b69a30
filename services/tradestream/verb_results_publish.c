/* tradestream results publish: the results of a run that is done, to Kafka, into PostgreSQL, into a file. */
#include "common/safe_file.h"
#include "host/report/stored_members.h"
#include "services/tradestream/publication.h"
#include "services/tradestream/verb_results.h"

#include <stddef.h>
#include <stdio.h>

enum { FILE_MAX = 1 << 30 };

static const ts_setting publish_table[] = {TS_SINK_SETTING(offsetof(ts_options, sinks)), {0}};
static const ts_setting *const tables[] = {ts_options_recall, publish_table, ts_options_engine, NULL};

static int read_part(const char *folder, const char *name, ts_strbuf *text, ts_error *error)
{
    char path[4096];
    if ((size_t)snprintf(path, sizeof path, "%s/%s", folder, name) >= sizeof path)
        return ts_fail(error, TS_USAGE, "the path is too long: %.60s...", folder);
    if (ts_file_read(path, FILE_MAX, text, error)) return -1;
    ts_strbuf_putc(text, '\0'); /* an empty file has a text, too */
    text->length--;
    return ts_strbuf_failed(text) ? ts_no_memory(error, path) : 0;
}

/* What run.json says of the run. */
typedef struct run_facts {
    char run_id[TS_FINGERPRINT_TEXT];
    int64_t evaluations;
} run_facts;

static const ts_stored_text fact_texts[] = {
    {"run_id", true, ts_stored_hash, offsetof(run_facts, run_id), TS_FINGERPRINT_TEXT}, {0}};

static int read_facts(const char *folder, run_facts *facts, ts_error *error)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/run.json", folder);
    json_t *run = ts_json_load(path, FILE_MAX, error);
    if (!run) return -1;
    ts_fingerprint_of("", 0, facts->run_id); /* as long as the right one */
    int status = ts_stored_texts(run, fact_texts, facts, error);
    facts->evaluations = json_integer_value(json_object_get(run, "evaluations"));
    json_decref(run);
    return status ? ts_error_context(error, "%s", path) : 0;
}

static int trace(ts_publication *publication, const ts_options *options, ts_error *error)
{
    if (!options->files.count && !options->store) return 0;
    ts_engine *engine = ts_options_engine_new(options, error);
    if (!engine) return -1;
    int status = ts_publication_trace(publication, options, engine, error);
    ts_engine_free(engine);
    return status;
}

static int publish(const char *folder, const ts_options *options, const ts_sinks *sinks, ts_error *error)
{
    ts_strbuf lines = {0}, run = {0};
    ts_publication publication = {0};
    run_facts facts;
    int status = read_part(folder, "run.json", &run, error);
    if (!status) status = read_part(folder, "results.jsonl", &lines, error);
    if (!status) status = read_facts(folder, &facts, error);
    if (!status)
        status = ts_publication_make(&publication, facts.run_id, run.text, (uint64_t)facts.evaluations, &lines, error);
    if (!status && ts_sinks_want_equity(sinks)) status = trace(&publication, options, error);
    if (!status) status = ts_sinks_publish(sinks, &publication, error);
    ts_publication_clear(&publication);
    ts_strbuf_clear(&lines);
    ts_strbuf_clear(&run);
    return status;
}

static int run(int argc, char **argv, ts_error *error)
{
    ts_options options = {0};
    ts_texts words = {0};
    ts_sinks sinks = {0};
    if (ts_settings_read_all(tables, &options, argc, argv, &words, error)) return -1;
    if (words.count != 1) return ts_fail(error, TS_USAGE, "publish what? One folder of a run, before the options");
    if (!options.sinks.count) return ts_fail(error, TS_USAGE, "where to? --sink kafka:..., postgres:... or file:...");
    int status = ts_sinks_open(&sinks, &options.sinks, error);
    if (!status) status = publish(words.text[0], &options, &sinks, error);
    ts_sinks_close(&sinks);
    return status;
}

const ts_verb ts_verb_results_publish = {
    .name = "publish",
    .words = "DIR",
    .summary = "Send the results of a run to Kafka, PostgreSQL or a file; with candles, their daily equity as well.",
    .settings = tables,
    .run = run};
