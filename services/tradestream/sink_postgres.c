/* --sink postgres:URL: winners, curves by the day and the run into the tables of docs/results.md. */
#include "common/memory.h"
#include "data/db/migration.h"
#include "services/results/run.h"
#include "services/results/store.h"
#include "services/tradestream/database.h"
#include "services/tradestream/sinks.h"

#include <stdlib.h>

enum { BATCH = 5000 };

static void *open_database(const char *address, ts_error *error)
{
    ts_db *db = ts_database_open(&(ts_database_options){.database = *address ? address : NULL}, error);
    if (!db || !ts_migration_check(db, ts_migrations, error)) return db;
    ts_db_close(db);
    return NULL;
}

static int refused(const ts_record *record, ts_error *error)
{
    return ts_fail(error, TS_BAD_DATA, "result %s was refused: %s", record->result_id, record->why);
}

static int store_batch(ts_db *db, const ts_published *items, size_t count, ts_record *record, ts_error *error)
{
    const ts_results_settings settings = {0};
    for (size_t i = 0; i < count; i++) {
        record[i] = (ts_record){.text = items[i].message.text, .length = items[i].message.length};
        ts_record_discovered(&record[i], &items[i].winner);
    }
    if (ts_results_store(db, &settings, record, count, NULL, error)) return -1;
    for (size_t i = 0; i < count; i++)
        if (record[i].fate == TS_FATE_DEAD) return refused(&record[i], error);
    for (size_t i = 0; i < count; i++)
        if (ts_results_store_equity(db, items[i].winner.ids.result_id, &items[i].equity, error)) return -1;
    return 0;
}

static int publish(void *db, const ts_publication *publication, ts_error *error)
{
    size_t left = publication->count, most = left < BATCH ? left : BATCH;
    ts_record *record = ts_alloc(most + 1, sizeof *record);
    int status = record ? 0 : ts_no_memory(error, "a batch");
    for (const ts_published *at = publication->item; left && !status;) {
        size_t count = left < BATCH ? left : BATCH;
        status = store_batch(db, at, count, record, error);
        at += count;
        left -= count;
    }
    free(record);
    const ts_run_record run = {publication->run_id, publication->run_json, publication->count,
                               publication->evaluations};
    return status ? -1 : ts_results_store_run(db, &run, error);
}

static void close_database(void *db) { ts_db_close(db); }

const ts_sink_kind ts_sink_postgres = {"postgres", true, open_database, publish, close_database};
