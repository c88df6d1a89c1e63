import CSVRecords
import DurableIO
import Foundation
import Intake
import Records
import RowReference
import Testing

/// What came of reading a file of CSV, all that must be the same however it was cut.
enum RangeOutcome: Equatable {
    case read(Summary)
    case error(CSVError)
    case wrongCuts

    struct Summary: Equatable {
        /// Kind, length and text of each cell; compared as memory.
        var cells = Data()
        var texts: [String] = []
        var counts = OutcomeCounts()
        var numbers: [Int] = []
        var rejections: [RejectedRecord] = []
        var observations = FileObservations()
    }

    /// - Parameter isCut: whether it may be cut; if it is large enough, it is, or the test fails.
    static func read(_ path: String, _ file: RandomCSV, jobs: Int, unitSize: Int, isCut: Bool) throws -> RangeOutcome {
        let settings = ReadSettings(
            .csv(file.schema, file.settings), maxRecordBytes: file.longest, unitSize: unitSize)
        let reading = RowReading(settings: settings, fileSystem: .real, jobs: jobs) { RowList() }
        let all = RowList()
        do {
            let summary = try reading.read(FoldInput(name: path, path: path), isCut: isCut) { piece, _ in
                all.cells += piece.cells
            }
            let units = file.bytes.count > unitSize ? (file.bytes.count + unitSize - 1) / unitSize : 1
            #expect(summary.way.ranges == (isCut ? units : 1))
            #expect((summary.way.whyWhole == nil) == (isCut && units > 1))
            return .read(Summary(summary, all.cells))
        } catch let error as CSVError { return .error(error) } catch is WrongCuts { return .wrongCuts }
    }
}

extension RangeOutcome.Summary {
    init(_ summary: FileSummary, _ cells: [UInt8]) {
        self.cells = Data(cells)
        texts = ["\(summary.container)", "\(summary.compression)", "\(summary.digest)", "\(summary.end)"]
        texts += summary.sample.records.map { "\($0.reason) \($0.offset) \($0.raw)" }
        counts = summary.counts
        numbers = [summary.size, summary.textSize, summary.storedSize, summary.rejectedBytes]
        rejections = summary.rejections
        observations = summary.observations
    }
}

/// Keeps the cells of a piece, and refuses some by their texts.
///
/// `@unchecked Sendable`: one thread has it at a time.
private final class RowList: RowPiece, @unchecked Sendable {
    var cells: [UInt8] = []
    var isFull: Bool { cells.count > 100_000 }

    func begin() { cells = [] }
    func finish() {}

    func add(_ batch: borrowing CellBatch) -> [RowFault] {
        var faults: [RowFault] = []
        for row in 0..<batch.count {
            let first = batch.cells[row * batch.fieldCount]
            if first.byteCount % 7 == 3 && first.text[0] == UInt8(ascii: "x") {
                faults.append(RowFault(row: row, reason: .bad("f0")))
                continue
            }
            for field in 0..<batch.fieldCount {
                let cell = batch.cells[row * batch.fieldCount + field]
                withUnsafeBytes(of: (cell.kind, cell.byteCount)) { cells += $0 }
                cells += cell.text
            }
        }
        return faults
    }
}
