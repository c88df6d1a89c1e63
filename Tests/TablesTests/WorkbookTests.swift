//  Workbooks against a reader of their own: Python's zipfile and ElementTree are in scripts/interop_sheets.py; here it is
//  Foundation's XMLParser, and an archive taken apart by its central directory.

import Foundation
import FoundationXML
import Records
import TestSupport
import Testing

@testable import Tables

@Suite struct WorkbookTests {
    // MARK: Texts

    @Test(arguments: [
        ("SGH597377", "SGH597377"), ("", ""), ("a<b>&\"c\"", "a&lt;b&gt;&amp;\"c\""), ("tab\tline\n", "tab\tline\n"),
        ("\r", "_x000D_"), ("\u{0}\u{1}\u{1F}", "_x0000__x0001__x001F_"), ("\u{7F}é😀", "\u{7F}é😀"),
        ("_x0041_", "_x005F_x0041_"), ("_x004_", "_x004_"), ("__x00fF_", "__x005F_x00fF_"), ("_x0041", "_x0041"),
        ("\u{FFFE}\u{FFFF}\u{FFFD}", "_xFFFE__xFFFF_\u{FFFD}"),
    ])
    func textsAreEscapedAsTheStandardHasIt(_ text: String, _ expected: String) {
        var text = text
        let escaped = text.withUTF8 { String(decoding: CellText.escaped($0, asXML: true), as: UTF8.self) }
        #expect(Array(escaped.utf8) == Array(expected.utf8))
        let isPlain = text.withUTF8 { CellText.isPlain($0) }
        #expect(!isPlain || escaped == text)
    }

    @Test func aTextThatNoCellHoldsIsCut() {
        func length(_ text: String) -> (units: Int, isCut: Bool) {
            let escaped = CellText.escaped(text)
            return (escaped.utf16.count, escaped.hasSuffix("…"))
        }
        #expect(length(String(repeating: "x", count: 32_767)) == (32_767, false))
        #expect(length(String(repeating: "x", count: 32_768)) == (32_767, true))
        #expect(length(String(repeating: "😀", count: 16_383)) == (32_766, false))
        #expect(length(String(repeating: "😀", count: 20_000)) == (32_767, true))
        #expect(length(String(repeating: "\u{1}", count: 5000)).units <= 32_767)
    }

    @Test func columnsHaveLetters() {
        let expected = [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (701, "ZZ"), (702, "AAA")]
        for (column, letters) in expected { #expect(columnLetters(column) == letters) }
    }

    @Test func datesAreCountedAsSheetsDo() throws {
        // Excel: 1 March 1900 is 61, 1 January 1970 is 25569, 1 April 2022 is 44652.
        for (text, serial) in [("1900-03-01", 61), ("1970-01-01", 25_569), ("2022-04-01", 44_652)] {
            #expect(SheetRowsEncoder.serial(try #require(CalendarDay(text))) == Int64(serial))
        }
        #expect(SheetRowsEncoder.serial(try #require(CalendarDay("1900-02-28"))) == nil)
    }

    // MARK: Archives

    @Test func anArchiveIsWhatWasWritten() throws {
        var archive: [UInt8] = []
        let zip = ZipWriter({ archive += Array($0) }, fewer: "rows")
        var random = Dice(seed: 17)
        let contents: [[UInt8]] = [
            [], Array("hello".utf8), Array(repeating: 65, count: 700_000),
            (0..<200_000).map { _ in UInt8.random(in: 0...255, using: &random) },
        ]
        for (number, content) in contents.enumerated() {
            try zip.begin(Array("part\(number)".utf8))
            for start in stride(from: 0, to: content.count, by: 77_777) {
                try content[start..<min(start + 77_777, content.count)].withUnsafeBytes { try zip.write($0) }
            }
            try zip.end()
        }
        try zip.finish()
        let reader = try ZipReader(archive)
        #expect(reader.members.count == contents.count)
        for ((member, content), expected) in zip2(reader.members, contents) {
            #expect(try reader.content(member, content) == expected)
            #expect(member.checksum == Self.checksum(expected))
        }
        // What was cut is not an archive.
        for count in [0, 10, 21, archive.count - 1] {
            #expect(throws: WorkbookError.self) { try ZipReader(Array(archive.prefix(count))) }
        }
    }

    private func zip2<A, B>(_ a: [A], _ b: [B]) -> [(A, B)] { Array(Swift.zip(a, b)) }

    /// CRC-32 a bit at a time (ISO 3309).
    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        var checksum: UInt32 = ~0
        for byte in bytes {
            checksum ^= UInt32(byte)
            for _ in 0..<8 {
                let isOdd = checksum & 1 == 1
                checksum >>= 1
                if isOdd { checksum ^= 0xEDB8_8320 }
            }
        }
        return ~checksum
    }

    // MARK: Whole workbooks

    private static let columns = [
        TableColumn("Contract", .text), TableColumn("Date", .text, isDate: true), TableColumn("Seconds", .integer),
        TableColumn("Hours", .decimal(places: 2)), TableColumn("Time", .duration),
    ]
    private static let texts = [
        "0012", "=1+1", "1E5", "a\"b", "two\nlines", "é😀", " lead", "a<&>b", "\r\u{1}", "_x0041_", "",
    ]
    private static let dates = ["2022-04-01", "", "1899-12-31", "not a date"]

    /// Some number with many digits.
    private static func number(_ row: Int) -> Int64 { Int64(row) &* 1_000_000_007 % 1_000_003 * 1_000_000_000_039 }

    private static func write(rows: Int, perSheet: Int, isConcurrent: Bool) throws -> [UInt8] {
        let properties = WorkbookProperties(
            title: "Rows", subject: "Some rows", author: "test", comments: "", day: CalendarDay("2022-04-01")!,
            custom: [.number("Generation", 3), .text("Digest", "ab")])
        let workbook = Workbook(properties, [WorkbookTable("Rows", columns, rows: rows)], rowsPerSheet: perSheet)
        let folder = FileManager.default.temporaryDirectory.path
        let path = folder + "/watchfold-\(UUID()).xlsx"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let styles = try workbook.writeFrame(at: path, scratch: folder)
        let frame = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        var archive: [UInt8] = []
        try workbook.write(frame: frame, styles, isConcurrent: isConcurrent) {
            archive += Array($0)
        } rows: { _, encoder in
            var arena = TextArena()
            let owned: [OwnedColumn] = [
                .text((0..<rows).map { arena.keep(texts[$0 % texts.count]) }),
                .text((0..<rows).map { arena.keep(dates[$0 % dates.count]) }),
                .integers((0..<rows).map(number)),
            ]
            try encoder.begin(columns)
            try owned.lend(rows) { block in
                guard case .integer(let numbers) = block.columns[2] else {
                    preconditionFailure("the third column is not the one of numbers")
                }
                try encoder.append(
                    RowBlock(
                        columns: block.columns + [.decimal(numbers, places: 2), .duration(numbers)], count: block.count)
                )
            }
            try encoder.finish()
            withExtendedLifetime(arena) {}
        }
        return archive
    }

    @Test(arguments: [0, 1, 10, 11, 25]) func rowsComeBackFromAsManySheetsAsTheyNeed(_ rows: Int) throws {
        let archive = try Self.write(rows: rows, perSheet: 10, isConcurrent: true)
        // The same, however many threads there are, and whatever time it is.
        #expect(try archive == Self.write(rows: rows, perSheet: 10, isConcurrent: false))
        let reader = try ZipReader(archive)
        let sheets = try reader.members.filter { String(decoding: $0.member.name, as: UTF8.self).contains("/sheet") }
            .map { try CellReader.cells(reader.content($0.member, $0.content)) }
        #expect(sheets.count == max(1, (rows + 9) / 10))
        var row = 0
        for sheet in sheets {
            for number in 2..<12 where row < rows {
                let text = Self.texts[row % Self.texts.count]
                #expect(sheet["A\(number)"].map { Self.unescaped($0.value) } ?? "" == text)
                #expect(sheet["A\(number)"].map { $0.kind == "inlineStr" } ?? true)
                switch Self.dates[row % Self.dates.count] {
                case "2022-04-01": #expect(sheet["B\(number)"] == .init(kind: "", value: "44652"))
                case "": #expect(sheet["B\(number)"] == nil)
                case let other: #expect(sheet["B\(number)"] == .init(kind: "inlineStr", value: other))
                }
                let seconds = Self.number(row)
                let decimal = "\(seconds / 100).\(seconds % 100 / 10)\(seconds % 10)"
                #expect(sheet["C\(number)"]?.value == "\(seconds)")
                #expect(sheet["D\(number)"]?.value == decimal)
                #expect(sheet["E\(number)"].flatMap { Double($0.value) } == Double(seconds) / 86400)
                row += 1
            }
        }
        #expect(row == rows)
    }

    /// ECMA-376 part 1, 22.9.2.19.
    private static func unescaped(_ text: String) -> String {
        var result = ""
        var rest = Substring(text)
        while let escape = rest.firstMatch(of: /_x([0-9A-Fa-f]{4})_/) {
            result += rest[..<escape.range.lowerBound]
            result.unicodeScalars.append(Unicode.Scalar(UInt32(escape.1, radix: 16)!)!)
            rest = rest[escape.range.upperBound...]
        }
        return result + rest
    }

    @Test func rowsThatWereNotCountedAreNoticed() throws {
        let properties = WorkbookProperties(title: "", subject: "", author: "", comments: "")
        let folder = FileManager.default.temporaryDirectory.path
        for rows in [0, 1, 3] {
            let workbook = Workbook(
                properties, [WorkbookTable("Rows", [TableColumn("N", .integer)], rows: 2)], rowsPerSheet: 1)
            let path = folder + "/watchfold-\(UUID()).xlsx"
            defer { try? FileManager.default.removeItem(atPath: path) }
            let styles = try workbook.writeFrame(at: path, scratch: folder)
            let frame = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
            #expect(throws: WorkbookError.rowsChanged(table: "Rows")) {
                try workbook.write(frame: frame, styles, isConcurrent: false) { _ in
                } rows: { _, encoder in
                    try encoder.begin([TableColumn("N", .integer)])
                    try [OwnedColumn.integers(Array(repeating: 1, count: rows))].lend(rows) { try encoder.append($0) }
                    try encoder.finish()
                }
            }
        }
    }

    @Test func aFrameThatCannotBeWrittenIsAnError() {
        let properties = WorkbookProperties(title: "", subject: "", author: "", comments: "")
        let workbook = Workbook(properties, [WorkbookTable("Rows", [TableColumn("N", .integer)], rows: 0)])
        #expect(throws: WorkbookError.self) { try workbook.writeFrame(at: "/nowhere/x.xlsx", scratch: "/tmp") }
    }
}

/// The cells of a sheet's XML, by their places.
private final class CellReader: NSObject, XMLParserDelegate {
    struct Cell: Equatable {
        var kind: String
        var value: String
    }

    private var cells: [String: Cell] = [:]
    private var place = ""
    private var takesText = false

    static func cells(_ xml: [UInt8]) throws -> [String: Cell] {
        let reader = CellReader()
        let parser = XMLParser(data: Data(xml))
        parser.delegate = reader
        try #require(parser.parse(), "\(String(describing: parser.parserError))")
        return reader.cells
    }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        if name == "c" {
            place = attributes["r"] ?? ""
            cells[place] = Cell(kind: attributes["t"] ?? "", value: "")
        }
        takesText = name == "v" || name == "t"
    }

    func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
        takesText = false
    }

    func parser(_ parser: XMLParser, foundCharacters text: String) {
        if takesText { cells[place]?.value += text }
    }
}
