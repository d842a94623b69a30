/* Ranks agree before they go on: what fails on one fails on all. */
#ifndef TS_CLUSTER_AGREE_H
#define TS_CLUSTER_AGREE_H

#include "cluster/comm.h"

/* All ranks call this together, each with how it has fared. 0 when all fared well; otherwise every rank gets the error
 * of the first that did not. Waits asleep, for as long as it takes. */
int ts_agree(ts_comm *comm, int status, ts_error *error);

#endif
