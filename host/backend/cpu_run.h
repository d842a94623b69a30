/* Running a program over a market on the CPU, tile by tile. */
#ifndef TS_HOST_CPU_RUN_H
#define TS_HOST_CPU_RUN_H

#include "host/backend/walk_job.h"
#include "host/plan/program.h"

/* Walk what the job asks for; its demand is the program's. */
int ts_cpu_walk(const ts_cpu_kernels *kernels, const ts_program *program, const ts_walk_job *job, ts_error *error);

/* Compute the values of the program over `bars` bars of the columns: rows[i] receives value i (1 and 0 for a signal).
 */
void ts_cpu_rows(const ts_cpu_kernels *kernels, const ts_program *program, double *const column[TS_COLUMNS],
                 size_t bars, size_t values, double *const *rows);

#endif
