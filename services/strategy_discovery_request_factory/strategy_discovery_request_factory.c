/* strategy_discovery_request_factory: asks for every strategy on every window of every symbol, once for each new end of
 * its candles. */
#include "services/strategy_discovery_request_factory/asked.h"
#include "services/symbols/symbols.h"

#include "common/clock.h"
#include "common/duration.h"
#include "common/interval.h"
#include "common/log.h"
#include "common/memory.h"
#include "common/trace.h"
#include "data/bus/lag.h"
#include "data/bus/producer.h"
#include "data/cache/redis.h"
#include "data/candles/store.h"
#include "host/language/catalogue.h"
#include "host/report/result.h"
#include "services/messages/request.h"
#include "services/service/service.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WINDOWS_MOST = 60, SERIES_TEXT = 96 };

static const double flush_seconds = 60;

/* Minutes: the original platform's windows. */
#define WINDOWS "1597m,2584m,4181m,6765m,10946m,17711m,28657m,46368m,75025m,121393m"

typedef struct factory_settings {
    ts_service_settings service;
    ts_texts kafka;
    ts_secret_value redis;
    const char *topic, *group, *store, *exchange, *symbols, *interval, *windows, *strategies, *objective, *state;
    int64_t population, generations, evaluations, top, seed, min_trades, warmup;
    double fee, slippage, max_drawdown, expires, cycles;
    int search, fill, direction;
    /* opened */
    ts_bus_config config;
    ts_catalogue catalogue;
    const ts_strategy **chosen;
    size_t chosen_count;
    int64_t interval_ms, window[WINDOWS_MOST];
    size_t windows_count;
    ts_producer *producer;
    ts_asked asked;
    char what[TS_FINGERPRINT_TEXT]; /* is asked of every symbol */
} factory_settings;

#define AT(field) offsetof(factory_settings, field)

static const ts_setting table[] = {
    {"kafka", TS_SETTING_LIST, AT(kafka), NULL, 0, 0, NULL, "NAME=VALUE",
     "a property of librdkafka, such as bootstrap.servers=host:9092; again for more. KAFKA_BOOTSTRAP_SERVERS and so on "
     "in the environment say the same"},
    {"topic,KAFKA_TOPIC", TS_SETTING_TEXT, AT(topic), "strategy-discovery-requests", 0, 0, NULL, "TOPIC",
     "where requests go"},
    {"group", TS_SETTING_TEXT, AT(group), "backtest-consumer", 0, 0, NULL, "NAME", "who answers them"},
    {"cycles", TS_SETTING_REAL, AT(cycles), "2", 0, 1000, NULL, "N",
     "end with 75 when more than so many times the requests of a round are not answered; 0: never"},
    {"store", TS_SETTING_TEXT, AT(store), NULL, 0, 0, NULL, "DIR", "the candle store"},
    {"exchange", TS_SETTING_TEXT, AT(exchange), "local", 0, 0, NULL, "NAME", "within the store"},
    {"symbols", TS_SETTING_TEXT, AT(symbols), NULL, 0, 0, NULL, "A,B", "when Redis lists none"},
    {"interval", TS_SETTING_TEXT, AT(interval), "1m", 0, 0, NULL, "I", "of the candles"},
    {"windows", TS_SETTING_TEXT, AT(windows), WINDOWS, 0, 0, NULL, "7d,30d,...",
     "lengths of the windows, all up to the last candle"},
    {"warmup-bars", TS_SETTING_INT, AT(warmup), "1000", 0, 10000000, NULL, "N",
     "loaded before the longest window that fits"},
    {"strategies", TS_SETTING_TEXT, AT(strategies), "all", 0, 0, NULL, "all|A,B", "of the catalogue"},
    {"search", TS_SETTING_CHOICE, AT(search), "ga", 0, 0, TS_SEARCH_KINDS, NULL, "see tradestream discover"},
    {"population", TS_SETTING_INT, AT(population), "50", 2, 100000, NULL, "N", "of a genetic search"},
    {"generations", TS_SETTING_INT, AT(generations), "30", 0, 1e6, NULL, "N", "after the first"},
    {"evaluations", TS_SETTING_INT, AT(evaluations), NULL, 1, 1e9, NULL, "N",
     "most (default: those of all generations)"},
    {"top", TS_SETTING_INT, AT(top), "5", 1, 10000, NULL, "N", "winners of each request"},
    {"seed", TS_SETTING_INT, AT(seed), "1", 0, 9e15, NULL, "N", "the same seed finds the same winners"},
    {"objective", TS_SETTING_TEXT, AT(objective), "sharpe", 0, 0, NULL, "K[,K]", "see tradestream discover"},
    {"min-trades", TS_SETTING_INT, AT(min_trades), "30", 0, 1e9, NULL, "N", "a genome with fewer is no winner"},
    {"max-drawdown", TS_SETTING_REAL, AT(max_drawdown), "1", 0, 1, NULL, "X",
     "a genome with a larger one is no winner"},
    {"fill", TS_SETTING_CHOICE, AT(fill), "next_open", 0, 0, TS_FILLS, NULL, "where orders fill"},
    {"fee", TS_SETTING_REAL, AT(fee), "0.001", 0, 0.5, NULL, "F", "fraction of the traded value, each side"},
    {"slippage", TS_SETTING_REAL, AT(slippage), "0.0001", 0, 0.5, NULL, "F", "fraction of the price, each side"},
    {"direction", TS_SETTING_CHOICE, AT(direction), NULL, 0, 0, TS_DIRECTIONS, NULL, "(default: the strategy's own)"},
    {"expires-seconds", TS_SETTING_REAL, AT(expires), "600", 1, 31536000, NULL, "S",
     "later they are not answered any more"},
    {"state", TS_SETTING_TEXT, AT(state), NULL, 0, 0, NULL, "FILE",
     "remembers what was asked, so that a round without new candles asks nothing"},
    {0}};
static const ts_setting *const tables[] = {table, NULL};
static const ts_secret_setting secrets[] = {
    {"redis-url", AT(redis), "redis://[:PASSWORD@]HOST[:PORT][/DATABASE], for symbols", "REDIS_URL"}, {0}};

static int read_windows(factory_settings *s, ts_error *error)
{
    for (const char *part = s->windows;; part++) {
        size_t length = strcspn(part, ",");
        int64_t *window = &s->window[s->windows_count];
        if (s->windows_count == WINDOWS_MOST)
            return ts_fail(error, TS_BAD_CONFIG, "--windows: more than %d", WINDOWS_MOST);
        if (!ts_duration_parse(part, length, window) || !*window)
            return ts_fail(error, TS_BAD_CONFIG, "--windows: '%.*s': expected " TS_DURATION_EXAMPLES, (int)length,
                           part);
        s->windows_count++;
        part += length;
        if (!*part) return 0;
    }
}

static int choose_strategies(factory_settings *s, ts_error *error)
{
    if (ts_catalogue_load(NULL, &s->catalogue, error)) return -1;
    s->chosen = ts_alloc(s->catalogue.count + 1, sizeof(const ts_strategy *));
    if (!s->chosen) return ts_no_memory(error, "strategies");
    s->chosen_count = ts_catalogue_choose(&s->catalogue, s->strategies, s->chosen, error);
    return s->chosen_count ? 0 : -1;
}

static int open_all(void *settings, ts_error *error)
{
    factory_settings *s = settings;
    if (!s->store) return ts_fail(error, TS_BAD_CONFIG, "--store DIR is needed: the candle store");
    if (ts_interval_parse(s->interval, &s->interval_ms, error) || ts_exchange_check(s->exchange, error) ||
        ts_redis_settle(&s->redis.value, error) || read_windows(s, error) || choose_strategies(s, error) ||
        ts_asked_open(s->state, &s->asked, error) || ts_bus_config_read(&s->kafka, &s->config, error))
        return -1;
    s->producer = ts_producer_open(&s->config, "strategy_discovery_request_factory", error);
    return s->producer ? 0 : -1;
}

static void close_all(void *settings)
{
    factory_settings *s = settings;
    ts_producer_close(s->producer);
    ts_bus_config_clear(&s->config);
    ts_asked_close(&s->asked);
    free(s->chosen);
    ts_catalogue_clear(&s->catalogue);
}

/* What all requests of a symbol share. Windows of a symbol load from the same bar, so that they can be searched
 * together: the warm-up before the longest window, or the first candle there is. */
static ts_request request_of(const factory_settings *s, const char *symbol, const ts_store_summary *candles)
{
    int64_t end = candles->last_ms + s->interval_ms, longest = 0, load;
    for (size_t i = 0; i < s->windows_count; i++)
        if (s->window[i] > longest && end - s->window[i] >= candles->first_ms) longest = s->window[i];
    load = end - longest - s->warmup * s->interval_ms;
    ts_request request = {.interval_ms = s->interval_ms,
                          .load_from_ms = load > candles->first_ms ? load : candles->first_ms,
                          .end_ms = end,
                          .kind = (ts_search_kind)s->search,
                          .evaluations =
                              (uint64_t)(s->evaluations ? s->evaluations : s->population * (1 + s->generations)),
                          .population = (uint64_t)s->population,
                          .top = (uint64_t)s->top,
                          .generations = (uint64_t)s->generations,
                          .seed = (uint64_t)s->seed,
                          .min_trades = (uint64_t)s->min_trades,
                          .max_drawdown = s->max_drawdown,
                          .fill = (ts_fill)s->fill,
                          .fee = s->fee,
                          .slippage = s->slippage,
                          .direction = s->direction < 0 ? TS_REQUEST_OWN_DIRECTION : s->direction,
                          .expires_at_ms = ts_clock_now_ms() + (int64_t)(s->expires * 1000)};
    snprintf(request.exchange, sizeof request.exchange, "%s", s->exchange);
    snprintf(request.symbol, sizeof request.symbol, "%s", symbol);
    snprintf(request.objective, sizeof request.objective, "%s", s->objective);
    return request;
}

/* All that requests of one end of the candles can differ in: a change asks anew. */
static int fingerprint_what(factory_settings *s, ts_error *error)
{
    const ts_store_summary none = {0};
    ts_request request = request_of(s, "ANY-USD", &none);
    ts_json json = {.first = true};
    request.load_from_ms = request.start_ms = request.end_ms = request.expires_at_ms = 0;
    ts_request_json(&json, &request);
    ts_strbuf *text = &json.out;
    ts_strbuf_printf(text, " %s %" PRId64, s->topic, s->warmup);
    for (size_t i = 0; i < s->windows_count; i++) ts_strbuf_printf(text, " %" PRId64, s->window[i]);
    for (size_t i = 0; i < s->chosen_count; i++) ts_strbuf_printf(text, " %s", s->chosen[i]->name);
    bool failed = ts_strbuf_failed(text);
    if (!failed) ts_fingerprint_of(text->text, text->length, s->what);
    ts_strbuf_clear(text);
    return failed ? ts_no_memory(error, "settings") : 0;
}

static int publish(const factory_settings *s, ts_request *request, ts_error *error)
{
    char trace[TS_TRACE_TEXT];
    ts_json json = {.first = true};
    if (ts_request_id(request, error)) return -1;
    ts_request_json(&json, request);
    ts_bus_record record = {.topic = s->topic,
                            .partition = -1,
                            .key = request->symbol,
                            .key_size = strlen(request->symbol),
                            .value = json.out.text,
                            .value_size = json.out.length};
    ts_bus_record_header(&record, "message-id", request->request_id);
    ts_bus_record_header(&record, "content-type", "application/json");
    if (ts_trace_current()) ts_bus_record_header(&record, "traceparent", ts_trace_text(ts_trace_current(), trace));
    int status =
        ts_strbuf_failed(&json.out) ? ts_no_memory(error, "a request") : ts_producer_send(s->producer, &record, error);
    ts_strbuf_clear(&json.out);
    return status;
}

/* Every strategy on every window; a window that begins before the candles is asked, too, and answered as such. */
static int ask_symbol(const factory_settings *s, const char *symbol, const ts_store_summary *candles, ts_error *error)
{
    ts_request common = request_of(s, symbol, candles);
    for (size_t w = 0; w < s->windows_count; w++)
        for (size_t i = 0; i < s->chosen_count; i++) {
            ts_request request = common;
            request.start_ms = common.end_ms - s->window[w];
            if (request.load_from_ms > request.start_ms) request.load_from_ms = request.start_ms;
            snprintf(request.strategy, sizeof request.strategy, "%s", s->chosen[i]->name);
            if (publish(s, &request, error)) return -1;
        }
    return 0;
}

/* Nothing is remembered before Kafka has acknowledged it. *asked: requests sent. */
static int ask_and_remember(factory_settings *s, const char *symbol, size_t *asked, ts_error *error)
{
    char series[SERIES_TEXT];
    ts_store_key key = {.root = s->store, .interval_ms = s->interval_ms};
    ts_store_summary candles;
    snprintf(key.exchange, sizeof key.exchange, "%s", s->exchange);
    snprintf(key.symbol, sizeof key.symbol, "%s", symbol);
    snprintf(series, sizeof series, "%s/%s/%s", s->exchange, symbol, s->interval);
    if (ts_store_summarise(&key, &candles, error)) return -1;
    if (!candles.bars) {
        ts_log_warning("%s is left out: the store has no %s candles of it", symbol, s->interval);
        return 0;
    }
    if (ts_asked_has(&s->asked, series, candles.last_ms + s->interval_ms, s->what)) return 0;
    if (ask_symbol(s, symbol, &candles, error) || ts_producer_flush(s->producer, flush_seconds, error)) return -1;
    *asked += s->windows_count * s->chosen_count;
    return ts_asked_put(&s->asked, series, candles.last_ms + s->interval_ms, s->what, error);
}

static int check_lag(const factory_settings *s, size_t symbols, ts_error *error)
{
    int64_t behind;
    double most = s->cycles * (double)(symbols * s->windows_count * s->chosen_count);
    if (most <= 0) return 0;
    if (ts_bus_lag(&s->config, s->topic, s->group, &behind, error)) return -1;
    if ((double)behind <= most) return 0;
    return ts_fail(error, TS_RUN_AGAIN, "%" PRId64 " requests are not answered, more than %.0f: none is added", behind,
                   most);
}

static int once(void *settings, ts_error *error)
{
    factory_settings *s = settings;
    ts_symbols symbols;
    size_t asked = 0;
    double began = ts_clock_seconds();
    if (fingerprint_what(s, error) || ts_symbols_find(s->redis.value, s->symbols, &symbols, error)) return -1;
    int status = check_lag(s, symbols.count, error);
    for (size_t i = 0; i < symbols.count && !status && !ts_service_stopping(); i++)
        status = ask_and_remember(s, symbols.symbol[i], &asked, error);
    ts_log_event(TS_LOG_INFO, "requests sent", TS_INT("requests", (int64_t)asked),
                 TS_INT("symbols", (int64_t)symbols.count), TS_TEXT("from", symbols.from),
                 TS_REAL("seconds", ts_clock_seconds() - began));
    ts_symbols_clear(&symbols);
    return status;
}

int main(int argc, char **argv)
{
    static factory_settings settings;
    static const ts_service service = {.name = "strategy_discovery_request_factory",
                                       .summary = "Asks for searches: every strategy on every window of every symbol.",
                                       .settings = tables,
                                       .secrets = secrets,
                                       .into = &settings,
                                       .alone = true,
                                       .open = open_all,
                                       .close = close_all,
                                       .once = once};
    return ts_service_main(&service, argc, argv);
}
