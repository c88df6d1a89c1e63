"""Runs one command and prints what it took; run by scripts/bench.

A process of its own, and a small one, because the system counts the memory of whoever starts a command into the peak of
what was started. So no peak is below that of this one, about 10 MiB.

Usage: bench_once.py LOG COMMAND…
Prints seconds until the command ended, the kilobytes at its peak (a child's, if that had more) together with those of
processes that it left behind, and its exit code.
"""

import ctypes
import os
import sys
import time

# Processes that the command leaves behind, such as Spark's Java, become children of this one.
PR_SET_CHILD_SUBREAPER = 36
ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)

log = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
nothing = os.open("/dev/null", os.O_RDONLY)
descriptors = [(os.POSIX_SPAWN_DUP2, nothing, 0), (os.POSIX_SPAWN_DUP2, log, 1), (os.POSIX_SPAWN_DUP2, log, 2)]
start = time.monotonic()
child = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ, file_actions=descriptors)
_, status, usage = os.wait4(child, 0)
seconds = time.monotonic() - start
kilobytes = usage.ru_maxrss
while True:
    try:
        kilobytes += os.wait4(-1, 0)[2].ru_maxrss
    except ChildProcessError:
        break
print(seconds, kilobytes, os.waitstatus_to_exitcode(status))
