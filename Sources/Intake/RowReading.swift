//  Reading the rows of one file on all cores, in pieces that are handed over in the order of the file.
//
//      plain JSON Lines, CSV    unit 0 ─▶ piece    unit 1 ─▶ piece    …      read and finished on any thread
//      any other                a stream ─▶ piece, piece, …                  read on one thread, finished on another
//
//  Where a piece ends depends on the file alone: on its units, or on when a piece says that it is full. So what is made of
//  the pieces is the same for any number of threads.

import DurableIO
import Pipelines
import Records
import Synchronization

/// A part of a table: rows are added to it on one thread, and it is finished and handed over on another.
package protocol RowPiece: CellSink, Sendable {
    /// Whether a stream goes on in another piece.
    var isFull: Bool { get }

    /// Forgets its rows, to be used for others.
    func begin()

    /// Does what is to be done when all rows are there and that can be done beside other threads.
    func finish() throws
}

/// Reads the rows of files.
package struct RowReading<Piece: RowPiece> {
    private let fileSystem: FileSystem
    private let settings: ReadSettings
    private let jobs: Int
    private let makePiece: () -> Piece
    /// Told of every read, for progress, from any thread.
    private let onStoredBytes: @Sendable (Int) -> Void
    private let isCancelled: @Sendable () -> Bool

    package init(
        settings: ReadSettings, fileSystem: FileSystem, jobs: Int,
        onStoredBytes: @escaping @Sendable (Int) -> Void = { _ in },
        isCancelled: @escaping @Sendable () -> Bool = { false }, makePiece: @escaping () -> Piece
    ) {
        precondition(jobs > 0, "reading needs a thread")
        self.settings = settings
        self.fileSystem = fileSystem
        self.jobs = jobs
        self.onStoredBytes = onStoredBytes
        self.isCancelled = isCancelled
        self.makePiece = makePiece
    }

    /// Reads a file.
    ///
    /// - Parameters:
    ///   - isCut: whether the file may be cut into units.
    ///   - onPiece: gets the pieces in order, finished, one at a time, on any thread; and how many records of the file came
    ///     before those by which the piece counts its rows.
    /// - Throws: `WrongCuts` when a file that was cut has to be read as one, after pieces were handed over;
    ///   `IOError`, `FileChanged`, `CodecError`, `UnreadableContent`, `Cancelled`; what a piece or `onPiece` throws.
    package func read(
        _ input: FoldInput, isCut: Bool = true,
        onPiece: @escaping @Sendable (Piece, _ recordsBefore: Int) throws -> Void
    ) throws -> FileSummary {
        let file = FileReading(
            input, fileSystem: fileSystem, settings: settings, isCut: isCut, onStoredBytes: onStoredBytes)
        try file.open()
        if file.isStream { try readStream(file, onPiece) } else { try readUnits(file, onPiece) }
        return try file.summarize()
    }

    // MARK: Units

    /// What a thread reads one unit with.
    ///
    /// `@unchecked Sendable`: one thread has it at a time, see `OrderedPipeline`.
    private final class Slot: @unchecked Sendable {
        let piece: Piece
        let reader: UnitReader
        var result: UnitResult?

        init(_ piece: Piece, _ settings: ReadSettings) {
            self.piece = piece
            reader = UnitReader(settings: settings)
        }
    }

    private func readUnits(_ file: FileReading, _ onPiece: (Piece, Int) throws -> Void) throws {
        var recordsBefore = 0
        let slots = (0..<(jobs == 1 ? 1 : jobs + 1)).map { _ in Slot(makePiece(), settings) }
        try OrderedPipeline.run(pieces: file.unitCount, jobs: jobs, buffers: slots) { [isCancelled] unit, slot in
            slot.piece.begin()
            slot.result = try file.read(
                unit: unit, with: slot.reader, into: .rows(slot.piece), isCancelled: isCancelled)
            try slot.piece.finish()
        } consume: { _, slot in
            let records = slot.result!.recordsRead
            file.add(slot.result!)
            try onPiece(slot.piece, recordsBefore)
            recordsBefore += records
        }
    }

    // MARK: Streams

    /// Pieces that nobody uses.
    private final class Spares: Sendable {
        private let pieces = Mutex<[Piece]>([])

        func take() -> Piece? { pieces.withLock { $0.popLast() } }
        func put(_ piece: Piece) { pieces.withLock { $0.append(piece) } }
    }

    /// Adds the rows of a stream to one piece after another.
    private final class Cutter: CellSink {
        private var piece: Piece?
        private let nextPiece: () -> Piece
        private let handOver: (Piece) throws -> Void

        init(nextPiece: @escaping () -> Piece, handOver: @escaping (Piece) throws -> Void) {
            self.nextPiece = nextPiece
            self.handOver = handOver
        }

        func add(_ batch: borrowing CellBatch) throws -> [RowFault] {
            if piece == nil {
                piece = nextPiece()
                piece!.begin()
            }
            let faults = try piece!.add(batch)
            if piece!.isFull { try end() }
            return faults
        }

        func end() throws {
            guard let piece else { return }
            self.piece = nil
            try handOver(piece)
        }
    }

    private func readStream(_ file: FileReading, _ onPiece: @escaping @Sendable (Piece, Int) throws -> Void) throws {
        let spares = Spares()
        // A compressed file is decompressed on a thread of its own.
        let stream = file.compressedStream
        let helper = jobs > 1 && stream != nil ? WorkThread { stream!.decodeAhead() } : nil
        defer {
            stream?.close()
            helper?.join()
        }
        try Handover<Piece>.run(isConcurrent: jobs > 1) { handOver in
            let cutter = Cutter(nextPiece: { spares.take() ?? makePiece() }, handOver: handOver)
            file.add(
                try file.read(
                    unit: 0, with: UnitReader(settings: settings), into: .rows(cutter), isCancelled: isCancelled))
            try cutter.end()
        } take: { piece in
            try piece.finish()
            // All pieces of a stream count from its beginning.
            try onPiece(piece, 0)
            spares.put(piece)
        }
    }
}
