//  Signals as requests.
//
//      SIGTERM, SIGINT   the first: stop in order; the second: end at once, as if nobody had caught it
//      SIGHUP            read the configuration again
//
//  The handlers are in place when `listen` returns, so no signal is lost between the start and whatever would listen,
//  whichever thread it reaches. Before, from the first instruction of the program on, they are held back by the kernel
//  (EarlySignals.c) and come then. What comes while the system still loads the program ends it: nothing of ours runs yet.
//
//  Neither a Dispatch source, which is attached some time after it was resumed, nor a mask,
//  which the thread that waits for programs lifts, does that.

import CSignals
import Glibc
import Operations
import Pipelines
import Wording

/// The system has nothing left to listen for signals with.
struct SignalsUnheard: Trouble, CustomStringConvertible {
    /// An errno.
    var code: Int32
    var kind: TroubleKind { .system }
    var description: String { "cannot listen for signals: \(String(cString: strerror(code)))" }
}

/// Turns signals into requests.
enum Signals {
    /// - Throws: `SignalsUnheard` when the system has no descriptor or thread left.
    static func listen(for requests: WatchRequests) throws {
        let pipe = wf_signals_to_pipe([SIGTERM, SIGINT, SIGHUP], 3)
        guard pipe >= 0 else { throw SignalsUnheard(code: errno) }
        let isHeard = DetachedThread.start {
            var byte: UInt8 = 0
            while true {
                guard read(pipe, &byte, 1) == 1 else { continue }
                let number = Int32(byte)
                if number == SIGHUP {
                    requests.reload()
                } else if requests.wantsStop {
                    wf_signal_by_itself(number)
                } else {
                    requests.stop()
                }
            }
        }
        if !isHeard { throw SignalsUnheard(code: EAGAIN) }
    }

    /// Has something said before SIGTERM or SIGINT end the process, as they do by themselves. One that is ignored, as in
    /// the background of a script, stays so.
    ///
    /// - Throws: `SignalsUnheard` when the system has no descriptor or thread left.
    static func beforeEnd(_ body: @escaping @Sendable () -> Void) throws {
        let numbers = [SIGTERM, SIGINT].filter { !isIgnored($0) }
        if numbers.isEmpty { return }
        let pipe = wf_signals_to_pipe(numbers, Int32(numbers.count))
        guard pipe >= 0 else { throw SignalsUnheard(code: errno) }
        let isHeard = DetachedThread.start {
            var byte: UInt8 = 0
            while read(pipe, &byte, 1) != 1 {}
            body()
            wf_signal_by_itself(Int32(byte))
        }
        if !isHeard { throw SignalsUnheard(code: EAGAIN) }
    }

    private static func isIgnored(_ number: Int32) -> Bool { wf_signal_is_ignored(number) != 0 }
}
