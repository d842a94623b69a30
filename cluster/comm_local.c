/* The comm of a process that is alone: messages to itself, and copies of what it shares with nobody else. */
#include "cluster/transport.h"

#include "common/memory.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

typedef struct parcel {
    struct parcel *next;
    int tag;
    size_t size;
    alignas(max_align_t) unsigned char bytes[];
} parcel;

typedef struct local {
    parcel *first, *last;
    parcel *delivered; /* what the caller reads until the next call */
    void **copy;
    size_t copies;
} local;

static int open_local(ts_comm *comm, ts_error *error)
{
    comm->state = calloc(1, sizeof(local));
    if (!comm->state) return ts_no_memory(error, "messages");
    comm->size = comm->nodes = comm->local_size = 1;
    return 0;
}

static void close_local(ts_comm *comm)
{
    local *state = comm->state;
    for (parcel *next; state->first; state->first = next) {
        next = state->first->next;
        free(state->first);
    }
    for (size_t i = 0; i < state->copies; i++) free(state->copy[i]);
    free(state->copy);
    free(state->delivered);
    free(state);
}

static int send_local(ts_comm *comm, int to, int tag, const void *bytes, size_t size, ts_error *error)
{
    (void)to;
    local *state = comm->state;
    parcel *sent = malloc(sizeof *sent + size);
    if (!sent) return ts_no_memory(error, "a message");
    *sent = (parcel){.tag = tag, .size = size};
    if (size) memcpy(sent->bytes, bytes, size);
    if (state->first) state->last->next = sent;
    else state->first = sent;
    state->last = sent;
    return 0;
}

static int receive_local(ts_comm *comm, ts_message *message, ts_error *error)
{
    (void)error;
    local *state = comm->state;
    parcel *taken = state->first;
    free(state->delivered);
    state->delivered = taken;
    if (!taken) return 0;
    state->first = taken->next;
    *message = (ts_message){.tag = taken->tag, .bytes = taken->bytes, .size = taken->size};
    return 1;
}

static int share_local(ts_comm *comm, const void *bytes, size_t size, const void **shared, ts_error *error)
{
    local *state = comm->state;
    void **grown = ts_grow(state->copy, state->copies + 1, sizeof *grown);
    if (!grown) return ts_no_memory(error, "shared data");
    state->copy = grown;
    void *copy = ts_alloc(size, 1);
    if (!copy) return ts_no_memory(error, "shared data");
    if (size) memcpy(copy, bytes, size);
    state->copy[state->copies++] = copy;
    *shared = copy;
    return 0;
}

const ts_transport ts_transport_local = {open_local, close_local, send_local, receive_local, share_local};
