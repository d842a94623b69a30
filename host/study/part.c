#include "host/study/part.h"

#include "common/memory.h"
#include "host/market/market.h"

#include <stdlib.h>
#include <string.h>

enum { METRICS = 1, SUMS = 2 };

void ts_part_windows_clear(ts_part_windows *windows)
{
    for (size_t i = 0; i < windows->count; i++) ts_market_free(windows->window[i]);
    free(windows->window);
    *windows = (ts_part_windows){0};
}

/* The genome that a walk's answer number i belongs to. */
static size_t genome_of(const ts_walks *walks, size_t i) { return walks->genome ? walks->genome[i] : i; }

static bool within(const ts_walks *walks, size_t i, size_t from, size_t to)
{
    size_t genome = genome_of(walks, i);
    return genome >= from && genome < to;
}

static void put_walks(ts_strbuf *out, const ts_walks *walks, size_t from, size_t to)
{
    const ts_market *market = walks->market;
    size_t inside = 0;
    for (size_t i = 0; i < walks->count; i++) inside += within(walks, i, from, to);
    ts_put_u64(out, market == market->whole);
    ts_put_u64(out, (uint64_t)market->time[market->first]);
    ts_put_u64(out, (uint64_t)market->time[market->loaded - 1] + 1);
    ts_put_real(out, market->costs);
    ts_put_u64(out, (walks->metrics ? METRICS : 0) | (walks->sums ? SUMS : 0));
    ts_put_u64(out, inside);
    for (size_t i = 0; i < walks->count; i++)
        if (within(walks, i, from, to)) ts_put_u64(out, genome_of(walks, i) - from);
}

void ts_part_put(ts_strbuf *out, const ts_question_set *whole, size_t from, size_t to)
{
    ts_put_u64(out, to - from);
    ts_strbuf_append(out, (const char *)(whole->genomes + from), (to - from) * sizeof *whole->genomes);
    ts_put_u64(out, whole->walks_count);
    for (size_t w = 0; w < whole->walks_count; w++) put_walks(out, &whole->walks[w], from, to);
}

static bool same_window(const ts_market *window, int64_t from_ms, int64_t to_ms, double costs)
{
    return window->time[window->first] == from_ms && window->time[window->loaded - 1] + 1 == to_ms &&
           window->costs == costs;
}

static const ts_market *window_of(ts_part_windows *windows, int64_t from_ms, int64_t to_ms, double costs,
                                  ts_error *error)
{
    for (size_t i = 0; i < windows->count; i++)
        if (same_window(windows->window[i], from_ms, to_ms, costs)) return windows->window[i];
    ts_market **more = ts_grow(windows->window, windows->count + 1, sizeof(ts_market *));
    if (!more) {
        ts_no_memory(error, "windows");
        return NULL;
    }
    windows->window = more;
    ts_market *window = ts_market_window(windows->market, from_ms, to_ms, costs, error);
    if (window) windows->window[windows->count++] = window;
    return window;
}

static int take_walks(ts_reader *in, ts_part_windows *windows, size_t genomes, ts_walks *walks, ts_error *error)
{
    bool whole = ts_take_u64(in) != 0;
    int64_t from_ms = (int64_t)ts_take_u64(in), to_ms = (int64_t)ts_take_u64(in);
    double costs = ts_take_real(in);
    uint64_t wants = ts_take_u64(in);
    walks->count = ts_take_count(in, sizeof(uint64_t));
    if (in->failed) return ts_fail(error, TS_FAILED, "a part of an evaluation is not whole");
    walks->market = whole ? windows->market : window_of(windows, from_ms, to_ms, costs, error);
    if (!walks->market) return -1;
    uint32_t *listed = ts_alloc(walks->count + 1, sizeof *listed);
    walks->genome = listed;
    if (wants & METRICS) walks->metrics = ts_alloc(walks->count + 1, sizeof *walks->metrics);
    if (wants & SUMS) walks->sums = ts_alloc(walks->count + 1, sizeof *walks->sums);
    if (!listed || (wants & METRICS && !walks->metrics) || (wants & SUMS && !walks->sums))
        return ts_no_memory(error, "a part of an evaluation");
    for (size_t i = 0; i < walks->count; i++) {
        uint64_t genome = ts_take_u64(in);
        if (genome >= genomes) return ts_fail(error, TS_FAILED, "a part of an evaluation asks for a genome it has not");
        listed[i] = (uint32_t)genome;
    }
    return 0;
}

static void free_walks(ts_walks *walks, size_t count)
{
    for (size_t w = 0; walks && w < count; w++) {
        free((uint32_t *)(uintptr_t)walks[w].genome);
        free(walks[w].metrics);
        free(walks[w].sums);
    }
    free(walks);
}

static void put_answer(ts_strbuf *out, const ts_walks *walks, size_t count)
{
    for (size_t w = 0; w < count; w++) {
        const ts_walks *one = &walks[w];
        if (one->metrics) ts_strbuf_append(out, (const char *)one->metrics, one->count * sizeof *one->metrics);
        if (one->sums) ts_strbuf_append(out, (const char *)one->sums, one->count * sizeof *one->sums);
    }
}

int ts_part_evaluate(ts_reader *in, ts_engine *engine, const ts_market *market, const ts_strategy *strategy,
                     ts_part_windows *windows, ts_strbuf *answer, ts_error *error)
{
    if (windows->market != market) ts_part_windows_clear(windows);
    windows->market = market;
    size_t genomes = ts_take_count(in, sizeof(ts_genome));
    const void *bytes = ts_take_bytes(in, genomes * sizeof(ts_genome));
    size_t count = ts_take_count(in, 6 * sizeof(uint64_t));
    ts_genome *genome = ts_alloc(genomes + 1, sizeof *genome);
    ts_walks *walks = ts_alloc(count + 1, sizeof *walks);
    int status = genome && walks ? 0 : ts_no_memory(error, "a part of an evaluation");
    if (!status && bytes) memcpy(genome, bytes, genomes * sizeof *genome);
    for (size_t w = 0; w < count && !status; w++) status = take_walks(in, windows, genomes, &walks[w], error);
    if (!status && (in->failed || in->left)) status = ts_fail(error, TS_FAILED, "a part of an evaluation is not whole");
    if (!status && genomes) status = ts_evaluate_walks(engine, strategy, genome, genomes, walks, count, error);
    if (!status) put_answer(answer, walks, count);
    if (!status && ts_strbuf_failed(answer)) status = ts_no_memory(error, "an answer");
    free_walks(walks, count);
    free(genome);
    return status;
}

/* The values of one walk, each `size` bytes, to the places of the genomes [from, to). */
static void scatter(ts_reader *in, const ts_walks *walks, size_t from, size_t to, void *into, size_t size)
{
    for (size_t i = 0; i < walks->count; i++) {
        if (!within(walks, i, from, to)) continue;
        const void *bytes = ts_take_bytes(in, size);
        if (bytes) memcpy((char *)into + i * size, bytes, size);
    }
}

int ts_part_take(ts_reader *answer, const ts_question_set *whole, size_t from, size_t to, ts_error *error)
{
    for (size_t w = 0; w < whole->walks_count; w++) {
        const ts_walks *walks = &whole->walks[w];
        if (walks->metrics) scatter(answer, walks, from, to, walks->metrics, sizeof *walks->metrics);
        if (walks->sums) scatter(answer, walks, from, to, walks->sums, sizeof *walks->sums);
    }
    if (!answer->failed && !answer->left) return 0;
    return ts_fail(error, TS_FAILED, "the answer to a part of an evaluation does not fit its question");
}
