//  What a file of the checkpoints holds, for a person.
//
//      checkpoints/partials/dt=2022-04-01/20220401-d92fe7e8bb372f8f.parquet: partial, 9.18 kB
//      format     1
//      rows       296 in 1 row group
//      source     20220401.json
//      …
//      COLUMN         TYPE   MERGE  CODEC  ENCODINGS      STORED  LEAST      MOST       SUM
//      User           utf8   key    lz4Raw deltaByteArray 1.2 kB  AGH017686  TBH301031
//      Watched        int64  sum    lz4Raw plain          1.4 kB  0          86,400     8,493,434
//      checksums      footer and 4 column chunks are right

import Checkpoints
import KeyedTables
import Ledgers
import Operations
import Records
import Wording

extension InspectResult {
    /// - Parameter columns: of the terminal; nil when there is none.
    func text(_ style: Style, columns: Int?) -> String {
        var lines = ["\(Show.name(path)): \(kind), \(Show.bytes(size))"]
        if let writer { lines.append("written by process \(writer) under a temporary name, and not finished") }
        switch content {
        case .table(let table, let totals): lines += Self.lines(table, totals, style, columns)
        case .ledger(let ledger): lines += Self.lines(ledger, plan, style, columns)
        case .damagedLedger(let header, let pages, let damaged): lines += Self.lines(header, pages, damaged)
        case .manifest(let reading): lines += Self.lines(reading, plan)
        case .lock(let holder, let isHeld):
            let taker = holder.map { "\($0)" } ?? "nobody that is known"
            lines.append(isHeld ? "held by \(taker)" : "not held; last taken by \(taker)")
        case .log(let header): lines += Self.lines(header)
        case .logIndex: lines.append("made anew when it is needed; it holds nothing of its own")
        }
        lines += faults.map { style.paint("damaged: ", .red) + Show.name($0) }
        return lines.map { $0 + "\n" }.joined()
    }

    /// Two columns: a name and what it is.
    static func pairs(_ pairs: [(String, String)]) -> [String] {
        var table = TextTable([.init(title: ""), .init(title: "")])
        for (name, text) in pairs {
            for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
                table.rows.append(
                    TextTable.Row(cells: [.init(index == 0 ? name : ""), .init(Show.name(String(line)))]))
            }
        }
        return table.lines(.plain, width: .max)
    }

    // MARK: Tables

    private static let prefix = "watchfold."
    /// What is shown in another place, or is not for people.
    private static let hidden: Set = ["watchfold.kind", "watchfold.format", "watchfold.measures"]

    private static func lines(
        _ table: TableDescription, _ totals: TableTotals, _ style: Style, _ columns: Int?
    ) -> [String] {
        if table.columns.isEmpty, !table.isOfEngine {
            guard let pages = table.wholePages else { return [] }
            return ["\(Show.count(pages.count, "page")) from the beginning on, up to byte \(pages.end), are whole"]
        }
        let groups = Show.count(table.groups.count, "row group")
        var facts = [
            ("format", table.format.map { "\($0)" } ?? "unknown"),
            ("rows", "\(Show.number(table.rowCount)) in \(groups)"), ("created_by", table.createdBy),
        ]
        for (key, value) in table.metadata where !hidden.contains(key) {
            let name = key.hasPrefix(prefix) ? String(key.dropFirst(prefix.count)) : key
            let text = value.hasSuffix("\n") ? String(value.dropLast()) : value
            switch name {
            case "sketch": facts.append((name, sketch(text)))
            case "folds": facts.append((name, folds(text)))
            default: facts.append((name, text.isEmpty ? "none" : text))
            }
        }
        var lines = pairs(facts) + (table.columns.isEmpty ? [] : columnTable(table, totals, style, columns))
        if table.isOfEngine {
            return lines + [
                "DuckDB writes no checksums; `watchfold verify` compares the file with its digest in the ledger"
            ]
        }
        let chunks = table.groups.reduce(0) { $0 + $1.chunks.count }
        if table.faults.isEmpty, totals.faults.isEmpty {
            lines.append("checksums of the footer and of \(Show.count(chunks, "column chunk")) are right; rows ascend")
        } else {
            lines.append("\(Show.number(totals.rows)) of \(Show.count(table.rowCount, "row")) could be read")
        }
        return lines + rowTable(table, totals, style, columns)
    }

    /// A line for each fold and each of its sums, without hashes.
    private static func folds(_ text: String) -> String {
        FoldProfile.profiles(text).flatMap { profile in
            ["\(profile.fold): \(Show.count(profile.keys, "key")), \(sketch(profile.sample.text))"]
                + profile.sums.map { "  \(Show.name($0.name)) = \(Show.short($0.value))" }
        }.joined(separator: "\n")
    }

    /// `1 0005c1…` is `1,024 hashes, version 1`.
    private static func sketch(_ text: String) -> String {
        let parts = text.split(separator: " ", maxSplits: 1)
        guard parts.count == 2 else { return "empty" }
        return "\(Show.number(parts[1].utf8.count / 20)) hashes, version \(parts[0])"
    }

    private static func columnTable(
        _ table: TableDescription, _ totals: TableTotals, _ style: Style, _ columns: Int?
    ) -> [String] {
        var text = TextTable([
            .init(title: "COLUMN"), .init(title: "TYPE", dispensable: 3), .init(title: "MERGE"),
            .init(title: "CODEC", dispensable: 4), .init(title: "ENCODINGS", dispensable: 5),
            .init(title: "STORED", isNumber: true, dispensable: 1),
            .init(title: "PLAIN", isNumber: true, dispensable: 2), .init(title: "LEAST", isCut: true),
            .init(title: "MOST", isCut: true), .init(title: "SUM", isNumber: true),
        ])
        let keyCount = table.columns.count - totals.measures.count
        for (index, column) in table.columns.enumerated() {
            let chunks = table.groups.map { $0.chunks[index] }
            let sum = index >= keyCount ? Show.number(totals.measures[index - keyCount]) : ""
            text.rows.append(
                TextTable.Row(cells: [
                    .init(Show.name(column.name)), .init(column.type),
                    .init(column.merge ?? (table.isOfEngine ? "-" : "key")),
                    .init(distinct(chunks.map(\.codec))), .init(distinct(chunks.flatMap(\.encodings))),
                    .init(Show.bytes(chunks.reduce(0) { $0 + $1.storedSize })),
                    .init(Show.bytes(chunks.reduce(0) { $0 + $1.size })),
                    .init(bound(TableDescription.least(chunks))), .init(bound(TableDescription.most(chunks))),
                    .init(sum),
                ]))
        }
        return text.lines(style, width: columns ?? .max)
    }

    private static func distinct(_ names: [String]) -> String {
        var seen: Set<String> = []
        return names.filter { seen.insert($0).inserted }.joined(separator: " ")
    }

    private static func bound(_ bound: TableDescription.Bound?) -> String {
        switch bound {
        case .number(let value)?: Show.number(value)
        case .text(let text)?: Show.name(text)
        case nil: "-"
        }
    }

    private static func rowTable(
        _ table: TableDescription, _ totals: TableTotals, _ style: Style, _ columns: Int?
    ) -> [String] {
        if totals.first.isEmpty { return [] }
        let keyCount = table.columns.count - totals.measures.count
        var text = TextTable(
            table.columns.enumerated().map { .init(title: Show.name($1.name), isNumber: $0 >= keyCount) })
        text.rows = totals.first.map { row in
            TextTable.Row(cells: row.keys.map { .init(Show.name($0)) } + row.measures.map { .init(Show.number($0)) })
        }
        return [""] + text.lines(style, width: .max)
    }

    // MARK: The ledger

    private static func lines(
        _ ledger: LedgerDescription, _ plan: PlanSettings, _ style: Style, _ columns: Int?
    ) -> [String] {
        var facts = [
            ("format", "\(ledger.format)"), ("identity", ledger.identity), ("plan", ledger.plan),
            ("generation", "\(ledger.generation)"),
            ("versions", "\(Show.number(ledger.versions)), of which \(Show.number(ledger.counting)) count"),
            (
                "what counts",
                "\(Show.count(ledger.records, "record")), \(Show.number(ledger.sum)) \(plan.fold.unit)"
            ),
        ]
        facts += ledger.states.map { ("files \($0.state.rawValue)", Show.number($0.files)) }
        facts.append(("rows", ledger.tables.map { "\($0.name) \(Show.number($0.rows))" }.joined(separator: ", ")))
        facts += ledger.decisions.map { ("decision", "\($0.kind.rawValue) \($0.name) \($0.digest)") }
        facts += ledger.runs.map { ("run \($0.id.rawValue)", text($0)) }
        var lines = pairs(facts)
        if ledger.runCount > ledger.runs.count {
            lines.append("and \(Show.count(ledger.runCount - ledger.runs.count, "earlier run"))")
        }
        return lines
    }

    private static func text(_ run: RunRecord) -> String {
        let outcome = run.summary?.outcome.rawValue ?? "not ended, process \(run.pid)"
        return "\(Timestamp.text(milliseconds: run.startedAt)) \(run.command), \(outcome)"
    }

    private static func lines(_ header: LedgerFileHeader?, _ pages: Int, _ damaged: [Int]) -> [String] {
        guard let header else { return [] }
        return pairs([
            ("format", "\(header.format)"), ("page size", Show.bytes(header.pageSize)),
            ("pages", "\(Show.number(pages)), of which \(Show.number(damaged.count)) are damaged"),
        ])
    }

    private static func lines(_ header: LedgerLogHeader?) -> [String] {
        guard let header else { return ["it is empty"] }
        return pairs([
            ("page size", Show.bytes(header.pageSize)), ("begun anew", Show.count(header.sequence, "time")),
            ("frames", "room for \(Show.number(header.frames)), which `watchfold inspect` of the ledger reads"),
        ])
    }

    // MARK: The manifest

    private static func lines(_ reading: ManifestReading, _ plan: PlanSettings) -> [String] {
        let manifest = reading.manifest
        let entries = [
            ("counts", manifest.counting), ("copy", manifest.copies), ("retracted", manifest.retracted),
            ("present", manifest.present), ("held", manifest.held),
        ]
        var facts = [
            ("version", reading.version.map { "\($0)" } ?? "unknown"), ("ledger", manifest.ledger),
            ("generation", "\(manifest.generation)"), ("decisions", "\(manifest.decisions)"),
        ]
        for (name, entries) in entries where !entries.isEmpty {
            let sum = entries.reduce(Int128(0)) { $0 + Int128($1.sum) }
            let records = entries.reduce(0) { $0 + $1.records }
            facts.append(
                (
                    name,
                    "\(Show.count(entries.count, "partial")), \(Show.count(records, "record")), "
                        + "\(Show.number(sum)) \(plan.fold.unit)"
                ))
        }
        if !manifest.accepted.isEmpty { facts.append(("accepted", Show.count(manifest.accepted.count, "content"))) }
        let state =
            reading.faults.isEmpty ? "\(Show.count(reading.lines, "line")); all are right, and so is the digest" : nil
        return pairs(facts) + [state].compactMap { $0 }
    }
}

extension TableDescription {
    /// The least of the bounds of some chunks; nil when one of them has none.
    static func least(_ chunks: [Chunk]) -> Bound? { extreme(chunks.map(\.least)) { $0 } }
    static func most(_ chunks: [Chunk]) -> Bound? { extreme(chunks.map(\.most)) { !$0 } }

    /// - Parameter takes: whether the second of two takes the place of the first, given that it is less.
    private static func extreme(_ bounds: [Bound?], _ takes: (Bool) -> Bool) -> Bound? {
        guard var result = bounds.first ?? nil else { return nil }
        for bound in bounds {
            guard let bound else { return nil }
            if bound != result, takes(bound.precedes(result)) { result = bound }
        }
        return result
    }
}

extension TableDescription.Bound {
    fileprivate func precedes(_ other: Self) -> Bool {
        switch (self, other) {
        case (.number(let a), .number(let b)): a < b
        case (.text(let a), .text(let b)): ByteOrdered(a) < ByteOrdered(b)
        case (.number, .text): true
        case (.text, .number): false
        }
    }
}
