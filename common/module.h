/* Parts of the program that are loaded at need, because they want libraries that not every machine has.
 *
 * They are found beside the program: PREFIX/bin/tradestream has PREFIX/lib/tradestream/NAME.so, and so has a build
 * folder for its bin/ and its tests/. */
#ifndef TS_COMMON_MODULE_H
#define TS_COMMON_MODULE_H

#include "common/error.h"

#include <stdbool.h>

/* Load the module of that name and return the address of its only symbol; it is never unloaded. `global`: what it is
 * linked to loads parts of itself, which look for its symbols. TS_UNAVAILABLE says what the loader says. */
const void *ts_module_load(const char *name, const char *symbol, bool global, ts_error *error);

#endif
