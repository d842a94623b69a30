/* The machine a program runs on, for people who compare timings. Never part of a result. */
#ifndef TS_COMMON_MACHINE_H
#define TS_COMMON_MACHINE_H

#include <stddef.h>

enum { TS_MACHINE_TEXT = 128 };

/* The processor's model name, or "unknown". Returns `text`. */
const char *ts_machine_cpu(char text[TS_MACHINE_TEXT]);

/* The most memory this process has held so far, in bytes; 0 when unknown. */
size_t ts_machine_peak_memory(void);

#endif
