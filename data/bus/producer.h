/* Writing to Kafka: idempotent, every delivery report looked at. For one thread at a time.
 *
 * A fatal error (the broker forgot this producer, say) is told once; the producer is then as good as new, and what was
 * not acknowledged may be sent again. */
#ifndef TS_DATA_BUS_PRODUCER_H
#define TS_DATA_BUS_PRODUCER_H

#include "data/bus/config.h"
#include "data/bus/record.h"

typedef struct ts_producer ts_producer;

/* Does not wait for a broker. `name` is the client's, for the broker's logs. */
ts_producer *ts_producer_open(const ts_bus_config *config, const char *name, ts_error *error);
void ts_producer_close(ts_producer *producer); /* what was not flushed is lost */

/* Copy a record into the queue; waits while the queue is full. TS_BAD_DATA: too large for Kafka; TS_UNAVAILABLE: the
 * queue did not empty for a minute, or a fatal error. */
int ts_producer_send(ts_producer *producer, const ts_bus_record *record, ts_error *error);

/* Wait until all that was sent is acknowledged, `seconds` at most. TS_UNAVAILABLE says how many were not and why: none
 * of those sent since the last flush may then be taken for delivered. */
int ts_producer_flush(ts_producer *producer, double seconds, ts_error *error);

uint64_t ts_producer_delivered(const ts_producer *producer); /* since it was opened */

/* Send a record that cannot be handled to `<topic>.dlq`: key and value untouched, its own headers (8 at most), and why;
 * dlq.attempt counts how often it has been there. `class` is one word; the text must not hold secrets. */
int ts_producer_dead_letter(ts_producer *producer, const ts_bus_record *record, const char *class, const char *text,
                            const char *service, ts_error *error);

#endif
