/* Rows in the binary format of COPY ... FROM STDIN (FORMAT binary): doubles with all their bits, and nothing for the
 * server to parse. Begin, rows of as many values as the COPY has columns, end; then ts_db_copy_put of the whole. */
#ifndef TS_DATA_DB_COPY_H
#define TS_DATA_DB_COPY_H

#include "common/strbuf.h"

#include <stdbool.h>
#include <stdint.h>

void ts_copy_begin(ts_strbuf *out);
void ts_copy_row(ts_strbuf *out, int columns);
void ts_copy_end(ts_strbuf *out);

void ts_copy_null(ts_strbuf *out);
void ts_copy_int(ts_strbuf *out, int32_t value);                     /* integer */
void ts_copy_bigint(ts_strbuf *out, int64_t value);                  /* bigint */
void ts_copy_real(ts_strbuf *out, double value);                     /* double precision; NaN is null */
void ts_copy_truth(ts_strbuf *out, bool value);                      /* boolean */
void ts_copy_text(ts_strbuf *out, const char *text);                 /* text; NULL is null */
void ts_copy_jsonb(ts_strbuf *out, const char *text, size_t length); /* jsonb */
void ts_copy_time(ts_strbuf *out, int64_t time_ms);                  /* timestamptz */
void ts_copy_uuid(ts_strbuf *out, const char *digits);               /* uuid: 32 hexadecimal digits; else null */

#endif
