/* What must be said before stored results are believed. */
#ifndef TS_HOST_CAUTIONS_H
#define TS_HOST_CAUTIONS_H

#include "host/report/stored_result.h"
#include "host/report/stored_run.h"

/* A sentence a line, each begun by what it is in capitals; the best result comes first. Never empty. */
void ts_cautions(ts_strbuf *text, const ts_stored_result *results, size_t count, const ts_stored_run *run);

#endif
