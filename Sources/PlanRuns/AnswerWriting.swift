//  An answer in any format, to a sink.

import DurableIO
import Plans
import Publishing
import RunSettings
import Tables

/// Writes the answer of a fold.
package struct AnswerWriting {
    private let answer: AnswerTable
    /// Of a workbook.
    private let title: String
    private let fileSystem: FileSystem

    package init(_ answer: AnswerTable, title: String, in fileSystem: FileSystem) {
        (self.answer, self.title, self.fileSystem) = (answer, title, fileSystem)
    }

    /// - Parameters:
    ///   - scratch: where parts of a workbook may lie for a moment.
    ///   - isConcurrent: whether they may be made on several threads.
    /// - Throws: `DuckDBError`; what the sink throws.
    package func write(
        _ format: ExportFormat, isGzipped: Bool, scratch: String, isConcurrent: Bool, to sink: @escaping TableSink
    ) throws {
        switch format {
        case .table(let format):
            guard let copied = AnswerTable.copyFormat(format) else {
                return try answer.texts().write(to: format.encoder(sink, isGzipped: isGzipped))
            }
            let path = try answer.write(copied, to: "answer.\(format.fileExtension)")
            let gzip = isGzipped ? GzipSink(sink) : nil
            try fileSystem.open(path, .read).forEachPiece { try gzip?.write($0) ?? sink($0) }
            try gzip?.finish()
            // Another answer may be wanted in the same format.
            try fileSystem.removeIfPresent(path)
        case .workbook:
            let texts = try answer.texts()
            let workbook = Workbook(
                WorkbookProperties(title: title, subject: "", author: "Watchfold", comments: ""),
                [WorkbookTable(title, texts.columns, rows: texts.rowCount)])
            try WorkbookWriting(workbook, fileSystem, scratch: scratch).write(isConcurrent: isConcurrent, to: sink) {
                _, encoder in try texts.write(to: encoder)
            }
        }
    }
}
