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

/// Reads files of the inbox and says what became of each.
package protocol InboxReader: AnyObject, Sendable {
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

    /// Ends the reading soon: files that are not finished fail with `Cancelled`.
    func cancel()
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

    /// Versions that count and lack a partial that the plan needs now.
    func lacking(_ place: WorkPlace) throws -> [VersionRecord]

    /// What is to be known of what counts, in words; said once.
    func remarks(_ place: WorkPlace) throws -> [String]

    /// Brings tables up to date that are kept beside the reports.
    func publish(_ place: WorkPlace) throws -> [PublishedTable]
}

/// The work of a plan whose records are folded here.
package struct RecordWork: PlanWork {
    package init() {}

    package var hasSources: Bool { false }
    package func verdict(on file: InboxFile) -> InputVerdict { .input }
    package func reader(_ place: WorkPlace) -> any InboxReader { RecordFolding(place) }
    package func lacking(_ place: WorkPlace) throws -> [VersionRecord] { [] }
    package func remarks(_ place: WorkPlace) throws -> [String] { [] }
    package func publish(_ place: WorkPlace) throws -> [PublishedTable] { [] }
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
