/* The ranks of a job: this program starts itself under mpirun, once for each scenario of comm_scenarios.c. */
#define _GNU_SOURCE
#include "tests/comm_scenarios.h"
#include "tests/mpirun.h"
#include "tests/shell.h"
#include "tests/temporary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char program[4096];

static void play(const char *scenario, int least, int most)
{
    mpirun_or_skip();
    for (int ranks = least; ranks <= most; ranks++) {
        int code = mpirun(ranks, "'%s' %s", program, scenario);
        if (code) fail_msg("%s, %d ranks: exit code %d: %s", scenario, ranks, code, shell_err);
    }
}

static int occurrences(const char *text)
{
    int count = 0;
    for (const char *at = shell_err; (at = strstr(at, text)); at++) count++;
    return count;
}

static void a_process_alone_is_the_only_rank(void **state)
{
    (void)state;
    shell_expect(shell("'%s' alone", program), 0, "");
    assert_string_equal(shell_err, "");
}

static void ranks_know_their_places(void **state)
{
    (void)state;
    play("place", 3, 3);
    for (int rank = 0; rank < 3; rank++) {
        char want[64];
        snprintf(want, sizeof want, "rank %d of 3, 1 machines, %d of 3 here", rank, rank);
        shell_expect(0, 0, want);
    }
}

static void messages_keep_their_order(void **state)
{
    (void)state;
    play("order+order", 1, 4); /* between the two all wait for all, while outboxes are full */
}

static void a_million_messages_arrive(void **state)
{
    (void)state;
    play("flood", 2, 2);
    play("flood", 4, 4);
}

static void large_messages_arrive(void **state)
{
    (void)state;
    play("large", 1, 2);
}

static void a_rank_that_computes_holds_up_nobody(void **state)
{
    (void)state;
    play("busy", 3, 3);
}

static void closing_delivers_what_was_sent(void **state)
{
    (void)state;
    play("closing", 3, 3);
}

static void what_cannot_be_sent_is_refused(void **state)
{
    (void)state;
    play("refusals", 2, 2);
    static const char *const says[] = {"message for rank 2, and the ranks are 0 to 1", "message for rank -1",
                                       "message tag -1, not 0 to 32767", "message of 2147483648 bytes, more than"};
    for (size_t i = 0; i < sizeof says / sizeof *says; i++) shell_expect(0, 0, says[i]);
}

static void idle_ranks_sleep(void **state)
{
    (void)state;
    play("idle", 2, 2);
    print_message("%s", shell_err);
}

static void shared_bytes_are_one_copy(void **state)
{
    (void)state;
    play("share", 1, 4);
    play("share_parts", 2, 2);
    assert_int_equal(occurrences("/dev/shm"), 0);
}

static void little_shared_memory_means_copies(void **state)
{
    (void)state;
    mpirun_or_skip();
    const char *apart = getuid() ? "unshare --map-root-user --mount" : "unshare --mount";
    if (shell("%s mount -t tmpfs -o size=64m none /dev/shm", apart)) {
        print_message("skipped: a small /dev/shm needs a mount namespace (CAP_SYS_ADMIN): %s", shell_err);
        skip();
    }
    int code = shell("%s sh -c 'mount -t tmpfs -o size=64m none /dev/shm && " MPIRUN_ENVIRONMENT
                     "mpirun -np 3 \"$0\" share_little' '%s'",
                     apart, program);
    shell_expect(code, 0, "/dev/shm is too small for 67.1 MB of shared data");
    assert_int_equal(occurrences("/dev/shm is too small"), 1);
}

static void a_missing_module_is_named(void **state)
{
    (void)state;
    const char *copy = ts_temporary("bin/a_copy"); /* with no lib/ beside its folder */
    assert_int_equal(shell("mkdir '%s' && cp '%s' '%s'", ts_temporary("bin"), program, copy), 0);
    int code = shell("OMPI_COMM_WORLD_SIZE=1 '%s' place", copy);
    shell_expect(code, 69, "such as mpirun or srun started this process (OMPI_COMM_WORLD_SIZE is set)");
    shell_expect(code, 69, "tradestream_mpi.so: cannot open");
}

int main(int argc, char **argv)
{
    if (argc == 2) return comm_scenarios(argv[1]);
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (length < 0) return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_process_alone_is_the_only_rank),
        cmocka_unit_test(ranks_know_their_places),
        cmocka_unit_test(messages_keep_their_order),
        cmocka_unit_test(a_million_messages_arrive),
        cmocka_unit_test(large_messages_arrive),
        cmocka_unit_test(a_rank_that_computes_holds_up_nobody),
        cmocka_unit_test(closing_delivers_what_was_sent),
        cmocka_unit_test(what_cannot_be_sent_is_refused),
        cmocka_unit_test(idle_ranks_sleep),
        cmocka_unit_test(shared_bytes_are_one_copy),
        cmocka_unit_test(little_shared_memory_means_copies),
        cmocka_unit_test(a_missing_module_is_named),
    };
    return cmocka_run_group_tests(tests, ts_temporary_make, ts_temporary_remove);
}
