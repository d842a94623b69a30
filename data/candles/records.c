#include "data/candles/records.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BUFFER = 1 << 20, RECORD_LIMIT = 1 << 16 };

struct ts_records {
    ts_source *source;
    const char *path;         /* borrowed */
    bool json, ended, closed; /* closed: the ']' of the whole JSON array was read */
    size_t number;
    size_t start, filled; /* of `buffer`: what is not yet handed out */
    char buffer[BUFFER + 1];
};

static int refill(ts_records *records, ts_error *error)
{
    memmove(records->buffer, records->buffer + records->start, records->filled - records->start);
    records->filled -= records->start;
    records->start = 0;
    while (records->filled < BUFFER && !records->ended) {
        ptrdiff_t got =
            ts_source_read(records->source, records->buffer + records->filled, BUFFER - records->filled, error);
        if (got < 0) return -1;
        records->filled += (size_t)got;
        records->ended = got == 0;
    }
    return 0;
}

ts_records *ts_records_open(const char *path, ts_error *error)
{
    ts_records *records = malloc(sizeof *records);
    if (!records) {
        ts_no_memory(error, path);
        return NULL;
    }
    *records = (ts_records){.path = path, .source = ts_source_open(path, error)};
    if (!records->source || refill(records, error)) {
        ts_records_close(records);
        return NULL;
    }
    if (records->filled >= 3 && !memcmp(records->buffer, "\xef\xbb\xbf", 3)) records->start = 3; /* byte order mark */
    records->buffer[records->filled] = '\0';
    const char *first = records->buffer + records->start;
    records->json = first[strspn(first, " \t\r\n")] == '[';
    return records;
}

/* The raw record up to its terminator: 1, 0 at the end, -1. The terminator is overwritten; `cut` tells that the file
 * ended instead. */
static int raw_next(ts_records *records, char **record, size_t *length, bool *cut, ts_error *error)
{
    char end = records->json ? ']' : '\n', place[256];
    for (int attempt = 0; attempt < 2; attempt++) {
        char *from = records->buffer + records->start;
        char *stop = memchr(from, end, records->filled - records->start);
        *cut = !stop;
        if (!stop && !records->ended) {
            if (records->filled - records->start > RECORD_LIMIT) break;
            if (refill(records, error)) return -1;
            continue;
        }
        if (!stop) stop = records->buffer + records->filled;
        if (*cut && stop == from) return 0;
        *record = from;
        *length = (size_t)(stop - from);
        *stop = '\0';
        records->start += *length + !*cut;
        records->number++;
        if (*length <= RECORD_LIMIT) return 1;
        break;
    }
    return ts_fail(error, TS_BAD_DATA, "%s: longer than %d bytes: no candle is",
                   ts_records_place(records, place, sizeof place), RECORD_LIMIT);
}

static const char *skip_blanks(const char *text) { return text + strspn(text, " \t\r\n"); }

/* A JSON row comes as "[[1,2" first, then ",[1,2", and the array's own end as blanks. */
static int json_next(ts_records *records, char **record, size_t *length, ts_error *error)
{
    bool cut;
    char place[256];
    int status = raw_next(records, record, length, &cut, error);
    if (status < 0) return -1;
    const char *at = status ? skip_blanks(*record) : "";
    bool nothing = !status || (!*at && *record + *length == at);
    if (records->closed) {
        if (nothing && (!status || cut)) return 0;
        return ts_fail(error, TS_BAD_DATA, "%s: more text after the end of the array", records->path);
    }
    bool first = records->number <= 1;
    if (cut) return ts_fail(error, TS_BAD_DATA, "%s: ends inside the array: the file is truncated", records->path);
    if (first ? !strcmp(skip_blanks(at + 1), "") : nothing) {
        records->closed = true;
        return json_next(records, record, length, error);
    }
    if (*at == (first ? '[' : ',')) at = skip_blanks(at + 1);
    else at = "";
    if (*at != '[')
        return ts_fail(error, TS_BAD_DATA, "%s: expected an array of arrays, [[time, open, ...], ...]",
                       ts_records_place(records, place, sizeof place));
    at++;
    *length -= (size_t)(at - *record);
    *record += at - *record;
    return 1;
}

int ts_records_next(ts_records *records, char **record, size_t *length, ts_error *error)
{
    if (records->json) return json_next(records, record, length, error);
    for (;;) {
        bool cut;
        int status = raw_next(records, record, length, &cut, error);
        if (status <= 0) return status;
        if (*length && (*record)[*length - 1] == '\r') (*record)[--*length] = '\0';
        if (*length) return 1;
    }
}

bool ts_records_json(const ts_records *records) { return records->json; }

const char *ts_records_place(const ts_records *records, char *text, size_t size)
{
    snprintf(text, size, "%.200s: %s %zu", records->path, records->json ? "row" : "line", records->number);
    return text;
}

void ts_records_close(ts_records *records)
{
    if (!records) return;
    ts_source_close(records->source);
    free(records);
}
