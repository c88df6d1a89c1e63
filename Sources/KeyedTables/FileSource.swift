import DurableIO
import ParquetTable

/// A file's bytes for the Parquet reader.
package struct FileSource: ByteSource {
    let file: OpenFile
    package let count: Int

    /// - Parameter count: bytes of the file.
    package init(file: OpenFile, count: Int) { (self.file, self.count) = (file, count) }

    package func read(at offset: Int, count: Int) throws -> [UInt8] {
        var failure: IOError?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            do throws(IOError) {
                filled = try file.read(
                    at: offset,
                    into: UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[..<count])))
            } catch { failure = error }
        }
        if let failure { throw failure }
        guard bytes.count == count else {
            throw DamagedTable(path: file.path, detail: "it ends at byte \(offset + bytes.count)")
        }
        return bytes
    }
}
