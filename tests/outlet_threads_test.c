/* An outlet that is drained by one thread while others tell it of new candles and of corrections: in the end the other
 * system holds what the store holds. For the thread sanitizer, too. */
#include "common/philox.h"
#include "data/outlet/outlet.h"
#include "tests/soak.h"
#include "tests/temporary.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { SERIES = 2, BARS = 3000, MINUTE = 60000, BATCH = 50, CORRECTIONS = 60 };

static struct {
    pthread_mutex_t lock; /* for the store and its end */
    double store[SERIES][BARS];
    int end[SERIES];
    double there[SERIES][BARS]; /* of the draining thread */
    ts_outlet *outlet;
    atomic_int busy, failed; /* threads at work; calls that should not have failed */
} market = {.lock = PTHREAD_MUTEX_INITIALIZER};

static ts_store_key key_of(int series)
{
    ts_store_key key = {.exchange = "coinbase", .interval_ms = MINUTE};
    snprintf(key.symbol, sizeof key.symbol, "S%d-USD", series);
    return key;
}

static ts_candle candle_of(int bar, double close) { return (ts_candle){(int64_t)bar * MINUTE, {1, 1, 1, close, 1}}; }

static int read_market(void *context, const ts_store_key *key, int64_t from_ms, int64_t to_ms, ts_series *into,
                       ts_error *error)
{
    int series = key->symbol[1] - '0', status = 0;
    (void)context;
    pthread_mutex_lock(&market.lock);
    for (int bar = 0; bar < market.end[series] && !status; bar++) {
        ts_candle candle = candle_of(bar, market.store[series][bar]);
        if (candle.time >= from_ms && candle.time < to_ms) status = ts_series_append(into, &candle, error);
    }
    pthread_mutex_unlock(&market.lock);
    return status;
}

static int send_market(void *sink, const ts_outlet_row *rows, size_t count, ts_outlet_answer *answer, ts_error *error)
{
    unsigned *calls = sink;
    (void)answer;
    bool fails = ++*calls % 7 == 0;
    for (size_t i = 0; i < (fails ? count / 2 : count); i++)
        market.there[rows[i].series->symbol[1] - '0'][rows[i].candle.time / MINUTE] = rows[i].candle.value[TS_CLOSE];
    return fails ? ts_fail(error, TS_UNAVAILABLE, "away") : 0;
}

static void change(int series, int from, int to, double close)
{
    pthread_mutex_lock(&market.lock);
    for (int bar = from; bar < to; bar++) market.store[series][bar] = close;
    if (to > market.end[series]) market.end[series] = to;
    pthread_mutex_unlock(&market.lock);
}

/* Of one series: new candles, and now and then the last ones or older ones are corrected. */
static void *take_candles_in(void *number)
{
    int series = *(int *)number;
    ts_draws draws = ts_draws_at(0x74687265, (uint32_t)series, 0, 0);
    ts_store_key key = key_of(series);
    ts_live_bar bar = {.interval_ms = MINUTE};
    memcpy(bar.symbol, key.symbol, sizeof bar.symbol);
    for (int now = 0; now < BARS; now++) {
        ts_error error = {0};
        double price = 1 + ts_draw_below(&draws, 1000);
        change(series, now, now + 1, price);
        bar.candle = candle_of(now, price);
        if (ts_outlet_offer(market.outlet, key.exchange, &bar, 1, &error)) atomic_fetch_add(&market.failed, 1);
        if (now < 10 || now % (BARS / CORRECTIONS)) continue;
        int from = ts_draw_below(&draws, 2) ? now : (int)ts_draw_below(&draws, (uint32_t)now - 5), to = from + 1;
        if (ts_outlet_changing(market.outlet, &key, (int64_t)from * MINUTE, (int64_t)to * MINUTE, &error))
            atomic_fetch_add(&market.failed, 1);
        change(series, from, to, price + 0.5);
        ts_outlet_changed(market.outlet, &key, &error);
    }
    atomic_fetch_sub(&market.busy, 1);
    return NULL;
}

static void everything_arrives(uint32_t round)
{
    static unsigned calls;
    char target[16];
    static const ts_outlet_kind kind = {.name = "market", .batch = BATCH, .send = send_market};
    snprintf(target, sizeof target, "%u", round); /* each round begins with nothing sent */
    const ts_outlet_setup setup = {
        .kind = &kind, .sink = &calls, .folder = ts_temporary("state"), .target = target, .read = read_market};
    ts_error error = {0};
    pthread_t thread[SERIES];
    int number[SERIES];
    memset(market.end, 0, sizeof market.end);
    market.outlet = ts_outlet_open(&setup, &error);
    assert_non_null(market.outlet);
    atomic_store(&market.busy, SERIES);
    for (int i = 0; i < SERIES; i++) {
        number[i] = i;
        assert_int_equal(pthread_create(&thread[i], NULL, take_candles_in, &number[i]), 0);
    }
    for (bool more = true; more;) {
        more = atomic_load(&market.busy) > 0; /* looked at before: what was told until then is sent now */
        error = (ts_error){0};
        if (ts_outlet_drain(market.outlet, 60, &error)) more = true;
    }
    for (int i = 0; i < SERIES; i++) pthread_join(thread[i], NULL);
    assert_int_equal(atomic_load(&market.failed), 0);
    assert_memory_equal(market.store, market.there, sizeof market.store);
    assert_int_equal(ts_outlet_look(market.outlet).behind, 0);
    ts_outlet_close(market.outlet);
}

static void again_and_again(void **state)
{
    (void)state;
    for (uint32_t round = 0; round < soak(2); round++) everything_arrives(round);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(again_and_again)};
    return cmocka_run_group_tests(tests, ts_temporary_make, ts_temporary_remove);
}
