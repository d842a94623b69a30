/* The texts of kernels/opencl/NAME.cl with all that they include, put into the program when it is built. */
#ifndef TS_HOST_OPENCL_TEXTS_H
#define TS_HOST_OPENCL_TEXTS_H

extern const char ts_cl_text_engine[], ts_cl_text_limits[], ts_cl_text_self_check[];

#endif
