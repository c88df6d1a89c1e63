//  The tables of `status` on a terminal. In a pipe there are plain lines instead, one a file (StatusText.swift).

import JSONRecords
import Ledgers
import Operations
import Wording

extension CheckpointsStatus {
    /// Every file: a row with its numbers, and below it what is to be known about it.
    func fileTable(_ style: Style, columns: Int) -> [String] {
        var table = TextTable([
            .init(title: "FILE", isCut: true), .init(title: "STATE"), .init(title: "DAY", dispensable: 1),
            .init(title: "RECORDS", isNumber: true, dispensable: 2),
            .init(title: "IGNORED", isNumber: true, dispensable: 4), .init(title: "REJECTED", isNumber: true),
            .init(title: "SECONDS", isNumber: true, dispensable: 3),
        ])
        table.rows = files.map { file in
            let counts = file.counts
            func number(_ value: Int?) -> String { value.map { Show.number($0) } ?? "-" }
            let rejected = counts?.rejected ?? 0
            return TextTable.Row(
                cells: [
                    .init(Show.name(file.name)), .init(file.state.rawValue, Self.color(file.state)),
                    .init(file.date ?? "no date", file.date == nil ? .dim : nil), .init(number(counts?.read)),
                    .init(number(counts?.ignored)),
                    .init(number(counts?.rejected), rejected > 0 ? .yellow : nil),
                    .init(file.seconds.map { Show.number($0) } ?? "-"),
                ],
                notes: Self.notes(file))
        }
        return table.lines(style, width: columns)
    }

    private static func notes(_ file: File) -> [TextTable.Cell] {
        var notes: [TextTable.Cell] = []
        if !file.reason.isEmpty {
            let isOpen = file.state == .held || file.state == .failed || file.state == .waiting
            notes.append(
                .init(Show.name(file.reason), file.isUnusual || isOpen ? color(file.state, unusual: true) : .dim))
        }
        if !file.rejections.isEmpty { notes.append(.init(rejections(file), .dim)) }
        if file.isGone { notes.append(.init("no longer in the inbox", .dim)) }
        if file.isCounted && file.state != .folded { notes.append(.init("its last good content counts", .dim)) }
        return notes
    }

    private static func color(_ state: FileState, unusual: Bool) -> Style.Color {
        state == .folded && unusual ? .yellow : color(state)
    }

    /// The last runs, newest first.
    func runTable(_ style: Style, columns: Int) -> [String] {
        var table = TextTable([
            .init(title: "LAST RUNS"), .init(title: "COMMAND"), .init(title: "OUTCOME"),
            .init(title: "RECORDS", isNumber: true, dispensable: 1),
            .init(title: "READ", isNumber: true, dispensable: 2),
        ])
        table.rows = runs.map { run in
            let read = run.summary.map { $0.tally.read } ?? 0
            let outcome: TextTable.Cell =
                switch run.summary?.outcome {
                case nil: .init("running, process \(run.pid)", .yellow)
                case .finished?: .init(RunOutcome.finished.rawValue, .green)
                case .failed?: .init(RunOutcome.failed.rawValue, .red)
                case .crashed?: .init(RunOutcome.crashed.rawValue, .red)
                case let other?: .init(other.rawValue, .yellow)
                }
            return TextTable.Row(cells: [
                .init(Timestamp.text(milliseconds: run.startedAt)), .init(run.command), outcome,
                .init(read > 0 ? Show.number(read) : "-"), .init(read > 0 ? Show.bytes(run.summary!.bytes) : "-"),
            ])
        }
        return table.lines(style, width: columns)
    }
}
