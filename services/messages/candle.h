/* A candle that the store has got. Message candle/1. */
#ifndef TS_SERVICES_CANDLE_H
#define TS_SERVICES_CANDLE_H

#include "common/fingerprint.h"
#include "host/series/series.h"
#include "services/messages/message.h"

typedef struct ts_candle_message {
    char candle_id[TS_FINGERPRINT_TEXT]; /* of all below but the source */
    char exchange[32], symbol[TS_SYMBOL_TEXT];
    int64_t interval_ms;
    ts_candle candle;
    char source[16]; /* "trades" or "rest"; "": nobody knows any more */
} ts_candle_message;

/* Fill candle_id. -1: no memory. */
int ts_candle_message_id(ts_candle_message *candle, ts_error *error);

/* Write the message, on one line. */
void ts_candle_message_json(ts_json *json, const ts_candle_message *candle);

/* Read a message. TS_BAD_DATA names the member, what was expected and what was found; also for prices that cannot be,
 * and when the id is not that of the content. */
int ts_candle_message_read(const json_t *message, ts_candle_message *candle, ts_error *error);
int ts_candle_message_parse(const char *text, size_t length, ts_candle_message *candle, ts_error *error);

#endif
