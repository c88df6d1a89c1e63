//  One lock, and conditions that are waited for under it (C. A. R. Hoare, "Monitors", 1974). Whoever is woken asks again
//  whether what it waits for holds, as POSIX wants it: a wait may end for no reason.

import Glibc

/// Guards what several threads change, and lets them wait for changes.
package final class Monitor: @unchecked Sendable {
    /// Something that threads wait for, under the lock of one monitor.
    package final class Condition {
        fileprivate let raw = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

        package init() { pthread_cond_init(raw, nil) }

        deinit {
            pthread_cond_destroy(raw)
            raw.deallocate()
        }

        /// Wakes one thread that waits.
        package func signal() { pthread_cond_signal(raw) }

        /// Wakes all threads that wait.
        package func broadcast() { pthread_cond_broadcast(raw) }
    }

    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    /// For those that need but one: anything changed.
    private let changed = Condition()

    package init() { pthread_mutex_init(mutex, nil) }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    package func lock() { pthread_mutex_lock(mutex) }
    package func unlock() { pthread_mutex_unlock(mutex) }

    package func withLock<Result>(_ body: () throws -> Result) rethrows -> Result {
        lock()
        defer { unlock() }
        return try body()
    }

    /// Lets go of the lock, waits, and takes it again. Called under the lock.
    package func wait(for condition: Condition) { pthread_cond_wait(condition.raw, mutex) }

    /// Waits until anything changes.
    package func wait() { wait(for: changed) }

    /// Wakes one thread that waits for any change.
    package func signal() { changed.signal() }

    /// Wakes all threads that wait for any change.
    package func broadcast() { changed.broadcast() }
}

/// Waits until something holds, by asking every ten milliseconds, but no longer than this.
///
/// - Returns: whether it holds.
package func wait(seconds: Double, until isDone: () -> Bool) -> Bool {
    let end = ContinuousClock.now + .seconds(seconds)
    while !isDone() {
        if ContinuousClock.now >= end { return false }
        usleep(10_000)
    }
    return true
}
