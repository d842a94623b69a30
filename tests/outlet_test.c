/* Outlets: whatever happens - a system that is away or takes half of a batch, ends of the program without warning, gaps
 * filled and candles corrected meanwhile - in the end it holds what the store holds. */
#define _GNU_SOURCE
#include "common/philox.h"
#include "common/safe_file.h"
#include "data/outlet/outlet.h"
#include "data/outlet/outlet_internal.h"
#include "tests/soak.h"
#include "tests/temporary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { SERIES = 3, BARS = 200, STEPS = 400, MINUTE = 60000, BATCH = 7 };

/* A market in memory: a close of 0 is no candle. `there` is what has arrived. */
typedef struct market {
    double store[SERIES][BARS], there[SERIES][BARS];
    int end[SERIES];  /* after the last that the store holds */
    int corrected;    /* where candles changed last: it is often there again */
    bool newest_only; /* for correct() */
    ts_draws draws;
    double failing; /* the share of sendings that fail */
    size_t sendings;
    ts_outlet *meanwhile; /* told of candles while it reads and sends, as by other threads; NULL: not */
} market;

static void happens_meanwhile(market *of);

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
    market *from = context;
    int series = key->symbol[1] - '0';
    happens_meanwhile(from);
    for (int bar = 0; bar < from->end[series]; bar++) {
        ts_candle candle = candle_of(bar, from->store[series][bar]);
        bool wanted = candle.time >= from_ms && candle.time < to_ms && candle.value[TS_CLOSE] > 0;
        if (wanted && ts_series_append(into, &candle, error)) return -1;
    }
    happens_meanwhile(from);
    return 0;
}

static int send_market(void *sink, const ts_outlet_row *rows, size_t count, ts_outlet_answer *answer, ts_error *error)
{
    market *into = sink;
    (void)answer;
    assert_in_range(count, 1, BATCH);
    bool fails = ts_draw_unit(&into->draws) < into->failing;
    size_t taken = fails ? (size_t)(ts_draw_unit(&into->draws) * (double)count) : count;
    into->sendings++;
    happens_meanwhile(into);
    for (size_t i = 0; i < taken; i++) {
        assert_null(rows[i].series->root);
        into->there[rows[i].series->symbol[1] - '0'][rows[i].candle.time / MINUTE] = rows[i].candle.value[TS_CLOSE];
    }
    return fails ? ts_fail(error, TS_UNAVAILABLE, "away") : 0;
}

static const ts_outlet_kind kind = {.name = "market", .batch = BATCH, .send = send_market};

static ts_outlet_setup setup_of(market *of, const char *target)
{
    return (ts_outlet_setup){.kind = &kind,
                             .sink = of,
                             .folder = ts_temporary("state"),
                             .target = target,
                             .read = read_market,
                             .context = of};
}

static ts_outlet *open_outlet(market *of, const char *target)
{
    ts_error error = {0};
    ts_outlet_setup setup = setup_of(of, target);
    ts_outlet *outlet = ts_outlet_open(&setup, &error);
    if (!outlet) fail_msg("%s", error.text);
    for (int series = 0; series < SERIES; series++) {
        ts_store_key key = key_of(series);
        if (of->end[series]) assert_int_equal(ts_outlet_add(outlet, &key, &error), 0);
    }
    return outlet;
}

/* As if the program had been killed: what was not saved is forgotten. */
static void kill_outlet(ts_outlet *outlet)
{
    outlet->unsaved = false;
    ts_outlet_close(outlet);
}

static double price(market *of) { return 1 + (double)(int)(ts_draw_unit(&of->draws) * 1000); }

static int below(market *of, int most) { return (int)(ts_draw_unit(&of->draws) * most); }

static void new_candle(market *of, ts_outlet *outlet, int series)
{
    ts_error error = {0};
    ts_store_key key = key_of(series);
    ts_live_bar news = {.interval_ms = MINUTE};
    int bar = of->end[series] + (below(of, 10) == 0 ? 5 : 0); /* now and then a gap */
    if (bar >= BARS) return;
    news.candle = candle_of(bar, of->store[series][bar] = price(of));
    of->end[series] = bar + 1;
    memcpy(news.symbol, key.symbol, sizeof news.symbol);
    assert_int_equal(ts_outlet_offer(outlet, key.exchange, &news, 1, &error), 0);
}

/* Candles that were there change, and ones that were not appear. What happens in the middle must not lose that. */
static void correct(market *of, ts_outlet *outlet, int series, bool drains)
{
    ts_error error = {0}, away = {0};
    ts_store_key key = key_of(series);
    if (of->end[series] < 20) return;
    int from = below(of, 2) ? of->corrected : below(of, of->end[series] - 12), to = from + 1 + below(of, 10);
    if (of->newest_only || below(of, 3) == 0) from = of->end[series] - 1, to = from + 1; /* may still wait to be sent */
    if (to > of->end[series]) return;
    of->corrected = from;
    assert_int_equal(ts_outlet_changing(outlet, &key, (int64_t)from * MINUTE, (int64_t)to * MINUTE, &error), 0);
    if (drains) ts_outlet_drain(outlet, 60, &away);
    for (int bar = from; bar < to; bar++) of->store[series][bar] = price(of);
    assert_int_equal(ts_outlet_changed(outlet, &key, &error), 0);
}

static void happens_meanwhile(market *of)
{
    ts_outlet *outlet = of->meanwhile;
    if (!outlet || below(of, 4)) return;
    of->meanwhile = NULL;
    int what = below(of, 4), series = below(of, SERIES);
    if (what) new_candle(of, outlet, series);
    if (what == 1) of->newest_only = true; /* the candle that came just now is corrected at once */
    if (what < 2) correct(of, outlet, series, false);
    of->newest_only = false;
    of->meanwhile = outlet;
}

static void expect_same(const market *of)
{
    for (int series = 0; series < SERIES; series++)
        for (int bar = 0; bar < BARS; bar++)
            if (of->store[series][bar] != of->there[series][bar])
                fail_msg("series %d, bar %d: the store has %g, there is %g", series, bar, of->store[series][bar],
                         of->there[series][bar]);
}

static void one_life(uint32_t round)
{
    ts_error error = {0};
    char target[32];
    market *of = calloc(1, sizeof *of);
    assert_non_null(of);
    of->draws = ts_draws_at(0x6f75746c, round, 0, 0);
    of->failing = round % 4 * 0.25;
    snprintf(target, sizeof target, "round %u", round);
    ts_outlet *outlet = open_outlet(of, target);
    for (int step = 0; step < STEPS; step++) {
        int what = below(of, 100), series = below(of, SERIES);
        of->meanwhile = NULL;
        ts_error away = {0};
        if (what < 75) new_candle(of, outlet, series);
        else if (what < 85) correct(of, outlet, series, below(of, 2));
        else if (what < 97) {
            of->meanwhile = outlet;
            ts_outlet_drain(outlet, what < 90 ? 0 : 60, &away);
        } else {
            if (what == 97) ts_outlet_close(outlet);
            else kill_outlet(outlet);
            outlet = open_outlet(of, target);
        }
    }
    ts_outlet_close(outlet);
    of->failing = 0;
    of->meanwhile = NULL;
    outlet = open_outlet(of, target);
    if (ts_outlet_drain(outlet, 60, &error)) fail_msg("%s", error.text);
    expect_same(of);
    ts_outlet_state state = ts_outlet_look(outlet);
    assert_int_equal(state.waiting + state.behind, 0);
    of->sendings = 0; /* nothing is sent again without need */
    assert_int_equal(ts_outlet_drain(outlet, 60, &error), 0);
    ts_outlet_close(outlet);
    outlet = open_outlet(of, target);
    assert_int_equal(ts_outlet_drain(outlet, 60, &error), 0);
    assert_int_equal(of->sendings, 0);
    ts_outlet_close(outlet);
    free(of);
}

static void test_in_the_end_it_holds_what_the_store_holds(void **state)
{
    (void)state;
    for (uint32_t round = 0; round < soak(10); round++) one_life(round);
}

/* New candles do not wait for the store, and a queue that is full does. */
static void test_a_full_queue_is_read_from_the_store(void **state)
{
    (void)state;
    ts_error error = {0};
    market *of = calloc(1, sizeof *of);
    ts_outlet *outlet = open_outlet(of, "full");
    new_candle(of, outlet, 0);
    assert_int_equal(ts_outlet_drain(outlet, 60, &error), 0);
    new_candle(of, outlet, 0);
    assert_int_equal(ts_outlet_look(outlet).waiting, 1);
    assert_int_equal(ts_outlet_look(outlet).behind, 0);
    outlet->count = TS_OUTLET_QUEUE - 1; /* as if others had filled it */
    for (size_t i = 1; i < outlet->count; i++)
        outlet->queue[(outlet->first + i) % TS_OUTLET_QUEUE] = outlet->queue[outlet->first];
    new_candle(of, outlet, 0);
    new_candle(of, outlet, 0);
    new_candle(of, outlet, 0);
    assert_int_equal(ts_outlet_look(outlet).waiting, TS_OUTLET_QUEUE);
    assert_int_equal(ts_outlet_look(outlet).behind, 1);
    assert_int_equal(ts_outlet_drain(outlet, 60, &error), 0);
    expect_same(of);
    ts_outlet_close(outlet);
    free(of);
}

static void test_pauses_grow_and_end(void **state)
{
    (void)state;
    static const double pauses[] = {0.5, 1, 2, 4, 8, 16, 32, 60, 60};
    market *of = calloc(1, sizeof *of);
    ts_outlet *outlet = open_outlet(of, "pauses");
    new_candle(of, outlet, 0);
    of->failing = 1;
    for (size_t i = 0; i < sizeof pauses / sizeof *pauses; i++) {
        ts_error error = {0};
        assert_int_equal(ts_outlet_drain(outlet, 60, &error), -1);
        assert_int_equal(error.code, TS_UNAVAILABLE);
        assert_true(ts_outlet_look(outlet).pause_seconds == pauses[i]);
    }
    of->failing = 0;
    ts_error error = {0};
    assert_int_equal(ts_outlet_drain(outlet, 60, &error), 0);
    assert_true(ts_outlet_look(outlet).pause_seconds == 0);
    ts_outlet_close(outlet);
    free(of);
}

static int read_nothing_of_one(void *context, const ts_store_key *key, int64_t from_ms, int64_t to_ms, ts_series *into,
                               ts_error *error)
{
    if (!strcmp(key->symbol, "S1-USD")) return ts_fail(error, TS_BAD_DATA, "S1-USD is damaged");
    return read_market(context, key, from_ms, to_ms, into, error);
}

static void test_a_damaged_series_does_not_stop_the_others(void **state)
{
    (void)state;
    ts_error error = {0};
    market *of = calloc(1, sizeof *of);
    ts_outlet_setup setup = setup_of(of, "damaged");
    setup.read = read_nothing_of_one;
    ts_outlet *outlet = ts_outlet_open(&setup, &error);
    for (int series = 0; series < SERIES; series++) new_candle(of, outlet, series);
    assert_int_equal(ts_outlet_drain(outlet, 60, &error), -1);
    assert_int_equal(error.code, TS_BAD_DATA);
    assert_string_equal(error.text, "S1-USD is damaged");
    assert_true(of->there[0][of->end[0] - 1] > 0 && of->there[1][of->end[1] - 1] == 0);
    assert_true(of->there[2][of->end[2] - 1] > 0);
    outlet->setup.read = read_market;
    error = (ts_error){0};
    assert_int_equal(ts_outlet_drain(outlet, 60, &error), 0);
    expect_same(of);
    ts_outlet_close(outlet);
    free(of);
}

/* Any bit of the file that flips is noticed. */
static void test_a_damaged_file_is_noticed(void **state)
{
    (void)state;
    ts_error error = {0};
    ts_sent sent;
    ts_store_key key = key_of(1);
    ts_strbuf text = {0};
    const char *path = ts_temporary("damaged.sent");
    assert_int_equal(ts_sent_load(&sent, path, &error), 0);
    ts_sent_series *series = ts_sent_find(&sent, &key, 7, &error);
    assert_int_equal(ts_again_add(&series->again, (ts_range){3, 5}, &error), 0);
    ts_sent_text(&sent, &text);
    ts_sent_clear(&sent);
    for (size_t i = 0; i <= text.length; i++) {
        char *bytes = strndup(text.text, text.length);
        size_t length = i < text.length ? text.length : text.length - 40; /* the last is cut off */
        if (i < text.length) bytes[i] ^= 4;
        ts_temporary_file("damaged.sent", bytes, length);
        error = (ts_error){0};
        assert_int_equal(ts_sent_load(&sent, path, &error), -1);
        assert_int_equal(error.code, TS_BAD_DATA);
        assert_non_null(strstr(error.text, "without this file all candles are sent again"));
        ts_sent_clear(&sent);
        free(bytes);
    }
    ts_temporary_file("damaged.sent", text.text, text.length);
    error = (ts_error){0};
    assert_int_equal(ts_sent_load(&sent, path, &error), 0);
    assert_int_equal(sent.series[0]->until_ms, 7);
    assert_int_equal(sent.series[0]->again.range[0].to_ms, 5);
    ts_sent_clear(&sent);
    ts_strbuf_clear(&text);
}

static void test_ranges_cover_what_was_added(void **state)
{
    (void)state;
    enum { MOMENTS = 4000 };
    ts_draws draws = ts_draws_at(0x72616e67, 0, 0, 0);
    for (uint32_t round = 0; round < soak(50); round++) {
        bool added[MOMENTS] = {false};
        ts_ranges set = {0};
        ts_error error = {0};
        for (int i = 0; i < 400; i++) {
            int from = (int)(ts_draw_unit(&draws) * MOMENTS), to = from + (int)(ts_draw_unit(&draws) * (round % 9));
            if (to > MOMENTS) to = MOMENTS;
            assert_int_equal(ts_again_add(&set, (ts_range){from, to}, &error), 0);
            for (int at = from; at < to; at++) added[at] = true;
        }
        assert_in_range(set.count, 0, TS_AGAIN_MOST);
        for (size_t i = 0; i < set.count; i++) {
            assert_true(set.range[i].from_ms < set.range[i].to_ms);
            if (i) assert_true(set.range[i - 1].to_ms < set.range[i].from_ms);
            for (int64_t at = set.range[i].from_ms; at < set.range[i].to_ms; at++) added[at] = false;
        }
        for (int at = 0; at < MOMENTS; at++) assert_false(added[at]);
        free(set.range);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_ranges_cover_what_was_added),
                                       cmocka_unit_test(test_in_the_end_it_holds_what_the_store_holds),
                                       cmocka_unit_test(test_a_full_queue_is_read_from_the_store),
                                       cmocka_unit_test(test_pauses_grow_and_end),
                                       cmocka_unit_test(test_a_damaged_series_does_not_stop_the_others),
                                       cmocka_unit_test(test_a_damaged_file_is_noticed)};
    return cmocka_run_group_tests(tests, ts_temporary_make, ts_temporary_remove);
}
