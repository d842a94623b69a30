#include "services/results/ledger.h"

#include "common/memory.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER = 24 };

static const char *number_text(int64_t value, char text[NUMBER])
{
    snprintf(text, NUMBER, "%" PRId64, value);
    return text;
}

static ts_batch_partition *find(ts_batch *batch, const ts_record *record)
{
    for (size_t i = 0; i < batch->partitions; i++) {
        ts_batch_partition *at = &batch->partition[i];
        if (at->partition == record->partition && !strcmp(at->topic, record->topic)) return at;
    }
    return NULL;
}

static int add(ts_batch *batch, const ts_record *record, ts_error *error)
{
    ts_batch_partition *found = find(batch, record);
    if (found && record->offset <= found->last)
        return ts_fail(error, TS_FAILED, "%s[%" PRId32 "]: offset %" PRId64 " of a batch comes after %" PRId64,
                       record->topic, record->partition, record->offset, found->last);
    if (!found) {
        ts_batch_partition *more = ts_grow(batch->partition, batch->partitions + 1, sizeof *more);
        if (!more) return ts_no_memory(error, "the ledger of a batch");
        batch->partition = more;
        found = &more[batch->partitions++];
        *found = (ts_batch_partition){.topic = record->topic, .partition = record->partition, .first = record->offset};
    }
    found->last = record->offset;
    return 0;
}

static int by_name(const void *a, const void *b)
{
    const ts_batch_partition *x = a, *y = b;
    int topics = strcmp(x->topic, y->topic);
    return topics ? topics : (x->partition > y->partition) - (x->partition < y->partition);
}

/* Its row, made when it is new, and locked until the transaction ends: of two programs that were given the same
 * records, the later one waits here, and then finds them dealt with. */
static int lock(ts_db *db, const char *cluster_id, ts_batch_partition *at, ts_error *error)
{
    char partition[NUMBER], first[NUMBER];
    const char *const values[] = {cluster_id, at->topic, number_text(at->partition, partition),
                                  number_text(at->first, first)};
    if (ts_db_do(db,
                 "INSERT INTO consumed (cluster_id, topic, partition, first_offset, next_offset) "
                 "VALUES ($1, $2, $3, $4::bigint, $4::bigint) ON CONFLICT DO NOTHING",
                 4, values, error))
        return -1;
    ts_db_rows *rows = ts_db_ask(db,
                                 "SELECT next_offset FROM consumed WHERE cluster_id = $1 AND topic = $2 AND "
                                 "partition = $3 FOR UPDATE",
                                 3, values, error);
    if (!rows) return -1;
    at->next = ts_db_int(rows, 0, 0);
    ts_db_rows_free(rows);
    memset(at->counts, 0, sizeof at->counts);
    return 0;
}

int ts_ledger_begin(ts_db *db, ts_batch *batch, ts_error *error)
{
    const char *cluster_id = batch->settings->cluster_id ? batch->settings->cluster_id : "";
    batch->partitions = 0;
    for (size_t i = 0; i < batch->count; i++)
        if (batch->entry[i].record->topic && add(batch, batch->entry[i].record, error)) return -1;
    if (batch->partitions) qsort(batch->partition, batch->partitions, sizeof *batch->partition, by_name);
    for (size_t i = 0; i < batch->partitions; i++)
        if (lock(db, cluster_id, &batch->partition[i], error)) return -1;
    for (size_t i = 0; i < batch->count; i++) {
        ts_entry *entry = &batch->entry[i];
        if (entry->record->topic && entry->record->offset < find(batch, entry->record)->next)
            ts_entry_settle(entry, TS_FATE_SKIPPED, NULL);
    }
    return 0;
}

/* Offsets between the ledger's next and the batch's that did not come are missing: the broker has thrown them away. */
static int move_on(ts_db *db, const char *cluster_id, const ts_batch_partition *at, ts_error *error)
{
    char text[6][NUMBER];
    uint64_t dealt_with = at->counts[TS_FATE_STORED] + at->counts[TS_FATE_DUPLICATE] + at->counts[TS_FATE_DEAD];
    if (at->last < at->next) return 0;
    const char *const values[] = {cluster_id,
                                  at->topic,
                                  number_text(at->partition, text[0]),
                                  number_text(at->last + 1, text[1]),
                                  number_text((int64_t)at->counts[TS_FATE_STORED], text[2]),
                                  number_text((int64_t)at->counts[TS_FATE_DUPLICATE], text[3]),
                                  number_text((int64_t)at->counts[TS_FATE_DEAD], text[4]),
                                  number_text(at->last + 1 - at->next - (int64_t)dealt_with, text[5])};
    return ts_db_do(db,
                    "UPDATE consumed SET next_offset = $4, stored = stored + $5, duplicate = duplicate + $6, "
                    "dead_lettered = dead_lettered + $7, missing = missing + $8, updated_at = now() "
                    "WHERE cluster_id = $1 AND topic = $2 AND partition = $3",
                    8, values, error);
}

int ts_ledger_end(ts_db *db, ts_batch *batch, ts_error *error)
{
    const char *cluster_id = batch->settings->cluster_id ? batch->settings->cluster_id : "";
    for (size_t i = 0; i < batch->count; i++) {
        const ts_record *record = batch->entry[i].record;
        if (record->topic) find(batch, record)->counts[record->fate]++;
    }
    for (size_t i = 0; i < batch->partitions; i++)
        if (move_on(db, cluster_id, &batch->partition[i], error)) return -1;
    return 0;
}

typedef struct question {
    const char *values[3];
    int64_t next;
} question;

static int ask_next(ts_db *db, void *context, ts_error *error)
{
    question *asked = context;
    ts_db_rows *rows =
        ts_db_ask(db, "SELECT next_offset FROM consumed WHERE cluster_id = $1 AND topic = $2 AND partition = $3", 3,
                  asked->values, error);
    if (!rows) return -1;
    asked->next = ts_db_count(rows) ? ts_db_int(rows, 0, 0) : -1;
    ts_db_rows_free(rows);
    return 0;
}

int ts_results_next_offset(ts_db *db, const char *cluster_id, const char *topic, int32_t partition, int64_t *next,
                           ts_error *error)
{
    char text[NUMBER];
    question asked = {{cluster_id ? cluster_id : "", topic, number_text(partition, text)}, -1};
    if (ts_db_transaction(db, ask_next, &asked, error)) return -1;
    *next = asked.next;
    return 0;
}
