/* Each run has a folder named after its group: a run that was broken off is gone on with from its checkpoint when the
 * same requests come again. */
#define _GNU_SOURCE
#include "services/backtest_consumer/run.h"

#include "common/clock.h"
#include "common/interval.h"
#include "common/log.h"
#include "common/memory.h"
#include "common/process.h"
#include "common/safe_file.h"
#include "common/version.h"
#include "data/candles/store.h"
#include "host/report/result.h"
#include "services/backtest_consumer/run_folder.h"
#include "services/service/service.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATH = 4096, FILE_LIMIT = 1 << 28, WORDS = 80, ROOM = 1 << 20 };

/* The words of a command; texts that are made for it live until it is cleared. */
typedef struct command {
    const char *word[WORDS];
    char *made[WORDS];
    size_t words, mades;
} command;

static void say(command *c, const char *word) { c->word[c->words++] = word; }

static void say_made(command *c, const char *option, char *text)
{
    say(c, option);
    c->made[c->mades++] = text;
    say(c, text ? text : "");
}

static void say_int(command *c, const char *option, int64_t value)
{
    char *text;
    say_made(c, option, asprintf(&text, "%" PRId64, value) < 0 ? NULL : text);
}

static void say_real(command *c, const char *option, double value)
{
    ts_strbuf text = {0};
    ts_strbuf_real(&text, value, "");
    say_made(c, option, text.text);
}

static void say_time(command *c, const char *option, int64_t ms)
{
    char text[TS_TIME_TEXT];
    say_made(c, option, strdup(ts_time_text(ms, text)));
}

static void clear(command *c)
{
    for (size_t i = 0; i < c->mades; i++) free(c->made[i]);
}

/* "A,B": the strategies of the group, each once; its windows in their order. */
static void say_lists(command *c, const ts_group *group)
{
    ts_strbuf strategies = {0}, windows = {0};
    char time[TS_TIME_TEXT];
    for (size_t i = 0; i < group->count; i += group->starts)
        ts_strbuf_printf(&strategies, "%s%s", i ? "," : "", group->member[i]->strategy);
    for (size_t i = 0; i < group->starts; i++)
        ts_strbuf_printf(&windows, "%s%s", i ? "," : "", ts_time_text(group->member[i]->start_ms, time));
    say_made(c, "--strategies", strategies.text);
    say_made(c, "--windows", windows.text);
}

static void say_search(command *c, const ts_request *request)
{
    say(c, "--search"), say(c, ts_search_kind_name(request->kind));
    say_int(c, "--evaluations", (int64_t)request->evaluations);
    say_int(c, "--population", (int64_t)request->population);
    if (request->generations) say_int(c, "--generations", (int64_t)request->generations);
    say_int(c, "--top", (int64_t)request->top);
    say_int(c, "--seed", (int64_t)request->seed);
    say(c, "--objective"), say(c, request->objective);
    say_int(c, "--min-trades", (int64_t)request->min_trades);
    say_real(c, "--max-drawdown", request->max_drawdown);
    say(c, "--fill"), say(c, ts_fill_names[request->fill]);
    say_real(c, "--fee", request->fee);
    say_real(c, "--slippage", request->slippage);
    if (request->direction != TS_REQUEST_OWN_DIRECTION)
        say(c, "--direction"), say(c, ts_direction_names[request->direction]);
}

static int make_command(const ts_run_settings *settings, const ts_group *group, const char *out, command *c,
                        ts_error *error)
{
    const ts_request *request = group->member[0];
    if (settings->ranks > 1) {
        say(c, "mpirun");
        say_int(c, "-np", settings->ranks);
        if (settings->hostfile) say(c, "--hostfile"), say(c, settings->hostfile);
    }
    say(c, settings->program), say(c, "discover");
    say(c, "--store"), say(c, settings->store);
    say(c, "--exchange"), say(c, request->exchange);
    say(c, "--symbols"), say(c, request->symbol);
    say(c, "--interval"), say(c, ts_interval_text(request->interval_ms));
    say_time(c, "--load-from", request->load_from_ms);
    say_time(c, "--to", request->end_ms);
    say_lists(c, group);
    say_search(c, request);
    say(c, settings->statistics ? "--statistics" : "--no-statistics");
    say(c, "--trials"), say(c, "search"); /* so that nothing depends on what was asked together */
    say(c, "--backend"), say(c, settings->backend);
    if (settings->threads) say_int(c, "--threads", settings->threads);
    say(c, "--format"), say(c, "csv"), say(c, "--out"), say(c, out);
    for (size_t i = 0; i < c->mades; i++)
        if (!c->made[i]) return ts_no_memory(error, "a command");
    return 0;
}

/* Wait for it; when the service is to stop, it is told to stop, too, and leaves a checkpoint. Its exit code. */
static int wait_for(pid_t child)
{
    int status;
    bool told = false;
    while (waitpid(child, &status, WNOHANG) == 0) {
        if (ts_service_stopping() && !told) told = kill(child, SIGTERM) == 0;
        if (told) usleep(20000);
        else ts_service_wait(0.02);
    }
    return ts_process_code(status);
}

/* A full disk is no fault of the requests: they wait until there is room. */
static bool is_full(const char *folder)
{
    struct statvfs about;
    return !statvfs(folder, &about) && about.f_bavail * about.f_frsize < ROOM;
}

/* 0: it ran; 65 and 2: it could not, and why is said, which is an answer; others are errors. */
static int launch(const ts_run_settings *settings, const ts_group *group, const char *out, char *said, size_t size,
                  int *code, ts_error *error)
{
    char log[PATH];
    command c = {.words = 0};
    pid_t child;
    snprintf(log, sizeof log, "%s.log", out);
    int status = make_command(settings, group, out, &c, error);
    if (!status) status = ts_process_start(c.word, log, &child, error);
    clear(&c);
    if (status) return -1;
    *code = wait_for(child);
    ts_process_last_words(log, said, size);
    unlink(log);
    if (*code == 0 || *code == TS_BAD_DATA || *code == TS_USAGE) return 0;
    if (*code == TS_RUN_AGAIN || ts_service_stopping()) return ts_fail(error, TS_RUN_AGAIN, "stopped: %s", said);
    bool full = is_full(settings->work);
    if (*code == TS_BAD_CONFIG) ts_run_folder_remove(out); /* a checkpoint of other candles, or of another version */
    return ts_fail(error, full || *code == TS_UNAVAILABLE ? TS_UNAVAILABLE : TS_FAILED, "discover ended with %d: %s%s",
                   *code, said, full ? "; --work has no room left" : "");
}

static size_t find_strategy(const ts_group *group, const char *strategy)
{
    for (size_t i = 0; i < group->count; i += group->starts)
        if (!strcmp(group->member[i]->strategy, strategy)) return i;
    return group->count;
}

static int add_winner(const ts_group *group, ts_reply *reply, const char *line, size_t length, ts_error *error)
{
    json_error_t why;
    ts_stored_result stored;
    json_t *object = json_loadb(line, length, 0, &why);
    if (!object) return ts_fail(error, TS_FAILED, "discover wrote a line that is no JSON: %s", why.text);
    int status = ts_stored_read(object, &stored, error);
    json_decref(object);
    if (status) return ts_error_context(error, "discover wrote a line that is no result");
    size_t at = find_strategy(group, stored.strategy), end = at + group->starts;
    while (at < end && at < group->count && group->member[at]->start_ms != stored.start_ms) at++;
    if (at >= group->count || at == end) {
        ts_stored_clear(&stored);
        return ts_fail(error, TS_FAILED, "discover found what nobody asked for");
    }
    ts_reply *to = &reply[at];
    ts_found *grown = ts_grow(to->winner, to->outcome.winners + 1, sizeof *grown);
    char *copy = grown ? strndup(line, length) : NULL;
    if (grown) to->winner = grown;
    if (!copy) status = ts_no_memory(error, "a winner");
    if (!status) {
        ts_found *found = &to->winner[to->outcome.winners++];
        *found = (ts_found){.line = copy};
        memcpy(found->ids.request_id, group->member[at]->request_id, sizeof found->ids.request_id);
        status = ts_result_ids_fill(&found->ids, &stored, error);
    }
    ts_stored_clear(&stored);
    return status;
}

static int read_winners(const ts_group *group, const char *out, ts_reply *reply, ts_error *error)
{
    char path[PATH];
    ts_strbuf text = {0};
    snprintf(path, sizeof path, "%s/results.jsonl", out);
    int status = ts_file_read(path, FILE_LIMIT, &text, error);
    for (const char *line = text.text, *end; !status && line && (end = strchr(line, '\n')); line = end + 1)
        status = add_winner(group, reply, line, (size_t)(end - line), error);
    ts_strbuf_clear(&text);
    return status;
}

static void end_without(ts_reply *reply, ts_outcome status, const char *why)
{
    for (size_t i = 0; i < reply->outcome.winners; i++) free(reply->winner[i].line);
    reply->outcome.winners = 0;
    reply->outcome.status = status;
    ts_outcome_explain(&reply->outcome, why);
}

/* The searches of run.json: of each strategy its windows, in the order in which they were said. */
static int read_searches(const ts_group *group, const json_t *run, ts_reply *reply, ts_error *error)
{
    const json_t *searches = json_object_get(run, "searches");
    size_t count = json_array_size(searches);
    if (count != group->count)
        return ts_fail(error, TS_FAILED, "discover tells of %zu searches, %zu were asked for", count, group->count);
    for (size_t i = 0; i < count; i++) {
        const json_t *search = json_array_get(searches, i);
        const char *strategy = json_string_value(json_object_get(search, "strategy"));
        size_t at = strategy ? find_strategy(group, strategy) : group->count;
        if (at == group->count) return ts_fail(error, TS_FAILED, "discover tells of a search that nobody asked for");
        ts_reply *to = &reply[at + i % group->starts];
        const char *skipped = json_string_value(json_object_get(search, "skipped"));
        if (skipped) end_without(to, TS_OUTCOME_INSUFFICIENT_CANDLES, skipped);
        else {
            to->outcome.evaluations = (uint64_t)json_integer_value(json_object_get(search, "evaluations"));
            to->outcome.status = to->outcome.winners ? TS_OUTCOME_DONE : TS_OUTCOME_NO_WINNER;
        }
    }
    return 0;
}

/* Candles that end before the window does are not those that were meant. */
static void check_end(const ts_group *group, const json_t *run, ts_reply *reply)
{
    const json_t *series = json_array_get(json_object_get(run, "series"), 0);
    const char *text = json_string_value(json_object_get(series, "last"));
    const ts_request *request = group->member[0];
    char why[128], end[TS_TIME_TEXT];
    int64_t last;
    ts_error ignored = {0};
    if (!text || ts_time_parse(text, &last, &ignored) || last + request->interval_ms >= request->end_ms) return;
    snprintf(why, sizeof why, "the window ends at %s, the last candle is of %s", ts_time_text(request->end_ms, end),
             text);
    for (size_t i = 0; i < group->count; i++) end_without(&reply[i], TS_OUTCOME_INSUFFICIENT_CANDLES, why);
}

static int read_back(const ts_group *group, const char *out, ts_reply *reply, ts_error *error)
{
    char path[PATH];
    snprintf(path, sizeof path, "%s/run.json", out);
    json_t *run = ts_json_load(path, FILE_LIMIT, error);
    int status = run ? read_winners(group, out, reply, error) : -1;
    if (!status) status = read_searches(group, run, reply, error);
    if (!status) check_end(group, run, reply);
    json_decref(run);
    return status;
}

/* Of a store that cannot be read, "bad data" does not mean that it has too few candles. */
static int check_candles(const ts_run_settings *settings, const ts_request *request, ts_error *error)
{
    ts_store_key key = {.root = settings->store, .interval_ms = request->interval_ms}, *all = NULL;
    ts_series series = {0};
    size_t count;
    bool there = false;
    snprintf(key.exchange, sizeof key.exchange, "%s", request->exchange);
    snprintf(key.symbol, sizeof key.symbol, "%s", request->symbol);
    int status = ts_store_list(settings->store, &all, &count, error);
    for (size_t i = 0; i < count && !status && !there; i++)
        there = !strcmp(all[i].exchange, key.exchange) && !strcmp(all[i].symbol, key.symbol) &&
                all[i].interval_ms == key.interval_ms;
    free(all);
    if (!status && there) status = ts_store_read(&key, &series, error);
    ts_series_clear(&series);
    return status;
}

/* The same answer to all: there was no search. */
static int answer_without(const ts_run_settings *settings, const ts_group *group, int code, const char *why,
                          ts_reply *reply, ts_error *error)
{
    bool candles = code == TS_BAD_DATA;
    if (candles && check_candles(settings, group->member[0], error)) {
        error->code = TS_BAD_DATA;
        return -1;
    }
    for (size_t i = 0; i < group->count; i++)
        end_without(&reply[i], candles ? TS_OUTCOME_INSUFFICIENT_CANDLES : TS_OUTCOME_FAILED, why);
    return 0;
}

static void begin_replies(const ts_group *group, ts_reply *reply)
{
    for (size_t i = 0; i < group->count; i++) {
        reply[i] = (ts_reply){.winner = NULL};
        memcpy(reply[i].outcome.request_id, group->member[i]->request_id, sizeof reply[i].outcome.request_id);
    }
}

/* Whether run.json, which a run writes last, is there: of this version, and with the statistics that are wanted. */
static bool has_ended(const ts_run_settings *settings, const char *out)
{
    char path[PATH];
    ts_error ignored = {0};
    snprintf(path, sizeof path, "%s/run.json", out);
    json_t *run = access(path, F_OK) ? NULL : ts_json_load(path, FILE_LIMIT, &ignored);
    const char *typed = json_string_value(json_object_get(run, "command"));
    const char *version = json_string_value(json_object_get(run, "engine_version"));
    const char *commit = json_string_value(json_object_get(run, "commit"));
    bool same = typed && version && commit && !strcmp(version, ts_version()) && !strcmp(commit, ts_commit()) &&
                !strstr(typed, "--no-statistics") == settings->statistics;
    json_decref(run);
    return same;
}

/* What a service that was killed before its answers were acknowledged has left. */
static bool take_up(const ts_run_settings *settings, const ts_group *group, const char *out, ts_reply *reply)
{
    ts_error why = {0};
    if (!has_ended(settings, out)) return false;
    if (!read_back(group, out, reply, &why)) return true;
    ts_log_warning("%s: the run is made again: %s", out, why.text);
    ts_replies_clear(reply, group->count);
    begin_replies(group, reply);
    return false;
}

static int folder_of(const ts_run_settings *settings, const ts_group *group, char out[PATH - 16], ts_error *error)
{
    if (snprintf(out, PATH - 16, "%s/%s", settings->work, group->id) < PATH - 16) return 0;
    return ts_fail(error, TS_BAD_CONFIG, "--work: the path is too long");
}

int ts_run_group(const ts_run_settings *settings, const ts_group *group, ts_reply *reply, ts_error *error)
{
    char out[PATH - 16], said[300];
    int code;
    if (folder_of(settings, group, out, error)) return -1;
    begin_replies(group, reply);
    if (take_up(settings, group, out, reply)) {
        ts_log_event(TS_LOG_INFO, "a run had ended before", TS_TEXT("folder", out));
        return 0;
    }
    if (launch(settings, group, out, said, sizeof said, &code, error)) return -1;
    int status =
        code == 0 ? read_back(group, out, reply, error) : answer_without(settings, group, code, said, reply, error);
    if (status) ts_replies_clear(reply, group->count);
    return status;
}

void ts_run_forget(const ts_run_settings *settings, const ts_group *group)
{
    char out[PATH - 16], log[PATH];
    ts_error ignored = {0};
    if (folder_of(settings, group, out, &ignored)) return;
    snprintf(log, sizeof log, "%s.log", out);
    unlink(log); /* of a run whose service was killed */
    ts_run_folder_remove(out);
}

void ts_replies_clear(ts_reply *reply, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t w = 0; w < reply[i].outcome.winners; w++) free(reply[i].winner[w].line);
        free(reply[i].winner);
        reply[i] = (ts_reply){.winner = NULL};
    }
}
