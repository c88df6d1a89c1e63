//  Events of the stages in words: level, name, text and fields of a line.
//
//  At `info`, which is shown by default, is what should not happen: something that was kept cannot be used, and costs time.
//  Everything else is at `debug`.

import Admission
import DurableIO
import Events
import Intake
import Logging
import Wording

extension Logger {
    /// Where stages hand their events to.
    package var sink: EventSink { { note($0) } }

    package func note(_ event: WorkEvent) {
        switch event {
        case .fileCut, .fileNotCut, .slowRecords, .shapesForgotten, .tableSpilled, .runsMerged: noteReading(event)
        case .contentKnown, .partialReused, .partialDamaged, .partialWritten, .committed: noteCommit(event)
        case .manifestWritten, .reportsDue, .totalKept, .totalRenewed, .partialsMerged, .mergeStaged, .mergeUnstaged,
            .outputDue, .segmentMade, .segmentRefused, .segmentUnplaced:
            notePublishing(event)
        }
    }

    /// How a file was read.
    func note(_ file: String, _ outcome: ReadOutcome) {
        guard logLevel <= .debug, case .read(let summary, _) = outcome else { return }
        for event in summary.way.events(file: file, records: summary.counts.read) { note(event) }
    }

    /// What the stages of a command took, and the memory that the process had at most.
    func note(_ stages: [StageTime], seconds: Double) {
        func fields() -> Metadata {
            var fields: Metadata = ["seconds": "\(Show.seconds(seconds))", "memory": "\(Self.peakMemory)"]
            for time in stages { fields["seconds_\(time.stage.rawValue)"] = "\(Show.seconds(time.seconds))" }
            return fields
        }
        let all = Show.duration(seconds)
        debug(
            .stageTimes,
            "stages: " + stages.map { "\($0.stage.rawValue) \(Show.duration($0.seconds))" }.joined(separator: ", ")
                + "; in all \(all), with at most \(Show.bytes(Self.peakMemory)) of memory", fields())
    }

    /// In bytes, as the kernel counts it; 0 where it does not say. (What getrusage(2) says has the memory in it of whoever
    /// started the program.)
    private static var peakMemory: Int {
        guard let status = try? FileSystem.real.open("/proc/self/status", .read).readToEnd(limit: 1 << 16),
            let line = String(decoding: status, as: UTF8.self).split(separator: "\n").first(where: {
                $0.hasPrefix("VmHWM:")
            })
        else { return 0 }
        return (Int(line.filter(\.isNumber)) ?? 0) * 1024
    }

    private func noteReading(_ event: WorkEvent) {
        switch event {
        case .fileCut(let file, let ranges):
            debug(
                .fileCut, "\(Show.name(file)) is read in \(Show.count(ranges, "range")), by all threads",
                ["file": "\(Show.name(file))", "ranges": "\(ranges)"])
        case .fileNotCut(let file, let reason):
            debug(
                .fileNotCut, "\(Show.name(file)) is read by one thread: \(Self.text(reason))",
                ["file": "\(Show.name(file))", "reason": "\(reason.name)"])
        case .slowRecords(let file, let count, let all):
            debug(
                .slowRecords,
                "\(Show.name(file)): \(Show.number(count)) of \(Show.count(all, "record")) fitted no known shape and were"
                    + " read by the complete reader",
                ["file": "\(Show.name(file))", "records": "\(count)", "of": "\(all)"])
        case .shapesForgotten(let file, let times):
            debug(
                .shapesForgotten,
                "\(Show.name(file)): the shapes that were learned were forgotten \(Show.count(times, "time")),"
                    + " because too few records fitted them",
                ["file": "\(Show.name(file))", "times": "\(times)"])
        case .tableSpilled(let rows):
            debug(
                .tableSpilled,
                "a table of \(Show.count(rows, "row")) does not fit into the memory that is set, and is written to disk",
                ["rows": "\(rows)"])
        case .runsMerged(let runs, let rows):
            debug(
                .runsMerged, "\(Show.count(runs, "table")) on disk are merged into one of \(Show.count(rows, "row"))",
                ["tables": "\(runs)", "rows": "\(rows)"])
        default: preconditionFailure("not an event of reading: \(event)")
        }
    }

    private static func text(_ reason: WholeReason) -> String {
        switch reason {
        case .small: "it is no longer than a range"
        case .stream: "it is a stream"
        case .compressed: "it is compressed"
        case .otherEncoding: "its text is not UTF-8"
        case .layout(let layout): "its records are not one a line, its layout is \(layout)"
        case .valueAcrossLines: "a value goes on over several lines; what was read in ranges is read again"
        case .openQuote:
            "a quote is not closed or a record too long, so quotes do not tell where others begin; what was read in ranges"
                + " is read again"
        }
    }

    private func noteCommit(_ event: WorkEvent) {
        switch event {
        case .contentKnown(let file):
            debug(
                .contentKnown, "\(Show.name(file)) was read, and its content is the one that is known",
                ["file": "\(Show.name(file))"])
        case .partialReused(let file, let partial):
            debug(
                .partialReused, "\(Show.name(file)) had this content before: \(partial) is used again",
                ["file": "\(Show.name(file))", "partial": "\(partial)"])
        case .partialDamaged(let file, let partial, let detail):
            info(
                .partialDamaged,
                "\(Show.name(file)) had this content before, but \(partial) cannot be used again: \(Show.name(detail))",
                ["file": "\(Show.name(file))", "partial": "\(partial)", "reason": "\(Show.name(detail))"])
        case .partialWritten(let file, let partial, let rows, let bytes):
            debug(
                .partialWritten,
                "\(Show.name(file)): \(partial) is written, \(Show.count(rows, "row")), \(Show.bytes(bytes))",
                ["file": "\(Show.name(file))", "partial": "\(partial)", "rows": "\(rows)", "bytes": "\(bytes)"])
        case .committed(let files, let seconds):
            debug(
                .committed, "\(Show.count(files, "file")) committed together in \(Show.duration(seconds))",
                ["files": "\(files)", "seconds": "\(Show.seconds(seconds))"])
        default: preconditionFailure("not an event of a commit: \(event)")
        }
    }

    private func notePublishing(_ event: WorkEvent) {
        switch event {
        case .manifestWritten(let generation):
            debug(
                .manifestWritten, "the manifest of generation \(generation) is written",
                ["generation": "\(generation)"])
        case .reportsDue(let reason):
            debug(
                .reportsDue, "the reports are written: \(Self.text(reason))", ["reason": "\(reason.name)"])
        case .totalKept(let generation, let changedFiles):
            debug(
                .totalKept,
                "the total of generation \(generation) is kept, and merged with \(Show.count(changedFiles, "change"))",
                ["generation": "\(generation)", "changed_files": "\(changedFiles)"])
        case .totalRenewed(let from, let changedFiles):
            debug(
                .totalRenewed,
                "the total of generation \(from) is merged with \(Show.count(changedFiles, "change")) into a new one",
                ["generation": "\(from)", "changed_files": "\(changedFiles)"])
        case .partialsMerged(let files, let reason):
            let isUsual =
                switch reason {
                case .noTotal, .manyChanges: true
                default: false
                }
            log(
                isUsual ? .debug : .info, .partialsMerged,
                { "all \(Show.count(files, "partial")) that count are merged: \(Self.text(reason))" },
                { ["files": "\(files)", "reason": "\(reason.name)"] })
        case .mergeStaged(let tables, let folder):
            debug(
                .mergeStaged,
                "\(Show.count(tables, "table")) are too many to be merged at once; some are merged into files in"
                    + " \(Show.name(folder)) first",
                ["tables": "\(tables)"])
        case .mergeUnstaged(let tables, let detail):
            info(
                .mergeUnstaged,
                "\(Show.count(tables, "table")) are merged at once, which takes more memory, because there is no place"
                    + " for files: \(Show.name(detail))",
                ["tables": "\(tables)"])
        case .outputDue(let output, let reason):
            debug(
                .outputDue, "output \(Show.name(output)) is made: \(Self.text(reason))",
                ["file": "\(Show.name(output))", "reason": "\(reason.rawValue)"])
        case .segmentMade(let segment, let inputs, let rows):
            debug(
                .segmentMade,
                "\(segment): \(Show.count(inputs, "table")) are merged into a segment of \(Show.count(rows, "row"))",
                ["segment": "\(segment)", "tables": "\(inputs)", "rows": "\(rows)"])
        case .segmentRefused(let segment, let detail):
            debug(
                .segmentRefused, "\(segment) is not made: \(Show.name(detail))",
                ["segment": "\(segment)", "reason": "\(Show.name(detail))"])
        case .segmentUnplaced(let segment, let detail):
            info(
                .segmentUnplaced,
                "\(segment) is not kept, and has to be merged again each time: \(Show.name(detail))",
                ["segment": "\(segment)", "reason": "\(Show.name(detail))"])
        default: preconditionFailure("not an event of publishing: \(event)")
        }
    }

    private static func text(_ reason: FullMergeReason) -> String {
        switch reason {
        case .noTotal: "there is no total"
        case .damaged(let detail): "the total is damaged: \(Show.name(detail))"
        case .otherLedger: "the total was made from another ledger"
        case .otherColumns: "the total has other columns than the plan"
        case .laterGeneration(let generation):
            "the total is of generation \(generation), which is later than what is reported on"
        case .manyChanges(let changed, let counting):
            "\(Show.count(changed, "partial")) came or went since the total was made, and "
                + "\(Show.number(counting)) \(counting == 1 ? "counts" : "count")"
        case .failed(let detail): "a merge with the total failed: \(Show.name(detail))"
        }
    }

    private static func text(_ reason: ReportsReason) -> String {
        switch reason {
        case .wanted: "they are wanted anew"
        case .noReceipt: "there is no receipt"
        case .damagedReceipt: "the receipt cannot be read"
        case .contents: "other contents count than the receipt names"
        case .groups: "the receipt names other groups"
        case .program(let tool): "the receipt was written by \(Show.name(tool))"
        case .generation(let generation): "the receipt is of generation \(generation)"
        case .otherReports: "the receipt names other reports"
        case .reportLost(let name): "\(Show.name(name)) is missing or has another size"
        case .totalDue: "the total on disk is too old to be kept"
        }
    }

    private static func text(_ reason: OutputReason) -> String {
        switch reason {
        case .unknown: "there is no entry of it in outputs.json"
        case .contents: "other contents count than when it was written"
        case .groups: "it was written with other groups"
        case .program: "another version of the program wrote it"
        case .generation: "it is of another generation"
        case .fileLost: "its file is missing or has another size"
        }
    }
}
