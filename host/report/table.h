/* A table of text with aligned columns, filled column by column. */
#ifndef TS_HOST_TABLE_H
#define TS_HOST_TABLE_H

#include "common/strbuf.h"

#include <stdbool.h>
#include <stddef.h>

enum { TS_TABLE_COLUMNS = 32 };

typedef struct ts_table {
    ts_strbuf cells; /* the texts of the cells, each ended by a 0 byte */
    size_t columns, rows;
    bool left[TS_TABLE_COLUMNS];
    size_t start[TS_TABLE_COLUMNS]; /* where a column's heading begins in `cells` */
} ts_table;

/* Begin a column; the numbers of a column are right-aligned, texts left. */
void ts_table_column(ts_table *table, const char *heading, bool left);

/* End a cell whose text was appended to table->cells. */
void ts_table_cell(ts_table *table);

/* The heading, a line, the rows; every column must have the same number of cells. */
void ts_table_print(ts_strbuf *into, const ts_table *table);
void ts_table_clear(ts_table *table);

#endif
