/* Repeats, medians and means. */
#include "bench/turns.h"

#include "bench/stopwatch.h"
#include "common/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const ts_field mean_fields[] = {TS_FIELD_genome_bars_per_s, TS_FIELD_genome_bars_per_cpu_s};

static const char *title(const ts_job *job) { return job->item ? job->item : job->bench_case; }

static int measure(const ts_bench *bench, ts_bench_line *lines, void (*progress)(const char *, int), ts_error *error)
{
    for (int r = 0; r < bench->settings->repeats; r++)
        for (size_t j = 0; j < bench->jobs; j++) {
            const ts_job *job = &bench->job[j];
            ts_bench_line *line = &lines[(size_t)r * bench->jobs + j];
            if (progress) progress(title(job), r + 1);
            *line = ts_bench_line_empty();
            line->bench_case = job->bench_case, line->item = job->item, line->backend = job->backend;
            if (!job->measure(job->state, bench->settings->seconds, line, error)) continue;
            return ts_error_context(error, "%s", job->backend ? title(job) : job->bench_case); /* else it is a file */
        }
    return 0;
}

/* The median of each field over the repeats of one job, which stand `stride` lines apart. */
static ts_bench_line median_line(const ts_bench_line *lines, size_t stride, size_t repeats, double *room)
{
    ts_bench_line line = lines[0];
    for (int field = 0; field < TS_FIELDS; field++) {
        size_t count = 0;
        for (size_t r = 0; r < repeats; r++) {
            double value = lines[r * stride].value[field];
            if (!isnan(value)) room[count++] = value;
        }
        line.value[field] = ts_median(room, count);
    }
    line.value[TS_FIELD_repeats] = (double)repeats;
    return line;
}

static bool wants_means(const char *bench_case)
{
    for (size_t i = 0; i < ts_bench_case_count; i++)
        if (!strcmp(ts_bench_cases[i].name, bench_case)) return ts_bench_cases[i].means;
    return false;
}

/* Harmonic (mean[0]) and geometric mean (mean[1]) of the rates of the back end that line[0] has. */
static void take_means(const ts_bench_line *line, size_t count, ts_bench_line mean[2])
{
    mean[0] = mean[1] = ts_bench_line_empty();
    for (size_t f = 0; f < sizeof mean_fields / sizeof *mean_fields; f++) {
        double inverse = 0, logarithm = 0, n = 0;
        for (size_t i = 0; i < count; i++) {
            double value = line[i].value[mean_fields[f]];
            if (strcmp(line[i].backend, line[0].backend)) continue;
            inverse += 1 / value, logarithm += log(value), n++;
        }
        mean[0].value[mean_fields[f]] = n / inverse;
        mean[1].value[mean_fields[f]] = exp(logarithm / n);
    }
    for (int i = 0; i < 2; i++) {
        mean[i].bench_case = line[0].bench_case, mean[i].backend = line[0].backend;
        mean[i].device = line[0].device;
        mean[i].item = i ? "geometric mean" : "harmonic mean";
        mean[i].value[TS_FIELD_threads] = line[0].value[TS_FIELD_threads];
        mean[i].value[TS_FIELD_repeats] = line[0].value[TS_FIELD_repeats];
    }
}

/* The back ends of a case take turns within each of its items: the first lines are one of each. */
static size_t append_means(const ts_bench_line *line, size_t count, ts_bench_line *into)
{
    size_t added = 0;
    for (size_t i = 0; i < count && (i == 0 || strcmp(line[i].backend, line[0].backend)); i++, added += 2)
        take_means(line + i, count - i, into + added);
    return added;
}

static size_t summarise(const ts_bench *bench, const ts_bench_line *lines, double *room, ts_bench_line *result)
{
    size_t repeats = (size_t)bench->settings->repeats, count = 0, from = 0;
    for (size_t j = 0; j < bench->jobs; j++) {
        result[count++] = median_line(lines + j, bench->jobs, repeats, room);
        const char *now = bench->job[j].bench_case;
        if (j + 1 < bench->jobs && !strcmp(bench->job[j + 1].bench_case, now)) continue;
        if (wants_means(now)) count += append_means(result + from, count - from, result + count);
        from = count;
    }
    return count;
}

int ts_bench_take_turns(const ts_bench *bench, ts_bench_line **line, size_t *count,
                        void (*progress)(const char *what, int repeat), ts_error *error)
{
    size_t repeats = (size_t)bench->settings->repeats;
    ts_bench_line *lines = ts_alloc(bench->jobs * repeats, sizeof *lines);
    double *room = ts_alloc(repeats, sizeof *room);
    *line = ts_alloc(bench->jobs * 3, sizeof **line); /* at most two means for each line */
    int status =
        lines && room && *line ? measure(bench, lines, progress, error) : ts_no_memory(error, "the benchmarks");
    if (!status) *count = summarise(bench, lines, room, *line);
    free(lines);
    free(room);
    return status;
}
