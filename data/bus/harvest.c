#include "data/bus/harvest.h"

#include "common/clock.h"
#include "common/memory.h"

#include <stdlib.h>

enum { BATCHES_MOST = 4096 };

static const double longest_wait = 0.2, longest_joining = 60;

/* Joining the group does not count as waiting for a record, within bounds. */
static bool joins(ts_consumer *consumer, double began)
{
    ts_error why = {0};
    return ts_clock_seconds() - began < longest_joining && ts_consumer_ready(consumer, &why);
}

/* With room made by the caller. */
static int gather(ts_consumer *consumer, const ts_bus_patience *patience, ts_bus_harvest *h, ts_error *error)
{
    double began = ts_clock_seconds(), until = began + patience->first;
    while (h->records < patience->most && h->batches < BATCHES_MOST && !(patience->stopping && patience->stopping())) {
        double left = until - ts_clock_seconds();
        if (left <= 0) return 0;
        ts_bus_batch *batch = &h->batch[h->batches];
        left = left < longest_wait ? left : longest_wait;
        if (ts_consumer_receive(consumer, patience->most - h->records, left, batch, error)) return -1;
        if (!batch->count) {
            ts_bus_batch_clear(batch);
            if (!h->records && joins(consumer, began)) until = ts_clock_seconds() + patience->first;
            continue;
        }
        h->batches++;
        for (size_t i = 0; i < batch->count; i++) h->record[h->records++] = &batch->record[i];
        until = ts_clock_seconds() + patience->linger;
    }
    return 0;
}

/* Records whose partition was assigned anew meanwhile come again, to this member or to another. */
static void leave_out_lost(ts_consumer *consumer, ts_bus_harvest *h)
{
    h->records = 0;
    for (size_t i = 0; i < h->batches; i++)
        for (size_t j = 0; j < h->batch[i].count; j++)
            if (ts_consumer_owns(consumer, &h->batch[i], j)) h->record[h->records++] = &h->batch[i].record[j];
}

static void clear_batches(ts_bus_harvest *h)
{
    for (size_t i = 0; h->batch && i < h->batches; i++) ts_bus_batch_clear(&h->batch[i]);
    h->batches = 0;
}

int ts_bus_harvest_gather(ts_consumer *consumer, const ts_bus_patience *patience, ts_bus_harvest *h, ts_error *error)
{
    *h = (ts_bus_harvest){.batch = ts_alloc(BATCHES_MOST, sizeof *h->batch),
                          .record = ts_alloc(patience->most + 1, sizeof(const ts_bus_record *))};
    if (!h->batch || !h->record) return ts_no_memory(error, "records");
    do {
        clear_batches(h);
        if (gather(consumer, patience, h, error)) return -1;
        leave_out_lost(consumer, h);
    } while (!h->records && h->batches && !(patience->stopping && patience->stopping()));
    return 0;
}

int ts_bus_harvest_commit(ts_consumer *consumer, const ts_bus_harvest *h, ts_error *error)
{
    for (size_t i = 0; i < h->batches; i++)
        if (ts_consumer_commit(consumer, &h->batch[i], NULL, error)) return -1;
    return 0;
}

void ts_bus_harvest_clear(ts_bus_harvest *h)
{
    clear_batches(h);
    free(h->batch);
    free(h->record);
    *h = (ts_bus_harvest){0};
}
