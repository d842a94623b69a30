#define _GNU_SOURCE
/* Programs: their texts, their errors, and the cache of their binaries. */
#include "common/safe_file.h"
#include "host/backend/opencl/cache.h"
#include "host/backend/opencl/texts.h"
#include "tests/opencl_machine.h"
#include "tests/shell.h"
#include "tests/temporary.h"

#include <dirent.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const char KERNELS[] = "kernel void twice(global uint *x) { x[get_global_id(0)] *= 2; }";

static void a_program_that_does_not_compile_shows_its_log(void **state)
{
    (void)state;
    ts_cl *cl = opencl_or_skip(NULL);
    ts_cl_context *context = opencl_context(cl);
    ts_error error = {0};
    assert_null(ts_cl_program_new(context, "broken", "kernel void f() { nonsense_42 = 1; }", "", &error));
    opencl_expect(&error, TS_UNAVAILABLE, ts_cl_device_at(cl, 0)->name);
    opencl_expect(&error, TS_UNAVAILABLE, "program broken does not compile");
    opencl_expect(&error, TS_UNAVAILABLE, "nonsense_42");
    ts_cl_context_free(context);
    ts_cl_free(cl);
}

static void relaxed_arithmetic_is_refused(void **state)
{
    (void)state;
    ts_cl *cl = opencl_or_skip(NULL);
    ts_cl_context *context = opencl_context(cl);
    ts_error relaxed = {0}, mad = {0};
    assert_null(ts_cl_program_new(context, "test", KERNELS, "-D A=1 -cl-fast-relaxed-math", &relaxed));
    opencl_expect(&relaxed, TS_FAILED, "-cl-fast-relaxed-math would change results");
    assert_null(ts_cl_program_new(context, "test", KERNELS, "-cl-mad-enable", &mad));
    opencl_expect(&mad, TS_FAILED, "-cl-mad-enable would change results");
    ts_cl_context_free(context);
    ts_cl_free(cl);
}

/* Whether the program came from the disk. */
static bool cached(ts_cl_context *context)
{
    ts_cl_program *program = opencl_build(context, KERNELS);
    const bool is = ts_cl_program_cached(program);
    ts_cl_program_free(program);
    return is;
}

/* The one entry of a fresh cache. */
static void only_entry(char path[PATH_MAX])
{
    char cache[PATH_MAX - 300];
    size_t found = 0;
    assert_true(ts_cl_cache_folder(cache, sizeof cache));
    DIR *entries = opendir(cache);
    assert_non_null(entries);
    for (struct dirent *entry; (entry = readdir(entries));) {
        if (*entry->d_name == '.') continue;
        snprintf(path, PATH_MAX, "%s/%s", cache, entry->d_name);
        found++;
    }
    closedir(entries);
    assert_int_equal(found, 1);
}

static void damage(const char *path, const ts_strbuf *entry, size_t length, size_t flipped)
{
    ts_error error = {0};
    ts_strbuf bytes = {0};
    ts_strbuf_append(&bytes, entry->text, length);
    if (flipped < length) bytes.text[flipped] ^= 1;
    assert_int_equal(ts_file_write(path, bytes.text ? bytes.text : "", length, &error), 0);
    ts_strbuf_clear(&bytes);
}

static void set_cache(const char *name)
{
    char path[2 * PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", opencl_folder, name);
    setenv("XDG_CACHE_HOME", path, 1);
}

static void programs_are_kept_and_damaged_ones_rebuilt(void **state)
{
    (void)state;
    char path[PATH_MAX];
    ts_error error = {0};
    ts_strbuf entry = {0};
    ts_cl *cl = opencl_or_skip(NULL);
    ts_cl_context *context = opencl_context(cl);
    set_cache("kept");
    assert_false(cached(context));
    assert_true(cached(context));
    only_entry(path);
    assert_int_equal(ts_file_read(path, 64 << 20, &entry, &error), 0);
    const struct {
        size_t length, flipped;
    } faults[] = {{0, 0},
                  {10, SIZE_MAX},
                  {entry.length - 1, SIZE_MAX},
                  {entry.length, 0},
                  {entry.length, 25},
                  {entry.length, 60},
                  {entry.length, entry.length / 2},
                  {entry.length, entry.length - 1}};
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        damage(path, &entry, faults[i].length, faults[i].flipped);
        if (cached(context)) fail_msg("damage %zu was not seen", i);
        assert_true(cached(context));
    }
    ts_strbuf_clear(&entry);
    ts_cl_context_free(context);
    ts_cl_free(cl);
    setenv("XDG_CACHE_HOME", opencl_folder, 1);
}

/* An entry that is whole, but not what this driver makes of a program. */
static void an_entry_that_the_driver_does_not_want_is_rebuilt(void **state)
{
    (void)state;
    char path[PATH_MAX];
    ts_cl *cl = opencl_or_skip(NULL);
    ts_cl_context *context = opencl_context(cl);
    set_cache("foreign");
    assert_false(cached(context));
    only_entry(path);
    const char *key = strrchr(path, '/') + 1;
    ts_cl_cache_write(key, "no program", 10);
    assert_false(cached(context));
    assert_true(cached(context));
    ts_cl_context_free(context);
    ts_cl_free(cl);
    setenv("XDG_CACHE_HOME", opencl_folder, 1);
}

static void no_folder_for_the_cache_is_no_error(void **state)
{
    (void)state;
    ts_cl *cl = opencl_or_skip(NULL);
    ts_cl_context *context = opencl_context(cl);
    char *home = getenv("HOME") ? strdup(getenv("HOME")) : NULL, path[PATH_MAX];
    ts_temporary_text("file", "not a folder");
    set_cache("file");
    assert_false(cached(context));
    assert_false(cached(context));
    setenv("XDG_CACHE_HOME", "relative", 1);
    unsetenv("HOME");
    assert_false(ts_cl_cache_folder(path, sizeof path));
    assert_false(cached(context));
    assert_int_equal(access("relative", F_OK), -1);
    setenv("HOME", opencl_folder, 1);
    assert_true(ts_cl_cache_folder(path, sizeof path));
    assert_non_null(strstr(path, "/.cache/tradestream/opencl"));
    if (home) setenv("HOME", home, 1);
    free(home);
    ts_cl_context_free(context);
    ts_cl_free(cl);
    setenv("XDG_CACHE_HOME", opencl_folder, 1);
}

#define EMBED                                                                                                          \
    "cd '%s' && cmake -D ROOT=. -D TEXT=kernels/c.cl -D INTO=out -P '" TS_SOURCE_DIR "/kernels/opencl/embed.cmake'"

static void included_texts_are_embedded_once(void **state)
{
    (void)state;
    const char *first = strstr(ts_cl_text_self_check, "TS_CHECK(sum,");
    assert_non_null(first);
    assert_null(strstr(first + 1, "TS_CHECK(sum,"));
    assert_null(strstr(ts_cl_text_self_check, "#include"));
    if (shell("cmake --version") || access(TS_SOURCE_DIR "/kernels/opencl/embed.cmake", R_OK)) {
        print_message("skipped: no cmake, or no source tree at %s\n", TS_SOURCE_DIR);
        skip();
    }
    assert_int_equal(shell("mkdir '%s/kernels'", opencl_folder), 0);
    ts_temporary_text("kernels/a.h", "int a[1]; /* ; \\n $x ${x} [[ */\n");
    ts_temporary_text("kernels/b.h", "#include \"kernels/a.h\"\nint b;");
    ts_temporary_text("kernels/c.cl", "#include \"kernels/b.h\"\n  # include \"kernels/a.h\" // again\nint c;\n");
    shell_expect(shell(EMBED " && cat out/c.cl", opencl_folder), 0, "");
    assert_string_equal(shell_out, "int a[1]; /* ; \\n $x ${x} [[ */\n\nint b;\n\nint c;\n");
    shell_expect(shell("rm '%s/kernels/a.h' && " EMBED, opencl_folder, opencl_folder), 1, "there is no kernels/a.h");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_program_that_does_not_compile_shows_its_log),
        cmocka_unit_test(relaxed_arithmetic_is_refused),
        cmocka_unit_test(programs_are_kept_and_damaged_ones_rebuilt),
        cmocka_unit_test(an_entry_that_the_driver_does_not_want_is_rebuilt),
        cmocka_unit_test(no_folder_for_the_cache_is_no_error),
        cmocka_unit_test(included_texts_are_embedded_once),
    };
    return cmocka_run_group_tests(tests, opencl_set_up, ts_temporary_remove);
}
