/* What carries the messages of a comm: this process alone, or MPI, which is a module of its own and loaded at need. */
#ifndef TS_CLUSTER_TRANSPORT_H
#define TS_CLUSTER_TRANSPORT_H

#include "cluster/comm.h"

enum { TS_TAG_MOST = 32767 }; /* what MPI promises everywhere */

/* The functions of comm.h, with what has been checked there: `to` is a rank, no tag is negative. */
typedef struct ts_transport {
    int (*open)(ts_comm *comm, ts_error *error); /* fills all fields of the comm below `warn` */
    void (*close)(ts_comm *comm);
    int (*send)(ts_comm *comm, int to, int tag, const void *bytes, size_t size, ts_error *error);
    int (*receive)(ts_comm *comm, ts_message *message, ts_error *error);
    int (*share)(ts_comm *comm, const void *bytes, size_t size, const void **shared, ts_error *error);
} ts_transport;

struct ts_comm {
    const ts_transport *transport;
    /* ts_log_warning of the program: a module has no log of its own. */
    void (*warn)(const char *format, ...) __attribute__((format(printf, 1, 2)));
    void *state;
    int rank, size, nodes, local_rank, local_size;
};

extern const ts_transport ts_transport_local;

/* The module's only symbol, by name and by type. */
#define TS_TRANSPORT_MPI "ts_transport_mpi"
extern const ts_transport ts_transport_mpi;

#endif
