/* Format tradestream-candles/1. The newest file format of HDF5 1.10 is asked for because its metadata carry checksums;
 * with fletcher32 on the chunks and the hash over the whole content no flipped bit passes. */
#define _GNU_SOURCE
#include "data/candles/batch.h"

#include "common/clock.h"
#include "common/interval.h"
#include "common/safe_file.h"
#include "data/candles/candle_rules.h"

#include <errno.h>
#include <fcntl.h>
#include <hdf5.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Level 2: on one-minute BTC level 4 takes half as long again and saves 1 %, level 1 saves no time. */
enum { CHUNK_ROWS = 16384, DEFLATE_LEVEL = 2, TEXT = 256 };

#define FORMAT "tradestream-candles/1"

static const struct {
    const char *name, *units;
} columns[1 + TS_COLUMNS] = {
    {"time", "milliseconds since 1970-01-01T00:00:00Z, bar open"},
    {"open", "quote currency"},
    {"high", "quote currency"},
    {"low", "quote currency"},
    {"close", "quote currency"},
    {"volume", "base currency"},
};

/* The library is not safe from two threads, and would print its own account of every error. */
static pthread_mutex_t library = PTHREAD_MUTEX_INITIALIZER;

static void enter_library(void)
{
    pthread_mutex_lock(&library);
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
}

static void leave_library(void) { pthread_mutex_unlock(&library); }

static hid_t file_access(void)
{
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_libver_bounds(access, H5F_LIBVER_V110, H5F_LIBVER_V110);
    H5Pset_file_locking(access, false, true); /* no locks: batches never change, and Lustre has none */
    H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
    return access;
}

static int write_text(hid_t object, const char *name, const char *text)
{
    hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate(H5S_SCALAR);
    H5Tset_size(type, strlen(text) + 1);
    H5Tset_cset(type, H5T_CSET_UTF8);
    hid_t attribute = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    int status = attribute < 0 || H5Awrite(attribute, type, text) < 0 ? -1 : 0;
    if (attribute >= 0) H5Aclose(attribute);
    H5Sclose(space);
    H5Tclose(type);
    return status;
}

/* A text of fixed size below TEXT; longer ones and other types are refused. */
static int read_text(hid_t object, const char *name, char text[TEXT])
{
    hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
    if (attribute < 0) return -1;
    hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute);
    memset(text, 0, TEXT);
    bool fits = H5Tget_class(type) == H5T_STRING && H5Tis_variable_str(type) == 0 && H5Tget_size(type) < TEXT &&
                H5Sget_simple_extent_npoints(space) == 1;
    int status = fits && H5Aread(attribute, type, text) >= 0 ? 0 : -1;
    H5Sclose(space);
    H5Tclose(type);
    H5Aclose(attribute);
    return status;
}

static hid_t dataset_creation(size_t rows)
{
    hid_t create = H5Pcreate(H5P_DATASET_CREATE);
    hsize_t chunk = rows < CHUNK_ROWS ? rows : CHUNK_ROWS;
    H5Pset_chunk(create, 1, &chunk);
    H5Pset_shuffle(create);
    H5Pset_deflate(create, DEFLATE_LEVEL);
    H5Pset_fletcher32(create);
    H5Pset_obj_track_times(create, false); /* the same candles are the same bytes */
    return create;
}

static int write_column(hid_t file, int index, const void *values, size_t rows)
{
    hid_t stored = index ? H5T_IEEE_F64LE : H5T_STD_I64LE, native = index ? H5T_NATIVE_DOUBLE : H5T_NATIVE_INT64;
    hsize_t size = rows;
    hid_t space = H5Screate_simple(1, &size, NULL), create = dataset_creation(rows);
    hid_t dataset = H5Dcreate2(file, columns[index].name, stored, space, H5P_DEFAULT, create, H5P_DEFAULT);
    int status = -1;
    if (dataset >= 0 && H5Dwrite(dataset, native, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0)
        status = write_text(dataset, "units", columns[index].units);
    if (dataset >= 0 && H5Dclose(dataset) < 0) status = -1;
    H5Pclose(create);
    H5Sclose(space);
    return status;
}

static int write_names(hid_t file, const ts_series *series, const char *source)
{
    char hash[TS_FINGERPRINT_TEXT], shortened[TEXT - 1];
    char first[TS_TIME_TEXT], last[TS_TIME_TEXT];
    ts_time_text(series->time[0], first);
    ts_time_text(series->time[series->bars - 1], last);
    ts_series_fingerprint(series, 0, series->bars, hash);
    snprintf(shortened, sizeof shortened, "%s", source);
    return write_text(file, "format", FORMAT) || write_text(file, "exchange", series->exchange) ||
                   write_text(file, "symbol", series->symbol) ||
                   write_text(file, "interval", ts_interval_text(series->interval_ms)) ||
                   write_text(file, "first", first) || write_text(file, "last", last) ||
                   write_text(file, "source", shortened) || write_text(file, "xxh3_128", hash) ||
                   write_text(file, "synthetic", series->synthetic ? "yes" : "no")
               ? -1
               : 0;
}

static int write_file(const char *path, const ts_series *series, const char *source)
{
    hid_t access = file_access(), create = H5Pcreate(H5P_FILE_CREATE);
    H5Pset_obj_track_times(create, false); /* of the root group, too */
    hid_t file = H5Fcreate(path, H5F_ACC_EXCL, create, access);
    H5Pclose(create);
    H5Pclose(access);
    if (file < 0) return -1;
    int status = write_names(file, series, source);
    if (!status) status = write_column(file, 0, series->time, series->bars);
    for (int c = 0; c < TS_COLUMNS && !status; c++) status = write_column(file, 1 + c, series->column[c], series->bars);
    if (H5Fclose(file) < 0) status = -1;
    return status;
}

int ts_batch_write(const char *path, const ts_series *series, const char *source, ts_error *error)
{
    char temporary[PATH_MAX];
    if (!series->bars || !ts_interval_text(series->interval_ms))
        return ts_fail(error, TS_FAILED, "%s: no candles to write", path);
    if (ts_file_temporary(path, temporary, sizeof temporary, error)) return -1;
    errno = 0;
    enter_library();
    int status = write_file(temporary, series, source);
    leave_library();
    if (!status) return ts_file_commit(temporary, path, error);
    ts_fail(error, TS_FAILED, "%s: cannot be written: %s", path, errno ? strerror(errno) : "HDF5 failed");
    unlink(temporary);
    return -1;
}

static int damaged(const char *path, const char *what, ts_error *error)
{
    return ts_fail(error, TS_BAD_DATA, "%s: damaged batch of candles: %s", path, what);
}

/* The rows of the dataset, 0 when it is not one column of the type expected. */
static size_t column_rows(hid_t dataset, int index)
{
    hid_t type = H5Dget_type(dataset), space = H5Dget_space(dataset);
    hssize_t rows = 0;
    bool right = H5Tget_class(type) == (index ? H5T_FLOAT : H5T_INTEGER) && H5Tget_size(type) == 8 &&
                 H5Sget_simple_extent_ndims(space) == 1;
    if (right) rows = H5Sget_simple_extent_npoints(space);
    if (space >= 0) H5Sclose(space);
    if (type >= 0) H5Tclose(type);
    return rows > 0 && rows <= TS_BARS_LIMIT ? (size_t)rows : 0;
}

static int read_column(hid_t file, const char *path, int index, ts_series *series, ts_error *error)
{
    hid_t dataset = H5Dopen2(file, columns[index].name, H5P_DEFAULT);
    if (dataset < 0) return damaged(path, columns[index].name, error);
    size_t rows = column_rows(dataset, index);
    int status = -1;
    if (!rows || (index && rows != series->bars)) damaged(path, "columns of unequal or no length", error);
    else if (!index && ts_series_reserve(series, rows, error)) status = -1;
    else if (H5Dread(dataset, index ? H5T_NATIVE_DOUBLE : H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT,
                     index ? (void *)series->column[index - 1] : (void *)series->time) < 0)
        damaged(path, columns[index].name, error);
    else status = 0;
    if (!status) series->bars = rows;
    H5Dclose(dataset);
    return status;
}

static int read_names(hid_t file, const char *path, ts_series *series, char hash[TEXT], ts_error *error)
{
    char format[TEXT], exchange[TEXT], symbol[TEXT], interval[TEXT], synthetic[TEXT];
    if (read_text(file, "format", format) || strcmp(format, FORMAT))
        return ts_fail(error, TS_BAD_DATA, "%s: not a batch of candles, expected format " FORMAT, path);
    if (read_text(file, "exchange", exchange) || read_text(file, "symbol", symbol) ||
        read_text(file, "interval", interval) || read_text(file, "synthetic", synthetic) ||
        read_text(file, "xxh3_128", hash) || strlen(exchange) >= sizeof series->exchange ||
        strlen(symbol) >= sizeof series->symbol || ts_interval_parse(interval, &series->interval_ms, &(ts_error){0}))
        return damaged(path, "its names", error);
    snprintf(series->exchange, sizeof series->exchange, "%.31s", exchange);
    snprintf(series->symbol, sizeof series->symbol, "%.47s", symbol);
    series->synthetic = !strcmp(synthetic, "yes");
    return 0;
}

static int read_file(hid_t file, const char *path, ts_series *series, char hash[TEXT], ts_error *error)
{
    if (read_names(file, path, series, hash, error)) return -1;
    for (int index = 0; index <= TS_COLUMNS; index++)
        if (read_column(file, path, index, series, error)) return -1;
    return 0;
}

static int check_content(const char *path, const ts_series *series, const char *hash, ts_error *error)
{
    char is[TS_FINGERPRINT_TEXT];
    ts_series_fingerprint(series, 0, series->bars, is);
    if (strcmp(is, hash)) return damaged(path, "the content does not match its hash", error);
    return ts_series_check(series, error) ? ts_error_context(error, "%s", path) : 0;
}

/* Open a batch to read it; the library was entered. */
static hid_t open_file(const char *path, ts_error *error)
{
    hid_t how = file_access();
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, how);
    H5Pclose(how);
    if (file < 0) damaged(path, "HDF5 cannot open it, it may be truncated", error);
    return file;
}

int ts_batch_read(const char *path, ts_series *series, ts_error *error)
{
    if (access(path, R_OK)) return ts_fail(error, TS_BAD_DATA, "%s: %s", path, strerror(errno));
    char hash[TEXT];
    enter_library();
    hid_t file = open_file(path, error);
    int status = file < 0 ? -1 : read_file(file, path, series, hash, error);
    if (file >= 0) H5Fclose(file);
    leave_library();
    if (!status) status = check_content(path, series, hash, error);
    if (status) ts_series_clear(series);
    return status;
}

static int read_head(hid_t file, const char *path, ts_batch_head *head, ts_error *error)
{
    char first[TEXT], last[TEXT], hash[TEXT];
    ts_series names = {0};
    if (read_names(file, path, &names, hash, error)) return -1;
    if (read_text(file, "first", first) || read_text(file, "last", last) ||
        ts_time_parse(first, &head->first_ms, &(ts_error){0}) || ts_time_parse(last, &head->last_ms, &(ts_error){0}))
        return damaged(path, "its first and last time", error);
    head->synthetic = names.synthetic;
    hid_t dataset = H5Dopen2(file, columns[0].name, H5P_DEFAULT);
    head->bars = dataset < 0 ? 0 : column_rows(dataset, 0);
    if (dataset >= 0) H5Dclose(dataset);
    return head->bars ? 0 : damaged(path, columns[0].name, error);
}

int ts_batch_read_head(const char *path, ts_batch_head *head, ts_error *error)
{
    enter_library();
    hid_t file = open_file(path, error);
    int status = file < 0 ? -1 : read_head(file, path, head, error);
    if (file >= 0) H5Fclose(file);
    leave_library();
    return status;
}

bool ts_batch_is(const char *path)
{
    static const unsigned char magic[8] = {0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};
    unsigned char first[sizeof magic];
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) return false;
    struct stat is;
    bool same = !fstat(file, &is) && S_ISREG(is.st_mode) && read(file, first, sizeof first) == sizeof first &&
                !memcmp(first, magic, sizeof magic);
    close(file);
    return same;
}
