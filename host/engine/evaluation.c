/* Evaluating genomes: sorted so that neighbours share rows, cut into batches, one plan and program for each batch. */
#define _GNU_SOURCE /* qsort_r */
#include "host/engine/engine_internal.h"

#include "common/memory.h"
#include "common/threads.h"

#include <stdlib.h>
#include <string.h>

/* A batch shares rows among its genomes and its totals stay in the cache; a larger one gains nothing. */
enum { BATCH_GENOMES = 8192 };

/* One evaluation. Genomes stand at positions, neighbours together. */
typedef struct evaluation {
    ts_engine *engine;
    const ts_strategy *strategy;
    const ts_genome *genomes;
    const ts_walks *walks;
    size_t count, walks_count, batches;
    size_t *order;     /* by position: the genome */
    size_t *begin;     /* by position, and the end: its first walker */
    ts_walker *walker; /* by position, then by walks */
    ts_error *errors;  /* by batch */
} evaluation;

/* A batch: positions [first, first + count). */
typedef struct batch {
    size_t first, count;
    ts_genome *genomes;
    ts_walker *walker;
    size_t *block, *at;
} batch;

static int batch_init(batch *b, const evaluation *e, size_t index, ts_error *error)
{
    b->first = e->count * index / e->batches;
    b->count = e->count * (index + 1) / e->batches - b->first;
    size_t blocks = (b->count + TS_BLOCK_GENOMES - 1) / TS_BLOCK_GENOMES;
    b->genomes = ts_alloc(b->count, sizeof *b->genomes);
    b->walker = ts_alloc(e->begin[b->first + b->count] - e->begin[b->first] + 1, sizeof *b->walker);
    b->block = ts_alloc(blocks + 1, sizeof *b->block);
    b->at = ts_alloc(e->walks_count + 1, sizeof *b->at);
    if (!b->genomes || !b->walker || !b->block || !b->at) return ts_no_memory(error, "a batch of genomes");
    for (size_t i = 0; i < b->count; i++) b->genomes[i] = e->genomes[e->order[b->first + i]];
    return 0;
}

static void batch_clear(batch *b) { free(b->genomes), free(b->walker), free(b->block), free(b->at); }

/* The walkers of the block of positions [first, end), by window, into b->walker from `to` on: a counting sort. */
static size_t gather_block(batch *b, const evaluation *e, size_t first, size_t end, size_t to)
{
    const ts_walker *from = &e->walker[e->begin[first]], *stop = &e->walker[e->begin[end]];
    memset(b->at, 0, (e->walks_count + 1) * sizeof *b->at);
    for (const ts_walker *w = from; w < stop; w++) b->at[w->walks + 1]++;
    b->at[0] = to;
    for (size_t i = 0; i < e->walks_count; i++) b->at[i + 1] += b->at[i];
    for (size_t position = first; position < end; position++)
        for (size_t i = e->begin[position]; i < e->begin[position + 1]; i++) {
            ts_walker *walker = &b->walker[b->at[e->walker[i].walks]++];
            *walker = e->walker[i];
            walker->genome = (uint32_t)(position - b->first);
        }
    return to + (size_t)(stop - from);
}

static void run_batch(void *context, int worker, size_t index)
{
    (void)worker;
    evaluation *e = context;
    batch b = {0};
    ts_error *error = &e->errors[index];
    if (!batch_init(&b, e, index, error)) {
        size_t walkers = 0, blocks = 0;
        for (size_t first = 0; first < b.count; first += TS_BLOCK_GENOMES) {
            size_t end = first + TS_BLOCK_GENOMES < b.count ? first + TS_BLOCK_GENOMES : b.count;
            walkers = gather_block(&b, e, b.first + first, b.first + end, walkers);
            b.block[++blocks] = walkers;
        }
        ts_walk_job job = {.walks = e->walks, .walker = b.walker, .block = b.block, .walkers = walkers};
        if (walkers) ts_engine_walk(e->engine, e->strategy, b.genomes, b.count, &job, error);
    }
    batch_clear(&b);
}

enum { NEAR = 8 };

/* How genomes are dealt to batches: by the cubes of one gene, in turn. */
typedef struct dealing {
    const ts_genome *genomes;
    int gene, batches;
} dealing;

/* The gene that is dealt by: that of the widest range, so that batches share as few rows as can be. */
static int gene_to_deal_by(const ts_genome *genomes, size_t count)
{
    int best = 0;
    int64_t widest = -1;
    for (int i = 0; i < TS_PARAMETERS_MAX; i++) {
        int32_t low = genomes[0].gene[i], high = low;
        for (size_t g = 1; g < count; g++) {
            low = genomes[g].gene[i] < low ? genomes[g].gene[i] : low;
            high = genomes[g].gene[i] > high ? genomes[g].gene[i] : high;
        }
        if ((int64_t)high - low > widest) widest = (int64_t)high - low, best = i;
    }
    return best;
}

/* Genomes that are near in every gene stand together: by cubes of NEAR steps, then within the cube. A block's rows are
 * then few, and each is read by many of its genomes. Batches get the cubes of one gene in turn: each reads a part of
 * that gene's rows, and all have alike genomes, which take as long. */
static int by_batch_and_nearness(const void *a, const void *b, void *context)
{
    const dealing *d = context;
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    int32_t p = d->genomes[x].gene[d->gene] / NEAR, q = d->genomes[y].gene[d->gene] / NEAR;
    if (p % d->batches != q % d->batches) return p % d->batches < q % d->batches ? -1 : 1;
    if (p != q) return p < q ? -1 : 1;
    for (int i = 0; i < TS_PARAMETERS_MAX; i++) {
        p = d->genomes[x].gene[i] / NEAR, q = d->genomes[y].gene[i] / NEAR;
        if (p != q) return p < q ? -1 : 1;
    }
    int order = ts_genome_compare(&d->genomes[x], &d->genomes[y]);
    return order ? order : x < y ? -1 : x > y;
}

/* As many batches as keep all threads busy to the end, none larger than BATCH_GENOMES. */
static size_t count_batches(size_t count, size_t threads, bool device)
{
    if (device) return (count + BATCH_GENOMES - 1) / BATCH_GENOMES; /* few large ones: each fills it */
    size_t batches = (count + BATCH_GENOMES - 1) / BATCH_GENOMES;
    batches = (batches + threads - 1) / threads * threads;
    size_t groups = (count + TS_LANES_MAX - 1) / TS_LANES_MAX;
    return batches < groups ? batches : groups;
}

/* The walkers of every position, in the order of the windows. */
static int find_walkers(evaluation *e, ts_error *error)
{
    size_t *position = ts_alloc(e->count, sizeof *position), walkers = 0;
    for (size_t w = 0; w < e->walks_count; w++) walkers += e->walks[w].count;
    e->begin = ts_alloc(e->count + 2, sizeof *e->begin);
    e->walker = ts_alloc(walkers + 1, sizeof *e->walker);
    if (!position || !e->begin || !e->walker) {
        free(position);
        return ts_no_memory(error, "the genomes");
    }
    for (size_t i = 0; i < e->count; i++) position[e->order[i]] = i;
#define POSITION(w, i) position[e->walks[w].genome ? e->walks[w].genome[i] : (uint32_t)(i)]
    size_t *next = e->begin + 1; /* becomes the first walker of the position after */
    for (size_t w = 0; w < e->walks_count; w++)
        for (size_t i = 0; i < e->walks[w].count; i++) next[POSITION(w, i) + 1]++;
    for (size_t i = 0; i < e->count; i++) next[i + 1] += next[i];
    for (size_t w = 0; w < e->walks_count; w++)
        for (size_t i = 0; i < e->walks[w].count; i++)
            e->walker[next[POSITION(w, i)]++] = (ts_walker){.walks = (uint32_t)w, .slot = i};
#undef POSITION
    free(position);
    return 0;
}

int ts_evaluate_walks(ts_engine *engine, const ts_strategy *strategy, const ts_genome *genomes, size_t count,
                      const ts_walks *walks, size_t walks_count, ts_error *error)
{
    if (!count || !walks_count) return 0;
    evaluation e = {.engine = engine,
                    .strategy = strategy,
                    .genomes = genomes,
                    .walks = walks,
                    .count = count,
                    .walks_count = walks_count};
    e.batches = count_batches(count, (size_t)ts_threads_count(engine->threads), ts_engine_on_device(engine));
    e.order = ts_alloc(count, sizeof *e.order);
    e.errors = ts_alloc(e.batches, sizeof *e.errors);
    int status = e.order && e.errors ? 0 : ts_no_memory(error, "the genomes");
    if (!status) {
        for (size_t i = 0; i < count; i++) e.order[i] = i;
        dealing deal = {genomes, gene_to_deal_by(genomes, count), (int)e.batches};
        qsort_r(e.order, count, sizeof *e.order, by_batch_and_nearness, &deal);
        status = find_walkers(&e, error);
    }
    if (!status) ts_threads_run(engine->threads, e.batches, run_batch, &e);
    for (size_t i = 0; !status && i < e.batches; i++)
        if (e.errors[i].code) status = ts_fail(error, e.errors[i].code, "%s", e.errors[i].text);
    free(e.order), free(e.begin), free(e.walker), free(e.errors);
    return status;
}

int ts_evaluate(ts_engine *engine, const ts_market *market, const ts_strategy *strategy, const ts_genome *genomes,
                size_t count, ts_metrics *out, ts_error *error)
{
    const ts_walks walks = {.market = market, .count = count, .metrics = out};
    return ts_evaluate_walks(engine, strategy, genomes, count, &walks, 1, error);
}
