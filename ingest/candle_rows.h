/* Answers of REST interfaces into candles: one strict reader, and for each exchange where its answer has what. */
#ifndef TS_INGEST_CANDLE_ROWS_H
#define TS_INGEST_CANDLE_ROWS_H

#include "host/series/series.h"

enum { TS_ROW_COLUMNS = 8, TS_ROW_TIME = TS_COLUMNS, TS_ROW_OTHER = -1, TS_ROWS_LIMIT = 5000 };

typedef struct ts_candle_layout {
    enum {
        TS_ROWS_OBJECTS, /* {"candles": [{"start": ..., "low": ...}]} */
        TS_ROWS_PLAIN,   /* [[...], ...] */
        TS_ROWS_RESULT   /* {"error": [], "result": {"NAME": [[...], ...], "last": ...}} */
    } shape;
    int64_t unit_ms;            /* of times */
    int columns;                /* of a row that is an array; more are passed over */
    int column[TS_ROW_COLUMNS]; /* a ts_column, TS_ROW_TIME or TS_ROW_OTHER */
} ts_candle_layout;

typedef struct ts_candle_rows { /* begins as all zero; freed with ts_candle_rows_clear */
    ts_candle *candle;
    size_t count, room;
    bool refused; /* the answer says that the question is wrong: no use in asking again */
} ts_candle_rows;

/* Read an answer; what was in `rows` is forgotten. Afterwards they ascend, each time is there once and each candle
 * holds the rules of candles. TS_BAD_DATA names what is wrong: the member, or the candle by its time. */
int ts_candle_rows_read(const ts_candle_layout *layout, int64_t interval_ms, const void *bytes, size_t size,
                        ts_candle_rows *rows, ts_error *error);
void ts_candle_rows_clear(ts_candle_rows *rows);

/* The part of them that lies in [from, to). */
const ts_candle *ts_candle_rows_within(const ts_candle_rows *rows, int64_t from_ms, int64_t to_ms, size_t *count);

#endif
