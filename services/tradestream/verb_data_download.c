/* tradestream data download: candles of an exchange's REST interface into the store. May be broken off at any moment:
 * the same command goes on with what the store lacks. */
#define _GNU_SOURCE
#include "cluster/stop_signal.h"
#include "common/clock.h"
#include "common/interval.h"
#include "common/log.h"
#include "common/memory.h"
#include "common/module.h"
#include "data/candles/live.h"
#include "services/tradestream/download.h"
#include "services/tradestream/verb_data.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SYMBOLS_MOST = 10000 };

typedef struct options {
    const char *exchange, *symbols, *interval, *store, *url, *ca_file;
    int64_t from_ms, to_ms, attempts;
    double rate;
} options;

#define AT(field) offsetof(options, field)

static const ts_setting own_table[] = {
    {"exchange", TS_SETTING_TEXT, AT(exchange), NULL, 0, 0, NULL, "NAME",
     "coinbase, coinbase-exchange, binance or kraken; the store files the candles under this name"},
    {"symbols", TS_SETTING_TEXT, AT(symbols), NULL, 0, 0, NULL, "A,B,...", "such as BTC-USD,ETH-USD"},
    {"interval", TS_SETTING_TEXT, AT(interval), "1m", 0, 0, NULL, "I", "1m 5m 15m 1h 1d, or what else it has"},
    {"from", TS_SETTING_TIME, AT(from_ms), NULL, 0, 0, NULL, "TIME", "the first bar's, UTC"},
    {"to", TS_SETTING_TIME, AT(to_ms), NULL, 0, 0, NULL, "TIME",
     "the end, excluded (default: all bars that are closed by the exchange's clock)"},
    {"store", TS_SETTING_TEXT, AT(store), NULL, 0, 0, NULL, "DIR", "the candle store's folder"},
    {"rate", TS_SETTING_REAL, AT(rate), NULL, 0.001, 1e6, NULL, "N",
     "requests a second at most (default: what the exchange allows without a key)"},
    {"attempts", TS_SETTING_INT, AT(attempts), "8", 1, 100, NULL, "N", "for one page, with longer and longer waits"},
    {"url", TS_SETTING_TEXT, AT(url), NULL, 0, 0, NULL, "URL", "ask there instead of the exchange's own address"},
    {"ca-file", TS_SETTING_TEXT, AT(ca_file), NULL, 0, 0, NULL, "FILE",
     "PEM certificates to trust instead of the system's"},
    {0}};
static const ts_setting *const tables[] = {own_table, NULL};

typedef struct symbols {
    char (*symbol)[TS_SYMBOL_TEXT];
    size_t count;
} symbols;

static bool is_listed(const symbols *list, const char *symbol)
{
    for (size_t i = 0; i < list->count; i++)
        if (!strcmp(list->symbol[i], symbol)) return true;
    return false;
}

static int read_symbols(const char *text, symbols *list, ts_error *error)
{
    char copy[TS_SYMBOL_TEXT], symbol[TS_SYMBOL_TEXT];
    size_t most = 1;
    for (const char *at = text; *at; at++) most += *at == ',';
    if (most > SYMBOLS_MOST) return ts_fail(error, TS_USAGE, "--symbols: more than %d symbols", SYMBOLS_MOST);
    list->symbol = ts_alloc(most, sizeof *list->symbol);
    if (!list->symbol) return ts_no_memory(error, "symbols");
    for (const char *at = text;; at++) {
        size_t length = strcspn(at, ",");
        snprintf(copy, sizeof copy, "%.*s", length < sizeof copy ? (int)length : (int)sizeof copy - 1, at);
        if (ts_symbol_parse(copy, symbol, error)) return ts_error_context(error, "--symbols");
        if (!is_listed(list, symbol)) memcpy(list->symbol[list->count++], symbol, sizeof symbol);
        at += length;
        if (!*at) return 0;
    }
}

static int check(const options *o, ts_error *error)
{
    if (!o->exchange) return ts_fail(error, TS_USAGE, "--exchange NAME is needed: where the candles are asked for");
    if (!o->symbols) return ts_fail(error, TS_USAGE, "--symbols A,B,... is needed: such as BTC-USD,ETH-USD");
    if (!o->store) return ts_fail(error, TS_USAGE, "--store DIR is needed: the folder of the candle store");
    if (o->from_ms == INT64_MIN) return ts_fail(error, TS_USAGE, "--from TIME is needed: such as 2024-01-01");
    if (o->from_ms < 0) return ts_fail(error, TS_USAGE, "--from: expected a time since 1970");
    if (o->to_ms != INT64_MIN && o->to_ms <= o->from_ms) return ts_fail(error, TS_USAGE, "--to is not after --from");
    return 0;
}

/* Sleeps until somebody wants an end; true then. */
static bool wait_or_stop(double seconds)
{
    double until = ts_clock_seconds() + seconds, left;
    while (!ts_stop_signal_came() && (left = until - ts_clock_seconds()) > 0) {
        if (left > 0.05) left = 0.05;
        nanosleep(&(struct timespec){.tv_nsec = (long)(left * 1e9)}, NULL);
    }
    return ts_stop_signal_came();
}

static int64_t round_up(int64_t time_ms, int64_t interval_ms)
{
    return time_ms + (interval_ms - time_ms % interval_ms) % interval_ms;
}

/* From the first to the last bar that is both asked for and closed. */
static void set_range(options *o, const ts_download *download, int64_t interval_ms)
{
    ts_error unseen = {0};
    int64_t now = download->rest->clock(download->source, &unseen);
    int64_t closed = ts_download_closed(now ? now : ts_clock_now_ms(), interval_ms);
    o->from_ms = round_up(o->from_ms, interval_ms);
    if (o->to_ms == INT64_MIN || o->to_ms > closed) o->to_ms = closed;
    else o->to_ms -= o->to_ms % interval_ms;
}

static void tell(const ts_store_key *key, const options *o, const ts_downloaded *done)
{
    char from[TS_TIME_TEXT], to[TS_TIME_TEXT];
    printf("%s %s: %s to %s, %" PRId64 " bars already there, %zu added, %" PRId64 " that %s does not have\n",
           key->symbol, o->interval, ts_time_text(o->from_ms, from), ts_time_text(o->to_ms, to), done->held,
           done->added, done->absent, key->exchange);
    fflush(stdout);
}

/* A symbol that the exchange does not know does not keep the others from coming; the first such error is told last. */
static int download_all(ts_download *download, const options *o, int64_t interval_ms, const symbols *list,
                        ts_error *error)
{
    ts_store_key key = {.root = o->store, .interval_ms = interval_ms};
    snprintf(key.exchange, sizeof key.exchange, "%s", o->exchange);
    download->of = list->count;
    for (size_t i = 0; i < list->count; i++) {
        ts_error why = {0};
        ts_downloaded done;
        memcpy(key.symbol, list->symbol[i], sizeof key.symbol);
        download->series = i + 1;
        ts_download_series(download, &key, o->from_ms, o->to_ms, &done, &why);
        if (!why.code || done.added) tell(&key, o, &done);
        if (!why.code) continue;
        if (why.code == TS_BAD_DATA && i + 1 < list->count && !error->code) ts_log_warning("%s", why.text);
        ts_fail(error, why.code, "%s", why.text);
        if (why.code != TS_BAD_DATA) break;
    }
    if (error->code == TS_RUN_AGAIN || error->code == TS_UNAVAILABLE)
        ts_error_context(error, "what came is kept, the same command goes on");
    return error->code ? -1 : 0;
}

static int download_with(const ts_candle_module *rest, options *o, int64_t interval_ms, const symbols *list,
                         ts_error *error)
{
    const ts_candle_source_settings settings = {.exchange = o->exchange,
                                                .url = o->url,
                                                .ca_file = o->ca_file,
                                                .per_second = isnan(o->rate) ? 0 : o->rate,
                                                .attempts = (unsigned)o->attempts,
                                                .seed = (uint64_t)ts_clock_now_ms(),
                                                .wait = wait_or_stop};
    ts_download download = {.rest = rest, .stop = ts_stop_signal_came};
    ts_live_report report;
    download.source = rest->open(&settings, error);
    if (!download.source) return -1;
    ts_stop_signal_watch();
    ts_live *live = ts_live_open(o->store, o->exchange, "tradestream data download", &report, error);
    int status = live ? 0 : -1;
    if (live) set_range(o, &download, interval_ms);
    if (live && o->from_ms >= o->to_ms) status = ts_fail(error, TS_USAGE, "no bar since --from is closed yet");
    if (!status) status = download_all(&download, o, interval_ms, list, error);
    ts_live_close(live);
    rest->close(download.source);
    return status;
}

static int run(int argc, char **argv, ts_error *error)
{
    options o = {0};
    symbols list = {0};
    ts_error why = {0};
    int64_t interval_ms;
    if (ts_settings_read_all(tables, &o, argc, argv, NULL, error) || check(&o, error) ||
        ts_interval_parse(o.interval, &interval_ms, error))
        return -1;
    const ts_candle_module *rest = ts_module_load(TS_CANDLE_MODULE, TS_CANDLE_SYMBOL, false, &why);
    if (!rest)
        return ts_fail(error, TS_UNAVAILABLE,
                       "what asks exchanges cannot be loaded: %s. It needs libcurl and a TradeStream built where its "
                       "development files were (Debian: libcurl4-openssl-dev)",
                       why.text);
    int status = read_symbols(o.symbols, &list, error);
    if (!status) status = download_with(rest, &o, interval_ms, &list, error);
    free(list.symbol);
    return status;
}

const ts_verb ts_verb_data_download = {
    .name = "download",
    .summary = "Candles of an exchange into the store: what it lacks, no key needed; may be broken off and repeated.",
    .settings = tables,
    .run = run};
