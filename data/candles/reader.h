/* A candle file into a series: any shape of shapes.h, any compression of decompress.h. */
#ifndef TS_DATA_CANDLES_READER_H
#define TS_DATA_CANDLES_READER_H

#include "data/candles/shapes.h"

typedef enum ts_conflict { TS_CONFLICT_ERROR, TS_CONFLICT_KEEP_LAST } ts_conflict;

typedef struct ts_reading {      /* how to read; all zero: find out everything */
    const char *shape, *columns; /* see ts_layout_find */
    ts_time_unit unit;
    ts_conflict on_conflict; /* two rows of one time that differ; equal ones are dropped */
    int64_t errors_limit;    /* faults told before giving up; 0 and 1: the first */
    bool drop_last;          /* the newest candle may still have been open */
} ts_reading;

typedef struct ts_read_report {
    const char *shape;
    size_t rows, duplicates; /* data rows in the file; rows dropped because an equal one was there */
    bool newest_first;
} ts_read_report;

/* Append the file's candles, oldest first, to the empty `series`; each was checked, the interval not. `report` may be
 * NULL. On failure the series is empty; TS_BAD_DATA names file, line and field. */
int ts_candles_read(const char *path, const ts_reading *how, ts_series *series, ts_read_report *report,
                    ts_error *error);

#endif
