/* The exchange's time, as it tells it: what is closed and what does not exist is for its clock to say, not for ours,
 * which may be wrong or be set while we run. Between two tellings the monotonic clock goes on. Threads may use it. */
#ifndef TS_SERVICES_CANDLE_INGESTOR_EXCHANGE_CLOCK_H
#define TS_SERVICES_CANDLE_INGESTOR_EXCHANGE_CLOCK_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct ts_exchange_clock { /* begins as {.lock = PTHREAD_MUTEX_INITIALIZER} */
    pthread_mutex_t lock;
    int64_t told_ms; /* 0: not yet */
    double at;       /* on the monotonic clock */
    int64_t leap_ms; /* a time far from what was known, which nobody has confirmed yet; 0: none */
    double leap_at;
} ts_exchange_clock;

/* It was told this time now; 0 tells nothing. A time more than five minutes from what is known, or at first from this
 * machine's wall clock, is believed when the next one says the same. Returns whether it was. */
bool ts_exchange_clock_tell(ts_exchange_clock *clock, int64_t time_ms);

/* The time there; that of this machine's wall clock while nothing was told. */
int64_t ts_exchange_clock_now(ts_exchange_clock *clock);

#endif
