/* What candle_ingestor does: once, or until its end. */
#define _GNU_SOURCE
#include "common/clock.h"
#include "common/log.h"
#include "services/candle_ingestor/ingestor.h"

static const double step_seconds = 0.2, look_seconds = 1, away_pause = 5, away_longest = 60;
static const int64_t plan_ms = 60 * TS_MINUTE_MS, recheck_minutes = 15;

static void measure(ingestor_settings *s)
{
    ts_ingestor_now now = {.kept = ts_keeper_count(s->keeper),
                           .rest = ts_candle_source_count(s->rest),
                           .wanted = ts_wanted_minutes(&s->wanted),
                           .away = s->catch_up.away};
    if (s->feed) now.feed = ts_feed_count(s->feed);
    s->feed_symbols = now.feed.symbols;
    s->feed_covered = now.feed.covered;
    ts_ingestor_measure(&s->seen, &now);
    ts_outlets_measure(&s->outlets);
}

/* What is to be asked of REST after a start. */
static int plan(ingestor_settings *s, ts_error *error)
{
    ts_catch_up_clock(&s->catch_up);
    if (ts_catch_up_plan(&s->catch_up, error)) return -1;
    return ts_catch_up_recheck(&s->catch_up, s->audit + recheck_minutes, error);
}

/* Everything that is missing now, once. */
int ts_ingestor_once(void *settings, ts_error *error)
{
    ingestor_settings *s = settings;
    bool more = true;
    size_t refused = s->catch_up.refused, parked = s->catch_up.parked;
    int status = plan(s, error);
    while (!status && more && !ts_service_stopping()) status = ts_catch_up_step(&s->catch_up, &more, error);
    if (status && error->code == TS_RUN_AGAIN && ts_service_stopping()) status = 0, *error = (ts_error){0};
    ts_error settling = {0};
    if (ts_keeper_settle(s->keeper, &settling)) ts_log_warning("%s", settling.text);
    ts_outlets_drain(&s->outlets, s->drain);
    measure(s);
    ts_keeper_counts counts = ts_keeper_count(s->keeper);
    ts_log_event(TS_LOG_INFO, "caught up", TS_INT("symbols", (int64_t)s->list.count),
                 TS_INT("candles", (int64_t)counts.from_rest), TS_INT("absent", (int64_t)counts.absent),
                 TS_INT("missing", ts_wanted_minutes(&s->wanted)));
    if (status) return -1;
    refused = s->catch_up.refused - refused + counts.damaged;
    if (refused)
        return ts_fail(error, TS_BAD_DATA, "%zu of %zu symbols could not be had; the others are complete", refused,
                       s->list.count);
    if (s->catch_up.parked == parked) return 0;
    return ts_fail(error, TS_UNAVAILABLE, "the exchange gave no good answer of some candles; the others are there");
}

/* Whether something is to be done again, by the exchange's clock, which may go back. */
static bool is_due(int64_t done_ms, int64_t now_ms, int64_t period_ms)
{
    return period_ms && (now_ms - done_ms >= period_ms || now_ms < done_ms - period_ms);
}

/* One look for something to ask REST for. */
static int look(ingestor_settings *s, int64_t *planned_ms, int64_t *audited_ms, bool *did, ts_error *error)
{
    int64_t now = ts_exchange_clock_now(&s->clock);
    if (is_due(*planned_ms, now, plan_ms)) {
        *planned_ms = now;
        if (ts_catch_up_plan(&s->catch_up, error)) return -1;
    }
    if (is_due(*audited_ms, now, s->audit * TS_MINUTE_MS) && ts_catch_up_audit(&s->catch_up, audited_ms, error))
        return -1;
    return ts_catch_up_step(&s->catch_up, did, error) || ts_keeper_settle(s->keeper, error) ? -1 : 0;
}

/* REST's thread, and who looks whether there is another list. */
static void *ask_always(void *settings)
{
    ingestor_settings *s = settings;
    int64_t planned_ms = ts_exchange_clock_now(&s->clock), audited_ms = ts_catch_up_final(&s->catch_up);
    double pause = away_pause, listed = ts_clock_seconds();
    while (!ts_service_stopping()) {
        if (ts_clock_seconds() - listed >= s->list_seconds) {
            listed = ts_clock_seconds();
            if (ts_ingestor_look_at_list(s)) break;
        }
        ts_error why = {0};
        bool did = false;
        if (!look(s, &planned_ms, &audited_ms, &did, &why)) {
            if (did) pause = away_pause;
            else ts_service_wait(look_seconds);
        } else if (why.code != TS_RUN_AGAIN) {
            ts_log_warning("%s; another try in %.0f s", why.text, pause);
            ts_service_wait(pause);
            pause = 2 * pause < away_longest ? 2 * pause : away_longest;
        }
    }
    return NULL;
}

static void tell_event(void *context, ts_feed_event event, const char *text)
{
    (void)context;
    if (event == TS_FEED_CONNECTED) ts_log_info("the feed is connected");
    else ts_log_warning("the feed: %s", text);
}

static int open_feed(ingestor_settings *s, ts_error *error)
{
    const char *names[s->list.count];
    for (size_t i = 0; i < s->list.count; i++) names[i] = s->list.symbol[i];
    const ts_feed_settings setup = {.source = s->source == TS_SOURCE_ADVANCED ? TS_FEED_ADVANCED : TS_FEED_EXCHANGE,
                                    .url = s->feed_url,
                                    .symbol = names,
                                    .symbols = s->list.count,
                                    .ca_file = s->ca_file,
                                    .grace_s = s->grace,
                                    .backoff_most_s = s->reconnect,
                                    .seed = (uint64_t)ts_clock_now_ms(),
                                    .minute = ts_minutes_in_take,
                                    .event = tell_event,
                                    .context = &s->minutes};
    s->minutes = (ts_minutes_in){.keeper = s->keeper,
                                 .wanted = &s->wanted,
                                 .clock = &s->clock,
                                 .symbols = &s->list,
                                 .grace_ms = (int64_t)(s->grace * 1000)};
    if (ts_minutes_in_open(&s->minutes, ts_catch_up_final(&s->catch_up), error)) return -1;
    s->feed = ts_feed_open(&setup, error);
    return s->feed ? 0 : -1;
}

static void stream(ingestor_settings *s)
{
    for (double measured = 0; !ts_service_stopping() && !s->renew;) {
        ts_feed_step(s->feed, step_seconds);
        ts_minutes_in_keep(&s->minutes, false);
        if (ts_clock_seconds() - measured < look_seconds) continue;
        measured = ts_clock_seconds();
        measure(s);
    }
    ts_minutes_in_keep(&s->minutes, true);
}

/* One list of symbols, until the end or another list. */
static int serve_list(ingestor_settings *s, ts_error *error)
{
    int status = plan(s, error) || open_feed(s, error);
    if (!status) {
        s->working = !pthread_create(&s->worker, NULL, ask_always, s);
        if (s->working) stream(s);
        else status = ts_fail(error, TS_FAILED, "a thread cannot be started");
        if (s->working) pthread_join(s->worker, NULL);
    }
    ts_feed_close(s->feed);
    s->feed = NULL;
    ts_minutes_in_close(&s->minutes);
    return status ? -1 : 0;
}

int ts_ingestor_serve(void *settings, ts_error *error)
{
    ingestor_settings *s = settings;
    int status = ts_outlets_start(&s->outlets, error);
    while (!status && !ts_service_stopping()) {
        status = serve_list(s, error);
        if (!status && s->renew) status = ts_ingestor_change_list(s, error);
    }
    return status;
}
