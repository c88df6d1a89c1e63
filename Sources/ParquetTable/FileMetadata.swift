//  The footer: what the file holds and where (parquet.thrift, FileMetaData and below).
//
//      file    "PAR1"  <column chunks>  <FileMetaData>  <its length, 4 bytes little-endian>  "PAR1"
//
//  The format has checksums for pages but none for the footer, on which everything hangs. This module adds one as a
//  key-value pair, which other readers pass over: `footer.crc32`, eight hexadecimal digits, the CRC-32 of the footer
//  with eight zeros (30 hexadecimal) in their place.

/// The numbers of the format's enums (parquet.thrift).
enum ParquetFormat {
    static let magic: [UInt8] = [0x50, 0x41, 0x52, 0x31]
    static let encryptedMagic: [UInt8] = [0x50, 0x41, 0x52, 0x45]
    static let footerLengthBytes = 4
    /// Footer length and magic.
    static let trailerBytes = 8
    static let footerChecksumKey = "footer.crc32"

    enum PhysicalType: Int32 {
        case boolean = 0
        case int32 = 1
        case int64 = 2
        case int96 = 3
        case float = 4
        case double = 5
        case byteArray = 6
        case fixedLengthByteArray = 7
    }

    enum Repetition {
        static let required: Int32 = 0
        static let optional: Int32 = 1
        static let repeated: Int32 = 2
    }

    enum ConvertedType {
        static let utf8: Int32 = 0
        static let decimal: Int32 = 5
        static let date: Int32 = 6
        static let timestampMicros: Int32 = 10
        static let int64: Int32 = 18
    }

    /// Fields of the union LogicalType.
    enum LogicalType {
        static let string: Int16 = 1
        static let decimal: Int16 = 5
        static let date: Int16 = 6
        static let timestamp: Int16 = 8
        static let integer: Int16 = 10
    }

    /// Fields of the union TimeUnit.
    enum TimeUnit {
        static let micros: Int16 = 2
    }

    /// Bytes of a decimal of more than 18 digits, whatever its precision.
    static let decimalBytes = 16

    enum PageType: Int32 {
        case data = 0
        case index = 1
        case dictionary = 2
        case dataV2 = 3
    }
}

extension ColumnType {
    var physicalType: ParquetFormat.PhysicalType {
        switch storage {
        case .bits: .boolean
        case .int32: .int32
        case .int64: .int64
        case .int128: .fixedLengthByteArray
        case .double: .double
        case .bytes: .byteArray
        }
    }

    /// The older annotation. The one of timestamps means UTC, but the format wants it for local ones, too.
    var convertedType: Int32? {
        switch self {
        case .int64, .boolean, .double: nil
        case .utf8: ParquetFormat.ConvertedType.utf8
        case .date: ParquetFormat.ConvertedType.date
        case .timestamp: ParquetFormat.ConvertedType.timestampMicros
        case .decimal: ParquetFormat.ConvertedType.decimal
        }
    }

    /// The annotation, a field of the union LogicalType.
    var logicalType: Int16? {
        switch self {
        case .int64, .boolean, .double: nil
        case .utf8: ParquetFormat.LogicalType.string
        case .date: ParquetFormat.LogicalType.date
        case .timestamp: ParquetFormat.LogicalType.timestamp
        case .decimal: ParquetFormat.LogicalType.decimal
        }
    }
}

/// How a column chunk's pages are compressed. The raw value is the format's.
package enum PageCodec: Int32, Sendable, Hashable {
    case uncompressed = 0
    case snappy = 1
    case gzip = 2
    case lzo = 3
    case brotli = 4
    case lz4Framed = 5
    case zstd = 6
    case lz4Raw = 7

    /// Whether pages that are compressed so are read.
    var isRead: Bool { self == .uncompressed || self == .lz4Raw || self == .zstd }
}

/// How values are laid out in pages. The raw value is the format's.
package enum PageEncoding: Int32, Sendable, Hashable {
    case plain = 0
    case plainDictionary = 2
    case rle = 3
    case bitPacked = 4
    case deltaBinaryPacked = 5
    case deltaLengthByteArray = 6
    case deltaByteArray = 7
    case rleDictionary = 8
    case byteStreamSplit = 9
}

/// One column of one row group, as the footer describes it.
package struct ColumnChunkInfo: Sendable, Hashable {
    package var codec: PageCodec
    /// Every encoding that its pages use, those of levels and dictionaries included.
    package var encodings: [PageEncoding]
    /// Rows, null ones included.
    package var valueCount: Int
    /// Where its first data page begins in the file, in bytes.
    package var dataPageOffset: Int
    package var dictionaryPageOffset: Int?
    /// All pages with their headers, in bytes, as they are in the file.
    package var compressedSize: Int
    /// The same before compression.
    package var uncompressedSize: Int
    /// How many data pages there are of which encoding; written, not read.
    var dataPageCount = 0
    package var statistics: ColumnStatistics

    /// Where its first page begins.
    package var startOffset: Int { dictionaryPageOffset ?? dataPageOffset }
}

/// One row group, as the footer describes it.
package struct RowGroupInfo: Sendable, Hashable {
    package var rowCount: Int
    /// In the order of the schema.
    package var columns: [ColumnChunkInfo]

    /// All columns' bytes as they are in the file.
    package var compressedSize: Int { columns.reduce(0) { $0 + $1.compressedSize } }
    /// All columns' bytes before compression.
    package var uncompressedSize: Int { columns.reduce(0) { $0 + $1.uncompressedSize } }
}

/// By which column the rows of each row group are sorted.
package struct SortingColumn: Sendable, Hashable {
    /// Its place in the schema.
    package var column: Int
    package var isDescending: Bool
    package var nullsFirst: Bool

    package init(_ column: Int, isDescending: Bool = false, nullsFirst: Bool = false) {
        self.column = column
        self.isDescending = isDescending
        self.nullsFirst = nullsFirst
    }
}

/// The footer's contents, as far as this module knows them.
struct FileMetadata {
    var schema: TableSchema
    var rowCount: Int
    var rowGroups: [RowGroupInfo]
    var keyValues: [(key: String, value: String)]
    var createdBy: String
    var sortingColumns: [SortingColumn] = []
    /// Where the digits of the footer's own checksum begin in the footer; nil when it has none.
    var checksumPosition: Int?
    /// What is wrong with its checksum, where that is no reason to refuse it.
    var fault: ParquetError?
}
