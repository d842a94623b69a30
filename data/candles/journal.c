#define _GNU_SOURCE
#include "data/candles/journal.h"

#include "common/memory.h"
#include "common/safe_file.h"
#include "data/candles/journal_record.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* A day of 1,000 symbols by the minute is a tenth of this. */
static const size_t FILE_MAX = (size_t)2 << 30;

struct ts_journal {
    char path[PATH_MAX];
    int file, lock;
    size_t end; /* bytes that are whole and durable */
};

static int path_of(const char *root, const char *exchange, const char *name, char path[PATH_MAX], ts_error *error)
{
    int length = snprintf(path, PATH_MAX, "%s/%s/%s", root, exchange, name);
    return length > 0 && length < PATH_MAX - 64 ? 0 : ts_fail(error, TS_USAGE, "the store's path is too long");
}

/* What is whole, and what is not. A damaged record hides nothing behind it, as all have one size. */
static int decode_all(const ts_strbuf *bytes, ts_journal_content *content, ts_error *error)
{
    size_t records = bytes->length / TS_JOURNAL_RECORD;
    content->torn = bytes->length % TS_JOURNAL_RECORD;
    content->bar = ts_alloc(records + 1, sizeof *content->bar);
    if (!content->bar) return ts_no_memory(error, "the journal");
    for (size_t i = 0; i < records; i++) {
        const unsigned char *at = (const unsigned char *)bytes->text + i * TS_JOURNAL_RECORD;
        if (ts_journal_decode(at, &content->bar[content->count])) content->count++;
        else if (!content->damaged++) content->first_damaged = (int64_t)(i * TS_JOURNAL_RECORD);
    }
    return 0;
}

/* Bad records at the very end are what a crash leaves of an append; they were acknowledged to nobody. */
static void tell_torn(const ts_strbuf *bytes, ts_journal_content *content)
{
    ts_live_bar ignored;
    size_t records = bytes->length / TS_JOURNAL_RECORD;
    while (records && content->damaged &&
           !ts_journal_decode((const unsigned char *)bytes->text + (records - 1) * TS_JOURNAL_RECORD, &ignored)) {
        content->torn += TS_JOURNAL_RECORD;
        content->damaged--;
        records--;
    }
}

static int read_path(const char *path, ts_journal_content *content, ts_error *error)
{
    ts_strbuf bytes = {0};
    *content = (ts_journal_content){0};
    if (access(path, F_OK) && errno == ENOENT) return 0;
    int status = ts_file_read(path, FILE_MAX, &bytes, error);
    if (!status) status = decode_all(&bytes, content, error);
    if (!status) tell_torn(&bytes, content);
    ts_strbuf_clear(&bytes);
    return status;
}

int ts_journal_read(const char *root, const char *exchange, ts_journal_content *content, ts_error *error)
{
    char path[PATH_MAX];
    *content = (ts_journal_content){0};
    return path_of(root, exchange, "live.journal", path, error) ? -1 : read_path(path, content, error);
}

void ts_journal_content_clear(ts_journal_content *content)
{
    free(content->bar);
    *content = (ts_journal_content){0};
}

typedef struct placed {
    const ts_candle *candle;
    size_t place;
} placed;

static int by_time(const void *a, const void *b)
{
    const placed *x = a, *y = b;
    if (x->candle->time != y->candle->time) return x->candle->time < y->candle->time ? -1 : 1;
    return (x->place > y->place) - (x->place < y->place);
}

int ts_journal_series(const ts_journal_content *content, const char *exchange, const char *symbol, int64_t interval_ms,
                      ts_series *series, ts_error *error)
{
    placed *all = ts_alloc(content->count + 1, sizeof *all);
    size_t count = 0;
    int status = all ? 0 : ts_no_memory(error, "the journal");
    *series = (ts_series){.interval_ms = interval_ms};
    snprintf(series->exchange, sizeof series->exchange, "%s", exchange);
    snprintf(series->symbol, sizeof series->symbol, "%s", symbol);
    for (size_t i = 0; i < content->count && !status; i++)
        if (content->bar[i].interval_ms == interval_ms && !strcmp(content->bar[i].symbol, symbol))
            all[count++] = (placed){&content->bar[i].candle, i};
    if (count) qsort(all, count, sizeof *all, by_time);
    for (size_t i = 0; i < count && !status; i++)
        if (i + 1 == count || all[i + 1].candle->time != all[i].candle->time)
            status = ts_series_append(series, all[i].candle, error);
    free(all);
    if (status) ts_series_clear(series);
    return status;
}

static int lock(ts_journal *journal, const char *root, const char *exchange, ts_error *error)
{
    char path[PATH_MAX];
    if (path_of(root, exchange, "live.lock", path, error)) return -1;
    journal->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (journal->lock < 0) return ts_fail(error, TS_FAILED, "%s: %s", path, strerror(errno));
    if (!flock(journal->lock, LOCK_EX | LOCK_NB)) return 0;
    if (errno != EWOULDBLOCK) return ts_fail(error, TS_FAILED, "%s: cannot be locked: %s", path, strerror(errno));
    return ts_fail(error, TS_UNAVAILABLE, "%s: another program writes the live candles of %s in this store",
                   journal->path, exchange);
}

static int open_file(ts_journal *journal, ts_error *error)
{
    if (journal->file >= 0) close(journal->file);
    journal->file = open(journal->path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    struct stat is;
    if (journal->file < 0 || fstat(journal->file, &is))
        return ts_fail(error, TS_FAILED, "%s: %s", journal->path, strerror(errno));
    journal->end = (size_t)is.st_size;
    return 0;
}

ts_journal *ts_journal_open(const char *root, const char *exchange, ts_journal_content *content, ts_error *error)
{
    char folder[PATH_MAX];
    *content = (ts_journal_content){0};
    ts_journal *journal = ts_alloc(1, sizeof *journal);
    if (!journal) {
        ts_no_memory(error, "the journal");
        return NULL;
    }
    journal->file = journal->lock = -1;
    int status = path_of(root, exchange, "", folder, error);
    if (!status) status = path_of(root, exchange, "live.journal", journal->path, error);
    if (!status) status = ts_folder_make(folder, error);
    if (!status) status = lock(journal, root, exchange, error);
    if (!status) status = read_path(journal->path, content, error);
    /* One that is made anew is there durably, name and all. */
    bool whole = !content->torn && !content->damaged && !access(journal->path, F_OK);
    if (!status)
        status = whole ? open_file(journal, error) : ts_journal_replace(journal, content->bar, content->count, error);
    if (!status) return journal;
    ts_journal_content_clear(content);
    ts_journal_close(journal);
    return NULL;
}

void ts_journal_close(ts_journal *journal)
{
    if (!journal) return;
    if (journal->file >= 0) close(journal->file);
    if (journal->lock >= 0) close(journal->lock); /* which unlocks it */
    free(journal);
}

static int encode_all(const ts_live_bar *bars, size_t count, ts_strbuf *bytes, ts_error *error)
{
    for (size_t i = 0; i < count; i++) {
        unsigned char record[TS_JOURNAL_RECORD];
        ts_live_bar again;
        ts_journal_encode(&bars[i], record);
        if (!ts_journal_decode(record, &again))
            return ts_fail(error, TS_BAD_DATA, "%.40s: what is to be journalled is no candle", bars[i].symbol);
        ts_strbuf_append(bytes, (const char *)record, sizeof record);
    }
    return ts_strbuf_failed(bytes) ? ts_no_memory(error, "candles") : 0;
}

static int write_all(int file, const char *bytes, size_t length, size_t at)
{
    while (length) {
        ssize_t written = pwrite(file, bytes, length, (off_t)at);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return -1;
        bytes += written, at += (size_t)written, length -= (size_t)written;
    }
    return 0;
}

int ts_journal_append(ts_journal *journal, const ts_live_bar *bars, size_t count, ts_error *error)
{
    ts_strbuf bytes = {0};
    int status = encode_all(bars, count, &bytes, error);
    if (!status && count &&
        (write_all(journal->file, bytes.text, bytes.length, journal->end) || fdatasync(journal->file))) {
        status = ts_fail(error, TS_FAILED, "%s: cannot be written: %s", journal->path, strerror(errno));
        if (ftruncate(journal->file, (off_t)journal->end)) /* the next append writes over what is left of this one */
            ts_error_context(error, "and what is half-written stays until then");
    }
    if (!status) journal->end += bytes.length;
    ts_strbuf_clear(&bytes);
    return status;
}

int ts_journal_replace(ts_journal *journal, const ts_live_bar *bars, size_t count, ts_error *error)
{
    ts_strbuf bytes = {0};
    int status = encode_all(bars, count, &bytes, error);
    if (!status) status = ts_file_write(journal->path, bytes.text ? bytes.text : "", bytes.length, error);
    if (!status) status = open_file(journal, error);
    ts_strbuf_clear(&bytes);
    return status;
}
