/* Checkpoints: what is read is what was written, or an older one, or a named error; never anything else. */
#define _GNU_SOURCE
#include "cluster/checkpoint.h"
#include "cluster/checkpoint_files.h"
#include "common/philox.h"
#include "common/safe_file.h"
#include "host/study/study_bytes.h"
#include "tests/shell.h"
#include "tests/soak.h"
#include "tests/temporary.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { TASKS = 7, MUTATIONS = 200 };

static const char job[] = "0123456789abcdef0123456789abcdef", other[] = "ffffffffffffffffffffffffffffffff";

static void fill(ts_ledger *ledger, int moment)
{
    ts_error error = {0};
    char text[64];
    assert_int_equal(ts_ledger_init(ledger, TASKS, &error), 0);
    for (size_t i = 0; i < 4; i++) {
        int length = snprintf(text, sizeof text, "moment %d of task %zu", moment, i);
        if (i % 2) assert_int_equal(ts_ledger_answered(ledger, i, text, (size_t)length, &error), 0);
        else assert_int_equal(ts_ledger_finished(ledger, i, text, (size_t)length, &error), 0);
    }
}

static bool same(const ts_ledger *a, const ts_ledger *b)
{
    for (size_t i = 0; i < TASKS; i++)
        if (a->task[i].state != b->task[i].state || a->task[i].bytes.length != b->task[i].bytes.length ||
            (a->task[i].bytes.length && memcmp(a->task[i].bytes.text, b->task[i].bytes.text, a->task[i].bytes.length)))
            return false;
    return true;
}

static ts_checkpoint *open_folder(const char *folder)
{
    ts_error error = {0};
    ts_checkpoint *checkpoint;
    if (ts_folder_make(folder, &error) || ts_checkpoint_open(folder, &checkpoint, &error)) fail_msg("%s", error.text);
    return checkpoint;
}

/* Open, read for `of`, and say what was found: 0 nothing, 1 or 2 that moment, -1 an error. */
static int moment_read(const char *folder, const char *of, ts_resume how, ts_error *error)
{
    ts_ledger ledger, moment[2];
    bool found;
    ts_checkpoint *checkpoint = open_folder(folder);
    assert_int_equal(ts_ledger_init(&ledger, TASKS, error), 0);
    int status = ts_checkpoint_read(checkpoint, of, how, &ledger, &found, error), which = status;
    for (int i = 0; i < 2; i++) {
        fill(&moment[i], i + 1);
        if (!status && found && same(&ledger, &moment[i])) which = i + 1;
        ts_ledger_clear(&moment[i]);
    }
    if (!status && found && !which) fail_msg("a ledger that nobody wrote");
    ts_ledger_clear(&ledger);
    ts_checkpoint_close(checkpoint);
    return which;
}

/* Two moments written by one start. */
static void write_two(const char *folder)
{
    ts_error error = {0};
    bool found;
    ts_ledger ledger;
    shell("rm -rf '%s'", folder);
    ts_checkpoint *checkpoint = open_folder(folder);
    assert_int_equal(ts_ledger_init(&ledger, TASKS, &error), 0);
    assert_int_equal(ts_checkpoint_read(checkpoint, job, TS_RESUME_AUTO, &ledger, &found, &error), 0);
    assert_false(found);
    for (int moment = 0; moment <= 2; moment++) {
        ts_ledger_clear(&ledger);
        fill(&ledger, moment);
        assert_int_equal(ts_checkpoint_write(checkpoint, &ledger, &error), 0);
    }
    ts_ledger_clear(&ledger);
    ts_checkpoint_close(checkpoint);
}

static void what_was_written_is_read(void **state)
{
    (void)state;
    const char *folder = ts_temporary("two");
    ts_error error = {0};
    ts_checkpoint_name names[TS_CHECKPOINT_FILES_MOST];
    write_two(folder);
    assert_int_equal(ts_checkpoint_list(folder, names, &error), 2);
    assert_int_equal(moment_read(folder, job, TS_RESUME_AUTO, &error), 2);
    assert_int_equal(moment_read(folder, other, TS_RESUME_AUTO, &error), -1);
    assert_int_equal(error.code, TS_BAD_CONFIG);
    error = (ts_error){0};
    assert_int_equal(moment_read(folder, other, TS_RESUME_FRESH, &error), 0);
    assert_int_equal(ts_checkpoint_list(folder, names, &error), 0);
}

static void newest_path(const char *folder, char *path, size_t size)
{
    ts_error error = {0};
    ts_checkpoint_name names[TS_CHECKPOINT_FILES_MOST];
    assert_int_equal(ts_checkpoint_list(folder, names, &error), 2);
    assert_int_equal(ts_checkpoint_path(folder, names[0], path, size, &error), 0);
}

/* Where the ledger's counts stand: after the magic, the job with its size, epoch and sequence. */
enum { COUNTS = 8 + 8 + 32 + 16, COUNTS_SIZE = 16 };

/* A cut, a flipped bit, a piece of something else, or a wrong count under a right hash. */
static void mutate(ts_draws *draws, ts_strbuf *text)
{
    size_t at = ts_draw_below(draws, (uint32_t)text->length);
    switch (ts_draw_below(draws, 4)) {
    case 0: text->length = at; break;
    case 1: text->text[at] ^= (char)(1 << ts_draw_below(draws, 8)); break;
    case 2:
        for (size_t i = at; i < text->length && i < at + 40; i++) text->text[i] = (char)ts_draw_u32(draws);
        break;
    default:
        text->text[COUNTS + at % COUNTS_SIZE] ^= (char)(1 + ts_draw_below(draws, 255));
        ts_fingerprint_of(text->text, text->length - 32, text->text + text->length - 32);
    }
}

static void mutated_ones_are_passed_over(void **state)
{
    (void)state;
    char path[4096];
    const char *folder = ts_temporary("mutated");
    ts_draws draws = ts_draws_at(0x6d757461, 0, 0, 0);
    ts_strbuf whole = {0};
    ts_error error = {0};
    int older = 0;
    write_two(folder);
    newest_path(folder, path, sizeof path);
    assert_int_equal(ts_file_read(path, 1 << 20, &whole, &error), 0);
    ts_strbuf_putc(&whole, '\0');
    for (uint32_t i = 0; i < soak(MUTATIONS); i++) {
        ts_strbuf text = {0};
        ts_strbuf_append(&text, whole.text, whole.length - 1);
        mutate(&draws, &text);
        if (text.length == whole.length - 1 && !memcmp(text.text, whole.text, text.length)) text.length--;
        assert_int_equal(ts_file_write(path, text.text, text.length, &error), 0);
        ts_error why = {0};
        int moment = moment_read(folder, job, TS_RESUME_AUTO, &why);
        assert_int_equal(moment, 1);
        older++;
        ts_strbuf_clear(&text);
    }
    print_message("%d mutations: the older one was taken\n", older);
    ts_strbuf_clear(&whole);
}

/* Of two starts of a job the earlier one notices and stops. */
static void an_older_writer_stops(void **state)
{
    (void)state;
    const char *folder = ts_temporary("epochs");
    ts_error error = {0};
    bool found;
    ts_ledger ledger;
    write_two(folder);
    ts_checkpoint *first = open_folder(folder);
    fill(&ledger, 1);
    ts_ledger empty;
    assert_int_equal(ts_ledger_init(&empty, TASKS, &error), 0);
    assert_int_equal(ts_checkpoint_read(first, job, TS_RESUME_AUTO, &empty, &found, &error), 0);
    shell("cp '%s'/checkpoint.0000000001.0000000003 '%s'/checkpoint.0000000009.0000000001", folder, folder);
    assert_int_equal(ts_checkpoint_write(first, &ledger, &error), -1);
    assert_int_equal(error.code, TS_UNAVAILABLE);
    ts_ledger_clear(&ledger);
    ts_ledger_clear(&empty);
    ts_checkpoint_close(first);
}

static ts_study example_study(ts_candidate *top, ts_search_step *step, ts_moments *moments, ts_fold *fold)
{
    for (int i = 0; i < 2; i++) {
        for (int g = 0; g < TS_PARAMETERS_MAX; g++) top[i].genome.gene[g] = i - g;
        for (int m = 0; m < TS_METRICS; m++) top[i].metrics.value[m] = m ? 1.0 / m : NAN;
        top[i].standing = (ts_standing){.score = 0.1 + i, .trades = 3, .feasible = true};
        moments[i] = (ts_moments){1, 2, 3, NAN};
    }
    *step = (ts_search_step){.evaluations = 5, .best = 0.5, .feasible = 4, .median = 0.2, .diversity = NAN};
    *fold = (ts_fold){.when = {-1, 2, 3, 4}, .chosen = true, .train = top[0], .evaluations = 9};
    return (ts_study){
        .found = {.kind = TS_SEARCH_GA, .top = top, .top_count = 2, .step = step, .steps = 1, .feasible = 7},
        .moments = moments,
        .trials = {11, 0.5, NAN, 1},
        .fold = fold,
        .folds = 1};
}

static void studies_travel_whole_or_not_at_all(void **state)
{
    (void)state;
    ts_candidate top[2] = {0};
    ts_search_step step;
    ts_moments moments[2];
    ts_fold fold;
    ts_study study = example_study(top, &step, moments, &fold), read;
    ts_strbuf text = {0}, again = {0};
    ts_error error = {0};
    ts_study_put(&text, &study);
    ts_reader in = {.at = (const unsigned char *)text.text, .left = text.length};
    assert_int_equal(ts_study_take(&in, &read, &error), 0);
    assert_int_equal(in.left, 0);
    ts_study_put(&again, &read);
    assert_int_equal(again.length, text.length);
    assert_memory_equal(again.text, text.text, text.length);
    ts_study_clear(&read);
    for (size_t length = 0; length < text.length; length += 1 + length / 50) {
        ts_error why = {0};
        in = (ts_reader){.at = (const unsigned char *)text.text, .left = length};
        assert_int_equal(ts_study_take(&in, &read, &why), -1);
        assert_int_equal(why.code, TS_BAD_DATA);
    }
    ts_strbuf_clear(&text);
    ts_strbuf_clear(&again);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_written_is_read),
        cmocka_unit_test(mutated_ones_are_passed_over),
        cmocka_unit_test(an_older_writer_stops),
        cmocka_unit_test(studies_travel_whole_or_not_at_all),
    };
    return cmocka_run_group_tests(tests, ts_temporary_make, ts_temporary_remove);
}
