//  The work of a plan of SQL: what a run does with its files, and the tables of its folds.

import Checkpoints
import DurableIO
import Inbox
import Ledgers
import Operations
import Plans
import Wording

/// A plan at work on checkpoints.
package struct SQLWork: PlanWork {
    package let tables: PlanTables
    package var plan: PlanFolder { tables.plan }

    /// - Parameter makeEngine: gets an absolute path of a folder for temporary files.
    package init(
        _ plan: PlanFolder, _ segmentRule: SegmentRule = SegmentRule(),
        makeEngine: @escaping @Sendable (_ scratch: String) throws -> PlanEngine
    ) {
        tables = PlanTables(plan, segmentRule, makeEngine: makeEngine)
    }

    // MARK: Files

    package var hasSources: Bool { true }

    package func verdict(on file: InboxFile) -> InputVerdict {
        switch plan.match(file.relativePath, isWhole: true) {
        case .source: .input
        case .none: .other
        case .several(let names): .problem("it belongs to several sources: \(names.joined(separator: ", "))")
        case .notADate(_, let column, let text): .problem("\(column) is \(Show.name(text)), which is no day")
        }
    }

    package func reader(_ place: WorkPlace) throws -> any InboxReader {
        PlanReader(plan, try tables.engine(place.checkpoints, place.fileSystem), place) { [tables] in
            try tables.folding($0)
        }
    }

    // MARK: What counts

    package func use(of pack: FoldPack) -> PackUse {
        let table = plan.keptTables.first { $0.name == pack.fold && $0.identity == pack.identity }
        return table.map { $0.isStage ? .rows : .partials } ?? .none
    }

    package func isStranger(_ name: String) -> Bool { tables.source(of: name) == nil }

    package func mayTryAgain(_ reason: String) -> Bool {
        FoldFailure.isOfNone(of: plan.keptTables.map(\.identity), reason)
    }

    package func lacking(_ place: WorkPlace) throws -> [LackingFile] {
        var lacking: [VersionID: LackingFile] = [:]
        for (table, state) in zip(plan.keptTables, try tables.states(of: plan.keptTables, place.checkpoints)) {
            for version in state.lacking {
                let lacksRowsOnly = table.isStage && lacking[version.id]?.lacksRowsOnly ?? true
                lacking[version.id] = LackingFile(version, lacksRowsOnly: lacksRowsOnly)
            }
        }
        return lacking.values.sorted { $0.version.id < $1.version.id }
    }

    package func rowsFolding(_ place: WorkPlace) throws -> (any RowsFolding)? {
        RowsKept(tables, try tables.engine(place.checkpoints, place.fileSystem), place)
    }

    package func remarks(_ place: WorkPlace) throws -> [String] {
        let strangers = try place.checkpoints.ledger.countingVersions().map(\.facts.name).filter(isStranger)
        guard let first = strangers.first else { return [] }
        let isOne = strangers.count == 1
        return [
            "\(Show.count(strangers.count, "file")) that \(isOne ? "counts" : "count") \(isOne ? "is" : "are") of no source of "
                + "the plan any more and \(isOne ? "is" : "are") in no fold: \(Show.name(first))\(isOne ? "" : " and others"); "
                + "`watchfold retract` takes \(isOne ? "it" : "them") out of the accounts, too"
        ]
    }

    package func recompute(_ place: WorkPlace, _ observer: any RunObserver) throws -> Recomputed? {
        try Recomputation(tables, place, observer).run()
    }

    package func publish(_ place: WorkPlace, force: Bool) throws -> [PublishedTable] {
        try FoldPublisher(tables, place).publish(force: force)
    }

    package func checkDerived(_ place: WorkPlace) throws -> DerivedFaults {
        try FoldPublisher(tables, place).check()
    }
}
