//  The handler may do nothing but what signal-safety(7) lists, hence C: a call into Swift may allocate.

#define _GNU_SOURCE
#include "CSignals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

static int ends[2] = {-1, -1};

static void tell(int number) {
    int error = errno;
    unsigned char byte = (unsigned char)number;
    // A full pipe has thousands of signals in it that nobody took; one more would change nothing.
    ssize_t written = write(ends[1], &byte, 1);
    (void)written;
    errno = error;
}

int wf_signals_to_pipe(const int *numbers, int count) {
    if (ends[0] < 0) {
        if (pipe(ends) < 0) return -1;
        for (int end = 0; end < 2; end++) fcntl(ends[end], F_SETFD, FD_CLOEXEC);
        fcntl(ends[1], F_SETFL, O_NONBLOCK);
    }
    struct sigaction action = {.sa_handler = tell, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigset_t all;
    sigemptyset(&all);
    for (int index = 0; index < count; index++) {
        if (sigaction(numbers[index], &action, 0) < 0) return -1;
        sigaddset(&all, numbers[index]);
    }
    // A program inherits what the thread blocked that began it.
    pthread_sigmask(SIG_UNBLOCK, &all, 0);
    return ends[0];
}

int wf_signal_is_ignored(int number) {
    struct sigaction action;
    return sigaction(number, 0, &action) == 0 && action.sa_handler == SIG_IGN;
}

void wf_signal_by_itself(int number) {
    signal(number, SIG_DFL);
    kill(getpid(), number);
}
