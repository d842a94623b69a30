/* Programs: built from text, or taken from the cache when the same text was built for the same device before. */
#include "host/backend/opencl/cache.h"
#include "host/backend/opencl/handles.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOG_LINES = 8, LOG_TEXT = 640 };

/* Before every text: doubles, and no contraction, since a product must round before it is added to. */
static const char HEAD[] = "#pragma OPENCL EXTENSION cl_khr_fp64 : enable\n"
                           "#pragma OPENCL FP_CONTRACT OFF\n";
static const char OPTIONS[] = "-cl-std=CL1.2";

/* Each allows the driver another result than the host's. */
static const char *const relaxed[] = {"-cl-fast-relaxed-math", "-cl-unsafe-math-optimizations", "-cl-finite-math-only",
                                      "-cl-mad-enable",        "-cl-no-signed-zeros",           "-cl-denorms-are-zero"};

static int check_options(const char *name, const char *options, ts_error *error)
{
    for (size_t i = 0; i < sizeof relaxed / sizeof *relaxed; i++)
        if (strstr(options, relaxed[i]))
            return ts_fail(error, TS_FAILED, "OpenCL program %s: the option %s would change results", name, relaxed[i]);
    return 0;
}

/* The fingerprint of all that a binary depends on. */
static int find_key(const ts_cl_device *device, const char *text, const char *options, char key[TS_FINGERPRINT_TEXT],
                    ts_error *error)
{
    const char *const parts[] = {HEAD, text, options, device->platform, device->name, device->driver, device->version};
    ts_fingerprint *fingerprint = ts_fingerprint_new();
    if (!fingerprint) return ts_no_memory(error, "an OpenCL program");
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        ts_fingerprint_add(fingerprint, parts[i], strlen(parts[i]) + 1);
    ts_fingerprint_text(fingerprint, key);
    ts_fingerprint_free(fingerprint);
    return 0;
}

static cl_int build(ts_cl_program *program, const char *options)
{
    const ts_cl_context *context = program->context;
    return context->api->clBuildProgram(program->handle, 1, &context->id, options, NULL, NULL);
}

static void release(ts_cl_program *program)
{
    if (program->handle) program->context->api->clReleaseProgram(program->handle);
    program->handle = NULL;
}

/* False when there is no entry, or the driver does not want it. */
static bool from_cache(ts_cl_program *program, const char *key, const char *options)
{
    const ts_cl_context *context = program->context;
    ts_strbuf binary = {0};
    if (ts_cl_cache_read(key, &binary)) {
        const unsigned char *bytes = (const unsigned char *)binary.text;
        cl_int status, loaded = CL_SUCCESS;
        program->handle = context->api->clCreateProgramWithBinary(context->handle, 1, &context->id, &binary.length,
                                                                  &bytes, &loaded, &status);
        program->cached = program->handle && loaded == CL_SUCCESS && build(program, options) == CL_SUCCESS;
        if (!program->cached) release(program);
    }
    ts_strbuf_clear(&binary);
    return program->cached;
}

static void to_cache(const ts_cl_program *program, const char *key)
{
    const ts_cl_api *api = program->context->api;
    size_t size = 0;
    if (api->clGetProgramInfo(program->handle, CL_PROGRAM_BINARY_SIZES, sizeof size, &size, NULL) != CL_SUCCESS) return;
    unsigned char *binary = size ? malloc(size) : NULL;
    if (!binary) return;
    if (api->clGetProgramInfo(program->handle, CL_PROGRAM_BINARIES, sizeof binary, &binary, NULL) == CL_SUCCESS)
        ts_cl_cache_write(key, binary, size);
    free(binary);
}

/* The first lines of the build's log, as long as an error's text can be. */
static void first_lines(const ts_cl_program *program, char text[LOG_TEXT])
{
    const ts_cl_context *context = program->context;
    size_t size = 0, used = 0;
    snprintf(text, LOG_TEXT, "(no log)");
    if (context->api->clGetProgramBuildInfo(program->handle, context->id, CL_PROGRAM_BUILD_LOG, 0, NULL, &size) ||
        size < 2)
        return;
    char *log = calloc(size + 1, 1);
    if (log &&
        !context->api->clGetProgramBuildInfo(program->handle, context->id, CL_PROGRAM_BUILD_LOG, size, log, NULL)) {
        for (int line = 0; line < LOG_LINES && log[used]; line++) used += strcspn(log + used, "\n") + 1;
        if (used > strlen(log)) used = strlen(log);
        while (used && log[used - 1] == '\n') used--;
        if (used) snprintf(text, LOG_TEXT, "%.*s", (int)used, log);
    }
    free(log);
}

static int from_text(ts_cl_program *program, const char *name, const char *text, const char *options, ts_error *error)
{
    const ts_cl_context *context = program->context;
    const char *texts[] = {HEAD, text};
    char device[TS_CL_REFUSAL], log[LOG_TEXT];
    cl_int status;
    program->handle = context->api->clCreateProgramWithSource(context->handle, 2, texts, NULL, &status);
    if (!program->handle) return ts_cl_fail(error, status, "%s: program %s", ts_cl_named(context, device), name);
    status = build(program, options);
    if (status == CL_SUCCESS) return 0;
    first_lines(program, log);
    ts_cl_fail(error, status, "%s: program %s does not compile", ts_cl_named(context, device), name);
    size_t used = strlen(error->text);
    snprintf(error->text + used, sizeof error->text - used, "; its log begins:\n%s", log);
    return -1;
}

static int get(ts_cl_program *program, const char *name, const char *text, const char *options, ts_error *error)
{
    char key[TS_FINGERPRINT_TEXT];
    if (check_options(name, options, error) || find_key(program->context->device, text, options, key, error)) return -1;
    if (from_cache(program, key, options)) return 0;
    if (from_text(program, name, text, options, error)) return -1;
    to_cache(program, key);
    return 0;
}

ts_cl_program *ts_cl_program_new(ts_cl_context *context, const char *name, const char *text, const char *options,
                                 ts_error *error)
{
    ts_strbuf all = {0};
    ts_cl_program *program = calloc(1, sizeof *program);
    ts_strbuf_printf(&all, "%s %s", OPTIONS, options);
    if (!program || ts_strbuf_failed(&all)) {
        ts_no_memory(error, "an OpenCL program");
    } else {
        program->context = context;
        if (!get(program, name, text, all.text, error)) goto out;
    }
    ts_cl_program_free(program);
    program = NULL;
out:
    ts_strbuf_clear(&all);
    return program;
}

void ts_cl_program_free(ts_cl_program *program)
{
    if (!program) return;
    if (program->context) release(program);
    free(program);
}

bool ts_cl_program_cached(const ts_cl_program *program) { return program->cached; }
