//  What a person decides about a file: accept what was held, take out what counts, put back what was taken out.
//
//  Each is one commit of the ledger. The raw file is not read; its partial is on disk.

import Checkpoints
import Configuration
import DurableIO
import Folding
import Inbox
import Records
import Reports

/// A decision about a file.
package enum Decision: String, Sendable, Hashable {
    case accept, retract, restore
}

/// A decision that cannot be carried out.
package struct DecisionRefused: Error, Sendable, CustomStringConvertible {
    package var description: String
}

/// What the engagement report adds up to.
package struct EngagementTotals: Sendable, Hashable {
    package var contracts = 0
    /// Names and seconds of the categories, in order.
    package var categories: [Category] = []

    package struct Category: Sendable, Hashable {
        package var name: String
        package var seconds: Int128
    }
}

/// What a decision changed.
package struct DecisionReport: Sendable {
    package var name: String
    package var state: FileState
    package var reason: String
    /// Other files whose state followed.
    package var others: [(name: String, state: FileState, reason: String)]
    package var before: EngagementTotals
    package var after: EngagementTotals
    /// Configured outputs that were made or failed.
    package var outputs: [OutputOutcome]
}

extension Processor {
    /// Carries out a decision about one file and brings the reports up to date.
    ///
    /// - Parameter name: the file's logical name, or its path below the inbox, or from here.
    /// - Throws: `DecisionRefused` when the file is not in a state for it.
    package func decide(_ decision: Decision, _ name: String) throws -> DecisionReport {
        let ledger = checkpoints.ledger
        guard let file = try find(name) else {
            throw DecisionRefused(description: "\(name): the ledger knows no such file; `watchfold status` lists them")
        }
        let (change, plan) = try self.plan(decision, file)
        let before = try totals()
        let run = try ledger.beginRun(command: "\(decision.rawValue) \(file.name)", tool: Tool.name, pid: processID)
        do {
            var commit = CommitChange(run: run)
            commit.countsDuplicates = settings.configuration.duplicates == .count
            commit.files = change + (try plan.changes())
            try ledger.commit(commit)
            let publication = try Publisher(checkpoints: checkpoints, settings: settings, fileSystem: fileSystem)
                .publish()
            var generation: Int?
            if case .written(let written, _) = publication { generation = written }
            let now = try ledger.file(named: file.name)!
            try ledger.endRun(
                run, RunSummary(outcome: .finished, files: [now.state: 1], published: generation),
                categories: settings.map.canonicalText)
            return DecisionReport(
                name: now.name, state: now.state, reason: now.reason,
                others: try commit.files.filter { !$0.name.utf8.elementsEqual(file.name.utf8) }.map {
                    let other = try ledger.file(named: $0.name)!
                    return (other.name, other.state, other.reason)
                }, before: before, after: try totals(),
                outputs: OutputKeeper(settings, fileSystem: fileSystem).renew(try ledger.generation))
        } catch {
            // The decision failed; that the run's end could not be written down adds nothing to it.
            try? ledger.endRun(run, RunSummary(outcome: .failed))
            throw error
        }
    }

    private func plan(_ decision: Decision, _ file: FileRecord) throws -> (change: [FileChange], plan: CountingPlan) {
        let ledger = checkpoints.ledger
        var plan = CountingPlan(ledger: ledger, countsDuplicates: settings.configuration.duplicates == .count)
        func facts(_ version: VersionID) throws -> VersionFacts { try ledger.version(version)!.facts }
        switch (decision, file.status) {
        case (.accept, .held(let version)):
            plan.add(file.name, digest: try facts(version).digest, version: .existing(version), location: nil)
            return ([], plan)
        case (.accept, _):
            throw DecisionRefused(
                description: "\(file.name) is \(file.state.rawValue), not held; there is nothing to accept")
        case (.restore, .retracted(let digest, let version?)):
            plan.add(file.name, digest: digest, version: .existing(version), location: nil, isRestored: true)
            return ([], plan)
        case (.restore, .retracted(_, nil)):
            throw DecisionRefused(
                description: "\(file.name) has no partial of what was retracted; `watchfold reprocess` reads it again")
        case (.restore, _):
            throw DecisionRefused(
                description: "\(file.name) is \(file.state.rawValue), not retracted; there is nothing to restore")
        case (.retract, _):
            guard file.state != .retracted, let version = file.counting ?? file.status.version else {
                throw DecisionRefused(description: "\(file.name) is \(file.state.rawValue); nothing of it counts")
            }
            let digest = try facts(version).digest
            plan.remove(file.name, digest: digest)
            return (
                [FileChange(file.name, .retracted(digest: digest, .existing(version)), reason: "taken out by hand")],
                plan
            )
        }
    }

    /// A file by its logical name, its path in the inbox, or a path to it.
    private func find(_ name: String) throws -> FileRecord? {
        var names = [name]
        let inbox = settings.configuration.inbox
        let prefix = inbox.hasSuffix("/") ? inbox : inbox + "/"
        if name.hasPrefix(prefix) { names.append(String(name.dropFirst(prefix.count))) }
        for candidate in names {
            if let file = try checkpoints.ledger.file(named: candidate) { return file }
            for suffix in Inbox.compressionSuffixes where candidate.hasSuffix(suffix) {
                if let file = try checkpoints.ledger.file(named: String(candidate.dropLast(suffix.count))) {
                    return file
                }
            }
        }
        return nil
    }

    /// What the report of what counts now adds up to.
    private func totals() throws -> EngagementTotals {
        let plan = try checkpoints.total.plan(checkpoints.ledger)
        let snapshot = try CountingSnapshot(checkpoints.ledger)
        let pass = try ReportPass(schema: plan.schema, map: settings.map, outputs: [])
        try plan.run { try pass.consume($0) }
        let result = try pass.finish(snapshot.daySums)
        var seconds = [Int128](repeating: 0, count: settings.map.categories.count)
        for app in result.apps { if let category = app.category { seconds[category] += app.seconds } }
        return EngagementTotals(
            contracts: result.mappedContracts,
            categories: zip(settings.map.categories, seconds).map { .init(name: $0.name, seconds: $1) })
    }
}
