#define _GNU_SOURCE
/* The comm of a job that a launcher started, by Open MPI. This file is a module of its own: see comm.c.
 *
 * All calls come from one thread (MPI_THREAD_FUNNELED), and none waits inside MPI for another rank's work, which would
 * take a whole core: everything is started, tested for, and slept between tests.
 *
 * Sending copies the bytes into a parcel in the outbox of the rank they are for. The first STARTED_MOST of an outbox
 * are in MPI's hands, the others wait, so a rank that is slow to receive holds up nobody else's messages. An outbox has
 * no bound: who floods a rank runs out of memory, here or there. Receiving starts every message that has come and
 * delivers whichever is complete, those of one rank in their order, so a large message from a rank that is busy
 * computing holds up no other rank's.
 *
 * A window of shared memory is made within a machine only: Open MPI 4.1 refuses one across machines. Where /dev/shm is
 * too small it ends the whole job instead of failing, so the room there is looked at first. */
#include "cluster/transport.h"

#include "common/memory.h"

#include <mpi.h>

#include <limits.h>
#include <stdalign.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <time.h>

enum {
    STARTED_MOST = 64,      /* messages to one rank that MPI holds at a time */
    PART = 256 << 20,       /* bytes of shared data that travel in one broadcast: MPI counts in int */
    ROOM_A_RANK = 8 << 20,  /* bytes of /dev/shm left for MPI's own buffers, which grow while the job runs */
    NAP_LEAST = 50,         /* microseconds between two tests, */
    NAP_MOST = 5000,        /* growing while nothing comes */
    TESTS_BEFORE_NAP = 256, /* while data is on its way */
};

static const double QUIET = 0.05, REST = 0.004; /* seconds */

typedef struct parcel {
    struct parcel *next;
    MPI_Request request;
    int peer, tag;
    size_t size;
    alignas(max_align_t) unsigned char bytes[];
} parcel;

typedef struct parcels {
    parcel *first, *last;
} parcels;

typedef struct outbox {
    parcels sent;
    parcel *next; /* the first that MPI does not hold yet */
    int started;
} outbox;

typedef struct segment { /* of shared data */
    void *bytes;
    MPI_Win window; /* MPI_WIN_NULL: the bytes are from ts_alloc */
} segment;

typedef struct mpi {
    MPI_Comm node, leaders;  /* the ranks of this machine; the first of each machine, MPI_COMM_NULL for others */
    outbox *outbox;          /* one a rank */
    size_t unsent;           /* parcels in all outboxes */
    parcels coming;          /* received or being received, in the order of their arrival */
    parcel *delivered;       /* what the caller reads until the next call */
    double heard, looked;    /* seconds: the last message sent or delivered, the last look into MPI */
    uint64_t *held_up, look; /* the look at `coming` in which an earlier message of that rank was incomplete */
    segment *segment;
    size_t segments;
} mpi;

static int check(int code, const char *what, ts_error *error)
{
    char text[MPI_MAX_ERROR_STRING];
    int length;
    if (code == MPI_SUCCESS) return 0;
    if (MPI_Error_string(code, text, &length)) text[0] = '\0';
    return ts_fail(error, TS_FAILED, "MPI failed at %s: %s", what, text);
}

static void nap(int microseconds) { nanosleep(&(struct timespec){0, microseconds * 1000L}, NULL); }

static int longer(int microseconds) { return microseconds * 2 < NAP_MOST ? microseconds * 2 : NAP_MOST; }

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static parcel *parcel_new(int peer, int tag, size_t size, ts_error *error)
{
    parcel *made = malloc(sizeof *made + size);
    if (!made) ts_no_memory(error, "a message");
    else *made = (parcel){.request = MPI_REQUEST_NULL, .peer = peer, .tag = tag, .size = size};
    return made;
}

static void append(parcels *list, parcel *added)
{
    if (list->first) list->last->next = added;
    else list->first = added;
    list->last = added;
}

static void free_parcels(parcels *list)
{
    for (parcel *next; list->first; list->first = next) {
        next = list->first->next;
        free(list->first);
    }
}

/* Start what may be started, free what has left. */
static int move_outbox(mpi *state, outbox *box, ts_error *error)
{
    while (box->sent.first) {
        for (parcel *p = box->next; p && box->started < STARTED_MOST; p = box->next) {
            int code = MPI_Isend(p->bytes, (int)p->size, MPI_BYTE, p->peer, p->tag, MPI_COMM_WORLD, &p->request);
            if (check(code, "sending", error)) return -1;
            box->next = p->next;
            box->started++;
        }
        int done = 0;
        parcel *first = box->sent.first;
        if (check(MPI_Test(&first->request, &done, MPI_STATUS_IGNORE), "sending", error)) return -1;
        if (!done) return 0;
        box->sent.first = first->next;
        box->started--;
        state->unsent--;
        free(first);
    }
    return 0;
}

static int move_outboxes(const ts_comm *comm, ts_error *error)
{
    mpi *state = comm->state;
    for (int rank = 0; state->unsent && rank < comm->size; rank++)
        if (move_outbox(state, &state->outbox[rank], error)) return -1;
    return 0;
}

/* Wait for what needs other ranks to arrive. They may be waiting for what is in our outboxes. */
static int wait_for_ranks(const ts_comm *comm, MPI_Request *request, const char *what, ts_error *error)
{
    int done = 0;
    for (int pause = NAP_LEAST; !done; pause = longer(pause)) {
        if (move_outboxes(comm, error)) return -1;
        if (check(MPI_Test(request, &done, MPI_STATUS_IGNORE), what, error)) return -1;
        if (!done) nap(pause);
    }
    return 0;
}

/* Wait for data that is on its way: MPI moves it only while it is being tested for. */
static int wait_for_data(const ts_comm *comm, MPI_Request *request, const char *what, ts_error *error)
{
    int done = 0;
    for (int tests = 1; !done; tests++) {
        if (move_outboxes(comm, error)) return -1;
        if (check(MPI_Test(request, &done, MPI_STATUS_IGNORE), what, error)) return -1;
        if (!done && tests % TESTS_BEFORE_NAP == 0) nap(NAP_LEAST);
    }
    return 0;
}

static int send_mpi(ts_comm *comm, int to, int tag, const void *bytes, size_t size, ts_error *error)
{
    mpi *state = comm->state;
    outbox *box = &state->outbox[to];
    parcel *sent = parcel_new(to, tag, size, error);
    if (!sent) return -1;
    if (size) memcpy(sent->bytes, bytes, size);
    state->heard = seconds();
    append(&box->sent, sent);
    if (!box->next) box->next = sent;
    state->unsent++;
    return move_outbox(state, box, error);
}

/* Take the oldest complete message that no earlier one of its rank holds up out of those that are coming. */
static int take_complete(mpi *state, parcel **taken, ts_error *error)
{
    state->look++;
    for (parcel *before = NULL, *p = state->coming.first; p; before = p, p = p->next) {
        int done = 0;
        if (state->held_up[p->peer] == state->look) continue;
        if (check(MPI_Test(&p->request, &done, MPI_STATUS_IGNORE), "receiving", error)) return -1;
        if (!done) {
            state->held_up[p->peer] = state->look;
            continue;
        }
        if (before) before->next = p->next;
        else state->coming.first = p->next;
        if (state->coming.last == p) state->coming.last = before;
        *taken = p;
        return 1;
    }
    return 0;
}

/* Start to receive a message that has arrived: 1 when there was one. */
static int start_arrived(mpi *state, ts_error *error)
{
    int found, size;
    MPI_Message message;
    MPI_Status status;
    if (check(MPI_Improbe(MPI_ANY_SOURCE, MPI_ANY_TAG, MPI_COMM_WORLD, &found, &message, &status), "receiving", error))
        return -1;
    if (!found) return 0;
    if (check(MPI_Get_count(&status, MPI_BYTE, &size), "receiving", error)) return -1;
    parcel *p = parcel_new(status.MPI_SOURCE, status.MPI_TAG, (size_t)size, error);
    if (!p) return -1;
    if (check(MPI_Imrecv(p->bytes, size, MPI_BYTE, &message, &p->request), "receiving", error)) {
        free(p);
        return -1;
    }
    append(&state->coming, p);
    return 1;
}

/* A look into MPI asks the kernel for each connection: where nothing has been heard for long, not every call looks. */
static bool may_rest(mpi *state)
{
    double now = seconds();
    if (state->unsent || state->coming.first || now - state->heard < QUIET || now - state->looked >= REST) {
        state->looked = now;
        return false;
    }
    return true;
}

static int receive_mpi(ts_comm *comm, ts_message *message, ts_error *error)
{
    mpi *state = comm->state;
    free(state->delivered);
    state->delivered = NULL;
    if (may_rest(state)) return 0;
    if (move_outboxes(comm, error)) return -1;
    for (;;) {
        int got = take_complete(state, &state->delivered, error);
        if (got < 0) return -1;
        if (got) break;
        got = start_arrived(state, error);
        if (got <= 0) return got;
    }
    state->heard = state->looked;
    const parcel *p = state->delivered;
    *message = (ts_message){.from = p->peer, .tag = p->tag, .bytes = p->bytes, .size = p->size};
    return 1;
}

/* Whether all ranks of the communicator say yes; every one of them has to ask. */
static int all_agree(const ts_comm *comm, MPI_Comm among, bool yes, bool *agreed, ts_error *error)
{
    int mine = yes, all = 0;
    MPI_Request request;
    if (check(MPI_Iallreduce(&mine, &all, 1, MPI_INT, MPI_MIN, among, &request), "sharing", error)) return -1;
    if (wait_for_ranks(comm, &request, "sharing", error)) return -1;
    *agreed = all;
    return 0;
}

static bool room_for_window(const ts_comm *comm, size_t size)
{
    struct statvfs room;
    if (statvfs("/dev/shm", &room)) return false;
    size_t left = (size_t)room.f_bavail * room.f_frsize, kept = (size_t)comm->local_size * ROOM_A_RANK;
    return left > kept && left - kept >= size;
}

/* The window lies in the memory of the machine's first rank, and everybody's bytes are those. */
static int open_window(const ts_comm *comm, segment *made, size_t size, ts_error *error)
{
    mpi *state = comm->state;
    MPI_Aint own = comm->local_rank ? 0 : (MPI_Aint)size, length;
    int unit;
    void *bytes;
    if (check(MPI_Win_allocate_shared(own, 1, MPI_INFO_NULL, state->node, &bytes, &made->window), "sharing", error))
        return -1;
    if (check(MPI_Win_shared_query(made->window, 0, &length, &unit, &made->bytes), "sharing", error)) return -1;
    return check(MPI_Win_lock_all(MPI_MODE_NOCHECK, made->window), "sharing", error);
}

static int take_memory(const ts_comm *comm, segment *made, size_t size, ts_error *error)
{
    mpi *state = comm->state;
    bool window = comm->local_size > 1 && size > 0, there;
    if (window) {
        if (all_agree(comm, state->node, room_for_window(comm, size), &window, error)) return -1;
        if (window && open_window(comm, made, size, error)) return -1;
        if (!window && comm->local_rank == 0)
            comm->warn("rank %d: /dev/shm is too small for %.1f MB of shared data, so each of the %d ranks of this "
                       "machine takes a copy of its own; a larger one (in Kubernetes an emptyDir with medium Memory) "
                       "saves that memory",
                       comm->rank, (double)size / 1e6, comm->local_size);
    }
    if (!window) made->bytes = ts_alloc(size, 1);
    if (all_agree(comm, MPI_COMM_WORLD, made->bytes, &there, error)) return -1;
    return there ? 0 : ts_fail(error, TS_FAILED, "a rank has no memory for %.1f MB of shared data", (double)size / 1e6);
}

static int broadcast(const ts_comm *comm, MPI_Comm among, unsigned char *part, size_t length, ts_error *error)
{
    MPI_Request request;
    if (check(MPI_Ibcast(part, (int)length, MPI_BYTE, 0, among, &request), "sharing", error)) return -1;
    return wait_for_data(comm, &request, "sharing", error);
}

/* From rank 0 to the first rank of each machine, and on to the others of a machine that has no window. */
static int spread(const ts_comm *comm, const segment *made, size_t size, ts_error *error)
{
    mpi *state = comm->state;
    bool copies = made->window == MPI_WIN_NULL && comm->local_size > 1, agreed;
    unsigned char *bytes = made->bytes;
    for (size_t begin = 0; begin < size; begin += PART) {
        size_t length = size - begin < PART ? size - begin : PART;
        if (comm->local_rank == 0 && comm->nodes > 1 && broadcast(comm, state->leaders, bytes + begin, length, error))
            return -1;
        if (copies && broadcast(comm, state->node, bytes + begin, length, error)) return -1;
    }
    if (made->window == MPI_WIN_NULL) return 0;
    if (check(MPI_Win_sync(made->window), "sharing", error)) return -1;
    if (all_agree(comm, state->node, true, &agreed, error)) return -1;
    return check(MPI_Win_sync(made->window), "sharing", error);
}

static int share_mpi(ts_comm *comm, const void *bytes, size_t size, const void **shared, ts_error *error)
{
    mpi *state = comm->state;
    uint64_t length = size;
    MPI_Request request;
    segment *grown = ts_grow(state->segment, state->segments + 1, sizeof *grown);
    if (!grown) return ts_no_memory(error, "shared data");
    state->segment = grown;
    segment *made = &grown[state->segments++];
    *made = (segment){.window = MPI_WIN_NULL};

    if (check(MPI_Ibcast(&length, 1, MPI_UINT64_T, 0, MPI_COMM_WORLD, &request), "sharing", error)) return -1;
    if (wait_for_ranks(comm, &request, "sharing", error)) return -1;
    if (take_memory(comm, made, length, error)) return -1;
    if (comm->rank == 0 && length) memcpy(made->bytes, bytes, length);
    if (spread(comm, made, length, error)) return -1;
    *shared = made->bytes;
    return 0;
}

/* What Open MPI does otherwise is slow for ranks that sleep between tests, since some 30 small messages or three
 * fragments of a large one move between two; and it reads the memory of other processes directly, which containers
 * forbid, with a complaint each time. */
static void prefer_settings(void)
{
    setenv("OMPI_MCA_pml_ob1_send_pipeline_depth", "64", 0);
    setenv("OMPI_MCA_btl_vader_fbox_size", "65536", 0);
    setenv("OMPI_MCA_btl_vader_single_copy_mechanism", "none", 0);
}

/* Errors are returned to us, not the end of the job. */
static int start_mpi(ts_error *error)
{
    int begun = 0, provided = 0;
    if (check(MPI_Initialized(&begun), "the start", error)) return -1;
    if (begun) return ts_fail(error, TS_FAILED, "MPI cannot be started twice in one process");
    prefer_settings();
    if (check(MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &provided), "the start", error)) return -1;
    if (provided < MPI_THREAD_FUNNELED)
        return ts_fail(error, TS_UNAVAILABLE, "this MPI is for programs without threads (MPI_THREAD_SINGLE)");
    return check(MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN), "the start", error);
}

static int find_place(ts_comm *comm, mpi *state)
{
    int leader, code = MPI_Comm_rank(MPI_COMM_WORLD, &comm->rank);
    if (!code) code = MPI_Comm_size(MPI_COMM_WORLD, &comm->size);
    if (!code)
        code = MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, comm->rank, MPI_INFO_NULL, &state->node);
    if (!code) code = MPI_Comm_rank(state->node, &comm->local_rank);
    if (!code) code = MPI_Comm_size(state->node, &comm->local_size);
    leader = comm->local_rank == 0;
    if (!code) code = MPI_Comm_split(MPI_COMM_WORLD, leader ? 0 : MPI_UNDEFINED, comm->rank, &state->leaders);
    if (!code) code = MPI_Allreduce(&leader, &comm->nodes, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
    return code;
}

static int open_mpi(ts_comm *comm, ts_error *error)
{
    mpi *state = calloc(1, sizeof *state);
    if (!state) return ts_no_memory(error, "messages");
    comm->state = state;
    if (start_mpi(error)) goto failed;
    if (check(find_place(comm, state), "the start", error)) goto failed;
    state->outbox = calloc((size_t)comm->size, sizeof *state->outbox);
    state->held_up = calloc((size_t)comm->size, sizeof *state->held_up);
    if (state->outbox && state->held_up) return 0;
    ts_no_memory(error, "messages");
failed:
    free(state->outbox);
    free(state->held_up);
    free(state);
    return -1;
}

/* Until all ranks are here: send what is queued, and receive what nobody will read, since its sender waits for that. */
static void wait_for_all(ts_comm *comm, ts_error *error)
{
    mpi *state = comm->state;
    ts_message message;
    MPI_Request barrier = MPI_REQUEST_NULL;
    int got, done = 0;
    for (int pause = NAP_LEAST; !done; pause = got ? NAP_LEAST : longer(pause)) {
        size_t unsent = state->unsent;
        got = receive_mpi(comm, &message, error);
        if (got < 0) return;
        if (state->unsent != unsent) got = 1;
        if (!state->unsent && barrier == MPI_REQUEST_NULL &&
            check(MPI_Ibarrier(MPI_COMM_WORLD, &barrier), "the end", error))
            return;
        if (barrier != MPI_REQUEST_NULL && check(MPI_Test(&barrier, &done, MPI_STATUS_IGNORE), "the end", error))
            return;
        if (!got && !done) nap(pause);
    }
}

static void close_mpi(ts_comm *comm)
{
    mpi *state = comm->state;
    ts_error error = {0};
    wait_for_all(comm, &error);
    if (error.code) comm->warn("rank %d: %s", comm->rank, error.text);
    for (size_t i = 0; i < state->segments; i++)
        if (state->segment[i].window == MPI_WIN_NULL) free(state->segment[i].bytes);
        else if (!MPI_Win_unlock_all(state->segment[i].window)) MPI_Win_free(&state->segment[i].window);
    for (int rank = 0; rank < comm->size; rank++) free_parcels(&state->outbox[rank].sent);
    free_parcels(&state->coming);
    MPI_Comm_free(&state->node);
    if (state->leaders != MPI_COMM_NULL) MPI_Comm_free(&state->leaders);
    MPI_Finalize();
    free(state->segment);
    free(state->delivered);
    free(state->outbox);
    free(state->held_up);
    free(state);
}

__attribute__((visibility("default")))
const ts_transport ts_transport_mpi = {open_mpi, close_mpi, send_mpi, receive_mpi, share_mpi};
