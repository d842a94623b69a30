#include "services/candle_ingestor/exchange_clock.h"

#include "common/clock.h"

void ts_exchange_clock_tell(ts_exchange_clock *clock, int64_t time_ms)
{
    if (time_ms <= 0) return;
    pthread_mutex_lock(&clock->lock);
    clock->told_ms = time_ms;
    clock->at = ts_clock_seconds();
    pthread_mutex_unlock(&clock->lock);
}

int64_t ts_exchange_clock_now(ts_exchange_clock *clock)
{
    pthread_mutex_lock(&clock->lock);
    int64_t now =
        clock->told_ms ? clock->told_ms + (int64_t)((ts_clock_seconds() - clock->at) * 1000) : ts_clock_now_ms();
    pthread_mutex_unlock(&clock->lock);
    return now;
}
