/* What engines have done: of one rank between two moments, or of all ranks together. */
#ifndef TS_SERVICES_TRADESTREAM_DISCOVER_EFFORT_H
#define TS_SERVICES_TRADESTREAM_DISCOVER_EFFORT_H

#include "common/bytes.h"
#include "host/engine/engine.h"

enum { TS_EFFORT_SHARES = 8 };

typedef struct ts_effort {
    struct {
        char backend[32];
        uint64_t genome_bars;
    } share[TS_EFFORT_SHARES];
    size_t shares;
    uint64_t launches, host_rows;
} ts_effort;

ts_effort ts_effort_of(const ts_engine *engine);

/* What was done between two moments of one engine, as bytes; and bytes added to an effort. */
void ts_effort_put(ts_strbuf *out, const ts_effort *before, const ts_effort *after);
void ts_effort_take(ts_effort *effort, ts_reader *in);

#endif
