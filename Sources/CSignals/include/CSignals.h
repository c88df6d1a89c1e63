//  Signals as bytes in a pipe.

#pragma once

/// Has these signals written into a pipe, each as the byte of its number, instead of doing what they do by themselves,
/// and lets them reach the calling thread. For good: there is one pipe in a process, and a second call gives the same.
///
/// Returns the end to read from; -1 and errno when there is none.
int wf_signals_to_pipe(const int *numbers, int count);

/// Whether a signal is ignored: 1 or 0.
int wf_signal_is_ignored(int number);

/// Has a signal do what it does by itself, now.
void wf_signal_by_itself(int number);
