//  The tables on a terminal: aligned, coloured where that is wanted, and never wider than the terminal.

import Foundation
import Testing

@testable import Face
@testable import Wording

@Suite struct TextTableTests {
    private static let plain = Style.plain
    private static let colored = Style(isTerminal: true, environment: ["TERM": "xterm"])

    private static func table() -> TextTable {
        var table = TextTable([
            .init(title: "FILE", isCut: true), .init(title: "STATE"),
            .init(title: "ROWS", isNumber: true, dispensable: 1),
            .init(title: "BAD", isNumber: true),
        ])
        table.rows = [
            .init(cells: [.init("20220401.json"), .init("folded", .green), .init("1,500"), .init("7")]),
            .init(
                cells: [.init("é.json"), .init("held", .red), .init("12"), .init("-")],
                notes: [.init("one two three four", .dim)]),
        ]
        return table
    }

    @Test func columnsAreAligned() {
        #expect(
            Self.table().lines(Self.plain, width: 80) == [
                "FILE           STATE    ROWS  BAD", "20220401.json  folded  1,500    7",
                "é.json         held       12    -",
                "  one two three four",
            ])
    }

    @Test func narrowTerminalsGetLess() {
        #expect(
            Self.table().lines(Self.plain, width: 27) == [
                "FILE           STATE   BAD", "20220401.json  folded    7", "é.json         held      -",
                "  one two three four",
            ])
        #expect(
            Self.table().lines(Self.plain, width: 22) == [
                "FILE       STATE   BAD", "20220401…  folded    7", "é.json     held      -", "  one two three four",
            ])
        #expect(TextTable.wrapped("one two three four", to: 12) == ["one two", "three four"])
    }

    @Test(arguments: 12...90) func noLineIsWiderThanTheTerminal(_ width: Int) {
        let least = 8 + 2 + 6 + 2 + 3
        for line in Self.table().lines(Self.plain, width: width) { #expect(line.count <= max(width, least), "\(line)") }
    }

    @Test func coloursChangeNoPlace() {
        let colored = Self.table().lines(Self.colored, width: 80)
        #expect(colored[1] == "20220401.json  \u{1B}[32mfolded\u{1B}[0m  1,500    7")
        let stripped = colored.map { $0.replacing(/\u{1B}\[[0-9]+m/, with: "") }
        #expect(stripped == Self.table().lines(Self.plain, width: 80))
    }

    @Test func aStatusOnATerminalIsATable() throws {
        let bench = Workbench()
        bench.put("20220401.json", #"{"Contract":"A","AppName":"VOD","TotalDuration":5}"# + "\n")
        bench.put("20220402.json", "nonsense\n")
        try bench.run()
        let text = try bench.status().text(Self.colored, columns: 100)
        let lines = text.split(separator: "\n")
        #expect(
            lines[0].contains("FILE") && lines[1].contains("\u{1B}[32mfolded") && lines[2].contains("\u{1B}[31mheld"))
        #expect(text.contains("LAST RUNS") && text.contains("\u{1B}[33mincomplete"))
        #expect(!lines.contains { $0.replacing(/\u{1B}\[[0-9]+m/, with: "").count > 100 }, "\(text)")
        let plain = try bench.status().text(Self.plain)
        #expect(plain.hasPrefix("20220401.json  folded     2022-04-01  1 folded") && !plain.contains("FILE"))
    }
}
