#include "services/candle_ingestor/exchange_clock.h"

#include "common/clock.h"

static const int64_t leap_ms = 300000;

/* A time that was told at `at`, now. */
static int64_t since(int64_t told_ms, double at, double now) { return told_ms + (int64_t)((now - at) * 1000); }

static bool are_near(int64_t a_ms, int64_t b_ms) { return a_ms - b_ms <= leap_ms && b_ms - a_ms <= leap_ms; }

static int64_t known(const ts_exchange_clock *clock, double now)
{
    return clock->told_ms ? since(clock->told_ms, clock->at, now) : ts_clock_now_ms();
}

bool ts_exchange_clock_tell(ts_exchange_clock *clock, int64_t time_ms)
{
    if (time_ms <= 0) return false;
    double now = ts_clock_seconds();
    pthread_mutex_lock(&clock->lock);
    bool again = clock->leap_ms && are_near(time_ms, since(clock->leap_ms, clock->leap_at, now));
    bool believed = again || are_near(time_ms, known(clock, now));
    if (believed) clock->told_ms = time_ms, clock->at = now, clock->leap_ms = 0;
    else clock->leap_ms = time_ms, clock->leap_at = now;
    pthread_mutex_unlock(&clock->lock);
    return believed;
}

int64_t ts_exchange_clock_now(ts_exchange_clock *clock)
{
    pthread_mutex_lock(&clock->lock);
    int64_t now = known(clock, ts_clock_seconds());
    pthread_mutex_unlock(&clock->lock);
    return now;
}
