#define _GNU_SOURCE
/* Chooses what carries the messages. A launcher is known by what it puts into the environment: mpirun sets
 * OMPI_COMM_WORLD_SIZE, srun PMIX_RANK or PMI_RANK. Without one nothing of MPI is loaded or looked for.
 *
 * MPI is a module (common/module.h), never unloaded: Open MPI cannot be started twice. */
#include "cluster/comm.h"

#include "cluster/transport.h"
#include "common/log.h"
#include "common/module.h"

#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>

static const char *launcher(void)
{
    static const char *const signs[] = {"OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK"};
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (getenv(signs[i])) return signs[i];
    return NULL;
}

/* All symbols of the module and of MPI are made global: Open MPI loads parts of itself, which look for them there. */
static const ts_transport *load_mpi(const char *sign, ts_error *error)
{
    ts_error why = {0};
    const ts_transport *transport = ts_module_load("tradestream_mpi", TS_TRANSPORT_MPI, true, &why);
    if (!transport)
        ts_fail(error, TS_UNAVAILABLE,
                "a launcher such as mpirun or srun started this process (%s is set), but MPI cannot be loaded: %s. It "
                "needs Open MPI's libraries and a TradeStream built where its development files were (Debian: "
                "libopenmpi-dev)",
                sign, why.text);
    return transport;
}

int ts_comm_open(ts_comm **out, ts_error *error)
{
    const char *sign = launcher();
    const ts_transport *transport = sign ? load_mpi(sign, error) : &ts_transport_local;
    if (!transport) return -1;
    ts_comm *comm = calloc(1, sizeof *comm);
    if (!comm) return ts_no_memory(error, "messages");
    *comm = (ts_comm){.transport = transport, .warn = ts_log_warning};
    if (transport->open(comm, error)) {
        free(comm);
        return -1;
    }
    *out = comm;
    return 0;
}

void ts_comm_close(ts_comm *comm)
{
    if (!comm) return;
    comm->transport->close(comm);
    free(comm);
}

int ts_comm_rank(const ts_comm *comm) { return comm->rank; }
int ts_comm_size(const ts_comm *comm) { return comm->size; }
int ts_comm_nodes(const ts_comm *comm) { return comm->nodes; }
int ts_comm_local_rank(const ts_comm *comm) { return comm->local_rank; }
int ts_comm_local_size(const ts_comm *comm) { return comm->local_size; }

int ts_comm_send(ts_comm *comm, int to, int tag, const void *bytes, size_t size, ts_error *error)
{
    if (to < 0 || to >= comm->size)
        return ts_fail(error, TS_FAILED, "message for rank %d, and the ranks are 0 to %d", to, comm->size - 1);
    if (tag < 0 || tag > TS_TAG_MOST) return ts_fail(error, TS_FAILED, "message tag %d, not 0 to %d", tag, TS_TAG_MOST);
    if (size > INT_MAX)
        return ts_fail(error, TS_FAILED, "message of %zu bytes, more than %d: such data is for ts_comm_share", size,
                       INT_MAX);
    return comm->transport->send(comm, to, tag, bytes, size, error);
}

int ts_comm_receive(ts_comm *comm, ts_message *message, ts_error *error)
{
    return comm->transport->receive(comm, message, error);
}

int ts_comm_share(ts_comm *comm, const void *bytes, size_t size, const void **shared, ts_error *error)
{
    return comm->transport->share(comm, bytes, size, shared, error);
}
