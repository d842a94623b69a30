/* Rank 0's part in sharing one task among ranks: when no tasks wait any more, ranks without one help those that have
 * one. Who works on a task is told how many would help; what it asks for is given to them, and their answers go back.
 * A part that nobody is free for waits: helpers become free again, as parts have no parts. */
#include "cluster/helpers.h"

#include "cluster/talk.h"
#include "common/memory.h"

#include <stdlib.h>

typedef struct part {
    int owner;
    ts_strbuf bytes;
    struct part *next;
} part;

struct ts_helpers {
    ts_comm *comm;
    ts_worker *worker;
    part *first, **last;
    bool *helping; /* by rank */
    int *told;     /* how many ranks would help it */
};

ts_helpers *ts_helpers_new(ts_comm *comm, ts_worker *worker, ts_error *error)
{
    size_t ranks = (size_t)ts_comm_size(comm);
    ts_helpers *h = ts_alloc(1, sizeof *h);
    if (h) {
        *h = (ts_helpers){.comm = comm, .worker = worker, .last = &h->first};
        h->helping = ts_alloc(ranks, sizeof *h->helping);
        h->told = ts_alloc(ranks, sizeof *h->told);
    }
    if (h && h->helping && h->told) return h;
    ts_helpers_free(h);
    ts_no_memory(error, "the ranks");
    return NULL;
}

static part *take_first(ts_helpers *h)
{
    part *first = h->first;
    if (first) h->first = first->next;
    if (!h->first) h->last = &h->first;
    return first;
}

static void part_free(part *is)
{
    ts_strbuf_clear(&is->bytes);
    free(is);
}

void ts_helpers_free(ts_helpers *h)
{
    if (!h) return;
    for (part *is; (is = take_first(h));) part_free(is);
    free(h->helping);
    free(h->told);
    free(h);
}

int ts_helpers_asked(ts_helpers *h, int rank, ts_reader bytes, ts_error *error)
{
    part *is = ts_alloc(1, sizeof *is);
    if (!is) return ts_no_memory(error, "a part of a task");
    is->owner = rank;
    if (bytes.left) ts_strbuf_append(&is->bytes, (const char *)bytes.at, bytes.left);
    *h->last = is;
    h->last = &is->next;
    return ts_strbuf_failed(&is->bytes) ? ts_no_memory(error, "a part of a task") : 0;
}

int ts_helpers_helped(ts_helpers *h, int rank, size_t label, ts_reader answer, ts_error *error)
{
    h->helping[rank] = false;
    if (label >= (size_t)ts_comm_size(h->comm)) return ts_fail(error, TS_FAILED, "an answer for rank %zu", label);
    if (label == 0) return ts_worker_answer(h->worker, answer.at, answer.left, error);
    return ts_job_say(h->comm, (int)label, TS_TAG_ANSWER, 0, answer.at, answer.left, error);
}

static int give(ts_helpers *h, int rank, part *is, ts_error *error)
{
    h->helping[rank] = true;
    size_t label = (size_t)is->owner;
    int status = rank ? ts_job_say(h->comm, rank, TS_TAG_HELP, label, is->bytes.text, is->bytes.length, error)
                      : ts_worker_help(h->worker, label, is->bytes.text, is->bytes.length, error);
    part_free(is);
    return status;
}

static int tell(ts_helpers *h, int rank, int spare, ts_error *error)
{
    if (h->told[rank] == spare) return 0;
    h->told[rank] = spare;
    if (rank) return ts_job_say(h->comm, rank, TS_TAG_SPARE, (uint64_t)spare, NULL, 0, error);
    ts_worker_spare(h->worker, spare);
    return 0;
}

int ts_helpers_deal(ts_helpers *h, const int *given, bool waiting, ts_error *error)
{
    int ranks = ts_comm_size(h->comm), free_ranks = 0, owners = 0, told = 0;
    for (int rank = ranks - 1; rank >= 0; rank--) {
        free_ranks += !given[rank];
        owners += given[rank] > 0;
        if (!given[rank] && !h->helping[rank] && h->first && give(h, rank, take_first(h), error)) return -1;
    }
    for (int rank = 0; rank < ranks; rank++) {
        bool owns = given[rank] > 0 && !waiting;
        int spare = owns ? free_ranks / owners + (told++ < free_ranks % owners) : 0;
        if (tell(h, rank, spare, error)) return -1;
    }
    return 0;
}
