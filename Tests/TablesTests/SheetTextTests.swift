//  CSV for spreadsheet programs, byte by byte, and tables in several files.

import Records
import Testing

@testable import Tables

@Suite struct SheetTextTests {
    private static let columns = [
        TableColumn("Contract", .text), TableColumn("Date", .text, isDate: true),
        TableColumn("TVDuration", .integer, hasUnit: true),
    ]

    private func lines(
        _ texts: [String], _ program: SheetProgram, _ delimiter: Delimiter = .comma
    ) throws -> String {
        var bytes: [UInt8] = []
        try append(texts, to: SheetTextEncoder(program, delimiter) { bytes += Array($0) })
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A row for each text: text, date, number.
    private func append(_ texts: [String], to encoder: any TableEncoder) throws {
        var arena = TextArena()
        let slices = texts.map { arena.keep($0) }
        let dates = texts.map { _ in arena.keep("2022-04-01") }
        let numbers = texts.indices.map { Int64(-$0) }
        try encoder.begin(Self.columns)
        try slices.withUnsafeBufferPointer { slices in
            try dates.withUnsafeBufferPointer { dates in
                try numbers.withUnsafeBufferPointer { numbers in
                    if texts.isEmpty { return }
                    try encoder.append(
                        RowBlock(
                            columns: [
                                .text(slices.baseAddress!), .text(dates.baseAddress!), .integer(numbers.baseAddress!),
                            ], count: texts.count))
                }
            }
        }
        try encoder.finish()
    }

    /// The field of one text.
    private func field(_ text: String, _ delimiter: Delimiter = .comma) throws -> String {
        let separator = delimiter == .comma ? "," : delimiter == .semicolon ? ";" : "\t"
        let all = try lines([text], .sheets, delimiter)
        let header = "Contract\(separator)Date\(separator)TVDuration\n"
        let end = "\(separator)2022-04-01\(separator)0\n"
        try #require(all.hasPrefix(header) && all.hasSuffix(end))
        return String(all.dropFirst(header.count).dropLast(end.count))
    }

    @Test(arguments: [
        "", "SGH597377", "A", "FIMS_RES", "A12345", "Zürich", "日本", "TV-Movie", "ABCD00001", "truest", "a.b.c2",
    ])
    func whatNobodyMistakesIsPlain(_ text: String) throws { #expect(try field(text) == text) }

    @Test(arguments: [
        "0012", "7", "1E5", "-5", "+84", "@x", "=1+1", "=cmd|' /C calc'!A1", "2022-04-01", "1/2", "'q", "#N/A", "TRUE",
        "False", "true ", "MAR5", "MAR 2022", "dec-31", "mai.7", "A1", "$5", "(5)", ".5", "5%", " x", "＝1", "＋1", "－1",
        "＠x",
        "\tx", "113.182.209.48", "März 5", "\u{A0}5", "€5", "−5", "٣", "😀",
    ])
    func whatMightBeMistakenIsAFormulaThatIsTheText(_ text: String) throws {
        #expect(try field(text) == "\"=\"\"\(text)\"\"\"")
    }

    @Test func quotesLongTextAndControlCharacters() throws {
        #expect(try field("=1\"2") == "\"=\"\"=1\"\"\"\"2\"\"\"")
        let long = "=" + String(repeating: "y", count: 600)
        let parts = [long.prefix(255), long.dropFirst(255).prefix(255), long.dropFirst(510)]
        #expect(try field(long) == "\"=\"\"" + parts.joined(separator: "\"\"&\"\"") + "\"\"\"")
        // A character beyond U+FFFF is two units of a string.
        let faces = "=" + String(repeating: "😀", count: 200)
        #expect(try field(faces).components(by: "\"\"&\"\"").map(\.count) == [4 + 1 + 127, 73 + 3])
        #expect(try field("=a\nb") == "\"'=a\nb\"")
        #expect(try field("=\"a\rb") == "\"'=\"\"a\rb\"")
        let endless = "0" + String(repeating: "1", count: 4000)
        #expect(try field(endless) == "\"'\(endless)\"")
        #expect(try field("a\"b") == "\"a\"\"b\"" && field("two\nlines") == "\"two\nlines\"")
        #expect(
            try field("a,b") == "\"a,b\"" && field("a;b", .semicolon) == "\"a;b\"" && field("a\tb", .tab) == "\"a\tb\"")
    }

    @Test func anEmptyCellThatIsAllOfARowIsQuoted() throws {
        for (program, delimiter, expected) in [
            (SheetProgram.excel, Delimiter.comma, "\u{FEFF}Contract\r\n\"\"\r\nA\r\n"),
            (.sheets, .tab, "Contract\n\"\"\nA\n"),
        ] {
            var bytes: [UInt8] = []
            let encoder = SheetTextEncoder(program, delimiter) { bytes += Array($0) }
            try encoder.begin([Self.columns[0]])
            var arena = TextArena()
            try [arena.keep(""), arena.keep("A")].withUnsafeBufferPointer {
                try encoder.append(RowBlock(columns: [.text($0.baseAddress!)], count: 2))
            }
            try encoder.finish()
            #expect(String(decoding: bytes, as: UTF8.self) == expected)
        }
    }

    @Test func theProgramsDifferInMarkAndLineEnd() throws {
        #expect(try lines(["A"], .excel) == "\u{FEFF}Contract,Date,TVDuration\r\nA,2022-04-01,0\r\n")
        #expect(try lines(["A"], .libreoffice, .semicolon) == "Contract;Date;TVDuration\nA;2022-04-01;0\n")
        #expect(try lines([], .sheets) == "Contract,Date,TVDuration\n")
        #expect(SheetProgram.excel.rowLimit(columns: 6) == 1_048_576)
        #expect(SheetProgram.sheets.rowLimit(columns: 10) == 1_000_000)
        #expect(Delimiter(";") == .semicolon && Delimiter("TAB") == .tab && Delimiter("|") == nil)
    }

    @Test(arguments: [0, 1, 4, 5, 6, 10, 11, 23]) func aLongTableIsSplitWithTheHeaderInEachPart(_ count: Int) throws {
        var parts: [[UInt8]] = []
        let encoder = SplitEncoder(rowLimit: 5) { number in
            #expect(number == parts.count + 1)
            parts.append([])
            return SheetTextEncoder(.sheets, .comma) { parts[parts.count - 1] += Array($0) }
        }
        let texts = (0..<count).map { "C" + String(100_000 + $0) }
        try append(texts, to: encoder)
        #expect(encoder.rows == count && encoder.parts == max(1, (count + 4) / 5) && parts.count == encoder.parts)
        #expect(encoder.bytesWritten == parts.reduce(0) { $0 + $1.count })
        let split = parts.map { String(decoding: $0, as: UTF8.self).split(separator: "\n").map(String.init) }
        #expect(split.allSatisfy { $0.first == "Contract,Date,TVDuration" && $0.count <= 6 })
        #expect(split.flatMap { $0.dropFirst() } == texts.enumerated().map { "\($1),2022-04-01,\(-$0)" })
    }
}

extension String {
    fileprivate func components(by separator: String) -> [String] {
        var parts: [String] = []
        var rest = self[...]
        while let range = rest.firstRange(of: separator) {
            parts.append(String(rest[..<range.lowerBound]))
            rest = rest[range.upperBound...]
        }
        return parts + [String(rest)]
    }
}

@Suite struct DecimalSignTests {
    private func line(_ delimiter: Delimiter, _ sign: DecimalSign?) throws -> String {
        var bytes: [UInt8] = []
        let encoder = SheetTextEncoder(.sheets, delimiter, sign) { bytes += Array($0) }
        try encoder.begin([
            TableColumn("TVHours", .decimal(places: 2)), TableColumn("Time", .duration),
            TableColumn("Days", .integer),
        ])
        let numbers: [Int64] = [-150]
        try numbers.withUnsafeBufferPointer {
            let base = $0.baseAddress!
            try encoder.append(
                RowBlock(columns: [.decimal(base, places: 2), .duration(base), .integer(base)], count: 1))
        }
        try encoder.finish()
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").last.map(String.init) ?? ""
    }

    @Test(
        arguments: [
            (.comma, nil, "-1.50,-0:02:30,-150"), (.semicolon, nil, "-1,50;-0:02:30;-150"),
            (.tab, nil, "-1.50\t-0:02:30\t-150"), (.semicolon, .point, "-1.50;-0:02:30;-150"),
            (.tab, .comma, "-1,50\t-0:02:30\t-150"), (.comma, .comma, "\"-1,50\",-0:02:30,-150"),
        ] as [(Delimiter, DecimalSign?, String)])
    func goesWithTheDelimiterUnlessItIsNamed(_ delimiter: Delimiter, _ sign: DecimalSign?, _ wanted: String) throws {
        #expect(try line(delimiter, sign) == wanted)
    }
}
