//  Waiting for whatever comes first: a time, a descriptor with something to read, or another thread that rings.
//
//  Ringing writes a byte into a pipe that the waiting thread polls beside the descriptor; a ring that comes before the
//  wait ends it at once. The pipe does not block: when it is full there are rings enough in it.

import Glibc

/// The system has no descriptors left.
package struct AlarmError: Error, CustomStringConvertible {
    package var code: Int32
    package var description: String { "cannot make a pipe: \(String(cString: strerror(code)))" }
}

/// Lets a thread wait, and others wake it.
package final class Alarm: Sendable {
    private let reading: Int32
    private let writing: Int32

    /// - Throws: `AlarmError`.
    package init() throws(AlarmError) {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw AlarmError(code: errno) }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        (reading, writing) = (ends[0], ends[1])
    }

    deinit {
        close(reading)
        close(writing)
    }

    /// Ends the wait, this one or the next. From any thread.
    package func ring() {
        var byte: UInt8 = 1
        while write(writing, &byte, 1) < 0, errno == EINTR {}
    }

    /// Why a wait ended.
    package enum Cause: Sendable { case time, ring, event }

    /// Waits. A wait of no time looks and returns.
    ///
    /// - Parameter descriptor: ends the wait when there is something to read from it.
    package func wait(_ timeout: Duration, for descriptor: Int32? = nil) -> Cause {
        let end = ContinuousClock.now + timeout
        while true {
            var watched = [pollfd(fd: reading, events: Int16(POLLIN), revents: 0)]
            if let descriptor { watched.append(pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)) }
            let left = max(.zero, end - .now).components
            // Rounded up: not to come back too early and wait again for less than a millisecond.
            let milliseconds = left.seconds * 1000 + (left.attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
            let count = poll(&watched, nfds_t(watched.count), Int32(clamping: milliseconds))
            if count == 0 { return .time }
            if count < 0 {
                precondition(errno == EINTR, "poll failed: \(String(cString: strerror(errno)))")
                continue
            }
            if watched[0].revents != 0 {
                var rings = [UInt8](repeating: 0, count: 64)
                while read(reading, &rings, rings.count) > 0 {}
                return .ring
            }
            return .event
        }
    }
}
