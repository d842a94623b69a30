/* Files of results: results.jsonl, a result a line; or one JSON text, indented or not, that is a result or has an array
 * of them under "results". */
#ifndef TS_HOST_STORED_FILE_H
#define TS_HOST_STORED_FILE_H

#include "host/report/stored_result.h"

typedef struct ts_stored_file {
    char *path;
    bool lines; /* results are numbered by their lines */
    ts_stored_result *result;
    size_t count; /* at least 1 */
} ts_stored_file;

/* Read a file, or the results.jsonl of a run's folder; freed with ts_stored_file_clear. TS_BAD_DATA names the file, the
 * line, the member and what was expected. */
int ts_stored_file_read(const char *path, ts_stored_file *file, ts_error *error);
void ts_stored_file_clear(ts_stored_file *file);

/* Put the place of a result before the text of an error. Always -1. */
int ts_stored_file_context(const ts_stored_file *file, const ts_stored_result *result, ts_error *error);

#endif
