/* What an examination looks at of a stored result: where its genomes traded, and where the last was found. */
#ifndef TS_HOST_SUBJECT_H
#define TS_HOST_SUBJECT_H

#include "host/report/stored_result.h"
#include "host/validation/examination.h"

/* Of a result, its market and its strategy, all borrowed; around it, a genome that trades at all is feasible. The
 * segments are the subject's: freed with ts_subject_clear. TS_BAD_DATA: a fold's parameters do not fit the strategy. */
int ts_subject_of(const ts_stored_result *result, const ts_market *market, const ts_strategy *strategy,
                  ts_subject *subject, ts_error *error);
void ts_subject_clear(ts_subject *subject);

#endif
