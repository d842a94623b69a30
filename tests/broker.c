#define _GNU_SOURCE /* setenv */
#include "tests/broker.h"

#include "common/safe_file.h"
#include "tests/shell.h"
#include "tests/temporary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define STACK "'" TS_TESTS_SOURCE "/tests/stack/kafka' "

static char missing[256];
static bool there;

int broker_open(void **state)
{
    ts_error error = {0};
    ts_strbuf text = {0};
    if (ts_temporary_make(state)) return -1;
    there = !shell(STACK "up '%s'", ts_temporary("stack"));
    snprintf(missing, sizeof missing, "%s", shell_err);
    if (!there) return 0;
    if (ts_file_read(ts_temporary("stack/env.kafka"), 4096, &text, &error)) return -1;
    text.text[strcspn(text.text, "\n")] = '\0';
    setenv("KAFKA_BOOTSTRAP_SERVERS", strchr(text.text, '=') + 1, 1);
    ts_strbuf_clear(&text);
    return 0;
}

int broker_close(void **state)
{
    shell(STACK "down '%s'", ts_temporary("stack"));
    return ts_temporary_remove(state);
}

bool broker_is_there(void) { return there; }

void broker_need(void)
{
    if (there) return;
    print_message("no broker: %s\n", missing);
    skip();
}

void broker_kill(void) { assert_int_equal(shell(STACK "kill '%s'", ts_temporary("stack")), 0); }
void broker_start(void) { assert_int_equal(shell(STACK "start '%s'", ts_temporary("stack")), 0); }
const char *broker_jars(void) { return "'" TS_TESTS_SOURCE "/build/kafka/lib/*'"; }
const char *broker_folder(void) { return ts_temporary("stack/kafka"); }
