/* A stored result computed again, and every number compared bit by bit. What cannot be computed from one result is not
 * looked at: its rank, the seed, and the counts and statistics of the other trials. */
#ifndef TS_HOST_VERIFICATION_H
#define TS_HOST_VERIFICATION_H

#include "host/report/evidence.h"

/* Compute it on `engine` and add what differs. TS_BAD_DATA: it cannot be computed. */
int ts_verify(ts_engine *engine, const ts_evidence *evidence, ts_verification *verification, ts_error *error);
void ts_verification_clear(ts_verification *verification);

#endif
