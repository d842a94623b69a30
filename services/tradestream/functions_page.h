/* The reference page of the language's functions, from their table. */
#ifndef TS_SERVICES_TRADESTREAM_FUNCTIONS_PAGE_H
#define TS_SERVICES_TRADESTREAM_FUNCTIONS_PAGE_H

#include "common/strbuf.h"

/* Markdown. */
void ts_functions_page(ts_strbuf *out);

#endif
