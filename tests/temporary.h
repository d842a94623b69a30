/* A folder for the files of one test, and the shared real data. */
#ifndef TS_TESTS_TEMPORARY_H
#define TS_TESTS_TEMPORARY_H

#include <stdbool.h>
#include <stddef.h>

/* cmocka group set-up and tear-down: a fresh folder below the one the test runs in, removed at the end. */
int ts_temporary_make(void **state);
int ts_temporary_remove(void **state);

/* The path of a name in the folder; of the folder itself for "". The text lives until the folder is removed. */
const char *ts_temporary(const char *name);

/* Write a file there and return its path. */
const char *ts_temporary_file(const char *name, const void *bytes, size_t length);
const char *ts_temporary_text(const char *name, const char *text);

/* The path of a shared real file such as "1h/BTC-USDT.1h.csv.zst"; skips the running test with a message when it is not
 * there. TRADESTREAM_SHARED_DATA says where, else the folder beside the checkout is looked at. */
const char *ts_shared_data(const char *fallback, const char *name);

#endif
