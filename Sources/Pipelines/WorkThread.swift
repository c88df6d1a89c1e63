//  A thread that runs one closure.

import Glibc

/// A thread at work; to be joined once.
struct WorkThread {
    private let thread: pthread_t

    /// Nil when the system gives no thread.
    init?(_ body: @escaping @Sendable () -> Void) {
        let context = Unmanaged.passRetained(ThreadBody(body))
        var thread = pthread_t()
        let code = pthread_create(&thread, nil, { ThreadBody.run($0!) }, context.toOpaque())
        guard code == 0 else {
            context.release()
            return nil
        }
        self.thread = thread
    }

    /// Waits until the closure has returned.
    func join() { pthread_join(thread, nil) }
}

/// Threads that nobody waits for.
package enum DetachedThread {
    /// Begins a thread that runs one closure.
    ///
    /// - Parameter stackBytes: what its stack may take; a multiple of the page size.
    /// - Returns: whether the system gave one.
    package static func start(stackBytes: Int = 512 << 10, _ body: @escaping @Sendable () -> Void) -> Bool {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        pthread_attr_setstacksize(&attributes, stackBytes)
        let context = Unmanaged.passRetained(ThreadBody(body))
        var thread = pthread_t()
        let code = pthread_create(&thread, &attributes, { ThreadBody.run($0!) }, context.toOpaque())
        if code != 0 { context.release() }
        return code == 0
    }
}

/// Carries a closure through `pthread_create`.
private final class ThreadBody {
    private let body: () -> Void

    init(_ body: @escaping () -> Void) { self.body = body }

    static func run(_ context: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
        Unmanaged<ThreadBody>.fromOpaque(context).takeRetainedValue().body()
        return nil
    }
}
