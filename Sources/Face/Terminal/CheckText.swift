//  What a check found, for a person and for programs.
//
//      20220405.json  held  1,500 records = 1,380 good + 2 ignored + 118 rejected  JSON Lines, gzip, 262 kB
//        118 of 1500 records were rejected (bad-duration 118); more than 5% is not taken
//        bad-duration 118, first at line 3
//          {"_index":"history", …

import Admission
import Codecs
import Foundation
import JSONRecords
import Operations
import Records
import Wording

extension CheckReport {
    /// - Parameter columns: of the terminal; nil when there is none.
    func text(_ style: Style, columns: Int?) -> String {
        var lines: [String] = []
        for file in files {
            lines.append(Self.line(file, style))
            if !file.reason.isEmpty { lines.append("  " + Show.name(file.reason)) }
            guard let findings = file.reading?.findings else { continue }
            lines += FindingsText(files: [(nil, findings)], columns: columns).lines().map { "  " + $0 }
        }
        return lines.map { $0 + "\n" }.joined()
    }

    private static func line(_ file: CheckedFile, _ style: Style) -> String {
        let color: Style.Color =
            switch file.verdict {
            case .ok: .green
            case .waiting: .yellow
            case .held, .failed: .red
            }
        var line = "\(Show.name(file.name))  \(style.paint(file.verdict.rawValue, color))"
        guard let reading = file.reading else { return line }
        let counts = reading.counts
        line += "  \(Show.count(counts.read, "record")) = \(Show.number(counts.folded)) good"
        line += " + \(Show.number(counts.ignored)) ignored + \(Show.number(counts.rejectedTotal)) rejected"
        line += "  \(layout(reading.container)), "
        if reading.compression != .none { line += "\(reading.compression.rawValue), " }
        return line + Show.bytes(reading.size)
    }

    private static func layout(_ container: Container) -> String {
        switch container {
        case .lines: "JSON Lines"
        case .values: "JSON values"
        case .responses: "Elasticsearch answers"
        case .wrapped: "records within objects"
        }
    }

    /// One line about all files, with the time that it took.
    var conclusion: String {
        let verdicts = CheckedFile.Verdict.allCases.compactMap { verdict in
            let count = files.count { $0.verdict == verdict }
            return count > 0 ? "\(Show.number(count)) \(verdict.rawValue)" : nil
        }
        let bytes = files.reduce(0) { $0 + ($1.reading?.size ?? 0) }
        return "\(Show.count(files.count, "file")): \(verdicts.joined(separator: ", ")); \(Show.bytes(bytes)) in "
            + "\(Show.duration(seconds)): \(Show.rate(bytes, seconds))"
    }

    /// The same as JSON, members in the order of their names.
    package func json() throws -> [UInt8] {
        try FindingsJSON.encode(
            CheckJSON(
                ok: isWell,
                files: files.map { file in
                    let counts = file.reading?.counts
                    return CheckJSON.File(
                        name: file.name, verdict: file.verdict.rawValue,
                        reason: file.reason.isEmpty ? nil : file.reason,
                        layout: file.reading?.container.rawValue, compression: file.reading?.compression.rawValue,
                        bytes: file.reading?.size,
                        records: counts.map {
                            .init(
                                read: $0.read, folded: $0.folded, ignored: $0.ignored, rejected: $0.rejectedTotal,
                                coerced: $0.coerced)
                        },
                        findings: file.reading.map { FindingsJSON($0.findings) },
                        unmappedApps: file.reading.map { reading in
                            reading.findings.unmapped.sorted.map { .init(app: $0.app, records: $0.records) }
                        },
                        fields: file.reading.map { reading in
                            reading.findings.fields.paths.map { path in
                                .init(path: path.string, kinds: reading.findings.fields.kinds[path]!.names)
                            }
                        })
                }))
    }
}

/// The members of `check --json`.
private struct CheckJSON: Encodable {
    struct App: Encodable {
        var app: String
        var records: Int
    }

    struct Field: Encodable {
        var path: String
        var kinds: [String]
    }

    struct File: Encodable {
        var name, verdict: String
        var reason, layout, compression: String?
        var bytes: Int?
        var records: RecordsJSON?
        var findings: FindingsJSON?
        var unmappedApps: [App]?
        var fields: [Field]?
    }

    var ok: Bool
    var files: [File]
}
