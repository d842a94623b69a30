#include "services/service/meter.h"

#include "common/memory.h"

#include <math.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

const double ts_meter_seconds[] = {0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60, INFINITY};

typedef struct series {
    char *labels; /* as they are shown: `topic="a",reason="b"`, or "" */
    double value; /* of a histogram: the sum */
    uint64_t bucket[TS_METER_BUCKETS];
} series;

typedef struct family {
    const ts_meter *meter;
    series *row;
    size_t count;
} family;

static struct {
    pthread_mutex_t lock;
    family *row;
    size_t count;
    uint64_t dropped;
} all = {.lock = PTHREAD_MUTEX_INITIALIZER};

static family *family_of(const ts_meter *meter)
{
    for (size_t i = 0; i < all.count; i++)
        if (all.row[i].meter == meter) return &all.row[i];
    return NULL;
}

static void escaped(const char *text, bool quote, ts_strbuf *into)
{
    for (const char *c = text; *c; c++) {
        if (*c == '\\') ts_strbuf_puts(into, "\\\\");
        else if (*c == '\n') ts_strbuf_puts(into, "\\n");
        else if (*c == '"' && quote) ts_strbuf_puts(into, "\\\"");
        else ts_strbuf_putc(into, *c);
    }
}

/* The label set as it is shown; a missing text is shown as "". */
static void label_text(const ts_meter *meter, va_list values, ts_strbuf *into)
{
    bool ended = false;
    ts_strbuf_puts(into, "");
    for (const char *name = meter->labels; name && *name;) {
        size_t length = strcspn(name, ",");
        const char *value = ended ? NULL : va_arg(values, const char *);
        ended = !value;
        ts_strbuf_printf(into, "%s%.*s=\"", into->length ? "," : "", (int)length, name);
        escaped(value ? value : "", true, into);
        ts_strbuf_putc(into, '"');
        name += length + (name[length] == ',');
    }
}

/* The series of these labels, made when there is room. Called under the lock. */
static series *series_of(family *f, const char *labels)
{
    for (size_t i = 0; i < f->count; i++)
        if (!strcmp(f->row[i].labels, labels)) return &f->row[i];
    if (f->count == TS_METER_SERIES) return NULL;
    size_t size = strlen(labels) + 1;
    series *grown = ts_grow(f->row, f->count + 1, sizeof *grown);
    if (!grown) return NULL;
    f->row = grown;
    char *copy = malloc(size);
    if (!copy) return NULL;
    memcpy(copy, labels, size);
    grown[f->count] = (series){.labels = copy};
    return &grown[f->count++];
}

static void count(series *s, const ts_meter *meter, double value)
{
    (void)meter;
    if (value > 0) s->value += value;
}

static void set(series *s, const ts_meter *meter, double value)
{
    (void)meter;
    s->value = value;
}

static void observe(series *s, const ts_meter *meter, double value)
{
    size_t at = 0;
    if (isnan(value)) return;
    while (value > meter->buckets[at]) at++;
    s->bucket[at]++;
    s->value += value;
}

static void change(const ts_meter *meter, ts_meter_type type, void (*how)(series *, const ts_meter *, double),
                   double value, va_list labels)
{
    ts_strbuf text = {0};
    if (meter->type != type) return;
    label_text(meter, labels, &text);
    pthread_mutex_lock(&all.lock);
    family *f = family_of(meter);
    series *s = f && !text.failed ? series_of(f, text.text) : NULL;
    if (s) how(s, meter, value);
    else all.dropped++;
    pthread_mutex_unlock(&all.lock);
    ts_strbuf_clear(&text);
}

void ts_meter_count(const ts_meter *meter, double value, ...)
{
    va_list labels;
    va_start(labels, value);
    change(meter, TS_COUNTER, count, value, labels);
    va_end(labels);
}

void ts_meter_set(const ts_meter *meter, double value, ...)
{
    va_list labels;
    va_start(labels, value);
    change(meter, TS_GAUGE, set, value, labels);
    va_end(labels);
}

void ts_meter_observe(const ts_meter *meter, double value, ...)
{
    va_list labels;
    va_start(labels, value);
    change(meter, TS_HISTOGRAM, observe, value, labels);
    va_end(labels);
}

static int check(const ts_meter *meter, ts_error *error)
{
    size_t labels = meter->labels ? 1 : 0, bounds = 0;
    for (const char *c = meter->labels; c && *c; c++) labels += *c == ',';
    if (labels > TS_METER_LABELS) return ts_fail(error, TS_FAILED, "metric %s has too many labels", meter->name);
    if (!meter->help || !*meter->help) return ts_fail(error, TS_FAILED, "metric %s has no help text", meter->name);
    for (size_t i = 0; i < all.count; i++)
        if (!strcmp(all.row[i].meter->name, meter->name))
            return ts_fail(error, TS_FAILED, "metric %s is declared twice", meter->name);
    if (meter->type != TS_HISTOGRAM) return 0;
    while (meter->buckets && bounds < TS_METER_BUCKETS && isfinite(meter->buckets[bounds])) bounds++;
    if (bounds > 0 && bounds < TS_METER_BUCKETS) return 0;
    return ts_fail(error, TS_FAILED, "metric %s: expected 1 to %d bounds and INFINITY", meter->name,
                   TS_METER_BUCKETS - 1);
}

static int add(const ts_meter *meter, ts_error *error)
{
    if (check(meter, error)) return -1;
    family *grown = ts_grow(all.row, all.count + 1, sizeof *grown);
    if (!grown) return ts_no_memory(error, "metrics");
    all.row = grown;
    grown[all.count++] = (family){.meter = meter};
    if (!meter->labels && !series_of(&grown[all.count - 1], "")) return ts_no_memory(error, "metrics");
    return 0;
}

int ts_meters_add(const ts_meter *table, ts_error *error)
{
    int status = 0;
    pthread_mutex_lock(&all.lock);
    for (const ts_meter *meter = table; meter && meter->name && !status; meter++) status = add(meter, error);
    pthread_mutex_unlock(&all.lock);
    return status;
}

static void number(double value, ts_strbuf *into)
{
    if (isnan(value)) ts_strbuf_puts(into, "NaN");
    else ts_strbuf_real(into, value, value > 0 ? "+Inf" : "-Inf");
}

static void sample(const char *name, const char *ending, const char *labels, double value, ts_strbuf *into)
{
    ts_strbuf_printf(into, "%s%s%s%s%s ", name, ending, *labels ? "{" : "", labels, *labels ? "}" : "");
    number(value, into);
    ts_strbuf_putc(into, '\n');
}

static void histogram_text(const ts_meter *meter, const series *s, ts_strbuf *into)
{
    uint64_t below = 0;
    bool last = false;
    for (size_t i = 0; !last; i++) {
        last = !isfinite(meter->buckets[i]);
        below += s->bucket[i];
        ts_strbuf_printf(into, "%s_bucket{%s%sle=\"", meter->name, s->labels, *s->labels ? "," : "");
        number(meter->buckets[i], into);
        ts_strbuf_printf(into, "\"} %llu\n", (unsigned long long)below);
    }
    sample(meter->name, "_sum", s->labels, s->value, into);
    sample(meter->name, "_count", s->labels, (double)below, into);
}

static void family_text(const family *f, ts_strbuf *into)
{
    static const char *const types[] = {"counter", "gauge", "histogram"};
    ts_strbuf_printf(into, "# HELP %s ", f->meter->name);
    escaped(f->meter->help, false, into);
    ts_strbuf_printf(into, "\n# TYPE %s %s\n", f->meter->name, types[f->meter->type]);
    for (size_t i = 0; i < f->count; i++) {
        if (f->meter->type == TS_HISTOGRAM) histogram_text(f->meter, &f->row[i], into);
        else sample(f->meter->name, "", f->row[i].labels, f->row[i].value, into);
    }
}

void ts_meters_text(ts_strbuf *into)
{
    static const char *const dropped = "tradestream_metrics_dropped_total";
    pthread_mutex_lock(&all.lock);
    for (size_t i = 0; i < all.count; i++) family_text(&all.row[i], into);
    ts_strbuf_printf(into, "# HELP %s Changes lost because a metric had too many label sets.\n# TYPE %s counter\n",
                     dropped, dropped);
    sample(dropped, "", "", (double)all.dropped, into);
    pthread_mutex_unlock(&all.lock);
}

void ts_meters_forget(void)
{
    pthread_mutex_lock(&all.lock);
    for (size_t i = 0; i < all.count; i++) {
        for (size_t k = 0; k < all.row[i].count; k++) free(all.row[i].row[k].labels);
        free(all.row[i].row);
    }
    free(all.row);
    all.row = NULL;
    all.count = 0;
    all.dropped = 0;
    pthread_mutex_unlock(&all.lock);
}
