/* The journal's reader: a file of any bytes is divided into records that are whole, damaged and torn, each byte once;
 * what is read is what was written, byte for byte; and a writer that opens it goes on from there.
 *
 * Checksums keep a fuzzer from making records. So the first byte says how many good ones stand at the front; the rest
 * of the input is laid over the file from where the second and third say. */
#define _GNU_SOURCE
#include "data/candles/journal_record.h"

#include "tests/fuzz/fuzz.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { GOOD = 16, ROOM = GOOD * TS_JOURNAL_RECORD + 8192 };

static char root[64], path[128];

static size_t make(const uint8_t *bytes, size_t size, unsigned char file[ROOM])
{
    size_t good = bytes[0] % (GOOD + 1), length = good * TS_JOURNAL_RECORD;
    for (size_t i = 0; i < good; i++) {
        ts_live_bar bar = {.symbol = "BTC-USD", .interval_ms = 60000, .origin = i % 2 ? TS_FROM_REST : TS_FROM_TRADES};
        bar.candle = (ts_candle){(int64_t)i * 60000, {1 + (double)i, 3 + (double)i, 1, 2, (double)i}};
        ts_journal_encode(&bar, file + i * TS_JOURNAL_RECORD);
    }
    size_t at = length ? ((size_t)bytes[1] << 8 | bytes[2]) % (length + 1) : 0;
    size_t more = size - 3 < ROOM - at ? size - 3 : ROOM - at;
    memcpy(file + at, bytes + 3, more);
    return at + more > length ? at + more : length;
}

static void write_file(const unsigned char *bytes, size_t length)
{
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    MUST(file >= 0 && write(file, bytes, length) == (ssize_t)length && !close(file));
}

static void prepare(void)
{
    snprintf(root, sizeof root, "/dev/shm/fuzz-journal-%d", (int)getpid());
    snprintf(path, sizeof path, "%s/x", root);
    MUST(!mkdir(root, 0700) && !mkdir(path, 0700));
    snprintf(path, sizeof path, "%s/x/live.journal", root);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    unsigned char file[ROOM], record[TS_JOURNAL_RECORD];
    ts_journal_content content, again;
    ts_error error = {0};
    if (size < 3) return 0;
    if (!*root) prepare();
    size_t length = make(bytes, size, file), next = 0;
    write_file(file, length);
    MUST(!ts_journal_read(root, "x", &content, &error));
    MUST((content.count + content.damaged) * TS_JOURNAL_RECORD + content.torn == length);
    for (size_t i = 0; i < content.count; i++) {
        ts_journal_encode(&content.bar[i], record);
        while (next + TS_JOURNAL_RECORD <= length && memcmp(file + next, record, sizeof record)) next += sizeof record;
        MUST(next + TS_JOURNAL_RECORD <= length);
        next += sizeof record;
    }
    ts_journal *journal = ts_journal_open(root, "x", &again, &error);
    MUST(journal && again.count == content.count);
    ts_journal_close(journal);
    ts_journal_content_clear(&again);
    MUST(!ts_journal_read(root, "x", &again, &error) && again.count == content.count && !again.torn && !again.damaged);
    ts_journal_content_clear(&again);
    ts_journal_content_clear(&content);
    return 0;
}
