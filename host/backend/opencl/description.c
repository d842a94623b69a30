/* What a device says of itself, and whether that is enough. */
#include "host/backend/opencl/handles.h"

#include <stdio.h>
#include <string.h>

typedef enum field_type { TEXT, BITS_64, BITS_32, FLAG, SIZE } field_type;

/* One row a fact that the driver gives as it is kept. */
static const struct {
    cl_device_info what;
    field_type type;
    size_t offset;
} facts[] = {{CL_DEVICE_NAME, TEXT, offsetof(ts_cl_device, name)},
             {CL_DEVICE_VENDOR, TEXT, offsetof(ts_cl_device, vendor)},
             {CL_DRIVER_VERSION, TEXT, offsetof(ts_cl_device, driver)},
             {CL_DEVICE_VERSION, TEXT, offsetof(ts_cl_device, version)},
             {CL_DEVICE_OPENCL_C_VERSION, TEXT, offsetof(ts_cl_device, language)},
             {CL_DEVICE_GLOBAL_MEM_SIZE, BITS_64, offsetof(ts_cl_device, memory)},
             {CL_DEVICE_MAX_MEM_ALLOC_SIZE, BITS_64, offsetof(ts_cl_device, largest_allocation)},
             {CL_DEVICE_LOCAL_MEM_SIZE, BITS_64, offsetof(ts_cl_device, local_memory)},
             {CL_DEVICE_GLOBAL_MEM_CACHE_SIZE, BITS_64, offsetof(ts_cl_device, cache)},
             {CL_DEVICE_MAX_COMPUTE_UNITS, BITS_32, offsetof(ts_cl_device, compute_units)},
             {CL_DEVICE_MAX_CLOCK_FREQUENCY, BITS_32, offsetof(ts_cl_device, clock_mhz)},
             {CL_DEVICE_HOST_UNIFIED_MEMORY, FLAG, offsetof(ts_cl_device, shares_memory)},
             {CL_DEVICE_MAX_WORK_GROUP_SIZE, SIZE, offsetof(ts_cl_device, work_group)}};

static const struct {
    cl_device_type type;
    const char *name;
} types[] = {{CL_DEVICE_TYPE_GPU, "gpu"}, {CL_DEVICE_TYPE_ACCELERATOR, "accelerator"}, {CL_DEVICE_TYPE_CPU, "cpu"}};

typedef union answer {
    char text[1024];
    cl_ulong bits_64;
    cl_uint bits_32;
    cl_bool flag;
    size_t size;
    cl_bitfield set;
} answer;

static void keep(char *field, field_type type, const answer *is)
{
    bool flag = is->flag;
    uint64_t bits = is->bits_64;
    switch (type) {
    case TEXT: snprintf(field, TS_CL_TEXT, "%.*s", TS_CL_TEXT - 1, is->text + strspn(is->text, " ")); break;
    case BITS_64: memcpy(field, &bits, sizeof bits); break;
    case BITS_32: memcpy(field, &is->bits_32, sizeof is->bits_32); break;
    case FLAG: memcpy(field, &flag, sizeof flag); break;
    case SIZE: memcpy(field, &is->size, sizeof is->size); break;
    }
}

/* A field that the driver does not know stays zero, and the refusal below says what that means. */
static answer ask(const ts_cl_api *api, cl_device_id id, cl_device_info what)
{
    answer is;
    memset(&is, 0, sizeof is);
    if (api->clGetDeviceInfo(id, what, sizeof is, &is, NULL) != CL_SUCCESS) memset(&is, 0, sizeof is);
    is.text[sizeof is.text - 1] = '\0';
    return is;
}

static bool older_than_1_2(const char *version)
{
    int major = 0, minor = 0;
    return sscanf(version, "OpenCL %d.%d", &major, &minor) != 2 || major < 1 || (major == 1 && minor < 2);
}

static void refuse(ts_cl_device *device, bool available, bool compiler)
{
    const char *why = !available                        ? "its driver says that it is not available"
                      : older_than_1_2(device->version) ? "its driver is older than OpenCL 1.2"
                      : !compiler                       ? "its driver has no compiler for OpenCL C"
                      : !device->fp64                   ? "it has no double precision (fp64), which every price needs"
                      : !device->denormals              ? "its doubles lack denormal numbers"
                      : !device->largest_allocation     ? "it says that it has no memory"
                                                        : "";
    snprintf(device->refusal, sizeof device->refusal, "%s", why);
}

int ts_cl_describe(const ts_cl_api *api, cl_platform_id platform, cl_device_id id, ts_cl_device *device,
                   ts_error *error)
{
    cl_device_type type = 0;
    cl_int status = api->clGetDeviceInfo(id, CL_DEVICE_TYPE, sizeof type, &type, NULL);
    if (status != CL_SUCCESS) return ts_cl_fail(error, status, "OpenCL device %s: its type", device->label);
    device->type = "other";
    for (size_t i = sizeof types / sizeof *types; i-- > 0;)
        if (type & types[i].type) device->type = types[i].name;
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        const answer is = ask(api, id, facts[i].what);
        keep((char *)device + facts[i].offset, facts[i].type, &is);
    }
    char name[1024] = "";
    api->clGetPlatformInfo(platform, CL_PLATFORM_NAME, sizeof name - 1, name, NULL);
    snprintf(device->platform, sizeof device->platform, "%.*s", TS_CL_TEXT - 1, name);
    const cl_bitfield doubles = ask(api, id, CL_DEVICE_DOUBLE_FP_CONFIG).set;
    device->fp64 = doubles != 0;
    device->denormals = doubles & CL_FP_DENORM;
    device->exact_singles = ask(api, id, CL_DEVICE_SINGLE_FP_CONFIG).set & CL_FP_CORRECTLY_ROUNDED_DIVIDE_SQRT;
    refuse(device, ask(api, id, CL_DEVICE_AVAILABLE).flag, ask(api, id, CL_DEVICE_COMPILER_AVAILABLE).flag);
    return 0;
}
