#define _GNU_SOURCE
#include "services/backtest_consumer/run_folder.h"

#include "cluster/checkpoint_files.h"
#include "common/fingerprint.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { PATH = 4096, ID = TS_FINGERPRINT_TEXT - 1 };

static bool is_entry(const struct dirent *entry) { return strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."); }

void ts_run_folder_remove(const char *path)
{
    DIR *folder = opendir(path);
    for (struct dirent *entry; folder && (entry = readdir(folder));)
        if (is_entry(entry)) unlinkat(dirfd(folder), entry->d_name, 0);
    if (folder) closedir(folder);
    rmdir(path);
}

/* When something was last written into the folder, or into the file. */
static time_t written(const char *path)
{
    struct stat about;
    time_t last = stat(path, &about) ? 0 : about.st_mtime;
    DIR *folder = opendir(path);
    for (struct dirent *entry; folder && (entry = readdir(folder));)
        if (is_entry(entry) && !fstatat(dirfd(folder), entry->d_name, &about, AT_SYMLINK_NOFOLLOW) &&
            about.st_mtime > last)
            last = about.st_mtime;
    if (folder) closedir(folder);
    return last;
}

static bool sweep_folder(const char *path)
{
    ts_error held = {0};
    int lock = ts_folder_lock(path, 0, &held);
    if (lock < 0) return false;
    ts_run_folder_remove(path);
    close(lock);
    return true;
}

/* "<id>" is a folder, "<id>.log" what its run says. */
static bool is_run(const char *name, bool *log)
{
    *log = strlen(name) == ID + 4 && !strcmp(name + ID, ".log");
    return strspn(name, "0123456789abcdef") == ID && (*log || !name[ID]);
}

size_t ts_run_folders_sweep(const char *work, double seconds)
{
    char path[PATH];
    size_t gone = 0;
    time_t now = time(NULL);
    DIR *folder = opendir(work);
    for (struct dirent *entry; folder && (entry = readdir(folder));) {
        bool log;
        if (!is_run(entry->d_name, &log)) continue;
        if (snprintf(path, sizeof path, "%s/%s", work, entry->d_name) >= (int)sizeof path) continue;
        if (difftime(now, written(path)) < seconds) continue;
        gone += log ? !unlink(path) : sweep_folder(path);
    }
    if (folder) closedir(folder);
    return gone;
}
