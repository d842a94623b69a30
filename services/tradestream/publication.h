/* The winners of a run made ready for sinks, from the lines of results.jsonl. */
#ifndef TS_SERVICES_TRADESTREAM_PUBLICATION_H
#define TS_SERVICES_TRADESTREAM_PUBLICATION_H

#include "services/tradestream/options.h"
#include "services/tradestream/sinks.h"

/* `run_id` and `run_json` are borrowed. TS_BAD_DATA names the line, the member and what was expected. Cleared with
 * ts_publication_clear, also after an error. */
int ts_publication_make(ts_publication *publication, const char *run_id, const char *run_json, uint64_t evaluations,
                        const ts_strbuf *lines, ts_error *error);
void ts_publication_clear(ts_publication *publication);

/* The winners' equity by the day, computed anew from the candles that the options name. */
int ts_publication_trace(ts_publication *publication, const ts_options *options, ts_engine *engine, ts_error *error);

#endif
