/* tradestream migrate: the schema of the database. Kafka's topics are in verb_migrate_topics.c. */
#include "services/tradestream/verb_migrate.h"
#include "common/json.h"
#include "data/db/migration.h"
#include "host/report/table.h"
#include "services/tradestream/database.h"

#include <stdio.h>
#include <stdlib.h>

enum { FORMAT_TABLE, FORMAT_JSON };

static const ts_setting output_table[] = {{"format", TS_SETTING_CHOICE, offsetof(ts_database_options, format), "table",
                                           0, 0, "table|json", NULL, "of the list"},
                                          {0}};
static const ts_setting *const up_tables[] = {ts_database_table, NULL};
static const ts_setting *const status_tables[] = {ts_database_table, output_table, NULL};

static int up(int argc, char **argv, ts_error *error)
{
    ts_database_options options = {0};
    size_t applied = 0;
    if (ts_settings_read_all(up_tables, &options, argc, argv, NULL, error)) return -1;
    ts_db *db = ts_database_open(&options, error);
    if (!db) return -1;
    int status = ts_migration_up(db, ts_migrations, &applied, error);
    if (!status) printf("%zu migrations applied to %s\n", applied, ts_db_place(db));
    ts_db_close(db);
    return status;
}

static void cell(ts_table *table, const char *text)
{
    ts_strbuf_puts(&table->cells, *text ? text : "-");
    ts_table_cell(table);
}

static void as_table(ts_strbuf *out, const ts_migration_row *rows, size_t count)
{
    ts_table table = {0};
    ts_table_column(&table, "version", false);
    for (size_t i = 0; i < count; i++) {
        ts_strbuf_printf(&table.cells, "%d", rows[i].version);
        ts_table_cell(&table);
    }
    ts_table_column(&table, "name", true);
    for (size_t i = 0; i < count; i++) cell(&table, rows[i].name);
    ts_table_column(&table, "state", true);
    for (size_t i = 0; i < count; i++) cell(&table, ts_migration_states[rows[i].state]);
    ts_table_column(&table, "applied at", true);
    for (size_t i = 0; i < count; i++) cell(&table, rows[i].applied_at);
    ts_table_print(out, &table);
    ts_table_clear(&table);
}

static void as_json(ts_strbuf *out, const ts_migration_row *rows, size_t count)
{
    ts_json json = {.out = *out, .indent = 2, .first = true};
    ts_json_array(&json, NULL);
    for (size_t i = 0; i < count; i++) {
        ts_json_object(&json, NULL);
        ts_json_int(&json, "version", rows[i].version);
        ts_json_text(&json, "name", rows[i].name);
        ts_json_text(&json, "state", ts_migration_states[rows[i].state]);
        ts_json_text(&json, "checksum", rows[i].checksum);
        ts_json_text(&json, "applied_at", *rows[i].applied_at ? rows[i].applied_at : NULL);
        ts_json_object_end(&json);
    }
    ts_json_array_end(&json);
    ts_strbuf_putc(&json.out, '\n');
    *out = json.out;
}

static int status(int argc, char **argv, ts_error *error)
{
    ts_database_options options = {0};
    ts_strbuf text = {0};
    size_t count = 0;
    if (ts_settings_read_all(status_tables, &options, argc, argv, NULL, error)) return -1;
    ts_db *db = ts_database_open(&options, error);
    ts_migration_row *rows = db ? ts_migration_list(db, ts_migrations, &count, error) : NULL;
    if (rows && options.format == FORMAT_JSON) as_json(&text, rows, count);
    else if (rows) as_table(&text, rows, count);
    int done = !rows ? -1 : ts_strbuf_failed(&text) ? ts_no_memory(error, "the list") : 0;
    if (!done) fwrite(text.text, 1, text.length, stdout);
    ts_strbuf_clear(&text);
    free(rows);
    ts_db_close(db);
    return done;
}

static const ts_verb verb_up = {
    .name = "up", .summary = "Bring the database's schema up to this program's.", .settings = up_tables, .run = up};
static const ts_verb verb_status = {.name = "status",
                                    .summary = "List the migrations, and which of them the database has.",
                                    .settings = status_tables,
                                    .run = status};
static const ts_verb *const verbs[] = {&verb_up, &verb_status, &ts_verb_migrate_topics, NULL};

const ts_verb ts_verb_migrate = {
    .name = "migrate", .summary = "The database's schema: up, status; Kafka's topics: topics.", .verbs = verbs};
