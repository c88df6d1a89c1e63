//  What differs from plan to plan in the story of a run: which files are input, how they are read, and what is made of what
//  counts beside the reports.
//
//      built in        files of records ─▶ one table by two keys, folded here          RecordWork
//      SQL             files of sources ─▶ partials of folds, by DuckDB                a room of its own; it calls nothing of
//                                                                                     this one but what stands here

import Admission
import Checkpoints
import DurableIO
import Events
import Inbox
import Intake
import Ledgers
import RunSettings

/// What the work on checkpoints needs to know.
package struct WorkPlace {
    package var settings: Settings
    package var checkpoints: CheckpointFolder
    package var fileSystem: FileSystem
    package var onEvent: EventSink
    package var clock: StageClock
}

/// Work that goes on until it is done or somebody ends it.
package protocol Endable: AnyObject, Sendable {
    /// Ends it soon, from any thread: what is not finished fails with `Cancelled`.
    func cancel()
}

/// Folds files of which rows are kept by what the plan has them lack, without reading them again.
package protocol RowsFolding: Endable {
    /// - Parameters:
    ///   - run: that is open.
    ///   - damaged: paths of packs that are as good as none.
    ///   - observer: told of the files whose rows are folded, by the bytes of their contents.
    func fold(_ run: RunID, without damaged: Set<String>, _ observer: any RunObserver) throws -> RowsFolded
}

/// A version that counts and has not all that the plan has files keep.
package struct LackingFile: Sendable {
    package var version: VersionRecord
    /// Whether it lacks its rows alone, on which no table depends.
    package var lacksRowsOnly: Bool

    package init(_ version: VersionRecord, lacksRowsOnly: Bool) {
        (self.version, self.lacksRowsOnly) = (version, lacksRowsOnly)
    }
}

/// What became of folding kept rows.
package struct RowsFolded: Sendable {
    /// Those that lack nothing any more.
    package var files = 0
    /// What could not be done, in words.
    package var problems: [String] = []

    package init() {}
}

/// Reads files of the inbox and says what became of each.
package protocol InboxReader: Endable {
    /// Reads files. Those that are not begun when no more are wanted are left out.
    ///
    /// - Parameters:
    ///   - wantsMore: asked before each file but the first.
    ///   - onStoredBytes: told of every reading, with the file's place, from any thread.
    ///   - onFinished: gets each file's outcome, from any thread, several at once.
    func read(
        _ files: [InboxFile], while wantsMore: @escaping @Sendable () -> Bool,
        onStoredBytes: @escaping @Sendable (_ place: Int, _ bytes: Int) -> Void,
        onFinished: @escaping @Sendable (_ place: Int, ReadOutcome) -> Void)
}

/// What a file of the inbox is to a plan.
package enum InputVerdict: Sendable, Hashable {
    case input
    /// Of no source.
    case other
    /// It seems to be one, but cannot be; in words.
    case problem(String)
}

/// A table that was published beside the reports.
package struct PublishedTable: Sendable, Hashable {
    /// Of the file, in the folder of reports.
    package var name: String
    package var rows: Int
    /// Why it is as it was before; nil when it was made anew or is current.
    package var problem: String?

    package init(name: String, rows: Int, problem: String? = nil) {
        (self.name, self.rows, self.problem) = (name, rows, problem)
    }
}

package protocol PlanWork: Sendable {
    /// Whether files belong to sources, by their names.
    var hasSources: Bool { get }

    func verdict(on file: InboxFile) -> InputVerdict

    func reader(_ place: WorkPlace) throws -> any InboxReader

    /// Whether a name that is known is of no source any more.
    func isStranger(_ name: String) -> Bool

    /// Whether a file that failed is worth reading again: the fold that did not take it is gone, or another now.
    ///
    /// - Parameter reason: the words that it failed with.
    func mayTryAgain(_ reason: String) -> Bool

    /// Versions that count and lack what the plan has files keep now.
    func lacking(_ place: WorkPlace) throws -> [LackingFile]

    /// What a pack is for, as the plan is now.
    func use(of pack: FoldPack) -> PackUse

    /// Nil when the plan keeps no rows.
    func rowsFolding(_ place: WorkPlace) throws -> (any RowsFolding)?

    /// What is to be known of what counts, in words; said once.
    func remarks(_ place: WorkPlace) throws -> [String]

    /// Brings tables up to date that are kept beside the reports.
    ///
    /// - Parameter force: writes all of them whatever there is.
    func publish(_ place: WorkPlace, force: Bool) throws -> [PublishedTable]

    /// Compares those tables, and what is derived for them, with what is written down of them; changes nothing.
    func checkDerived(_ place: WorkPlace) throws -> DerivedFaults

    /// Makes all tables afresh from files and compares them with what partials give; nil when the plan's own partials are
    /// all that there is.
    func recompute(_ place: WorkPlace, _ observer: any RunObserver) throws -> Recomputed?
}

/// What is derived and not as it should be, in words.
package struct DerivedFaults: Sendable {
    package var wrong: [String] = []
    /// Of an earlier state; the next run renews it.
    package var behind: [String] = []

    package init() {}
}

/// What a pack is for.
package enum PackUse: Sendable, Hashable {
    /// What counts is made from it.
    case partials
    /// A fold that comes later would be made from it.
    case rows
    case none
}

/// What became of making all afresh.
package struct Recomputed: Sendable {
    /// That were read again, or whose rows are kept.
    package var files = 0
    /// What is not what it should be, in words.
    package var differences: [String] = []
    /// What could not be compared, in words.
    package var leftOut: [String] = []

    package init() {}
}

/// The work of a plan whose records are folded here.
package struct RecordWork: PlanWork {
    package init() {}

    package var hasSources: Bool { false }
    package func verdict(on file: InboxFile) -> InputVerdict { .input }
    package func reader(_ place: WorkPlace) -> any InboxReader { RecordFolding(place) }
    package func isStranger(_ name: String) -> Bool { false }
    package func mayTryAgain(_ reason: String) -> Bool { false }
    package func lacking(_ place: WorkPlace) throws -> [LackingFile] { [] }
    package func use(of pack: FoldPack) -> PackUse { .partials }
    package func rowsFolding(_ place: WorkPlace) throws -> (any RowsFolding)? { nil }
    package func remarks(_ place: WorkPlace) throws -> [String] { [] }
    package func publish(_ place: WorkPlace, force: Bool) throws -> [PublishedTable] { [] }
    package func checkDerived(_ place: WorkPlace) throws -> DerivedFaults { DerivedFaults() }
    package func recompute(_ place: WorkPlace, _ observer: any RunObserver) throws -> Recomputed? { nil }
}

/// Reads files on all cores.
private final class RecordFolding: InboxReader {
    private let pool: FoldPool

    init(_ place: WorkPlace) {
        pool = FoldPool(
            settings: place.settings.fold, fileSystem: place.fileSystem, jobs: place.settings.jobs,
            scratch: place.checkpoints.root)
        pool.onEvent = place.onEvent
    }

    func read(
        _ files: [InboxFile], while wantsMore: @escaping @Sendable () -> Bool,
        onStoredBytes: @escaping @Sendable (Int, Int) -> Void,
        onFinished: @escaping @Sendable (Int, ReadOutcome) -> Void
    ) {
        pool.wantsMore = wantsMore
        pool.fold(
            files.map { FoldInput(name: $0.relativePath, path: $0.path) }, onStoredBytes: onStoredBytes
        ) { onFinished($0, ReadOutcome($1)) }
    }

    func cancel() { pool.cancel() }
}
