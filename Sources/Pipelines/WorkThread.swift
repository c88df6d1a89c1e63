//  Threads that run one closure: one that is waited for, and one that nobody waits for.

import Glibc

/// A thread at work; to be joined once.
package struct WorkThread {
    private let thread: pthread_t

    /// Nil when the system gives no thread.
    ///
    /// - Parameter stackBytes: what its stack may take; a multiple of the page size. Nil for what the system gives.
    package init?(stackBytes: Int? = nil, _ body: @escaping @Sendable () -> Void) {
        guard let thread = startThread(stackBytes: stackBytes, isDetached: false, body) else { return nil }
        self.thread = thread
    }

    /// Waits until the closure has returned.
    package func join() { pthread_join(thread, nil) }
}

/// Threads that nobody waits for.
package enum DetachedThread {
    /// Begins a thread that runs one closure.
    ///
    /// - Parameter stackBytes: what its stack may take; a multiple of the page size.
    /// - Returns: whether the system gave one.
    package static func start(stackBytes: Int = 512 << 10, _ body: @escaping @Sendable () -> Void) -> Bool {
        startThread(stackBytes: stackBytes, isDetached: true, body) != nil
    }
}

private func startThread(
    stackBytes: Int?, isDetached: Bool, _ body: @escaping @Sendable () -> Void
) -> pthread_t? {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    if isDetached { pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED)) }
    if let stackBytes { pthread_attr_setstacksize(&attributes, stackBytes) }
    let context = Unmanaged.passRetained(ThreadBody(body))
    var thread = pthread_t()
    guard pthread_create(&thread, &attributes, { ThreadBody.run($0!) }, context.toOpaque()) == 0 else {
        context.release()
        return nil
    }
    return thread
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
