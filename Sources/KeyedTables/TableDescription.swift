//  A keyed table as it is on disk, for somebody who wants to see it: what a reader insists on is looked at here, too, but what
//  is wrong is noted, and the rest is described as far as it can be read.
//
//      footer whole           ─▶ metadata, columns, row groups; then every page, row by row
//      footer's checksum off  ─▶ the same, with a fault; what the footer says may be wrong
//      footer unreadable      ─▶ how far pages are whole from the beginning on
//      pack or segment        ─▶ metadata, and columns of types that are known here: the engine that wrote it writes no checksums,
//                                and its digest is in the ledger

import Columns
import DurableIO
import Folding
import ParquetTable
import Records

/// What a keyed table on disk holds.
package struct TableDescription: Sendable {
    /// A bound of a column's values, as the footer has it.
    package enum Bound: Sendable, Hashable {
        case number(Int64)
        case text(String)
    }

    /// A column in one row group.
    package struct Chunk: Sendable {
        package var codec: String
        package var encodings: [String]
        /// Where its pages begin, in bytes.
        package var offset: Int
        /// Bytes as stored, and before compression.
        package var storedSize: Int
        package var size: Int
        package var least: Bound?
        package var most: Bound?
    }

    package struct Group: Sendable {
        package var rows: Int
        /// One for each column.
        package var chunks: [Chunk]
    }

    package struct Column: Sendable {
        package var name: String
        /// As Parquet names it.
        package var type: String
        /// How two values become one when tables are merged; nil for a key, and where nothing is known.
        package var merge: String?
    }

    package let path: String
    /// Bytes of the file.
    package let size: Int
    /// `partial`, `total`, or what else the file calls itself; nil when it does not.
    package private(set) var kind: String?
    package private(set) var format: Int?
    package private(set) var createdBy = ""
    /// In the file's order, without the footer's checksum.
    package private(set) var metadata: [(key: String, value: String)] = []
    package private(set) var columns: [Column] = []
    package private(set) var groups: [Group] = []
    package private(set) var rowCount = 0
    /// When the footer cannot be read: whole pages from the beginning, and where the last of them ends.
    package private(set) var wholePages: (count: Int, end: Int)?
    /// What is wrong, with places.
    package private(set) var faults: [String] = []
    /// Whether the file is of another program: a table, but not one of ours.
    package private(set) var isForeign = false
    /// Whether it is one of ours that DuckDB wrote: what it holds is known to plans.
    package var isOfEngine: Bool { Self.engineKinds.contains(kind ?? "") }
    private static let engineKinds: Set = ["fold", "segment"]
    private var reader: TableReader?

    /// Looks at a file.
    ///
    /// - Throws: `IOError`.
    package init(_ path: String, in fileSystem: FileSystem) throws {
        self.path = path
        let file = try fileSystem.open(path, .read)
        size = try file.status().size
        let source = FileSource(file: file, count: size)
        do {
            var options = ReaderOptions(requiresPageChecksums: true, requiresFooterChecksum: true)
            options.keepsFooterFault = true
            let reader = try TableReader(source: source, options: options)
            self.reader = reader
            describe(reader)
        } catch let error as ParquetError {
            // A state may be of any type of DuckDB's.
            var options = ReaderOptions()
            options.skipsSchema = true
            if let reader = try? TableReader(source: source, options: options),
                Self.engineKinds.contains(reader.metadataValue("watchfold.kind") ?? "")
            {
                describe(reader)
                return
            }
            faults.append("\(error)")
            try walk(source)
        } catch let error as DamagedTable {
            faults.append(error.detail)
        }
    }

    package func metadata(_ key: String) -> String? { metadata.first { $0.key == key }?.value }

    private mutating func describe(_ reader: TableReader) {
        (metadata, createdBy, rowCount) = (reader.metadata, reader.createdBy, reader.rowCount)
        kind = metadata("watchfold.kind")
        if !isOfEngine, let fault = reader.footerFault { faults.append("\(fault)") }
        format = metadata("watchfold.format").flatMap { Int($0) }
        columns = reader.schema.columns.map { Column(name: $0.name, type: "\($0.type)") }
        groups = reader.rowGroups.map { Group(rows: $0.rowCount, chunks: $0.columns.map(Self.chunk)) }
        guard metadata("watchfold.format") != nil || kind != nil || reader.footerFault != nil else {
            isForeign = true
            return
        }
        if !isOfEngine { checkNames(reader) }
    }

    private static func chunk(_ info: ColumnChunkInfo) -> Chunk {
        func bound(_ bound: ColumnBound?) -> Bound? {
            switch bound {
            case .int64(let value)?: .number(value)
            case .utf8(let bytes)?: .text(String(decoding: bytes, as: UTF8.self))
            // Of tables of other programs.
            case .int32(let value)?: .number(Int64(value))
            case .int128(let value)?: .text("\(value)")
            case .double(let value)?: .text("\(value)")
            case .boolean(let value)?: .text("\(value)")
            case nil: nil
            }
        }
        return Chunk(
            codec: "\(info.codec)", encodings: info.encodings.map { "\($0)" }, offset: info.startOffset,
            storedSize: info.compressedSize, size: info.uncompressedSize, least: bound(info.statistics.minimum),
            most: bound(info.statistics.maximum))
    }

    /// Compares format, measures and columns with each other.
    private mutating func checkNames(_ reader: TableReader) {
        if let format, format > KeyedTableFormat.version {
            faults.append("it has format \(format), this program reads up to \(KeyedTableFormat.version)")
        } else if format == nil {
            faults.append("its metadata names no format")
        }
        if kind == nil { faults.append("its metadata names no kind") }
        do throws(DamagedTable) {
            let schema = try KeyedTableFormat.schema(of: reader, path: path)
            for (index, measure) in schema.measures.enumerated() {
                columns[schema.keys.count + index].merge = measure.merge.rawValue
            }
        } catch { faults.append(error.detail) }
    }

    /// Without a footer, finds out how far the pages are whole.
    private mutating func walk(_ source: FileSource) throws {
        do {
            let walk = try PageWalk(source)
            wholePages = (walk.pages, walk.end)
        } catch is ParquetError {
            // What the file begins with is no page; the fault above says what is wrong.
        }
    }
}

// MARK: - Rows

/// What the rows of a table add up to.
package struct TableTotals: Sendable {
    /// Rows that could be read.
    package var rows = 0
    /// For each measure, what its rows come to by its way of merging: a sum, or a union of bits.
    package var measures: [Int128] = []
    /// The magnitudes of the first measure.
    package var magnitude: Int128 = 0
    /// The first rows: keys, then measures.
    package var first: [(keys: [String], measures: [Int64])] = []
    /// What is wrong with pages and rows, with places.
    package var faults: [String] = []
}

extension TableDescription {
    /// Reads all pages, compares their checksums, and adds up the rows.
    ///
    /// - Parameter count: first rows that are wanted.
    package func totals(first count: Int) -> TableTotals {
        if isOfEngine { return TableTotals() }
        let keyCount = reader?.schema.columns.count { $0.type == .utf8 } ?? 0
        var totals = TableTotals(measures: Array(repeating: 0, count: columns.count - keyCount))
        guard let reader, !isForeign else { return totals }
        var last: KeyedBatch?
        for index in groups.indices {
            do {
                let values = try columns.indices.map { try reader.readColumn(rowGroup: index, column: $0) }
                let batch = KeyedBatch(
                    keys: values.compactMap(\.strings), measures: values.compactMap(\.int64s))
                if let row = Self.disorder(last, batch) {
                    totals.faults.append("rows are out of order at row \(totals.rows + row + 1), in row group \(index)")
                }
                add(batch, keyCount, to: &totals, first: count)
                last = batch
            } catch {
                totals.faults.append("\(error)")
                last = nil
            }
        }
        if totals.faults.isEmpty, totals.rows != rowCount {
            totals.faults.append("it has \(totals.rows) rows, its footer says \(rowCount)")
        }
        return totals
    }

    private func add(_ batch: KeyedBatch, _ keyCount: Int, to totals: inout TableTotals, first count: Int) {
        for (index, values) in batch.measures.enumerated() {
            if columns[keyCount + index].merge == MergeOperator.union.rawValue {
                totals.measures[index] |= values.reduce(0) { $0 | Int128($1) }
            } else {
                totals.measures[index] += values.reduce(Int128(0)) { $0 + Int128($1) }
            }
        }
        if let values = batch.measures.first {
            totals.magnitude += values.reduce(Int128(0)) { $0 + Int128($1.magnitude) }
        }
        for row in 0..<min(batch.measures.first?.count ?? 0, count - totals.first.count) {
            totals.first.append((batch.keys.map { $0[row] }, batch.measures.map { $0[row] }))
        }
        totals.rows += batch.keys.first?.count ?? batch.measures.first?.count ?? 0
    }

    /// The first row of a batch that does not come after the one before it; nil when all do.
    private static func disorder(_ last: KeyedBatch?, _ batch: KeyedBatch) -> Int? {
        guard !batch.keys.isEmpty else { return nil }
        if let last, last.count > 0, batch.count > 0, !precedes(last, last.count - 1, batch, 0) { return 0 }
        return (1..<max(batch.count, 1)).first { !precedes(batch, $0 - 1, batch, $0) }
    }

    private static func precedes(_ a: KeyedBatch, _ rowA: Int, _ b: KeyedBatch, _ rowB: Int) -> Bool {
        for (keyA, keyB) in zip(a.keys, b.keys) {
            let order = keyA.withRow(rowA) { a in keyB.withRow(rowB) { b in compareBytes(a, b) } }
            if order != 0 { return order < 0 }
        }
        return false
    }
}
