//  A report from the checkpoints.
//
//  Without a range it comes from the total, brought up to what counts now in passing; with one it comes from the
//  partials of the range's days. Either way it is one merge, and no raw file is read. When the total turns out to be
//  damaged before anything went out, all partials are merged instead.

import Checkpoints
import DurableIO
import Events
import Ledgers
import Records
import Reports
import RunSettings
import Tables
import Wording

/// Writes reports without changing anything; runs beside a writer.
package struct Exporter {
    package let settings: Settings
    package let fileSystem: FileSystem
    /// Told, in words, what a reader of the rows might miss. The same may be said twice.
    package let note: (String) -> Void
    /// Told how rows are merged.
    package var onEvent: EventSink = { _ in }

    package init(
        _ settings: Settings, fileSystem: FileSystem = .real, note: @escaping (String) -> Void = { _ in }
    ) {
        self.settings = settings
        self.fileSystem = fileSystem
        self.note = note
    }

    /// Checks a request before any work is done.
    ///
    /// - Returns: the columns of the answer.
    /// - Throws: `QueryError`.
    @discardableResult
    package func check(_ request: ExportRequest) throws -> [TableColumn] {
        let settings = try request.generation == nil ? self.settings : settingsOf(request, open())
        return try settings.reports.encoder(
            request.query, request.report, by: request.period, inner: TableFormat.csv.encoder { _ in }
        ).columns
    }

    /// The settings with the groups of the request's generation, as far as the ledger has them; else those of now.
    func settingsOf(_ request: ExportRequest, _ checkpoints: CheckpointFolder) throws -> Settings {
        guard let generation = request.generation, let text = try checkpoints.ledger.plan(at: generation) else {
            return settings
        }
        guard let reports = settings.plan.reports(canonicalText: text) else {
            throw Refused(
                .damaged,
                "the ledger has no valid \(settings.plan.settings.grouping.setting) of generation \(generation)")
        }
        return settings.with(reports)
    }

    /// Writes in one of the plain formats.
    package func export(
        _ request: ExportRequest, format: TableFormat, isGzipped: Bool = false, sink: @escaping TableSink
    ) throws {
        try export(request) { format.encoder(sink, isGzipped: isGzipped) }
    }

    /// - Parameter makeEncoder: makes the encoder that takes the rows. Called again when the total turns out to be damaged
    ///   before the first encoder wrote anything.
    /// - Throws: `QueryError`, `CheckpointError`, `LedgerError`, `DamagedTable`, `ReportError`, what the encoder throws.
    package func export(_ request: ExportRequest, makeEncoder: () throws -> any TableEncoder) throws {
        if request.query.isIdentity && request.period == nil { return try exportPlainly(request, makeEncoder) }
        let checkpoints = try open()
        let settings = try settingsOf(request, checkpoints)
        let encoder = try settings.reports.encoder(
            request.query, request.report, by: request.period, inner: try makeEncoder())
        let edition = try Edition(settings, checkpoints, request)
        noteDays(edition)
        try edition.write(encoder)
        Self.lacks(request, encoder).forEach(note)
    }

    /// Tells which days an export is without.
    func noteDays(_ edition: Edition) {
        edition.lacks.forEach(note)
        if let gaps = edition.gaps { note(gaps) }
    }

    /// What a query left that was perhaps not meant.
    private static func lacks(_ request: ExportRequest, _ encoder: QueryEncoder) -> [String] {
        if encoder.offered == 0 { return [] }
        // Of a list each name that was not met is named.
        if case .list = request.query.keys {
        } else if encoder.rows == 0, request.query.limit != 0 {
            return [
                "no row of the \(request.report.name) report matches; it has \(Show.count(encoder.offered, "row"))"
            ]
        }
        guard encoder.zeros > 0, let column = request.query.order.first?.column else { return [] }
        return [
            "\(Show.number(encoder.zeros)) of \(Show.count(encoder.rows, "row")) in this top "
                + "\(encoder.zeros == 1 ? "has" : "have") nothing of \(Show.name(column))"
        ]
    }

    /// The whole report, as it is published; from the total, if that can be read.
    private func exportPlainly(_ request: ExportRequest, _ makeEncoder: () throws -> any TableEncoder) throws {
        let checkpoints = try open()
        let settings = try settingsOf(request, checkpoints)
        func export(rebuilding reason: FullMergeReason?) throws {
            let edition = try Edition(settings, checkpoints, request, rebuilding: reason, onEvent: onEvent)
            noteDays(edition)
            let encoder = try makeEncoder()
            do {
                try edition.write(request.report, encoder)
            } catch  where encoder.bytesWritten == 0 && edition.usesTotal && Publisher.blamesTotal(error) {
                try export(rebuilding: .failed(detail: "\(error)"))
            }
        }
        try export(rebuilding: nil)
    }

    /// What there is to say of the files that a request is about, from one merge. The request's query is not looked at.
    ///
    /// - Parameters:
    ///   - top: how many of the keys with the largest sums are wanted.
    ///   - beside: what else is to be read of the ledger at the same moment; it is told the generation. May be called
    ///     again.
    /// - Throws: `CheckpointError`, `LedgerError`, `DamagedTable`, `ReportError`; what `beside` throws.
    package func summary(
        _ request: ExportRequest, top: Int = 20, beside: (Ledger, _ generation: Int) throws -> Void = { _, _ in }
    ) throws -> any PlanSummary {
        try counted(request, beside: beside) { try $0.summary(top: top) }.counts
    }

    /// Counts in a first pass what has to be known before the rows; from the total, if that can be read.
    private func counted<Counts>(
        _ request: ExportRequest, beside: (Ledger, _ generation: Int) throws -> Void = { _, _ in },
        _ count: (Edition) throws -> Counts
    ) throws -> (edition: Edition, counts: Counts) {
        let checkpoints = try open()
        let settings = try settingsOf(request, checkpoints)
        func edition(rebuilding reason: FullMergeReason?) throws -> Edition {
            try checkpoints.ledger.snapshot {
                let edition = try Edition(
                    settings, checkpoints, request, rebuilding: reason, needsReceipt: true, onEvent: onEvent)
                try beside(checkpoints.ledger, edition.snapshot!.generation)
                return edition
            }
        }
        let first = try edition(rebuilding: nil)
        first.lacks.forEach(note)
        do {
            return (first, try count(first))
        } catch  where first.usesTotal && Publisher.blamesTotal(error) {
            let second = try edition(rebuilding: .failed(detail: "\(error)"))
            return (second, try count(second))
        }
    }

    /// The counted files that a request leaves out because they have no date; nil when there are none.
    package func leftOut(_ request: ExportRequest) throws -> UndatedFiles? {
        if request.days.isEverything { return nil }
        let ledger = try open().ledger
        let undated = UndatedFiles(
            try ledger.countingVersions(at: request.generation).filter { !request.without.contains($0.facts.name) },
            unit: settings.fold.plan.unit)
        return undated.count == 0 ? nil : undated
    }

    /// The names of the files that a request leaves out, where a path to one was given.
    ///
    /// - Throws: `IOError`, `CheckpointError`, `LedgerError`.
    package func names(without request: ExportRequest) throws -> Set<String> {
        if request.without.isEmpty { return [] }
        let ledger = try open().ledger
        return try Set(
            request.without.map { text in
                try settings.names(meantBy: text, in: fileSystem).first { try ledger.file(named: $0) != nil } ?? text
            })
    }

    package func open() throws -> CheckpointFolder {
        try CheckpointFolder.openForReading(
            settings.configuration.checkpoints, plan: settings.configuration.plan, in: fileSystem)
    }
}

// MARK: - Workbooks

extension Exporter {
    /// Writes a workbook.
    ///
    /// - Parameters:
    ///   - isWhole: all reports and a summary, in the unit of the request's query; else the rows of the request, and the
    ///     files that they are made from.
    ///   - scratch: a folder for small temporary files, which have no name.
    /// - Throws: `WorkbookError`, and what `export` throws.
    package func exportWorkbook(
        _ request: ExportRequest, isWhole: Bool, scratch: String, rowsPerSheet: Int = Workbook.sheetRows - 1,
        sink: @escaping TableSink
    ) throws {
        if isWhole { return try exportWhole(request, scratch, rowsPerSheet, sink) }
        let (edition, table) = try counted(request) { edition in
            let counter = try edition.query(request.report, inner: RowCounter())
            try edition.write(counter)
            Self.lacks(request, counter).forEach(note)
            return WorkbookTable(request.report.title, counter.columns, rows: counter.rows)
        }
        try write(edition, nil, [table], scratch, rowsPerSheet, sink) { _, encoder in
            try edition.write(edition.query(request.report, inner: encoder))
        }
    }

    private func exportWhole(
        _ request: ExportRequest, _ scratch: String, _ rowsPerSheet: Int, _ sink: @escaping TableSink
    ) throws {
        precondition(request.period == nil, "a whole workbook is of all days together")
        let (edition, summary) = try counted(request) { try $0.summary(top: 0) }
        let reports = settings.plan.reports
        let tables = try reports.map { report in
            let columns = try edition.query(report, inner: RowCounter()).columns
            return WorkbookTable(report.title, columns, rows: summary.rows(of: report))
        }
        try write(edition, summary, tables, scratch, rowsPerSheet, sink) { index, encoder in
            let query = try edition.query(reports[index], inner: encoder)
            try edition.write(reports[index], request.query.unit == .seconds ? encoder : query)
        }
    }

    /// Writes a workbook of these tables, and of the files behind them.
    private func write(
        _ edition: Edition, _ summary: (any PlanSummary)?, _ tables: [WorkbookTable], _ scratch: String,
        _ rowsPerSheet: Int, _ sink: @escaping TableSink, rows: (Int, any TableEncoder) throws -> Void
    ) throws {
        if let gaps = edition.gaps { note(gaps) }
        let snapshot = edition.snapshot!
        let unit = settings.fold.plan.unit
        let files = WorkbookTable(FilesTable.name, FilesTable.columns(unit: unit), rows: snapshot.files.count)
        let workbook = edition.settings.reports.workbook(
            summary, snapshot.origin(edition.settings), tables + [files], rowsPerSheet: rowsPerSheet)
        let writing = WorkbookWriting(workbook, fileSystem, scratch: scratch)
        try writing.write(isConcurrent: settings.jobs > 1, to: sink) { index, encoder in
            if index < tables.count {
                try rows(index, encoder)
            } else {
                try FilesTable.write(snapshot.files, unit: unit, to: encoder)
            }
        }
    }

}

/// Takes rows and forgets them; the query before it has counted them.
private final class RowCounter: TableEncoder {
    var bytesWritten: Int { 0 }
    func begin(_ columns: [TableColumn]) {}
    func append(_ block: RowBlock) {}
    func finish() {}
}
