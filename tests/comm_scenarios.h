/* What the ranks of tests/comm_test.c do. */
#ifndef TS_TESTS_COMM_SCENARIOS_H
#define TS_TESTS_COMM_SCENARIOS_H

/* Open a comm, play scenarios ("order", "order+share") and close it; the exit code of the rank, which says on stderr
 * what was wrong. */
int comm_scenarios(const char *names);

#endif
