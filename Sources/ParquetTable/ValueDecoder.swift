//  Values of a column chunk from its raw pages.
//
//  Values are decoded back to back, nulls left out, and spread over their rows at the end, from the last to the first,
//  in place.

import Columns
import Glibc

/// A data page's values, levels taken off.
struct DataPage {
    var bytes: UnsafeRawBufferPointer
    /// Which of the chunk's values they are, nulls not counted.
    var values: Range<Int>
    var encoding: PageEncoding
    /// The page's place in the chunk.
    var number: Int
}

/// A dictionary page: values in PLAIN encoding.
struct DictionaryBytes {
    var bytes: UnsafeRawBufferPointer
    var count: Int
}

struct ValueDecoder {
    let pages: [DataPage]
    let dictionary: DictionaryBytes?
    /// Rows, null ones included.
    let rowCount: Int
    let presentCount: Int
    /// Most bytes of strings.
    let byteLimit: Int

    func damaged(_ reason: String) -> ParquetError { ParquetError(.damaged, "decoding a data page", reason) }

    /// Reads a page's dictionary indexes, all of them below `entryCount`.
    func codes(_ page: DataPage, entryCount: Int, into codes: UnsafeMutablePointer<UInt32>) throws(ParquetError) {
        if page.values.isEmpty { return }
        guard let width = page.bytes.first else { throw damaged("there are no dictionary indexes") }
        let runs = UnsafeRawBufferPointer(rebasing: page.bytes[1...])
        try HybridRuns.decode(runs, count: page.values.count, width: Int(width), into: codes)
        var largest: UInt32 = 0
        for index in 0..<page.values.count { largest = max(largest, codes[index]) }
        guard Int(largest) < entryCount else { throw damaged("index \(largest) in a dictionary of \(entryCount)") }
    }

    // MARK: Integers

    func integers(_ validity: Validity?) throws(ParquetError) -> [Int64] {
        if let dictionary, dictionary.bytes.count / 8 < dictionary.count {
            throw damaged("a dictionary of \(dictionary.count) integers in \(dictionary.bytes.count) bytes")
        }
        var failure: ParquetError?
        let values = [Int64](unsafeUninitializedCapacity: rowCount) { buffer, count in
            let base = buffer.baseAddress!
            for page in pages {
                do throws(ParquetError) {
                    // Pages have their values back to back, together `presentCount`, which is at most `rowCount`.
                    try integers(page, base + page.values.lowerBound)
                } catch {
                    failure = error.located(page: page.number)
                    return
                }
            }
            if let validity {
                var value = presentCount
                for row in stride(from: rowCount - 1, through: 0, by: -1) {
                    if validity[row] {
                        value -= 1
                        base[row] = base[value]
                    } else {
                        base[row] = 0
                    }
                }
            }
            count = rowCount
        }
        if let failure { throw failure }
        return values
    }

    private func integers(_ page: DataPage, _ out: UnsafeMutablePointer<Int64>) throws(ParquetError) {
        let count = page.values.count
        // Writers differ on what a page of nulls alone contains.
        if count == 0 { return }
        switch page.encoding {
        case .plain:
            guard page.bytes.count / 8 >= count else { throw damaged("\(count) integers in \(page.bytes.count) bytes") }
            // As many bytes as the page was just found to have.
            if let source = page.bytes.baseAddress {
                UnsafeMutableRawPointer(out).copyMemory(from: source, byteCount: 8 * count)
            }
        case .deltaBinaryPacked:
            _ = try DeltaBinaryPacked.decode(page.bytes, count: count, into: out)
        default:
            guard let dictionary else { throw damaged("the chunk has no dictionary") }
            let codes = UnsafeMutablePointer<UInt32>.allocate(capacity: max(count, 1))
            defer { codes.deallocate() }
            try self.codes(page, entryCount: dictionary.count, into: codes)
            guard let entries = dictionary.bytes.baseAddress else { return }
            // Codes are below `dictionary.count`, and the dictionary has eight bytes for each.
            for index in 0..<count {
                out[index] = entries.loadUnaligned(fromByteOffset: 8 * Int(codes[index]), as: Int64.self)
            }
        }
    }
}
