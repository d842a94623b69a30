/* The parameters of a result, in words. */
#ifndef TS_HOST_PARAMETERS_H
#define TS_HOST_PARAMETERS_H

#include "common/strbuf.h"
#include "host/report/stored_result.h"

/* "short 12, long 26", escaped. */
void ts_page_parameters(ts_strbuf *out, const ts_stored_parameters *parameters);

#endif
