import DurableIO
import Tables

/// Writes workbooks.
package struct WorkbookWriting {
    private let workbook: Workbook
    private let fileSystem: FileSystem
    private let scratch: String

    static var frameName: String { "workbook" }
    /// Bytes. A frame has a few hundred thousand at most.
    private static var largestFrame: Int { 1 << 28 }

    /// - Parameter scratch: a folder for small temporary files.
    package init(_ workbook: Workbook, _ fileSystem: FileSystem, scratch: String) {
        (self.workbook, self.fileSystem, self.scratch) = (workbook, fileSystem, scratch)
    }

    /// Writes a workbook, its rows as they come.
    ///
    /// - Parameters:
    ///   - isConcurrent: whether a second thread packs; then the sink is called there.
    ///   - rows: called for each table, in order, to hand its rows to the encoder: begin, append, finish.
    /// - Throws: `WorkbookError`, `IOError`; what `sink` and `rows` throw.
    package func write(
        isConcurrent: Bool, to sink: @escaping TableSink, rows: (_ table: Int, any TableEncoder) throws -> Void
    ) throws {
        let (frame, styles) = try frame()
        try workbook.write(frame: frame, styles, isConcurrent: isConcurrent, to: sink, rows: rows)
    }

    /// The workbook without its rows. libxlsxwriter writes to a path: here that of a file that has lost its name already,
    /// so that nothing is left behind, be it by a kill.
    private func frame() throws -> ([UInt8], WorkbookStyles) {
        let file = try AtomicFile(Path.join(scratch, Self.frameName), in: fileSystem).dropName()
        let styles = try workbook.writeFrame(at: "/proc/self/fd/\(file.descriptor)", scratch: scratch)
        return (try file.readAll(limit: Self.largestFrame), styles)
    }
}
