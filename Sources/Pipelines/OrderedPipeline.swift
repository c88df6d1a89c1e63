//  Numbered pieces of work, done on several threads, handed over in the order of their numbers.
//
//      threads            claim 0, 1, 2, …  and fill  buffer[number mod buffers]
//      the caller         waits for 0, then 1, …      and hands each on
//
//  A piece is claimed only when its buffer is free, that is when `number < handed over + buffers`. So there are
//  never more pieces under way than buffers, and the piece that the caller waits for always has its buffer: no
//  deadlock.
//
//  An error, of a thread or of the caller, stops all: threads finish the piece they are at, claim no more, and are
//  joined before the error leaves. An error of a thread comes out in the place of its piece, after all pieces before it
//  were handed over: which of several errors is seen does not depend on the threads.
//
//  One job needs no thread: the caller makes each piece and hands it on.

/// One run over a set of buffers.
///
/// `@unchecked Sendable`: what is mutable is touched under `monitor` only; a buffer belongs to the thread that claimed
/// its piece until `finished` says so, then to the caller until `handedOver` says so.
package final class OrderedPipeline<Buffer: AnyObject>: @unchecked Sendable {
    private let pieces: Int
    private let buffers: [Buffer]
    private let produce: @Sendable (Int, Buffer) throws -> Void

    private let monitor = Monitor()
    /// A piece was finished, or a thread failed.
    private let pieceFinished = Monitor.Condition()
    /// A buffer came free, or the run was stopped.
    private let bufferFree = Monitor.Condition()

    /// The first piece that nobody has claimed; `claimed <= handedOver + buffers.count`.
    private var claimed = 0
    /// Pieces that the caller is done with.
    private var handedOver = 0
    /// For each buffer, whether its piece is finished and not yet handed over.
    private var finished: [Bool]
    /// The first piece, by number, that could not be made, and why.
    private var failure: (piece: Int, error: any Error)?
    private var isStopped = false

    private init(pieces: Int, buffers: [Buffer], produce: @escaping @Sendable (Int, Buffer) throws -> Void) {
        self.pieces = pieces
        self.buffers = buffers
        self.produce = produce
        finished = [Bool](repeating: false, count: buffers.count)
    }

    /// Runs pieces `0 ..< pieces`.
    /// - Parameters:
    ///   - jobs: threads to start if there are to be several. When the system gives fewer, those do the work.
    ///   - buffers: where pieces are made; one more than `jobs` or better, so that no thread waits for the caller.
    ///   - produce: makes a piece, on any thread.
    ///   - consume: takes a piece, on the calling thread, in order.
    /// - Throws: what `produce` or `consume` throws.
    package static func run(
        pieces: Int, jobs: Int, buffers: [Buffer], produce: @escaping @Sendable (Int, Buffer) throws -> Void,
        consume: (Int, Buffer) throws -> Void
    ) throws {
        precondition(!buffers.isEmpty, "a pipeline without buffers")
        let run = OrderedPipeline(pieces: pieces, buffers: buffers, produce: produce)
        var threads: [WorkThread] = []
        defer {
            run.stop()
            for thread in threads { thread.join() }
        }
        if jobs > 1 && pieces > 1 {
            while threads.count < min(jobs, pieces), let thread = run.startThread() { threads.append(thread) }
        }
        if threads.isEmpty {
            for piece in 0..<pieces {
                try produce(piece, buffers[0])
                try consume(piece, buffers[0])
            }
            return
        }
        for piece in 0..<pieces {
            let buffer = try run.wait(for: piece)
            try consume(piece, buffer)
            run.release(piece)
        }
    }

    /// A thread at work, or nil when the system gives none.
    private func startThread() -> WorkThread? { WorkThread { self.work() } }

    /// What a thread does.
    private func work() {
        while let piece = claim() {
            do {
                try produce(piece, buffers[piece % buffers.count])
                monitor.withLock {
                    finished[piece % buffers.count] = true
                    pieceFinished.signal()
                }
            } catch {
                monitor.withLock {
                    if piece < failure?.piece ?? .max { failure = (piece, error) }
                    pieceFinished.signal()
                }
                return
            }
        }
    }

    /// The next piece, once its buffer is free; nil when there is none left to do.
    private func claim() -> Int? {
        monitor.withLock {
            while !isStopped, failure == nil, claimed < pieces, claimed >= handedOver + buffers.count {
                monitor.wait(for: bufferFree)
            }
            guard !isStopped, failure == nil, claimed < pieces else { return nil }
            defer { claimed += 1 }
            return claimed
        }
    }

    private func wait(for piece: Int) throws -> Buffer {
        let slot = piece % buffers.count
        try monitor.withLock {
            while !finished[slot] {
                if let failure, failure.piece == piece { throw failure.error }
                monitor.wait(for: pieceFinished)
            }
        }
        return buffers[slot]
    }

    private func release(_ piece: Int) {
        monitor.withLock {
            finished[piece % buffers.count] = false
            handedOver += 1
            bufferFree.signal()
        }
    }

    private func stop() {
        monitor.withLock {
            isStopped = true
            bufferFree.broadcast()
        }
    }
}
