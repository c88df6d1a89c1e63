//  The options of `export`, from the words of the command line to a request.

import Publishing
import Records
import Reports
import Tables
import Wording

/// What was written on the command line.
package struct ExportOptions {
    /// Longest list of keys, in bytes.
    static let maxListBytes = 1 << 30

    let plan: any Plan
    /// Nil for the main one, or for all reports where they go into one file.
    package var report: String?
    package var out: String?
    package var format: String?
    package var from: String?
    /// The last day, or a database, or both.
    package var to: [String] = []
    package var month: String?
    package var without: [String] = []
    package var generation: Int?
    /// As often as it was given; more than once is refused.
    package var keyWords: [String] = []
    var keys: String? { keyWords.first }
    package var groups: [String] = []
    package var top: Int?
    /// Each a period, or the column that `top` goes by.
    package var by: [String] = []
    package var sort: [String] = []
    package var columns: [String] = []
    package var minSum: Int64?
    package var unit: String?
    package var limit: Int?
    package var program: String?
    package var delimiter: String?
    package var decimal: String?
    /// Of the database.
    package var schema: String?

    package init(_ plan: any Plan = builtInPlan, report: String?) {
        self.plan = plan
        self.report = report
    }

    private var words: FieldWords { plan.settings.fold.keyWords[0] }
    private var keyOption: String { plan.settings.keyOption }

    /// The report that is asked for, and how it is written.
    ///
    /// - Parameter file: what the file's name says; nil for a stream.
    /// - Throws: `CommandFailure` of usage with the first thing that is wrong.
    func form(file: String?) throws(CommandFailure) -> ExportForm {
        var refused: CommandFailure?
        // A database has no format; that one was asked for is said elsewhere.
        let asked = isForDatabase ? formWords.filter { $0.key == .report || $0.key == .unit } : formWords
        let form = ExportForm(asked, file: file, plan: plan, option: "--format") {
            if refused == nil { refused = refusal($0, $1) }
        }
        if let refused { throw refused }
        return form
    }

    /// The words that say how it is written, as they were given.
    private var formWords: [ExportForm.Word: String] {
        let words: [ExportForm.Word: String?] = [
            .report: report, .format: format, .unit: unit, .program: program, .delimiter: delimiter,
            .decimal: decimal,
        ]
        return words.compactMapValues { $0 }
    }

    private func refusal(_ word: ExportForm.Word, _ problem: ExportForm.Problem) -> CommandFailure {
        let (option, given) = ("--" + word.rawValue, formWords[word] ?? "")
        switch (word, problem) {
        case (.report, .isNone(let names)):
            let meant = nearest(to: given, among: names).map { "did you mean \($0)?" }
            return refusal(
                "there is no report \"\(given)\"; \(meant ?? "choose " + names.joined(separator: ", "))")
        case (_, .isNone(let names)):
            let choice = names.count > 2 ? "one of " + names.joined(separator: ", ") : names.joined(separator: " or ")
            return refusal("\(option) takes \(choice), not \"\(given)\"")
        case (.delimiter, .lacksProgram):
            return refusal("--delimiter goes with --for; plain CSV has commas, TSV has tabs")
        case (_, .lacksProgram): return refusal("\(option) goes with --for; plain files have decimal points")
        case (_, .isForCSV(let program, let format)):
            return refusal("\(option) \(program.rawValue) is a kind of CSV, not of \(format.name)")
        case (_, .isForText): return refusal("Parquet keeps whole seconds; \(option) is for text")
        case (_, .format(let refused)): return refusal(refused.words)
        }
    }

    /// Options that were given and are about reports alone.
    var givenForReports: [String] {
        let options: [(String, Bool)] = [
            ("--from", from != nil), ("--to", !to.isEmpty), ("--month", month != nil), ("--without", !without.isEmpty),
            (keyOption, !keyWords.isEmpty), (plan.settings.groupOption, !groups.isEmpty), ("--top", top != nil),
            ("--by", !by.isEmpty), ("--sort", !sort.isEmpty), ("--columns", !columns.isEmpty),
            (plan.settings.leastOption, minSum != nil), ("--unit", unit != nil), ("--limit", limit != nil),
            ("--for", program != nil), ("--delimiter", delimiter != nil), ("--decimal", decimal != nil),
            ("--schema", schema != nil),
        ]
        return options.filter(\.1).map(\.0)
    }

    /// What is asked, of a report or of the main one.
    ///
    /// - Parameter read: the bytes of a file, or of standard input for `-`; nil when there is no such file.
    /// - Throws: `CommandFailure` of usage for what cannot be, or cannot be combined; what `read` throws.
    func request(_ form: ExportForm, _ read: (String) throws -> [UInt8]?) throws -> ExportRequest {
        if keyWords.count > 1 {
            throw refusal("\(keyOption) is given \(keyWords.count) times; put all \(words.plural) into one list")
        }
        if let generation, generation < 0 { throw refusal("--as-of takes a generation from 0 on, not \(generation)") }
        var request = ExportRequest(
            form.report ?? plan.mainReport, days: try days(), without: Set(without), generation: generation)
        var columnsOfTop: [String] = []
        for word in by {
            guard let period = CalendarPeriod(rawValue: word.lowercased()) else {
                columnsOfTop.append(word)
                continue
            }
            if request.period != nil { throw refusal("--by takes one of day, week and month, not two") }
            request.period = period
        }
        request.query = try query(columnsOfTop, read)
        request.query.unit = form.unit
        return request
    }

    /// - Throws: `CommandFailure` when all reports are wanted in one file, and what it is to hold are rows of one report.
    func checkIsWhole(_ form: ExportForm) throws(CommandFailure) {
        guard form.isWhole else { return }
        let ofOneReport: [(String, Bool)] = [
            (keyOption, keys != nil), (plan.settings.groupOption, !groups.isEmpty),
            (plan.settings.leastOption, minSum != nil), ("--top", top != nil), ("--by", !by.isEmpty),
            ("--sort", !sort.isEmpty), ("--columns", !columns.isEmpty),
            ("--limit", limit != nil),
        ]
        if let option = ofOneReport.first(where: \.1)?.0 {
            throw refusal(
                "\(option) is for one report, and a workbook contains all of them; name one: "
                    + "watchfold export \(plan.profile.name) \(option) …")
        }
    }

    private func days() throws -> DayRange {
        guard let month else {
            let days = DayRange(first: try DayOption.day(from, "--from"), last: try DayOption.day(lastDay(), "--to"))
            if let first = days.first, let last = days.last, last < first {
                throw refusal("--from \(first) is after --to \(last)")
            }
            return days
        }
        if try from != nil || lastDay() != nil { throw refusal("--month cannot be combined with --from and --to") }
        return try DayOption.month(month)
    }

    private func query(
        _ columnsOfTop: [String], _ read: (String) throws -> [UInt8]?
    ) throws -> ReportQuery {
        var query = ReportQuery()
        query.groups = groups
        query.minSum = minSum
        if let keys { query.keys = try filter(keys, read) }
        if !columns.isEmpty {
            query.columns = try columns.flatMap { try ColumnWords($0, "--columns").words }.map { word in
                if !word.rest.isEmpty { throw refusal("--columns takes names of columns, not \"\(word.text)\"") }
                return word.name
            }
        }
        if let top {
            if !sort.isEmpty || limit != nil {
                throw refusal("--top sorts and limits by itself; omit --sort and --limit, or --top")
            }
            if top < 1 { throw refusal("--top takes a number from 1 on, not \(top)") }
            if columnsOfTop.count > 1 { throw refusal("--top takes one column, not \(columnsOfTop.count)") }
            query.limit = top
            query.isTop = true
            query.order = [RowOrder(columnsOfTop.first ?? plan.topColumn, isDescending: true)]
            return query
        }
        if let column = columnsOfTop.first {
            throw refusal("--by \(column): it takes day, week or month, or with --top the column to sort by")
        }
        if let limit, limit < 0 { throw refusal("--limit takes a number from 0 on, not \(limit)") }
        query.limit = limit
        query.order = try sort.flatMap { try ColumnWords($0, "--sort").words }.map { word in
            switch word.rest.lowercased() {
            case "", ":asc": return RowOrder(word.name)
            case ":desc": return RowOrder(word.name, isDescending: true)
            default: throw refusal("--sort takes a column, or a column and :desc, not \"\(word.text)\"")
            }
        }
        return query
    }

    /// A list when there is such a file, else a pattern or one key.
    private func filter(_ text: String, _ read: (String) throws -> [UInt8]?) throws -> KeyFilter {
        if text.isEmpty { throw refusal("\(keyOption) takes a file, a pattern or a \(words.noun)") }
        if let bytes = try read(text) {
            return .list(
                try KeyList(listing: bytes, column: plan.settings.fold.keys[0], plural: words.plural))
        }
        if GlobPattern.isPattern(text) { return .pattern(GlobPattern(text)) }
        // What looks like a file and is none is rather a mistyped path than a key.
        if text.contains("/") || Self.listEndings.contains(FileEnding(text).text) {
            let literal = text.replacing(".", with: "\\.")
            throw refusal(
                "\(keyOption) \(Show.name(text)): there is no such file"
                    + (text.contains("/") ? "" : "; for the \(words.noun) of this name, write '\(Show.name(literal))'"))
        }
        return .list(KeyList(text))
    }

    /// Endings of files that lists come in.
    private static let listEndings = [
        "csv", "tsv", "txt", "lst", "list", "json", "jsonl", "xlsx", "xls", "ods", "md", "parquet", "tab", "text",
    ]

    /// What there is to say of the names that were asked for, when the rows are made.
    func missedKeys(_ query: ReportQuery) -> [String] {
        guard let keys, case .list(let list)? = query.keys else { return [] }
        let missed = list.missed
        let source = keys == "-" ? "standard input" : Show.name(keys)
        if list.names.isEmpty { return ["\(keyOption): \(source) names no \(words.noun)"] }
        if missed.isEmpty { return [] }
        if list.names.count == 1, list.names[0].elementsEqual(keys.utf8) {
            return ["\(keyOption): no row has the \(words.noun) \(source), and there is no file of this name"]
        }
        let examples = missed.prefix(Self.namedKeys).map { Show.name(String(decoding: $0, as: UTF8.self)) }
        return [
            "\(keyOption): \(Show.number(missed.count)) of \(Show.count(list.names.count, "name")) in \(source) "
                + "\(missed.count == 1 ? "is" : "are") in no row: \(examples.joined(separator: ", "))"
                + (missed.count > examples.count ? ", …" : "")
        ]
    }

    private static let namedKeys = 5

    func refusal(_ message: String) -> CommandFailure { CommandFailure(.usage, message) }
}

/// Columns as they are written on the command line: `User,News:desc,"A,B":desc`.
private struct ColumnWords {
    struct Word {
        /// Without quotes.
        var name: String
        /// What follows: nothing, or a colon and a direction.
        var rest: String
        /// As it was written.
        package var text: String
    }

    var words: [Word] = []

    /// - Throws: `CommandFailure` for a quote that is not closed.
    init(_ text: String, _ option: String) throws(CommandFailure) {
        var rest = text[...]
        while true {
            let start = rest.startIndex
            var name = ""
            if rest.first == "\"" {
                rest.removeFirst()
                while true {
                    guard let character = rest.popFirst() else {
                        throw CommandFailure(.usage, "\(option): a quote is not closed in \(Show.name(text))")
                    }
                    if character != "\"" {
                        name.append(character)
                    } else if rest.first == "\"" {
                        name.append("\"")
                        rest.removeFirst()
                    } else {
                        break
                    }
                }
            } else {
                name = String(rest.prefix { $0 != "," && $0 != ":" })
                rest = rest.dropFirst(name.count)
            }
            let behind = rest.prefix { $0 != "," }
            rest = rest.dropFirst(behind.count)
            words.append(Word(name: name, rest: String(behind), text: String(text[start..<rest.startIndex])))
            guard rest.first == "," else { return }
            rest.removeFirst()
        }
    }
}
