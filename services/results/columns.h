/* The columns of the table `results` that come from a record, as one table: COPY, INSERT and the updates of `leaders`
 * and `champions` are written from it. */
#ifndef TS_SERVICES_RESULTS_COLUMNS_H
#define TS_SERVICES_RESULTS_COLUMNS_H

#include "common/strbuf.h"
#include "services/results/record.h"

/* Append "result_id, evaluation_id, ...", each with `prefix` before it, and "a = EXCLUDED.a, ...". */
void ts_columns_list(ts_strbuf *sql, const char *prefix);
void ts_columns_excluded(ts_strbuf *sql);

/* The name of a column, NULL after the last. */
const char *ts_columns_name(size_t number);

/* Append the row of a result for COPY staging_results (<the list>, content, sequence) FROM STDIN (FORMAT binary). */
void ts_columns_copy(ts_strbuf *out, const ts_record *record, const char *content, int32_t sequence);

/* Append the rows of its walk-forward windows for COPY staging_folds. */
void ts_columns_copy_folds(ts_strbuf *out, const ts_record *record);

#define TS_COLUMNS_FOLDS                                                                                               \
    "result_id, number, train_start, train_end, test_start, test_end, evaluations, parameters, score, train, test"

#endif
