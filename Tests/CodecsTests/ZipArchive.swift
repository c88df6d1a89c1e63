import CZlib
import TestSupport

/// A zip archive as plainly as can be (APPNOTE.TXT 6.3.10, section 4.3).
struct ZipArchive {
    struct Entry {
        var name: String
        var content: [UInt8]
        var isDeflated = true
        /// Whether sizes and sum stand behind the data.
        var hasDescriptor = false
        var descriptorHasMark = true
        /// Whether sizes are in a zip64 field.
        var isZip64 = false
        /// Written in place of the true one.
        var method: UInt16?
        /// More of the flags.
        var flags: UInt16 = 0

        init(_ name: String, _ content: [UInt8]) {
            self.name = name
            self.content = content
        }

        func with(_ change: (inout Entry) -> Void) -> Entry {
            var entry = self
            change(&entry)
            return entry
        }
    }

    var entries: [Entry]
    var comment = ""
    /// Whether the directory's end is that of zip64, too.
    var hasZip64End = false

    init(_ entries: [Entry]) { self.entries = entries }

    private static func little(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }

    var bytes: [UInt8] {
        var file: [UInt8] = []
        var directory: [UInt8] = []
        for entry in entries {
            let offset = UInt32(file.count)
            // A gzip member without its header and its trailer is raw deflated data.
            let data = entry.isDeflated ? Array(gzip(entry.content).dropFirst(10).dropLast(8)) : entry.content
            let name = Array(entry.name.utf8)
            let sum = entry.content.withUnsafeBufferPointer { UInt32(crc32_z(0, $0.baseAddress, $0.count)) }
            let facts = Self.little(sum)
            let sizes = Self.little(UInt32(data.count)) + Self.little(UInt32(entry.content.count))
            let long = Self.little(UInt64(entry.content.count)) + Self.little(UInt64(data.count))
            let none = [UInt8](repeating: 0, count: 12)
            let extra =
                entry.isZip64 ? [1, 0, 16, 0] + (entry.hasDescriptor ? [UInt8](repeating: 0, count: 16) : long) : []
            let start =
                Self.little(UInt16(entry.isZip64 ? 45 : 20))
                + Self.little(entry.flags | (entry.hasDescriptor ? 8 : 0))
                + Self.little(entry.method ?? (entry.isDeflated ? 8 : 0)) + [0, 0, 0x21, 0x54]
            let local =
                entry.hasDescriptor
                ? none : facts + (entry.isZip64 ? [UInt8](repeating: 0xFF, count: 8) : sizes)
            file += [0x50, 0x4B, 3, 4] + start + local + Self.little(UInt16(name.count))
            file += Self.little(UInt16(extra.count)) + name + extra + data
            if entry.hasDescriptor {
                file += (entry.descriptorHasMark ? [0x50, 0x4B, 7, 8] : []) + facts
                file +=
                    entry.isZip64
                    ? Self.little(UInt64(data.count)) + Self.little(UInt64(entry.content.count)) : sizes
            }
            directory += [0x50, 0x4B, 1, 2, 20, 3] + start + facts + sizes + Self.little(UInt16(name.count))
            directory += [UInt8](repeating: 0, count: 12) + Self.little(offset) + name
        }
        let place = UInt32(file.count)
        let count = Self.little(UInt16(entries.count))
        file += directory
        if hasZip64End {
            let end = UInt64(file.count)
            let counts = Self.little(UInt64(entries.count)) + Self.little(UInt64(entries.count))
            file += [0x50, 0x4B, 6, 6] + Self.little(UInt64(44)) + [45, 0, 45, 0] + [UInt8](repeating: 0, count: 8)
            file += counts + Self.little(UInt64(directory.count)) + Self.little(UInt64(place))
            file += [0x50, 0x4B, 6, 7, 0, 0, 0, 0] + Self.little(end) + [1, 0, 0, 0]
        }
        file += [0x50, 0x4B, 5, 6, 0, 0, 0, 0] + count + count + Self.little(UInt32(directory.count))
        return file + Self.little(place) + Self.little(UInt16(comment.utf8.count)) + Array(comment.utf8)
    }
}
