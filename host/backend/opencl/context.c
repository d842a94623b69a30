/* A context on one device, its buffers, and how queues are begun, followed and waited for. */
#include "host/backend/opencl/handles.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *ts_cl_named(const ts_cl_context *context, char text[TS_CL_REFUSAL])
{
    snprintf(text, TS_CL_REFUSAL, "OpenCL device %s (%s)", context->device->label, context->device->name);
    return text;
}

ts_cl_context *ts_cl_context_new(const ts_cl *cl, const ts_cl_device *device, ts_error *error)
{
    char name[TS_CL_REFUSAL];
    cl_int status;
    ts_cl_context *context = malloc(sizeof *context);
    if (!context) {
        ts_no_memory(error, "an OpenCL context");
        return NULL;
    }
    *context = (ts_cl_context){.api = &cl->api, .device = device, .id = cl->ids[device - cl->devices]};
    if (*device->refusal) {
        ts_fail(error, TS_UNAVAILABLE, "%s cannot be used: %s", ts_cl_named(context, name), device->refusal);
        goto fail;
    }
    context->handle = cl->api.clCreateContext(NULL, 1, &context->id, NULL, NULL, &status);
    if (context->handle) return context;
    ts_cl_fail(error, status, "%s: no context", ts_cl_named(context, name));
fail:
    free(context);
    return NULL;
}

void ts_cl_context_free(ts_cl_context *context)
{
    if (!context) return;
    context->api->clReleaseContext(context->handle);
    free(context);
}

const ts_cl_device *ts_cl_context_device(const ts_cl_context *context) { return context->device; }

static int done(const ts_cl_context *context, cl_int status, const char *what, ts_error *error)
{
    char name[TS_CL_REFUSAL];
    return status == CL_SUCCESS ? 0 : ts_cl_fail(error, status, "%s: %s", ts_cl_named(context, name), what);
}

int ts_cl_queue_follow(ts_cl_queue *queue, ts_cl_queue *before, ts_error *error)
{
    const ts_cl_api *api = queue->context->api;
    cl_event event;
    cl_int status = api->clEnqueueMarkerWithWaitList(before->handle, 0, NULL, &event);
    if (done(before->context, status, "marking a queue", error)) return -1;
    /* Without a flush the marker may never be reached while the other queue waits for it. */
    status = api->clFlush(before->handle);
    if (status == CL_SUCCESS) status = api->clEnqueueBarrierWithWaitList(queue->handle, 1, &event, NULL);
    api->clReleaseEvent(event);
    return done(queue->context, status, "waiting for another queue", error);
}

int ts_cl_flush(ts_cl_queue *queue, ts_error *error)
{
    return done(queue->context, queue->context->api->clFlush(queue->handle), "starting a queue", error);
}

int ts_cl_finish(ts_cl_queue *queue, ts_error *error)
{
    return done(queue->context, queue->context->api->clFinish(queue->handle), "finishing a queue", error);
}

ts_cl_buffer *ts_cl_buffer_new(ts_cl_context *context, size_t size, ts_error *error)
{
    char name[TS_CL_REFUSAL];
    cl_int status;
    if (!size || size > context->device->largest_allocation) {
        ts_fail(error, TS_UNAVAILABLE, "%s: a buffer of %zu bytes: expected 1 to %llu, its largest allocation",
                ts_cl_named(context, name), size, (unsigned long long)context->device->largest_allocation);
        return NULL;
    }
    ts_cl_buffer *buffer = malloc(sizeof *buffer);
    if (!buffer) {
        ts_no_memory(error, "an OpenCL buffer");
        return NULL;
    }
    cl_mem handle = context->api->clCreateBuffer(context->handle, CL_MEM_READ_WRITE, size, NULL, &status);
    *buffer = (ts_cl_buffer){context, handle, size};
    if (handle) return buffer;
    ts_cl_fail(error, status, "%s: no buffer of %zu bytes", ts_cl_named(context, name), size);
    free(buffer);
    return NULL;
}

void ts_cl_buffer_free(ts_cl_buffer *buffer)
{
    if (!buffer) return;
    buffer->context->api->clReleaseMemObject(buffer->handle);
    free(buffer);
}

static int check_span(const ts_cl_buffer *buffer, size_t offset, size_t size, ts_error *error)
{
    if (offset <= buffer->size && size <= buffer->size - offset) return 0;
    return ts_fail(error, TS_FAILED, "OpenCL: bytes %zu to %zu of a buffer of %zu", offset, offset + size,
                   buffer->size);
}

int ts_cl_write(ts_cl_queue *queue, ts_cl_buffer *buffer, size_t offset, const void *from, size_t size, bool wait,
                ts_error *error)
{
    if (check_span(buffer, offset, size, error)) return -1;
    if (!size) return 0;
    cl_int status = queue->context->api->clEnqueueWriteBuffer(queue->handle, buffer->handle, wait, offset, size, from,
                                                              0, NULL, NULL);
    return done(queue->context, status, "copying to the device", error);
}

int ts_cl_read(ts_cl_queue *queue, const ts_cl_buffer *buffer, size_t offset, void *into, size_t size, bool wait,
               ts_error *error)
{
    if (check_span(buffer, offset, size, error)) return -1;
    if (!size) return 0;
    cl_int status = queue->context->api->clEnqueueReadBuffer(queue->handle, buffer->handle, wait, offset, size, into, 0,
                                                             NULL, NULL);
    return done(queue->context, status, "copying from the device", error);
}
