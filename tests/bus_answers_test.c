/* How backtest_consumer answers when things go otherwise than well, against a real broker: under which trace, what a
 * damaged store, a late turn, a strategy that kills its run and a kill of the service itself come to. */
#define _GNU_SOURCE
#include "common/clock.h"
#include "common/json.h"
#include "common/trace.h"
#include "data/bus/harvest.h"
#include "data/bus/producer.h"
#include "data/bus/topics.h"
#include "services/messages/answer.h"
#include "services/messages/request.h"
#include "tests/broker.h"
#include "tests/mpirun.h"
#include "tests/shell.h"
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

#define CONSUMER "'" TS_BINARY_DIR "/bin/backtest_consumer' "
#define FACTORY  "'" TS_BINARY_DIR "/bin/strategy_discovery_request_factory' "

enum { MINUTE = 60000, BARS = 3000, MOST = 64 };

static const char *const strategies[] = {"ADX_DMI", "SMA_RSI", "PIVOT", "MACD_CROSSOVER"};
static ts_bus_config config;

static int open_servers(void **state)
{
    ts_error error = {0};
    if (broker_open(state)) return -1;
    for (int i = 0; i < 3; i++)
        if (shell(TRADESTREAM "data generate --seed %d --bars %d --symbol %c%c%c-USD --store '%s'", i + 1, BARS,
                  'A' + i, 'A' + i, 'A' + i, ts_temporary("store")))
            return -1;
    setenv("KAFKA_SESSION_TIMEOUT_MS", "1500", 1);
    setenv("KAFKA_HEARTBEAT_INTERVAL_MS", "300", 1);
    return broker_is_there() ? ts_bus_config_read(NULL, &config, &error) : 0;
}

static int close_servers(void **state)
{
    ts_bus_config_clear(&config);
    return broker_close(state);
}

/* One partition, so that what was sent first comes first. */
static void make_topics(const char *name)
{
    ts_error error = {0};
    bool existed[2];
    char answers[64];
    broker_need();
    snprintf(answers, sizeof answers, "%s-answers", name);
    const ts_topic topics[] = {{name, 1, 86400000, 4 << 20}, {answers, 1, 86400000, 4 << 20}};
    if (ts_topics_create(&config, topics, 2, existed, &error)) fail_msg("%s", error.text);
}

static ts_request request_of(const char *symbol, const char *strategy)
{
    ts_error error = {0};
    int64_t first;
    ts_request r = {.interval_ms = MINUTE,
                    .kind = TS_SEARCH_GA,
                    .evaluations = 40,
                    .population = 10,
                    .generations = 3,
                    .top = 2,
                    .seed = 1,
                    .objective = "sharpe",
                    .min_trades = 1,
                    .max_drawdown = 1,
                    .fee = 0.001,
                    .slippage = 0.0001,
                    .direction = TS_REQUEST_OWN_DIRECTION,
                    .expires_at_ms = ts_clock_now_ms() + 3600000};
    assert_int_equal(ts_time_parse("2020-01-01", &first, &error), 0);
    r.load_from_ms = first;
    r.end_ms = first + (int64_t)BARS * MINUTE;
    r.start_ms = r.end_ms - (int64_t)1000 * MINUTE;
    snprintf(r.exchange, sizeof r.exchange, "local");
    snprintf(r.symbol, sizeof r.symbol, "%s", symbol);
    snprintf(r.strategy, sizeof r.strategy, "%s", strategy);
    if (ts_request_id(&r, &error)) fail_msg("%s", error.text);
    return r;
}

/* `traceparent`: NULL: none. */
static void send_requests(const char *topic, const ts_request *requests, size_t count, const char *const *traceparent)
{
    ts_error error = {0};
    ts_producer *to = ts_producer_open(&config, "test", &error);
    if (!to) fail_msg("%s", error.text);
    for (size_t i = 0; i < count; i++) {
        ts_json json = {.first = true};
        ts_request_json(&json, &requests[i]);
        ts_bus_record record = {.topic = topic,
                                .partition = -1,
                                .key = requests[i].symbol,
                                .key_size = strlen(requests[i].symbol),
                                .value = json.out.text,
                                .value_size = json.out.length};
        if (traceparent && traceparent[i]) ts_bus_record_header(&record, "traceparent", traceparent[i]);
        if (ts_producer_send(to, &record, &error)) fail_msg("%s", error.text);
        ts_strbuf_clear(&json.out);
    }
    if (ts_producer_flush(to, 30, &error)) fail_msg("%s", error.text);
    ts_producer_close(to);
}

/* A record of requests or answers: whose it is, how it ended, and under which trace it came. */
typedef struct seen {
    char request_id[TS_FINGERPRINT_TEXT], text[4096];
    bool outcome;
    ts_outcome_message ended;
    ts_trace trace;
} seen;

typedef struct seen_all {
    seen record[MOST];
    size_t count, outcomes;
} seen_all;

static void look_at(const ts_bus_record *record, bool requests, seen *s)
{
    ts_error error = {0};
    char header[64] = "";
    const ts_bus_header *trace = ts_bus_record_find_header(record, "traceparent");
    *s = (seen){.outcome = false};
    assert_true(record->value_size < sizeof s->text);
    memcpy(s->text, record->value, record->value_size);
    if (trace && trace->size < sizeof header) memcpy(header, trace->value, trace->size);
    if (trace) assert_true(ts_trace_parse(header, NULL, &s->trace));
    ts_answer answer;
    ts_request request;
    if (requests) {
        if (ts_request_parse(record->value, record->value_size, &request, &error)) fail_msg("%s", error.text);
        memcpy(s->request_id, request.request_id, sizeof s->request_id);
        return;
    }
    if (ts_answer_parse(record->value, record->value_size, &answer, &error)) fail_msg("%s", error.text);
    s->outcome = answer.kind != TS_MESSAGE_DISCOVERED;
    if (s->outcome) s->ended = answer.outcome;
    memcpy(s->request_id, s->outcome ? answer.outcome.request_id : answer.discovered.ids.request_id,
           sizeof s->request_id);
    ts_answer_clear(&answer);
}

static seen_all *read_topic(const char *topic, bool requests)
{
    ts_error error = {0};
    ts_bus_harvest harvest;
    static int readers;
    char group[32];
    seen_all *all = calloc(1, sizeof *all);
    snprintf(group, sizeof group, "reader-%d", ++readers);
    const ts_consumer_settings settings = {
        .name = "test", .group = group, .topics = &topic, .topics_count = 1, .waiting = 1000};
    ts_consumer *from = ts_consumer_open(&config, &settings, &error);
    if (!from) fail_msg("%s", error.text);
    const ts_bus_patience patience = {MOST, 2, 1, NULL};
    if (ts_bus_harvest_gather(from, &patience, &harvest, &error)) fail_msg("%s", error.text);
    for (; all->count < harvest.records; all->count++) {
        look_at(harvest.record[all->count], requests, &all->record[all->count]);
        all->outcomes += all->record[all->count].outcome;
    }
    ts_bus_harvest_clear(&harvest);
    ts_consumer_close(from);
    return all;
}

static const seen *outcome_of(const seen_all *all, const ts_request *request)
{
    const seen *found = NULL;
    for (size_t i = 0; i < all->count; i++)
        if (all->record[i].outcome && !strcmp(all->record[i].request_id, request->request_id)) {
            assert_null(found);
            found = &all->record[i];
        }
    if (!found) fail_msg("%s of %s has no outcome", request->strategy, request->symbol);
    return found;
}

static bool answered(ts_outcome status) { return status == TS_OUTCOME_DONE || status == TS_OUTCOME_NO_WINNER; }

static const char *consume(const char *topic, const char *store, const char *options)
{
    static char command[2048];
    snprintf(command, sizeof command,
             CONSUMER "--once --idle 2 --requests-topic %s --answers-topic %s-answers --group %s --store '%s' "
                      "--work '%s' --threads 1 %s",
             topic, topic, topic, ts_temporary(store), ts_temporary("work"), options);
    return command;
}

/* A program in the place of tradestream, which does `first` before; "$*" is what it was told. */
static const char *program(const char *name, const char *first)
{
    static char option[512];
    const char *path = ts_temporary(name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "#!/bin/sh\n%s\nexec " TRADESTREAM "\"$@\"\n", first);
    fclose(file);
    assert_int_equal(shell("chmod +x '%s'", path), 0);
    snprintf(option, sizeof option, "--program '%s'", path);
    return option;
}

#define TRACE_A "4bf92f3577b34da6a3ce929d0e0e4736"
#define TRACE_B "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define SPAN    "00f067aa0ba902b7"

static void answers_carry_their_requests_trace(void **state)
{
    (void)state;
    make_topics("traced");
    ts_request r[6];
    static const char *const parents[6] = {
        "00-" TRACE_A "-" SPAN "-01", "00-" TRACE_B "-" SPAN "-01", NULL,
        "00-" TRACE_A "-" SPAN "-zz", "00-" TRACE_A "-" SPAN "-01", "00-" TRACE_B "-" SPAN "-00"};
    for (int i = 0; i < 4; i++) r[i] = request_of("AAA-USD", strategies[i]);
    r[4] = request_of("BBB-USD", "NO_SUCH_STRATEGY");
    r[5] = request_of("CCC-USD", "PIVOT"), r[5].expires_at_ms = 1;
    send_requests("traced", r, 6, parents);
    shell_expect(shell("%s", consume("traced", "store", "")), 0, TRACE_A); /* of the lines of the work */
    seen_all *all = read_topic("traced-answers", false);
    assert_int_equal(all->outcomes, 6);
    for (size_t i = 0; i < all->count; i++) {
        const seen *s = &all->record[i];
        int of = 0;
        while (strcmp(s->request_id, r[of].request_id)) of++;
        assert_true(*s->trace.trace_id); /* a valid one, or it would be empty */
        assert_string_not_equal(s->trace.span_id, SPAN);
        if (of == 2 || of == 3) {
            assert_string_not_equal(s->trace.trace_id, TRACE_A);
            assert_string_not_equal(s->trace.trace_id, TRACE_B);
        } else assert_string_equal(s->trace.trace_id, of == 0 || of == 4 ? TRACE_A : TRACE_B);
    }
    free(all);
}

/* From the factory's round to the answers it is one trace. */
static void a_round_is_one_trace(void **state)
{
    (void)state;
    make_topics("round");
    shell_expect(shell(FACTORY "--once --topic round --store '%s' --windows 10h,20h --symbols AAA-USD,BBB-USD "
                               "--strategies ADX_DMI,PIVOT --population 10 --generations 2 --cycles 0",
                       ts_temporary("store")),
                 0, "\"requests\": 8");
    seen_all *asked = read_topic("round", true);
    assert_int_equal(asked->count, 8);
    shell_expect(shell("%s", consume("round", "store", "")), 0, asked->record[0].trace.trace_id);
    seen_all *all = read_topic("round-answers", false);
    assert_int_equal(all->outcomes, 8);
    assert_true(*asked->record[0].trace.trace_id);
    for (size_t i = 0; i < asked->count; i++)
        assert_string_equal(asked->record[i].trace.trace_id, asked->record[0].trace.trace_id);
    for (size_t i = 0; i < all->count; i++) {
        assert_string_equal(all->record[i].trace.trace_id, asked->record[0].trace.trace_id);
        assert_string_not_equal(all->record[i].trace.span_id, asked->record[0].trace.span_id);
    }
    free(asked);
    free(all);
}

/* Not "insufficient_candles", which would say that nobody need look. */
static void a_damaged_store_fails(void **state)
{
    (void)state;
    make_topics("damaged");
    shell_expect(shell("cp -r '%s' '%s' && f=$(find '%s' -path '*BBB-USD*' -name '*.h5') && "
                       "truncate -s -1000 \"$f\"",
                       ts_temporary("store"), ts_temporary("broken"), ts_temporary("broken")),
                 0, "");
    ts_request r[3] = {request_of("AAA-USD", "PIVOT"), request_of("BBB-USD", "PIVOT"), request_of("DDD-USD", "PIVOT")};
    send_requests("damaged", r, 3, NULL);
    shell_expect(shell("%s", consume("damaged", "broken", "")), 0, "damaged batch of candles");
    seen_all *all = read_topic("damaged-answers", false);
    assert_true(answered(outcome_of(all, &r[0])->ended.status));
    assert_int_equal(outcome_of(all, &r[1])->ended.status, TS_OUTCOME_FAILED);
    assert_non_null(strstr(outcome_of(all, &r[1])->text, "damaged"));
    assert_int_equal(outcome_of(all, &r[2])->ended.status, TS_OUTCOME_INSUFFICIENT_CANDLES);
    free(all);
}

/* Runs take a second each here, and the second symbol's turn comes after its time. */
static void expiry_is_judged_at_each_turn(void **state)
{
    (void)state;
    make_topics("late");
    ts_request r[3] = {request_of("AAA-USD", "PIVOT"), request_of("BBB-USD", "PIVOT"),
                       request_of("BBB-USD", "ADX_DMI")};
    r[1].expires_at_ms = ts_clock_now_ms() + 8000;
    send_requests("late", r, 3, NULL);
    shell_expect(shell("%s", consume("late", "store", program("slow", "case \"$*\" in *AAA*) sleep 9;; esac"))), 0, "");
    seen_all *all = read_topic("late-answers", false);
    assert_int_equal(all->outcomes, 3);
    assert_true(answered(outcome_of(all, &r[0])->ended.status));
    assert_int_equal(outcome_of(all, &r[1])->ended.status, TS_OUTCOME_EXPIRED);
    assert_true(answered(outcome_of(all, &r[2])->ended.status));
    free(all);
}

/* Of a group whose run dies, only the strategy that it dies of. */
static void only_the_poison_fails(void **state)
{
    (void)state;
    make_topics("poison");
    ts_request r[4];
    for (int i = 0; i < 4; i++) r[i] = request_of("AAA-USD", strategies[i]);
    send_requests("poison", r, 4, NULL);
    shell_expect(
        shell("%s", consume("poison", "store", program("poison", "case \"$*\" in *SMA_RSI*) kill -SEGV $$;; esac"))), 0,
        "a run failed");
    seen_all *all = read_topic("poison-answers", false);
    assert_int_equal(all->outcomes, 4);
    for (int i = 0; i < 4; i++) {
        ts_outcome status = outcome_of(all, &r[i])->ended.status;
        assert_true(i == 1 ? status == TS_OUTCOME_FAILED : answered(status));
    }
    free(all);
    assert_int_equal(shell("test -z \"$(ls '%s')\"", ts_temporary("work")), 0); /* nothing is left over */
}

/* The service dies while the second group runs, then when it has run and is not answered. */
static void what_was_done_is_not_done_again(void **state)
{
    (void)state;
    make_topics("again");
    char first[1024];
    snprintf(first, sizeof first,
             "echo \"$*\" | grep -o '[A-Z]*-USD' >> '%s'\n"
             "case \"$*\" in *BBB*)\n"
             "  test -e '%s' || { touch '%s'; kill -KILL $PPID; exit 1; }\n"
             "  " TRADESTREAM "\"$@\"; kill -KILL $PPID; exit 0;;\n"
             "esac",
             ts_temporary("runs"), ts_temporary("once"), ts_temporary("once"));
    ts_request r[2] = {request_of("AAA-USD", "PIVOT"), request_of("BBB-USD", "PIVOT")};
    send_requests("again", r, 2, NULL);
    const char *option = program("mortal", first);
    for (int i = 0; i < 2; i++) shell_expect(shell("%s", consume("again", "store", option)), 128 + 9, "");
    shell_expect(shell("%s", consume("again", "store", option)), 0, "a run had ended before");
    assert_int_equal(shell("sort '%s' | uniq -c", ts_temporary("runs")), 0);
    shell_expect_out("1 AAA-USD");
    shell_expect_out("2 BBB-USD");
    seen_all *all = read_topic("again-answers", false);
    assert_int_equal(all->outcomes, 2);
    free(all);
    assert_int_equal(shell("test -z \"$(ls '%s')\"", ts_temporary("work")), 0);
}

static void left_overs_are_removed(void **state)
{
    (void)state;
    make_topics("swept");
#define OLD  "0123456789abcdef0123456789abcdef"
#define HELD "0123456789abcdef0123456789abcdee"
#define NEW  "0123456789abcdef0123456789abcded"
    char work[512];
    snprintf(work, sizeof work, "%s", ts_temporary("work"));
    assert_int_equal(shell("mkdir -p '%s' && cd '%s' && mkdir -p " OLD " " HELD " " NEW " mine && touch " OLD
                           "/checkpoint.1.1 " OLD ".log " HELD "/.lock " NEW "/run.json && touch -d '3 days ago' " OLD
                           "/* " OLD ".log " HELD "/.lock " OLD " " HELD " " NEW " mine",
                           work, work),
                     0);
    shell_expect(shell("exec 9< '%s/" HELD "/.lock' && flock 9 && %s", work, consume("swept", "store", "")), 0,
                 "\"folders\": 2");
    assert_int_equal(shell("cd '%s' && test -d " HELD " -a -d " NEW " -a -d mine -a ! -e " OLD " -a ! -e " OLD ".log "
                           "&& rm -r " HELD " " NEW " mine",
                           work),
                     0);
}

static int by_text(const void *a, const void *b) { return strcmp(((const seen *)a)->text, ((const seen *)b)->text); }

static void ranks_change_no_byte(void **state)
{
    (void)state;
    mpirun_or_skip();
    make_topics("one");
    make_topics("two");
    ts_request r[4];
    for (int i = 0; i < 4; i++) r[i] = request_of("AAA-USD", strategies[i]);
    send_requests("one", r, 4, NULL);
    send_requests("two", r, 4, NULL);
    shell_expect(shell("%s", consume("one", "store", "--ranks 1")), 0, "");
    shell_expect(shell(MPIRUN_ENVIRONMENT "%s", consume("two", "store", "--ranks 2")), 0, "");
    seen_all *one = read_topic("one-answers", false), *two = read_topic("two-answers", false);
    assert_true(one->outcomes == 4 && one->count > 4);
    assert_int_equal(one->count, two->count);
    qsort(one->record, one->count, sizeof *one->record, by_text);
    qsort(two->record, two->count, sizeof *two->record, by_text);
    for (size_t i = 0; i < one->count; i++) assert_string_equal(one->record[i].text, two->record[i].text);
    free(one);
    free(two);
}

/* Each rank of a launcher would be another member of the group, or ask the same again. */
static void what_the_environment_says_is_refused(void **state)
{
    (void)state;
    broker_need();
    mpirun_or_skip();
    assert_int_not_equal(mpirun(2, "%s", consume("nothing", "store", "")), 0);
    assert_non_null(strstr(shell_err, "start it without mpirun"));
    shell_expect(shell("OMPI_COMM_WORLD_SIZE=2 OMPI_COMM_WORLD_RANK=0 %s", consume("nothing", "store", "")), 78,
                 "backtest_consumer is one process");
    shell_expect(shell("BATCH_SIZE=0 %s", consume("nothing", "store", "")), 78, "BATCH_SIZE: ");
    shell_expect(shell("IDLE_TIMEOUT_SECONDS=x %s", consume("nothing", "store", "")), 78, "IDLE_TIMEOUT_SECONDS: ");
    shell_expect(shell("PMIX_RANK=1 " FACTORY "--once --store /tmp"), 78, "is one process");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(answers_carry_their_requests_trace),
                                       cmocka_unit_test(a_round_is_one_trace),
                                       cmocka_unit_test(a_damaged_store_fails),
                                       cmocka_unit_test(expiry_is_judged_at_each_turn),
                                       cmocka_unit_test(only_the_poison_fails),
                                       cmocka_unit_test(what_was_done_is_not_done_again),
                                       cmocka_unit_test(left_overs_are_removed),
                                       cmocka_unit_test(ranks_change_no_byte),
                                       cmocka_unit_test(what_the_environment_says_is_refused)};
    return cmocka_run_group_tests(tests, open_servers, close_servers);
}
