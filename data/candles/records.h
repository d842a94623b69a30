/* The records of a text file, one after the other: lines of a CSV file, or [...] rows of one JSON array of arrays. */
#ifndef TS_DATA_CANDLES_RECORDS_H
#define TS_DATA_CANDLES_RECORDS_H

#include "data/candles/decompress.h"

#include <stdbool.h>

typedef struct ts_records ts_records;

/* Opens the file, whatever its compression, and looks at its first byte: '[' is JSON, all else is lines. */
ts_records *ts_records_open(const char *path, ts_error *error);

/* The next record that is not blank: 1, and 0 at the end, -1 with TS_BAD_DATA. `record` is terminated, without its line
 * end or brackets, may be written to, and lives until the next call. */
int ts_records_next(ts_records *records, char **record, size_t *length, ts_error *error);

bool ts_records_json(const ts_records *records);

/* "FILE: line 12", "FILE: row 12". */
const char *ts_records_place(const ts_records *records, char *text, size_t size);

void ts_records_close(ts_records *records);

#endif
