//  The formats read back: JSON Lines by Foundation, Parquet by its reader, Markdown by hand; numbers with a decimal
//  point and durations against plain arithmetic.

import Columns
import Foundation
import ParquetTable
import Records
import TestSupport
import Testing

@testable import Tables

@Suite struct FormatTests {
    private static let columns = [
        TableColumn("Name", .text), TableColumn("TVDuration", .integer, hasUnit: true),
        TableColumn("TVHours", .decimal(places: 2)),
        TableColumn("Watched", .duration),
    ]
    private static let names = ["plain", "", "a,\"b\"\n\tc\\", "é😀\u{1}", "a|b*_`<&>"]
    private static let numbers: [Int64] = [0, 5, -1, 123_456_789, .max]

    /// The table of all names and numbers, as an encoder writes it.
    private func encoded(_ format: TableFormat, _ columns: [TableColumn], repeated: Int = 1) throws -> [UInt8] {
        var bytes: [UInt8] = []
        let encoder = format.encoder { bytes += Array($0) }
        try encoder.begin(columns)
        var arena = TextArena()
        let names = Self.names.map { arena.keep($0) }
        for _ in 0..<repeated {
            try names.withUnsafeBufferPointer { names in
                try Self.numbers.withUnsafeBufferPointer { numbers in
                    let values = columns.map { column -> RowBlock.Values in
                        switch column.kind {
                        case .text, .number: .text(names.baseAddress!)
                        case .integer: .integer(numbers.baseAddress!)
                        case .decimal(let places): .decimal(numbers.baseAddress!, places: places)
                        case .duration: .duration(numbers.baseAddress!)
                        }
                    }
                    try encoder.append(RowBlock(columns: values, count: names.count))
                }
            }
        }
        try encoder.finish()
        #expect(encoder.bytesWritten == bytes.count)
        return bytes
    }

    /// Texts of numbers are numbers where a format has them, and texts when they are none.
    @Test(arguments: [
        (TableFormat.csv, "n\n12345678901234567890.50\n-1e+300\nnan\n\"\"\n007\n"),
        (.jsonl, "{\"n\":12345678901234567890.50}\n{\"n\":-1e+300}\n{\"n\":\"nan\"}\n{\"n\":null}\n{\"n\":\"007\"}\n"),
        (.md, "| n |\n|---:|\n| 12345678901234567890.50 |\n| -1e+300 |\n| nan |\n|  |\n| 007 |\n"),
    ])
    func textsOfNumbersAreNumbers(format: TableFormat, wanted: String) throws {
        var bytes: [UInt8] = []
        let encoder = format.encoder { bytes += Array($0) }
        try encoder.begin([TableColumn("n", .number)])
        var arena = TextArena()
        let texts = ["12345678901234567890.50", "-1e+300", "nan", "", "007"].map { arena.keep($0) }
        try texts.withUnsafeBufferPointer {
            try encoder.append(RowBlock(columns: [.text($0.baseAddress!)], count: texts.count))
        }
        try encoder.finish()
        #expect(String(decoding: bytes, as: UTF8.self) == wanted)
    }

    @Test(arguments: [
        ("0", true), ("-0", true), ("10", true), ("0.5", true), ("1e5", true), ("1.5E-7", true), ("", false),
        ("-", false),
        ("01", false), ("1.", false), (".5", false), ("1e", false), ("+1", false), ("inf", false), ("1 ", false),
    ])
    func numbersAreToldFromTexts(text: String, isNumber: Bool) {
        #expect(Array(text.utf8).withUnsafeBufferPointer { CellText.isNumber($0) } == isNumber)
    }

    @Test func jsonLinesAreObjects() throws {
        let text = String(decoding: try encoded(.jsonl, Self.columns), as: UTF8.self)
        #expect(text.hasSuffix("}\n"))
        let lines = text.split(separator: "\n")
        try #require(lines.count == Self.names.count)
        for (row, line) in lines.enumerated() {
            let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            #expect(object["Name"] as? String == Self.names[row])
            #expect((object["TVDuration"] as? NSNumber)?.int64Value == Self.numbers[row])
            #expect(object["Watched"] as? String != nil && object.count == 4)
        }
        #expect(
            lines[3].contains(#""TVDuration":123456789,"TVHours":1234567.89,"Watched":"34293:33:09"}"#), "\(lines[3])")
        #expect(lines[2].contains(#""TVHours":-0.01,"Watched":"-0:00:01"}"#), "\(lines[2])")
    }

    private struct Memory: ByteSource {
        let bytes: [UInt8]
        var count: Int { bytes.count }
        func read(at offset: Int, count: Int) throws -> [UInt8] { Array(bytes[offset..<offset + count]) }
    }

    @Test(arguments: [0, 1, 30_000]) func parquetKeepsEveryValue(_ repeated: Int) throws {
        let table = try TableReader(
            source: Memory(bytes: try encoded(.parquet, Array(Self.columns.prefix(2)), repeated: repeated)))
        #expect(table.rowCount == repeated * Self.names.count)
        #expect(table.schema.columns.map(\.name) == ["Name", "TVDuration"])
        #expect(table.schema.columns.map(\.type) == [.utf8, .int64])
        var row = 0
        for group in table.rowGroups.indices {
            let strings = try #require(try table.readColumn(rowGroup: group, column: 0).strings)
            let numbers = try #require(try table.readColumn(rowGroup: group, column: 1).int64s)
            for position in 0..<strings.count {
                #expect(strings[position] == Self.names[row % 5] && numbers[position] == Self.numbers[row % 5])
                row += 1
            }
        }
        #expect(row == table.rowCount)
    }

    @Test func markdownHasALineForEachRow() throws {
        let lines = String(decoding: try encoded(.md, Self.columns), as: UTF8.self).split(
            separator: "\n", omittingEmptySubsequences: false)
        #expect(lines[0] == "| Name | TVDuration | TVHours | Watched |")
        #expect(lines[1] == "|---|---:|---:|---:|")
        #expect(lines[2] == "| plain | 0 | 0.00 | 0:00:00 |")
        #expect(lines[4] == "| a,\"b\" \tc\\\\ | -1 | -0.01 | -0:00:01 |")
        #expect(lines[6].hasPrefix(#"| a\|b\*\_\`&lt;&amp;> | "#))
        #expect(lines.count == 8 && lines[7].isEmpty)
    }

    @Test func delimitedTextHasDecimalsAndDurations() throws {
        let text = String(decoding: try encoded(.csv, Self.columns), as: UTF8.self)
        #expect(text.contains(",-1,-0.01,-0:00:01\n"), "\(text)")
        #expect(text.hasSuffix(",9223372036854775807,92233720368547758.07,2562047788015215:30:07\n"), "\(text)")
    }

    /// An empty line would be no row to a reader.
    @Test func anEmptyCellThatIsAllOfARowIsQuoted() throws {
        for (format, cell, pair) in [(TableFormat.csv, "\"\"", ",5"), (.tsv, "", "\t5")] {
            for (columns, row) in [(1, cell), (2, pair)] {
                let text = String(decoding: try encoded(format, Array(Self.columns.prefix(columns))), as: UTF8.self)
                #expect(text.split(separator: "\n", omittingEmptySubsequences: false)[2] == row, "\(text)")
            }
        }
    }

    @Test func aRowBehindAnEmptyOneIsNoLongerAlone() {
        for (dialect, end) in [(DelimitedRows.Dialect.csv, "\"\"\n"), (.tsv, "\n")] {
            let (first, all) = (DelimitedRows(dialect, capacity: 16), DelimitedRows(dialect, capacity: 16))
            var arena = TextArena()
            let empty = arena.keep("")
            withUnsafePointer(to: empty) { cell in
                let block = RowBlock(columns: [.text(cell)], count: 1)
                first.append(block)
                #expect(all.append(block, behind: first))
                #expect(all.append(RowBlock(columns: [], count: 1), behind: first))
            }
            #expect(String(decoding: first.encoded, as: UTF8.self) == end)
            #expect(String(decoding: all.encoded, as: UTF8.self) == (dialect == .csv ? ",\n" : "\t\n") + end)
        }
    }

    private func written(_ write: (UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8>) -> String {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: longestNumber) { space in
            let end = write(space.baseAddress!)
            #expect(end - space.baseAddress! <= longestNumber)
            return String(decoding: space[..<(end - space.baseAddress!)], as: UTF8.self)
        }
    }

    @Test func numbersAreWrittenAsPlainArithmeticSays() {
        var dice = Dice(seed: 3)
        var values: [Int64] = [0, 1, -1, 9, 10, 59, 60, 3599, 3600, .max, .min, .min + 1]
        for _ in 0..<5000 { values.append(Int64(bitPattern: dice.next()) >> Int64(dice.below(64))) }
        for value in values {
            let sign = value < 0 ? "-" : ""
            let size = value.magnitude
            func two(_ number: UInt64) -> String { number < 10 ? "0\(number)" : "\(number)" }
            #expect(
                written { writeDuration(value, to: $0) }
                    == "\(sign)\(size / 3600):\(two(size / 60 % 60)):\(two(size % 60))")
            #expect(written { writeDecimal(value, places: 2, to: $0) } == "\(sign)\(size / 100).\(two(size % 100))")
            for length in [60, 3600] where size < 1 << 40 {
                // Doubles are exact enough here; ties, which are exact, go away from zero.
                let expected = (Double(value) * 100 / Double(length)).rounded(.toNearestOrAwayFromZero)
                #expect(NumberScale(100, per: Int64(length)).value(value) == Int64(expected))
            }
        }
        #expect(written { writeDecimal(.min, places: 18, to: $0) } == "-9.223372036854775808")
        #expect(NumberScale(100, per: 60).value(.max) == .max)
    }

    @Test func weeksAreThoseOfTheISOCalendar() throws {
        var calendar = Calendar(identifier: .iso8601)
        calendar.timeZone = try #require(TimeZone(identifier: "UTC"))
        for number in stride(from: -25_000, to: 40_000, by: 3) {
            let day = try #require(CalendarDay(daysSinceEpoch: number))
            let parts = calendar.dateComponents(
                [.weekOfYear, .yearForWeekOfYear], from: Date(timeIntervalSince1970: Double(number) * 86_400))
            let week = try #require(parts.weekOfYear)
            #expect(
                CalendarPeriod.week.name(of: day)
                    == "\(try #require(parts.yearForWeekOfYear))-W\(week < 10 ? "0" : "")\(week)", "\(day)")
        }
        #expect(CalendarPeriod.month.name(of: CalendarDay("2022-04-30")!) == "2022-04")
        #expect(CalendarPeriod.day.name(of: CalendarDay("2022-04-30")!) == "2022-04-30")
        #expect(CalendarPeriod.week.name(of: .earliest) == "0001-W01")
        #expect(CalendarPeriod.week.name(of: .latest) == "9999-W52")
    }
}
