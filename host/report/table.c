#include "host/report/table.h"

#include <string.h>

void ts_table_column(ts_table *table, const char *heading, bool left)
{
    table->left[table->columns] = left;
    table->start[table->columns++] = table->cells.length;
    ts_strbuf_puts(&table->cells, heading);
    ts_table_cell(table);
    table->rows = 0;
}

void ts_table_cell(ts_table *table)
{
    ts_strbuf_putc(&table->cells, '\0');
    table->rows++;
}

static const char *next_cell(const char *cell) { return cell + strlen(cell) + 1; }

static size_t width(const ts_table *table, size_t column)
{
    size_t widest = 0;
    const char *cell = table->cells.text + table->start[column];
    for (size_t i = 0; i <= table->rows; i++, cell = next_cell(cell))
        if (strlen(cell) > widest) widest = strlen(cell);
    return widest;
}

static void pad(ts_strbuf *into, char c, size_t count)
{
    while (count--) ts_strbuf_putc(into, c);
}

static void print_rule(ts_strbuf *into, const ts_table *table)
{
    for (size_t i = 0; i < table->columns; i++) {
        if (i) ts_strbuf_puts(into, "  ");
        pad(into, '-', width(table, i));
    }
    ts_strbuf_putc(into, '\n');
}

void ts_table_print(ts_strbuf *into, const ts_table *table)
{
    const char *cell[TS_TABLE_COLUMNS];
    size_t widths[TS_TABLE_COLUMNS];
    into->failed = into->failed || table->cells.failed;
    if (into->failed) return;
    for (size_t i = 0; i < table->columns; i++) {
        cell[i] = table->cells.text + table->start[i];
        widths[i] = width(table, i);
    }
    for (size_t row = 0; row <= table->rows; row++) {
        for (size_t i = 0; i < table->columns; i++) {
            size_t blank = widths[i] - strlen(cell[i]);
            if (i) ts_strbuf_puts(into, "  ");
            if (!table->left[i]) pad(into, ' ', blank);
            ts_strbuf_puts(into, cell[i]);
            if (table->left[i] && i + 1 < table->columns) pad(into, ' ', blank);
            cell[i] = next_cell(cell[i]);
        }
        ts_strbuf_putc(into, '\n');
        if (row == 0) print_rule(into, table);
    }
}

void ts_table_clear(ts_table *table)
{
    ts_strbuf_clear(&table->cells);
    *table = (ts_table){0};
}
