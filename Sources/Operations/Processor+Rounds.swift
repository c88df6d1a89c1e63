//  The story of a run, told in rounds: for one who stays.
//
//      survey   what is in the inbox that the ledger does not know as it is now
//      round    fold some of it, commit, publish
//
//  The checkpoints are this process's as long as it holds their lock, so what the ledger said of a file stays true until
//  a round changes it: a survey asks the disk, not the ledger.

import Inbox
import Ledgers
import Records

/// What a look at the inbox found.
struct Survey {
    /// Files that are new or do not look as they did when they were read last.
    var candidates: [InboxFile] = []
    var problems: [InboxProblem] = []
    /// What is wrong with files that are in the inbox, as they were read last.
    var fileProblems: [Problem] = []
    /// The days that files are of: of those in the inbox, and of those that the ledger knows.
    var days: Set<CalendarDay> = []
    var unread = UnreadNames()
    /// What is reported about known files that have another date now.
    var redated: String?
    var folders: [String: FolderIdentity] = [:]
}

extension Processor {
    /// Looks what is in the inbox.
    ///
    /// - Throws: `IOError`, `LedgerError`.
    func survey() throws -> Survey {
        var listing = try inbox.list()
        listing.files.removeAll { work.verdict(on: $0) != .input }
        if known.isEmpty {
            known = try Dictionary(
                uniqueKeysWithValues: checkpoints.ledger.files().map { (ByteOrdered($0.name), $0) })
        }
        var unused = RunResult()
        let candidates = try listing.files.filter { try isChanged($0, &unused) }
        var survey = Survey(
            candidates: candidates, problems: listing.problems, unread: listing.unread, redated: redated(candidates),
            folders: listing.folders)
        // A file that went away is nobody's problem any more.
        survey.fileProblems = listing.files.compactMap { file in
            known[ByteOrdered(file.logicalName)].flatMap { record in
                Problem(
                    file: record.name, record.state, isUnusual: record.unusual != nil, reason: record.reason,
                    date: record.location.date)
            }
        }
        if settings.configuration.watch.expectBy != nil {
            let dates = listing.files.compactMap(\.date) + known.values.compactMap(\.location.date)
            survey.days = Set(dates.compactMap { CalendarDay($0) })
        }
        return survey
    }

    /// Folds files, commits them and brings the reports up to date.
    ///
    /// - Parameter wantsMore: asked before each file but the first; the rest is left for another round.
    func round(_ files: [InboxFile], while wantsMore: @escaping @Sendable () -> Bool) throws -> RunResult {
        let result = try recorded("watch", keepsOutputs: false) { run in
            var result = RunResult()
            // The newest comes first, since it is waited for; but what decides whether files count wants them by date.
            try fold(
                files, run, &result, isAfresh: false, isOrderGiven: settings.configuration.gate.mode != .hold,
                while: wantsMore)
            try fillIn(run, &result)
            return result
        }
        for name in result.files.map(\.name) + result.followers.map(\.name) {
            known[ByteOrdered(name)] = try checkpoints.ledger.file(named: name)
        }
        return result
    }

    /// The state of each file.
    var fileStates: [ByteOrdered: FileState] { known.mapValues(\.state) }

    /// Whether the checkpoints are still where they were opened.
    ///
    /// - Throws: `CheckpointError.moved`, `IOError`.
    func checkInPlace() throws { try checkpoints.checkInPlace() }
}
