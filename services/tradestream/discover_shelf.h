/* The candles of a discovery. Rank 0 reads them; under a launcher all series are then shared, one copy a machine;
 * otherwise one series is in memory at a time. */
#ifndef TS_SERVICES_TRADESTREAM_DISCOVER_SHELF_H
#define TS_SERVICES_TRADESTREAM_DISCOVER_SHELF_H

#include "cluster/comm.h"
#include "host/report/result.h"
#include "services/tradestream/discover_sources.h"
#include "services/tradestream/discover_windows.h"

/* One series as it was loaded. */
typedef struct ts_loaded {
    char symbol[TS_SYMBOL_TEXT], exchange[32];
    int64_t interval_ms, first_ms, last_ms;
    size_t bars;       /* loaded; 0 when it could not be */
    ts_gaps gaps;      /* as they are in the source, also when they were filled */
    ts_strbuf candles; /* the file's name as a word of a command; empty: from the store */
    ts_origin origin;  /* of every strategy's results: all but the strategy */
    struct {
        int64_t start_ms;
        size_t bars;                 /* 0: the series begins later */
    } window[TS_STUDY_WINDOWS_MOST]; /* by span */
    double together;                 /* searches that go side by side: windows, or train windows */
    char skipped[256];               /* why; empty when it was not */
} ts_loaded;

typedef struct ts_shelf {
    const ts_options *options;
    ts_sources *sources;
    ts_loaded *loaded; /* one a source; other ranks than 0 have none */
    size_t *usable;    /* numbers of the sources that could be loaded */
    size_t count;      /* of them */
    ts_series *series; /* one for each that is usable; without its columns where it was put away */
    bool shared;       /* the columns belong to the comm */
} ts_shelf;

/* Rank 0: load every series once, to know that it can be searched and what it is, and keep `all` or the last.
 * TS_BAD_DATA when it is the only one and cannot be searched. */
int ts_shelf_fill(ts_shelf *shelf, const ts_options *options, ts_sources *sources, const ts_walk_forward *walk_forward,
                  const ts_spans *spans, bool all, ts_error *error);

/* All ranks together: give every rank the series. Nothing happens when there is one rank. */
int ts_shelf_share(ts_shelf *shelf, ts_comm *comm, ts_error *error);

/* The usable series number `index`; from its source again where it was put away, TS_BAD_DATA when it has changed. */
const ts_series *ts_shelf_series(ts_shelf *shelf, size_t index, ts_error *error);
void ts_shelf_clear(ts_shelf *shelf);

#endif
