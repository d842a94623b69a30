/* What the running test's own process writes to stderr. */
#ifndef TS_TESTS_STDERR_LINES_H
#define TS_TESTS_STDERR_LINES_H

/* From _begin to _end stderr goes to a file of the test's folder; _end returns what it held, until the next _end. */
void stderr_lines_begin(void);
const char *stderr_lines_end(void);

#endif
