#include "tests/minute_ledger.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

void minute_ledger_make(minute_ledger *ledger, const ts_series *series)
{
    *ledger = (minute_ledger){.series = series, .first = series->time[0] / 60000, .next = INT64_MIN};
    ledger->minutes = (size_t)(series->time[series->bars - 1] / 60000 - ledger->first) + 1;
    ledger->said = calloc(ledger->minutes, 1);
    ledger->damaged = calloc(ledger->minutes, 1);
    assert_true(ledger->said && ledger->damaged);
}

void minute_ledger_clear(minute_ledger *ledger)
{
    free(ledger->said);
    free(ledger->damaged);
}

static bool has_candle(const minute_ledger *ledger, int64_t time_ms, ts_candle *candle)
{
    size_t bar = ts_series_find(ledger->series, time_ms);
    if (bar >= ledger->series->bars || ledger->series->time[bar] != time_ms) return false;
    *candle = ts_series_candle(ledger->series, bar);
    return candle->value[TS_VOLUME] > 0;
}

static char verdict(const minute_ledger *ledger, const ts_minute *minute)
{
    ts_candle candle;
    if (minute->kind == TS_MINUTE_DIRTY) return 'd';
    if (minute->kind == TS_MINUTE_EMPTY) return 'e';
    if (!has_candle(ledger, minute->time_ms, &candle)) return 'w';
    const double value[] = {minute->open, minute->high, minute->low, minute->close, minute->volume};
    return memcmp(value, candle.value, sizeof value) ? 'w' : 'b';
}

void minute_ledger_sink(void *context, const ts_minute *minute)
{
    minute_ledger *ledger = context;
    int64_t from = minute->time_ms / 60000, to = minute->end_ms / 60000;
    assert_true(minute->time_ms % 60000 == 0 && from < to);
    assert_true(minute->kind != TS_MINUTE_BAR || to == from + 1);
    assert_true(!minute->again || (minute->kind == TS_MINUTE_DIRTY && to <= ledger->next));
    if (!minute->again) {
        if (ledger->next != INT64_MIN && from != ledger->next)
            fail_msg("minute %lld is given out after %lld", (long long)from, (long long)ledger->next);
        ledger->next = to;
    }
    for (int64_t at = from; at < to; at++) {
        int64_t index = at - ledger->first;
        if (index >= 0 && (size_t)index < ledger->minutes) ledger->said[index] = verdict(ledger, minute);
    }
}

size_t minute_ledger_check(const minute_ledger *ledger, size_t open)
{
    size_t clean = 0, silent = 0;
    for (size_t i = 0; i < ledger->minutes; i++) {
        ts_candle candle;
        bool traded = has_candle(ledger, (ledger->first + (int64_t)i) * 60000, &candle);
        char said = ledger->said[i];
        if (said == 'w') fail_msg("minute %zu of %zu is clean and wrong", i, ledger->minutes);
        if (said == 'e' && traded) fail_msg("minute %zu of %zu is empty and had trades", i, ledger->minutes);
        if (said && said != 'd' && ledger->damaged[i]) fail_msg("minute %zu is damaged and clean", i);
        clean += said == 'b' || said == 'e';
        silent += !said;
    }
    if (silent > open) fail_msg("%zu minutes were never given out", silent);
    return clean;
}
