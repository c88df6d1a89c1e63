//  A thread that runs one closure.

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A thread at work; to be joined once.
struct WorkThread {
    private let thread: pthread_t

    /// Nil when the system gives no thread.
    init?(_ body: @escaping @Sendable () -> Void) {
        let context = Unmanaged.passRetained(ThreadBody(body))
        #if canImport(Glibc)
            var thread = pthread_t()
            let code = pthread_create(&thread, nil, { ThreadBody.run($0!) }, context.toOpaque())
        #else
            var started: pthread_t?
            let code = pthread_create(&started, nil, { ThreadBody.run($0) }, context.toOpaque())
        #endif
        guard code == 0 else {
            context.release()
            return nil
        }
        #if canImport(Glibc)
            self.thread = thread
        #else
            self.thread = started!
        #endif
    }

    /// Waits until the closure has returned.
    func join() { pthread_join(thread, nil) }
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
