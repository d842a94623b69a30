/* The part of OpenCL 1.2 that is used, found in the library at run time: a program that is linked to no OpenCL starts
 * everywhere. The only place that includes the headers of OpenCL; for the files of this folder and its tests. */
#ifndef TS_HOST_OPENCL_API_H
#define TS_HOST_OPENCL_API_H

#include "common/error.h"

#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>

/* One line a function: adding one here is all. */
#define TS_CL_FUNCTIONS(X)                                                                                             \
    X(clGetPlatformIDs)                                                                                                \
    X(clGetPlatformInfo)                                                                                               \
    X(clGetDeviceIDs)                                                                                                  \
    X(clGetDeviceInfo)                                                                                                 \
    X(clCreateContext)                                                                                                 \
    X(clReleaseContext)                                                                                                \
    X(clCreateCommandQueue)                                                                                            \
    X(clReleaseCommandQueue)                                                                                           \
    X(clFlush)                                                                                                         \
    X(clFinish)                                                                                                        \
    X(clEnqueueMarkerWithWaitList)                                                                                     \
    X(clEnqueueBarrierWithWaitList)                                                                                    \
    X(clReleaseEvent)                                                                                                  \
    X(clGetEventProfilingInfo)                                                                                         \
    X(clCreateBuffer)                                                                                                  \
    X(clReleaseMemObject)                                                                                              \
    X(clEnqueueWriteBuffer)                                                                                            \
    X(clEnqueueReadBuffer)                                                                                             \
    X(clCreateProgramWithSource)                                                                                       \
    X(clCreateProgramWithBinary)                                                                                       \
    X(clBuildProgram)                                                                                                  \
    X(clGetProgramInfo)                                                                                                \
    X(clGetProgramBuildInfo)                                                                                           \
    X(clReleaseProgram)                                                                                                \
    X(clCreateKernel)                                                                                                  \
    X(clGetKernelWorkGroupInfo)                                                                                        \
    X(clSetKernelArg)                                                                                                  \
    X(clEnqueueNDRangeKernel)                                                                                          \
    X(clReleaseKernel)

#define TS_CL_MEMBER(function) __typeof__(function) *function;
typedef struct ts_cl_api {
    TS_CL_FUNCTIONS(TS_CL_MEMBER)
} ts_cl_api;

/* Find all functions in a library; NULL means libOpenCL.so.1. TS_UNAVAILABLE: not there, or too old. */
int ts_cl_load(const char *library, ts_cl_api *api, ts_error *error);

/* Record that OpenCL said `code`, by its name, after the text. TS_UNAVAILABLE, or TS_FAILED for a code that only a
 * wrong call of ours makes; always returns -1. */
int ts_cl_fail(ts_error *error, cl_int code, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
