#define _GNU_SOURCE
#include "cluster/checkpoint.h"

#include "cluster/checkpoint_files.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/memory.h"
#include "common/safe_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { KEPT = 2, HASH = TS_FINGERPRINT_TEXT - 1, LOCK_SECONDS = 10 };
static const char magic[] = "TSCHECK1";
static const size_t largest = (size_t)1 << 36;  /* of a file */
static const double share = 0.01, longest = 30; /* of a core's time that writing may take; seconds between two */

struct ts_checkpoint {
    char folder[4096], job[TS_FINGERPRINT_TEXT];
    int lock;
    uint64_t epoch, sequence;
    double wrote;      /* when the last one was */
    double took, busy; /* by the last one, seconds by the clock and of the processor */
    double seconds;    /* of the processor, by all of them */
    bool failing;      /* the last could not be written, which was told */
};

int ts_checkpoint_open(const char *folder, ts_checkpoint **out, ts_error *error)
{
    ts_checkpoint *checkpoint = ts_alloc(1, sizeof *checkpoint);
    *out = checkpoint;
    if (!checkpoint) return ts_no_memory(error, "checkpoints");
    snprintf(checkpoint->folder, sizeof checkpoint->folder, "%s", folder);
    checkpoint->wrote = ts_clock_seconds();
    checkpoint->lock = ts_folder_lock(folder, LOCK_SECONDS, error);
    if (checkpoint->lock >= 0) {
        ts_folder_sweep(folder);
        return 0;
    }
    free(checkpoint);
    *out = NULL;
    return -1;
}

void ts_checkpoint_close(ts_checkpoint *checkpoint)
{
    if (!checkpoint) return;
    close(checkpoint->lock);
    free(checkpoint);
}

static void remove_from(const ts_checkpoint *checkpoint, const ts_checkpoint_name *names, int count, int first)
{
    char path[4200];
    ts_error ignored = {0};
    for (int i = first; i < count; i++)
        if (!ts_checkpoint_path(checkpoint->folder, names[i], path, sizeof path, &ignored)) unlink(path);
}

/* Everything before the ledger, and whether the bytes are those that were written. */
static int read_head(ts_reader *in, const char *path, char job[TS_FINGERPRINT_TEXT], ts_error *error)
{
    char hash[TS_FINGERPRINT_TEXT];
    if (in->left < sizeof magic - 1 + HASH || memcmp(in->at, magic, sizeof magic - 1))
        return ts_fail(error, TS_BAD_DATA, "%s: not a checkpoint of this version", path);
    ts_fingerprint_of(in->at, in->left - HASH, hash);
    if (memcmp(in->at + in->left - HASH, hash, HASH))
        return ts_fail(error, TS_BAD_DATA, "%s: damaged: its bytes are not those that were written", path);
    in->left -= HASH;
    ts_take_bytes(in, sizeof magic - 1);
    ts_take_text(in, job, TS_FINGERPRINT_TEXT);
    ts_take_u64(in); /* epoch and sequence are in its name, too */
    ts_take_u64(in);
    return 0;
}

static int read_one(const char *path, const char *job, ts_ledger *ledger, ts_error *error)
{
    ts_strbuf text = {0};
    char of[TS_FINGERPRINT_TEXT] = "";
    int status = ts_file_read(path, largest, &text, error);
    ts_reader in = {.at = (const unsigned char *)text.text, .left = text.length};
    if (!status) status = read_head(&in, path, of, error);
    if (!status && strcmp(of, job))
        status = ts_fail(error, TS_BAD_CONFIG,
                         "%s: of another run: its candles, strategies, settings or version differ. Say --fresh to "
                         "begin anew, or another --out",
                         path);
    if (!status && ts_ledger_take(&in, ledger, error)) status = ts_error_context(error, "%s", path);
    ts_strbuf_clear(&text);
    return status;
}

/* A ledger that was filled in part waits again. */
static void forget(ts_ledger *ledger)
{
    for (size_t i = 0; i < ledger->tasks; i++) {
        ts_strbuf_clear(&ledger->task[i].bytes);
        ledger->task[i].state = TS_TASK_WAITING;
    }
}

int ts_checkpoint_read(ts_checkpoint *checkpoint, const char *job, ts_resume resume, ts_ledger *ledger, bool *found,
                       ts_error *error)
{
    ts_checkpoint_name names[TS_CHECKPOINT_FILES_MOST];
    int count = ts_checkpoint_list(checkpoint->folder, names, error);
    if (count < 0) return -1;
    snprintf(checkpoint->job, sizeof checkpoint->job, "%s", job);
    checkpoint->epoch = (count ? names[0].epoch : 0) + 1;
    if (resume == TS_RESUME_FRESH) remove_from(checkpoint, names, count, 0);
    *found = false;
    for (int i = 0; resume != TS_RESUME_FRESH && i < count && !*found; i++) {
        char path[4200];
        ts_error why = {0};
        if (ts_checkpoint_path(checkpoint->folder, names[i], path, sizeof path, error)) return -1;
        *found = !read_one(path, job, ledger, &why);
        if (*found) break;
        forget(ledger);
        if (why.code != TS_BAD_DATA) return ts_fail(error, why.code, "%s", why.text);
        ts_log_warning("passed over: %s", why.text);
    }
    return 0;
}

/* Whether a later start has written here. */
static int check_epoch(const ts_checkpoint *checkpoint, const ts_checkpoint_name *names, int count, ts_error *error)
{
    if (count < 0) return -1;
    if (!count || names[0].epoch <= checkpoint->epoch) return 0;
    return ts_fail(error, TS_UNAVAILABLE, "%s: a later start of this job has taken it over", checkpoint->folder);
}

static int write_file(ts_checkpoint *checkpoint, const ts_ledger *ledger, ts_error *error)
{
    ts_strbuf text = {0};
    char path[4200], hash[TS_FINGERPRINT_TEXT];
    ts_strbuf_append(&text, magic, sizeof magic - 1);
    ts_put_text(&text, checkpoint->job);
    ts_put_u64(&text, checkpoint->epoch);
    ts_put_u64(&text, ++checkpoint->sequence);
    ts_ledger_put(&text, ledger);
    int status = ts_strbuf_failed(&text) ? ts_no_memory(error, "a checkpoint") : 0;
    if (!status) {
        ts_fingerprint_of(text.text, text.length, hash);
        ts_strbuf_append(&text, hash, HASH);
        const ts_checkpoint_name name = {checkpoint->epoch, checkpoint->sequence};
        status = ts_checkpoint_path(checkpoint->folder, name, path, sizeof path, error);
    }
    if (!status && ts_strbuf_failed(&text)) status = ts_no_memory(error, "a checkpoint");
    if (!status) status = ts_file_write(path, text.text, text.length, error);
    ts_strbuf_clear(&text);
    return status;
}

int ts_checkpoint_write(ts_checkpoint *checkpoint, const ts_ledger *ledger, ts_error *error)
{
    ts_checkpoint_name names[TS_CHECKPOINT_FILES_MOST];
    ts_error why = {0};
    double began = ts_clock_seconds(), busy = ts_clock_thread_seconds();
    int count = ts_checkpoint_list(checkpoint->folder, names, error);
    if (check_epoch(checkpoint, names, count, error)) return -1;
    bool failed = write_file(checkpoint, ledger, &why) != 0;
    if (failed && !checkpoint->failing) ts_log_warning("no checkpoint could be written, the run goes on: %s", why.text);
    if (!failed && checkpoint->failing) ts_log_info("checkpoints can be written again");
    checkpoint->failing = failed;
    if (!failed) remove_from(checkpoint, names, count, KEPT - 1);
    checkpoint->wrote = ts_clock_seconds();
    checkpoint->took = checkpoint->wrote - began;
    checkpoint->busy = ts_clock_thread_seconds() - busy;
    checkpoint->seconds += checkpoint->busy;
    return 0;
}

bool ts_checkpoint_due(const ts_checkpoint *checkpoint)
{
    double since = ts_clock_seconds() - checkpoint->wrote;
    return since >= longest || (since >= checkpoint->took && since * share >= checkpoint->busy);
}

double ts_checkpoint_seconds(const ts_checkpoint *checkpoint) { return checkpoint->seconds; }
uint64_t ts_checkpoint_written(const ts_checkpoint *checkpoint) { return checkpoint->sequence; }

void ts_checkpoint_remove(ts_checkpoint *checkpoint)
{
    ts_checkpoint_name names[TS_CHECKPOINT_FILES_MOST];
    ts_error ignored = {0};
    int count = ts_checkpoint_list(checkpoint->folder, names, &ignored);
    remove_from(checkpoint, names, count, 0);
}
