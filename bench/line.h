/* What a benchmark says: one line a case, item and back end. */
#ifndef TS_BENCH_LINE_H
#define TS_BENCH_LINE_H

#include "common/strbuf.h"

#include <stddef.h>

typedef enum ts_field {
#define TS_FIELD(key, heading, scale, digits) TS_FIELD_##key,
#include "bench/fields.def"
#undef TS_FIELD
    TS_FIELDS
} ts_field;

/* The value of a field that does not apply is NaN. */
typedef struct ts_bench_line {
    const char *bench_case, *item, *backend; /* item: the function or strategy, else NULL; backend may be NULL */
    const char *device;                      /* the OpenCL device's name; NULL: none */
    double value[TS_FIELDS];
} ts_bench_line;

ts_bench_line ts_bench_line_empty(void);

/* One JSON object and a line end; fields that do not apply are left out. */
void ts_bench_line_json(ts_strbuf *into, const ts_bench_line *line);

/* Lines of one case, side by side; columns that are empty in all are left out. */
void ts_bench_line_table(ts_strbuf *into, const ts_bench_line *line, size_t count);

#endif
