//  What can be said of a file without a footer: pages follow one another from byte 4 on, each behind its header, so they
//  can be counted, and compared with their checksums, up to the first that is not whole.

/// The pages of a file, found one after another from its beginning.
package struct PageWalk: Sendable, Hashable {
    /// Pages that are whole.
    package private(set) var pages = 0
    /// Where the last of them ends, in bytes.
    package private(set) var end = ParquetFormat.magic.count
    /// What follows them that is no whole page; nil when nothing does.
    package private(set) var fault: ParquetError?

    /// Bytes that a header is looked for in; ours have about thirty.
    private static let longestHeader = 1 << 12

    /// Walks over the pages.
    ///
    /// - Parameter limit: bytes; where pages end, if that is known.
    /// - Throws: `ParquetError` when the file does not begin as a Parquet file; what the source throws.
    package init(_ source: any ByteSource, limit: Int? = nil) throws {
        let limit = min(limit ?? source.count, source.count)
        guard limit >= end, try source.read(at: 0, count: end) == ParquetFormat.magic else {
            throw ParquetError(.damaged, "looking for pages", "it does not begin with PAR1", offset: 0)
        }
        while end < limit, fault == nil {
            let found = try Self.page(source, at: end, limit: limit)
            fault = found.fault
            if fault == nil {
                end = found.end
                pages += 1
            }
        }
    }

    /// Where a page ends, or what is wrong with it.
    private static func page(_ source: any ByteSource, at offset: Int, limit: Int) throws -> (
        end: Int, fault: ParquetError?
    ) {
        let head = try source.read(at: offset, count: min(longestHeader, limit - offset))
        let (header, length, fault) = head.withUnsafeBytes { Self.header($0, at: offset) }
        func damaged(_ reason: String) -> (end: Int, fault: ParquetError?) {
            (offset, ParquetError(.damaged, "looking for pages", reason, offset: offset))
        }
        guard let header else { return (offset, fault) }
        let start = offset + length
        guard header.compressedSize <= limit - start else {
            return damaged("a page of \(header.compressedSize) bytes, of which \(limit - start) are there")
        }
        guard let checksum = header.checksum else { return damaged("the page has no checksum") }
        let bytes = try source.read(at: start, count: header.compressedSize)
        guard bytes.withUnsafeBytes({ crc32(of: $0) }) == checksum else {
            return damaged("the page's checksum is not that of its bytes")
        }
        return (start + header.compressedSize, nil)
    }

    /// A page's header with its length, or what is wrong with it.
    private static func header(
        _ bytes: UnsafeRawBufferPointer, at offset: Int
    ) -> (header: PageHeader?, length: Int, fault: ParquetError?) {
        var reader = ThriftReader(bytes, fileOffset: offset, activity: "reading a page header")
        do throws(ParquetError) {
            let header = try reader.pageHeader()
            return (header, reader.position, nil)
        } catch {
            return (nil, 0, error)
        }
    }
}
