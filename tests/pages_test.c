/* The pages for users say what the program does: the reference pages are what it writes, and the worked examples of
 * docs/language.md print what stands below them. */
#define _GNU_SOURCE
#include "common/safe_file.h"
#include "host/language/deviations.h"
#include "host/language/functions.h"
#include "tests/shell.h"
#include "tests/temporary.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { LIMIT = 1 << 20, EXAMPLES = 10 };

static ts_strbuf read_file(const char *path)
{
    ts_strbuf text = {0};
    ts_error error = {0};
    if (ts_file_read(path, LIMIT, &text, &error)) fail_msg("%s", error.text);
    return text;
}

static void same_page(const char *name)
{
    char path[512], committed[512];
    snprintf(path, sizeof path, "pages/%s", name);
    snprintf(committed, sizeof committed, "%s/docs/%s", TS_SOURCE_DIR, name);
    ts_strbuf written = read_file(ts_temporary(path)), kept = read_file(committed);
    if (strcmp(written.text, kept.text) != 0)
        fail_msg("docs/%s is out of date: run 'tradestream strategies docs docs' in the source folder", name);
    ts_strbuf_clear(&written);
    ts_strbuf_clear(&kept);
}

static void the_reference_pages_are_up_to_date(void **state)
{
    (void)state;
    assert_int_equal(setenv("TRADESTREAM_STRATEGIES", TS_SOURCE_DIR "/data/strategies", 1), 0);
    shell_expect(shell(TRADESTREAM "strategies docs '%s'", ts_temporary("pages")), 0, "");
    same_page("strategies.md");
    same_page("functions.md");
}

static void a_folder_is_wanted(void **state)
{
    (void)state;
    shell_expect(shell(TRADESTREAM "strategies docs"), 2, "strategies docs: expected one folder");
    shell_expect(shell(TRADESTREAM "strategies docs a b"), 2, "strategies docs: expected one folder");
}

/* Is there a function of this name, or with this beginning when it ends in *? */
static bool is_function(const char *name, size_t length)
{
    bool rest = length > 0 && name[length - 1] == '*';
    if (rest) length--;
    for (int i = 0; i < ts_function_count; i++)
        if (strncmp(ts_functions[i].name, name, length) == 0 && (rest || !ts_functions[i].name[length])) return true;
    return false;
}

static void deviations_name_functions(void **state)
{
    (void)state;
    for (const ts_deviation *row = ts_deviations; row->functions; row++)
        for (const char *name = row->functions; *name;) {
            size_t length = strcspn(name, ",");
            if (!is_function(name, length)) fail_msg("deviations: no function %.*s", (int)length, name);
            name += length;
            name += strspn(name, ", ");
        }
}

/* The page being read: `next` is the line after the one in hand. */
typedef struct page {
    const char *next;
    char line[512];
    int examples;
} page;

static bool next_line(page *p)
{
    size_t length = strcspn(p->next, "\n");
    if (!*p->next) return false;
    assert_in_range(length, 0, sizeof p->line - 1);
    memcpy(p->line, p->next, length);
    p->line[length] = '\0';
    p->next += length + (p->next[length] == '\n');
    return true;
}

static bool is_fence(const page *p) { return strcmp(p->line, "```") == 0; }

/* ```json NAME: the file of that name. */
static void save_file(page *p)
{
    char path[512];
    ts_strbuf text = {0};
    snprintf(path, sizeof path, "%s", ts_temporary(p->line + strlen("```json ")));
    while (next_line(p) && !is_fence(p)) ts_strbuf_printf(&text, "%s\n", p->line);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text.text, file);
    assert_int_equal(fclose(file), 0);
    ts_strbuf_clear(&text);
}

/* A fence of commands, each after "$ " and over more lines when they end in \, and what they print. The commands run in
 * the temporary folder. */
static void run_commands(page *p)
{
    ts_strbuf command = {0}, want = {0};
    bool more = next_line(p);
    while (more && !is_fence(p)) {
        ts_strbuf_reset(&command);
        ts_strbuf_reset(&want);
        assert_memory_equal(p->line, "$ ", 2);
        ts_strbuf_puts(&command, p->line + 2);
        while (command.text[command.length - 1] == '\\' && next_line(p)) ts_strbuf_printf(&command, "\n%s", p->line);
        ts_strbuf_puts(&want, "");
        while ((more = next_line(p)) && !is_fence(p) && strncmp(p->line, "$ ", 2) != 0)
            ts_strbuf_printf(&want, "%s\n", p->line);
        shell("cd '%s' && PATH='%s/bin':$PATH && %s", ts_temporary(""), TS_BINARY_DIR, command.text);
        if (strcmp(shell_out, want.text) != 0)
            fail_msg("docs/language.md: %s\n  printed\n%s%s", command.text, shell_out, shell_err);
    }
    ts_strbuf_clear(&command);
    ts_strbuf_clear(&want);
}

static void the_worked_examples_work(void **state)
{
    (void)state;
    ts_strbuf text = read_file(TS_SOURCE_DIR "/docs/language.md");
    page p = {.next = text.text};
    while (next_line(&p)) {
        if (strncmp(p.line, "### ", 4) == 0) p.examples++;
        if (strncmp(p.line, "```json ", 8) == 0) save_file(&p);
        else if (is_fence(&p)) run_commands(&p);
    }
    ts_strbuf_clear(&text);
    assert_int_equal(p.examples, EXAMPLES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_reference_pages_are_up_to_date),
        cmocka_unit_test(a_folder_is_wanted),
        cmocka_unit_test(deviations_name_functions),
        cmocka_unit_test(the_worked_examples_work),
    };
    return cmocka_run_group_tests(tests, ts_temporary_make, ts_temporary_remove);
}
