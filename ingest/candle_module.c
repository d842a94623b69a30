#include "ingest/candle_module.h"

__attribute__((visibility("default"))) const ts_candle_module ts_candle_module_rest = {
    .open = ts_candle_source_open,
    .close = ts_candle_source_close,
    .clock = ts_candle_source_clock,
    .fetch = ts_candle_source_fetch,
    .count = ts_candle_source_count,
};
