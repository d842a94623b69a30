/* The ranks of one job: messages between them, and memory that the ranks of a node share.
 *
 * Under a launcher (mpirun, srun) they are the processes it started, by way of MPI, whose library is loaded only then;
 * otherwise this process is the only one. Only one thread of a process may use a comm. */
#ifndef TS_CLUSTER_COMM_H
#define TS_CLUSTER_COMM_H

#include "common/error.h"

#include <stddef.h>

typedef struct ts_comm ts_comm;

typedef struct ts_message {
    int from, tag;
    const unsigned char *bytes; /* valid until the next call with this comm */
    size_t size;
} ts_message;

/* TS_UNAVAILABLE when a launcher started this process and MPI cannot be loaded. */
int ts_comm_open(ts_comm **comm, ts_error *error);

/* Waits until every rank closes. What was sent to ranks that are not closing yet is delivered. */
void ts_comm_close(ts_comm *comm);

int ts_comm_rank(const ts_comm *comm);
int ts_comm_size(const ts_comm *comm);
int ts_comm_nodes(const ts_comm *comm);      /* how many different machines */
int ts_comm_local_rank(const ts_comm *comm); /* among the ranks of this machine, from 0 */
int ts_comm_local_size(const ts_comm *comm);

/* Queue a copy of the bytes for another rank; never waits. Messages from one rank to another arrive in their order. */
int ts_comm_send(ts_comm *comm, int to, int tag, const void *bytes, size_t size, ts_error *error);

/* Move what is queued; 1 and the next message that has arrived, from any rank, 0 without one, -1. Never waits: who has
 * nothing else to do sleeps between two calls, since waiting inside MPI takes a whole core. */
int ts_comm_receive(ts_comm *comm, ts_message *message, ts_error *error);

/* All ranks call this together; rank 0 gives the bytes, which all can read at *shared until the comm is closed, one
 * copy a machine; where the machine's shared memory is too small each rank has a copy of its own, and a warning is
 * logged. `bytes` and `size` of other ranks are not looked at. */
int ts_comm_share(ts_comm *comm, const void *bytes, size_t size, const void **shared, ts_error *error);

#endif
