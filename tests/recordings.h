/* Messages recorded from exchanges, which are not part of the repository. */
#ifndef TS_TESTS_RECORDINGS_H
#define TS_TESTS_RECORDINGS_H

#include <stddef.h>

/* Call `each` for every message that was received, in order, terminated; how many. Skips the running test with a
 * message when the recording is not there. `shared` is where shared data lie, see tests/temporary.h. */
typedef void recorded_message(void *context, const char *text, size_t length);
size_t recorded_advanced(const char *shared, recorded_message *each, void *context);
size_t recorded_exchange(const char *shared, recorded_message *each, void *context);

#endif
