//  What others ask of a watch, from any thread: to stop, and to read the configuration again.

import Synchronization

/// Requests that wait to be seen by the watch.
package final class WatchRequests: Sendable {
    private struct State {
        var wantsStop = false
        var wantsReload = false
        var onRequest: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    package init() {}

    package var wantsStop: Bool { state.withLock { $0.wantsStop } }
    var isPending: Bool { state.withLock { $0.wantsStop || $0.wantsReload } }

    package func stop() { request { $0.wantsStop = true } }
    package func reload() { request { $0.wantsReload = true } }

    /// Whether a reload was asked for since this was asked last.
    func takeReload() -> Bool {
        state.withLock { state in
            defer { state.wantsReload = false }
            return state.wantsReload
        }
    }

    /// What to do when a request comes in, beside keeping it.
    func onRequest(_ action: @escaping @Sendable () -> Void) { state.withLock { $0.onRequest = action } }

    private func request(_ change: (inout State) -> Void) {
        let action = state.withLock { state in
            change(&state)
            return state.onRequest
        }
        action?()
    }
}
