/* Binaries of programs on disk: $XDG_CACHE_HOME/tradestream/opencl/<key>, else below ~/.cache; the key is the
 * fingerprint of all that the binary depends on. Only ever a saving of time: without a folder, or one that cannot be
 * written, programs are built each time, and an entry that is damaged or foreign is as good as none. */
#ifndef TS_HOST_OPENCL_CACHE_H
#define TS_HOST_OPENCL_CACHE_H

#include "common/fingerprint.h"
#include "common/strbuf.h"

/* The folder, into `path` of `size` bytes; false when there is none. */
bool ts_cl_cache_folder(char *path, size_t size);

/* Append the binary of that key to `into`; false when there is no good entry. */
bool ts_cl_cache_read(const char key[TS_FINGERPRINT_TEXT], ts_strbuf *into);
void ts_cl_cache_write(const char key[TS_FINGERPRINT_TEXT], const void *binary, size_t length);

#endif
