//  Folding one file, by one thread or by several.
//
//      open ─▶ units 0 … n-1 handed out to threads ─▶ each thread seals its table ─▶ the last one merges
//
//  A plain file of JSON Lines has many units; any other has one. When a line of it turns out to go on in the next, it is
//  folded once more, as one: where a line begins is then known only to who has read all before it.

import DurableIO
import KeyedTables

/// How folding a file ended.
package enum FoldOutcome {
    /// Sums may be had by `FoldRuns.merge`.
    case read(FileSummary, FoldRuns)
    case failed(any Error)

    /// Whether the file changed while it was being read.
    package var isOfChangedFile: Bool { if case .failed(is FileChanged) = self { true } else { false } }
}

/// The state of one file that is being folded. All of it is guarded by the pool's lock, but for what units return.
final class FileFold {
    let index: Int
    private let reading: FileReading
    private let makeAgain: (FoldRuns) -> FileFold

    private var nextUnit = 0
    /// Threads that have a table for this file.
    var participants = 0
    /// What threads added to their tables, of a fold that has one for all files.
    var contributions: [Contribution] = []
    private var labels = LabelCounts()
    let runs: FoldRuns
    private(set) var failure: (any Error)?

    /// - Parameter isCut: whether the file may be cut into units.
    init(
        _ input: FoldInput, index: Int, fileSystem: FileSystem, settings: ReadSettings, runs: FoldRuns,
        isCut: Bool = true, onStoredBytes: @escaping @Sendable (Int) -> Void
    ) {
        self.index = index
        self.runs = runs
        reading = FileReading(
            input, fileSystem: fileSystem, settings: settings, isCut: isCut, onStoredBytes: onStoredBytes)
        makeAgain = { runs in
            FileFold(
                input, index: index, fileSystem: fileSystem, settings: settings, runs: runs, isCut: false,
                onStoredBytes: onStoredBytes)
        }
    }

    /// The same file as one unit, when its units turned out to be none; nil otherwise.
    func asOne(runs: FoldRuns) -> FileFold? { failure is WrongCuts ? makeAgain(runs) : nil }

    /// Opens the file and cuts it into units. Called by one thread, without the lock.
    func open() {
        do { try reading.open() } catch { failure = error }
    }

    /// For a compressed file; a thread that has nothing else to do may decompress it ahead of the one that folds it.
    var compressedStream: ByteStream? { reading.compressedStream }

    /// Bytes of a plain file that was cut into units; 0 of any other.
    var plainSize: Int { reading.plainSize }

    /// Units that nobody took yet.
    var unitsLeft: Int { failure == nil ? reading.unitCount - nextUnit : 0 }

    func takeUnit() -> Int? {
        guard unitsLeft > 0 else { return nil }
        nextUnit += 1
        return nextUnit - 1
    }

    /// Folds a unit. Called without the lock.
    func fold(
        unit: Int, with reader: UnitReader, into table: any BatchSink, isCancelled: () -> Bool
    ) throws -> UnitResult {
        try reading.read(unit: unit, with: reader, into: .fold(table), isCancelled: isCancelled)
    }

    func add(_ result: UnitResult) { reading.add(result) }

    func add(_ counts: LabelCounts) { labels.add(counts) }

    func fail(_ error: any Error) { if failure == nil { failure = error } }

    /// Puts the units together. Called by the last thread, without the lock.
    func outcome() -> FoldOutcome {
        do {
            if let failure { throw failure }
            return .read(try reading.summarize(labels: labels), runs)
        } catch { return .failed(error) }
    }
}
