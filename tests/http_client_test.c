/* Asking HTTP servers: what is sent and what comes back, bounds of size and time, TLS that is verified. */
#define _GNU_SOURCE
#include "common/clock.h"
#include "data/http/http_client.h"
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

static FILE *servers[2]; /* pipes that keep them alive */
static int ports[2];
static ts_fetcher *client;
static ts_fetch_answer answer;

static int start_server(int which, const char *arguments)
{
    char command[4096], path[1024];
    snprintf(path, sizeof path, "%s", ts_temporary(which ? "port.tls" : "port"));
    snprintf(command, sizeof command, "exec '%s/tests/http/server' '%s' %s", TS_SOURCE_DIR, ts_temporary(""),
             arguments);
    if (!(servers[which] = popen(command, "we"))) return -1;
    for (int tries = 0; tries < 1000 && access(path, R_OK); tries++) usleep(10000);
    if (shell("cat '%s'", path)) return -1;
    ports[which] = (int)strtol(shell_out, NULL, 10);
    return 0;
}

static int start(void **state)
{
    char arguments[2048];
    ts_error error = {0};
    if (ts_temporary_make(state) || !(client = ts_fetcher_new(&error)) || start_server(0, "")) return -1;
    const char *folder = ts_temporary("");
    if (shell("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost "
              "-addext subjectAltName=DNS:localhost -keyout '%s/key' -out '%s/certificate'",
              folder, folder))
        return -1;
    snprintf(arguments, sizeof arguments, "'%s/certificate' '%s/key'", folder, folder);
    return start_server(1, arguments);
}

static int stop(void **state)
{
    for (int i = 0; i < 2; i++)
        if (servers[i]) pclose(servers[i]);
    ts_fetcher_free(client);
    ts_fetch_answer_clear(&answer);
    return ts_temporary_remove(state);
}

/* Ask for a path of the first server (or a whole URL); the defaults are generous. */
static int ask(ts_fetch_request request, ts_error *error)
{
    char url[256];
    if (*request.url == '/') {
        snprintf(url, sizeof url, "http://127.0.0.1:%d%s", ports[0], request.url);
        request.url = url;
    }
    if (!request.method) request.method = "GET";
    if (request.seconds == 0) request.seconds = 20;
    if (!request.limit) request.limit = 1 << 20;
    *error = (ts_error){0};
    return ts_fetch(client, &request, &answer, error);
}

static void expect_in_answer(const char *text)
{
    if (!strstr(answer.body.text, text)) fail_msg("'%s' is not in: %s", text, answer.body.text);
}

static void test_what_is_sent_arrives(void **state)
{
    (void)state;
    ts_error error;
    const char *const headers[] = {"Authorization: Token abc", "Content-Type: text/plain", NULL};
    assert_int_equal(
        ask(
            (ts_fetch_request){
                .method = "POST", .url = "/echo?a=b", .headers = headers, .body = "one\ntwo", .body_length = 7},
            &error),
        0);
    assert_int_equal(answer.status, 200);
    assert_string_equal(answer.content_type, "application/json; charset=utf-8");
    assert_string_equal(answer.retry_after, "");
    expect_in_answer("\"method\": \"POST\"");
    expect_in_answer("/echo?a=b");
    expect_in_answer("one\\ntwo");
    expect_in_answer("Token abc");
    assert_int_equal(ask((ts_fetch_request){.url = "/echo"}, &error), 0); /* nothing is left of the last one */
    expect_in_answer("\"method\": \"GET\"");
    assert_null(strstr(answer.body.text, "Token"));
    assert_int_equal(ask((ts_fetch_request){.method = "POST", .url = "/echo"}, &error), 0);
    expect_in_answer("\"method\": \"POST\"");
    assert_int_equal(ask((ts_fetch_request){.url = "/echo", .user = "ann", .password = "secret"}, &error), 0);
    expect_in_answer("\"Authorization\": \"Basic YW5uOnNlY3JldA==\"");
    assert_int_equal(ask((ts_fetch_request){.method = "DELETE", .url = "/echo"}, &error), 0);
    expect_in_answer("\"method\": \"DELETE\"");
}

static void test_answers_that_are_refusals(void **state)
{
    (void)state;
    ts_error error;
    assert_int_equal(ask((ts_fetch_request){.url = "/status/429"}, &error), 0);
    assert_int_equal(answer.status, 429);
    assert_string_equal(answer.retry_after, "7");
    assert_true(ts_fetch_retry_seconds(&answer, 0) == 7);
    assert_int_equal(ask((ts_fetch_request){.url = "/date"}, &error), 0);
    answer.date_ms = INT64_C(1767225600000); /* what the server thinks of the time is what counts */
    assert_true(ts_fetch_retry_seconds(&answer, 0) == 10);
    answer.date_ms = 0;
    assert_true(ts_fetch_retry_seconds(&answer, INT64_C(1767225600000)) == 10);
    assert_true(ts_fetch_retry_seconds(&answer, INT64_C(1767225700000)) == 0);
    assert_int_equal(ask((ts_fetch_request){.url = "/moved"}, &error), 0);
    assert_int_equal(answer.status, 302);
    snprintf(answer.retry_after, sizeof answer.retry_after, "soon");
    assert_true(ts_fetch_retry_seconds(&answer, 0) == 0);
}

static void test_size_is_bounded(void **state)
{
    (void)state;
    ts_error error;
    assert_int_equal(ask((ts_fetch_request){.url = "/bytes/1000", .limit = 1000}, &error), 0);
    assert_int_equal(answer.body.length, 1000);
    assert_int_equal(ask((ts_fetch_request){.url = "/bytes/1001", .limit = 1000}, &error), -1);
    assert_int_equal(error.code, TS_BAD_DATA);
    assert_string_equal(error.text, "the server's answer is longer than 1000 bytes");
    assert_int_equal(ask((ts_fetch_request){.url = "/bytes/30000000", .limit = 1 << 16}, &error), -1);
    assert_true(answer.body.capacity <= 1 << 18);
}

static void test_time_is_bounded(void **state)
{
    (void)state;
    ts_error error;
    double began = ts_clock_seconds();
    assert_int_equal(ask((ts_fetch_request){.url = "/slow", .seconds = 0.5}, &error), -1);
    assert_int_equal(error.code, TS_UNAVAILABLE);
    assert_true(ts_clock_seconds() - began < 10);
    assert_int_equal(ask((ts_fetch_request){.url = "/cut"}, &error), -1);
    assert_int_equal(error.code, TS_UNAVAILABLE);
    assert_int_equal(ask((ts_fetch_request){.url = "http://127.0.0.1:1/"}, &error), -1);
    assert_int_equal(error.code, TS_UNAVAILABLE);
}

static void test_urls_that_are_none(void **state)
{
    (void)state;
    ts_error error;
    static const char *const urls[] = {"file:///etc/passwd", "ftp://127.0.0.1/", "http://", "http://a b/"};
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        assert_int_equal(ask((ts_fetch_request){.url = urls[i]}, &error), -1);
        assert_int_equal(error.code, TS_BAD_CONFIG);
    }
    ts_strbuf url = {0};
    ts_fetch_escape(&url, "a b/c&d=\xc3\xa9~");
    assert_string_equal(url.text, "a%20b%2Fc%26d%3D%C3%A9~");
    ts_strbuf_clear(&url);
}

static void test_tls_is_verified(void **state)
{
    (void)state;
    ts_error error;
    char name[64], address[64];
    const char *ours = ts_temporary("certificate");
    snprintf(name, sizeof name, "https://localhost:%d/echo", ports[1]);
    snprintf(address, sizeof address, "https://127.0.0.1:%d/echo", ports[1]);
    assert_int_equal(ask((ts_fetch_request){.url = name, .ca_file = ours}, &error), 0);
    assert_int_equal(answer.status, 200);
    assert_int_equal(ask((ts_fetch_request){.url = name}, &error), -1); /* nobody vouches for it */
    assert_int_equal(error.code, TS_UNAVAILABLE);
    assert_int_equal(ask((ts_fetch_request){.url = address, .ca_file = ours}, &error), -1); /* another name */
    assert_int_equal(error.code, TS_UNAVAILABLE);
    assert_int_equal(ask((ts_fetch_request){.url = name, .ca_file = "/nowhere"}, &error), -1);
    assert_int_equal(error.code, TS_BAD_CONFIG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_sent_arrives), cmocka_unit_test(test_answers_that_are_refusals),
        cmocka_unit_test(test_size_is_bounded),      cmocka_unit_test(test_time_is_bounded),
        cmocka_unit_test(test_urls_that_are_none),   cmocka_unit_test(test_tls_is_verified)};
    return cmocka_run_group_tests(tests, start, stop);
}
