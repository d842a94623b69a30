/* A winner that was found, as an answer to a request or in a run of its own. Message discovered-strategy/1: the ids,
 * and the object that is a line of results.jsonl. */
#ifndef TS_SERVICES_DISCOVERED_H
#define TS_SERVICES_DISCOVERED_H

#include "common/fingerprint.h"
#include "host/report/stored_result.h"
#include "services/messages/message.h"

/* Exactly one of request_id and run_id; the other is "". */
typedef struct ts_result_ids {
    char request_id[TS_FINGERPRINT_TEXT], run_id[TS_FINGERPRINT_TEXT];
    char evaluation_id[TS_FINGERPRINT_TEXT]; /* of what was computed: the same whoever asked for it */
    char result_id[TS_FINGERPRINT_TEXT];     /* of the request or run together with it */
} ts_result_ids;

typedef struct ts_discovered {
    ts_result_ids ids;
    ts_stored_result result;
} ts_discovered;

/* The id of everything that the metrics of a result depend on: candles, window, strategy, parameters (those of every
 * window of a walk-forward), assumptions of the simulator, engine. */
int ts_evaluation_id(const ts_stored_result *result, char id[TS_FINGERPRINT_TEXT], ts_error *error);

/* Fill evaluation_id and result_id; one of request_id and run_id is there. */
int ts_result_ids_fill(ts_result_ids *ids, const ts_stored_result *result, ts_error *error);

/* The same of a winner just found. TS_BAD_DATA when it is one that ts_discovered_read would refuse. */
int ts_result_ids_of(ts_result_ids *ids, const ts_result *result, ts_error *error);

/* Write the message of a winner, with ids from ts_result_ids_of. */
void ts_discovered_json(ts_json *json, const ts_result_ids *ids, const ts_result *result);

/* The same of a winner that stands in a line of results.jsonl, `length` bytes without the line's end; ids from
 * ts_result_ids_fill. */
void ts_discovered_line(ts_json *json, const ts_result_ids *ids, const char *line, size_t length);

/* Read a message; freed with ts_discovered_clear. TS_BAD_DATA names the member, what was expected and what was found;
 * also when an id is not that of the content. */
int ts_discovered_read(const json_t *message, ts_discovered *discovered, ts_error *error);
void ts_discovered_clear(ts_discovered *discovered);

#endif
