/* The devices of all platforms, and the one that is meant. */
#include "common/memory.h"
#include "common/strbuf.h"
#include "host/backend/opencl/handles.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 256 }; /* platforms, and devices of a platform: a count beyond it is a driver's fault */

/* What the extension cl_khr_icd answers when it knows no platform. */
static const cl_int PLATFORM_NOT_FOUND = -1001;

static int add_platform(ts_cl *cl, cl_platform_id platform, unsigned number, ts_error *error)
{
    cl_device_id ids[MOST];
    cl_uint count = 0;
    cl_int status = cl->api.clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, MOST, ids, &count);
    if (status == CL_DEVICE_NOT_FOUND || (status == CL_SUCCESS && !count)) return 0;
    if (status != CL_SUCCESS) return ts_cl_fail(error, status, "OpenCL platform %u: its devices", number);
    if (count > MOST) count = MOST;
    void *devices = ts_grow(cl->devices, cl->count + count, sizeof *cl->devices);
    if (devices) cl->devices = devices;
    void *all = ts_grow(cl->ids, cl->count + count, sizeof *cl->ids);
    if (all) cl->ids = all;
    if (!devices || !all) return ts_no_memory(error, "the list of OpenCL devices");
    for (cl_uint i = 0; i < count; i++) {
        ts_cl_device *device = &cl->devices[cl->count];
        *device = (ts_cl_device){0};
        snprintf(device->label, sizeof device->label, "%u:%u", number, (unsigned)i);
        if (ts_cl_describe(&cl->api, platform, ids[i], device, error)) return -1;
        cl->ids[cl->count++] = ids[i];
    }
    return 0;
}

/* A platform that does not answer must not hide the others: its error counts only when there is no device at all. */
static int list(ts_cl *cl, ts_error *error)
{
    cl_platform_id platforms[MOST];
    cl_uint count = 0;
    ts_error silent = {0};
    cl_int status = cl->api.clGetPlatformIDs(MOST, platforms, &count);
    if (status == PLATFORM_NOT_FOUND || (status == CL_SUCCESS && !count))
        return ts_fail(error, TS_UNAVAILABLE,
                       "OpenCL is installed, but no platform (driver) is: install one (Debian: pocl-opencl-icd for the "
                       "processor, or the graphics card's own)");
    if (status != CL_SUCCESS) return ts_cl_fail(error, status, "the OpenCL platforms of this machine");
    if (count > MOST) count = MOST;
    for (cl_uint i = 0; i < count; i++)
        if (add_platform(cl, platforms[i], i, &silent) && silent.code != TS_UNAVAILABLE) break;
    if (cl->count && silent.code != TS_FAILED) return 0;
    if (silent.code) return ts_fail(error, silent.code, "%s", silent.text);
    return ts_fail(
        error, TS_UNAVAILABLE,
        "OpenCL has a platform (driver) on this machine, but no device: is the graphics card visible to this "
        "process, and can the driver write its cache (HOME, XDG_CACHE_HOME or POCL_CACHE_DIR)? Debian's "
        "pocl-opencl-icd makes the processor a device");
}

ts_cl *ts_cl_open(const char *library, ts_error *error)
{
    ts_cl *cl = calloc(1, sizeof *cl);
    if (!cl) {
        ts_no_memory(error, "OpenCL");
        return NULL;
    }
    if (!ts_cl_load(library, &cl->api, error) && !list(cl, error)) return cl;
    ts_cl_free(cl);
    return NULL;
}

void ts_cl_free(ts_cl *cl)
{
    if (!cl) return;
    free(cl->devices);
    free(cl->ids);
    free(cl);
}

size_t ts_cl_device_count(const ts_cl *cl) { return cl->count; }
const ts_cl_device *ts_cl_device_at(const ts_cl *cl, size_t i) { return &cl->devices[i]; }

/* "0:1" and nothing else: no signs, spaces or leading zeros, so that a device has one name. */
static bool is_label(const char *text)
{
    for (int part = 0; part < 2; part++) {
        size_t digits = strspn(text, "0123456789");
        if (digits < 1 || digits > 4 || (digits > 1 && *text == '0')) return false;
        text += digits;
        if (*text++ != (part ? '\0' : ':')) return false;
    }
    return true;
}

const ts_cl_device *ts_cl_device_find(const ts_cl *cl, const char *label, ts_error *error)
{
    if (!is_label(label)) {
        ts_fail(error, TS_USAGE,
                "'%.40s' is no OpenCL device: expected P:D, the numbers of platform and device, such as 0:0", label);
        return NULL;
    }
    for (size_t i = 0; i < cl->count; i++)
        if (!strcmp(cl->devices[i].label, label)) return &cl->devices[i];
    ts_strbuf names = {0};
    for (size_t i = 0; i < cl->count; i++)
        ts_strbuf_printf(&names, "%s%s (%s)", i ? ", " : "", cl->devices[i].label, cl->devices[i].name);
    ts_fail(error, TS_UNAVAILABLE, "there is no OpenCL device %s; this machine has %s", label,
            ts_strbuf_failed(&names) ? "others" : names.text);
    ts_strbuf_clear(&names);
    return NULL;
}
