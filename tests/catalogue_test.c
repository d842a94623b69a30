/* The catalogue: every file of it compiles and is described, and names are chosen as asked. */
#define _GNU_SOURCE
#include "host/language/catalogue.h"
#include "tests/temporary.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define CATALOGUE TS_SOURCE_DIR "/data/strategies"

static ts_catalogue catalogue;

static int load(void **state)
{
    ts_error error = {0};
    if (ts_catalogue_load(CATALOGUE, &catalogue, &error)) print_error("%s\n", error.text);
    return error.code ? -1 : ts_temporary_make(state);
}

static int clear(void **state)
{
    ts_catalogue_clear(&catalogue);
    return ts_temporary_remove(state);
}

static void strategies_are_sorted_and_described(void **state)
{
    (void)state;
    assert_true(catalogue.count >= 20);
    for (size_t i = 0; i < catalogue.count; i++) {
        const ts_strategy *s = catalogue.strategy[i];
        ts_genome genome = ts_genome_default(s);
        bool exact;
        if (i) assert_true(strcmp(catalogue.strategy[i - 1]->name, s->name) < 0);
        if (!*s->description || !*s->source) fail_msg("%s: description and source are needed", s->name);
        assert_true(ts_genome_valid(s, &genome));
        assert_in_range(ts_strategy_valid(s, &exact), 2, ts_strategy_space(s));
        assert_true(exact);
        assert_ptr_equal(ts_catalogue_find(&catalogue, s->name), s);
    }
    assert_null(ts_catalogue_find(&catalogue, "NO_SUCH_STRATEGY"));
}

static void file_names_are_strategy_names(void **state)
{
    (void)state;
    for (size_t i = 0; i < catalogue.count; i++) {
        char path[512], *letter = path + sizeof CATALOGUE;
        snprintf(path, sizeof path, "%s/%s.json", CATALOGUE, catalogue.strategy[i]->name);
        for (; *letter; letter++)
            if (*letter >= 'A' && *letter <= 'Z') *letter = (char)(*letter - 'A' + 'a');
        if (access(path, R_OK)) fail_msg("%s is missing", path);
    }
}

static void names_are_chosen_in_order(void **state)
{
    (void)state;
    ts_error error = {0};
    const ts_strategy **chosen = calloc(catalogue.count, sizeof *chosen);
    assert_int_equal(ts_catalogue_choose(&catalogue, "all", chosen, &error), catalogue.count);
    assert_int_equal(ts_catalogue_choose(&catalogue, "PIVOT,ADX_DMI,PIVOT", chosen, &error), 2);
    assert_string_equal(chosen[0]->name, "ADX_DMI");
    assert_string_equal(chosen[1]->name, "PIVOT");
    static const struct {
        const char *names, *says;
    } wrong[] = {{"PIVTO", "unknown strategy 'PIVTO': did you mean PIVOT?"},
                 {"PIVOT,QQQQQQQ", "unknown strategy 'QQQQQQQ' ('tradestream strategies list' shows all)"},
                 {"PIVOT,", "expected strategy names separated by commas, or 'all'"},
                 {"", "expected strategy names separated by commas, or 'all'"}};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        error = (ts_error){0};
        assert_int_equal(ts_catalogue_choose(&catalogue, wrong[i].names, chosen, &error), 0);
        assert_int_equal(error.code, TS_USAGE);
        assert_string_equal(error.text, wrong[i].says);
    }
    free(chosen);
}

static void the_program_finds_its_catalogue(void **state)
{
    (void)state;
    ts_error error = {0};
    ts_catalogue found;
    assert_int_equal(setenv("TRADESTREAM_STRATEGIES", CATALOGUE, 1), 0);
    assert_int_equal(ts_catalogue_load(NULL, &found, &error), 0);
    assert_int_equal(found.count, catalogue.count);
    ts_catalogue_clear(&found);
    assert_int_equal(setenv("TRADESTREAM_STRATEGIES", "/no/such/folder", 1), 0);
    assert_int_equal(ts_catalogue_load(NULL, &found, &error), -1);
    assert_int_equal(error.code, TS_BAD_DATA);
    assert_non_null(strstr(error.text, "/no/such/folder"));
    assert_int_equal(unsetenv("TRADESTREAM_STRATEGIES"), 0);
}

static void bad_folders_are_told(void **state)
{
    (void)state;
    static const char text[] =
        "{\"name\": \"A\", \"description\": \"d\", \"entry\": \"close > open\", \"exit\": \"close < open\"}";
    ts_error error = {0};
    ts_catalogue found;
    char folder[1024];
    snprintf(folder, sizeof folder, "%s", ts_temporary(""));
    assert_int_equal(ts_catalogue_load(folder, &found, &error), -1);
    assert_non_null(strstr(error.text, "no strategies"));
    ts_temporary_text("a.json", text);
    ts_temporary_text("readme.txt", "not a strategy");
    error = (ts_error){0};
    assert_int_equal(ts_catalogue_load(folder, &found, &error), 0);
    assert_int_equal(found.count, 1);
    ts_catalogue_clear(&found);
    ts_temporary_text("b.json", text);
    assert_int_equal(ts_catalogue_load(folder, &found, &error), -1);
    assert_non_null(strstr(error.text, "two files are called A"));
    ts_temporary_text("b.json", "{");
    error = (ts_error){0};
    assert_int_equal(ts_catalogue_load(folder, &found, &error), -1);
    assert_non_null(strstr(error.text, "b.json:1:1: "));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strategies_are_sorted_and_described),
        cmocka_unit_test(file_names_are_strategy_names),
        cmocka_unit_test(names_are_chosen_in_order),
        cmocka_unit_test(the_program_finds_its_catalogue),
        cmocka_unit_test(bad_folders_are_told),
    };
    return cmocka_run_group_tests(tests, load, clear);
}
