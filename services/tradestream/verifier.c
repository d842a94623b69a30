#include "services/tradestream/verifier.h"

#include "common/log.h"
#include "common/memory.h"

#include <stdlib.h>

int ts_verifier_open(ts_verifier *verifier, const char *path, const ts_options *options, ts_error *error)
{
    int threads = options->threads ? (int)options->threads : ts_threads_available();
    *verifier = (ts_verifier){0};
    if (ts_recall_open(&verifier->recall, options, error) || ts_stored_file_read(path, &verifier->file, error))
        goto fail;
    verifier->order = ts_recall_order(&verifier->file, error);
    verifier->threads = ts_threads_new(threads, error);
    verifier->found = ts_alloc(verifier->file.count, sizeof *verifier->found);
    verifier->engine = ts_alloc((size_t)threads, sizeof(ts_engine *));
    if (!verifier->found || !verifier->engine) ts_no_memory(error, "the verification");
    for (int i = 0; i < threads && !error->code; i++) verifier->engine[i] = ts_engine_new("scalar", 1, error);
    if (!error->code) return 0;
fail:
    ts_verifier_close(verifier);
    return -1;
}

void ts_verifier_close(ts_verifier *verifier)
{
    for (size_t i = 0; verifier->found && i < verifier->file.count; i++) ts_verification_clear(&verifier->found[i]);
    for (int i = 0; verifier->threads && verifier->engine && i < ts_threads_count(verifier->threads); i++)
        ts_engine_free(verifier->engine[i]);
    free(verifier->difference);
    free(verifier->engine);
    free(verifier->found);
    free(verifier->order);
    ts_threads_free(verifier->threads);
    ts_recall_close(&verifier->recall);
    ts_stored_file_clear(&verifier->file);
}

/* Results of one market that are computed side by side: enough to keep the threads busy, few enough that the progress
 * is seen to move. */
enum { BATCH = 32 };

typedef struct batch {
    ts_verifier *verifier;
    const ts_stored_result **result; /* `count` of verifier->order */
    size_t count;
    ts_recalled recalled[BATCH];
    ts_error error[BATCH];
} batch;

static void verify(void *context, int worker, size_t index)
{
    batch *b = context;
    const ts_stored_result *result = b->result[index];
    const ts_recalled *recalled = &b->recalled[index];
    const ts_evidence evidence = {result, &recalled->strategy, &recalled->genome, recalled->market, &recalled->origin};
    ts_verification *found = &b->verifier->found[result - b->verifier->file.result];
    ts_verify(b->verifier->engine[worker], &evidence, found, &b->error[index]);
}

/* The next results that have the market of the first of them. */
static int recall(batch *b, size_t left, ts_error *error)
{
    ts_verifier *v = b->verifier;
    for (b->count = 0; b->count < left && b->count < BATCH; b->count++) {
        const ts_stored_result *result = b->result[b->count];
        if (b->count && !ts_recall_same(b->result[0], result)) break;
        if (ts_recall_result(&v->recall, result, &b->recalled[b->count], error))
            return ts_stored_file_context(&v->file, result, error);
    }
    return 0;
}

static int run_batch(batch *b, size_t left, ts_error *error)
{
    ts_verifier *v = b->verifier;
    if (recall(b, left, error)) return -1;
    for (size_t i = 0; i < b->count; i++) b->error[i] = (ts_error){0};
    ts_threads_run(v->threads, b->count, verify, b);
    for (size_t i = 0; i < b->count; i++) {
        if (!b->error[i].code) continue;
        ts_fail(error, b->error[i].code, "%s", b->error[i].text);
        return ts_stored_file_context(&v->file, b->result[i], error);
    }
    return 0;
}

static int gather(ts_verifier *v, ts_error *error)
{
    for (size_t i = 0; i < v->file.count; i++) v->differences += v->found[i].differences;
    v->difference = ts_alloc(v->differences + 1, sizeof *v->difference);
    if (!v->difference) return ts_no_memory(error, "the differences");
    size_t count = 0;
    for (size_t i = 0; i < v->file.count; i++) {
        const ts_verification *found = &v->found[i];
        v->compared += found->compared;
        v->differing += found->differences > 0;
        for (size_t j = 0; j < found->differences; j++) v->difference[count++] = &found->difference[j];
    }
    return 0;
}

int ts_verifier_run(ts_verifier *verifier, ts_error *error)
{
    size_t count = verifier->file.count, differing = 0;
    batch *b = ts_alloc(1, sizeof *b);
    int status = b ? 0 : ts_no_memory(error, "the verification");
    for (size_t done = 0; done < count && !status; done += b->count) {
        b->verifier = verifier;
        b->result = verifier->order + done;
        status = run_batch(b, count - done, error);
        for (size_t i = 0; i < b->count && !status; i++)
            differing += verifier->found[b->result[i] - verifier->file.result].differences > 0;
        if (!status)
            ts_progress(done + b->count == count, "%zu of %zu results computed again, %zu differ; %s %s",
                        done + b->count, count, differing, b->result[0]->symbol, b->result[0]->strategy);
    }
    free(b);
    return status ? -1 : gather(verifier, error);
}
