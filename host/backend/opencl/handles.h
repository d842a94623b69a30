/* What the opaque types of opencl.h hold; for the files of this folder. */
#ifndef TS_HOST_OPENCL_HANDLES_H
#define TS_HOST_OPENCL_HANDLES_H

#include "host/backend/opencl/api.h"
#include "host/backend/opencl/opencl.h"

struct ts_cl {
    ts_cl_api api;
    ts_cl_device *devices;
    cl_device_id *ids; /* of the devices */
    size_t count;
};

struct ts_cl_context {
    const ts_cl_api *api;
    const ts_cl_device *device;
    cl_device_id id;
    cl_context handle;
};

struct ts_cl_queue {
    ts_cl_context *context;
    cl_command_queue handle;
    struct ts_cl_profile *profile; /* NULL: launches are not timed */
};

/* Where the event of the next launch of a timed queue goes; NULL when the queue is not timed. */
cl_event *ts_cl_profile_event(ts_cl_queue *queue, const char *kernel);
void ts_cl_profile_free(ts_cl_queue *queue);

struct ts_cl_buffer {
    ts_cl_context *context;
    cl_mem handle;
    size_t size;
};

struct ts_cl_program {
    ts_cl_context *context;
    cl_program handle;
    bool cached;
};

struct ts_cl_kernel {
    ts_cl_context *context;
    cl_kernel handle;
    size_t work_group;
    char name[64];
};

/* What ts_cl_device holds of a device, and why it cannot be used. -1 when the driver does not answer. */
int ts_cl_describe(const ts_cl_api *api, cl_platform_id platform, cl_device_id id, ts_cl_device *device,
                   ts_error *error);

/* "OpenCL device 0:1 (its name)" for errors. */
const char *ts_cl_named(const ts_cl_context *context, char text[TS_CL_REFUSAL]);

#endif
