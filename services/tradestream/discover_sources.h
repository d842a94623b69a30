/* The series that a discovery reads: one file each, or series of a store. */
#ifndef TS_SERVICES_TRADESTREAM_DISCOVER_SOURCES_H
#define TS_SERVICES_TRADESTREAM_DISCOVER_SOURCES_H

#include "data/candles/store.h"
#include "services/tradestream/options.h"

typedef struct ts_source {
    ts_candles_query query;
    const char *file;            /* its name without folders; NULL: from the store */
    char symbol[TS_SYMBOL_TEXT]; /* what query.symbol points to, empty when the file's name says it */
} ts_source;

typedef struct ts_sources {
    ts_source *source; /* files as given; of a store in order of their symbols */
    size_t count;
} ts_sources;

/* TS_USAGE when no candles are named, or --symbols does not fit them; TS_BAD_DATA when the store has no such series. */
int ts_sources_find(const ts_options *options, ts_sources *sources, ts_error *error);
void ts_sources_clear(ts_sources *sources);

#endif
