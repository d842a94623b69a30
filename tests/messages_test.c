#define _GNU_SOURCE
/* Messages: the readers take the examples of data/schemas/ and what tests/messages/ says is accepted, and refuse the
 * rest with the member's name; what is written is what is read; nothing that comes from outside does harm. */
#include "common/memory.h"
#include "common/philox.h"
#include "services/messages/answer.h"
#include "services/messages/candle.h"
#include "services/messages/canonical.h"
#include "services/messages/request.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(table) (sizeof(table) / sizeof *(table))

static const char *const names[] = {"discovery-request-1.json", "discovered-strategy-1.json",
                                    "discovery-outcome-1.json", "candle-1.json"};

static json_t *load(const char *folder, const char *name)
{
    char path[500];
    ts_error error = {0};
    snprintf(path, sizeof path, "%s/%s/%s", TS_SOURCE_DIR, folder, name);
    json_t *root = ts_json_load(path, 1 << 20, &error);
    if (!root) fail_msg("%s", error.text);
    return root;
}

/* Read a text by whichever reader is meant for it. */
static int read_text(ts_message_kind kind, const char *text, size_t length, ts_error *error)
{
    ts_request request;
    ts_candle_message candle;
    ts_answer answer;
    *error = (ts_error){0};
    if (kind == TS_MESSAGE_REQUEST) return ts_request_parse(text, length, &request, error);
    if (kind == TS_MESSAGE_CANDLE) return ts_candle_message_parse(text, length, &candle, error);
    int status = ts_answer_parse(text, length, &answer, error);
    ts_answer_clear(&answer);
    return status;
}

static int read_message(ts_message_kind kind, const json_t *message, ts_error *error)
{
    char *text = json_dumps(message, JSON_ENCODE_ANY);
    assert_non_null(text);
    int status = read_text(kind, text, strlen(text), error);
    free(text);
    return status;
}

static void put(json_t *message, const char *path, json_t *value)
{
    char part[64];
    const char *dot;
    for (; (dot = strchr(path, '.')) != NULL; path = dot + 1) {
        snprintf(part, sizeof part, "%.*s", (int)(dot - path), path);
        message = json_object_get(message, part);
        assert_true(json_is_object(message));
    }
    if (value) assert_int_equal(json_object_set(message, path, value), 0);
    else assert_int_equal(json_object_del(message, path), 0);
}

static json_t *message_of(const json_t *test, const json_t *schema)
{
    const json_t *whole = json_object_get(test, "whole");
    json_t *message = json_deep_copy(whole ? whole : json_array_get(json_object_get(schema, "examples"), 0)), *value;
    const char *path;
    size_t i;
    assert_non_null(message);
    json_object_foreach(json_object_get(test, "set"), path, value) { put(message, path, value); }
    json_array_foreach(json_object_get(test, "remove"), i, value) { put(message, json_string_value(value), NULL); }
    return message;
}

static void examples_are_read(void **state)
{
    (void)state;
    for (size_t kind = 0; kind < COUNT(names); kind++) {
        json_t *schema = load("data/schemas", names[kind]), *message;
        size_t i;
        assert_true(json_array_size(json_object_get(schema, "examples")) > 0);
        json_array_foreach(json_object_get(schema, "examples"), i, message)
        {
            ts_error error;
            if (read_message((ts_message_kind)kind, message, &error)) fail_msg("%s: %s", names[kind], error.text);
        }
        json_decref(schema);
    }
}

static void what_is_accepted_is_read(void **state)
{
    (void)state;
    for (size_t kind = 0; kind < COUNT(names); kind++) {
        json_t *schema = load("data/schemas", names[kind]), *cases = load("tests/messages", names[kind]), *test;
        size_t i;
        json_array_foreach(json_object_get(cases, "accepted"), i, test)
        {
            ts_error error;
            json_t *message = message_of(test, schema);
            if (read_message((ts_message_kind)kind, message, &error))
                fail_msg("%s: %s: %s", names[kind], json_string_value(json_object_get(test, "why")), error.text);
            json_decref(message);
        }
        assert_true(i > 3);
        json_decref(cases);
        json_decref(schema);
    }
}

static void what_is_refused_is_named(void **state)
{
    (void)state;
    for (size_t kind = 0; kind < COUNT(names); kind++) {
        json_t *schema = load("data/schemas", names[kind]), *cases = load("tests/messages", names[kind]), *test;
        size_t i;
        json_array_foreach(json_object_get(cases, "refused"), i, test)
        {
            ts_error error;
            json_t *message = message_of(test, schema);
            const char *says = json_string_value(json_object_get(test, "says"));
            if (!read_message((ts_message_kind)kind, message, &error)) fail_msg("%s: taken: %s", names[kind], says);
            assert_int_equal(error.code, TS_BAD_DATA);
            if (strncmp(error.text, says, strlen(says)) != 0) fail_msg("\"%s\" does not begin: %s", says, error.text);
            json_decref(message);
        }
        assert_true(i > 10);
        json_decref(cases);
        json_decref(schema);
    }
}

static void what_is_no_message_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } cases[] = {{"", "expected a message, found nothing"},
                 {"{", "expected a message in JSON: line 1, column 1: "},
                 {"{} {}", "expected a message in JSON: line 1, column 4: "},
                 {"[]", "expected a message that is an object, found an array"},
                 {"{}", "schema: missing"},
                 {"{\"schema\": \"discovery-outcome/1\", \"schema\": 1}", "expected a message in JSON: "},
                 {"{\"a\": \"\\u0000\"}", "expected a message in JSON: "},
                 {"{\"a\": \"\xff\x1b[2J\"}", "expected a message in JSON: "},
                 {"{\"a\": 1e999}", "expected a message in JSON: "},
                 {"{\"a\": NaN}", "expected a message in JSON: "},
                 {"{\"a\": 99999999999999999999}", "expected a message in JSON: "}};
    for (size_t i = 0; i < 2 * COUNT(cases); i++) {
        ts_error error;
        const char *text = cases[i / 2].text;
        assert_int_equal(read_text((ts_message_kind)(i % 2), text, strlen(text), &error), -1);
        assert_int_equal(error.code, TS_BAD_DATA);
        if (strncmp(error.text, cases[i / 2].says, strlen(cases[i / 2].says)) != 0) fail_msg("%s", error.text);
        for (const char *c = error.text; *c; c++) assert_in_range(*c, ' ', '~');
    }
    ts_error error;
    assert_int_equal(read_text(TS_MESSAGE_OUTCOME, "{}\0", 3, &error), -1);
    assert_string_equal(error.text, "expected a message in JSON, found a NUL at byte 2");
}

static void size_and_depth_have_limits(void **state)
{
    (void)state;
    enum { SIZE = TS_MESSAGE_MAX + 1 };
    ts_error error;
    char *text = ts_alloc(SIZE + 1, 1), nested[2 * TS_MESSAGE_DEPTH + 32];
    assert_non_null(text);
    memset(text, ' ', SIZE);
    memcpy(text, "{}", 2);
    assert_int_equal(read_text(TS_MESSAGE_REQUEST, text, SIZE - 1, &error), -1);
    assert_string_equal(error.text, "schema: missing"); /* it was read */
    assert_int_equal(read_text(TS_MESSAGE_REQUEST, text, SIZE, &error), -1);
    assert_string_equal(error.text, "expected a message of at most 1048576 bytes, found 1048577");
    memset(text, '[', SIZE);
    assert_int_equal(read_text(TS_MESSAGE_REQUEST, text, SIZE - 1, &error), -1);
    free(text);
    for (int depth = TS_MESSAGE_DEPTH; depth <= TS_MESSAGE_DEPTH + 1; depth++) {
        ts_strbuf buffer = {0};
        ts_strbuf_puts(&buffer, "{\"a\":");
        for (int i = 1; i < depth; i++) ts_strbuf_putc(&buffer, '[');
        for (int i = 1; i < depth; i++) ts_strbuf_putc(&buffer, ']');
        ts_strbuf_putc(&buffer, '}');
        snprintf(nested, sizeof nested, "%s", buffer.text);
        ts_strbuf_clear(&buffer);
        assert_int_equal(read_text(TS_MESSAGE_REQUEST, nested, strlen(nested), &error), -1);
        assert_string_equal(error.text,
                            depth > TS_MESSAGE_DEPTH ? "expected a message nested at most 32 deep" : "schema: missing");
    }
}

static void the_canonical_text_is_one(void **state)
{
    (void)state;
    static const struct {
        const char *json, *canonical;
    } cases[] = {
        {"[1, 1.0, 1e0, 10e-1]", "[1,1,1,1]"},
        {"[0, -0, 0.0, -0.0, 0e5]", "[0,0,0,0,0]"},
        {"[0.1, 0.30000000000000004, 1e-7, 100000, 1e15, 1000000000000000]",
         "[0.1,0.30000000000000004,1e-07,100000,1e+15,1e+15]"},
        {"[9007199254740992, 9007199254740993, 9223372036854775807, -9007199254740993]",
         "[9007199254740992,9007199254740993,9223372036854775807,-9007199254740993]"},
        {"[5e-324, 1.7976931348623157e308]", "[5e-324,1.7976931348623157e+308]"},
        {"{\"b\": {\"d\": null, \"c\": true}, \"a\": [], \"B\": {}, \"\": false, \"skip\": {\"skip\": 1}}",
         "{\"\":false,\"B\":{},\"a\":[],\"b\":{\"c\":true,\"d\":null}}"},
        {"{\"a\": {\"skip\": 1}}", "{\"a\":{\"skip\":1}}"},
        {"[\"\\u00e9\\/\\\"\\\\\\n\\t\\r\\u001f\\u007f\"]", "[\"\xc3\xa9/\\\"\\\\\\n\\t\\u000d\\u001f\x7f\"]"},
    };
    static const char *const without[] = {"skip", NULL};
    for (size_t i = 0; i < COUNT(cases); i++) {
        ts_strbuf text = {0};
        json_t *value = json_loads(cases[i].json, 0, NULL);
        assert_non_null(value);
        ts_canonical_text(&text, value, without);
        assert_string_equal(text.text, cases[i].canonical);
        ts_strbuf_clear(&text);
        json_decref(value);
    }
}

static ts_request a_request(void)
{
    ts_request request = {.exchange = "local",
                          .symbol = "BTC-USDT",
                          .interval_ms = 60000,
                          .load_from_ms = 1577836800000,
                          .start_ms = 1577836800000,
                          .end_ms = 1577836860000,
                          .strategy = "CROSS",
                          .kind = TS_SEARCH_NSGA2,
                          .evaluations = 100,
                          .population = 10,
                          .top = 5,
                          .generations = 3,
                          .seed = INT64_MAX,
                          .objective = "sharpe,max_drawdown",
                          .min_trades = 7,
                          .max_drawdown = 0.1 + 0.2,
                          .fill = TS_FILL_CLOSE,
                          .fee = 1e-5,
                          .direction = TS_REQUEST_OWN_DIRECTION,
                          .expires_at_ms = 1577836860001};
    return request;
}

static void a_request_is_read_as_it_was_written(void **state)
{
    (void)state;
    for (int direction = TS_REQUEST_OWN_DIRECTION; direction <= TS_BOTH; direction++) {
        ts_request request = a_request(), again;
        ts_error error = {0};
        ts_json json = {.compact = direction == TS_SHORT};
        request.direction = direction;
        if (ts_request_id(&request, &error)) fail_msg("%s", error.text);
        ts_request_json(&json, &request);
        if (ts_request_parse(json.out.text, json.out.length, &again, &error)) fail_msg("%s", error.text);
        assert_string_equal(again.request_id, request.request_id);
        assert_true(again.direction == direction && again.seed == INT64_MAX && again.max_drawdown == 0.1 + 0.2);
        assert_true(again.expires_at_ms == request.expires_at_ms && again.kind == TS_SEARCH_NSGA2);
        ts_json second = {.compact = json.compact};
        ts_request_json(&second, &again);
        assert_string_equal(second.out.text, json.out.text);
        ts_strbuf_clear(&json.out);
        ts_strbuf_clear(&second.out);
    }
}

static void the_same_request_has_the_same_id(void **state)
{
    (void)state;
    ts_request first = a_request(), later = a_request(), other = a_request(), wrong = a_request();
    ts_error error = {0};
    later.expires_at_ms += 3600000;
    snprintf(later.request_id, sizeof later.request_id, "%s", "whatever");
    other.seed--;
    assert_int_equal(ts_request_id(&first, &error) | ts_request_id(&later, &error) | ts_request_id(&other, &error), 0);
    assert_string_equal(first.request_id, later.request_id);
    assert_string_not_equal(first.request_id, other.request_id);
    wrong.fee = 0.6;
    assert_int_equal(ts_request_id(&wrong, &error), -1);
    assert_string_equal(error.text, "fee: expected a number from 0 to 0.5, found 0.6");
    wrong = a_request();
    wrong.interval_ms = 61000;
    error = (ts_error){0};
    assert_int_equal(ts_request_id(&wrong, &error), -1);
    assert_string_equal(error.text, "interval: expected a text, found null");
}

/* What a winner needs to be written. */
typedef struct fixture {
    ts_strategy *strategy;
    ts_origin origin;
    ts_candidate candidate;
    ts_search_settings search;
    ts_result result;
} fixture;

static void winner_make(fixture *f)
{
    static const ts_parameter parameters[] = {{"slow", false, 5, 0.5, 20, 36}, {"fast", true, 2, 1, 5, 11}};
    static const ts_strategy_text text = {.name = "CROSS",
                                          .description = "two averages",
                                          .parameters = 2,
                                          .parameter = parameters,
                                          .entry = "crossed_up(sma(close, fast), sma(close, floor(slow)))",
                                          .exit = "crossed_down(sma(close, fast), sma(close, floor(slow)))"};
    ts_error error = {0};
    *f = (fixture){.strategy = ts_strategy_new(&text, &error)};
    if (!f->strategy) fail_msg("%s", error.text);
    f->origin = (ts_origin){.strategy = f->strategy,
                            .exchange = "local",
                            .symbol = "BTC-USDT",
                            .interval_ms = 60000,
                            .load_from_ms = 1577836800000,
                            .start_ms = 1577836800000,
                            .end_ms = 1577840400000,
                            .fingerprint = "00112233445566778899aabbccddeeff",
                            .bars = 60,
                            .simulation = {.fee = 0.001, .slippage = 0.0001, .bars_per_year = 525600}};
    f->candidate.genome = ts_genome_default(f->strategy);
    for (int i = 0; i < TS_METRICS; i++)
        f->candidate.metrics.value[i] = ts_metric_table[i].kind == TS_KIND_REAL ? 0.1 : 1;
    assert_int_equal(ts_objective_parse("sharpe", &f->search.objective, &error), 0);
    f->result = (ts_result){.origin = &f->origin,
                            .candidate = &f->candidate,
                            .search = &f->search,
                            .kind = TS_SEARCH_GA,
                            .evaluations = 100,
                            .rank = 1};
}

static void a_winner_is_read_as_it_was_written(void **state)
{
    (void)state;
    fixture f;
    ts_answer answer;
    ts_error error = {0};
    winner_make(&f);
    for (int run = 0; run < 2; run++) {
        ts_json json = {0};
        ts_result_ids ids = {0};
        ts_fingerprint_of("x", 1, run ? ids.run_id : ids.request_id);
        if (ts_result_ids_of(&ids, &f.result, &error)) fail_msg("%s", error.text);
        ts_discovered_json(&json, &ids, &f.result);
        if (ts_answer_parse(json.out.text, json.out.length, &answer, &error)) fail_msg("%s", error.text);
        assert_int_equal(answer.kind, TS_MESSAGE_DISCOVERED);
        assert_memory_equal(&answer.discovered.ids, &ids, sizeof ids);
        assert_string_equal(answer.discovered.result.strategy, "CROSS");
        assert_int_equal(answer.discovered.result.parameters.count, 2);
        assert_true(answer.discovered.result.metrics.value[TS_METRIC_sharpe] == 0.1);
        ts_answer_clear(&answer);
        ts_strbuf_clear(&json.out);
    }
    ts_strategy_free(f.strategy);
}

static void ids_are_of_what_was_computed(void **state)
{
    (void)state;
    fixture f;
    ts_error error = {0};
    ts_result_ids first = {0}, other = {0}, run = {0};
    winner_make(&f);
    ts_fingerprint_of("x", 1, first.request_id);
    ts_fingerprint_of("y", 1, other.request_id);
    memcpy(run.run_id, first.request_id, sizeof run.run_id);
    assert_int_equal(ts_result_ids_of(&first, &f.result, &error) | ts_result_ids_of(&run, &f.result, &error), 0);
    f.result.evaluations = 7; /* of the search, not of the winner */
    assert_int_equal(ts_result_ids_of(&other, &f.result, &error), 0);
    assert_string_equal(first.evaluation_id, other.evaluation_id);
    assert_string_equal(first.evaluation_id, run.evaluation_id);
    assert_string_not_equal(first.result_id, other.result_id);
    assert_string_not_equal(first.result_id, run.result_id);
    f.candidate.genome.gene[1]++;
    assert_int_equal(ts_result_ids_of(&other, &f.result, &error), 0);
    assert_string_not_equal(first.evaluation_id, other.evaluation_id);
    snprintf(f.origin.symbol, sizeof f.origin.symbol, "btcusdt");
    assert_int_equal(ts_result_ids_of(&other, &f.result, &error), -1);
    assert_string_equal(error.text, "result: symbol: expected a symbol written as BTC-USDT, found 'btcusdt'");
    ts_strategy_free(f.strategy);
}

static void an_outcome_is_read_as_it_was_written(void **state)
{
    (void)state;
    for (int status = TS_OUTCOME_DONE; status <= TS_OUTCOME_FAILED; status++) {
        ts_outcome_message outcome = {.status = (ts_outcome)status, .winners = status == TS_OUTCOME_DONE ? 3 : 0};
        ts_json json = {0};
        ts_answer answer;
        ts_error error = {0};
        char reason[2000];
        memset(reason, status == TS_OUTCOME_FAILED ? '\xe2' : '"', sizeof reason);
        reason[sizeof reason - 1] = '\0';
        ts_fingerprint_of("x", 1, outcome.request_id);
        if (status) ts_outcome_explain(&outcome, reason);
        ts_outcome_json(&json, &outcome);
        if (ts_answer_parse(json.out.text, json.out.length, &answer, &error)) fail_msg("%s", error.text);
        assert_int_equal(answer.kind, TS_MESSAGE_OUTCOME);
        assert_int_equal(answer.outcome.status, status);
        assert_int_equal(answer.outcome.winners, outcome.winners);
        assert_string_equal(answer.outcome.reason, outcome.reason);
        assert_int_equal(strlen(outcome.reason), status ? TS_OUTCOME_REASON_MAX : 0);
        ts_answer_clear(&answer);
        ts_strbuf_clear(&json.out);
    }
}

static void a_request_is_no_answer(void **state)
{
    (void)state;
    ts_error error;
    static const char text[] = "{\"schema\": \"discovery-request/1\"}";
    assert_int_equal(read_text(TS_MESSAGE_OUTCOME, text, sizeof text - 1, &error), -1);
    assert_string_equal(error.text,
                        "schema: expected discovered-strategy/1 or discovery-outcome/1, found discovery-request/1");
}

/* The metrics of the schema are those of the table. */
static void the_schema_has_every_metric(void **state)
{
    (void)state;
    static const char *const types[] = {
        [TS_KIND_REAL] = "number", [TS_KIND_COUNT] = "integer", [TS_KIND_TRUTH] = "boolean"};
    json_t *schema = load("data/schemas", names[TS_MESSAGE_DISCOVERED]);
    const json_t *metrics = json_object_get(json_object_get(schema, "$defs"), "metrics");
    const json_t *properties = json_object_get(metrics, "properties"), *wanted = json_object_get(metrics, "required");
    assert_int_equal(json_object_size(properties), TS_METRICS);
    assert_int_equal(json_array_size(wanted), TS_METRICS);
    for (size_t i = 0; i < TS_METRICS; i++) {
        const ts_metric_row *row = &ts_metric_table[i];
        const json_t *type = json_object_get(json_object_get(properties, row->name), "type");
        assert_string_equal(json_string_value(json_array_get(wanted, i)), row->name);
        assert_string_equal(json_string_value(json_array_get(type, 0)), types[row->kind]);
    }
    json_decref(schema);
}

/* Bytes of the examples are replaced by others of them, cut out, or the end is lost: read, or refused with 65. */
static void mutated_messages_do_no_harm(void **state)
{
    (void)state;
    enum { ROUNDS = 3000 };
    ts_draws draws = ts_draws_at(7, 0, 0, 0);
    for (size_t kind = 0; kind < COUNT(names); kind++) {
        json_t *schema = load("data/schemas", names[kind]);
        char *whole = json_dumps(json_array_get(json_object_get(schema, "examples"), 0), 0), *text = strdup(whole);
        size_t size = strlen(whole);
        json_decref(schema);
        for (int i = 0; i < ROUNDS; i++) {
            size_t length = size;
            memcpy(text, whole, size);
            for (uint32_t changes = 1 + ts_draw_below(&draws, 3); changes; changes--) {
                uint32_t at = ts_draw_below(&draws, (uint32_t)length), what = ts_draw_below(&draws, 16);
                if (what == 0) length = at ? at : 1;
                else if (what < 4 && length > 1) memmove(text + at, text + at + 1, --length - at);
                else if (what == 4) text[at] = (char)ts_draw_below(&draws, 256);
                else text[at] = whole[ts_draw_below(&draws, (uint32_t)size)];
            }
            ts_error error;
            if (read_text((ts_message_kind)kind, text, length, &error)) assert_int_equal(error.code, TS_BAD_DATA);
        }
        free(whole);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(examples_are_read),
        cmocka_unit_test(what_is_accepted_is_read),
        cmocka_unit_test(what_is_refused_is_named),
        cmocka_unit_test(what_is_no_message_is_refused),
        cmocka_unit_test(size_and_depth_have_limits),
        cmocka_unit_test(the_canonical_text_is_one),
        cmocka_unit_test(a_request_is_read_as_it_was_written),
        cmocka_unit_test(the_same_request_has_the_same_id),
        cmocka_unit_test(a_winner_is_read_as_it_was_written),
        cmocka_unit_test(ids_are_of_what_was_computed),
        cmocka_unit_test(an_outcome_is_read_as_it_was_written),
        cmocka_unit_test(a_request_is_no_answer),
        cmocka_unit_test(the_schema_has_every_metric),
        cmocka_unit_test(mutated_messages_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
