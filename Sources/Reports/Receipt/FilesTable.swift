//  The files of a receipt as a table.

import Records
import Tables

/// The sheet that says what a workbook was made from.
package enum FilesTable {
    package static let name = "Files"

    /// - Parameter unit: of the sum.
    package static func columns(unit: String) -> [TableColumn] {
        [
            TableColumn("File", .text, width: 30), TableColumn("Date", .text, isDate: true),
            TableColumn("Read", .integer),
            TableColumn("Folded", .integer), TableColumn("Ignored", .integer), TableColumn("Rejected", .integer),
            TableColumn("Coerced", .integer), TableColumn(unit.prefix(1).uppercased() + unit.dropFirst(), .integer),
            TableColumn("Reasons", .text, width: 30),
            TableColumn("Digest", .text, width: 36),
        ]
    }

    /// Hands the files to an encoder, by date and name; those without a date come last.
    package static func write(_ files: [Receipt.File], unit: String, to encoder: any TableEncoder) throws {
        let sorted = files.sorted { a, b in
            switch (a.day, b.day) {
            case (let x?, let y?) where x != y: x < y
            case (nil, _?): false
            case (_?, nil): true
            default: a.name.utf8.lexicographicallyPrecedes(b.name.utf8)
            }
        }
        var arena = TextArena()
        var texts: [[ByteSlice]] = [[], [], [], []]
        for file in sorted {
            let reasons = file.counts.rejected.filter { $0.value > 0 }.sorted { $0.key < $1.key }
            let row = [
                file.name, file.day?.description ?? "",
                reasons.map { "\($0.key.rawValue) \($0.value)" }.joined(separator: ", "), file.digest ?? "",
            ]
            for (column, text) in row.enumerated() { texts[column].append(arena.keep(text)) }
        }
        func numbers(_ value: (Receipt.File) -> Int) -> OwnedColumn { .integers(sorted.map { Int64(value($0)) }) }
        let owned: [OwnedColumn] = [
            .text(texts[0]), .text(texts[1]), numbers { $0.counts.read }, numbers { $0.counts.folded },
            numbers { $0.counts.ignored }, numbers { $0.counts.rejectedTotal }, numbers { $0.counts.coerced },
            .integers(sorted.map { Int64(clamping: $0.sum) }), .text(texts[2]), .text(texts[3]),
        ]
        try encoder.begin(columns(unit: unit))
        try owned.lend(sorted.count) { try encoder.append($0) }
        try encoder.finish()
        withExtendedLifetime(arena) {}
    }
}
