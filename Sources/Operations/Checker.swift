//  Files or standard input in, what is right and wrong with them out: nothing is folded, nothing is kept.
//
//  The same reader, the same threads and the same judgement as in a run, with a count of labels in place of the tables.

import Admission
import Codecs
import DurableIO
import Findings
import Inbox
import Intake
import JSONRecords
import Records
import RunSettings
import Synchronization
import Wording

/// What a run would make of a file, but for what only the checkpoints know.
package struct CheckedFile: Sendable {
    package enum State: String, Sendable, CaseIterable {
        case ok, held, waiting, failed
    }

    package var name: String
    /// What a run would make of it.
    package var state: State
    /// Why, in words; empty when it is ok.
    package var reason = ""
    /// Nil when it could not be read to its end.
    package var reading: Reading?

    /// What reading told.
    package struct Reading: Sendable {
        package var container: Container
        package var compression: Compression
        /// Bytes of content.
        package var size: Int
        package var counts: OutcomeCounts
        package var findings: FileFindings
    }
}

/// What a check found.
package struct CheckResult: Sendable {
    /// In the order in which they were named.
    package var files: [CheckedFile]
    package var seconds: Double
    /// Files that a run would not read because of their names.
    package var unread = UnreadNames()
    /// With the plan's words.
    package let plan: PlanSettings

    package var isWell: Bool { files.allSatisfy { $0.state == .ok } }
}

/// Checks files.
package struct Checker {
    private let settings: Settings
    private let fileSystem: FileSystem
    private let observer: any RunObserver

    package init(_ settings: Settings, fileSystem: FileSystem = .real, observer: any RunObserver) {
        self.settings = settings
        self.fileSystem = fileSystem
        self.observer = observer
    }

    /// Reads the inputs on all threads.
    ///
    /// - Parameter paths: `-` is standard input.
    package func check(_ paths: [String]) -> CheckResult {
        let start = ContinuousClock.now
        let inputs = paths.map { FoldInput(named: $0) }
        let statuses = inputs.map { input in input.path.flatMap { try? fileSystem.status($0) } }
        observer.begin(files: inputs.count, storedBytes: statuses.reduce(0) { $0 + ($1?.size ?? 0) })
        let results = Mutex<[CheckedFile?]>(Array(repeating: nil, count: inputs.count))
        let pool = FoldPool(
            settings: settings.fold, fileSystem: fileSystem, jobs: settings.jobs, scratch: ScratchFolder.path,
            isCheck: true)
        pool.fold(inputs) { [observer] _, bytes in
            observer.advance(storedBytes: bytes)
        } onFinished: { [settings] index, outcome in
            // Of a stream nothing follows: what is cut short in it stays so.
            let status = statuses[index].flatMap { $0.kind == .file ? $0 : nil }
            let file = Self.checked(inputs[index], outcome, modified: status?.modified ?? .min / 2, settings)
            results.withLock { $0[index] = file }
        }
        var files = results.withLock { $0.map { $0! } }
        Self.compareFields(&files)
        var result = CheckResult(
            files: files, seconds: (ContinuousClock.now - start).seconds, plan: settings.plan.settings)
        let inbox = Inbox(settings.configuration.inbox, rules: settings.inboxRules, in: fileSystem)
        for (input, status) in zip(inputs, statuses) where status?.kind == .file {
            if !inbox.takes(Path.name(input.name)) { result.unread.add(input.name) }
        }
        return result
    }

    private static func checked(
        _ input: FoldInput, _ outcome: FoldOutcome, modified: Int64, _ settings: Settings
    ) -> CheckedFile {
        var file = CheckedFile(name: input.name, state: .ok)
        if case .read(let summary, _) = outcome {
            file.reading = CheckedFile.Reading(
                container: summary.container, compression: summary.compression, size: summary.size,
                counts: summary.counts,
                findings: FileFindings(summary, labels: summary.labels, settings))
        }
        if case .failed(let error as IOError) = outcome, error.isMissing {
            (file.state, file.reason) = (.failed, "\(error)")
            return file
        }
        do {
            switch try Judgement(ReadOutcome(outcome), settings: settings, modified: modified, now: WallClock.now()) {
            case .content(_, _, nil): break
            case .content(_, _, let reason?): (file.state, file.reason) = (.held, reason)
            case .waiting(let reason): (file.state, file.reason) = (.waiting, reason)
            case .failed(let reason, _, _): (file.state, file.reason) = (.failed, reason)
            case .gone, .cancelled: file.state = .failed
            }
        } catch {
            (file.state, file.reason) = (.failed, "\(error)")
        }
        return file
    }

    /// Which fields a file has that those named before it do not have.
    private static func compareFields(_ files: inout [CheckedFile]) {
        var known = FieldPaths()
        for index in files.indices {
            guard let fields = files[index].reading?.findings.fields else { continue }
            if !known.kinds.isEmpty {
                files[index].reading!.findings.newFields = fields.paths.filter { known.kinds[$0] == nil }.map(\.string)
            }
            known.add(fields)
        }
    }
}
