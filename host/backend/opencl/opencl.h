/* OpenCL as the engine needs it: devices, one context a device, queues, buffers, programs, launches. No header of
 * OpenCL is needed to use this one.
 *
 * Functions return 0 or -1 (or a pointer or NULL) and fill the error: TS_UNAVAILABLE for all that the device or its
 * driver did not do (not there, refused, lost, out of its memory, a program that does not compile), so that the caller
 * may go on with another back end; TS_FAILED when the host has no memory, or for a call that we made wrongly.
 *
 * Sizes are bytes. Everything borrows what it was made from: free in reverse order. Every _free accepts NULL. Queues,
 * buffers and programs may be used by several threads, a kernel by one at a time (it holds its arguments). */
#ifndef TS_HOST_OPENCL_H
#define TS_HOST_OPENCL_H

#include "common/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TS_CL_TEXT = 128, TS_CL_REFUSAL = 256, TS_CL_LABEL = 24 };

typedef struct ts_cl ts_cl; /* the OpenCL library of this machine and its devices */
typedef struct ts_cl_context ts_cl_context;
typedef struct ts_cl_queue ts_cl_queue;
typedef struct ts_cl_buffer ts_cl_buffer;
typedef struct ts_cl_program ts_cl_program;
typedef struct ts_cl_kernel ts_cl_kernel;

typedef struct ts_cl_device {
    char label[TS_CL_LABEL]; /* "P:D": number of the platform and of the device in it, as --device takes them */
    char platform[TS_CL_TEXT], name[TS_CL_TEXT], vendor[TS_CL_TEXT], driver[TS_CL_TEXT];
    char version[TS_CL_TEXT];  /* of OpenCL: "OpenCL 3.0 CUDA" */
    char language[TS_CL_TEXT]; /* of OpenCL C: "OpenCL C 1.2" */
    const char *type;          /* gpu, accelerator, cpu or other */
    bool fp64, denormals;      /* doubles; doubles below the smallest normal one */
    bool exact_singles;        /* it says that it rounds division and square root of single precision correctly */
    bool shares_memory;        /* with the host */
    uint64_t memory, largest_allocation, local_memory, cache;
    uint32_t compute_units, clock_mhz;
    size_t work_group;           /* most work-items of a group */
    char refusal[TS_CL_REFUSAL]; /* why it cannot be used whatever the self-check says; "" when it can */
} ts_cl_device;

/* Open the library (NULL: libOpenCL.so.1) and list the devices. No library, no platform and no device are three
 * errors, TS_UNAVAILABLE. The library stays loaded until the process ends: drivers do not survive being unloaded. */
ts_cl *ts_cl_open(const char *library, ts_error *error);
void ts_cl_free(ts_cl *cl);

/* All devices, by platform and number. */
size_t ts_cl_device_count(const ts_cl *cl);
const ts_cl_device *ts_cl_device_at(const ts_cl *cl, size_t i);

/* The device that "P:D" means. TS_USAGE for a text that is not of that form, TS_UNAVAILABLE when it is not there. */
const ts_cl_device *ts_cl_device_find(const ts_cl *cl, const char *label, ts_error *error);

/* A context on a device, without asking the self-check. NULL for a device with a refusal. */
ts_cl_context *ts_cl_context_new(const ts_cl *cl, const ts_cl_device *device, ts_error *error);
void ts_cl_context_free(ts_cl_context *context);
const ts_cl_device *ts_cl_context_device(const ts_cl_context *context);

/* Does the device's arithmetic give the host's bits? 0, or -1 with the sentence that says where it does not. */
int ts_cl_self_check(ts_cl_context *context, ts_error *error);

/* What a back end calls: the device "P:D", or for "auto" the best that is not refused (gpu before accelerator before
 * cpu), with the self-check passed. */
ts_cl_context *ts_cl_use(const ts_cl *cl, const char *label, ts_error *error);

/* The label of the device that a rank should use, the ranks of its machine being numbered from 0: each of the best kind
 * in turn. */
int ts_cl_device_of_rank(const ts_cl *cl, int local_rank, char label[TS_CL_LABEL], ts_error *error);

/* A queue whose commands run in their order. */
ts_cl_queue *ts_cl_queue_new(ts_cl_context *context, ts_error *error);
void ts_cl_queue_free(ts_cl_queue *queue);

/* What is put into `queue` from now on waits for all that `before` holds now. */
int ts_cl_queue_follow(ts_cl_queue *queue, ts_cl_queue *before, ts_error *error);
int ts_cl_flush(ts_cl_queue *queue, ts_error *error);  /* begin to work; does not wait */
int ts_cl_finish(ts_cl_queue *queue, ts_error *error); /* wait until all is done */

/* Memory of the device, its content undefined; at most largest_allocation. */
ts_cl_buffer *ts_cl_buffer_new(ts_cl_context *context, size_t size, ts_error *error);
void ts_cl_buffer_free(ts_cl_buffer *buffer);

/* Copy between host and device. With `wait` false the host's memory must stay as it is until the queue is finished. */
int ts_cl_write(ts_cl_queue *queue, ts_cl_buffer *buffer, size_t offset, const void *from, size_t size, bool wait,
                ts_error *error);
int ts_cl_read(ts_cl_queue *queue, const ts_cl_buffer *buffer, size_t offset, void *into, size_t size, bool wait,
               ts_error *error);

/* Build a program from its text (see texts.h) with options such as "-D LANES=1". `name` is for errors. Doubles are
 * enabled and contraction is off before the text begins; options that relax the arithmetic are refused. The binary is
 * kept on disk, see cache.h. */
ts_cl_program *ts_cl_program_new(ts_cl_context *context, const char *name, const char *text, const char *options,
                                 ts_error *error);
void ts_cl_program_free(ts_cl_program *program);
bool ts_cl_program_cached(const ts_cl_program *program); /* it came from the disk */

ts_cl_kernel *ts_cl_kernel_new(ts_cl_program *program, const char *name, ts_error *error);
void ts_cl_kernel_free(ts_cl_kernel *kernel);
size_t ts_cl_kernel_work_group(const ts_cl_kernel *kernel); /* most work-items of a group, for this kernel */

/* An argument of a launch: a buffer, a value, or so many bytes of local memory. */
typedef struct ts_cl_argument {
    const ts_cl_buffer *buffer;
    const void *value;
    size_t size;
} ts_cl_argument;

#define TS_CL_BUFFER(is)                                                                                               \
    {                                                                                                                  \
        .buffer = (is)                                                                                                 \
    }
#define TS_CL_VALUE(is)                                                                                                \
    {                                                                                                                  \
        .value = &(is), .size = sizeof(is)                                                                             \
    }
#define TS_CL_LOCAL(bytes)                                                                                             \
    {                                                                                                                  \
        .size = (bytes)                                                                                                \
    }

/* How many work-items: a multiple of the group in each dimension; group[0] 0 leaves the groups to the driver. */
typedef struct ts_cl_range {
    unsigned dimensions; /* 1 to 3 */
    size_t items[3], group[3];
} ts_cl_range;

/* Set all arguments and put the kernel into the queue. */
int ts_cl_launch(ts_cl_queue *queue, ts_cl_kernel *kernel, const ts_cl_argument *arguments, size_t count,
                 const ts_cl_range *range, ts_error *error);

/* Seconds that launches of a kernel took on the device, by the device's own clock. */
typedef struct ts_cl_spent {
    char kernel[64];
    uint64_t launches;
    double seconds;
} ts_cl_spent;

/* Time the launches of a queue, for benchmarks: from _begin to _end, which waits for them and writes up to `room`
 * kernels; returns their number, 0 when nothing was launched or the error is filled. The queue's kernels must live
 * until then, and no other thread may use it. _begin waits for what the queue holds. */
int ts_cl_profile_begin(ts_cl_queue *queue, ts_error *error);
size_t ts_cl_profile_end(ts_cl_queue *queue, ts_cl_spent *spent, size_t room, ts_error *error);

#endif
