/* How many cores this process may use: the affinity mask, capped by the CPU quota of its control groups (version 2:
 * cpu.max of the group and of each above it; version 1: cpu.cfs_quota_us of the whole hierarchy as mounted). */
#define _GNU_SOURCE
#include "common/threads.h"

#include <math.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ROOT "/sys/fs/cgroup"

static int in_affinity_mask(void)
{
    int most = 1024, count = 0;
    for (; most <= 1 << 20 && !count; most *= 2) { /* the kernel refuses a mask that is too small for its machine */
        cpu_set_t *mask = CPU_ALLOC(most);
        if (!mask) break;
        if (!sched_getaffinity(0, CPU_ALLOC_SIZE(most), mask)) count = CPU_COUNT_S(CPU_ALLOC_SIZE(most), mask);
        CPU_FREE(mask);
    }
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return count > 0 ? count : online > 0 ? (int)online : 1;
}

static bool first_line(const char *path, char *line, int size)
{
    FILE *file = fopen(path, "r");
    if (!file) return false;
    bool got = fgets(line, size, file) != NULL;
    fclose(file);
    return got;
}

/* The quota of one version 2 group in cores; infinite when there is none ("max 100000"). */
static double group_quota(const char *group)
{
    char path[4096 + 64], line[128];
    double quota, period;
    snprintf(path, sizeof path, ROOT "%s/cpu.max", group);
    if (!first_line(path, line, sizeof line) || sscanf(line, "%lf %lf", &quota, &period) != 2) return INFINITY;
    return period > 0 ? quota / period : INFINITY;
}

static double version_2_quota(void)
{
    char line[4096];
    if (!first_line("/proc/self/cgroup", line, sizeof line) || strncmp(line, "0::/", 4)) return INFINITY;
    line[strcspn(line, "\n")] = '\0';
    char *group = line + 3;
    double least = group_quota("");
    for (char *slash; (slash = strrchr(group, '/')); *slash = '\0') {
        double quota = group_quota(group);
        least = quota < least ? quota : least;
    }
    return least;
}

static double version_1_quota(void)
{
    char line[64];
    if (!first_line(ROOT "/cpu/cpu.cfs_quota_us", line, sizeof line)) return INFINITY;
    double quota = strtod(line, NULL);
    if (!first_line(ROOT "/cpu/cpu.cfs_period_us", line, sizeof line)) return INFINITY;
    double period = strtod(line, NULL);
    return quota > 0 && period > 0 ? quota / period : INFINITY;
}

int ts_threads_available(void)
{
    double two = version_2_quota(), one = version_1_quota(), quota = ceil(two < one ? two : one);
    int cores = in_affinity_mask();
    return quota >= 1 && quota < cores ? (int)quota : cores;
}
