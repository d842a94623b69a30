#define _GNU_SOURCE
#include "cluster/stop_signal.h"

#include <signal.h>
#include <stddef.h>
#include <unistd.h>

enum { INTERRUPTED = 130 }; /* what a shell reports for a program ended by Ctrl-C */

static volatile sig_atomic_t came, interrupts;

static void note(int signal)
{
    came = 1;
    if (signal == SIGINT && interrupts++) _exit(INTERRUPTED);
}

void ts_stop_signal_watch(void)
{
    static const int signals[] = {SIGTERM, SIGINT, SIGUSR2};
    struct sigaction action = {.sa_handler = note, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) sigaction(signals[i], &action, NULL);
}

bool ts_stop_signal_came(void) { return came != 0; }
