//  What was seen in a file beside its sums: how fields were written, which there were, what was rejected first.

import Records

extension Ledger {
    /// The names under which `coercions` keeps how a field was written; they never change.
    private enum Form: String {
        case keyAsNumber = "key-as-number"
        case valueAsString = "value-as-string"
        case valueAsFloat = "value-as-float"
    }

    /// The names under which `noticed` keeps numbers; they never change.
    private enum Notice: String, CaseIterable {
        case actionLines = "action-line"
        case leniently = "lenient"
        case answersTimedOut = "answers-timed-out"
        case answersEndedEarly = "answers-ended-early"
        case shardsFailed = "shards-failed"
        case hitsTotal = "hits-total"
        case hitsHeld = "hits-held"
        case aggregations = "aggregations"

        var field: WritableKeyPath<FileObservations, Int> {
            switch self {
            case .actionLines: \.actionLines
            case .leniently: \.coercions.leniently
            case .answersTimedOut: \.answers.timedOut
            case .answersEndedEarly: \.answers.endedEarly
            case .shardsFailed: \.answers.failedShards
            case .hitsTotal: \.answers.total
            case .hitsHeld: \.answers.held
            case .aggregations: \.answers.aggregations
            }
        }
    }

    func insert(_ observations: FileObservations, of version: VersionID) throws(SQLiteError) {
        try connection.run(
            "INSERT INTO observed (version, has_more_fields) VALUES (?, ?)",
            [version.rawValue, observations.fields.hasMore])
        let coercions = observations.coercions
        for (form, records) in [
            (Form.keyAsNumber, coercions.keyAsNumber), (.valueAsString, coercions.valueAsString),
            (.valueAsFloat, coercions.valueAsFloat),
        ] where records > 0 {
            try connection.run(
                "INSERT INTO coercions (version, form, records) VALUES (?, ?, ?)",
                [version.rawValue, form.rawValue, records])
        }
        for (reason, example) in observations.examples.sorted(by: { $0.key < $1.key }) {
            try connection.run(
                "INSERT INTO examples (version, reason, line, start, excerpt) VALUES (?, ?, ?, ?, ?)",
                [version.rawValue, reason.rawValue, example.line, example.offset, example.excerpt])
            guard let flaw = example.flaw else { continue }
            try connection.run(
                """
                INSERT INTO flaws (version, reason, words, advice, lines, position, of_file)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
                [version.rawValue, reason.rawValue, flaw.words, flaw.advice, flaw.lines, flaw.column, flaw.isForm])
        }
        for notice in Notice.allCases where observations[keyPath: notice.field] > 0 {
            try connection.run(
                "INSERT INTO noticed (version, what, number) VALUES (?, ?, ?)",
                [version.rawValue, notice.rawValue, observations[keyPath: notice.field]])
        }
        for path in observations.fields.paths {
            try connection.run(
                "INSERT INTO fields (version, path, kinds) VALUES (?, ?, ?)",
                [version.rawValue, path.string, Int(observations.fields.kinds[path]!.rawValue)])
        }
    }

    /// What was seen in a version's file; nil for one that was folded by an earlier program, or whose ledger was rebuilt.
    package func observations(of version: VersionID) throws(LedgerError) -> FileObservations? {
        try reading("reading what was seen in a file") {
            guard try has(format: 2) else { return nil }
            let id = version.rawValue
            let hasMore = try connection.first(
                "SELECT has_more_fields FROM observed WHERE version = ?", [id]
            ) { (row) throws(SQLiteError) in try row.int(0) == 1 }
            guard let hasMore else { return nil }
            var result = FileObservations()
            try connection.forEach("SELECT form, records FROM coercions WHERE version = ?", [id]) {
                (row) throws(SQLiteError) in
                switch Form(rawValue: try row.text(0)) {
                case .keyAsNumber: result.coercions.keyAsNumber = try row.int(1)
                case .valueAsString: result.coercions.valueAsString = try row.int(1)
                case .valueAsFloat: result.coercions.valueAsFloat = try row.int(1)
                case nil: throw row.unexpected(0, "a form")
                }
            }
            try connection.forEach("SELECT reason, line, start, excerpt FROM examples WHERE version = ?", [id]) {
                (row) throws(SQLiteError) in
                guard let reason = RejectReason(rawValue: try row.text(0)) else { throw row.unexpected(0, "a reason") }
                result.examples[reason] = RejectionExample(
                    line: try row.int(1), offset: try row.int(2), excerpt: try row.text(3))
            }
            try connection.forEach("SELECT path, kinds FROM fields WHERE version = ?", [id]) {
                (row) throws(SQLiteError) in
                result.fields.insert(ByteOrdered(try row.text(0)), ValueKinds(rawValue: UInt8(try row.int(1))))
            }
            result.fields.hasMore = hasMore
            guard try has(format: LedgerSchema.noticesFormat) else { return result }
            try connection.forEach(
                "SELECT reason, words, advice, lines, position, of_file FROM flaws WHERE version = ?", [id]
            ) { (row) throws(SQLiteError) in
                guard let reason = RejectReason(rawValue: try row.text(0)) else { throw row.unexpected(0, "a reason") }
                result.examples[reason]?.flaw = Flaw(
                    try row.text(1), advice: try row.text(2), lines: try row.int(3), column: try row.int(4),
                    isForm: try row.int(5) == 1)
            }
            try notices(of: version, into: &result)
            return result
        }
    }

    private func notices(of version: VersionID, into result: inout FileObservations) throws(SQLiteError) {
        try connection.forEach("SELECT what, number FROM noticed WHERE version = ?", [version.rawValue]) {
            (row) throws(SQLiteError) in
            guard let notice = Notice(rawValue: try row.text(0)) else { throw row.unexpected(0, "a notice") }
            result[keyPath: notice.field] = try row.int(1)
        }
    }

    /// What the answers of a version's file said of themselves.
    package func answers(of version: VersionID) throws(LedgerError) -> AnswerFacts {
        try reading("reading what answers said of themselves") {
            var result = FileObservations()
            if try has(format: LedgerSchema.noticesFormat) { try notices(of: version, into: &result) }
            return result.answers
        }
    }

    /// What the settings of every file of the same source have, and of no other; nil where there are no sources.
    private static func source(of settings: String) -> String? {
        let line = settings.split(separator: "\n").first { $0.hasPrefix("source ") }
        guard let words = line?.split(separator: " ", maxSplits: 2), words.count == 3 else { return nil }
        return "\nsource \(words[1]) "
    }

    /// Of the fields of a version's file, those that no file before it had: before by date, then by name, so that it does
    /// not matter in which order files were read. Empty when no earlier file was looked at. Of a plan with sources, files of the same
    /// source are compared: what one source has is nothing to another.
    package func newFields(of version: VersionRecord) throws(LedgerError) -> [String] {
        try reading("comparing fields") {
            guard try has(format: 2) else { return [] }
            var before = "(coalesce(v.date, '~'), v.name) < (?, ?)"
            var place: [any SQLiteBindable] = [version.facts.date ?? "~", version.facts.name]
            if let source = Self.source(of: version.facts.settings) {
                before += " AND instr(v.settings, ?) > 0"
                place.append(source)
            }
            let hasEarlier = try connection.first(
                "SELECT 1 FROM observed o JOIN versions v ON v.id = o.version WHERE \(before) LIMIT 1", place
            ) { _ in true }
            guard hasEarlier == true else { return [] }
            return try connection.rows(
                """
                SELECT f.path FROM fields f WHERE f.version = ? AND NOT EXISTS (
                    SELECT 1 FROM fields o JOIN versions v ON v.id = o.version WHERE o.path = f.path AND \(before))
                ORDER BY f.path
                """, [version.id.rawValue] + place
            ) { (row) throws(SQLiteError) in try row.text(0) }
        }
    }
}
