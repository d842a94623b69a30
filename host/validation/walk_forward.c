#include "host/validation/walk_forward.h"

#include "common/duration.h"
#include "common/memory.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    size_t at;
    bool may_be_zero;
} lengths[] = {{"train", offsetof(ts_walk_forward, train_ms), false},
               {"test", offsetof(ts_walk_forward, test_ms), false},
               {"step", offsetof(ts_walk_forward, step_ms), false},
               {"embargo", offsetof(ts_walk_forward, embargo_ms), true}};

enum { LENGTHS = sizeof lengths / sizeof *lengths };

static int64_t *length_of(ts_walk_forward *spec, size_t which) { return (int64_t *)((char *)spec + lengths[which].at); }

static int parse_part(const char *part, size_t size, ts_walk_forward *spec, bool said[LENGTHS], ts_error *error)
{
    if (size == strlen("anchored") && strncmp(part, "anchored", size) == 0) {
        spec->anchored = true;
        return 0;
    }
    for (size_t i = 0; i < LENGTHS; i++) {
        size_t name = strlen(lengths[i].name);
        if (size <= name || strncmp(part, lengths[i].name, name) != 0 || part[name] != '=') continue;
        int64_t *ms = length_of(spec, i);
        if (said[i]) return ts_fail(error, TS_USAGE, "%s is given twice", lengths[i].name);
        said[i] = true;
        if (ts_duration_parse(part + name + 1, size - name - 1, ms) && (*ms > 0 || lengths[i].may_be_zero)) return 0;
        return ts_fail(error, TS_USAGE, "'%.*s': expected " TS_DURATION_EXAMPLES, (int)size, part);
    }
    return ts_fail(error, TS_USAGE, "unknown part '%.*s': expected %s", (int)(size < 40 ? size : 40), part,
                   TS_WALK_FORWARD_SPEC);
}

int ts_walk_forward_parse(const char *text, ts_walk_forward *spec, ts_error *error)
{
    bool said[LENGTHS] = {0};
    *spec = (ts_walk_forward){0};
    for (const char *part = text, *end;; part = end + 1) {
        end = part + strcspn(part, ",");
        if (parse_part(part, (size_t)(end - part), spec, said, error)) return -1;
        if (!*end) break;
    }
    if (!spec->train_ms || !spec->test_ms)
        return ts_fail(error, TS_USAGE, "'%.60s': both train and test are needed: %s", text, TS_WALK_FORWARD_SPEC);
    if (!spec->step_ms) spec->step_ms = spec->test_ms;
    if (spec->step_ms < spec->test_ms)
        return ts_fail(error, TS_USAGE, "'%.60s': the step is shorter than the test: test windows would overlap", text);
    return 0;
}

const char *ts_walk_forward_text(const ts_walk_forward *spec, char text[TS_WALK_FORWARD_TEXT])
{
    ts_walk_forward copy = *spec;
    char length[TS_DURATION_TEXT];
    size_t at = 0;
    for (size_t i = 0; i < LENGTHS; i++) {
        int64_t ms = *length_of(&copy, i);
        if (!ms) continue;
        if (at) text[at++] = ',';
        at += (size_t)snprintf(text + at, TS_WALK_FORWARD_TEXT - at, "%s=%s", lengths[i].name,
                               ts_duration_text(ms, length));
    }
    if (spec->anchored) snprintf(text + at, TS_WALK_FORWARD_TEXT - at, ",anchored");
    return text;
}

static ts_train_test window(const ts_walk_forward *spec, int64_t from_ms, int64_t index)
{
    int64_t begin = from_ms + index * spec->step_ms, end = begin + spec->train_ms, test = end + spec->embargo_ms;
    return (ts_train_test){spec->anchored ? from_ms : begin, end, test, test + spec->test_ms};
}

static int64_t needed_of(const ts_walk_forward *spec) { return spec->train_ms + spec->embargo_ms + spec->test_ms; }

uint64_t ts_walk_forward_count(const ts_walk_forward *spec, int64_t from_ms, int64_t to_ms)
{
    int64_t room = to_ms - from_ms - needed_of(spec);
    return room < 0 ? 0 : (uint64_t)(room / spec->step_ms) + 1;
}

int ts_walk_forward_windows(const ts_walk_forward *spec, int64_t from_ms, int64_t to_ms, size_t most,
                            ts_train_test **windows, size_t *count, ts_error *error)
{
    char text[TS_WALK_FORWARD_TEXT];
    uint64_t fit = ts_walk_forward_count(spec, from_ms, to_ms);
    if (!fit)
        return ts_fail(error, TS_BAD_DATA, "walk-forward %s needs %.2f days, the candles cover %.2f",
                       ts_walk_forward_text(spec, text), (double)needed_of(spec) / 86400000,
                       (double)(to_ms - from_ms) / 86400000);
    if (fit > most)
        return ts_fail(error, TS_USAGE, "walk-forward %s gives %" PRIu64 " windows: expected at most %zu",
                       ts_walk_forward_text(spec, text), fit, most);
    *windows = ts_alloc(fit, sizeof **windows);
    if (!*windows) return ts_no_memory(error, "the windows");
    for (uint64_t i = 0; i < fit; i++) (*windows)[i] = window(spec, from_ms, (int64_t)i);
    *count = fit;
    return 0;
}
