#define _GNU_SOURCE
#include "common/machine.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

const char *ts_machine_cpu(char text[TS_MACHINE_TEXT])
{
    char line[256];
    snprintf(text, TS_MACHINE_TEXT, "unknown");
    FILE *file = fopen("/proc/cpuinfo", "r");
    while (file && fgets(line, sizeof line, file)) {
        char *colon = strchr(line, ':');
        if (strncmp(line, "model name", 10) || !colon) continue;
        line[strcspn(line, "\n")] = '\0';
        snprintf(text, TS_MACHINE_TEXT, "%.*s", TS_MACHINE_TEXT - 1, colon + 1 + strspn(colon + 1, " "));
        break;
    }
    if (file) fclose(file);
    return text;
}

size_t ts_machine_peak_memory(void)
{
    struct rusage usage;
    return getrusage(RUSAGE_SELF, &usage) || usage.ru_maxrss < 0 ? 0 : (size_t)usage.ru_maxrss * 1024;
}
