#define _GNU_SOURCE
#include "cluster/agree.h"

#include "common/bytes.h"

#include <stdbool.h>
#include <time.h>

enum { TAG_FARED = 32, TAG_VERDICT };
static const long nap_ns = 1000000;

static int say(ts_comm *comm, int to, int tag, const ts_error *fared, ts_error *error)
{
    ts_strbuf text = {0};
    ts_put_u64(&text, (uint64_t)fared->code);
    ts_put_text(&text, fared->text);
    int status = ts_strbuf_failed(&text) ? ts_no_memory(error, "a message")
                                         : ts_comm_send(comm, to, tag, text.text, text.length, error);
    ts_strbuf_clear(&text);
    return status;
}

/* The next message, which has to be of this kind. */
static int hear(ts_comm *comm, int tag, int *from, ts_error *fared, ts_error *error)
{
    ts_message message;
    int got;
    while (!(got = ts_comm_receive(comm, &message, error))) nanosleep(&(struct timespec){.tv_nsec = nap_ns}, NULL);
    if (got < 0) return -1;
    ts_reader in = {.at = message.bytes, .left = message.size};
    fared->code = (int)ts_take_u64(&in);
    ts_take_text(&in, fared->text, sizeof fared->text);
    *from = message.from;
    if (message.tag == tag && !in.failed) return 0;
    return ts_fail(error, TS_FAILED, "rank %d sent a message of kind %d where one of kind %d was due", message.from,
                   message.tag, tag);
}

static int gather(ts_comm *comm, ts_error *first, ts_error *error)
{
    int rank = 0, from;
    for (int i = 1; i < ts_comm_size(comm); i++) {
        ts_error fared = {0};
        if (hear(comm, TAG_FARED, &from, &fared, error)) return -1;
        if (!fared.code || (first->code && rank < from)) continue;
        rank = from;
        first->code = fared.code;
        *first->text = '\0';
        ts_error told = {0};
        ts_fail(&told, fared.code, "rank %d: %s", from, fared.text);
        *first = told;
    }
    return 0;
}

int ts_agree(ts_comm *comm, int status, ts_error *error)
{
    ts_error mine = status ? *error : (ts_error){0}, verdict = {0};
    int from;
    *error = (ts_error){0};
    if (ts_comm_rank(comm)) {
        if (say(comm, 0, TAG_FARED, &mine, error) || hear(comm, TAG_VERDICT, &from, &verdict, error)) return -1;
    } else {
        verdict = mine;
        if (gather(comm, &verdict, error)) return -1;
        for (int i = 1; i < ts_comm_size(comm); i++)
            if (say(comm, i, TAG_VERDICT, &verdict, error)) return -1;
    }
    *error = verdict;
    return verdict.code ? -1 : 0;
}
