#define _GNU_SOURCE
#include "common/safe_file.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static char folder[] = "safe_file_test.XXXXXX"; /* below the folder that the test runs in */

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    char command[64];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

static const char *in_folder(const char *name)
{
    static char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static int entries(void)
{
    DIR *open_folder = opendir(folder);
    int count = 0;
    assert_non_null(open_folder);
    for (struct dirent *entry; (entry = readdir(open_folder));) count += entry->d_name[0] != '.';
    closedir(open_folder);
    return count;
}

static void written_is_read_and_replaced(void **state)
{
    (void)state;
    ts_error error = {0};
    ts_strbuf text = {0};
    assert_int_equal(ts_file_write(in_folder("a"), "first", 5, &error), 0);
    assert_int_equal(ts_file_write(in_folder("a"), "the second", 10, &error), 0);
    assert_int_equal(ts_file_read(in_folder("a"), 10, &text, &error), 0);
    assert_string_equal(text.text, "the second");
    assert_int_equal(entries(), 1); /* no temporary file stays */
    ts_strbuf_clear(&text);
}

static void missing_and_long_files_are_bad_data(void **state)
{
    (void)state;
    ts_error missing = {0}, longer = {0}, error = {0};
    ts_strbuf text = {0};
    assert_int_equal(ts_file_read(in_folder("nothing"), 10, &text, &missing), -1);
    assert_int_equal(missing.code, TS_BAD_DATA);
    assert_non_null(strstr(missing.text, "nothing"));
    assert_int_equal(ts_file_write(in_folder("b"), "12345678901", 11, &error), 0);
    assert_int_equal(ts_file_read(in_folder("b"), 10, &text, &longer), -1);
    assert_int_equal(longer.code, TS_BAD_DATA);
    ts_strbuf_clear(&text);
}

static void a_failed_write_leaves_the_old_file(void **state)
{
    (void)state;
    ts_error error = {0}, full = {0};
    ts_strbuf text = {0};
    assert_int_equal(ts_file_write("nowhere-at-all/file", "x", 1, &error), -1);
    assert_int_equal(error.code, TS_FAILED);
    error = (ts_error){0};
    assert_int_equal(mkdir(in_folder("c"), 0777), 0);
    assert_int_equal(ts_file_write(in_folder("c"), "x", 1, &full), -1); /* a folder cannot be replaced by a file */
    assert_int_equal(full.code, TS_FAILED);
    assert_int_equal(ts_file_write(in_folder("d"), "old", 3, &error), 0);
    int before = entries();
    full = (ts_error){0};
    assert_int_equal(ts_file_commit(in_folder("not-written.tmp"), "d", &full), -1);
    assert_int_equal(ts_file_read(in_folder("d"), 10, &text, &error), 0);
    assert_string_equal(text.text, "old");
    assert_int_equal(entries(), before);
    ts_strbuf_clear(&text);
}

static void folders_are_made_with_their_parents(void **state)
{
    (void)state;
    ts_error error = {0}, file = {0}, empty = {0};
    struct stat is;
    assert_int_equal(ts_folder_make(in_folder("x/y/z/"), &error), 0);
    assert_int_equal(ts_folder_make(in_folder("x/y/z"), &error), 0);
    assert_int_equal(stat(in_folder("x/y/z"), &is), 0);
    assert_true(S_ISDIR(is.st_mode));
    assert_int_equal(ts_file_write(in_folder("x/file"), "x", 1, &error), 0);
    assert_int_equal(ts_folder_make(in_folder("x/file"), &file), -1);
    assert_int_equal(file.code, TS_FAILED);
    assert_int_equal(ts_folder_make("", &empty), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(written_is_read_and_replaced),
        cmocka_unit_test(missing_and_long_files_are_bad_data),
        cmocka_unit_test(a_failed_write_leaves_the_old_file),
        cmocka_unit_test(folders_are_made_with_their_parents),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
