#include "services/results/store.h"

#include "common/memory.h"
#include "services/results/batch.h"
#include "services/results/ledger.h"
#include "services/results/staging.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH_MAX = 1 << 20 };

/* As before the first try. */
static void reset(ts_batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        ts_entry *entry = &batch->entry[i];
        entry->open = true;
        entry->place = i;
        entry->known[0] = '\0';
        if (entry->refused || entry->record->kind == TS_RECORD_DEAD) ts_entry_settle(entry, TS_FATE_DEAD, NULL);
        else entry->record->why[0] = '\0';
    }
}

static int bury(const ts_batch *batch, ts_error *error)
{
    const ts_results_settings *settings = batch->settings;
    size_t count = 0;
    if (!settings->bury) return 0;
    const ts_record **dead = ts_grow(NULL, batch->count, sizeof *dead);
    if (!dead) return ts_no_memory(error, "dead letters");
    for (size_t i = 0; i < batch->count; i++)
        if (batch->entry[i].record->fate == TS_FATE_DEAD) dead[count++] = batch->entry[i].record;
    int status = count ? settings->bury(dead, count, settings->context, error) : 0;
    free(dead);
    return status;
}

static int work(ts_db *db, void *context, ts_error *error)
{
    ts_batch *batch = context;
    reset(batch);
    if (ts_ledger_begin(db, batch, error)) return -1;
    if (ts_db_do(db, "SELECT ensure_todays_partitions()", 0, NULL, error)) return -1;
    if (ts_staging_results(db, batch, error)) return -1;
    if (ts_staging_outcomes(db, batch, error)) return -1;
    if (ts_staging_requests(db, batch, error)) return -1;
    if (ts_ledger_end(db, batch, error)) return -1;
    return bury(batch, error);
}

static void count_fates(const ts_batch *batch, ts_results_counts *counts)
{
    for (size_t i = 0; i < batch->count && counts; i++) {
        uint64_t *const fates[] = {[TS_FATE_STORED] = &counts->stored,
                                   [TS_FATE_DUPLICATE] = &counts->duplicate,
                                   [TS_FATE_DEAD] = &counts->dead_lettered,
                                   [TS_FATE_SKIPPED] = &counts->skipped};
        ++*fates[batch->entry[i].record->fate];
    }
}

/* A value that PostgreSQL refuses: of one of the records, and not of the database's state. */
static bool values_refused(const ts_db *db)
{
    const char *state = ts_db_state(db);
    return !strncmp(state, "22", 2) || !strncmp(state, "23", 2);
}

/* Halves are stored in order: the ledger's offsets go on from the one to the other. */
static int store(ts_db *db, ts_batch *batch, ts_results_counts *counts, ts_error *error)
{
    ts_error failure = {0};
    if (!ts_db_transaction(db, work, batch, &failure)) {
        count_fates(batch, counts);
        return 0;
    }
    ts_entry *entry = batch->entry;
    size_t count = batch->count;
    if (!values_refused(db) || (count == 1 && (entry->refused || entry->record->kind == TS_RECORD_DEAD)))
        return ts_fail(error, failure.code, "%s", failure.text);
    if (count == 1) {
        entry->refused = true;
        snprintf(entry->record->why, sizeof entry->record->why, "%.500s", failure.text);
        return store(db, batch, counts, error);
    }
    int status = 0;
    for (int half = 0; half < 2 && !status; half++) {
        batch->entry = entry + (half ? count / 2 : 0);
        batch->count = half ? count - count / 2 : count / 2;
        status = store(db, batch, counts, error);
    }
    batch->entry = entry;
    batch->count = count;
    return status;
}

/* A request's id is that of its content, and when it expires is not part of it. */
static void fingerprint(ts_entry *entry)
{
    const ts_record *record = entry->record;
    if (record->kind == TS_RECORD_REQUEST) memcpy(entry->content, record->request_id, sizeof entry->content);
    else ts_fingerprint_of(record->text ? record->text : "", record->length, entry->content);
}

int ts_results_store(ts_db *db, const ts_results_settings *settings, ts_record *records, size_t count,
                     ts_results_counts *counts, ts_error *error)
{
    ts_batch batch = {.settings = settings, .count = count};
    if (!count) return 0;
    if (count > BATCH_MAX)
        return ts_fail(error, TS_FAILED, "a batch of %zu records: expected at most %d", count, BATCH_MAX);
    batch.entry = ts_alloc(count, sizeof *batch.entry);
    if (!batch.entry) return ts_no_memory(error, "a batch");
    for (size_t i = 0; i < count; i++) {
        batch.entry[i].record = &records[i];
        fingerprint(&batch.entry[i]);
    }
    int status = store(db, &batch, counts, error);
    free(batch.partition);
    free(batch.entry);
    return status;
}
