/* What an exchange does not have: ranges of a series that it was asked for and had no candles of, so that they are not
 * asked for again. One small file a series, absent.csv beside its batches; times as in RFC 3339, the end excluded. */
#ifndef TS_DATA_CANDLES_ABSENT_H
#define TS_DATA_CANDLES_ABSENT_H

#include "data/candles/store.h"

typedef struct ts_range {
    int64_t from_ms, to_ms; /* the end excluded */
} ts_range;

typedef struct ts_ranges {
    ts_range *range; /* ascending, apart; freed with free() */
    size_t count;
} ts_ranges;

/* Add a range, joined with those that it meets. */
int ts_ranges_add(ts_ranges *ranges, ts_range range, ts_error *error);

/* Take a range out of them. */
int ts_ranges_remove(ts_ranges *ranges, ts_range range, ts_error *error);

/* Read those of a series; none is an empty list. TS_BAD_DATA names file and line. */
int ts_absent_read(const ts_store_key *key, ts_ranges *ranges, ts_error *error);

/* Add some, durably. For one program at a time: that which has the exchange's journal (live.h). */
int ts_absent_add(const ts_store_key *key, const ts_range *ranges, size_t count, ts_error *error);

/* The exchange has these after all: take them out, durably; like ts_absent_add. */
int ts_absent_remove(const ts_store_key *key, const ts_range *ranges, size_t count, ts_error *error);

/* The ranges within [from, to) of which the series has no candles, those that the exchange does not have left out. A
 * series that is not there yet misses all. */
int ts_absent_missing(const ts_store_key *key, int64_t from_ms, int64_t to_ms, ts_ranges *missing, ts_error *error);

#endif
