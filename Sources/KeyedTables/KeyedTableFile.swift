//  Keyed tables as Parquet files: what partials and the total have in common.
//
//      columns    the keys (UTF-8 strings, required), then the measures (Int64, required)
//      order      ascending by the keys' bytes; each key once
//      groups     65,536 rows; LZ4_RAW; a CRC-32 on every page and on the footer
//      metadata   watchfold.format, watchfold.kind, watchfold.measures, and what each kind adds

import Codecs
import Columns
import DurableIO
import Folding
import ParquetTable
import Records

/// A partial or a total that cannot be read, or is not what it should be.
package struct DamagedTable: Error, Sendable, CustomStringConvertible {
    package var path: String
    package var detail: String

    package init(path: String, detail: String) {
        self.path = path
        self.detail = detail
    }

    package var description: String { "\(path) is damaged: \(detail)" }
}

/// The parts of the format that both kinds of files share.
package enum KeyedTableFormat {
    /// Version of the columns' and the metadata's meaning.
    package static let version = 1
    /// Most rows of a row group of the total, which is made of a range of first keys.
    package static let rowGroupRows = 65_536
    /// Rows of a row group of a partial: one page, large enough that columns compress well, small enough that a merge of
    /// a month of partials holds two groups of each in some fifty megabytes.
    package static let partialGroupRows = 16_384

    static func tableSchema(_ schema: KeyedSchema) -> TableSchema {
        TableSchema(
            columns: schema.keys.map { ColumnSchema($0, .utf8) } + schema.measures.map { ColumnSchema($0.name, .int64) }
        )
    }

    static func writerOptions(_ schema: KeyedSchema) -> WriterOptions {
        WriterOptions(sortingColumns: schema.keys.indices.map { SortingColumn($0) })
    }

    static func columns(_ batch: KeyedBatch) -> [ColumnValues] {
        batch.keys.map { .utf8($0) } + batch.measures.map { .int64($0) }
    }

    /// The keys and measures that a table names, whose columns have to agree with it.
    static func schema(of reader: TableReader, path: String) throws(DamagedTable) -> KeyedSchema {
        guard let measures = reader.metadataValue("watchfold.measures").flatMap(measures(fromText:)) else {
            throw DamagedTable(path: path, detail: "its measures are not named")
        }
        let columns = reader.schema.columns
        let keyCount = columns.count - measures.count
        guard keyCount > 0,
            columns.dropFirst(keyCount).map(\.name) == measures.map(\.name),
            columns.enumerated().allSatisfy({ $1.type == ($0 < keyCount ? .utf8 : .int64) && !$1.isNullable })
        else { throw DamagedTable(path: path, detail: "its columns are not those that it names") }
        return KeyedSchema(keys: columns.prefix(keyCount).map(\.name), measures: measures)
    }

    static func measuresText(_ measures: [Measure]) -> String {
        measures.map { "\($0.name):\($0.merge.rawValue)" }.joined(separator: ",")
    }

    static func measures(fromText text: String) -> [Measure]? {
        var measures: [Measure] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let pieces = part.split(separator: ":", omittingEmptySubsequences: false)
            guard pieces.count == 2, let merge = MergeOperator(rawValue: String(pieces[1])) else { return nil }
            measures.append(Measure(String(pieces[0]), merge))
        }
        return measures
    }
}

/// Encodes rows of a keyed table apart from its file, so that several threads can.
package final class KeyedGroupEncoder {
    fileprivate let groups: RowGroupEncoder
    fileprivate private(set) var rowCount = 0

    package init(schema: KeyedSchema) {
        groups = RowGroupEncoder(
            schema: KeyedTableFormat.tableSchema(schema), options: KeyedTableFormat.writerOptions(schema))
    }

    /// Encodes one row group behind those that are kept.
    package func encode(_ batch: KeyedBatch) throws {
        rowCount += batch.count
        try groups.encode(KeyedTableFormat.columns(batch))
    }

    package func removeAll() {
        rowCount = 0
        groups.removeAll()
    }
}

/// Writes a keyed table under a temporary name; the caller places it.
package final class KeyedTableWriter {
    package let file: AtomicFile
    private let schema: KeyedSchema
    private let kind: String
    private var writer: TableWriter
    private let digest: DigestBox
    package private(set) var rowCount = 0

    /// The digest of what was written, shared with the sink.
    private final class DigestBox {
        var state = StreamingXXH128()
    }

    package init(_ path: String, kind: String, schema: KeyedSchema, in fileSystem: FileSystem) throws(IOError) {
        self.schema = schema
        self.kind = kind
        let file = try AtomicFile(path, in: fileSystem)
        let digest = DigestBox()
        self.file = file
        self.digest = digest
        writer = TableWriter(
            schema: KeyedTableFormat.tableSchema(schema), options: KeyedTableFormat.writerOptions(schema)
        ) { bytes in
            digest.state.update(bytes)
            try file.write(bytes)
        }
    }

    package func write(_ batch: KeyedBatch) throws {
        rowCount += batch.count
        try writer.write(rowGroup: KeyedTableFormat.columns(batch))
    }

    /// Writes row groups that were encoded elsewhere.
    package func write(_ encoded: KeyedGroupEncoder) throws {
        rowCount += encoded.rowCount
        try writer.write(encoded.groups)
    }

    /// Writes the footer and makes the file durable, still under its temporary name.
    ///
    /// - Returns: how long the file is, in bytes, and the XXH3-128 of its bytes.
    package func seal(metadata: [(String, String)]) throws -> (size: Int, digest: XXH128) {
        let size = try finish(metadata: metadata)
        try file.seal()
        return (size, digest.state.finish())
    }

    /// Writes the footer and returns how long the file is, in bytes.
    @discardableResult
    func finish(metadata: [(String, String)]) throws -> Int {
        let common = [
            ("watchfold.format", String(KeyedTableFormat.version)), ("watchfold.kind", kind),
            ("watchfold.measures", KeyedTableFormat.measuresText(schema.measures)),
        ]
        return try writer.finish(metadata: common + metadata).bytes
    }
}

/// A row group, as the footer describes it.
package struct KeyedGroup: Sendable {
    package var rowCount: Int
    /// Bytes of its pages before compression.
    package var size: Int
    /// Bounds of its first key: no row's is less than the one nor greater than the other. Nil when the file does not say.
    package var bounds: (least: [UInt8], most: [UInt8])?
}

/// Reads a keyed table, row group by row group. Every page's checksum is required and checked.
package struct KeyedTableReader: Sendable {
    package let path: String
    package let schema: KeyedSchema
    package let rowCount: Int
    /// Bytes of the file.
    package let size: Int
    private let reader: TableReader

    /// Opens the file and checks that it is a table of this kind.
    ///
    /// - Parameter readsMetadataAlone: what the footer says of row groups is passed over, and no rows can be read.
    /// - Throws: `IOError`, with `isMissing` when there is no such file; `DamagedTable`; `NewerFormat`.
    package init(
        _ path: String, kind: String, readsMetadataAlone: Bool = false, in fileSystem: FileSystem
    ) throws {
        try self.init(try fileSystem.open(path, .read), kind: kind, readsMetadataAlone: readsMetadataAlone)
    }

    /// The same for a file that is open.
    init(_ file: OpenFile, kind: String, readsMetadataAlone: Bool = false) throws {
        let path = file.path
        self.path = path
        size = try file.status().size
        do {
            reader = try TableReader(
                source: FileSource(file: file, count: size),
                options: ReaderOptions(
                    requiresPageChecksums: true, requiresFooterChecksum: true, readsMetadataAlone: readsMetadataAlone))
        } catch let error as ParquetError {
            throw DamagedTable(path: path, detail: "\(error)")
        }
        guard let format = reader.metadataValue("watchfold.format").flatMap({ Int($0) }) else {
            throw DamagedTable(path: path, detail: "it is no table of Watchfold")
        }
        guard format <= KeyedTableFormat.version else {
            throw NewerFormat(path: path, found: format, supported: KeyedTableFormat.version)
        }
        let found = reader.metadataValue("watchfold.kind") ?? "nothing known"
        guard found == kind else { throw DamagedTable(path: path, detail: "it holds \(found), not a \(kind)") }
        schema = try KeyedTableFormat.schema(of: reader, path: path)
        rowCount = reader.rowCount
    }

    package func metadata(_ key: String) -> String? { reader.metadataValue(key) }

    /// Keys of the metadata, in their order.
    package var metadataKeys: [String] { reader.metadata.map(\.key) }

    /// A stream of the table's batches.
    package func batches() -> () throws -> KeyedBatch? {
        var group = 0
        return {
            guard group < reader.rowGroups.count else { return nil }
            defer { group += 1 }
            return try batch(group, measures: schema.measures.count)
        }
    }

    /// What is known of the row groups without reading them.
    package var groups: [KeyedGroup] {
        reader.rowGroups.map { group in
            let bounds = group.columns[0].statistics
            guard case .utf8(let least)? = bounds.minimum, case .utf8(let most)? = bounds.maximum else {
                return KeyedGroup(rowCount: group.rowCount, size: group.uncompressedSize, bounds: nil)
            }
            return KeyedGroup(rowCount: group.rowCount, size: group.uncompressedSize, bounds: (least, most))
        }
    }

    /// The rows of a group, with the first of its measures.
    func batch(_ group: Int, measures count: Int) throws -> KeyedBatch {
        do {
            let keyCount = schema.keys.count
            let keys = try (0..<keyCount).map { try reader.readColumn(rowGroup: group, column: $0).strings! }
            let measures = try (0..<count).map {
                try reader.readColumn(rowGroup: group, column: keyCount + $0).int64s!
            }
            return KeyedBatch(keys: keys, measures: measures)
        } catch let error as ParquetError {
            throw DamagedTable(path: path, detail: "\(error)")
        }
    }
}

/// A file that a later version of the program wrote.
package struct NewerFormat: Error, Sendable, CustomStringConvertible {
    package var path: String
    package var found: Int
    package var supported: Int

    package var description: String {
        "\(path) has format \(found), this program reads up to \(supported): use a newer watchfold"
    }
}
