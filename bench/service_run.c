#define _GNU_SOURCE
#include "bench/service_run.h"

#include "bench/stopwatch.h"
#include "common/clock.h"
#include "common/json.h"
#include "common/process.h"
#include "common/safe_file.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATH = 4096, LOG_MAX = 1 << 28 };

/* Beside this program. */
static int find_program(const char *name, char path[PATH], ts_error *error)
{
    ssize_t length = readlink("/proc/self/exe", path, PATH - 1);
    if (length < 1) return ts_fail(error, TS_FAILED, "/proc/self/exe: %s", strerror(errno));
    path[length] = '\0';
    char *slash = strrchr(path, '/');
    size_t room = PATH - (size_t)(slash - path) - 1;
    if ((size_t)snprintf(slash + 1, room, "%s", name) >= room) return ts_fail(error, TS_FAILED, "%s: too long", path);
    if (!access(path, X_OK)) return 0;
    return ts_fail(error, TS_UNAVAILABLE, "there is no %s: services are built where their libraries are", path);
}

static int wait_for(pid_t child, const char *name, const char *log, ts_service_run *run, ts_error *error)
{
    struct rusage used;
    int status;
    while (wait4(child, &status, 0, &used) < 0)
        if (errno != EINTR) return ts_fail(error, TS_FAILED, "waiting for %s: %s", name, strerror(errno));
    run->peak_memory = (double)used.ru_maxrss * 1024;
    run->cpu = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
               1e-6 * (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
    if (!status) return 0;
    char said[512];
    ts_process_last_words(log, said, sizeof said);
    return ts_fail(error, TS_FAILED, "%s ended with %d: %s", name, ts_process_code(status), said);
}

/* Lines of the log that are counted. */
typedef struct counting {
    const char *message, *number;
    int64_t first_ms, last_ms;
    double first;
    size_t lines;
} counting;

static void count_line(const json_t *line, counting *c, ts_service_run *run)
{
    const char *said = json_string_value(json_object_get(line, "msg"));
    const char *when = json_string_value(json_object_get(line, "ts"));
    double number = json_number_value(json_object_get(line, c->number));
    const json_t *seconds = json_object_get(line, "seconds");
    int64_t time_ms;
    ts_error ignored = {0};
    if (!said || !when || strcmp(said, c->message) != 0 || ts_time_parse(when, &time_ms, &ignored)) return;
    if (!c->lines++) c->first_ms = time_ms, c->first = number;
    c->last_ms = time_ms;
    run->total += number;
    run->said_seconds = seconds ? json_number_value(seconds) : NAN;
}

static int count(const char *log, counting *c, ts_service_run *run, ts_error *error)
{
    ts_strbuf text = {0};
    if (ts_file_read(log, LOG_MAX, &text, error)) return -1;
    for (char *line = text.text, *end; line && (end = strchr(line, '\n')); line = end + 1) {
        json_t *object = json_loadb(line, (size_t)(end - line), 0, NULL);
        count_line(object, c, run);
        json_decref(object);
    }
    ts_strbuf_clear(&text);
    if (c->lines) return 0;
    return ts_fail(error, TS_FAILED, "the log has no line \"%s\"", c->message);
}

int ts_service_run_do(const char *const *word, const char *folder, const char *message, const char *number,
                      ts_service_run *run, ts_error *error)
{
    char program[PATH], log[PATH];
    const char *words[TS_SERVICE_WORDS + 1] = {program};
    pid_t child;
    *run = (ts_service_run){.rate = NAN, .said_seconds = NAN};
    for (size_t i = 1; i < TS_SERVICE_WORDS && word[i]; i++) words[i] = word[i];
    snprintf(log, sizeof log, "%s/%s.log", folder, word[0]);
    if (find_program(word[0], program, error)) return -1;
    int64_t start_ms = ts_clock_now_ms();
    ts_lap began = ts_stopwatch();
    if (ts_process_start(words, log, &child, error) || wait_for(child, word[0], log, run, error)) return -1;
    run->wall = ts_stopwatch_since(began).wall;
    if (!message) return 0;
    counting c = {.message = message, .number = number};
    if (count(log, &c, run, error)) return ts_error_context(error, "%s", word[0]);
    run->seconds = (double)(c.last_ms - start_ms) / 1000;
    if (c.lines > 2) run->rate = (run->total - c.first) * 1000 / (double)(c.last_ms - c.first_ms);
    return 0;
}
