/* The candle source for the `tradestream` command, which is not linked to libcurl: a module that it loads at need. */
#ifndef TS_INGEST_CANDLE_MODULE_H
#define TS_INGEST_CANDLE_MODULE_H

#include "ingest/candle_source.h"

/* Functions of candle_source.h. */
typedef struct ts_candle_module {
    ts_candle_source *(*open)(const ts_candle_source_settings *settings, ts_error *error);
    void (*close)(ts_candle_source *source);
    int64_t (*clock)(ts_candle_source *source, ts_error *error);
    int (*fetch)(ts_candle_source *source, const char *symbol, int64_t interval_ms, int64_t from_ms, int64_t to_ms,
                 ts_candle_page_sink *sink, void *context, ts_error *error);
    ts_candle_source_counts (*count)(const ts_candle_source *source);
} ts_candle_module;

/* The module, and its only symbol, by name and by type. */
#define TS_CANDLE_MODULE "tradestream_rest"
#define TS_CANDLE_SYMBOL "ts_candle_module_rest"
extern const ts_candle_module ts_candle_module_rest;

#endif
