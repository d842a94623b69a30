#include "common/duration.h"

#include <inttypes.h>
#include <stdio.h>

static const struct {
    char letter;
    int64_t ms;
} units[] = {{'w', 7 * 86400000LL}, {'d', 86400000}, {'h', 3600000}, {'m', 60000}};

enum { UNITS = sizeof units / sizeof *units };

#define LONGEST_MS (100LL * 366 * 86400000)

bool ts_duration_parse(const char *text, size_t size, int64_t *ms)
{
    int64_t number = 0;
    size_t i = 0;
    for (; i < size && text[i] >= '0' && text[i] <= '9' && number < LONGEST_MS; i++)
        number = number * 10 + (text[i] - '0');
    if (i == 0 || i + 1 != size) return false;
    for (int u = 0; u < UNITS; u++)
        if (units[u].letter == text[i]) {
            if (number > LONGEST_MS / units[u].ms) return false;
            *ms = number * units[u].ms;
            return true;
        }
    return false;
}

const char *ts_duration_text(int64_t ms, char text[TS_DURATION_TEXT])
{
    int u = 0;
    while (u < UNITS - 1 && ms % units[u].ms) u++;
    snprintf(text, TS_DURATION_TEXT, "%" PRId64 "%c", ms / units[u].ms, units[u].letter);
    return text;
}
