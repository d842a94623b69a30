/* Rows go by COPY into temporary tables, and from there by one statement a table. What was there already is found by
 * what could not be inserted. */
#include "services/results/staging.h"

#include "common/interval.h"
#include "common/memory.h"
#include "data/db/copy.h"
#include "services/results/columns.h"

#include <stdlib.h>
#include <string.h>

/* In the texts @L stands for the list of columns, @S for the list with "s." before each, @X for "a = EXCLUDED.a, ...".
 */
typedef struct staging {
    ts_record_kind kind;
    const char *prepare, *copy;
    const char *claim;       /* inserts the identities, and what could be inserted into `fresh` */
    const char *known;       /* takes out what could not, and answers its sequence and the content that is there */
    const char *const *keep; /* what is done with the rest; ended by NULL */
    void (*row)(ts_strbuf *out, const ts_entry *entry);
} staging;

static const char *const keep_results[] = {
    "INSERT INTO results (@L, day, created_at) SELECT @L, day, created_at FROM staging_results",
    /* the newest of a genome: by its window, then by when it came */
    "INSERT INTO leaders AS l (@L, day, created_at) SELECT DISTINCT ON (genome_id) @L, day, created_at "
    "FROM staging_results ORDER BY genome_id, end_time DESC, result_id DESC "
    "ON CONFLICT (genome_id) DO UPDATE SET @X, day = EXCLUDED.day, created_at = EXCLUDED.created_at "
    "WHERE (EXCLUDED.end_time, EXCLUDED.created_at, EXCLUDED.result_id) > (l.end_time, l.created_at, l.result_id)",
    /* the best of the newest window: the same in whatever order they come */
    "INSERT INTO champions AS c (@L, day, created_at) SELECT @S, s.day, s.created_at FROM staging_results s "
    "WHERE s.result_id IN (SELECT n.result_id FROM (SELECT DISTINCT ON (exchange, symbol, interval, strategy, "
    "window_ms) "
    "result_id FROM staging_results ORDER BY exchange, symbol, interval, strategy, window_ms, end_time DESC, score "
    "DESC, "
    "result_id DESC) n) "
    "ON CONFLICT (exchange, symbol, interval, strategy, window_ms) DO UPDATE SET @X, day = EXCLUDED.day, "
    "created_at = EXCLUDED.created_at, updated_at = now() "
    "WHERE (EXCLUDED.end_time, EXCLUDED.score, EXCLUDED.result_id) > (c.end_time, c.score, c.result_id)",
    "INSERT INTO answers AS a (id, of_request, results_stored, best_score, best_result_id) "
    "SELECT coalesce(request_id, run_id), request_id IS NOT NULL, count(*), max(score), "
    "(array_agg(result_id ORDER BY score DESC, result_id))[1] FROM staging_results GROUP BY 1, 2 ORDER BY 1 "
    "ON CONFLICT (id) DO UPDATE SET results_stored = a.results_stored + EXCLUDED.results_stored, "
    "best_result_id = CASE WHEN a.best_score > EXCLUDED.best_score OR "
    "(a.best_score = EXCLUDED.best_score AND a.best_result_id < EXCLUDED.best_result_id) "
    "THEN a.best_result_id ELSE EXCLUDED.best_result_id END, "
    "best_score = greatest(a.best_score, EXCLUDED.best_score)",
    NULL};

static const char insert_folds[] = "INSERT INTO result_folds (" TS_COLUMNS_FOLDS ") SELECT " TS_COLUMNS_FOLDS
                                   " FROM staging_folds WHERE result_id IN (SELECT result_id FROM staging_results)";

static const char *const keep_nothing[] = {NULL};

static void result_row(ts_strbuf *out, const ts_entry *entry)
{
    ts_columns_copy(out, entry->record, entry->content, (int32_t)entry->place);
}

static void outcome_row(ts_strbuf *out, const ts_entry *entry)
{
    const ts_record *record = entry->record;
    ts_copy_row(out, 7);
    ts_copy_uuid(out, record->request_id);
    ts_copy_text(out, record->status);
    ts_copy_bigint(out, (int64_t)record->winners);
    ts_copy_bigint(out, (int64_t)record->evaluations);
    ts_copy_text(out, record->reason);
    ts_copy_uuid(out, entry->content);
    ts_copy_int(out, (int32_t)entry->place);
}

#define COLUMNS_REQUESTS                                                                                               \
    "request_id, exchange, symbol, interval, strategy, load_from, start_time, end_time, request, expires_at"

static void request_row(ts_strbuf *out, const ts_entry *entry)
{
    const ts_request *request = entry->record->request;
    ts_copy_row(out, 11);
    ts_copy_uuid(out, request->request_id);
    ts_copy_text(out, request->exchange);
    ts_copy_text(out, request->symbol);
    ts_copy_text(out, ts_interval_text(request->interval_ms));
    ts_copy_text(out, request->strategy);
    ts_copy_time(out, request->load_from_ms);
    ts_copy_time(out, request->start_ms);
    ts_copy_time(out, request->end_ms);
    ts_copy_jsonb(out, entry->record->text, entry->record->length);
    ts_copy_time(out, request->expires_at_ms);
    ts_copy_int(out, (int32_t)entry->place);
}

static const staging of_results = {
    .kind = TS_RECORD_RESULT,
    .prepare =
        "CREATE TEMP TABLE IF NOT EXISTS staging_results (LIKE results INCLUDING DEFAULTS, content uuid NOT NULL, "
        "sequence integer NOT NULL) ON COMMIT DELETE ROWS; "
        "CREATE TEMP TABLE IF NOT EXISTS staging_folds (LIKE result_folds) ON COMMIT DELETE ROWS; "
        "ALTER TABLE staging_folds ALTER COLUMN day DROP NOT NULL; "
        "CREATE TEMP TABLE IF NOT EXISTS fresh_results (id uuid) ON COMMIT DELETE ROWS",
    .copy = "COPY staging_results (@L, content, sequence) FROM STDIN (FORMAT binary)",
    .claim = "WITH fresh AS (INSERT INTO result_keys (result_id, content, day) SELECT result_id, content, day FROM "
             "staging_results ORDER BY result_id ON CONFLICT DO NOTHING RETURNING result_id) "
             "INSERT INTO fresh_results SELECT result_id FROM fresh",
    .known = "DELETE FROM staging_results s USING result_keys k WHERE k.result_id = s.result_id AND NOT EXISTS "
             "(SELECT FROM fresh_results f WHERE f.id = s.result_id) "
             "RETURNING s.sequence, replace(k.content::text, '-', '')",
    .keep = keep_results,
    .row = result_row,
};

static const staging of_outcomes = {
    .kind = TS_RECORD_OUTCOME,
    .prepare = "CREATE TEMP TABLE IF NOT EXISTS staging_outcomes (id uuid NOT NULL, status text NOT NULL, "
               "winners bigint, evaluations bigint, reason text, content uuid NOT NULL, sequence integer NOT NULL) "
               "ON COMMIT DELETE ROWS; "
               "CREATE TEMP TABLE IF NOT EXISTS fresh_outcomes (id uuid) ON COMMIT DELETE ROWS",
    .copy = "COPY staging_outcomes FROM STDIN (FORMAT binary)",
    .claim = "WITH fresh AS (INSERT INTO answers AS a (id, of_request, status, winners, evaluations, reason, content, "
             "answered_at) SELECT id, true, status, winners, evaluations, reason, content, now() FROM staging_outcomes "
             "ORDER BY id ON CONFLICT (id) DO UPDATE SET status = EXCLUDED.status, winners = EXCLUDED.winners, "
             "evaluations = EXCLUDED.evaluations, reason = EXCLUDED.reason, content = EXCLUDED.content, "
             "answered_at = EXCLUDED.answered_at WHERE a.status IS NULL RETURNING id) "
             "INSERT INTO fresh_outcomes SELECT id FROM fresh",
    .known = "DELETE FROM staging_outcomes s USING answers k WHERE k.id = s.id AND NOT EXISTS "
             "(SELECT FROM fresh_outcomes f WHERE f.id = s.id) RETURNING s.sequence, replace(k.content::text, '-', '')",
    .keep = keep_nothing,
    .row = outcome_row,
};

static const staging of_requests = {
    .kind = TS_RECORD_REQUEST,
    .prepare = "CREATE TEMP TABLE IF NOT EXISTS staging_requests (LIKE requests INCLUDING DEFAULTS, "
               "sequence integer NOT NULL) ON COMMIT DELETE ROWS; "
               "CREATE TEMP TABLE IF NOT EXISTS fresh_requests (id uuid) ON COMMIT DELETE ROWS",
    .copy = "COPY staging_requests (" COLUMNS_REQUESTS ", sequence) FROM STDIN (FORMAT binary)",
    .claim = "WITH later AS (UPDATE requests q SET expires_at = s.expires_at FROM staging_requests s "
             "WHERE q.request_id = s.request_id AND q.expires_at < s.expires_at), "
             "fresh AS (INSERT INTO requests (" COLUMNS_REQUESTS ") SELECT " COLUMNS_REQUESTS
             " FROM staging_requests ORDER BY request_id ON CONFLICT DO NOTHING RETURNING request_id) "
             "INSERT INTO fresh_requests SELECT request_id FROM fresh",
    .known = "DELETE FROM staging_requests s WHERE NOT EXISTS (SELECT FROM fresh_requests f WHERE f.id = s.request_id) "
             "RETURNING s.sequence, replace(s.request_id::text, '-', '')",
    .keep = keep_nothing,
    .row = request_row,
};

static int expand(const char *text, ts_strbuf *sql, ts_error *error)
{
    ts_strbuf_reset(sql);
    for (; *text; text++) {
        if (*text != '@') ts_strbuf_putc(sql, *text);
        else if (*++text == 'X') ts_columns_excluded(sql);
        else ts_columns_list(sql, *text == 'S' ? "s." : "");
    }
    return ts_strbuf_failed(sql) ? ts_no_memory(error, "a statement") : 0;
}

static const char *id_of(const ts_entry *entry)
{
    return entry->record->kind == TS_RECORD_RESULT ? entry->record->result_id : entry->record->request_id;
}

/* 0 but for requests, of which the one that expires last stands for all with its id. */
static int64_t expiry_of(const ts_entry *entry)
{
    return entry->record->kind == TS_RECORD_REQUEST ? entry->record->request->expires_at_ms : 0;
}

static int by_id(const void *a, const void *b)
{
    const ts_entry *x = *(ts_entry *const *)a, *y = *(ts_entry *const *)b;
    int order = strcmp(id_of(x), id_of(y));
    if (!order) order = (expiry_of(y) > expiry_of(x)) - (expiry_of(y) < expiry_of(x));
    return order ? order : (x->place > y->place) - (x->place < y->place);
}

/* The open entries of a kind, by id; freed by the caller. */
static ts_entry **open_entries(ts_batch *batch, ts_record_kind kind, size_t *count, ts_error *error)
{
    ts_entry **list = ts_grow(NULL, batch->count, sizeof *list);
    *count = 0;
    if (!list) ts_no_memory(error, "a batch");
    for (size_t i = 0; i < batch->count && list; i++)
        if (batch->entry[i].open && batch->entry[i].record->kind == kind) list[(*count)++] = &batch->entry[i];
    if (list && *count) qsort(list, *count, sizeof(ts_entry *), by_id);
    return list;
}

static bool repeats(ts_entry *const *list, size_t i) { return i && !strcmp(id_of(list[i]), id_of(list[i - 1])); }

/* The first of each id; returns how many, or -1. */
static int copy_rows(ts_db *db, const staging *how, ts_entry *const *list, size_t count, ts_error *error)
{
    ts_strbuf sql = {0}, rows = {0};
    int staged = 0;
    ts_copy_begin(&rows);
    for (size_t i = 0; i < count; i++)
        if (!repeats(list, i)) how->row(&rows, list[i]), staged++;
    ts_copy_end(&rows);
    int status = ts_strbuf_failed(&rows) ? ts_no_memory(error, "the rows of a batch") : expand(how->copy, &sql, error);
    if (!status) status = ts_db_copy_begin(db, sql.text, error);
    if (!status) status = ts_db_copy_put(db, rows.text, rows.length, error);
    if (!status) status = ts_db_copy_end(db, error);
    ts_strbuf_clear(&rows);
    ts_strbuf_clear(&sql);
    return status ? -1 : staged;
}

static int store_folds(ts_db *db, ts_entry *const *list, size_t count, ts_error *error)
{
    ts_strbuf rows = {0};
    size_t folds = 0;
    ts_copy_begin(&rows);
    for (size_t i = 0; i < count; i++)
        if (!repeats(list, i)) {
            ts_columns_copy_folds(&rows, list[i]->record);
            folds += list[i]->record->result->folds;
        }
    ts_copy_end(&rows);
    int status = ts_strbuf_failed(&rows) ? ts_no_memory(error, "the windows of a batch") : 0;
    if (!status && folds) {
        status = ts_db_copy_begin(db, "COPY staging_folds (" TS_COLUMNS_FOLDS ") FROM STDIN (FORMAT binary)", error);
        if (!status) status = ts_db_copy_put(db, rows.text, rows.length, error);
        if (!status) status = ts_db_copy_end(db, error);
        if (!status) status = ts_db_do(db, insert_folds, 0, NULL, error);
    }
    ts_strbuf_clear(&rows);
    return status;
}

/* Claim the identities; of those that were there, learn the content. */
static int claim(ts_db *db, const staging *how, ts_batch *batch, int staged, ts_error *error)
{
    ts_db_rows *rows = ts_db_ask(db, how->claim, 0, NULL, error);
    if (!rows) return -1;
    int64_t fresh = ts_db_affected(rows);
    ts_db_rows_free(rows);
    if (fresh == staged) return 0;
    rows = ts_db_ask(db, how->known, 0, NULL, error);
    if (!rows) return -1;
    int found = ts_db_count(rows);
    for (int i = 0; i < found; i++) {
        int64_t place = ts_db_int(rows, i, 0);
        const char *content = ts_db_text(rows, i, 1);
        if (place < 0 || (size_t)place >= batch->count || !content) continue;
        strncpy(batch->entry[place].known, content, TS_FINGERPRINT_TEXT - 1);
    }
    ts_db_rows_free(rows);
    if (fresh + found == staged) return 0;
    return ts_fail(error, TS_RUN_AGAIN, "results were pruned while the same ones were stored again");
}

/* The first of an id is stored, or compared with what is there; those after it are compared with the same. */
static void settle(ts_entry *const *list, size_t count)
{
    const char *known = "";
    for (size_t i = 0; i < count; i++) {
        bool again = repeats(list, i) || list[i]->known[0];
        if (!repeats(list, i)) known = list[i]->known[0] ? list[i]->known : list[i]->content;
        if (!again) ts_entry_settle(list[i], TS_FATE_STORED, NULL);
        else if (!strcmp(list[i]->content, known)) ts_entry_settle(list[i], TS_FATE_DUPLICATE, NULL);
        else
            ts_entry_settle(list[i], TS_FATE_DEAD,
                            list[i]->record->kind == TS_RECORD_RESULT
                                ? "result_id: another result with this id is stored already"
                                : "request_id: another outcome of this request is stored already");
    }
}

static int store(ts_db *db, const staging *how, ts_batch *batch, ts_entry *const *list, size_t count, ts_error *error)
{
    ts_strbuf sql = {0};
    int status = ts_db_script(db, how->prepare, error);
    int staged = status ? -1 : copy_rows(db, how, list, count, error);
    status = staged < 0 ? -1 : claim(db, how, batch, staged, error);
    for (const char *const *text = how->keep; *text && !status; text++) {
        status = expand(*text, &sql, error);
        if (!status) status = ts_db_do(db, sql.text, 0, NULL, error);
    }
    if (!status && how->kind == TS_RECORD_RESULT) status = store_folds(db, list, count, error);
    if (!status) settle(list, count);
    ts_strbuf_clear(&sql);
    return status;
}

static int store_kind(ts_db *db, const staging *how, ts_batch *batch, ts_error *error)
{
    size_t count;
    ts_entry **list = open_entries(batch, how->kind, &count, error);
    int status = !list ? -1 : count ? store(db, how, batch, list, count, error) : 0;
    free(list);
    return status;
}

int ts_staging_results(ts_db *db, ts_batch *batch, ts_error *error)
{
    return store_kind(db, &of_results, batch, error);
}
int ts_staging_outcomes(ts_db *db, ts_batch *batch, ts_error *error)
{
    return store_kind(db, &of_outcomes, batch, error);
}
int ts_staging_requests(ts_db *db, ts_batch *batch, ts_error *error)
{
    return store_kind(db, &of_requests, batch, error);
}
