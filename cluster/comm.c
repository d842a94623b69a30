#define _GNU_SOURCE
/* Chooses what carries the messages. A launcher is known by what it puts into the environment: mpirun sets
 * OMPI_COMM_WORLD_SIZE, srun PMIX_RANK or PMI_RANK. Without one nothing of MPI is loaded or looked for.
 *
 * MPI is a module, found beside the program: PREFIX/bin/tradestream has PREFIX/lib/tradestream/tradestream_mpi.so, and
 * so has a build folder for its bin/ and its tests/. It is never unloaded: Open MPI cannot be started twice. */
#include "cluster/comm.h"

#include "cluster/transport.h"
#include "common/log.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char module_name[] = "/../lib/tradestream/tradestream_mpi.so";

static const char *launcher(void)
{
    static const char *const signs[] = {"OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK"};
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (getenv(signs[i])) return signs[i];
    return NULL;
}

static int module_path(char path[PATH_MAX], ts_error *error)
{
    char program[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (length <= 0) return ts_fail(error, TS_UNAVAILABLE, "/proc/self/exe cannot be read, so MPI cannot be found");
    program[length] = '\0';
    *strrchr(program, '/') = '\0'; /* what /proc names is absolute */
    if (snprintf(path, PATH_MAX, "%s%s", program, module_name) >= PATH_MAX)
        return ts_fail(error, TS_UNAVAILABLE, "the path of the program is too long: %s", program);
    return 0;
}

/* All symbols of the module and of MPI are made global: Open MPI loads parts of itself, which look for them there. */
static const ts_transport *load_mpi(const char *sign, ts_error *error)
{
    char path[PATH_MAX];
    if (module_path(path, error)) return NULL;
    void *module = dlopen(path, RTLD_NOW | RTLD_GLOBAL);
    const ts_transport *transport = module ? dlsym(module, TS_TRANSPORT_MPI) : NULL;
    if (!transport)
        ts_fail(error, TS_UNAVAILABLE,
                "a launcher such as mpirun or srun started this process (%s is set), but MPI cannot be loaded: %s. It "
                "needs Open MPI's libraries and a TradeStream built where its development files were (Debian: "
                "libopenmpi-dev)",
                sign, dlerror());
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
