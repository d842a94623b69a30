/* Minutes from trades: real and made-up candles taken apart, shuffled, repeated and cut, come back exactly or dirty. */
#include "ingest/minutes.h"

#include "common/philox.h"
#include "tests/candle_trades.h"
#include "tests/minute_ledger.h"
#include "tests/shared_candles.h"
#include "tests/soak.h"
#include "tests/temporary.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const int64_t GRACE_US = 4000000;

/* How trades are delivered: out of order by up to `delay`, again after up to `again_delay`, or never. */
typedef struct delivery {
    int64_t delay_us, again_delay_us;
    double again, lost, restated; /* shares of the trades */
    bool beats;                   /* each second the exchange says its last id */
} delivery;

typedef struct event {
    int64_t at_us;
    ts_market_trade trade; /* without a symbol: a heartbeat */
} event;

static int by_time(const void *a, const void *b)
{
    const event *x = a, *y = b;
    if (x->at_us != y->at_us) return x->at_us < y->at_us ? -1 : 1;
    return (x->trade.trade_id > y->trade.trade_id) - (x->trade.trade_id < y->trade.trade_id);
}

static ts_market_trade trade_of(const candle_trade *made)
{
    ts_market_trade trade = {.symbol = "A-B", .trade_id = made->id, .time_us = made->time_us};
    trade.price = (ts_exact)made->price * 10000000000u;
    trade.size = (ts_exact)made->size * 10000000000u;
    return trade;
}

static size_t add_beats(event *events, size_t count, const candle_trade *made, size_t trades)
{
    size_t last = 0;
    int64_t end = made[trades - 1].time_us + 70000000;
    for (int64_t at = made[0].time_us + 1000; at < end; at += 1000000) {
        while (last + 1 < trades && made[last + 1].time_us <= at) last++;
        events[count++] = (event){.at_us = at, .trade = {.trade_id = made[last].id}};
    }
    return count;
}

/* The events of a delivery, in the order they come. */
static event *deliver(const candle_trade *made, size_t trades, const delivery *how, uint32_t seed,
                      minute_ledger *ledger, size_t *count)
{
    size_t beats = (size_t)((made[trades - 1].time_us - made[0].time_us) / 1000000 + 80);
    event *events = calloc(3 * trades + beats, sizeof *events);
    assert_non_null(events);
    *count = 0;
    for (size_t i = 0; i < trades; i++) {
        ts_draws draws = ts_draws_at(seed, 11, (uint32_t)i, 0);
        ts_market_trade trade = trade_of(&made[i]);
        char *damaged = &ledger->damaged[trade.time_us / 60000000 - ledger->first];
        double fate = ts_draw_unit(&draws);
        int64_t late = how->delay_us ? ts_draw_below(&draws, (uint32_t)how->delay_us) : 0;
        if (fate < how->lost) *damaged = 1;
        else events[(*count)++] = (event){trade.time_us + late, trade};
        if (fate < how->lost || ts_draw_unit(&draws) >= how->again) continue;
        late += how->again_delay_us ? ts_draw_below(&draws, (uint32_t)how->again_delay_us) : 0;
        if (ts_draw_unit(&draws) < how->restated) {
            trade.size += 10000000000u;
            *damaged = 1;
        }
        events[(*count)++] = (event){trade.time_us + late, trade};
    }
    if (how->beats) *count = add_beats(events, *count, made, trades);
    qsort(events, *count, sizeof *events, by_time);
    return events;
}

/* Deliver the trades of the candles and check what comes out; returns how many minutes are clean, and counts. */
static size_t run(const ts_series *series, const delivery *how, uint32_t seed, ts_minutes_counts *counts)
{
    ts_error error = {0};
    minute_ledger ledger;
    size_t trades, count;
    candle_trade *made = candle_trades(series, seed, 1000, &trades);
    minute_ledger_make(&ledger, series);
    event *events = deliver(made, trades, how, seed, &ledger, &count);
    *counts = (ts_minutes_counts){0};
    ts_minutes *minutes = ts_minutes_new("A-B", GRACE_US, minute_ledger_sink, &ledger, counts, &error);
    assert_non_null(minutes);
    ts_minutes_start(minutes, made[0].time_us - 1);
    for (size_t i = 0; i < count; i++) {
        if (*events[i].trade.symbol) ts_minutes_trade(minutes, &events[i].trade);
        else ts_minutes_last_trade(minutes, events[i].trade.trade_id, events[i].at_us);
        ts_minutes_advance(minutes, events[i].at_us);
    }
    for (int64_t at = 0; at < 90; at++) ts_minutes_advance(minutes, made[trades - 1].time_us + at * 1000000);
    size_t clean = minute_ledger_check(&ledger, 0);
    assert_int_equal(ledger.said[0], 'd'); /* the first, partial minute */
    assert_int_equal(counts->bars + counts->empty + counts->dirty, ledger.next - ledger.first);
    ts_minutes_free(minutes);
    minute_ledger_clear(&ledger);
    free(events);
    free(made);
    return clean;
}

static size_t minutes_of(const ts_series *series)
{
    return (size_t)((series->time[series->bars - 1] - series->time[0]) / 60000) + 1;
}

static void check_deliveries(const ts_series *series, uint32_t seed)
{
    ts_minutes_counts counts;
    size_t minutes = minutes_of(series);
    assert_int_equal(run(series, &(delivery){0}, seed, &counts), minutes - 1);
    delivery wild = {.delay_us = GRACE_US, .again_delay_us = 400000000, .again = 0.3, .beats = true};
    assert_int_equal(run(series, &wild, seed, &counts), minutes - 1); /* order and repetition do not matter */
    assert_true(counts.duplicates > 0 && !counts.late && !counts.restated && !counts.dirty_again);
    delivery cut = {.delay_us = 500000, .again_delay_us = 2000000, .again = 0.1, .lost = 0.0015, .beats = true};
    size_t clean = run(series, &cut, seed, &counts);
    assert_true(clean > 0 && clean < minutes - 1);
    delivery late = {.delay_us = 90000000, .again = 0.01, .beats = true};
    run(series, &late, seed, &counts);
    assert_true(counts.late > 0 && counts.dirty > 0);
    delivery restated = {.delay_us = 1000, .again_delay_us = 2000000, .again = 0.01, .restated = 0.2, .beats = true};
    clean = run(series, &restated, seed, &counts);
    assert_true(clean > 0 && counts.restated > 0);
    run(series, &(delivery){.lost = 0.7, .beats = true, .delay_us = 200000}, seed, &counts);
}

static void made_up_candles_come_back_or_are_dirty(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= soak(6); seed++) {
        ts_series series;
        unit_candles(seed, 120, &series);
        check_deliveries(&series, seed);
        ts_series_clear(&series);
    }
}

static void check_shared(const char *file, uint32_t seed)
{
    ts_series series;
    shared_candles(TS_SHARED_DATA, file, 300, &series);
    check_deliveries(&series, seed);
    ts_series_clear(&series);
}

static void candles_of_a_thin_market(void **state)
{
    (void)state;
    check_shared("coinbase-and-others/BTC-EUR.1m.coinbase.csv.zst", 5);
}

static void candles_of_a_busy_market(void **state)
{
    (void)state;
    check_shared("1m/BTC-USDT.1m.csv.zst", 6);
}

static void candles_of_a_cheap_coin(void **state)
{
    (void)state;
    check_shared("1m-2021-apr-may/DOGE-USDT.1m.csv.zst", 7);
}

/* What was given out, as a text: "b0 e1-2 d3 D1": of the minute after a base, D being taken back. */
typedef struct notes {
    char text[512];
} notes;

static const int64_t BASE = 28333334; /* minutes since 1970 */

static void note(void *context, const ts_minute *minute)
{
    notes *into = context;
    size_t used = strlen(into->text);
    long long from = minute->time_ms / 60000 - BASE, to = minute->end_ms / 60000 - BASE - 1;
    char kind = minute->again ? 'D' : "bed"[minute->kind];
    if (from == to) snprintf(into->text + used, sizeof into->text - used, "%c%lld ", kind, from);
    else snprintf(into->text + used, sizeof into->text - used, "%c%lld-%lld ", kind, from, to);
}

typedef struct bench {
    notes notes;
    ts_minutes_counts counts;
    ts_minutes *minutes;
} bench;

static int64_t at(double minutes) { return BASE * 60000000 + (int64_t)(minutes * 60000000); }

static void begin(bench *on)
{
    ts_error error = {0};
    *on = (bench){0};
    on->minutes = ts_minutes_new("A-B", GRACE_US, note, &on->notes, &on->counts, &error);
    assert_non_null(on->minutes);
}

static void trade(bench *on, uint64_t id, double minutes)
{
    ts_minutes_trade(on->minutes, &(ts_market_trade){.trade_id = id, .price = 1, .size = 1, .time_us = at(minutes)});
}

static void advance(bench *on, double from, double to)
{
    for (double now = from; now <= to; now += 0.01) ts_minutes_advance(on->minutes, at(now));
}

static void expect(bench *on, const char *wanted)
{
    if (strcmp(on->notes.text, wanted)) fail_msg("given out: %s\nwanted: %s", on->notes.text, wanted);
    ts_minutes_free(on->minutes);
}

static void silence_is_empty_and_absence_dirty(void **state)
{
    (void)state;
    bench on;
    begin(&on);
    trade(&on, 7, -1); /* only tells the id */
    ts_minutes_start(on.minutes, at(0.5));
    advance(&on, 0.5, 1.5);
    trade(&on, 8, 1.5);
    advance(&on, 1.5, 4.5);
    ts_minutes_stop(on.minutes);
    advance(&on, 4.5, 6.5); /* a guess of the time */
    ts_minutes_start(on.minutes, at(8.2));
    advance(&on, 8.2, 11.2);
    expect(&on, "d0 b1 e2 e3 d4 d5 d6-7 d8 e9 e10 ");
}

static void a_stop_within_the_grace_is_dirty(void **state)
{
    (void)state;
    bench on;
    begin(&on);
    ts_minutes_start(on.minutes, at(0));
    advance(&on, 0, 2.01); /* the grace of minute 1 is not over */
    ts_minutes_stop(on.minutes);
    ts_minutes_start(on.minutes, at(2.02));
    advance(&on, 2.02, 4.2);
    expect(&on, "d0 d1 d2 e3 ");
}

static void ids_that_turn_out_missing_take_back(void **state)
{
    (void)state;
    bench on;
    begin(&on);
    ts_minutes_start(on.minutes, at(0));
    trade(&on, 1, 0.5);
    advance(&on, 0.5, 5.5);
    trade(&on, 3, 5.5); /* 2 was somewhere between */
    advance(&on, 5.5, 7.2);
    expect(&on, "d0 e1 e2 e3 e4 D1-4 d5 e6 ");
}

static void what_the_exchange_says_of_its_last_trade_counts(void **state)
{
    (void)state;
    bench on;
    begin(&on);
    ts_minutes_start(on.minutes, at(0));
    trade(&on, 1, 0.5);
    advance(&on, 0.5, 1.8);
    ts_minutes_last_trade(on.minutes, 2, at(1.8)); /* never comes */
    advance(&on, 1.8, 3.2);
    trade(&on, 3, 3.2);
    advance(&on, 3.2, 5.2);
    expect(&on, "d0 d1 e2 D2 d3 e4 "); /* the gap between 1 and 3 may be in any of 0 .. 3 */
}

static void a_late_trade_takes_its_minute_back_once(void **state)
{
    (void)state;
    bench on;
    begin(&on);
    ts_minutes_start(on.minutes, at(0));
    trade(&on, 1, 0.9);
    advance(&on, 0.9, 4.5);
    trade(&on, 2, 2.5);
    trade(&on, 3, 2.6);
    advance(&on, 4.5, 5.2);
    assert_int_equal(on.counts.late, 2);
    expect(&on, "d0 e1 e2 e3 D2 e4 ");
}

static void hostile_ids_and_times_never_stay(void **state)
{
    (void)state;
    bench on;
    begin(&on);
    ts_minutes_start(on.minutes, at(0));
    trade(&on, 10, 0.5);
    advance(&on, 0.5, 2.5);
    trade(&on, UINT64_MAX, 2.5);
    trade(&on, 11, 2.6);
    advance(&on, 2.6, 4.5);
    trade(&on, 12, 4.5);
    advance(&on, 4.5, 6.5);
    trade(&on, 500000, 6.5); /* not so far off that it cannot be */
    for (uint64_t i = 0; i < 5; i++) trade(&on, 13 + i, 6.6 + (double)i);
    advance(&on, 6.6, 13.2);
    trade(&on, 18, 13.3);
    ts_minutes_last_trade(on.minutes, UINT64_MAX, at(13.4));
    advance(&on, 13.3, 15.2);
    trade(&on, 19, 15.3);
    trade(&on, 20, 1000); /* in a far future */
    advance(&on, 15.3, 18.2);
    trade(&on, 20, 18.3);
    trade(&on, 21, 18.4);
    advance(&on, 18.3, 21.2);
    assert_true(on.counts.implausible >= 4);
    if (!strstr(on.notes.text, "e20 ")) fail_msg("%s", on.notes.text); /* all is well again */
    ts_minutes_free(on.minutes);
}

static void a_leap_of_the_clock_is_dirty(void **state)
{
    (void)state;
    bench on;
    begin(&on);
    ts_minutes_start(on.minutes, at(0));
    advance(&on, 0, 1.2);
    ts_minutes_advance(on.minutes, at(1000.5));
    expect(&on, "d0 e1 e2 e3 e4 e5 e6 e7 e8 e9 e10 e11 e12 e13 e14 e15 e16 d17-999 ");
}

static void more_holes_than_are_remembered(void **state)
{
    (void)state;
    bench on;
    begin(&on);
    ts_minutes_start(on.minutes, at(0));
    for (uint64_t i = 0; i < 200; i++) trade(&on, 2 * i, 1 + (double)i / 100);
    for (uint64_t i = 0; i < 200; i++) trade(&on, 2 * i, 1 + (double)i / 100);
    advance(&on, 3, 6.2);
    expect(&on, "d0 d1 d2 e3 e4 e5 ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(silence_is_empty_and_absence_dirty),
        cmocka_unit_test(a_stop_within_the_grace_is_dirty),
        cmocka_unit_test(ids_that_turn_out_missing_take_back),
        cmocka_unit_test(what_the_exchange_says_of_its_last_trade_counts),
        cmocka_unit_test(a_late_trade_takes_its_minute_back_once),
        cmocka_unit_test(hostile_ids_and_times_never_stay),
        cmocka_unit_test(a_leap_of_the_clock_is_dirty),
        cmocka_unit_test(more_holes_than_are_remembered),
        cmocka_unit_test(made_up_candles_come_back_or_are_dirty),
        cmocka_unit_test(candles_of_a_thin_market),
        cmocka_unit_test(candles_of_a_busy_market),
        cmocka_unit_test(candles_of_a_cheap_coin),
    };
    return cmocka_run_group_tests(tests, ts_temporary_make, ts_temporary_remove);
}
