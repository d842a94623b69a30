/* Commands as the ranks of a job, on this machine. */
#ifndef TS_TESTS_MPIRUN_H
#define TS_TESTS_MPIRUN_H

/* What a shell needs before it runs mpirun here: root is allowed, there may be more ranks than cores, and the leak
 * checker does not look at ranks: Open MPI leaves memory to the end of the process. */
#define MPIRUN_ENVIRONMENT                                                                                             \
    "OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1 "                   \
    "OMPI_MCA_hwloc_base_binding_policy=none LSAN_OPTIONS=detect_leaks=0 "

/* Skip the running test with a message unless there is mpirun, and the program was built for it. */
void mpirun_or_skip(void);

/* Run a command as that many ranks, by shell() of tests/shell.h, whose shell_out and shell_err it fills; the exit code.
 */
int mpirun(int ranks, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
