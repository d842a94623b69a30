/* From requests to rows, against a real broker and a real database: every request gets its winners, which are those of
 * `discover`, and one outcome; each is stored once, whoever is killed on the way; what is no message becomes a dead
 * letter. */
#define _GNU_SOURCE
#include "data/bus/consumer.h"
#include "data/bus/producer.h"
#include "data/bus/topics.h"
#include "services/messages/answer.h"
#include "services/messages/request.h"

#include "common/clock.h"
#include "common/memory.h"
#include "common/philox.h"
#include "common/safe_file.h"
#include "tests/shell.h"
#include "tests/soak.h"
#include "tests/temporary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define STACK    TS_SOURCE_DIR "/tests/stack/"
#define STORING  "'" TS_BINARY_DIR "/bin/strategy_consumer' "
#define CONSUMER "'" TS_BINARY_DIR "/bin/backtest_consumer' "

enum {
    MINUTE = 60000,
    BARS = 4000,
    STRATEGIES = 5,
    WINDOWS = 3,
    SYMBOLS = 2,
    REQUESTS = STRATEGIES * WINDOWS * SYMBOLS
};

static const char *const strategies[STRATEGIES] = {"ADX_DMI", "SMA_RSI", "PIVOT", "MACD_CROSSOVER",
                                                   "RSI_EMA_CROSSOVER"};
static const char *const symbols[SYMBOLS] = {"AAA-USD", "BBB-USD"};
static const int64_t back[WINDOWS] = {1000, 3000, 5000}; /* bars; the last are more than there are */

static ts_bus_config config;
static ts_request request[REQUESTS];
static int64_t end_ms;

static int make_store(void)
{
    for (int i = 0; i < SYMBOLS; i++)
        if (shell(TRADESTREAM "data generate --seed %d --bars %d --symbol %s --store '%s'", i + 1, BARS, symbols[i],
                  ts_temporary("store")))
            return -1;
    return 0;
}

static int make_requests(ts_error *error)
{
    int64_t first;
    if (ts_time_parse("2020-01-01", &first, error)) return -1;
    end_ms = first + (int64_t)BARS * MINUTE;
    for (int i = 0; i < REQUESTS; i++) {
        ts_request *r = &request[i];
        *r = (ts_request){.interval_ms = MINUTE,
                          .load_from_ms = first,
                          .start_ms = end_ms - back[i % WINDOWS] * MINUTE,
                          .end_ms = end_ms,
                          .kind = TS_SEARCH_GA,
                          .evaluations = 100,
                          .population = 10,
                          .generations = 3,
                          .top = 3,
                          .seed = 1,
                          .objective = "sharpe",
                          .min_trades = 1,
                          .max_drawdown = 1,
                          .fee = 0.001,
                          .slippage = 0.0001,
                          .direction = TS_REQUEST_OWN_DIRECTION,
                          .expires_at_ms = ts_clock_now_ms() + 3600000};
        if (r->start_ms < r->load_from_ms) r->load_from_ms = r->start_ms;
        snprintf(r->exchange, sizeof r->exchange, "local");
        snprintf(r->symbol, sizeof r->symbol, "%s", symbols[i / WINDOWS / STRATEGIES]);
        snprintf(r->strategy, sizeof r->strategy, "%s", strategies[i / WINDOWS % STRATEGIES]);
        if (ts_request_id(r, error)) return -1;
    }
    return 0;
}

static int open_stack(void **state)
{
    ts_error error = {0};
    ts_strbuf text = {0};
    if (ts_temporary_make(state) || make_store() || make_requests(&error)) return -1;
    if (shell(STACK "up '%s' postgres kafka", ts_temporary("stack"))) {
        print_message("no servers: %s\n", shell_err);
        return 0;
    }
    if (ts_file_read(ts_temporary("stack/env"), 4096, &text, &error)) return -1;
    char *rest = text.text;
    for (char *line, *value; (line = strtok_r(rest, "\n", &rest)) && (value = strchr(line, '='));) {
        *value = '\0';
        setenv(line, value + 1, 1);
    }
    if (shell(TRADESTREAM "migrate up")) return -1;
    setenv("KAFKA_SESSION_TIMEOUT_MS", "1500", 1);
    setenv("KAFKA_HEARTBEAT_INTERVAL_MS", "300", 1);
    ts_strbuf_clear(&text);
    return ts_bus_config_read(NULL, &config, &error);
}

static int close_stack(void **state)
{
    ts_bus_config_clear(&config);
    shell(STACK "down '%s'", ts_temporary("stack"));
    return ts_temporary_remove(state);
}

static void make_topics(const char *name)
{
    ts_error error = {0};
    bool existed[4];
    char names[4][64];
    if (!config.count) skip();
    snprintf(names[0], sizeof names[0], "%s", name);
    snprintf(names[1], sizeof names[1], "%s.dlq", name);
    snprintf(names[2], sizeof names[2], "%s-answers", name);
    snprintf(names[3], sizeof names[3], "%s-answers.dlq", name);
    const ts_topic topics[] = {{names[0], 4, 86400000, 4 << 20},
                               {names[1], 1, 86400000, 5 << 20},
                               {names[2], 4, 86400000, 4 << 20},
                               {names[3], 1, 86400000, 5 << 20}};
    if (ts_topics_create(&config, topics, 4, existed, &error)) fail_msg("%s", error.text);
}

static void send_text(ts_producer *to, const char *topic, const char *key, const char *text, size_t length)
{
    ts_error error = {0};
    const ts_bus_record record = {
        .topic = topic, .partition = -1, .key = key, .key_size = strlen(key), .value = text, .value_size = length};
    if (ts_producer_send(to, &record, &error)) fail_msg("%s", error.text);
}

static void send_request(ts_producer *to, const char *topic, const ts_request *r)
{
    ts_json json = {.first = true};
    ts_request_json(&json, r);
    send_text(to, topic, r->symbol, json.out.text, json.out.length);
    ts_strbuf_clear(&json.out);
}

static void send_all(const char *topic, void (*more)(ts_producer *to, const char *topic))
{
    ts_error error = {0};
    ts_producer *to = ts_producer_open(&config, "test", &error);
    if (!to) fail_msg("%s", error.text);
    for (int i = 0; i < REQUESTS; i++) send_request(to, topic, &request[i]);
    if (more) more(to, topic);
    if (ts_producer_flush(to, 30, &error)) fail_msg("%s", error.text);
    ts_producer_close(to);
}

static const char *consume(const char *topic, const char *options)
{
    static char command[2048];
    snprintf(command, sizeof command,
             CONSUMER
             "--once --idle 4 --requests-topic %s --answers-topic %s-answers --group %s --store '%s' --work '%s' "
             "--threads 1 %s",
             topic, topic, topic, ts_temporary("store"), ts_temporary("work"), options);
    return command;
}

/* All that is in a topic, key and value, one after the other; the caller counts. */
typedef struct read_all {
    ts_strbuf text; /* values, each ended by a line end */
    size_t count;
} read_all;

static read_all read_topic(const char *topic, size_t most)
{
    ts_error error = {0};
    read_all all = {.count = 0};
    char group[64];
    static int reader;
    snprintf(group, sizeof group, "reader-%d", ++reader);
    const ts_consumer_settings settings = {
        .name = "test", .group = group, .topics = &topic, .topics_count = 1, .waiting = 1000};
    ts_consumer *from = ts_consumer_open(&config, &settings, &error);
    if (!from) fail_msg("%s", error.text);
    for (double last = ts_clock_seconds(); all.count < most && ts_clock_seconds() - last < 5;) {
        ts_bus_batch batch;
        if (ts_consumer_receive(from, 500, 0.5, &batch, &error)) fail_msg("%s", error.text);
        if (batch.count) last = ts_clock_seconds();
        for (size_t i = 0; i < batch.count; i++) {
            ts_strbuf_append(&all.text, batch.record[i].value, batch.record[i].value_size);
            ts_strbuf_putc(&all.text, '\n');
        }
        all.count += batch.count;
        ts_bus_batch_clear(&batch);
    }
    ts_consumer_close(from);
    return all;
}

static int find_request(const char *id)
{
    for (int i = 0; i < REQUESTS; i++)
        if (!strcmp(request[i].request_id, id)) return i;
    return -1;
}

/* Read the answers; returns how many requests have an outcome. What comes twice must be the same. */
typedef struct tally {
    ts_outcome_message outcome[REQUESTS];
    bool answered[REQUESTS];
    size_t winners[REQUESTS], outcomes, others;
    char ids[REQUESTS][8][TS_FINGERPRINT_TEXT];
    ts_strbuf lines; /* of the distinct winners, as `discover` writes them */
} tally;

static void count_winner(tally *t, const ts_answer *answer, const char *text)
{
    int i = find_request(answer->discovered.ids.request_id);
    assert_true(i >= 0);
    for (size_t w = 0; w < t->winners[i]; w++)
        if (!strcmp(t->ids[i][w], answer->discovered.ids.result_id)) return;
    assert_true(t->winners[i] < 8);
    memcpy(t->ids[i][t->winners[i]++], answer->discovered.ids.result_id, TS_FINGERPRINT_TEXT);
    const char *line = strstr(text, "\"result\": ");
    assert_non_null(line);
    ts_strbuf_append(&t->lines, line + 10, strlen(line + 10) - 1);
    ts_strbuf_putc(&t->lines, '\n');
}

static void count_outcome(tally *t, const ts_answer *answer)
{
    int i = find_request(answer->outcome.request_id);
    t->outcomes++;
    if (i < 0) {
        t->others++;
        return;
    }
    if (t->answered[i]) assert_memory_equal(&t->outcome[i], &answer->outcome, sizeof answer->outcome);
    t->outcome[i] = answer->outcome;
    t->answered[i] = true;
}

static tally count_answers(const read_all *all)
{
    tally t = {.outcomes = 0};
    for (char *line = all->text.text, *end; line && (end = strchr(line, '\n')); line = end + 1) {
        ts_answer answer;
        ts_error error = {0};
        *end = '\0';
        if (ts_answer_parse(line, (size_t)(end - line), &answer, &error)) fail_msg("%s: %s", error.text, line);
        if (answer.kind == TS_MESSAGE_DISCOVERED) count_winner(&t, &answer, line);
        else count_outcome(&t, &answer);
        ts_answer_clear(&answer);
    }
    for (int i = 0; i < REQUESTS; i++) {
        if (!t.answered[i]) fail_msg("%s of %s has no outcome", request[i].strategy, request[i].symbol);
        assert_int_equal(t.outcome[i].winners, t.winners[i]);
        assert_int_equal(t.outcome[i].status == TS_OUTCOME_INSUFFICIENT_CANDLES, i % WINDOWS == 2);
    }
    return t;
}

static int by_text(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

/* The lines in order. */
static char *sorted(const char *text)
{
    size_t count = 0;
    char *copy = strdup(text), *line[4096], *rest = copy;
    for (char *each; (each = strtok_r(rest, "\n", &rest)) && count < 4096;) line[count++] = each;
    qsort(line, count, sizeof *line, by_text);
    ts_strbuf out = {0};
    for (size_t i = 0; i < count; i++) ts_strbuf_printf(&out, "%s\n", line[i]);
    free(copy);
    return out.text;
}

/* The winners of `discover` for all that was requested, each request a run of its own. */
static char *expected_lines(void)
{
    ts_strbuf all = {0};
    char load[TS_TIME_TEXT], from[TS_TIME_TEXT], to[TS_TIME_TEXT];
    for (int i = 0; i < REQUESTS; i++) {
        const ts_request *r = &request[i];
        if (i % WINDOWS == 2) continue;
        int rc =
            shell(TRADESTREAM "discover --store '%s' --symbols %s --interval 1m --load-from %s --from %s --to %s "
                              "--strategies %s --search ga --evaluations 100 --population 10 --generations 3 --top 3 "
                              "--seed 1 --min-trades 1 --format jsonl",
                  ts_temporary("store"), r->symbol, ts_time_text(r->load_from_ms, load),
                  ts_time_text(r->start_ms, from), ts_time_text(r->end_ms, to), r->strategy);
        shell_expect(rc, 0, "");
        ts_strbuf_puts(&all, shell_out);
    }
    char *lines = sorted(all.text);
    ts_strbuf_clear(&all);
    return lines;
}

static char *expected;

static void expect_winners(const tally *t)
{
    char *found = sorted(t->lines.text);
    assert_string_equal(found, expected);
    free(found);
}

static void poison(ts_producer *to, const char *topic)
{
    static const char broken[] = "{\"schema\": \"discovery-request/1\"", nul[] = "{\"a\0b\": 1}",
                      other[] = "{\"schema\": \"x/1\"}";
    char *large = ts_alloc(2 << 20, 1);
    memset(large, ' ', 2 << 20);
    send_text(to, topic, "K", broken, sizeof broken - 1);
    send_text(to, topic, "K", nul, sizeof nul - 1);
    send_text(to, topic, "K", other, sizeof other - 1);
    send_text(to, topic, "K", large, 2 << 20);
    free(large);
    ts_error error = {0};
    ts_request late = request[0], strange = request[0];
    late.seed = 2, late.expires_at_ms = 1;
    snprintf(strange.strategy, sizeof strange.strategy, "NO_SUCH_STRATEGY");
    assert_int_equal(ts_request_id(&late, &error), 0);
    assert_int_equal(ts_request_id(&strange, &error), 0);
    send_request(to, topic, &late);
    send_request(to, topic, &strange);
    send_request(to, topic, &request[0]); /* asked twice is asked once */
}

static void every_request_is_answered(void **state)
{
    (void)state;
    make_topics("calm");
    expected = expected_lines();
    send_all("calm", poison);
    shell_expect(shell("%s", consume("calm", "")), 0, "requests answered");
    read_all answers = read_topic("calm-answers", 10000), dead = read_topic("calm.dlq", 4);
    tally t = count_answers(&answers);
    assert_int_equal(t.outcomes, REQUESTS + 2);
    assert_int_equal(t.others, 2);
    expect_winners(&t);
    assert_int_equal(dead.count, 4);
    shell_expect(shell("%s", consume("calm", "")), 0, ""); /* nothing is left to do */
    read_all again = read_topic("calm-answers", answers.count + 1);
    assert_int_equal(again.count, answers.count);
    ts_strbuf_clear(&t.lines), ts_strbuf_clear(&answers.text), ts_strbuf_clear(&again.text),
        ts_strbuf_clear(&dead.text);
}

static int64_t ask(const char *sql)
{
    if (shell("psql -AtX \"$DATABASE_URL\" -c \"%s\"", sql)) fail_msg("%s: %s", sql, shell_err);
    return strtoll(shell_out, NULL, 10);
}

static const char *store(const char *topic, const char *options)
{
    static char command[1024];
    snprintf(command, sizeof command,
             STORING "--once --idle 3 --topic %s-answers --requests-topic %s --group %s-storing %s", topic, topic,
             topic, options);
    return command;
}

/* How many records of a topic were dealt with, by the ledger. */
static int64_t consumed(const char *topic, const char *column)
{
    char sql[256];
    snprintf(sql, sizeof sql, "SELECT coalesce(sum(%s), 0) FROM consumed WHERE topic = '%s-answers'", column, topic);
    return ask(sql);
}

/* Of the answers of every_request_is_answered. */
static void every_answer_is_stored_once(void **state)
{
    (void)state;
    if (!config.count) skip();
    ts_error error = {0};
    ts_producer *to = ts_producer_open(&config, "test", &error);
    send_text(to, "calm-answers", "K", "nonsense", 8);
    assert_int_equal(ts_producer_flush(to, 30, &error), 0);
    ts_producer_close(to);
    read_all answers = read_topic("calm-answers", 100000);
    ts_draws draws = ts_draws_at(0x73746f72, 0, 0, 0);
    for (uint32_t i = 0; i < soak(5) && i < 25; i++)
        shell("timeout -s KILL %.2f %s", 0.2 + ts_draw_unit(&draws), store("calm", "--batch 7"));
    shell_expect(shell("%s", store("calm", "--batch 7")), 0, "");
    size_t distinct = 0;
    for (const char *c = expected; *c; c++) distinct += *c == '\n';
    assert_int_equal(ask("SELECT count(*) FROM results"), distinct);
    assert_int_equal(ask("SELECT count(DISTINCT result_id) FROM results"), distinct);
    assert_int_equal(ask("SELECT count(*) FROM answers"), REQUESTS + 2);
    /* of the requests sent, those that were answered without being asked for here are not there */
    assert_int_equal(ask("SELECT count(*) FROM requests"), REQUESTS + 2);
    assert_int_equal(ask("SELECT count(*) FROM run_summary WHERE kind = 'request' AND strategy IS NOT NULL AND "
                         "winners = results_stored"),
                     REQUESTS + 2);
    assert_int_equal(ask("SELECT count(*) FROM requests_open"), 0);
    assert_int_equal(consumed("calm", "dead_lettered"), 1);
    assert_int_equal(consumed("calm", "stored + duplicate + dead_lettered"), answers.count);
    assert_int_equal(consumed("calm", "next_offset"), answers.count);
    read_all dead = read_topic("calm-answers.dlq", 100);
    assert_true(dead.count >= 1);
    ts_strbuf_clear(&answers.text), ts_strbuf_clear(&dead.text);
}

/* The same requests asked again elsewhere: their answers are known. */
static void what_is_known_is_no_news(void)
{
    int64_t before = ask("SELECT count(*) FROM results");
    shell_expect(shell("%s", store("killed", "")), 0, "");
    assert_int_equal(ask("SELECT count(*) FROM results"), before);
    assert_int_equal(consumed("killed", "dead_lettered + stored"), 0);
    assert_true(consumed("killed", "duplicate") >= before);
}

static void killed_and_started_again(void **state)
{
    (void)state;
    make_topics("killed");
    send_all("killed", NULL);
    ts_draws draws = ts_draws_at(0x636f6e73, 0, 0, 0);
    for (uint32_t i = 0; i < soak(5) && i < 25; i++)
        shell("timeout -s %s %.2f %s", i % 2 ? "TERM" : "KILL", 0.3 + 2 * ts_draw_unit(&draws),
              consume("killed", "--batch 8 --linger 0.2"));
    shell_expect(shell("%s", consume("killed", "--batch 8 --linger 0.2")), 0, "");
    read_all answers = read_topic("killed-answers", 100000);
    tally t = count_answers(&answers);
    print_message("%zu outcomes of %d requests\n", t.outcomes, REQUESTS);
    expect_winners(&t);
    ts_strbuf_clear(&t.lines), ts_strbuf_clear(&answers.text);
    free(expected);
    what_is_known_is_no_news();
}

static void bad_settings_are_refused(void **state)
{
    (void)state;
    if (!config.count) skip();
    shell_expect(shell(CONSUMER "--once --work /tmp"), 78, "--store DIR is needed");
    shell_expect(shell(CONSUMER "--once --store /tmp"), 78, "--work DIR is needed");
    shell_expect(shell(CONSUMER "--once --store /tmp --work '%s' --kafka linger.ms=x", ts_temporary("work")), 78,
                 "linger.ms");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_settings_are_refused), cmocka_unit_test(every_request_is_answered),
        cmocka_unit_test(every_answer_is_stored_once), cmocka_unit_test(killed_and_started_again)};
    return cmocka_run_group_tests(tests, open_stack, close_stack);
}
