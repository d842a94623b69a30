/* Files written whole or not at all: a temporary name beside the target, fsync, rename, fsync of the folder. */
#ifndef TS_COMMON_SAFE_FILE_H
#define TS_COMMON_SAFE_FILE_H

#include "common/error.h"
#include "common/strbuf.h"

#include <stddef.h>

/* Append the whole file to `into`. TS_BAD_DATA when it is missing, unreadable or longer than `limit` bytes. */
int ts_file_read(const char *path, size_t limit, ts_strbuf *into, ts_error *error);

/* Replace `path` by `length` bytes of `bytes`, durably. A reader sees the old file or the new one, never a part. */
int ts_file_write(const char *path, const void *bytes, size_t length, ts_error *error);

/* Fill `temporary` with the name to write before ts_file_commit, in the folder of `path` and unlike any other's. */
int ts_file_temporary(const char *path, char *temporary, size_t size, ts_error *error);

/* Make the finished file `temporary` durable under the name `path`; on failure it is removed. */
int ts_file_commit(const char *temporary, const char *path, ts_error *error);

/* Create the folder and its parents, if they are not there. */
int ts_folder_make(const char *path, ts_error *error);

#endif
