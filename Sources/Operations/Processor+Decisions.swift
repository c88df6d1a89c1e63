//  What a person decides about a file: accept what was held, take out what counts, put back what was taken out.
//
//  Each is one commit of the ledger. The raw file is not read; its partial is on disk.

import Admission
import Checkpoints
import Configuration
import JSONRecords
import Ledgers
import Publishing
import Records
import Wording

/// A decision about a file.
package enum Decision: String, Sendable, Hashable {
    case accept, retract, restore
}

/// A decision that cannot be carried out.
package struct DecisionRefused: Trouble, Sendable, CustomStringConvertible {
    package var kind: TroubleKind { .request }
    package var description: String
}

/// What the main report adds up to.
package struct Totals: Sendable, Hashable {
    /// Its rows.
    package var keys = 0
    /// In order.
    package var groups: [Group] = []

    package struct Group: Sendable, Hashable {
        package var name: String
        package var sum: Int128
    }
}

/// What a decision changed.
package struct DecisionResult: Sendable {
    package var name: String
    package var state: FileState
    package var reason: String
    /// Other files whose state followed.
    package var others: [(name: String, state: FileState, reason: String)]
    package var before: Totals
    package var after: Totals
    /// With the plan's words.
    package let plan: PlanSettings
    /// Configured outputs that were made or failed.
    package var outputs: [OutputOutcome]
    /// What else a person should know, in words.
    package var notes: [String] = []
    /// Whether its content is counted and has no good record.
    package var countsNothing = false
    /// Whether something that counts is not in all tables.
    package var isIncomplete = false
}

extension Processor {
    /// Carries out a decision about one file and brings the reports up to date.
    ///
    /// - Parameter name: the file's logical name, or its path below the inbox, or from here.
    /// - Throws: `DecisionRefused` when the file is not in a state for it.
    package func decide(_ decision: Decision, _ name: String) throws -> DecisionResult {
        let ledger = checkpoints.ledger
        // What a name gives, and what is held, is asked under the settings of now.
        if try Resolution(checkpoints, settings).isUnderOtherRules {
            try ledger.recordedRun("settle") { run in
                _ = try settleRules(run)
                return RunSummary(outcome: .finished)
            }
        }
        guard let file = try find(name) else {
            throw DecisionRefused(
                description: "\(name): the ledger has no such file; `watchfold status` lists all files")
        }
        var resolution = Resolution(checkpoints, settings)
        do {
            for step in try steps(decision, file, resolution) { resolution.decide(step) }
        } catch {
            // Who was killed behind the commit comes again, and finds it done; what people read has to follow all the same.
            if try ledger.generation > 0 {
                _ = try publish()
                _ = try publishTables()
            }
            throw error
        }
        let before = try totals()
        var tables: [PublishedTable] = []
        var problems: [String] = []
        let (commit, now) = try ledger.recordedRun(
            "\(decision.rawValue) \(file.name)", plan: settings.reports.canonicalText
        ) { run in
            var commit = CommitChange(run: run)
            try resolution.complete(&commit)
            try ledger.commit(commit)
            // What counts again may be older than a fold.
            if try !work.lacking(place).isEmpty { problems = try foldRows(run).problems }
            let published = try publish().generation
            tables = try publishTables()
            let now = try ledger.file(named: file.name)!
            return ((commit, now), RunSummary(outcome: .finished, files: [now.state: 1], published: published))
        }
        let counting = try now.counting.flatMap { try ledger.version($0) }
        var notes: [String] = []
        if let counting, counting.facts.settings != settings.configuration.foldSettingsText(of: now.name) {
            notes.append(
                "\(now.name) was folded under settings that have changed since; `watchfold reprocess` folds it again")
        }
        notes += problems + Set(tables.compactMap(\.problem)).sorted()
        return DecisionResult(
            name: now.name, state: now.state, reason: now.reason,
            others: try commit.files.filter { !$0.name.utf8.elementsEqual(file.name.utf8) }.map {
                let other = try ledger.file(named: $0.name)!
                return (other.name, other.state, other.reason)
            }, before: before, after: try totals(),
            plan: settings.plan.settings, outputs: try renewOutputs(),
            notes: notes,
            countsNothing: counting?.tally.folded == 0,
            isIncomplete: !problems.isEmpty || tables.contains { $0.problem != nil })
    }

    /// What a decision about a name means for contents.
    private func steps(
        _ decision: Decision, _ file: FileRecord, _ resolution: Resolution
    ) throws -> [ContentDecision] {
        let ledger = checkpoints.ledger
        func digest(_ version: VersionID) throws -> String { try ledger.version(version)!.facts.digest }
        switch decision {
        case .accept:
            guard case .held(let version) = file.status else {
                throw DecisionRefused(
                    description: "\(file.name) is \(file.state.rawValue), not held, so there is nothing to accept")
            }
            return [ContentDecision(.accept, file.name, digest: try digest(version))]
        case .restore:
            let contents = try ledger.retractedContents(of: file.name)
            if contents.isEmpty {
                throw DecisionRefused(
                    description: "\(file.name) is \(file.state.rawValue), and nothing of it was retracted, so"
                        + " there is nothing to restore")
            }
            return contents.map { ContentDecision(.restore, file.name, digest: $0) }
        case .retract:
            var version = file.holding.claim
            if version == nil, case .held(let held) = file.status { version = held }
            guard let version else {
                throw DecisionRefused(
                    description: "\(file.name) is \(file.state.rawValue) and does not count,"
                        + " so there is nothing to retract")
            }
            return [ContentDecision(.retract, file.name, digest: try digest(version))]
        }
    }

    /// A file by its logical name, its path in the inbox, or a path to it.
    private func find(_ text: String) throws -> FileRecord? {
        for name in try settings.names(meantBy: text, in: fileSystem) {
            if let file = try checkpoints.ledger.file(named: name) { return file }
        }
        return nil
    }

    /// What the report of what counts now adds up to.
    private func totals() throws -> Totals {
        let sources = try checkpoints.total.sources(checkpoints.ledger)
        let snapshot = try CountingSnapshot(checkpoints.ledger)
        let pass = try settings.reports.pass(sources.schema, [])
        try sources.run { try pass.consume($0) }
        let result = try pass.finish(snapshot.daySums)
        let groups = settings.reports.groups
        var sums = [Int128](repeating: 0, count: groups.count)
        for label in result.labels { if let group = label.group { sums[group] += label.sum } }
        return Totals(
            keys: result.groupedKeys, groups: zip(groups, sums).map { Totals.Group(name: $0.name, sum: $1) })
    }
}
