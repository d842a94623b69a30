/* Bytes as a file of candles: what is read is a series in order of time, of candles that keep the rules. */
#ifndef TS_TESTS_FUZZ_CANDLE_FILE_H
#define TS_TESTS_FUZZ_CANDLE_FILE_H

#include "data/candles/candle_rules.h"
#include "data/candles/reader.h"
#include "tests/fuzz/fuzz.h"

#include <unistd.h>

/* A file in memory, and its path. glibc's header shows it only to those who ask for all of GNU. */
int memfd_create(const char *name, unsigned flags);

static inline void fuzz_candles(const ts_reading *how, const uint8_t *bytes, size_t size)
{
    char path[64];
    ts_error error = {0};
    ts_series series = {0};
    int file = memfd_create("candles", 0);
    MUST(file >= 0 && write(file, bytes, size) == (ssize_t)size);
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    int status = ts_candles_read(path, how, &series, NULL, &error);
    MUST(status == 0 ? error.code == TS_OK : error.code != TS_OK && *error.text && series.bars == 0);
    for (size_t i = 0; i < series.bars; i++) {
        ts_candle candle = ts_series_candle(&series, i);
        MUST(!ts_candle_check(&candle, &error));
        MUST(i == 0 || series.time[i - 1] < series.time[i]);
    }
    ts_series_clear(&series);
    close(file);
}

#endif
