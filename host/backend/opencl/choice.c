/* The device that a run uses: the one that is named, or the best that can be used. */
#include "host/backend/opencl/opencl.h"

#include <string.h>

static const char *const best_first[] = {"gpu", "accelerator", "cpu", "other"};

static ts_cl_context *checked(const ts_cl *cl, const ts_cl_device *device, ts_error *error)
{
    ts_cl_context *context = ts_cl_context_new(cl, device, error);
    if (!context || !ts_cl_self_check(context, error)) return context;
    ts_cl_context_free(context);
    return NULL;
}

/* The error is the first device's when none can be used. */
static ts_cl_context *best(const ts_cl *cl, ts_error *error)
{
    ts_error first = {0};
    for (size_t t = 0; t < sizeof best_first / sizeof *best_first; t++)
        for (size_t i = 0; i < ts_cl_device_count(cl); i++) {
            const ts_cl_device *device = ts_cl_device_at(cl, i);
            if (strcmp(device->type, best_first[t])) continue;
            ts_cl_context *context = checked(cl, device, &first);
            if (context) return context;
        }
    ts_fail(error, first.code, "%s", first.text);
    return NULL;
}

/* Devices of the best kind there is are dealt to the ranks of a machine in turn. */
int ts_cl_device_of_rank(const ts_cl *cl, int local_rank, char label[TS_CL_LABEL], ts_error *error)
{
    for (size_t t = 0; t < sizeof best_first / sizeof *best_first; t++) {
        size_t found[64], count = 0;
        for (size_t i = 0; i < ts_cl_device_count(cl) && count < sizeof found / sizeof *found; i++)
            if (!strcmp(ts_cl_device_at(cl, i)->type, best_first[t]) && !*ts_cl_device_at(cl, i)->refusal)
                found[count++] = i;
        if (!count) continue;
        memcpy(label, ts_cl_device_at(cl, found[(size_t)local_rank % count])->label, TS_CL_LABEL);
        return 0;
    }
    return ts_fail(error, TS_UNAVAILABLE, "no OpenCL device of this machine can be used");
}

ts_cl_context *ts_cl_use(const ts_cl *cl, const char *label, ts_error *error)
{
    if (!strcmp(label, "auto")) return best(cl, error);
    const ts_cl_device *device = ts_cl_device_find(cl, label, error);
    return device ? checked(cl, device, error) : NULL;
}
