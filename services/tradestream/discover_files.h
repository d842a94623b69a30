/* The folder of --out: results.jsonl, which only seed and data determine, and run.json with the rest. While the run
 * lasts it is locked, checkpoints lie in it, and results.partial.jsonl holds the winners of the searches that are done:
 * they stay when the run is interrupted. */
#ifndef TS_SERVICES_TRADESTREAM_DISCOVER_FILES_H
#define TS_SERVICES_TRADESTREAM_DISCOVER_FILES_H

#include "services/tradestream/discovery.h"

#include <stdio.h>

typedef struct ts_discover_files {
    const char *folder; /* NULL: nothing is written */
    char partial_path[4096];
    FILE *partial;
    ts_checkpoint *checkpoint; /* holds the folder's lock */
} ts_discover_files;

/* Make and lock the folder and begin results.partial.jsonl. TS_USAGE when nothing can be written there. */
int ts_discover_files_open(ts_discover_files *files, const char *folder, ts_error *error);

/* ts_discovery.finished, with the files as its context. */
int ts_discover_files_append(void *files, const ts_discovery *discovery, const ts_discovery_outcome *outcome,
                             ts_error *error);

/* All is found: write results.jsonl and run.json. */
int ts_discover_files_write(const ts_discover_files *files, const ts_discovery *discovery, ts_error *error);

/* All is done: remove results.partial.jsonl and the checkpoints. */
void ts_discover_files_finish(ts_discover_files *files);

/* An empty results.partial.jsonl is removed, one with results stays. */
void ts_discover_files_close(ts_discover_files *files);

/* All winners, a line each. */
void ts_discover_lines(ts_strbuf *text, const ts_discovery *discovery);

/* The text of run.json. */
void ts_discover_run_json(ts_strbuf *text, const ts_discovery *discovery);

#endif
