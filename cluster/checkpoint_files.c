#define _GNU_SOURCE
#include "cluster/checkpoint_files.h"

#include "common/clock.h"
#include "common/log.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

static int newest_first(const void *a, const void *b)
{
    const ts_checkpoint_name *x = a, *y = b;
    if (x->epoch != y->epoch) return x->epoch > y->epoch ? -1 : 1;
    return x->sequence > y->sequence ? -1 : x->sequence < y->sequence;
}

static bool read_name(const char *text, ts_checkpoint_name *name)
{
    char end;
    return sscanf(text, "checkpoint.%10" SCNu64 ".%10" SCNu64 "%c", &name->epoch, &name->sequence, &end) == 2;
}

/* When there are too many files the newest are kept in mind. */
static int note(ts_checkpoint_name *names, int count, ts_checkpoint_name name)
{
    if (count < TS_CHECKPOINT_FILES_MOST) {
        names[count++] = name;
        return count;
    }
    qsort(names, (size_t)count, sizeof *names, newest_first);
    if (newest_first(&name, &names[count - 1]) < 0) names[count - 1] = name;
    return count;
}

int ts_checkpoint_list(const char *folder, ts_checkpoint_name *names, ts_error *error)
{
    DIR *entries = opendir(folder);
    if (!entries) return ts_fail(error, TS_FAILED, "%s: %s", folder, strerror(errno));
    int count = 0;
    for (struct dirent *entry; (entry = readdir(entries));) {
        ts_checkpoint_name name;
        if (read_name(entry->d_name, &name)) count = note(names, count, name);
    }
    closedir(entries);
    qsort(names, (size_t)count, sizeof *names, newest_first);
    return count;
}

int ts_checkpoint_path(const char *folder, ts_checkpoint_name name, char *path, size_t size, ts_error *error)
{
    int length = snprintf(path, size, "%s/checkpoint.%010" PRIu64 ".%010" PRIu64, folder, name.epoch, name.sequence);
    if (length > 0 && (size_t)length < size) return 0;
    return ts_fail(error, TS_USAGE, "the path is too long: %.60s...", folder);
}

void ts_folder_sweep(const char *folder)
{
    static const char *const begins[] = {"checkpoint.", "results.jsonl.", "run.json."};
    char path[4500];
    DIR *entries = opendir(folder);
    if (!entries) return;
    for (struct dirent *entry; (entry = readdir(entries));) {
        const char *name = entry->d_name;
        size_t length = strlen(name);
        bool ours = false;
        for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
            ours = ours || strncmp(name, begins[i], strlen(begins[i])) == 0;
        if (!ours || length < 4 || strcmp(name + length - 4, ".tmp")) continue;
        if ((size_t)snprintf(path, sizeof path, "%s/%s", folder, name) < sizeof path) unlink(path);
    }
    closedir(entries);
}

int ts_folder_lock(const char *folder, double seconds, ts_error *error)
{
    char path[4096];
    if ((size_t)snprintf(path, sizeof path, "%s/.lock", folder) >= sizeof path)
        return ts_fail(error, TS_USAGE, "the path is too long: %.60s...", folder);
    int file = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0666);
    if (file < 0) return ts_fail(error, TS_FAILED, "%s: %s", path, strerror(errno));
    double until = ts_clock_seconds() + seconds;
    for (bool told = false; flock(file, LOCK_EX | LOCK_NB); told = true) {
        if (errno != EWOULDBLOCK && errno != EINTR) {
            close(file);
            return ts_fail(error, TS_FAILED, "%s: cannot be locked: %s", path, strerror(errno));
        }
        if (ts_clock_seconds() >= until) {
            close(file);
            return ts_fail(error, TS_UNAVAILABLE,
                           "%s: another run writes into this folder: wait for it or say another --out", folder);
        }
        if (!told) ts_log_info("%s: another run writes into this folder; waiting up to %.0f s", folder, seconds);
        nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    }
    return file;
}
