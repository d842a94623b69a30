#include "services/tradestream/publication.h"

#include "common/memory.h"
#include "host/report/subject.h"
#include "services/messages/message.h"
#include "services/tradestream/recall.h"

#include <stdlib.h>
#include <string.h>

/* The ids of what a line holds. */
static int make_ids(ts_result_ids *ids, const char *line, size_t length, ts_error *error)
{
    ts_stored_result result;
    json_t *object = ts_message_parse(line, length, error);
    if (!object) return -1;
    int status = ts_stored_read(object, &result, error);
    json_decref(object);
    if (status) return -1;
    status = ts_result_ids_fill(ids, &result, error);
    ts_stored_clear(&result);
    return status;
}

/* Read back as everybody else will read it. */
static int make_item(ts_published *item, const char *run_id, const char *line, size_t length, ts_error *error)
{
    ts_result_ids ids = {0};
    ts_json json = {.first = true};
    memcpy(ids.run_id, run_id, sizeof ids.run_id);
    if (make_ids(&ids, line, length, error)) return -1;
    ts_discovered_line(&json, &ids, line, length);
    item->message = json.out;
    if (ts_strbuf_failed(&item->message)) return ts_no_memory(error, "a message");
    json_t *message = ts_message_parse(item->message.text, item->message.length, error);
    int status = message ? ts_discovered_read(message, &item->winner, error) : -1;
    json_decref(message);
    return status;
}

static size_t lines_of(const ts_strbuf *lines)
{
    size_t count = 0;
    for (size_t i = 0; i < lines->length; i++) count += lines->text[i] == '\n';
    return count;
}

int ts_publication_make(ts_publication *publication, const char *run_id, const char *run_json, uint64_t evaluations,
                        const ts_strbuf *lines, ts_error *error)
{
    size_t count = lines_of(lines);
    *publication = (ts_publication){.run_id = run_id, .run_json = run_json, .evaluations = evaluations};
    publication->item = ts_alloc(count + 1, sizeof *publication->item);
    if (!publication->item) return ts_no_memory(error, "the winners");
    for (const char *line = lines->text; publication->count < count;) {
        const char *end = strchr(line, '\n');
        size_t at = publication->count++;
        if (make_item(&publication->item[at], run_id, line, (size_t)(end - line), error))
            return ts_error_context(error, "results.jsonl, line %zu", at + 1);
        line = end + 1;
    }
    return 0;
}

void ts_publication_clear(ts_publication *publication)
{
    for (size_t i = 0; i < publication->count; i++) {
        ts_published *item = &publication->item[i];
        ts_discovered_clear(&item->winner);
        ts_strbuf_clear(&item->message);
        ts_equity_days_clear(&item->equity);
    }
    free(publication->item);
    *publication = (ts_publication){0};
}

static int trace(ts_published *item, ts_recall *recall, ts_engine *engine, ts_error *error)
{
    const ts_stored_result *result = &item->winner.result;
    ts_recalled recalled;
    ts_subject subject;
    ts_portrait portrait;
    if (ts_recall_result(recall, result, &recalled, error) ||
        ts_subject_of(result, recalled.market, &recalled.strategy, &subject, error))
        return -1;
    int status = ts_portrait_trace(engine, &subject, &portrait, error);
    ts_subject_clear(&subject);
    if (status) return -1;
    status = ts_equity_days_of(&portrait, &item->equity, error);
    ts_portrait_clear(&portrait);
    return status;
}

static int trace_all(ts_publication *publication, ts_recall *recall, ts_engine *engine, ts_error *error)
{
    ts_stored_file all = {.count = publication->count, .result = ts_alloc(publication->count, sizeof *all.result)};
    if (!all.result) return ts_no_memory(error, "the winners");
    for (size_t i = 0; i < all.count; i++) all.result[i] = publication->item[i].winner.result;
    const ts_stored_result **order = ts_recall_order(&all, error);
    int status = order ? 0 : -1;
    for (size_t i = 0; i < all.count && !status; i++) {
        size_t at = (size_t)(order[i] - all.result);
        status = trace(&publication->item[at], recall, engine, error);
        if (status) ts_error_context(error, "results.jsonl, line %zu", at + 1);
    }
    free(order);
    free(all.result);
    return status;
}

int ts_publication_trace(ts_publication *publication, const ts_options *options, ts_engine *engine, ts_error *error)
{
    ts_recall recall;
    if (!publication->count) return 0;
    if (ts_recall_open(&recall, options, error)) return -1;
    int status = trace_all(publication, &recall, engine, error);
    ts_recall_close(&recall);
    return status;
}
