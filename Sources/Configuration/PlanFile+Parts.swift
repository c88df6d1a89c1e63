//  The parts of plan.yaml: sources, parameters, marts.

import Records

// MARK: Sources

extension PlanFileReader {
    private static let sourceKeys = [
        "files", "format", "fields", "latest", "keep_stage", "delimiter", "null",
    ]

    mutating func source(_ entry: YAMLValue.Entry) -> PlanSource? {
        let place = entry.key
        guard case .map(let keys) = entry.value.content else {
            file.noteWrong(place, entry.value, "a source with files and fields")
            return nil
        }
        noteUnknown(keys, among: Self.sourceKeys, "\(place): ")
        func value(_ key: String) -> YAMLValue? { keys.first { $0.key == key }?.value }
        let files = value("files").map { patterns("\(place): files", $0) }
        if files == nil { file.note(entry.position, "\(place): files is missing: which files belong to it?") }
        var schema: RowSchema?
        if let fields = value("fields") {
            var declarations = DeclarationReader(file: file)
            schema = declarations.schema(fields)
            file = declarations.file
        } else {
            file.note(entry.position, "\(place): fields is missing; watchfold convert FILE --print-fields writes them")
        }
        let format = value("format").map { choice("\(place): format", $0, PlanSource.Format.self) } ?? nil
        guard let files, let first = files.first, let schema else { return nil }
        checkNames(place, value("fields")!, first)
        var source = PlanSource(name: place, files: files, format: format ?? Self.format(of: files), schema: schema)
        if let flag = value("keep_stage") { source.keepsStage = file.flag("\(place): keep_stage", flag) ?? false }
        if let rule = value("latest") { source.latest = latest("\(place): latest", rule, schema) }
        readCSV(keys, &source)
        return source
    }

    private mutating func patterns(_ place: String, _ value: YAMLValue) -> [PathPattern] {
        var patterns: [PathPattern] = []
        for (text, value) in texts(place, value, "a pattern such as events*.jsonl, or a list of them") {
            do throws(PatternMistake) {
                let pattern = try PathPattern(text)
                if let first = patterns.first, Set(first.columns) != Set(pattern.columns) {
                    file.noteWrong(
                        place, value, "patterns with the same columns",
                        "\(quoted(first.text)) has \(Self.list(first.columns)), this one \(Self.list(pattern.columns))")
                }
                patterns.append(pattern)
            } catch { file.noteWrong(place, value, "a pattern such as events*.jsonl", error.reason) }
        }
        return patterns
    }

    private static func list(_ columns: [PathPattern.Column]) -> String {
        columns.isEmpty ? "none" : columns.map { "{\($0.name)\($0.isDate ? ":date" : "")}" }.joined(separator: " ")
    }

    /// What the endings of the patterns say; JSON where they say nothing, or different things.
    private static func format(of files: [PathPattern]) -> PlanSource.Format {
        let formats = files.map { pattern -> PlanSource.Format? in
            var text = pattern.text.lowercased()
            for ending in [".gz", ".lz4", ".zst", ".zip", "*"] where text.hasSuffix(ending) {
                text.removeLast(ending.count)
            }
            if [".csv", ".tsv", ".tab"].contains(where: text.hasSuffix) { return .csv }
            return text.hasSuffix(".parquet") ? .parquet : nil
        }
        return formats.allSatisfy { $0 == formats[0] } ? formats[0] ?? .json : .json
    }

    /// Refuses names that SQL takes for one, and those that are ours.
    private mutating func checkNames(_ place: String, _ fields: YAMLValue, _ pattern: PathPattern) {
        guard case .map(let entries) = fields.content else { return }
        for entry in entries {
            if entry.key.hasPrefix("_") {
                file.note(entry.position, "\(place): \(quoted(entry.key)): names that begin with _ are Watchfold's own")
            }
            if let column = pattern.columns.first(where: { $0.name.lowercased() == entry.key.lowercased() }) {
                file.note(
                    entry.position,
                    "\(place): \(quoted(entry.key)) is a field and {\(column.name)} in the names of the files; "
                        + "rename one of them")
            }
        }
    }

    private mutating func latest(_ place: String, _ value: YAMLValue, _ schema: RowSchema) -> LatestRule? {
        var rule = LatestRule(key: [])
        var key = value
        if case .map(let entries) = value.content {
            noteUnknown(entries, among: ["key", "snapshot"], "\(place): ")
            if let flag = entries.first(where: { $0.key == "snapshot" }) {
                rule.isSnapshot = file.flag("\(place): snapshot", flag.value) ?? false
            }
            guard let found = entries.first(where: { $0.key == "key" }) else {
                file.note(value.position, "\(place): key is missing: the fields that tell one thing from another")
                return nil
            }
            key = found.value
        }
        rule.key = fields(place, key, schema)
        return rule
    }

    /// Names of fields.
    private mutating func fields(_ place: String, _ value: YAMLValue, _ schema: RowSchema) -> [String] {
        let names = schema.fields.map(\.name)
        return texts(place, value, "a field, or a list of them").compactMap { name, value in
            if names.contains(name) { return name }
            let advice = nearest(to: name, among: names).map { "; did you mean \(quoted($0))?" } ?? ""
            file.note(value.position, "\(place) names \(quoted(name)), which is no field\(advice)")
            return nil
        }
    }

    private mutating func readCSV(_ keys: [YAMLValue.Entry], _ source: inout PlanSource) {
        for key in keys where ["delimiter", "null"].contains(key.key) {
            let place = "\(source.name): \(key.key)"
            if source.format != .csv {
                file.note(key.position, "\(place) is for CSV, and these files are \(source.format.rawValue)")
            }
            guard case .text(let text, _) = key.value.content else {
                file.noteWrong(place, key.value, "a text")
                continue
            }
            if key.key == "null" {
                source.null = text
            } else if let byte = Self.delimiter(text) {
                source.delimiter = byte
            } else {
                file.noteWrong(place, key.value, "comma, semicolon, tab, pipe or one character of ASCII")
            }
        }
    }

    private static func delimiter(_ text: String) -> UInt8? {
        switch text {
        case "comma": return UInt8(ascii: ",")
        case "semicolon": return UInt8(ascii: ";")
        case "tab": return UInt8(ascii: "\t")
        case "pipe": return UInt8(ascii: "|")
        default:
            guard let byte = text.utf8.first, text.utf8.count == 1, byte != UInt8(ascii: "\"") else { return nil }
            return byte == UInt8(ascii: "\t") || (0x20..<0x7F).contains(byte) ? byte : nil
        }
    }
}

// MARK: Parameters

extension PlanFileReader {
    mutating func parameter(_ entry: YAMLValue.Entry) -> PlanParameter? {
        guard case .text(let text, let isPlain) = entry.value.content, !entry.value.isNull else {
            file.noteWrong("parameters: \(entry.key)", entry.value, "a number, a text, yes or no")
            return nil
        }
        if text.utf8.contains(0) {
            file.noteWrong(
                "parameters: \(entry.key)", entry.value, "a number, a text, yes or no", "SQL has no NUL bytes")
            return nil
        }
        let value = isPlain ? number(entry, text) : .text(text)
        return value.map { PlanParameter(name: entry.key, value: $0) }
    }

    /// What a text without quotes is. One that begins like a number must be one that SQL writes in the same way.
    private mutating func number(_ entry: YAMLValue.Entry, _ text: String) -> PlanParameter.Value? {
        if ["yes", "true"].contains(text) { return .boolean(true) }
        if ["no", "false"].contains(text) { return .boolean(false) }
        let digits = text.drop { $0 == "-" }
        guard let first = digits.utf8.first,
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) || first == UInt8(ascii: ".")
        else { return .text(text) }
        if let value = Int64(text), "\(value)" == text { return .integer(value) }
        let bytes = Array(text.utf8)
        let isDecimal = bytes.withUnsafeBufferPointer { buffer in
            guard let parts = NumberParts(buffer), !parts.isPlain, !text.lowercased().contains("e") else {
                return false
            }
            return digits.count - 1 <= 38
        }
        if isDecimal { return .decimal(text) }
        file.noteWrong(
            "parameters: \(entry.key)", entry.value, "a whole number of 64 bits, or a decimal of up to 38 digits",
            "put a text in quotes")
        return nil
    }
}

// MARK: Marts

extension PlanFileReader {
    private static let martKeys = ["order", "formats", "partition_by", "chart", "log"]

    mutating func mart(_ entry: YAMLValue.Entry) -> MartRule? {
        let place = entry.key
        guard case .map(let keys) = entry.value.content else {
            file.noteWrong(place, entry.value, "how the mart is published, for example {order: [day], formats: [csv]}")
            return nil
        }
        noteUnknown(keys, among: Self.martKeys, "\(place): ")
        var mart = MartRule(name: place)
        for key in keys {
            let here = "\(place): \(key.key)"
            switch key.key {
            case "order": mart.order = columns(here, key.value)
            case "partition_by": mart.partitionBy = columns(here, key.value)
            case "formats": mart.formats = formats(here, key.value)
            case "chart": mart.chart = chart(here, key.value)
            case "log": mart.readsLog = file.flag(here, key.value) ?? false
            default: break
            }
        }
        return mart
    }

    mutating func fold(_ entry: YAMLValue.Entry) -> FoldRule? {
        let place = entry.key
        var fold = FoldRule(name: place)
        if entry.value.isNull { return fold }
        guard case .map(let keys) = entry.value.content else {
            file.noteWrong(place, entry.value, "how the fold's table is published, for example {formats: [csv]}")
            return nil
        }
        noteUnknown(keys, among: ["formats"], "\(place): ")
        for key in keys where key.key == "formats" { fold.formats = formats("\(place): formats", key.value) }
        return fold
    }

    private mutating func columns(_ place: String, _ value: YAMLValue) -> [String] {
        var names: [String] = []
        for (name, value) in texts(place, value, "a column, or a list of them") {
            if names.contains(name) { file.note(value.position, "\(place): \(quoted(name)) is given twice") }
            names.append(name)
        }
        return names
    }

    private mutating func formats(_ place: String, _ value: YAMLValue) -> [MartRule.Format] {
        let values: [YAMLValue] = if case .list(let items) = value.content { items } else { [value] }
        if values.isEmpty { file.noteWrong(place, value, "at least one format") }
        var formats: [MartRule.Format] = []
        for value in values {
            guard let format = choice(place, value, MartRule.Format.self) else { continue }
            if formats.contains(format) { file.note(value.position, "\(place): \(format.rawValue) is given twice") }
            formats.append(format)
        }
        return formats
    }

    private mutating func chart(_ place: String, _ value: YAMLValue) -> MartChart? {
        guard case .map(let keys) = value.content else {
            file.noteWrong(place, value, "for example {kind: line, x: day, y: plays}")
            return nil
        }
        noteUnknown(keys, among: ["kind", "x", "y"], "\(place): ")
        for key in ["kind", "x", "y"] where !keys.contains(where: { $0.key == key }) {
            file.note(value.position, "\(place): \(key) is missing")
        }
        func given(_ key: String) -> YAMLValue? { keys.first { $0.key == key }?.value }
        guard let kind = given("kind"), let x = given("x"), let y = given("y") else { return nil }
        let read = (
            choice("\(place): kind", kind, MartChart.Kind.self), text("\(place): x", x, "a column"),
            columns("\(place): y", y)
        )
        guard let kind = read.0, let x = read.1, !read.2.isEmpty else { return nil }
        return MartChart(kind: kind, x: x, y: read.2)
    }
}
