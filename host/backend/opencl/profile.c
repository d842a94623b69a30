/* Times of launches, from the events of a queue that keeps them. */
#include "common/memory.h"
#include "host/backend/opencl/handles.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct timed {
    cl_event event; /* NULL: the launch failed */
    char kernel[64];
} timed;

/* Events by blocks that stay where they are: the driver writes an event after its place was handed out. */
enum { BLOCK = 1024 };

typedef struct ts_cl_profile {
    timed *block[BLOCK];
    size_t launches;
    bool full; /* some launches were not timed */
} ts_cl_profile;

/* The same queue with other properties: an empty one is made anew. */
static int remake(ts_cl_queue *queue, cl_command_queue_properties properties, ts_error *error)
{
    ts_cl_context *context = queue->context;
    char name[TS_CL_REFUSAL];
    cl_int status;
    if (ts_cl_finish(queue, error)) return -1;
    cl_command_queue made = context->api->clCreateCommandQueue(context->handle, context->id, properties, &status);
    if (!made) return ts_cl_fail(error, status, "%s: no command queue", ts_cl_named(context, name));
    context->api->clReleaseCommandQueue(queue->handle);
    queue->handle = made;
    return 0;
}

int ts_cl_profile_begin(ts_cl_queue *queue, ts_error *error)
{
    ts_cl_profile_free(queue);
    ts_cl_profile *profile = ts_alloc(1, sizeof *profile);
    if (!profile) return ts_no_memory(error, "the times of an OpenCL queue");
    queue->profile = profile;
    if (!remake(queue, CL_QUEUE_PROFILING_ENABLE, error)) return 0;
    ts_cl_profile_free(queue);
    return -1;
}

cl_event *ts_cl_profile_event(ts_cl_queue *queue, const char *kernel)
{
    ts_cl_profile *profile = queue->profile;
    if (!profile || profile->full) return NULL;
    size_t block = profile->launches / BLOCK;
    profile->full = block == BLOCK;
    if (!profile->full && !profile->block[block]) {
        profile->block[block] = ts_alloc(BLOCK, sizeof *profile->block[block]);
        profile->full = !profile->block[block];
    }
    if (profile->full) return NULL;
    timed *launch = &profile->block[block][profile->launches++ % BLOCK];
    snprintf(launch->kernel, sizeof launch->kernel, "%s", kernel);
    return &launch->event;
}

void ts_cl_profile_free(ts_cl_queue *queue)
{
    ts_cl_profile *profile = queue->profile;
    if (!profile) return;
    for (size_t i = 0; i < profile->launches; i++) {
        const timed *launch = &profile->block[i / BLOCK][i % BLOCK];
        if (launch->event) queue->context->api->clReleaseEvent(launch->event);
    }
    for (size_t i = 0; i < BLOCK; i++) free(profile->block[i]);
    free(profile);
    queue->profile = NULL;
}

static int duration(const ts_cl_context *context, const timed *launch, double *seconds, ts_error *error)
{
    const ts_cl_api *api = context->api;
    cl_ulong from = 0, to = 0;
    char name[TS_CL_REFUSAL];
    cl_int status = api->clGetEventProfilingInfo(launch->event, CL_PROFILING_COMMAND_START, sizeof from, &from, NULL);
    if (status == CL_SUCCESS)
        status = api->clGetEventProfilingInfo(launch->event, CL_PROFILING_COMMAND_END, sizeof to, &to, NULL);
    *seconds = to > from ? (double)(to - from) * 1e-9 : 0;
    if (status == CL_SUCCESS) return 0;
    return ts_cl_fail(error, status, "%s: the time of kernel %s", ts_cl_named(context, name), launch->kernel);
}

/* The place of a kernel among those known so far. */
static ts_cl_spent *place_of(const char *kernel, ts_cl_spent *spent, size_t *count, size_t room)
{
    for (size_t i = 0; i < *count; i++)
        if (!strcmp(spent[i].kernel, kernel)) return &spent[i];
    if (*count == room) return NULL;
    spent[*count] = (ts_cl_spent){0};
    snprintf(spent[*count].kernel, sizeof spent->kernel, "%s", kernel);
    return &spent[(*count)++];
}

static int sum_up(const ts_cl_queue *queue, ts_cl_spent *spent, size_t room, size_t *count, ts_error *error)
{
    const ts_cl_profile *profile = queue->profile;
    if (profile->full) return ts_fail(error, TS_FAILED, "more than %d launches: too many to be timed", BLOCK * BLOCK);
    for (size_t i = 0; i < profile->launches; i++) {
        const timed *launch = &profile->block[i / BLOCK][i % BLOCK];
        ts_cl_spent *at = launch->event ? place_of(launch->kernel, spent, count, room) : NULL;
        double seconds;
        if (!at) continue;
        if (duration(queue->context, launch, &seconds, error)) return -1;
        at->seconds += seconds;
        at->launches++;
    }
    return 0;
}

size_t ts_cl_profile_end(ts_cl_queue *queue, ts_cl_spent *spent, size_t room, ts_error *error)
{
    size_t count = 0;
    int status = ts_cl_finish(queue, error);
    if (!status) status = sum_up(queue, spent, room, &count, error);
    ts_cl_profile_free(queue);
    if (remake(queue, 0, error)) status = -1;
    return status ? 0 : count;
}
