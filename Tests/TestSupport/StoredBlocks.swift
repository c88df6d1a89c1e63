import Foundation

/// The smallest valid compressed files: their blocks are stored, so no compressor is needed to make them.
package enum StoredBlocks {
    /// RFC 1952 around one stored block of RFC 1951.
    package static func gzip(_ bytes: [UInt8]) -> Data {
        let size = UInt32(bytes.count)
        var file: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255, 1]
        file += little(size, 2) + little(~size & 0xFFFF, 2) + bytes
        return Data(file + little(crc32(bytes), 4) + little(size, 4))
    }

    /// The checksum of RFC 1952, bit by bit.
    package static func crc32(_ bytes: some Sequence<UInt8>) -> UInt32 {
        var crc: UInt32 = ~0
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 != 0 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
        }
        return ~crc
    }

    /// An LZ4 frame without checksums of blocks and content; the header's checksum byte is that of FLG 60, BD 40.
    package static func lz4(_ bytes: [UInt8]) -> Data {
        let size = UInt32(bytes.count) | 0x8000_0000
        let length = (0..<4).map { UInt8(size >> (8 * UInt32($0)) & 0xFF) }
        return Data([0x04, 0x22, 0x4D, 0x18, 0x60, 0x40, 0x82] + length + bytes + [0, 0, 0, 0])
    }

    /// A zstd frame of one raw block, without a checksum (RFC 8878, section 3.1.1): a single segment, whose size has four
    /// bytes.
    package static func zstd(_ bytes: [UInt8]) -> Data {
        let header = UInt32(bytes.count) << 3 | 1
        return Data([0x28, 0xB5, 0x2F, 0xFD, 0xA0] + little(UInt32(bytes.count), 4) + little(header, 3) + bytes)
    }

    /// A zip archive of one stored file (APPNOTE.TXT 6.3.10, section 4.3).
    package static func zip(_ bytes: [UInt8], name: String = "a.json") -> Data {
        let size = UInt32(bytes.count)
        let length = UInt32(name.utf8.count)
        var facts: [UInt8] = [10, 0, 0, 0, 0, 0, 0, 0, 0x21, 0x54]
        facts += little(crc32(bytes), 4) + little(size, 4) + little(size, 4) + little(length, 2)
        var file: [UInt8] = [0x50, 0x4B, 3, 4]
        file += facts + [0, 0] + Array(name.utf8) + bytes
        let start = UInt32(file.count)
        file += [0x50, 0x4B, 1, 2, 10, 3]
        file += facts + [UInt8](repeating: 0, count: 16) + Array(name.utf8)
        let directory = UInt32(file.count) - start
        file += [0x50, 0x4B, 5, 6, 0, 0, 0, 0, 1, 0, 1, 0]
        return Data(file + little(directory, 4) + little(start, 4) + [0, 0])
    }

    private static func little(_ value: UInt32, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(value >> (8 * UInt32($0)) & 0xFF) }
    }
}
