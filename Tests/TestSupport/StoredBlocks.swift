import Foundation

/// The smallest valid compressed files: their blocks are stored, so no compressor is needed to make them.
package enum StoredBlocks {
    /// RFC 1952 around one stored block of RFC 1951.
    package static func gzip(_ bytes: [UInt8]) -> Data {
        func little(_ value: UInt32, _ count: Int) -> [UInt8] {
            (0..<count).map { UInt8(value >> (8 * UInt32($0)) & 0xFF) }
        }
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
}
