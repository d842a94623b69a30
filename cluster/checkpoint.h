/* Checkpoints of a job, in the folder of its results: the ledger as it was at some moment, written whole or not at all,
 * the two newest kept. A checkpoint knows its job, so that none goes on with another's work, and who wrote it, so that
 * of two writers the one that began earlier notices and stops.
 *
 * One file, checkpoint.EPOCH.SEQUENCE: "TSCHECK1", the job's fingerprint, epoch, sequence, the ledger (all of
 * common/bytes.h), then the XXH3-128 of everything before it. An epoch is one start of the job. */
#ifndef TS_CLUSTER_CHECKPOINT_H
#define TS_CLUSTER_CHECKPOINT_H

#include "cluster/ledger.h"
#include "common/fingerprint.h"

#include <stdbool.h>

typedef struct ts_checkpoint ts_checkpoint;

typedef enum ts_resume {
    TS_RESUME_AUTO,  /* go on where a checkpoint of this job says; begin anew without one */
    TS_RESUME_FRESH, /* begin anew, whatever is there */
} ts_resume;

/* Lock the folder, waiting up to 10 s for another job to leave it (TS_UNAVAILABLE). It stays locked until closed or the
 * process ends. */
int ts_checkpoint_open(const char *folder, ts_checkpoint **checkpoint, ts_error *error);
void ts_checkpoint_close(ts_checkpoint *checkpoint);

/* Fill the ledger, whose tasks all wait, from the newest checkpoint that is whole; damaged ones are told and passed
 * over. *found says whether there was one. TS_BAD_CONFIG when it is another job's. */
int ts_checkpoint_read(ts_checkpoint *checkpoint, const char *job, ts_resume resume, ts_ledger *ledger, bool *found,
                       ts_error *error);

/* Write the ledger. A full disk is told once, and the last good checkpoint stays: 0. TS_UNAVAILABLE when a later start
 * of the job has taken the folder over. */
int ts_checkpoint_write(ts_checkpoint *checkpoint, const ts_ledger *ledger, ts_error *error);

/* Whether it is time: so long after the last one that writing takes less than a hundredth of a core, and that the disk
 * has time for others. What computes goes on while a checkpoint is written. */
bool ts_checkpoint_due(const ts_checkpoint *checkpoint);
double ts_checkpoint_seconds(const ts_checkpoint *checkpoint); /* of the processor, spent in writing */
uint64_t ts_checkpoint_written(const ts_checkpoint *checkpoint);

/* The job is done: no checkpoint is needed any more. */
void ts_checkpoint_remove(ts_checkpoint *checkpoint);

#endif
