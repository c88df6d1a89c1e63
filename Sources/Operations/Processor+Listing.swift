//  Which files of the inbox are to be read.

import Checkpoints
import Events
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
            result.remarks.append(RunNote(.inboxProblem, "\(problem)"))
            if problem.leavesOut { result.hasProblems = true }
        }
        result.unread = listing.unread
        var others = UnreadNames()
        let files = listing.files.filter { file in
            switch work.verdict(on: file) {
            case .input: return true
            case .other: others.add(file.relativePath)
            case .problem(let text):
                result.remarks.append(RunNote(.inboxProblem, "\(Show.name(file.relativePath)): \(text)"))
                result.hasProblems = true
            }
            return false
        }
        if work.hasSources {
            others.add(listing.unread)
            if let text = others.textOfSources { result.remarks.append(RunNote(.namesUnread, text)) }
            result.unread = UnreadNames()
        }
        known = try Dictionary(
            uniqueKeysWithValues: checkpoints.ledger.files().map { (ByteOrdered($0.name), $0) })
        return files
    }

    /// Whether a file has to be read.
    func isChanged(_ file: InboxFile, _ result: inout RunResult) throws -> Bool {
        let record = known[ByteOrdered(file.logicalName)]
        if let reason = try reasonToRead(file, record) {
            logger.debug(
                .fileDue, "\(Show.name(file.relativePath)) is to be read: \(reason.text)",
                ["file": "\(Show.name(file.logicalName))", "reason": "\(reason.rawValue)"])
            return true
        }
        guard let record else { return true }
        switch record.state {
        case .new, .folded, .duplicate, .retracted: break
        case .held, .failed, .waiting:
            result.stillOpen.append(
                FileResult(name: record.name, state: record.state, isUnchanged: true, reason: record.reason))
        }
        result.unchanged += 1
        return false
    }

    /// Why a file has to be read: it is new, does not look as it did when it was read last, or has another date: the rules
    /// for dates are others than then. What was taken out gets its new date once it is restored. Nil when nothing changed.
    private func reasonToRead(_ file: InboxFile, _ record: FileRecord?) throws -> ReasonToRead? {
        guard let record else { return .new }
        if record.location.path != file.relativePath { return .path }
        if let reason = ReasonToRead(record.location.hint, FileHint(file.status)) { return reason }
        if record.location.date != file.date { return .date }
        switch record.state {
        case .new: return .again
        // Under other settings it may count.
        case .held where try isFoldedOtherwise(record): return .settings
        // Time alone makes a file that was being written one that stays cut short.
        case .waiting where file.status.modified < WallClock.now() - settings.staleAfter: return .stale
        case .failed where work.mayTryAgain(record.reason): return .plan
        default: return nil
        }
    }

    /// Whether a file's version was folded under other settings.
    private func isFoldedOtherwise(_ record: FileRecord) throws -> Bool {
        let version = try record.status.version.flatMap { try checkpoints.ledger.version($0) }
        return version?.facts.settings != settings.configuration.foldSettingsText(of: record.name)
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
            result.remarks.append(
                RunNote(
                    .remnantRemoved,
                    "\(path) in \(checkpoints.root) was left by an interrupted run and is removed"))
        }
        for path in checkpoints.sweep.foreign {
            result.remarks.append(
                RunNote(.foreignFile, "\(path) in \(checkpoints.root) is not a file of Watchfold; it stays where it is")
            )
        }
        result.remarks += try work.remarks(place).map { RunNote(.note, $0) }
        let others = try checkpoints.ledger.countingVersions().filter {
            !work.isStranger($0.facts.name)
                && $0.facts.settings != settings.configuration.foldSettingsText(of: $0.facts.name)
        }
        if others.isEmpty { return }
        result.remarks.append(
            RunNote(
                .otherSettings,
                "\(others.count) counted files were folded under other settings (\(others[0].facts.name)"
                    + (others.count > 1 ? " and others" : "") + "); `watchfold reprocess` folds them again"))
    }
}

/// Why a file of the inbox is read. The raw values are in logs.
enum ReasonToRead: String {
    case new
    case path
    case size
    case modified
    case inode
    case changed
    case date
    case settings
    case stale
    case plan
    case again

    /// What differs between a file as it was when it was read last, and as it is; nil when nothing does.
    init?(_ before: FileHint?, _ now: FileHint) {
        guard let before else {
            self = .again
            return
        }
        if before == now { return nil }
        self =
            if before.size != now.size {
                .size
            } else if before.modified != now.modified {
                .modified
            } else if before.inode != now.inode || before.device != now.device {
                .inode
            } else {
                .changed
            }
    }

    var text: String {
        switch self {
        case .new: "its name is new"
        case .path: "it is at another path, or compressed in another way"
        case .size: "its size is not what it was when it was read last"
        case .modified: "it was written to since it was read last"
        case .inode: "another file is in its place, of the same size and time"
        case .changed: "its owner, mode or name was changed since it was read last"
        case .date: "it has another date than before"
        case .settings: "it is held, and the settings are others than when it was folded"
        case .stale: "it was waiting for its end, and has not changed for a while"
        case .plan: "it failed, and the fold that did not take it is another now, or gone"
        case .again: "it was not read to its end, or could not be"
        }
    }
}
