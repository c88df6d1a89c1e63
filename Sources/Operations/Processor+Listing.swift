//  Which files of the inbox are to be read.

import Checkpoints
import Inbox
import Ledgers
import Records
import RunSettings
import Wording

extension Processor {
    /// The files of the inbox.
    ///
    /// - Parameter report: gets what there is to say of others.
    func list(_ result: inout RunResult) throws -> [InboxFile] {
        let listing = try inbox.list()
        for problem in listing.problems {
            result.notes.append("\(problem)")
            if problem.leavesOut { result.hasProblems = true }
        }
        result.unread = listing.unread
        known = try Dictionary(
            uniqueKeysWithValues: checkpoints.ledger.files().map { (ByteOrdered($0.name), $0) })
        return listing.files
    }

    /// Whether a file has to be read: it is new, does not look as it did when it was read last, or has another date: the
    /// rules for dates are others than then. What was taken out gets its new date once it is restored.
    func isChanged(_ file: InboxFile, _ result: inout RunResult) throws -> Bool {
        guard let record = known[ByteOrdered(file.logicalName)], record.location.path == file.relativePath,
            record.location.hint == FileHint(file.status), record.location.date == file.date
        else { return true }
        switch record.state {
        case .new: return true
        case .folded, .duplicate, .retracted: break
        // Under other settings it may count.
        case .held where try isFoldedOtherwise(record): return true
        // Time alone makes a file that was being written one that stays cut short.
        case .waiting where file.status.modified < WallClock.now() - settings.staleAfter: return true
        case .held, .failed, .waiting:
            result.stillOpen.append(
                FileResult(name: record.name, state: record.state, isUnchanged: true, reason: record.reason))
        }
        result.unchanged += 1
        return false
    }

    /// Whether a file's version was folded under other settings.
    private func isFoldedOtherwise(_ record: FileRecord) throws -> Bool {
        let version = try record.status.version.flatMap { try checkpoints.ledger.version($0) }
        return version?.facts.settings != settings.configuration.foldSettingsText
    }

    /// What is reported about known files that have another date now; nil when there are none.
    func redated(_ candidates: [InboxFile]) -> String? {
        let files = candidates.compactMap { file in
            known[ByteOrdered(file.logicalName)].flatMap {
                $0.location.date == file.date || $0.state == .retracted ? nil : (file, $0)
            }
        }
        guard let (file, record) = files.first else { return nil }
        return "\(Show.count(files.count, "known file")) \(files.count == 1 ? "has" : "have") another date now and "
            + "\(files.count == 1 ? "is" : "are") read again: \(file.logicalName) (\(record.location.date ?? "none"), now "
            + "\(file.date ?? "none"))" + (files.count > 1 ? " and others" : "")
    }

    /// What is to be known of the folders.
    func note(_ result: inout RunResult) throws {
        for path in checkpoints.sweep.removed {
            result.notes.append("\(path) in \(checkpoints.root) was left by an interrupted run and is removed")
        }
        for path in checkpoints.sweep.foreign {
            result.notes.append("\(path) in \(checkpoints.root) is not a file of Watchfold; it stays where it is")
        }
        let text = settings.configuration.foldSettingsText
        let others = try checkpoints.ledger.countingVersions().filter { $0.facts.settings != text }
        if others.isEmpty { return }
        result.notes.append(
            "\(others.count) counted files were folded under other settings (\(others[0].facts.name)"
                + (others.count > 1 ? " and others" : "") + "); `watchfold reprocess` folds them again")
    }
}
