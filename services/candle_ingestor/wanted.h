/* Minutes that REST is to be asked for: for each symbol ranges of time, some only after a while. All times are of the
 * exchange's clock. Threads may use it. */
#ifndef TS_SERVICES_CANDLE_INGESTOR_WANTED_H
#define TS_SERVICES_CANDLE_INGESTOR_WANTED_H

#include "data/candles/absent.h"

#include <pthread.h>

typedef struct ts_wanted_ranges {
    ts_ranges now, later; /* `later` become `now` when they are due */
    int64_t due_ms;
    int64_t rest_until_ms; /* nothing is to be asked of this symbol before: the exchange does not know it */
    bool parked;           /* the last range had no good answer */
} ts_wanted_ranges;

typedef struct ts_wanted {
    pthread_mutex_t lock;
    ts_wanted_ranges *symbol;
    size_t symbols, turn;
    int64_t asked_ms; /* of the range that was taken last */
} ts_wanted;

int ts_wanted_open(ts_wanted *wanted, size_t symbols, ts_error *error);
void ts_wanted_close(ts_wanted *wanted);

/* Ask for these, from `due_ms` on; 0: now. */
int ts_wanted_add(ts_wanted *wanted, size_t symbol, ts_range range, int64_t due_ms, ts_error *error);

/* Take a range of at most `span_ms` out, the newest of a symbol first, the symbols in turn. False: there is none now.
 */
bool ts_wanted_take(ts_wanted *wanted, int64_t now_ms, int64_t span_ms, size_t *symbol, ts_range *range,
                    ts_error *error);

/* Ask nothing of this symbol before. */
void ts_wanted_rest(ts_wanted *wanted, size_t symbol, int64_t until_ms);

/* This range, which was taken, has no good answer: it comes again at `due_ms`. When that is so twice in a row the
 * symbol's others wait as long. */
int ts_wanted_park(ts_wanted *wanted, size_t symbol, ts_range range, int64_t due_ms, ts_error *error);
void ts_wanted_had(ts_wanted *wanted, size_t symbol); /* it had one */

/* Minutes in all, now or later, with those that were taken last. */
int64_t ts_wanted_minutes(ts_wanted *wanted);

#endif
