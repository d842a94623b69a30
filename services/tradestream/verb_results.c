/* tradestream results: the results in the database. */
#include "services/tradestream/verb_results.h"
#include "common/duration.h"
#include "services/results/retention.h"
#include "services/tradestream/database.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static const int64_t DAY_MS = 86400000;

static const ts_setting prune_table[] = {
    {"keep", TS_SETTING_TEXT, offsetof(ts_database_options, keep), "30d", 0, 0, NULL, "LENGTH",
     "whole days or weeks, such as 30d; at least 8d, as a broker may deliver a result again for 7"},
    {0}};
static const ts_setting *const tables[] = {ts_database_table, prune_table, NULL};

static int prune(int argc, char **argv, ts_error *error)
{
    ts_database_options options = {0};
    int64_t keep_ms;
    size_t dropped;
    if (ts_settings_read_all(tables, &options, argc, argv, NULL, error)) return -1;
    if (!ts_duration_parse(options.keep, strlen(options.keep), &keep_ms) || keep_ms % DAY_MS)
        return ts_fail(error, TS_USAGE, "--keep %.40s: expected whole days or weeks, such as 30d or 4w", options.keep);
    ts_db *db = ts_database_open(&options, error);
    if (!db) return -1;
    int status = ts_results_prune(db, keep_ms / DAY_MS, &dropped, error);
    if (!status) printf("%zu days of results dropped, the last %" PRId64 " kept\n", dropped, keep_ms / DAY_MS);
    ts_db_close(db);
    return status;
}

static const ts_verb verb_prune = {
    .name = "prune",
    .summary = "Throw away results, requests and runs that are older than wanted; champions stay.",
    .settings = tables,
    .run = prune};
static const ts_verb *const verbs[] = {&ts_verb_results_publish, &verb_prune, NULL};

const ts_verb ts_verb_results = {
    .name = "results", .summary = "Results in the database: publish, prune.", .verbs = verbs};
