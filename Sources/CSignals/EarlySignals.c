//  Signals that come before the watch listens.
//
//  Between the start of the process and `wf_signals_to_pipe` lie the start of the Swift runtime and the reading of the
//  configuration. SIGHUP would end the process in that time, and so would SIGTERM, without the order of a stop. So a
//  process that is to watch blocks them at once: a blocked signal waits, and is delivered when it is let through.
//
//  This runs before the initializers of all libraries (System V ABI, "preinit array"), so no thread exists yet, and all later
//  ones inherit the mask. Other commands are left alone: there a signal has to end the work.

#define _GNU_SOURCE
#include <signal.h>
#include <string.h>

static void hold(int count, char **words, char **variables) {
    (void)variables;
    if (count < 2 || strcmp(words[1], "watch") != 0) return;
    sigset_t held;
    sigemptyset(&held);
    sigaddset(&held, SIGTERM);
    sigaddset(&held, SIGINT);
    sigaddset(&held, SIGHUP);
    sigprocmask(SIG_BLOCK, &held, 0);
}

__attribute__((section(".preinit_array"), used)) static void (*hold_first)(int, char **, char **) = hold;
