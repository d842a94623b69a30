/* What a stored result was made from: its strategy, its genome, and the market of its candles. */
#ifndef TS_SERVICES_TRADESTREAM_RECALL_H
#define TS_SERVICES_TRADESTREAM_RECALL_H

#include "host/report/stored_file.h"
#include "services/tradestream/discover_sources.h"
#include "services/tradestream/strategy_choice.h"

/* One series and one market at a time: results that come in the order of ts_recall_order load each only once. */
typedef struct ts_recall {
    const char *store;  /* NULL: from files */
    ts_sources sources; /* the files, each with its symbol */
    ts_choice files;    /* strategies of files */
    ts_catalogue catalogue;
    const ts_source *from; /* the file of the series; NULL: the store */
    ts_series series;      /* no bars: none yet */
    ts_gaps gaps;
    ts_market *market;     /* NULL: none yet */
    ts_stored_result made; /* for which the series and the market were; what it points to is not looked at */
    ts_origin origin;      /* of the market, without a strategy */
} ts_recall;

/* Its market and series are borrowed from the ts_recall until it is asked for a result of another market. */
typedef struct ts_recalled {
    ts_strategy strategy;
    ts_genome genome;
    const ts_market *market;
    ts_series series; /* the bars from load_from to the window's end */
    ts_gaps gaps;     /* of the whole source, before they were filled */
    ts_origin origin; /* computed anew, without strategy and names of files */
} ts_recalled;

/* The options of ts_options_recall. TS_USAGE when no candles are named. Freed with ts_recall_close. */
int ts_recall_open(ts_recall *recall, const ts_options *options, ts_error *error);
void ts_recall_close(ts_recall *recall);

/* TS_BAD_DATA: another engine made it; no such strategy, or another definition; no such candles, or others. */
int ts_recall_result(ts_recall *recall, const ts_stored_result *result, ts_recalled *recalled, ts_error *error);

/* Whether both have the same market: what was recalled of one stays valid when the other is asked for. */
bool ts_recall_same(const ts_stored_result *a, const ts_stored_result *b);

/* The results of a file, those of the same candles and simulation together; freed with free(). NULL: no memory. */
const ts_stored_result **ts_recall_order(const ts_stored_file *file, ts_error *error);

#endif
