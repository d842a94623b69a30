/* The options of `tradestream data`, shared by its commands, and the commands. */
#ifndef TS_SERVICES_TRADESTREAM_VERB_DATA_H
#define TS_SERVICES_TRADESTREAM_VERB_DATA_H

#include "common/strbuf.h"
#include "data/candles/candles.h"
#include "data/candles/store.h"
#include "services/tradestream/verb.h"

typedef struct ts_data_options {
    const char *store, *exchange, *symbol, *interval;
    /* how files are read */
    int shape, unit, on_conflict;
    const char *columns;
    int64_t max_errors;
    bool drop_last;
    /* what is written */
    int format, time;
    int64_t from_ms, to_ms;
    bool fill_gaps;
    const char *out;
    /* a synthetic market */
    int64_t seed, bars, start_ms;
    double price, gaps, edge, volatility;
    int character;
} ts_data_options;

extern const ts_setting ts_data_store_table[];   /* --store, --exchange, --symbol, --interval */
extern const ts_setting ts_data_reading_table[]; /* --format, --columns, ... */

extern const ts_verb ts_verb_data_import, ts_verb_data_list, ts_verb_data_verify, ts_verb_data_export,
    ts_verb_data_generate, ts_verb_data_compact, ts_verb_data_download;

/* The candles of one file as the options say, or of the store when `file` is NULL. */
int ts_data_load(const ts_data_options *options, const char *file, ts_series *series, ts_read_report *report,
                 ts_error *error);

/* Write the text to stdout, or durably to the file when `path` is not NULL; then clear it. */
int ts_data_write(const char *path, ts_strbuf *text, ts_error *error);

#endif
