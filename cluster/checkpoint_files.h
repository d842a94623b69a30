/* The files of checkpoints in a folder. */
#ifndef TS_CLUSTER_CHECKPOINT_FILES_H
#define TS_CLUSTER_CHECKPOINT_FILES_H

#include "common/error.h"

#include <stddef.h>
#include <stdint.h>

enum { TS_CHECKPOINT_FILES_MOST = 64 };

typedef struct ts_checkpoint_name {
    uint64_t epoch, sequence;
} ts_checkpoint_name;

/* The newest first, at most TS_CHECKPOINT_FILES_MOST of them. Returns their number, -1 when the folder cannot be read.
 */
int ts_checkpoint_list(const char *folder, ts_checkpoint_name *names, ts_error *error);

/* FOLDER/checkpoint.EPOCH.SEQUENCE. */
int ts_checkpoint_path(const char *folder, ts_checkpoint_name name, char *path, size_t size, ts_error *error);

/* Remove what a killed process had begun to write there: temporary files of checkpoints and results. The folder must be
 * locked. */
void ts_folder_sweep(const char *folder);

/* Lock the folder, trying for some seconds; the descriptor that holds the lock, or -1. */
int ts_folder_lock(const char *folder, double seconds, ts_error *error);

#endif
