/* top_crypto_updater: the largest coins by CoinMarketCap that the exchange trades, into Redis, for those who take
 * candles in and ask for searches. A list that is good is only ever replaced by another that is. */
#include "services/top_crypto_updater/coins.h"
#include "services/top_crypto_updater/products.h"

#include "common/clock.h"
#include "common/json.h"
#include "common/log.h"
#include "common/memory.h"
#include "data/cache/redis.h"
#include "data/http/http_client.h"
#include "ingest/backoff.h"
#include "services/service/service.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ANSWER_LIMIT = 16 << 20, ATTEMPTS = 4, URL = 1024 };

static const double request_seconds = 30, longest_pause = 60;

typedef struct updater_settings {
    ts_service_settings service;
    ts_secret_value key, redis;
    const char *cmc_url, *exchange_url, *exchange, *quote, *ca_file;
    int64_t count, listings, least;
    ts_fetcher *client;
    ts_backoff backoff;
} updater_settings;

/* What is found out in a round. */
typedef struct ranking {
    ts_coins coins;
    ts_products products;
    const ts_coin **chosen;
    size_t count;
} ranking;

#define AT(field) offsetof(updater_settings, field)

static const ts_setting table[] = {
    {"cmc-url", TS_SETTING_TEXT, AT(cmc_url), "https://pro-api.coinmarketcap.com", 0, 0, NULL, "URL",
     "of CoinMarketCap"},
    {"exchange-url", TS_SETTING_TEXT, AT(exchange_url), "https://api.coinbase.com", 0, 0, NULL, "URL",
     "of Coinbase Advanced Trade"},
    {"exchange", TS_SETTING_TEXT, AT(exchange), "coinbase", 0, 0, NULL, "NAME", "what the lists call the exchange"},
    {"quote", TS_SETTING_TEXT, AT(quote), "USD", 0, 0, NULL, "CODE", "against which coins are traded"},
    {"count", TS_SETTING_INT, AT(count), "20", 1, 1000, NULL, "N", "most symbols of the lists"},
    {"listings", TS_SETTING_INT, AT(listings), "100", 1, 5000, NULL, "N", "coins to ask for, largest first"},
    {"least", TS_SETTING_INT, AT(least), "5", 1, 1000, NULL, "N",
     "with fewer symbols the lists in Redis stay as they are"},
    {"ca-file", TS_SETTING_TEXT, AT(ca_file), NULL, 0, 0, NULL, "FILE",
     "authorities for TLS, PEM (default: the system's)"},
    {0}};
static const ts_setting *const tables[] = {table, NULL};
static const ts_secret_setting secrets[] = {
    {"cmc-api-key", AT(key), "of CoinMarketCap", "CMC_API_KEY"},
    {"redis-url", AT(redis), "redis://[:PASSWORD@]HOST[:PORT][/DATABASE]", "REDIS_URL"},
    {0}};

enum { SYMBOLS, UPDATED };
static const ts_meter meters[] = {
    [SYMBOLS] = {"tradestream_top_symbols", TS_GAUGE, NULL, NULL, "Symbols of the lists as they were written last."},
    [UPDATED] = {"tradestream_top_updated_timestamp_seconds", TS_GAUGE, NULL, NULL, "When they were written last."},
    {0}};

static int open_all(void *settings, ts_error *error)
{
    updater_settings *s = settings;
    if (!s->key.value)
        return ts_fail(error, TS_BAD_CONFIG, "no key for CoinMarketCap: CMC_API_KEY, or --cmc-api-key-file");
    if (ts_redis_settle(&s->redis.value, error)) return -1;
    if (!s->redis.value) return ts_fail(error, TS_BAD_CONFIG, "no Redis: REDIS_URL, or --redis-url-file");
    if (strpbrk(s->key.value, "\r\n"))
        return ts_fail(error, TS_BAD_CONFIG, "the key for CoinMarketCap has several lines");
    s->backoff = ts_backoff_make(1, longest_pause, (uint64_t)ts_clock_now_ms(), 0);
    s->client = ts_fetcher_new(error);
    return s->client ? 0 : -1;
}

static void close_all(void *settings) { ts_fetcher_free(((updater_settings *)settings)->client); }

/* 0: a whole answer; otherwise *pause says whether and when to try again, below 0: never. */
static int fetch(updater_settings *s, const char *url, const char *const *headers, ts_fetch_answer *answer,
                 double *pause, ts_error *error)
{
    const ts_fetch_request request = {.method = "GET",
                                      .url = url,
                                      .headers = headers,
                                      .seconds = request_seconds,
                                      .limit = ANSWER_LIMIT,
                                      .ca_file = s->ca_file};
    *pause = -1;
    if (ts_fetch(s->client, &request, answer, error)) {
        if (error->code == TS_UNAVAILABLE) *pause = 0;
        return -1;
    }
    if (answer->status == 200) return 0;
    bool key = answer->status >= 401 && answer->status <= 403;
    if (answer->status == 429 || answer->status >= 500) *pause = ts_fetch_retry_seconds(answer, ts_clock_now_ms());
    return ts_fail(error, key ? TS_BAD_CONFIG : TS_UNAVAILABLE, "the answer is %d%s", answer->status,
                   key ? ": the key is refused, or may not ask this" : "");
}

static int fetch_patiently(updater_settings *s, const char *url, const char *const *headers, ts_fetch_answer *answer,
                           ts_error *error)
{
    for (int attempt = 1;; attempt++) {
        ts_error why = {0};
        double pause;
        if (!fetch(s, url, headers, answer, &pause, &why)) {
            ts_backoff_reset(&s->backoff);
            return 0;
        }
        if (pause < 0 || attempt == ATTEMPTS) return ts_fail(error, why.code, "%s", why.text);
        if (pause == 0) pause = ts_backoff_next(&s->backoff);
        if (ts_service_wait(pause < longest_pause ? pause : longest_pause))
            return ts_fail(error, TS_RUN_AGAIN, "asked to end: the lists are as they were");
    }
}

static int ask_for_coins(updater_settings *s, ranking *r, ts_error *error)
{
    char url[URL], key[512];
    const char *const headers[] = {key, "Accept: application/json", NULL};
    ts_fetch_answer answer = {0};
    snprintf(url, sizeof url, "%s/v1/cryptocurrency/listings/latest?start=1&limit=%d&convert=USD&sort=market_cap",
             s->cmc_url, (int)s->listings);
    snprintf(key, sizeof key, "X-CMC_PRO_API_KEY: %s", s->key.value);
    int status = fetch_patiently(s, url, headers, &answer, error);
    if (!status) status = ts_coins_read(answer.body.text, answer.body.length, &r->coins, error);
    ts_fetch_answer_clear(&answer);
    return status ? ts_error_context(error, "CoinMarketCap's listings") : 0;
}

static int ask_for_products(updater_settings *s, ranking *r, ts_error *error)
{
    char url[URL];
    ts_fetch_answer answer = {0};
    snprintf(url, sizeof url, "%s/api/v3/brokerage/market/products", s->exchange_url);
    int status = fetch_patiently(s, url, NULL, &answer, error);
    if (!status) status = ts_products_read(answer.body.text, answer.body.length, s->quote, &r->products, error);
    ts_fetch_answer_clear(&answer);
    return status ? ts_error_context(error, "the exchange's products") : 0;
}

static bool is_chosen(const ranking *r, const char *code)
{
    for (size_t i = 0; i < r->count; i++)
        if (!strcmp(r->chosen[i]->code, code)) return true;
    return false;
}

/* Of coins with the same code the largest is meant. */
static int choose(const updater_settings *s, ranking *r, ts_error *error)
{
    r->chosen = ts_alloc(r->coins.count + 1, sizeof(const ts_coin *));
    if (!r->chosen) return ts_no_memory(error, "coins");
    for (size_t i = 0; i < r->coins.count && r->count < (size_t)s->count; i++) {
        const ts_coin *coin = &r->coins.coin[i];
        char symbol[2 * TS_SYMBOL_TEXT];
        snprintf(symbol, sizeof symbol, "%s-%s", coin->code, s->quote);
        if (coin->stable || is_chosen(r, coin->code) || !ts_products_have(&r->products, symbol)) continue;
        r->chosen[r->count++] = coin;
    }
    if (r->count >= (size_t)s->least) return 0;
    return ts_fail(error, TS_BAD_DATA, "%zu coins are left, fewer than %d: the lists stay as they are", r->count,
                   (int)s->least);
}

/* ["btcusd", ...] */
static void write_names(const updater_settings *s, const ranking *r, ts_json *json)
{
    ts_json_array(json, NULL);
    for (size_t i = 0; i < r->count; i++) {
        char name[2 * TS_SYMBOL_TEXT];
        snprintf(name, sizeof name, "%s%s", r->chosen[i]->code, s->quote);
        for (char *at = name; *at; at++) *at = (char)tolower((unsigned char)*at);
        ts_json_text(json, NULL, name);
    }
    ts_json_array_end(json);
}

static void write_symbols(const updater_settings *s, const ranking *r, ts_json *json)
{
    ts_json_array(json, NULL);
    for (size_t i = 0; i < r->count; i++) {
        char symbol[2 * TS_SYMBOL_TEXT];
        snprintf(symbol, sizeof symbol, "%s-%s", r->chosen[i]->code, s->quote);
        ts_json_object(json, NULL);
        ts_json_text(json, "symbol", symbol);
        ts_json_text(json, "exchange", s->exchange);
        ts_json_int(json, "rank", r->chosen[i]->rank);
        ts_json_int(json, "cmc_id", r->chosen[i]->id);
        ts_json_object_end(json);
    }
    ts_json_array_end(json);
}

static int publish(const updater_settings *s, const ranking *r, ts_error *error)
{
    ts_json names = {.first = true, .compact = true}, symbols = {.first = true, .compact = true};
    write_names(s, r, &names);
    write_symbols(s, r, &symbols);
    const ts_redis_pair pairs[] = {{"top_cryptocurrencies", names.out.text}, {"tradestream:symbols", symbols.out.text}};
    bool failed = ts_strbuf_failed(&names.out) || ts_strbuf_failed(&symbols.out);
    int status = failed ? ts_no_memory(error, "the lists") : ts_redis_set(s->redis.value, pairs, 2, error);
    ts_strbuf_clear(&names.out), ts_strbuf_clear(&symbols.out);
    return status;
}

static int update(void *settings, ts_error *error)
{
    updater_settings *s = settings;
    ranking r = {0};
    int status =
        ask_for_coins(s, &r, error) || ask_for_products(s, &r, error) || choose(s, &r, error) || publish(s, &r, error);
    if (!status) {
        ts_meter_set(&meters[SYMBOLS], (double)r.count, NULL);
        ts_meter_set(&meters[UPDATED], (double)ts_clock_now_ms() / 1000, NULL);
        ts_log_event(TS_LOG_INFO, "lists written", TS_INT("symbols", (int64_t)r.count),
                     TS_INT("coins", (int64_t)r.coins.count), TS_INT("products", (int64_t)r.products.count),
                     TS_INT("passed_over", (int64_t)r.coins.passed_over), TS_TEXT("first", r.chosen[0]->code));
    }
    free(r.coins.coin), free(r.products.symbol), free(r.chosen);
    return status ? -1 : 0;
}

int main(int argc, char **argv)
{
    static updater_settings settings;
    static const ts_service service = {.name = "top_crypto_updater",
                                       .summary = "Writes the largest coins that the exchange trades to Redis.",
                                       .settings = tables,
                                       .secrets = secrets,
                                       .into = &settings,
                                       .meters = meters,
                                       .open = open_all,
                                       .close = close_all,
                                       .patient = true,
                                       .once = update};
    return ts_service_main(&service, argc, argv);
}
