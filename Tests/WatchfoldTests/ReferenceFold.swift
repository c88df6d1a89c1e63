//  The whole program once more, as plainly as can be: Foundation's JSON, dictionaries, text put together by hand. It
//  shares nothing with the program but the words of the design.

import Foundation
import TestSupport

@testable import Configuration

/// A file as the reference sees it.
struct ReferenceFile {
    /// Logical name.
    var name: String
    var content: [UInt8]
    var isLines = true
}

/// How many records of a file ended how.
struct ReferenceCounts: Equatable {
    var folded = 0
    var ignored = 0
    var rejected = 0
}

/// What files add up to.
struct ReferenceFold {
    static let builtInCategories: [(String, [String])] = [
        ("TV", ["CHANNEL", "DSHD", "KPLUS", "KPlus"]),
        ("Movie", ["VOD", "FIMS", "FIMS_RES", "BHD", "BHD_RES", "VOD_RES", "DANET"]), ("Child", ["CHILD"]),
        ("Relax", ["RELAX"]), ("Sport", ["SPORT"]),
    ]

    private struct Event {
        var contract: [UInt8]
        var app: [UInt8]
        var seconds: Int64
        var date: String?
    }

    private let categories: [(name: String, apps: Set<[UInt8]>)]
    private let keepsNegatives: Bool
    private let ignored: Set<String>
    private var events: [Event] = []
    private var dates: Set<String> = []
    private var hasUndated = false

    /// - Parameter files: all files whose content is known; of one content only one name counts: dated, short, early.
    init(
        _ files: [ReferenceFile], categories: [(String, [String])] = builtInCategories, keepsNegatives: Bool = false,
        ignored: Set<String> = ["0"], countsDuplicates: Bool = false
    ) {
        self.categories = categories.map { ($0.0, Set($0.1.map { Array($0.utf8) })) }
        self.keepsNegatives = keepsNegatives
        self.ignored = ignored
        var seen: Set<[UInt8]> = []
        for file in files.sorted(by: { Self.rank($0.name).lexicographicallyPrecedes(Self.rank($1.name)) }) {
            guard countsDuplicates || seen.insert(file.content).inserted else { continue }
            let date = Self.date(file.name)
            if let date { dates.insert(date) } else { hasUndated = true }
            for value in Self.values(file) { if case .event(let event) = judge(value, date) { events.append(event) } }
        }
    }

    /// The outcomes of one file.
    func counts(_ file: ReferenceFile) -> ReferenceCounts {
        var counts = ReferenceCounts()
        for value in Self.values(file) {
            switch judge(value, nil) {
            case .event: counts.folded += 1
            case .ignored: counts.ignored += 1
            case .rejected: counts.rejected += 1
            }
        }
        return counts
    }

    // MARK: Reading

    /// `dt=` folder, else eight digits in the name that stand alone.
    /// Dated names before others, short ones before long ones, then by bytes.
    private static func rank(_ name: String) -> [Int] {
        [date(name) == nil ? 1 : 0, name.utf8.count] + name.utf8.map { Int($0) }
    }

    static func date(_ name: String) -> String? {
        let parts = name.split(separator: "/")
        for part in parts.dropLast().reversed() where part.hasPrefix("dt=") { return String(part.dropFirst(3)) }
        guard let digits = parts.last!.firstMatch(of: /(?:^|[^0-9])([0-9]{4})([0-9]{2})([0-9]{2})(?:[^0-9]|$)/) else {
            return nil
        }
        return "\(digits.1)-\(digits.2)-\(digits.3)"
    }

    /// The records of a file; nil for text that is not JSON.
    private static func values(_ file: ReferenceFile) -> [Any?] {
        var content = file.content[...]
        if content.starts(with: [0xEF, 0xBB, 0xBF]) { content = content.dropFirst(3) }
        if file.isLines {
            return content.split(separator: 0x0A).filter { !$0.allSatisfy { $0 == 0x0D || $0 == 0x20 } }.map {
                parse($0)
            }
        }
        return topLevelValues(content).flatMap { piece -> [Any?] in
            guard let value = parse(piece) else { return [nil] }
            if let array = value as? [Any] { return array }
            if let hits = (value as? [String: Any])?["hits"] as? [String: Any], let records = hits["hits"] as? [Any] {
                return records
            }
            return [value]
        }
    }

    private static func parse(_ bytes: ArraySlice<UInt8>) -> Any? {
        try? JSONSerialization.jsonObject(with: Data(bytes), options: [.fragmentsAllowed])
    }

    /// Cuts behind every brace or bracket that closes a value of the outermost level.
    private static func topLevelValues(_ bytes: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        var pieces: [ArraySlice<UInt8>] = []
        var start: Int?
        var depth = 0
        var isInString = false
        var isEscaped = false
        for (index, byte) in zip(bytes.indices, bytes) {
            if isInString {
                if isEscaped {
                    isEscaped = false
                } else if byte == 0x5C {
                    isEscaped = true
                } else if byte == 0x22 {
                    isInString = false
                }
                continue
            }
            switch byte {
            case 0x22: isInString = true
            case 0x7B, 0x5B:
                if depth == 0 { start = index }
                depth += 1
            case 0x7D, 0x5D:
                depth -= 1
                if depth == 0 { pieces.append(bytes[start!...index]) }
            default: break
            }
        }
        return pieces
    }

    // MARK: Judging

    private enum Outcome {
        case event(Event)
        case ignored
        case rejected
    }

    private func judge(_ value: Any?, _ date: String?) -> Outcome {
        guard let record = value as? [String: Any] else { return .rejected }
        let fields = record["_source"] as? [String: Any] ?? record
        let contract: String
        switch fields["Contract"] {
        case is NSNull: return .ignored
        case let text as String: contract = text
        case let number as NSNumber: contract = "\(number)"
        default: return .rejected
        }
        if contract.isEmpty || ignored.contains(contract) { return .ignored }
        guard let app = fields["AppName"] as? String, let seconds = Self.seconds(fields["TotalDuration"]) else {
            return .rejected
        }
        if seconds < 0 && !keepsNegatives { return .rejected }
        return .event(Event(contract: Array(contract.utf8), app: Array(app.utf8), seconds: seconds, date: date))
    }

    private static func seconds(_ value: Any?) -> Int64? {
        switch value {
        case let text as String:
            guard let first = text.utf8.first, first == 0x2D || (0x30...0x39).contains(first) else { return nil }
            return (parse(Array("[\(text)]".utf8)[...]) as? [Any])?.first.flatMap { seconds($0) }
        case let number as NSNumber:
            return Int64("\(number)") ?? Int64(exactly: number.doubleValue)
        default: return nil
        }
    }

    // MARK: Reports

    private func category(_ app: [UInt8]) -> Int? { categories.firstIndex { $0.apps.contains(app) } }

    /// The bytes of all reports, by file name.
    func reports(from first: String? = nil, to last: String? = nil) -> [String: String] {
        let isEverything = first == nil && last == nil
        func isWanted(_ date: String?) -> Bool {
            guard let date else { return isEverything }
            return (first ?? "") <= date && date <= (last ?? "9")
        }
        let events = events.filter { isWanted($0.date) }
        let mapped = events.filter { category($0.app) != nil }
        return [
            "engagement.csv": engagement(mapped), "profile.csv": profile(mapped),
            "daily.csv": daily(mapped, dates.filter { isWanted($0) }, hasUndated && isEverything),
            "apps.csv": apps(events),
        ]
    }

    private func sums(_ events: [Event]) -> [Int64] {
        var sums = [Int64](repeating: 0, count: categories.count)
        for event in events { sums[category(event.app)!] += event.seconds }
        return sums
    }

    private func byContract(_ events: [Event]) -> [(contract: [UInt8], events: [Event])] {
        Dictionary(grouping: events) { $0.contract }.sorted { precedes($0.key, $1.key) }
            .map { ($0.key, $0.value) }
    }

    private var durationNames: [String] { categories.map { $0.name + "Duration" } }

    private func engagement(_ events: [Event]) -> String {
        Self.csv(
            [["Contract"] + durationNames]
                + byContract(events).map { contract, events in [Self.text(contract)] + sums(events).map { "\($0)" } })
    }

    private func profile(_ events: [Event]) -> String {
        Self.csv(
            [["Contract"] + durationNames + ["TotalDuration", "MostWatch", "Taste", "ActiveDays"]]
                + byContract(events).map { contract, events in
                    let sums = sums(events)
                    let largest = sums.max()!
                    let taste = zip(categories, sums).filter { $0.1 > 0 }.map(\.0.name).joined(separator: "-")
                    return [Self.text(contract)] + sums.map { "\($0)" } + [
                        "\(sums.reduce(0, +))", largest > 0 ? categories[sums.firstIndex(of: largest)!].name : "",
                        taste,
                        "\(Set(events.compactMap(\.date)).count)",
                    ]
                })
    }

    private func daily(_ events: [Event], _ dates: Set<String>, _ hasUndated: Bool) -> String {
        let days = dates.sorted().map { Optional($0) } + (hasUndated ? [nil] : [])
        return Self.csv(
            [["Date", "Contracts"] + durationNames + ["TotalDuration"]]
                + days.map { day in
                    let events = events.filter { $0.date == day }
                    let sums = sums(events)
                    return [day ?? "", "\(Set(events.map(\.contract)).count)"]
                        + (sums + [sums.reduce(0, +)]).map { "\($0)" }
                })
    }

    private func apps(_ events: [Event]) -> String {
        Self.csv(
            [["AppName", "Category", "Records", "Contracts", "TotalDuration"]]
                + Dictionary(grouping: events) { $0.app }.sorted { precedes($0.key, $1.key) }
                .map { app, events in
                    [
                        Self.text(app), category(app).map { categories[$0].name } ?? "", "\(events.count)",
                        "\(Set(events.map(\.contract)).count)", "\(events.reduce(0) { $0 + $1.seconds })",
                    ]
                })
    }

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    private static func csv(_ rows: [[String]]) -> String {
        rows.map { row in
            row.map { field in
                field.unicodeScalars.contains { ",\"\r\n".unicodeScalars.contains($0) }
                    ? "\"" + field.replacingOccurrences(of: "\"", with: "\"\"") + "\"" : field
            }.joined(separator: ",") + "\n"
        }.joined()
    }
}
