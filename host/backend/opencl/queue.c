/* A queue made, and freed with the times of its launches. */
#include "host/backend/opencl/handles.h"

#include <stdlib.h>

ts_cl_queue *ts_cl_queue_new(ts_cl_context *context, ts_error *error)
{
    char name[TS_CL_REFUSAL];
    cl_int status;
    ts_cl_queue *queue = malloc(sizeof *queue);
    if (!queue) {
        ts_no_memory(error, "an OpenCL queue");
        return NULL;
    }
    *queue = (ts_cl_queue){context, context->api->clCreateCommandQueue(context->handle, context->id, 0, &status), NULL};
    if (queue->handle) return queue;
    ts_cl_fail(error, status, "%s: no command queue", ts_cl_named(context, name));
    free(queue);
    return NULL;
}

void ts_cl_queue_free(ts_cl_queue *queue)
{
    if (!queue) return;
    ts_cl_profile_free(queue);
    queue->context->api->clReleaseCommandQueue(queue->handle);
    free(queue);
}
