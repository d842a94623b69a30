#define _GNU_SOURCE
#include "common/json.h"

#include "common/safe_file.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void write_all_kinds(ts_json *json)
{
    ts_json_object(json, NULL);
    ts_json_text(json, "text", "a \"b\" \\ \n\t\x01 \xc3\xa9");
    ts_json_text(json, "none", NULL);
    ts_json_array(json, "numbers");
    ts_json_real(json, NULL, 0.1);
    ts_json_real(json, NULL, NAN);
    ts_json_int(json, NULL, INT64_MIN);
    ts_json_array_end(json);
    ts_json_object(json, "empty");
    ts_json_object_end(json);
    ts_json_bool(json, "yes", true);
    ts_json_null(json, "null");
    ts_json_object_end(json);
}

static void one_line(void **state)
{
    (void)state;
    ts_json json = {0};
    write_all_kinds(&json);
    assert_string_equal(json.out.text, "{\"text\": \"a \\\"b\\\" \\\\ \\n\\t\\u0001 \xc3\xa9\", \"none\": null, "
                                       "\"numbers\": [0.1, null, -9223372036854775808], \"empty\": {}, \"yes\": true, "
                                       "\"null\": null}");
    ts_strbuf_clear(&json.out);
}

static void indented_is_the_same_document(void **state)
{
    (void)state;
    ts_json flat = {0}, tall = {.indent = 2};
    write_all_kinds(&flat);
    write_all_kinds(&tall);
    assert_non_null(strstr(tall.out.text, "\n  \"numbers\": [\n    0.1,\n"));
    json_t *a = json_loads(flat.out.text, JSON_REJECT_DUPLICATES, NULL);
    json_t *b = json_loads(tall.out.text, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(a);
    assert_true(json_equal(a, b));
    json_decref(a);
    json_decref(b);
    ts_strbuf_clear(&flat.out);
    ts_strbuf_clear(&tall.out);
}

static void load_text(const char *text, size_t limit, json_t **root, ts_error *error)
{
    char path[] = "json_test.XXXXXX";
    int file = mkstemp(path);
    assert_true(file >= 0);
    close(file);
    ts_error ignored = {0};
    assert_int_equal(ts_file_write(path, text, strlen(text), &ignored), 0);
    *root = ts_json_load(path, limit, error);
    unlink(path);
}

static void errors_name_line_and_column(void **state)
{
    (void)state;
    json_t *root;
    ts_error error = {0}, duplicate = {0}, longer = {0}, empty = {0};
    load_text("{\"a\": 1,\n \"b\": }", 100, &root, &error);
    assert_null(root);
    assert_int_equal(error.code, TS_BAD_DATA);
    assert_non_null(strstr(error.text, ":2:"));
    load_text("{\"a\": 1, \"a\": 2}", 100, &root, &duplicate);
    assert_null(root);
    load_text("[1, 2, 3]", 5, &root, &longer);
    assert_null(root);
    load_text("", 5, &root, &empty);
    assert_null(root);
    assert_int_equal(empty.code, TS_BAD_DATA);
}

static void a_document_is_loaded(void **state)
{
    (void)state;
    json_t *root;
    ts_error error = {0};
    load_text("[1, 2, 3]", 9, &root, &error);
    assert_int_equal(json_array_size(root), 3);
    json_decref(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_line),
        cmocka_unit_test(indented_is_the_same_document),
        cmocka_unit_test(errors_name_line_and_column),
        cmocka_unit_test(a_document_is_loaded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
