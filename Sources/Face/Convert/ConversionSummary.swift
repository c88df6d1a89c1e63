//  What a conversion did, for people and for programs.

import Conversion
import Intake
import Records
import SmallJSON
import Wording

struct ConversionSummary {
    /// An input of which too many records were rejected.
    struct Held {
        var input: Int
        var reason: String
    }

    let result: ConversionResult
    let request: ConversionRequest
    let target: ConvertTarget
    let held: [Held]
    /// Fields that were seen and are read by nobody.
    var undeclared: [String] = []
    var seconds = 0.0

    // MARK: What was kept

    /// Tables that are not wanted: all, unless each input has one of its own.
    var left: Set<String> {
        if held.isEmpty { return [] }
        guard case .byFile = request.division else { return Set(result.tables.map(\.name)) }
        return Set(held.map { result.tables[$0.input].name })
    }

    private var kept: [ConvertedTable] {
        if request.isStream { return result.tables }
        let left = left
        return result.tables.filter { !left.contains($0.name) }
    }

    /// Why the command ends with another code than 0.
    var refusal: String {
        held.map { "\(Show.name(request.inputs[$0.input].name)): \($0.reason)" }.joined(separator: "; ")
            + (request.isStream ? "" : "; no table was written" + (kept.isEmpty ? "" : " of that"))
    }

    // MARK: For people

    var lines: [String] { Self.rejections(request.inputs, result.files) + changes + notes + [whole] }

    private var whole: String {
        let read = result.files.reduce(0) { $0 + $1.counts.read }
        let kept = kept
        let rejected = result.files.reduce(0) { $0 + $1.counts.rejectedTotal }
        var text = "\(Show.count(read, "record")): "
        if kept.isEmpty, !result.tables.isEmpty {
            text += "no table"
        } else {
            text += Show.count(kept.reduce(0) { $0 + $1.rows }, "row")
        }
        if rejected > 0 { text += ", \(Show.number(rejected)) rejected" }
        let rows = result.files.reduce(0) { $0 + $1.counts.folded } - kept.reduce(0) { $0 + $1.rows }
        if rows > 0, !kept.isEmpty { text += ", \(Show.count(rows, "row")) of files without a table" }
        if !kept.isEmpty || result.tables.isEmpty {
            let tables = request.division == .whole ? "" : Show.count(kept.count, "table") + ", "
            text += " → \(target.text) (\(tables)\(Show.bytes(kept.reduce(0) { $0 + $1.bytes })))"
        }
        if result.surveys > 0 { text += "; a later record disagreed with the first ones, so all were read again" }
        return text + " in \(Show.duration(seconds))"
    }

    /// How many records were rejected for each reason, and where the first one stands.
    static func rejections(_ inputs: [FoldInput], _ files: [FileSummary]) -> [String] {
        zip(inputs, files).flatMap { input, file in
            file.counts.rejected.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { reason, count in
                var line = "\(Show.name(input.name)): \(Show.count(count, "record")) rejected: \(reason.rawValue)"
                if let example = file.observations.examples[reason] {
                    line +=
                        "; the first"
                        + (example.flaw.map { ": \($0.text(recordLine: example.line))" }
                            ?? " at line \(Show.number(example.line))")
                }
                return line
            }
        }
    }

    /// Values that are not as they were written.
    private var changes: [String] {
        var lines: [String] = []
        for (field, findings) in zip(result.schema.fields, result.findings) {
            let name = Show.name(field.name)
            if findings.coerced > 0 {
                lines.append("\(name): \(Show.count(findings.coerced, "value")) taken from another type or form")
            }
            if findings.rounded > 0 { lines.append("\(name): \(Show.count(findings.rounded, "value")) rounded") }
        }
        return lines
    }

    private var notes: [String] {
        undeclared.isEmpty ? [] : ["not declared and left out: \(Show.list(undeclared.map { Show.name($0) }))"]
    }

    // MARK: For programs

    var json: [UInt8] {
        var text = JSONText()
        text.object { text in
            text.array("files") { text in for index in result.files.indices { file(index, &text) } }
            text.array("fields") { text in for index in result.schema.fields.indices { field(index, &text) } }
            text.array("not_declared", undeclared)
            text.array("tables") { text in for table in kept { self.table(table, &text) } }
            text.member("read_again", result.surveys > 0)
            text.member("seconds", json: Show.seconds(seconds))
        }
        return text.finished()
    }

    private func file(_ index: Int, _ text: inout JSONText) {
        let file = result.files[index]
        text.object { text in
            text.member("name", request.inputs[index].name)
            text.member("layout", request.csv == nil ? file.container.rawValue : "csv")
            text.member("compression", file.compression.rawValue)
            text.member("bytes", file.size)
            text.member("stored_bytes", file.storedSize)
            file.counts.write(to: &text)
            text.memberIfAny("held", held.first { $0.input == index }?.reason)
        }
    }

    private func field(_ index: Int, _ text: inout JSONText) {
        let (field, findings) = (result.schema.fields[index], result.findings[index])
        text.object { text in
            text.member("name", field.name)
            text.member("type", field.type.name)
            text.member("required", field.isRequired)
            text.array("kinds", findings.kinds.names)
            text.member("nulls", findings.nulls)
            text.member("coerced", findings.coerced)
            text.member("rounded", findings.rounded)
        }
    }

    private func table(_ table: ConvertedTable, _ text: inout JSONText) {
        text.object { text in
            switch target {
            case .stream(let out), .file(let out): text.member("path", out)
            case .folder(let folder): text.member("path", folder + "/" + table.name)
            }
            text.member("rows", table.rows)
            text.member("bytes", table.bytes)
        }
    }
}

extension OutcomeCounts {
    /// What became of a file's records, as members of its object.
    func write(to text: inout JSONText) {
        text.member("records", read)
        text.member("rows", folded)
        text.object("rejected") { text in
            for (reason, count) in rejected.sorted(by: { $0.key < $1.key }) { text.member(reason.rawValue, count) }
        }
    }
}
