/* The journal of live candles: one file for all series of an exchange in a store, <root>/<exchange>/live.journal, to
 * which candles are appended, many at a time and durably. What a day brings becomes batches (live.h), and the journal
 * begins anew.
 *
 * Records have one size and a checksum each. A tail that a crash has torn off is cut by the next writer and was
 * acknowledged to nobody; a record that went bad within the file is found and named, and what follows it is read. Of
 * several candles of one time the last one counts: an exchange corrects what it said. */
#ifndef TS_DATA_CANDLES_JOURNAL_H
#define TS_DATA_CANDLES_JOURNAL_H

#include "host/series/series.h"

enum { TS_JOURNAL_RECORD = 128 }; /* bytes of a record */

/* Where a candle came from. */
typedef enum ts_journal_origin { TS_FROM_TRADES, TS_FROM_REST } ts_journal_origin;

typedef struct ts_live_bar {
    char symbol[TS_SYMBOL_TEXT];
    int64_t interval_ms;
    ts_candle candle;
    ts_journal_origin origin;
} ts_live_bar;

typedef struct ts_journal_content {
    ts_live_bar *bar; /* in the order they were appended */
    size_t count;
    size_t torn;           /* bytes after the last whole record */
    size_t damaged;        /* records within the file that are no longer what was written */
    int64_t first_damaged; /* byte where the first of them begins */
} ts_journal_content;

/* Read the journal of an exchange; that there is none is an empty one. Cleared with ts_journal_content_clear. */
int ts_journal_read(const char *root, const char *exchange, ts_journal_content *content, ts_error *error);
void ts_journal_content_clear(ts_journal_content *content);

/* The candles of one series in order of time, each time once, into the empty `series`, whose names are filled. */
int ts_journal_series(const ts_journal_content *content, const char *exchange, const char *symbol, int64_t interval_ms,
                      ts_series *series, ts_error *error);

typedef struct ts_journal ts_journal;

/* Open it to write, and make the folders that are not there. `content` gets what is whole, and is what the file holds
 * from now on: torn and damaged records are thrown away, after which the file is written anew. TS_UNAVAILABLE: another
 * program writes it. NULL on error. */
ts_journal *ts_journal_open(const char *root, const char *exchange, ts_journal_content *content, ts_error *error);
void ts_journal_close(ts_journal *journal);

/* Append candles, all durable on return. On an error (the disk is full) none of them is there, and the next append may
 * be tried. */
int ts_journal_append(ts_journal *journal, const ts_live_bar *bars, size_t count, ts_error *error);

/* Put these candles in the place of all that there is, durably; a reader sees the old content or the new. */
int ts_journal_replace(ts_journal *journal, const ts_live_bar *bars, size_t count, ts_error *error);

#endif
