#include "data/candles/folder.h"

#include "common/memory.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int compare_names(const void *a, const void *b) { return strcmp(a, b); }

int ts_folder_list(const char *path, const char *ending, ts_names *into, ts_error *error)
{
    *into = (ts_names){0};
    DIR *folder = opendir(path);
    if (!folder && errno == ENOENT) return 0;
    if (!folder) return ts_fail(error, TS_BAD_DATA, "%s: %s", path, strerror(errno));
    int status = 0;
    size_t capacity = 0, tail = strlen(ending);
    for (struct dirent *entry; !status && (entry = readdir(folder));) {
        size_t length = strlen(entry->d_name);
        if (entry->d_name[0] == '.' || length >= TS_NAME || length < tail) continue;
        if (strcmp(entry->d_name + length - tail, ending)) continue;
        if (into->count == capacity) {
            capacity = capacity ? capacity * 2 : 16;
            void *grown = ts_grow(into->name, capacity, TS_NAME);
            if (grown) into->name = grown;
            else status = ts_no_memory(error, path);
        }
        if (!status) memcpy(into->name[into->count++], entry->d_name, length + 1);
    }
    closedir(folder);
    if (into->count) qsort(into->name, into->count, TS_NAME, compare_names);
    return status;
}
