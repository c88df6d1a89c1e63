//  Signals as requests.
//
//      SIGTERM, SIGINT   the first: stop in order; the second: end at once, as if nobody had caught it
//      SIGHUP            read the configuration again

import Dispatch

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Turns signals into requests, as long as it lives.
final class Signals {
    private var sources: [any DispatchSourceSignal] = []

    init(_ requests: WatchRequests) {
        let queue = DispatchQueue(label: "signals")
        func on(_ number: Int32, _ act: @escaping @Sendable () -> Void) {
            // The source is told as well; without this the signal would still do what it does by itself.
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler(handler: act)
            source.resume()
            sources.append(source)
        }
        for number in [SIGTERM, SIGINT] {
            on(number) {
                if requests.wantsStop {
                    signal(number, SIG_DFL)
                    kill(getpid(), number)
                } else {
                    requests.stop()
                }
            }
        }
        on(SIGHUP) { requests.reload() }
    }

    deinit { for source in sources { source.cancel() } }
}
