//  Lists of contracts as people and programs write them.

import Records
import Reports
import Testing

@testable import Engagement
@testable import Tables

@Suite struct KeyListTests {
    private func matches(_ list: KeyList, _ contract: String) -> Bool {
        Array(contract.utf8).withUnsafeBufferPointer { bytes in
            var zero: UInt8 = 0
            return withUnsafePointer(to: &zero) { zero in
                list.matches(ByteSlice(base: bytes.baseAddress ?? zero, count: bytes.count))
            }
        }
    }

    private func list(_ text: String) throws -> KeyList {
        try KeyList(listing: Array(text.utf8), column: "Contract", plural: "contracts")
    }

    private func utf16(_ text: String, isLittle: Bool, hasMark: Bool) -> [UInt8] {
        let units = (hasMark ? [0xFEFF] : []) + Array(text.utf16)
        return units.flatMap { unit in
            let bytes = [UInt8(truncatingIfNeeded: unit), UInt8(unit >> 8)]
            return isLittle ? bytes : bytes.reversed()
        }
    }

    @Test func aListIsLinesOrTheFirstColumnOfATable() throws {
        let list = try list("\u{FEFF}Contract,TVDuration\r\nA1,3\r\n\r\n\"b,\"\"c\"\"\nd\",7\r\n0012\r\nlast")
        for contract in ["A1", "b,\"c\"\nd", "0012", "last"] { #expect(matches(list, contract), "\(contract)") }
        for contract in ["", "Contract", "3", "12", "a1", "last\r"] { #expect(!matches(list, contract), "\(contract)") }
        // Only a first line is a header.
        #expect(try matches(self.list("A\nContract\n"), "Contract"))
        #expect(try !matches(self.list(""), ""))
    }

    @Test(arguments: [
        ("Contract;TVDuration\r\nA1;1,94\r\n\"b;c\";2\r\n", ["A1", "b;c"], ["A1;1,94", "2"]),
        ("A1;1,94\nB2;2,5\n", ["A1", "B2"], ["A1;1"]),
        ("A1\t1,94\nB2\t2,5\n", ["A1", "B2"], ["A1\t1"]),
        ("Contract\tTV\r\nA\\\\b\t1\r\n", ["A\\b", "A\\\\b"], []),
        ("sep=;\r\nContract;x\r\nA1;2\r\n", ["A1"], ["sep=;", "Contract"]),
        ("sep=\t\nA1\t2\n", ["A1"], []),
        ("Name,Contract\nMiller,A1\nSmith,B2\n", ["A1", "B2"], ["Miller", "Smith"]),
        ("Contract\rA1\rB2\r", ["A1", "B2"], ["Contract"]),
        ("A1\r\nB2\r\n", ["A1", "B2"], []),
        // Not in every line: no delimiter, but text.
        ("a;b\nc\n", ["a;b", "c"], ["a"]), ("a;b;c\nd;e\n", ["a;b;c"], ["a"]),
        ("Contract\na;b\n", ["a;b"], ["a"]),
        // What is written so that spreadsheets keep it.
        (
            "\u{FEFF}Contract;TVDuration\r\n\"=\"\"0012\"\"\";5\r\n\"'=1\n1\";6\r\n", ["0012", "=\"0012\"", "=1\n1"],
            ["12"]
        ),
        ("=\"0012\"\n=\"a\"\"b\"\n", ["0012", "a\"b"], []),
        ("\"=\"\"ab\"\"&\"\"cd\"\"\"\n", ["abcd"], ["ab", "cd"]),
        ("=\"open\n=1+1\n=\"a\"x\n", ["=1+1", "=\"a\"x"], ["open", "a"]),
    ])
    func everyKindOfTable(_ text: String, _ wanted: [String], _ others: [String]) throws {
        let list = try list(text)
        for contract in wanted { #expect(matches(list, contract), "\(contract)") }
        for contract in others { #expect(!matches(list, contract), "\(contract)") }
    }

    @Test(arguments: [true, false], [true, false]) func utf16IsRead(_ isLittle: Bool, _ hasMark: Bool) throws {
        let bytes = utf16("Contract\tTV\r\nÄ1😀\t3\r\n0012\t4\r\n", isLittle: isLittle, hasMark: hasMark)
        let list = try KeyList(listing: bytes, column: "Contract", plural: "contracts")
        #expect(matches(list, "Ä1😀") && matches(list, "0012") && list.names.count == 2)
        #expect(throws: QueryError.self) {
            try KeyList(listing: bytes.dropLast(), column: "Contract", plural: "contracts")
        }
    }

    @Test(
        arguments: [
            ([0x50, 0x4B, 3, 4, 0, 0], "CSV"), ([0xD0, 0xCF, 0x11, 0xE0, 1], "CSV"), ([0x1F, 0x8B, 8, 0], "zcat"),
        ] as [([UInt8], String)])
    func whatIsNoListIsNamed(_ bytes: [UInt8], _ advice: String) {
        let error = #expect(throws: QueryError.self) {
            try KeyList(listing: bytes, column: "Contract", plural: "contracts")
        }
        #expect(error?.description.contains(advice) == true)
    }

    @Test func whatWasNotMetIsKnown() throws {
        let list = try list("A\nB\n=\"0012\"\nC\nA\nD\n")
        #expect(list.names.count == 5)
        for contract in ["0012", "B", "x"] { _ = matches(list, contract) }
        #expect(list.missed.map { String(decoding: $0, as: UTF8.self) } == ["A", "C", "D"])
        #expect(KeyList("one").missed == [Array("one".utf8)])
    }

    /// Whatever our own writer for spreadsheets makes of a name is that name again.
    @Test func whatIsWrittenForASpreadsheetIsReadBack() throws {
        let names = [
            "SGH597377", "0012", "=1+1", "1E5", "a\"b", "two\nlines", "'q", "\tx", "a,b", "a;b", "TRUE", "=1\"2", "é😀",
            String(repeating: "0", count: 300), "=" + String(repeating: "y", count: 600), "\\n",
        ]
        for program in SheetProgram.allCases {
            for delimiter in Delimiter.allCases {
                var bytes: [UInt8] = []
                let encoder = SheetTextEncoder(program, delimiter) { bytes += Array($0) }
                var arena = TextArena()
                let slices = names.map { arena.keep($0) }
                let numbers = names.indices.map { Int64($0 * 100) }
                try encoder.begin([TableColumn("Contract", .text), TableColumn("TVHours", .decimal(places: 2))])
                try slices.withUnsafeBufferPointer { slices in
                    try numbers.withUnsafeBufferPointer { numbers in
                        try encoder.append(
                            RowBlock(
                                columns: [.text(slices.baseAddress!), .decimal(numbers.baseAddress!, places: 2)],
                                count: names.count))
                    }
                }
                try encoder.finish()
                let list = try KeyList(listing: bytes, column: "Contract", plural: "contracts")
                for name in names { #expect(matches(list, name), "\(name) for \(program) with \(delimiter)") }
                #expect(list.names.count == names.count && list.missed.isEmpty)
            }
        }
    }
}
