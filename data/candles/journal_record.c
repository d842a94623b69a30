#define _POSIX_C_SOURCE 200809L
#include "data/candles/journal_record.h"

#include "common/interval.h"
#include "data/candles/candle_rules.h"

#include <string.h>

enum { AT_FLAGS = 4, AT_INTERVAL = 8, AT_TIME = 16, AT_VALUES = 24, AT_SYMBOL = 64, SYMBOL = 48, AT_SUM = 120 };
static const uint32_t MAGIC = 0x314a5354; /* "TSJ1" */

_Static_assert(AT_SYMBOL + SYMBOL <= AT_SUM && AT_SUM + 8 == TS_JOURNAL_RECORD, "the layout of a record");
_Static_assert(TS_SYMBOL_TEXT <= SYMBOL, "symbols fit");

static void put(unsigned char *at, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++) at[i] = (unsigned char)(value >> (8 * i));
}

static uint64_t take(const unsigned char *at, int bytes)
{
    uint64_t value = 0;
    for (int i = 0; i < bytes; i++) value |= (uint64_t)at[i] << (8 * i);
    return value;
}

void ts_journal_encode(const ts_live_bar *bar, unsigned char bytes[TS_JOURNAL_RECORD])
{
    memset(bytes, 0, TS_JOURNAL_RECORD);
    put(bytes, MAGIC, 4);
    put(bytes + AT_FLAGS, (uint64_t)bar->origin, 4);
    put(bytes + AT_INTERVAL, (uint64_t)bar->interval_ms, 8);
    put(bytes + AT_TIME, (uint64_t)bar->candle.time, 8);
    for (int c = 0; c < TS_COLUMNS; c++) {
        uint64_t bits;
        memcpy(&bits, &bar->candle.value[c], sizeof bits);
        put(bytes + AT_VALUES + 8 * c, bits, 8);
    }
    memcpy(bytes + AT_SYMBOL, bar->symbol, strnlen(bar->symbol, TS_SYMBOL_TEXT - 1));
    put(bytes + AT_SUM, ts_checksum(bytes, AT_SUM), 8);
}

bool ts_journal_decode(const unsigned char bytes[TS_JOURNAL_RECORD], ts_live_bar *bar)
{
    char parsed[TS_SYMBOL_TEXT];
    ts_error why = {0};
    if (take(bytes, 4) != MAGIC || take(bytes + AT_SUM, 8) != ts_checksum(bytes, AT_SUM)) return false;
    *bar = (ts_live_bar){.interval_ms = (int64_t)take(bytes + AT_INTERVAL, 8),
                         .candle.time = (int64_t)take(bytes + AT_TIME, 8),
                         .origin = take(bytes + AT_FLAGS, 4) ? TS_FROM_REST : TS_FROM_TRADES};
    for (int c = 0; c < TS_COLUMNS; c++) {
        uint64_t bits = take(bytes + AT_VALUES + 8 * c, 8);
        memcpy(&bar->candle.value[c], &bits, sizeof bits);
    }
    memcpy(bar->symbol, bytes + AT_SYMBOL, TS_SYMBOL_TEXT - 1);
    return ts_interval_text(bar->interval_ms) && !ts_symbol_parse(bar->symbol, parsed, &why) &&
           !strcmp(parsed, bar->symbol) && !ts_candle_check(&bar->candle, &why);
}
