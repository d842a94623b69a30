#include "data/candles/csv_writer.h"

#include "common/clock.h"

#include <math.h>
#include <string.h>

static void put_whole(ts_strbuf *into, int64_t value)
{
    char digits[24];
    size_t at = sizeof digits;
    uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;
    do digits[--at] = (char)('0' + rest % 10);
    while (rest /= 10);
    if (value < 0) digits[--at] = '-';
    ts_strbuf_append(into, digits + at, sizeof digits - at);
}

/* A whole number of 10^-places; the division of two exact doubles is what a reader of the text will get. */
static bool put_decimal(ts_strbuf *into, double value)
{
    static const double ten[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8};
    enum { PLACES = sizeof ten / sizeof *ten };
    for (int places = 0; places < PLACES; places++) {
        double whole = rint(value * ten[places]);
        if (!(whole < 0x1p53)) return false;
        if (whole / ten[places] != value) continue;
        uint64_t unit = (uint64_t)ten[places], parts = (uint64_t)whole;
        put_whole(into, (int64_t)(parts / unit));
        if (!places) return true;
        char digits[PLACES + 1];
        uint64_t fraction = parts % unit;
        for (int i = places; i > 0; i--, fraction /= 10) digits[i] = (char)('0' + fraction % 10);
        digits[0] = '.';
        ts_strbuf_append(into, digits, (size_t)places + 1);
        return true;
    }
    return false;
}

static void put_time(ts_strbuf *into, int64_t time_ms, ts_time_unit unit)
{
    char text[TS_TIME_TEXT];
    if (unit == TS_UNIT_ISO) ts_strbuf_puts(into, ts_time_text(time_ms, text));
    else put_whole(into, unit == TS_UNIT_S ? time_ms / 1000 : time_ms);
}

void ts_candles_write_csv(const ts_series *series, size_t from, size_t to, ts_time_unit unit, ts_strbuf *into)
{
    bool whole_seconds = true;
    for (size_t bar = from; bar < to; bar++) whole_seconds = whole_seconds && series->time[bar] % 1000 == 0;
    if (unit == TS_UNIT_AUTO) unit = TS_UNIT_S;
    if (unit == TS_UNIT_S && !whole_seconds) unit = TS_UNIT_MS;
    ts_strbuf_puts(into, series->synthetic ? "time,open,high,low,close,volume,synthetic\n"
                                           : "time,open,high,low,close,volume\n");
    for (size_t bar = from; bar < to && !ts_strbuf_failed(into); bar++) {
        put_time(into, series->time[bar], unit);
        for (int c = 0; c < TS_COLUMNS; c++) {
            ts_strbuf_putc(into, ',');
            if (!put_decimal(into, series->column[c][bar])) ts_strbuf_real(into, series->column[c][bar], "");
        }
        ts_strbuf_puts(into, series->synthetic ? ",1\n" : "\n");
    }
}
