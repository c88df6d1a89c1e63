import CLZ4
import CZlib
import CZstd
import Testing

@testable import SampleData

@Suite("Packed days")
struct CompressionTests {
    /// Unpacks the one gzip member at the beginning with zlib, which checks CRC and length.
    private func gunzip(_ packed: [UInt8], capacity: Int) -> (plain: [UInt8], used: Int, code: Int32) {
        var packed = packed
        var stream = z_stream()
        var code: Int32 = 0
        let plain = [UInt8](unsafeUninitializedCapacity: capacity + 1) { room, count in
            packed.withUnsafeMutableBufferPointer { input in
                // 16 + 15: gzip only, the largest window.
                inflateInit2_(&stream, 31, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
                stream.next_in = input.baseAddress
                stream.avail_in = UInt32(input.count)
                stream.next_out = room.baseAddress
                stream.avail_out = UInt32(room.count)
                code = inflate(&stream, Z_FINISH)
                count = Int(stream.total_out)
                inflateEnd(&stream)
            }
        }
        return (plain, Int(stream.total_in), code)
    }

    /// Unpacks the one LZ4 frame at the beginning, which checks every block; `hint` is 0 when the frame has ended.
    private func unlz4(_ packed: [UInt8], capacity: Int) -> (plain: [UInt8], used: Int, hint: Int) {
        var context: OpaquePointer?
        LZ4F_createDecompressionContext(&context, UInt32(LZ4F_VERSION))
        defer { LZ4F_freeDecompressionContext(context) }
        var used = 0
        var hint = 1
        let plain = [UInt8](unsafeUninitializedCapacity: capacity + 1) { room, count in
            packed.withUnsafeBytes { input in
                while hint != 0 && LZ4F_isError(hint) == 0 && used < input.count {
                    var read = input.count - used
                    var written = room.count - count
                    hint = LZ4F_decompress(
                        context, room.baseAddress! + count, &written, input.baseAddress! + used, &read, nil)
                    used += read
                    count += written
                }
            }
        }
        return (plain, used, hint)
    }

    @Test("gzip: one member that unpacks to the plain bytes", arguments: [0, 1, 8_192, 40_000])
    func gzip(records: Int) throws {
        let plain = try bytes(options(records: records))
        let packed = try bytes(options(records: records) { $0.compression = .gzip })
        let result = gunzip(packed, capacity: plain.count)
        #expect(result.code == Z_STREAM_END)
        #expect(result.plain == plain)
        #expect(result.used == packed.count, "one member, nothing behind it")
        if records > 1 { #expect(packed.count < plain.count / 4) }
    }

    @Test("LZ4: one frame that unpacks to the plain bytes", arguments: [0, 1, 8_192, 40_000])
    func lz4(records: Int) throws {
        let plain = try bytes(options(records: records))
        let packed = try bytes(options(records: records) { $0.compression = .lz4 })
        let result = unlz4(packed, capacity: plain.count)
        #expect(result.hint == 0)
        #expect(result.plain == plain)
        #expect(result.used == packed.count, "one frame, nothing behind it")
        if records > 1 { #expect(packed.count < plain.count / 3) }
    }

    @Test("zstd: frames that unpack to the plain bytes", arguments: [0, 1, 8_192, 40_000])
    func zstd(records: Int) throws {
        let plain = try bytes(options(records: records))
        let packed = try bytes(options(records: records) { $0.compression = .zstd })
        let unpacked = [UInt8](unsafeUninitializedCapacity: plain.count + 1) { room, count in
            // It takes several frames, and checks their sums.
            count = packed.withUnsafeBytes {
                ZSTD_decompress(room.baseAddress, room.count, $0.baseAddress, $0.count)
            }
            #expect(ZSTD_isError(count) == 0)
            count = min(count, room.count)
        }
        #expect(unpacked == plain)
        if records > 1 { #expect(packed.count < plain.count / 4) }
    }

    @Test("the library notices a bit that flips", arguments: [0.1, 0.5, 0.9])
    func damage(position: Double) throws {
        let plain = try bytes(options(records: 9_000))
        var zipped = try bytes(options(records: 9_000) { $0.compression = .gzip })
        zipped[Int(position * Double(zipped.count))] ^= 4
        #expect(gunzip(zipped, capacity: plain.count).code != Z_STREAM_END)
        var framed = try bytes(options(records: 9_000) { $0.compression = .lz4 })
        framed[Int(position * Double(framed.count))] ^= 4
        #expect(unlz4(framed, capacity: plain.count).hint != 0)
    }

    @Test("the summary knows both sizes", arguments: SampleCompression.allCases)
    func sizes(compression: SampleCompression) throws {
        let generator = try SampleGenerator(options(records: 9_000) { $0.compression = compression })
        var received = 0
        let summary = try generator.generate(day: 0) { received += $0.count }
        #expect(summary.packedBytes == received)
        #expect(summary.bytes == (try bytes(options(records: 9_000))).count)
    }
}
