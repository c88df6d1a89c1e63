//  Two stages of work side by side: the caller makes items, a thread of its own takes them, in order.
//
//      caller    make 0 ─▶ make 1 ─▶ make 2 ─▶ …
//      thread              take 0 ─▶ take 1 ─▶ …
//
//  The caller is at most `ahead` items ahead of the thread, so that few are in memory. When the thread fails it takes no
//  more, and the caller learns of it with the next item or at the end. When the caller fails, what was made before is
//  still taken, and the caller's error leaves; an error of the thread goes before it, because it came of an earlier item.

/// One handing over of items.
///
/// `@unchecked Sendable`: what is mutable is touched under `monitor` only.
package final class Handover<Item: Sendable>: @unchecked Sendable {
    private let ahead: Int
    private let take: @Sendable (Item) throws -> Void

    private let monitor = Monitor()

    /// Made and not yet taken; at most `ahead`.
    private var waiting: [Item] = []
    /// The caller makes no more.
    private var isOver = false
    /// Why the thread stopped taking.
    private var failure: (any Error)?

    private init(ahead: Int, take: @escaping @Sendable (Item) throws -> Void) {
        precondition(ahead > 0, "an item has to wait somewhere")
        self.ahead = ahead
        self.take = take
    }

    /// Makes and takes all items.
    /// - Parameters:
    ///   - isConcurrent: false: the caller takes each item as it makes it. So it is when the system gives no thread.
    ///   - ahead: items that may wait.
    ///   - make: hands each item to the closure that it is given.
    ///   - take: called for one item after another.
    /// - Throws: what `make` or `take` throws.
    package static func run(
        isConcurrent: Bool, ahead: Int = 2, make: (@escaping (Item) throws -> Void) throws -> Void,
        take: @escaping @Sendable (Item) throws -> Void
    ) throws {
        let handover = Handover(ahead: ahead, take: take)
        guard isConcurrent, let thread = WorkThread({ handover.work() }) else { return try make(take) }
        var failure: (any Error)?
        do { try make(handover.put) } catch { failure = error }
        handover.end()
        thread.join()
        if let failure = handover.failure ?? failure { throw failure }
    }

    private func put(_ item: Item) throws {
        try monitor.withLock {
            while failure == nil, waiting.count == ahead { monitor.wait() }
            if let failure { throw failure }
            waiting.append(item)
            monitor.signal()
        }
    }

    private func end() {
        monitor.withLock {
            isOver = true
            monitor.signal()
        }
    }

    /// What the thread does.
    private func work() {
        while let item = next() {
            do { try take(item) } catch {
                return monitor.withLock {
                    failure = error
                    monitor.signal()
                }
            }
        }
    }

    /// The next item; nil when there will be none.
    private func next() -> Item? {
        monitor.withLock {
            while waiting.isEmpty, !isOver { monitor.wait() }
            if waiting.isEmpty { return nil }
            monitor.signal()
            return waiting.removeFirst()
        }
    }
}
