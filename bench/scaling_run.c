#define _GNU_SOURCE
#include "bench/scaling_run.h"

#include "bench/scratch.h"
#include "bench/stopwatch.h"
#include "common/json_members.h"
#include "common/memory.h"
#include "common/process.h"
#include "common/safe_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FIXED = 8, LOG_SHOWN = 300, FILE_LIMIT = 1 << 28 };

/* What mpirun needs to know here: root is allowed, there may be more ranks than cores, none is bound to one. */
static const char *const environment[][2] = {{"OMPI_ALLOW_RUN_AS_ROOT", "1"},
                                             {"OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1"},
                                             {"OMPI_MCA_rmaps_base_oversubscribe", "1"},
                                             {"OMPI_MCA_hwloc_base_binding_policy", "none"}};

static int start(const char *const *argument, const char *log, pid_t *child, ts_error *error)
{
    for (size_t i = 0; i < sizeof environment / sizeof *environment; i++)
        setenv(environment[i][0], environment[i][1], 0);
    if (!ts_process_start(argument, log, child, error)) return 0;
    return error->code == TS_UNAVAILABLE ? ts_error_context(error, "Debian: openmpi-bin") : -1;
}

static int fail_with_log(int status, const char *log, ts_error *error)
{
    char said[LOG_SHOWN];
    ts_process_last_words(log, said, sizeof said);
    return ts_fail(error, TS_FAILED, "mpirun ended with %d: %s", ts_process_code(status), said);
}

static int spawn(int ranks, const char *const *word, const char *out, double *wall, ts_error *error)
{
    char program[4096], number[16], log[TS_SCRATCH_PATH + 8];
    const char *argument[TS_SCALING_WORDS + FIXED] = {"mpirun", "-np", number, program};
    size_t words = 0;
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (length < 1) return ts_fail(error, TS_FAILED, "/proc/self/exe: %s", strerror(errno));
    program[length] = '\0';
    snprintf(number, sizeof number, "%d", ranks);
    snprintf(log, sizeof log, "%s.log", out);
    for (; word[words] && words < TS_SCALING_WORDS; words++) argument[4 + words] = word[words];
    pid_t child;
    int status = 0;
    ts_lap began = ts_stopwatch();
    if (start(argument, log, &child, error)) return -1;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR) return ts_fail(error, TS_FAILED, "waiting for mpirun: %s", strerror(errno));
    *wall = ts_stopwatch_since(began).wall;
    return status ? fail_with_log(status, log, error) : 0;
}

/* The numbers of run.json that are wanted. */
typedef struct said {
    double ranks, seconds, genome_bars, evaluations, coordination, checkpoints, written;
    const json_t *searches;
} said;

static const ts_json_member members[] = {{"ranks", TS_JSON_NUMBER, true, offsetof(said, ranks)},
                                         {"seconds", TS_JSON_NUMBER, true, offsetof(said, seconds)},
                                         {"genome_bars", TS_JSON_NUMBER, true, offsetof(said, genome_bars)},
                                         {"evaluations", TS_JSON_NUMBER, true, offsetof(said, evaluations)},
                                         {"coordination_seconds", TS_JSON_NUMBER, true, offsetof(said, coordination)},
                                         {"checkpoint_seconds", TS_JSON_NUMBER, true, offsetof(said, checkpoints)},
                                         {"checkpoints", TS_JSON_NUMBER, true, offsetof(said, written)},
                                         {"searches", TS_JSON_ARRAY, true, offsetof(said, searches)},
                                         {0}};

static int take_tasks(const json_t *searches, ts_scaling_run *run, ts_error *error)
{
    size_t count = json_array_size(searches);
    if (!count) return ts_fail(error, TS_BAD_DATA, "run.json: \"searches\" is empty");
    if (!(run->task = ts_alloc(count, sizeof *run->task))) return ts_no_memory(error, "the searches");
    for (size_t i = 0; i < count; i++) /* a search that was skipped has no time and took none */
        run->task[run->tasks++] = json_number_value(json_object_get(json_array_get(searches, i), "seconds"));
    return 0;
}

static int take(int ranks, const json_t *root, ts_scaling_run *run, ts_error *error)
{
    said s = {0};
    if (ts_json_members(root, members, true, &s, error)) return ts_error_context(error, "run.json");
    if (s.ranks != ranks)
        return ts_fail(error, TS_UNAVAILABLE,
                       "under mpirun -np %d the program ran alone: built without Open MPI (Debian: libopenmpi-dev)",
                       ranks);
    run->seconds = s.seconds, run->genome_bars = s.genome_bars, run->evaluations = s.evaluations;
    run->coordination = s.coordination, run->checkpoints = s.checkpoints, run->checkpoint_count = s.written;
    return take_tasks(s.searches, run, error);
}

int ts_scaling_run_do(int ranks, const char *const *word, const char *out, ts_scaling_run *run, ts_error *error)
{
    char path[TS_SCRATCH_PATH + 32];
    *run = (ts_scaling_run){0};
    if (spawn(ranks, word, out, &run->wall, error)) return -1;
    snprintf(path, sizeof path, "%s/run.json", out);
    json_t *root = ts_json_load(path, FILE_LIMIT, error);
    int status = root ? take(ranks, root, run, error) : -1;
    json_decref(root);
    snprintf(path, sizeof path, "%s/results.jsonl", out);
    if (!status) status = ts_file_read(path, FILE_LIMIT, &run->results, error);
    if (status) ts_scaling_run_clear(run);
    return status;
}

void ts_scaling_run_clear(ts_scaling_run *run)
{
    free(run->task);
    ts_strbuf_clear(&run->results);
    *run = (ts_scaling_run){0};
}
