/* A real InfluxDB for one test program, started by tests/stack/influx in the temporary folder. */
#ifndef TS_TESTS_INFLUX_SERVER_H
#define TS_TESTS_INFLUX_SERVER_H

#include <stdint.h>

/* cmocka group set-up and tear-down: the folder of tests/temporary.h, with a server in it when this machine has one. */
int influx_start(void **state);
int influx_stop(void **state);

/* Skips the running test, with the reason, when there is none. */
void influx_need(void);

const char *influx_url(void);

/* kill -9, and a start at the same port with the points of before. */
void influx_kill(void);
void influx_restart(void);

/* Run InfluxQL; the answer as text, until the next call. Fails the test when it is an error. */
const char *influx_ask(const char *database, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A new database whose points are kept for `days`, which the server looks after by the day; 0: for ever. */
void influx_database(const char *name, int days);

/* The single number that a query answers with; 0 when there are no points. */
double influx_number(const char *database, const char *query);

#endif
