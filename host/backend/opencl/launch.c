/* Kernels of a program, and their launches. */
#include "host/backend/opencl/handles.h"

#include <stdio.h>
#include <stdlib.h>

ts_cl_kernel *ts_cl_kernel_new(ts_cl_program *program, const char *name, ts_error *error)
{
    ts_cl_context *context = program->context;
    char device[TS_CL_REFUSAL];
    cl_int status;
    ts_cl_kernel *kernel = malloc(sizeof *kernel);
    if (!kernel) {
        ts_no_memory(error, "an OpenCL kernel");
        return NULL;
    }
    *kernel = (ts_cl_kernel){.context = context, .work_group = context->device->work_group};
    snprintf(kernel->name, sizeof kernel->name, "%s", name);
    kernel->handle = context->api->clCreateKernel(program->handle, name, &status);
    if (!kernel->handle) {
        ts_cl_fail(error, status, "%s: kernel %s", ts_cl_named(context, device), name);
        free(kernel);
        return NULL;
    }
    context->api->clGetKernelWorkGroupInfo(kernel->handle, context->id, CL_KERNEL_WORK_GROUP_SIZE,
                                           sizeof kernel->work_group, &kernel->work_group, NULL);
    return kernel;
}

void ts_cl_kernel_free(ts_cl_kernel *kernel)
{
    if (!kernel) return;
    kernel->context->api->clReleaseKernel(kernel->handle);
    free(kernel);
}

size_t ts_cl_kernel_work_group(const ts_cl_kernel *kernel) { return kernel->work_group; }

static cl_int set_argument(ts_cl_kernel *kernel, cl_uint i, const ts_cl_argument *argument)
{
    const ts_cl_api *api = kernel->context->api;
    if (argument->buffer) return api->clSetKernelArg(kernel->handle, i, sizeof(cl_mem), &argument->buffer->handle);
    return api->clSetKernelArg(kernel->handle, i, argument->size, argument->value);
}

int ts_cl_launch(ts_cl_queue *queue, ts_cl_kernel *kernel, const ts_cl_argument *arguments, size_t count,
                 const ts_cl_range *range, ts_error *error)
{
    char device[TS_CL_REFUSAL];
    cl_int status;
    for (size_t i = 0; i < count; i++) {
        status = set_argument(kernel, (cl_uint)i, &arguments[i]);
        if (status != CL_SUCCESS)
            return ts_cl_fail(error, status, "%s: argument %zu of kernel %s", ts_cl_named(kernel->context, device), i,
                              kernel->name);
    }
    const size_t *group = range->group[0] ? range->group : NULL;
    status = kernel->context->api->clEnqueueNDRangeKernel(queue->handle, kernel->handle, range->dimensions, NULL,
                                                          range->items, group, 0, NULL,
                                                          ts_cl_profile_event(queue, kernel->name));
    if (status == CL_SUCCESS) return 0;
    return ts_cl_fail(error, status, "%s: kernel %s", ts_cl_named(kernel->context, device), kernel->name);
}
