/* Strategies written for people and for programs. */
#ifndef TS_SERVICES_TRADESTREAM_STRATEGIES_TEXT_H
#define TS_SERVICES_TRADESTREAM_STRATEGIES_TEXT_H

#include "common/strbuf.h"
#include "host/language/strategy.h"

typedef struct ts_strategy_row {
    const ts_strategy *strategy;
    int64_t warmup; /* bars, with the default parameters */
} ts_strategy_row;

/* A line each; everything about each; a JSON array; the reference page, in Markdown. */
void ts_strategies_table(ts_strbuf *out, const ts_strategy_row *rows, size_t count);
void ts_strategies_show(ts_strbuf *out, const ts_strategy_row *rows, size_t count);
void ts_strategies_json(ts_strbuf *out, const ts_strategy_row *rows, size_t count);
void ts_strategies_page(ts_strbuf *out, const ts_strategy_row *rows, size_t count);

#endif
