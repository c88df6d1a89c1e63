//  Rows into folders by their values.
//
//      pieces ─▶ rows of a folder, collected from many of them ─▶ row groups ─▶ its files part-0, part-1, …
//
//  Three things are bounded, whatever the order of the rows is. When the rows that wait take too much, those of the fullest
//  folder are written; when too many files are open, the one that was written to least recently is ended, and what comes for
//  its folder later begins another; and there may be only so many folders. All this follows from the rows alone, so the files
//  are the same for any number of threads.

import ParquetTable

/// Rows divided by values.
final class PartitionedOutput: RowOutput, @unchecked Sendable {
    /// Most folders. A field with more values names records, not parts of a table.
    static let folderLimit = 10_000
    /// Most files that are open at once: well below the 256 that some systems allow a process.
    static let openLimit = 128
    /// What an empty buffer of a column takes, roughly, in bytes.
    private static let columnBytes = 512

    private final class Folder {
        let name: String
        /// Waiting to be encoded; nil when there are none.
        var rows: RowBuffer?
        var rowBytes = 0
        var table: TableOutput?
        /// Files that were begun.
        var parts = 0
        /// When it was written to.
        var lastUse = 0

        init(_ name: String) { self.name = name }
    }

    private let layout: TableLayout
    private let store: any TableStore
    private let limits: Limits
    private let encoded: EncodedRows
    private var folders: [String: Folder] = [:]
    /// In the order in which they were met.
    private var order: [Folder] = []
    /// Bytes of rows that wait.
    private var waiting = 0
    /// Folders with an open file.
    private var open: [Folder] = []
    private var uses = 0
    private var tables: [ConvertedTable] = []

    struct Limits: Sendable {
        /// Bytes of values in a row group.
        var groupBytes: Int
        /// Bytes of rows that wait, of all folders.
        var waitingBytes: Int
        var open = PartitionedOutput.openLimit
        var folders = PartitionedOutput.folderLimit
    }

    init(_ layout: TableLayout, in store: any TableStore, _ limits: Limits) {
        self.layout = layout
        self.store = store
        self.limits = limits
        encoded = EncodedRows(layout)
    }

    func begin(input: Int) {}

    func write(_ piece: ConversionPiece, recordsBefore: Int) throws { for part in piece.parts { try write(part) } }

    func end(input: Int) {}

    func finish() throws -> [ConvertedTable] {
        for folder in order {
            try flush(folder)
            try end(folder)
        }
        return tables
    }

    /// Adds rows of a folder behind those that it has.
    func write(_ part: RowPart) throws {
        let folder = try folder(part.folder)
        if folder.rows == nil {
            folder.rows = RowBuffer(schema: layout.schema)
            folder.rowBytes = Self.columnBytes * layout.schema.columns.count
            waiting += folder.rowBytes
        }
        folder.rows!.append(0..<part.rows.rowCount, of: part.rows)
        let bytes = part.rows.byteCount
        folder.rowBytes += bytes
        waiting += bytes
        if folder.rowBytes >= limits.groupBytes { try flush(folder) }
        while waiting > limits.waitingBytes, let fullest = order.max(by: { $0.rowBytes < $1.rowBytes }) {
            try flush(fullest)
        }
    }

    private func folder(_ name: String) throws -> Folder {
        if let folder = folders[name] { return folder }
        if folders.count == limits.folders { throw DivisionFailure.tooManyFolders(limit: limits.folders) }
        let folder = Folder(name)
        folders[name] = folder
        order.append(folder)
        return folder
    }

    /// Writes the rows that wait.
    private func flush(_ folder: Folder) throws {
        guard let rows = folder.rows else { return }
        folder.rows = nil
        waiting -= folder.rowBytes
        folder.rowBytes = 0
        if folder.table == nil { try begin(folder) }
        uses += 1
        folder.lastUse = uses
        encoded.removeAll()
        try encoded.append(rows)
        try folder.table!.write(encoded)
    }

    private func begin(_ folder: Folder) throws {
        if open.count == limits.open { try end(open.min { $0.lastUse < $1.lastUse }!) }
        folder.table = try TableOutput(layout.format.fileName("\(folder.name)/part-\(folder.parts)"), layout, in: store)
        folder.parts += 1
        open.append(folder)
    }

    private func end(_ folder: Folder) throws {
        guard let table = folder.table else { return }
        folder.table = nil
        open.removeAll { $0 === folder }
        tables.append(try table.finish())
    }
}
