//  What stands before each page (parquet.thrift, PageHeader and below).

/// A page's header, with the kinds of page told apart.
struct PageHeader {
    enum Kind {
        case dictionary(valueCount: Int, encoding: PageEncoding)
        /// Levels, if any, and values are compressed together; the levels carry their own length.
        case data(valueCount: Int, encoding: PageEncoding, levelEncoding: PageEncoding)
        /// Levels stand uncompressed before the values.
        case dataV2(valueCount: Int, nullCount: Int, encoding: PageEncoding, levelBytes: Int, isCompressed: Bool)
        /// An index page, which nothing depends on.
        case index
    }

    var kind: Kind
    /// The page's bytes before compression, this header not counted.
    var uncompressedSize: Int
    /// The page's bytes in the file, this header not counted.
    var compressedSize: Int
    /// CRC-32 of the page's bytes in the file.
    var checksum: UInt32?

    /// Appends the header of a dictionary page or of a data page of the first version.
    func encode(into buffer: OutputBuffer) {
        var thrift = ThriftWriter()
        thrift.structure { page in
            let type: ParquetFormat.PageType = if case .dictionary = kind { .dictionary } else { .data }
            page.field(1, i32: type.rawValue)
            page.field(2, i32: Int32(uncompressedSize))
            page.field(3, i32: Int32(compressedSize))
            if let checksum { page.field(4, i32: Int32(bitPattern: checksum)) }
            switch kind {
            case .data(let valueCount, let encoding, let levelEncoding):
                page.field(5) {
                    $0.field(1, i32: Int32(valueCount))
                    $0.field(2, i32: encoding.rawValue)
                    $0.field(3, i32: levelEncoding.rawValue)
                    $0.field(4, i32: PageEncoding.rle.rawValue)
                }
            case .dictionary(let valueCount, let encoding):
                page.field(7) {
                    $0.field(1, i32: Int32(valueCount))
                    $0.field(2, i32: encoding.rawValue)
                }
            case .dataV2, .index: preconditionFailure("pages of this kind are not written")
            }
        }
        thrift.bytes.withUnsafeBytes { buffer.append($0) }
    }
}

extension ThriftReader {
    /// Reads a page header.
    mutating func pageHeader() throws(ParquetError) -> PageHeader {
        var type: Int32?
        var uncompressedSize: Int32?
        var compressedSize: Int32?
        var checksum: UInt32?
        var data: PageHeader.Kind?
        var dictionary: PageHeader.Kind?
        var dataV2: PageHeader.Kind?
        var last: Int16 = 0
        while let field = try nextField(after: &last) {
            switch field.id {
            case 1: type = try i32(field)
            case 2: uncompressedSize = try i32(field)
            case 3: compressedSize = try i32(field)
            case 4: checksum = UInt32(bitPattern: try i32(field))
            case 5: data = try dataPageHeader(field)
            case 7: dictionary = try dictionaryPageHeader(field)
            case 8: dataV2 = try dataPageHeaderV2(field)
            default: try skip(field)
            }
        }
        guard let type, let uncompressedSize, let compressedSize else { throw damaged("a page header lacks a field") }
        guard uncompressedSize >= 0, compressedSize >= 0 else { throw damaged("a page of negative size") }
        let kind: PageHeader.Kind? =
            switch ParquetFormat.PageType(rawValue: type) {
            case .data: data
            case .dictionary: dictionary
            case .dataV2: dataV2
            case .index: .index
            case nil: throw error(.unsupported, "pages of type \(type)")
            }
        guard let kind else { throw damaged("a page header lacks the part for its type, \(type)") }
        return PageHeader(
            kind: kind, uncompressedSize: Int(uncompressedSize), compressedSize: Int(compressedSize),
            checksum: checksum)
    }

    private mutating func encoding(_ field: ThriftField) throws(ParquetError) -> PageEncoding {
        let raw = try i32(field)
        guard let encoding = PageEncoding(rawValue: raw) else { throw error(.unsupported, "encoding \(raw)") }
        return encoding
    }

    private mutating func count(_ field: ThriftField) throws(ParquetError) -> Int {
        let count = try i32(field)
        guard count >= 0 else { throw damaged("field \(field.id) of a page header, a count, is \(count)") }
        return Int(count)
    }

    private mutating func dataPageHeader(_ field: ThriftField) throws(ParquetError) -> PageHeader.Kind {
        try enter(field)
        var valueCount: Int?
        var encoding: PageEncoding?
        var levelEncoding: PageEncoding?
        var last: Int16 = 0
        while let field = try nextField(after: &last) {
            switch field.id {
            case 1: valueCount = try count(field)
            case 2: encoding = try self.encoding(field)
            case 3: levelEncoding = try self.encoding(field)
            default: try skip(field)
            }
        }
        guard let valueCount, let encoding, let levelEncoding else { throw damaged("a data page header lacks a field") }
        return .data(valueCount: valueCount, encoding: encoding, levelEncoding: levelEncoding)
    }

    private mutating func dictionaryPageHeader(_ field: ThriftField) throws(ParquetError) -> PageHeader.Kind {
        try enter(field)
        var valueCount: Int?
        var encoding: PageEncoding?
        var last: Int16 = 0
        while let field = try nextField(after: &last) {
            switch field.id {
            case 1: valueCount = try count(field)
            case 2: encoding = try self.encoding(field)
            default: try skip(field)
            }
        }
        guard let valueCount, let encoding else { throw damaged("a dictionary page header lacks a field") }
        return .dictionary(valueCount: valueCount, encoding: encoding)
    }

    private mutating func dataPageHeaderV2(_ field: ThriftField) throws(ParquetError) -> PageHeader.Kind {
        try enter(field)
        var valueCount: Int?
        var nullCount: Int?
        var rowCount: Int?
        var encoding: PageEncoding?
        var levelBytes: Int?
        var repetitionBytes: Int?
        var isCompressed = true
        var last: Int16 = 0
        while let field = try nextField(after: &last) {
            switch field.id {
            case 1: valueCount = try count(field)
            case 2: nullCount = try count(field)
            case 3: rowCount = try count(field)
            case 4: encoding = try self.encoding(field)
            case 5: levelBytes = try count(field)
            case 6: repetitionBytes = try count(field)
            case 7: isCompressed = try bool(field)
            default: try skip(field)
            }
        }
        guard let valueCount, let nullCount, let rowCount, let encoding, let levelBytes, let repetitionBytes else {
            throw damaged("a data page header lacks a field")
        }
        guard rowCount == valueCount, repetitionBytes == 0 else {
            throw error(.unsupported, "repeated values: \(valueCount) values in \(rowCount) rows")
        }
        guard nullCount <= valueCount else { throw damaged("\(nullCount) nulls among \(valueCount) values") }
        return .dataV2(
            valueCount: valueCount, nullCount: nullCount, encoding: encoding, levelBytes: levelBytes,
            isCompressed: isCompressed)
    }
}
