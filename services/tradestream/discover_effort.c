#include "services/tradestream/discover_effort.h"

#include <stdio.h>
#include <string.h>

/* Shares of the same back end are added up. */
static void add_share(ts_effort *effort, const char *backend, uint64_t genome_bars)
{
    size_t i = 0;
    while (i < effort->shares && strcmp(effort->share[i].backend, backend)) i++;
    if (i == TS_EFFORT_SHARES) return;
    if (i == effort->shares)
        snprintf(effort->share[effort->shares++].backend, sizeof effort->share[i].backend, "%s", backend);
    effort->share[i].genome_bars += genome_bars;
}

ts_effort ts_effort_of(const ts_engine *engine)
{
    ts_effort effort = {.launches = ts_engine_launches(engine), .host_rows = ts_engine_host_rows(engine)};
    ts_share share[TS_SHARES];
    size_t shares = ts_engine_shares(engine, share);
    for (size_t i = 0; i < shares; i++) add_share(&effort, share[i].backend, share[i].genome_bars);
    return effort;
}

/* Shares only grow in number, and stay in their order. */
void ts_effort_put(ts_strbuf *out, const ts_effort *before, const ts_effort *after)
{
    ts_put_u64(out, after->launches - before->launches);
    ts_put_u64(out, after->host_rows - before->host_rows);
    ts_put_u64(out, after->shares);
    for (size_t i = 0; i < after->shares; i++) {
        ts_put_text(out, after->share[i].backend);
        ts_put_u64(out, after->share[i].genome_bars - (i < before->shares ? before->share[i].genome_bars : 0));
    }
}

void ts_effort_take(ts_effort *effort, ts_reader *in)
{
    effort->launches += ts_take_u64(in);
    effort->host_rows += ts_take_u64(in);
    uint64_t shares = ts_take_u64(in);
    for (uint64_t i = 0; i < shares && !in->failed; i++) {
        char backend[32];
        ts_take_text(in, backend, sizeof backend);
        uint64_t genome_bars = ts_take_u64(in);
        if (!in->failed) add_share(effort, backend, genome_bars);
    }
}
