/* What of each series of the candle store has been sent to one other system, kept in one small file that is replaced as
 * a whole. The candles themselves are in the store: nothing is kept twice.
 *
 * Everything in the store before `until_ms` has been sent, but for what lies in the ranges `again`. The file is a JSON
 * object and a line with its XXH3-128, so that a damaged one is noticed. */
#ifndef TS_DATA_OUTLET_SENT_H
#define TS_DATA_OUTLET_SENT_H

#include "common/strbuf.h"
#include "data/candles/store.h"
#include "data/outlet/again.h"

typedef struct ts_sent_series {
    ts_store_key key; /* its root is NULL */
    int64_t until_ms;
    ts_ranges again;
    /* Of the outlet while it runs, not in the file. */
    bool behind, broken;      /* the store may hold more than was sent; it could not be read in this round */
    unsigned held;            /* changes of the store that are under way */
    uint64_t offers, changes; /* how many there were */
} ts_sent_series;

typedef struct ts_sent {
    char *path;
    ts_sent_series **series; /* ordered by exchange, symbol and interval; each stays where it is */
    size_t count, capacity;
} ts_sent;

/* Read the file; none is a beginning. TS_BAD_DATA: it is damaged. Cleared by the caller also then. */
int ts_sent_load(ts_sent *sent, const char *path, ts_error *error);
void ts_sent_clear(ts_sent *sent);

/* The entry of a series; a new one begins with `from_ms`. NULL: no memory. */
ts_sent_series *ts_sent_find(ts_sent *sent, const ts_store_key *key, int64_t from_ms, ts_error *error);

/* The file's text, to be written by ts_file_write. */
void ts_sent_text(const ts_sent *sent, ts_strbuf *text);

#endif
