#include "data/influx/line.h"

#include "common/interval.h"

#include <inttypes.h>
#include <string.h>

static const char *const fields[TS_COLUMNS] = {"open", "high", "low", "close", "volume"};

/* In tags a comma, a blank and = have a \ before them. A \ itself cannot be escaped. */
static void put_tag(ts_strbuf *out, const char *name, const char *value)
{
    ts_strbuf_printf(out, ",%s=", name);
    for (; *value; value++) {
        if (strchr(", =", *value)) ts_strbuf_putc(out, '\\');
        ts_strbuf_putc(out, *value);
    }
}

static void put_field(ts_strbuf *out, const char *name, double value)
{
    ts_strbuf_printf(out, "%s=", name);
    size_t begins = out->length;
    ts_strbuf_real(out, value, "0");
    if (!ts_strbuf_failed(out) && !strpbrk(out->text + begins, ".eE")) ts_strbuf_puts(out, ".0");
}

void ts_line_put(ts_strbuf *out, const ts_store_key *series, const ts_candle *candle)
{
    char pair[TS_SYMBOL_TEXT];
    size_t i = 0;
    for (; series->symbol[i]; i++) pair[i] = series->symbol[i] == '-' ? '/' : series->symbol[i];
    pair[i] = '\0';
    ts_strbuf_puts(out, TS_LINE_MEASUREMENT);
    put_tag(out, "currency_pair", pair);
    put_tag(out, "exchange", series->exchange);
    put_tag(out, "interval", ts_interval_text(series->interval_ms));
    put_tag(out, "symbol", series->symbol);
    for (int c = 0; c < TS_COLUMNS; c++) {
        ts_strbuf_putc(out, c ? ',' : ' ');
        put_field(out, fields[c], candle->value[c]);
    }
    ts_strbuf_printf(out, " %" PRId64 "\n", candle->time);
}
