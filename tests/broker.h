/* A real Kafka broker for one test program, started by tests/stack/kafka in the temporary folder. */
#ifndef TS_TESTS_BROKER_H
#define TS_TESTS_BROKER_H

#include <stdbool.h>

/* cmocka group set-up and tear-down: KAFKA_BOOTSTRAP_SERVERS is in the environment, unless no broker could be had. */
int broker_open(void **state);
int broker_close(void **state);

/* Skips the running test, with the reason, when there is none. */
void broker_need(void);
bool broker_is_there(void);

/* kill -9, and a start with the ports and the records of before. */
void broker_kill(void);
void broker_start(void);

/* Java's class path of Kafka's own tools, quoted for the shell, and the folder with what the broker writes. */
const char *broker_jars(void);
const char *broker_folder(void);

#endif
