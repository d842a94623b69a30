/* The feed against a small exchange that misbehaves (tests/feed/server): minutes arrive, and whatever happens to the
 * connection, the feed says why and comes back. */
#define _GNU_SOURCE
#include "ingest/feed.h"

#include "common/clock.h"
#include "ingest/backoff.h"
#include "tests/temporary.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { PLAIN, SECURE, ELSEWHERE, PORTS };

static pid_t server = -1;
static int server_input = -1, port[PORTS];

/* Start the exchange; it ends with its standard input. Without Python or OpenSSL the tests skip. */
static int start_server(void **state)
{
    int in[2], out[2];
    char said[64] = "";
    if (ts_temporary_make(state) || pipe(in) || pipe(out)) return -1;
    server = fork();
    if (server == 0) {
        dup2(in[0], 0);
        dup2(out[1], 1);
        for (int i = 0; i < 2; i++) close(in[i]), close(out[i]);
        execlp("python3", "python3", TS_SOURCE_DIR "/tests/feed/server", ts_temporary(""), NULL);
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    server_input = in[1];
    for (size_t used = 0; used + 1 < sizeof said && !strchr(said, '\n');) {
        ssize_t size = read(out[0], said + used, sizeof said - 1 - used);
        if (size <= 0) break;
        used += (size_t)size;
        said[used] = '\0';
    }
    close(out[0]);
    if (sscanf(said, "%d %d %d", &port[PLAIN], &port[SECURE], &port[ELSEWHERE]) != PORTS) port[PLAIN] = 0;
    return 0;
}

static int stop_server(void **state)
{
    close(server_input);
    if (server > 0) waitpid(server, NULL, 0);
    return ts_temporary_remove(state);
}

/* What a feed said. */
typedef struct heard {
    uint64_t bars, dirty, empty, wrong, closes;
    int64_t next_ms[2];
    char why[256];
} heard;

static void minute(void *context, const ts_minute *given)
{
    heard *into = context;
    int64_t *next = &into->next_ms[strcmp(given->symbol, "A-B") != 0];
    if (!given->again && *next && given->time_ms != *next) into->wrong++;
    if (!given->again) *next = given->end_ms;
    into->dirty += given->kind == TS_MINUTE_DIRTY;
    into->empty += given->kind == TS_MINUTE_EMPTY;
    if (given->kind != TS_MINUTE_BAR) return;
    into->bars++;
    into->wrong += given->trades != 50 || given->volume != 25 || given->high != 106 || given->low != 100;
}

static void event(void *context, ts_feed_event what, const char *text)
{
    heard *into = context;
    if (what != TS_FEED_CLOSED) return;
    into->closes++;
    snprintf(into->why, sizeof into->why, "%s", text);
}

static const char *const symbols[] = {"A-B", "C-D"};

static ts_feed_settings settings_for(int which, const char *path, heard *into)
{
    static char url[128];
    if (!port[PLAIN]) {
        print_message("skipped: no Python 3 or OpenSSL for the test's exchange\n");
        skip();
    }
    snprintf(url, sizeof url, "%s://localhost:%d%s", which == PLAIN ? "ws" : "wss", port[which], path);
    *into = (heard){0};
    return (ts_feed_settings){.url = url,
                              .symbol = symbols,
                              .symbols = 2,
                              .grace_s = 2,
                              .silence_s = 0.5,
                              .connect_s = 1,
                              .backoff_first_s = 0.02,
                              .backoff_most_s = 0.1,
                              .message_limit = 1 << 20,
                              .minute = minute,
                              .event = event,
                              .context = into};
}

static ts_feed *open_feed(const ts_feed_settings *settings)
{
    ts_error error = {0};
    ts_feed *feed = ts_feed_open(settings, &error);
    if (!feed) fail_msg("%s", error.text);
    return feed;
}

/* Serve until the feed was closed `closes` times and gave `bars`, for at most 20 s; then close it, which is quick. */
static ts_feed_counts serve(const ts_feed_settings *settings, const heard *said, uint64_t closes, uint64_t bars)
{
    ts_feed *feed = open_feed(settings);
    double end = ts_clock_seconds() + 20;
    while ((said->closes < closes || said->bars < bars) && ts_clock_seconds() < end) ts_feed_step(feed, 0.05);
    ts_feed_counts counts = ts_feed_count(feed);
    double began = ts_clock_seconds();
    ts_feed_close(feed);
    assert_true(ts_clock_seconds() - began < 5);
    if (said->bars < bars) fail_msg("%d bars; closed: %s", (int)said->bars, said->why);
    if (said->closes < closes) fail_msg("it was not closed");
    assert_int_equal(said->wrong, 0);
    return counts;
}

static void minutes_arrive(void **state)
{
    (void)state;
    static const char *const paths[] = {"/steady", "/pieces", "/deflate"};
    for (size_t i = 0; i < 3; i++) {
        heard said;
        ts_feed_settings settings = settings_for(PLAIN, paths[i], &said);
        ts_feed_counts counts = serve(&settings, &said, 0, 4);
        if (said.closes) fail_msg("%s: %s", paths[i], said.why);
        assert_int_equal(said.dirty, 2); /* each product's first */
        assert_int_equal(said.empty, 0);
        assert_int_equal(counts.connects, 1);
        assert_int_equal(counts.covered, 2);
        assert_true(counts.stream.bytes > 100 * counts.stream.messages && counts.stream.decode_errors == 0);
    }
}

static void symbols_are_spread_over_connections(void **state)
{
    (void)state;
    heard said;
    ts_feed_settings settings = settings_for(PLAIN, "/steady", &said);
    settings.symbols_per_connection = 1;
    ts_feed_counts counts = serve(&settings, &said, 0, 4);
    assert_int_equal(counts.connections, 2);
    assert_int_equal(counts.connects, 2);
    assert_int_equal(counts.reconnects, 0);
}

static void a_cut_connection_comes_back(void **state)
{
    (void)state;
    heard said;
    ts_feed_settings settings = settings_for(PLAIN, "/cut", &said);
    ts_feed_counts counts = serve(&settings, &said, 3, 2);
    assert_true(counts.reconnects >= 2);
    assert_true(said.dirty >= 6);
}

static void what_hangs_is_given_up(void **state)
{
    (void)state;
    static const struct {
        const char *path, *why;
    } cases[] = {
        {"/silent", "no message for 0.5 s"},
        {"/drip", "no message for 0.5 s"},
        {"/deaf", "the exchange confirmed no subscription for 1 s"},
        {"/large", "a message of more than 1048576 bytes"},
        {"/refuse", "503"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        heard said;
        ts_feed_settings settings = settings_for(PLAIN, cases[i].path, &said);
        serve(&settings, &said, 2, 0);
        if (!strstr(said.why, cases[i].why)) fail_msg("%s: %s", cases[i].path, said.why);
    }
}

static void nobody_listens(void **state)
{
    (void)state;
    heard said;
    ts_feed_settings settings = settings_for(PLAIN, "/steady", &said);
    settings.url = "ws://127.0.0.1:1/";
    ts_feed_counts counts = serve(&settings, &said, 3, 0);
    assert_int_equal(counts.connects, 0);
    assert_true(*said.why);
}

static void certificates_are_verified(void **state)
{
    (void)state;
    heard said;
    ts_feed_settings settings = settings_for(SECURE, "/steady", &said);
    settings.ca_file = ts_temporary("ca.pem");
    serve(&settings, &said, 0, 2);
    settings = settings_for(SECURE, "/steady", &said); /* an authority that nobody knows */
    ts_feed_counts counts = serve(&settings, &said, 1, 0);
    assert_int_equal(counts.connects, 0);
    if (!strstr(said.why, "cert")) fail_msg("%s", said.why);
    settings = settings_for(ELSEWHERE, "/steady", &said); /* the right authority, another host */
    settings.ca_file = ts_temporary("ca.pem");
    counts = serve(&settings, &said, 1, 0);
    assert_int_equal(counts.connects, 0);
    if (!strstr(said.why, "cert")) fail_msg("%s", said.why);
}

static void wrong_settings_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *url, *ca_file, *says;
        double grace;
        size_t symbols;
    } cases[] = {
        {"https://localhost", NULL, "is no URL of a WebSocket", 0, 2},
        {"wss://", NULL, "is no URL of a WebSocket", 0, 2},
        {"wss://localhost:99999/", NULL, "is no URL of a WebSocket", 0, 2},
        {"ws://localhost", "missing.pem", "missing.pem, cannot be read", 0, 2},
        {"ws://localhost", NULL, "the grace is 1000 seconds", 1000, 2},
        {"ws://localhost", NULL, "at least one symbol", 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        heard said;
        ts_error error = {0};
        ts_feed_settings settings = settings_for(PLAIN, "/", &said);
        settings.url = cases[i].url;
        settings.ca_file = cases[i].ca_file;
        settings.grace_s = cases[i].grace;
        settings.symbols = cases[i].symbols;
        assert_null(ts_feed_open(&settings, &error));
        if (!strstr(error.text, cases[i].says)) fail_msg("%s", error.text);
    }
}

static void waits_grow_with_jitter_up_to_a_limit(void **state)
{
    (void)state;
    double longest[] = {1, 2, 4, 5, 5};
    ts_backoff one = ts_backoff_make(1, 5, 7, 0), same = one, other = ts_backoff_make(1, 5, 7, 1);
    bool differs = false;
    for (size_t i = 0; i < 5; i++) {
        double wait = ts_backoff_next(&one);
        assert_true(wait >= longest[i] / 2 && wait <= longest[i]);
        assert_true(wait == ts_backoff_next(&same));
        differs |= wait != ts_backoff_next(&other);
    }
    assert_true(differs);
    ts_backoff_reset(&one);
    assert_true(ts_backoff_next(&one) <= 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waits_grow_with_jitter_up_to_a_limit),
        cmocka_unit_test(wrong_settings_are_refused),
        cmocka_unit_test(minutes_arrive),
        cmocka_unit_test(symbols_are_spread_over_connections),
        cmocka_unit_test(a_cut_connection_comes_back),
        cmocka_unit_test(what_hangs_is_given_up),
        cmocka_unit_test(nobody_listens),
        cmocka_unit_test(certificates_are_verified),
    };
    return cmocka_run_group_tests(tests, start_server, stop_server);
}
