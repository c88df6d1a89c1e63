//  What the threads of a run have found, and what of it may be committed.

import Admission
import Records
import Synchronization

/// What worker threads have found, by the files' places.
final class FoldResults: Sendable {
    struct Held {
        var index: Int
        var candidate: Candidate
        var verdict: Verdict
        var item: FileResult
    }

    private struct State {
        var files: [FileResult?]
        /// In no order.
        var held: [Held] = []
        /// When the first of these came.
        var heldSince: ContinuousClock.Instant?
        /// By place in the order: whether a file is held, done, or to be read again.
        var isKnown: [Bool]
        /// Places before this one are known.
        var knownCount = 0
        var changed: [Int] = []
        var followers: [ByteOrdered: FileResult] = [:]
        var failure: (any Error)?
    }

    private let state: Mutex<State>
    let starts: StartTimes
    let committing = Mutex<Void>(())

    /// By index: places in the order in which files are committed.
    private let places: [Int]
    private let commitsInOrder: Bool

    /// - Parameters:
    ///   - order: indices of the files in the order in which they are read.
    ///   - commitsInOrder: a file is committed with or after all those before it.
    init(order: [Int], commitsInOrder: Bool) {
        self.commitsInOrder = commitsInOrder
        var places = order
        for (place, index) in order.enumerated() { places[index] = place }
        self.places = places
        state = Mutex(
            State(
                files: Array(repeating: nil, count: order.count),
                isKnown: Array(repeating: false, count: order.count)))
        starts = StartTimes(count: order.count)
    }

    /// Nothing waits for files that were not begun any more.
    func endOrder() { state.withLock { $0.knownCount = $0.isKnown.count } }

    /// The file was committed; what it followed before is no longer its state.
    func finish(_ index: Int, _ file: FileResult) {
        state.withLock { state in
            state.files[index] = file
            state.followers[ByteOrdered(file.name)] = nil
        }
    }

    func hold(_ index: Int, _ candidate: Candidate, _ verdict: Verdict, _ item: FileResult) {
        let box = UncheckedBox(Held(index: index, candidate: candidate, verdict: verdict, item: item))
        state.withLock { state in
            if state.held.isEmpty { state.heldSince = .now }
            state.held.append(box.value)
            know(index, &state)
        }
    }

    private func know(_ index: Int, _ state: inout State) {
        state.isKnown[places[index]] = true
        while state.knownCount < places.count, state.isKnown[state.knownCount] { state.knownCount += 1 }
    }

    private func mayCommit(_ held: Held, _ state: State) -> Bool {
        !commitsInOrder || places[held.index] < state.knownCount
    }

    /// Another file's state followed.
    func follow(_ file: FileResult) { state.withLock { $0.followers[ByteOrdered(file.name)] = file } }

    /// Files whose state followed, by name; of those that were read themselves, the ones that came before.
    var followers: [FileResult] {
        state.withLock { $0.followers.sorted { $0.key < $1.key }.map(\.value) }
    }

    /// The file changed while it was being read.
    func noteChanged(_ index: Int) {
        state.withLock { state in
            state.changed.append(index)
            know(index, &state)
        }
    }

    /// The files that changed since the last time it was asked, in the order of reading.
    func takeChanged() -> [Int] {
        state.withLock { state in
            defer { state.changed = [] }
            return state.changed.sorted { places[$0] < places[$1] }
        }
    }

    func fail(_ error: any Error) { state.withLock { if $0.failure == nil { $0.failure = error } } }

    var failure: (any Error)? { state.withLock { $0.failure } }
    /// One for each file; nil for those that nothing became of.
    var all: [FileResult?] { state.withLock { $0.files } }
    var files: [FileResult] { all.compactMap { $0 } }
    /// What is held and may be committed, in the order of the files; it is held no longer.
    func takeHeld() -> [Held] {
        state.withLock { state in
            let held = state.held
            let taken = held.filter { mayCommit($0, state) }
            state.held = held.filter { !mayCommit($0, state) }
            if state.held.isEmpty { state.heldSince = nil }
            return UncheckedBox(taken.sorted { $0.index < $1.index })
        }.value
    }

    /// A commit costs as much as reading a megabyte, so small files share one; but few enough that little is read twice
    /// after a crash, and that those who watch see them come.
    private static let sharedCommits = 64
    private static let largeFile = 1 << 20
    private static let longestHeld = Duration.milliseconds(100)

    /// Whether what is held is to be committed now.
    ///
    /// - Parameter size: stored bytes of the file that came last.
    func isCommitDue(with size: Int) -> Bool {
        state.withLock { state in
            size >= Self.largeFile || state.held.count >= Self.sharedCommits
                || state.heldSince.map { .now - $0 >= Self.longestHeld } ?? false
        }
    }
}

/// A value that changes threads under a lock.
private struct UncheckedBox<Value>: @unchecked Sendable {
    let value: Value
    init(_ value: Value) { self.value = value }
}

/// When reading each file began.
final class StartTimes: Sendable {
    private let times: Mutex<[ContinuousClock.Instant?]>

    init(count: Int) { times = Mutex(Array(repeating: nil, count: count)) }

    func note(_ index: Int) {
        times.withLock { if $0[index] == nil { $0[index] = .now } }
    }

    /// Seconds since then; 0 for a file that was never read.
    func elapsed(_ index: Int) -> Double {
        times.withLock { $0[index].map { (ContinuousClock.now - $0).seconds } ?? 0 }
    }
}
