#define _GNU_SOURCE
#include "services/service/process_meters.h"

#include "common/version.h"
#include "services/service/meter.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

/* process_cpu_seconds_total is a counter that is read, not counted: what was counted so far is remembered. */
enum { CPU, RESIDENT, VIRTUAL, OPEN_FILES, MOST_FILES, STARTED, BUILD };

static const ts_meter meters[] = {
    [CPU] = {"process_cpu_seconds_total", TS_COUNTER, NULL, NULL, "Processor time taken, user and system."},
    [RESIDENT] = {"process_resident_memory_bytes", TS_GAUGE, NULL, NULL, "Memory that is resident."},
    [VIRTUAL] = {"process_virtual_memory_bytes", TS_GAUGE, NULL, NULL, "Memory that is mapped."},
    [OPEN_FILES] = {"process_open_fds", TS_GAUGE, NULL, NULL, "Open file descriptors."},
    [MOST_FILES] = {"process_max_fds", TS_GAUGE, NULL, NULL, "Most file descriptors that may be open."},
    [STARTED] = {"process_start_time_seconds", TS_GAUGE, NULL, NULL, "When the process started, since 1970 UTC."},
    [BUILD] = {"tradestream_build_info", TS_GAUGE, "service,version,commit", NULL, "Which build is running; always 1."},
    {0}};

static double cpu_counted;

static double open_files(void)
{
    DIR *folder = opendir("/proc/self/fd");
    double count = -3; /* ".", ".." and the folder itself */
    while (folder && readdir(folder)) count++;
    if (folder) closedir(folder);
    return folder ? count : 0;
}

/* The n-th field of /proc/self/stat, counted from 1; fields after the name in brackets only. */
static double stat_field(int wanted)
{
    char text[1024];
    FILE *file = fopen("/proc/self/stat", "r");
    size_t length = file ? fread(text, 1, sizeof text - 1, file) : 0;
    if (file) fclose(file);
    text[length] = '\0';
    const char *at = strrchr(text, ')');
    for (int field = 2; at && field < wanted; field++) at = strchr(at + 1, ' ');
    double value = 0;
    return at && sscanf(at, "%lf", &value) == 1 ? value : 0;
}

static double cpu_seconds(void)
{
    struct timespec now = {0};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* The boot's time and the start's ticks after it. */
static double start_seconds(void)
{
    struct timespec now = {0}, up = {0};
    clock_gettime(CLOCK_REALTIME, &now);
    clock_gettime(CLOCK_BOOTTIME, &up);
    double booted = (double)(now.tv_sec - up.tv_sec) + 1e-9 * (double)(now.tv_nsec - up.tv_nsec);
    return booted + stat_field(22) / (double)sysconf(_SC_CLK_TCK);
}

void ts_process_meters_renew(void)
{
    struct rlimit files = {0};
    double cpu = cpu_seconds();
    ts_meter_count(&meters[CPU], cpu - cpu_counted, NULL);
    cpu_counted = cpu;
    ts_meter_set(&meters[VIRTUAL], stat_field(23), NULL);
    ts_meter_set(&meters[RESIDENT], stat_field(24) * (double)sysconf(_SC_PAGESIZE), NULL);
    ts_meter_set(&meters[OPEN_FILES], open_files(), NULL);
    if (!getrlimit(RLIMIT_NOFILE, &files)) ts_meter_set(&meters[MOST_FILES], (double)files.rlim_cur, NULL);
}

int ts_process_meters_add(const char *service, ts_error *error)
{
    if (ts_meters_add(meters, error)) return -1;
    cpu_counted = 0;
    ts_meter_set(&meters[STARTED], start_seconds(), NULL);
    ts_meter_set(&meters[BUILD], 1, service, ts_version(), ts_commit(), NULL);
    return 0;
}
