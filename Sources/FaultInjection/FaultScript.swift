//  Faults by script: which calls fail, how, and what was called.
//
//  A script is a list of faults; each counts the calls that match it and strikes at the n-th, once or from then on.
//  The first fault that strikes decides; all of them count. Examples:
//
//      FaultScript([.fail(.sync, nth: 2, with: EIO)])             the second fsync fails, once
//      FaultScript([.fail(.write, nth: 5, with: ENOSPC, forEver: true)])      the disk is full after four writes
//      FaultScript([.shorten(.read, to: 1)])                      every read gets one byte
//      FaultScript([.crash(atChange: 7)], then: model)            nothing happens to the disk after six changes
//
//  To try every call of an operation, run it once with an empty script, then once for each recorded call.

import DurableIO
import Glibc
import Synchronization

let createFlag = O_CREAT

/// One thing that goes wrong.
package struct Fault: Sendable {
    /// Which calls count.
    var matches: @Sendable (SystemCall) -> Bool
    /// The first matching call that it strikes, counted from 1.
    var nth: Int
    /// Whether it strikes all matching calls after that, too.
    var forEver: Bool
    var verdict: Interposition

    /// Fails the n-th call of a kind, or of any kind, or of those whose path ends in `suffix`.
    package static func fail(
        _ kind: SystemCall.Kind? = nil, nth: Int = 1, path suffix: String = "", with code: Int32, forEver: Bool = false
    ) -> Fault {
        Fault(
            matches: { (kind == nil || $0.kind == kind) && $0.path.hasSuffix(suffix) }, nth: nth, forEver: forEver,
            verdict: .fail(errno: code))
    }

    /// Lets every read or write transfer at most `count` bytes.
    package static func shorten(_ kind: SystemCall.Kind, nth: Int = 1, to count: Int) -> Fault {
        Fault(matches: { $0.kind == kind }, nth: nth, forEver: true, verdict: .limit(count))
    }

    /// From the n-th call that would change the disk on, no such call is made, as after a crash. Whether the process is
    /// killed or the power fails is for `CrashModel` to say.
    package static func crash(atChange nth: Int) -> Fault {
        Fault(matches: \.changesDisk, nth: nth, forEver: true, verdict: .fail(errno: EIO))
    }
}

/// Records every call and bends those that its faults strike.
package final class FaultScript: Interposer {
    private struct State {
        var calls: [SystemCall] = []
        /// Calls that each fault has matched so far.
        var counts: [Int]
        var strikes = 0
    }

    private let faults: [Fault]
    private let next: (any Interposer)?
    private let state: Mutex<State>

    /// - Parameter next: asked about every call that no fault strikes, and told of every call that succeeded.
    package init(_ faults: [Fault] = [], then next: (any Interposer)? = nil) {
        self.faults = faults
        self.next = next
        state = Mutex(State(counts: faults.map { _ in 0 }))
    }

    /// All calls so far in their order, also those that were not let through.
    package var calls: [SystemCall] { state.withLock { $0.calls } }
    /// How often a fault struck.
    package var strikes: Int { state.withLock { $0.strikes } }

    package func willPerform(_ call: SystemCall) -> Interposition {
        let verdict = state.withLock { state in
            state.calls.append(call)
            var verdict: Interposition?
            for (index, fault) in faults.enumerated() where fault.matches(call) {
                state.counts[index] += 1
                let strikes = fault.forEver ? state.counts[index] >= fault.nth : state.counts[index] == fault.nth
                if strikes && verdict == nil { verdict = fault.verdict }
            }
            if verdict != nil { state.strikes += 1 }
            return verdict
        }
        return verdict ?? next?.willPerform(call) ?? .proceed
    }

    package func didPerform(_ call: SystemCall, on descriptor: Int32?, result: Int, bytes: UnsafeRawBufferPointer?) {
        next?.didPerform(call, on: descriptor, result: result, bytes: bytes)
    }
}
