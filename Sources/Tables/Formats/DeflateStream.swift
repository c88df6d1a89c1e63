//  Bytes that are deflated as they come (RFC 1951), with the checksum that archives keep of them.
//
//  ISA-L's first level: rows of a sheet are much alike, so it packs them to a twelfth, at several hundred megabytes a
//  second.

import CISAL

/// Deflates one stream.
final class DeflateStream {
    /// Handed on in pieces of this size.
    private static let outputBytes = 256 * 1024
    /// What ISA-L wants for its first level.
    private static let levelBytes = Int(wf_deflate_level_bytes)

    private let state: UnsafeMutablePointer<isal_zstream>
    private let level: UnsafeMutablePointer<UInt8>
    private let output: UnsafeMutableRawBufferPointer
    /// CRC-32 of what was written.
    private(set) var checksum: UInt32 = 0
    private(set) var bytes = 0
    private(set) var packedBytes = 0

    init() {
        state = .allocate(capacity: 1)
        level = .allocate(capacity: Self.levelBytes)
        output = .allocate(byteCount: Self.outputBytes, alignment: 16)
        isal_deflate_init(state)
        state.pointee.level = 1
        state.pointee.level_buf = level
        state.pointee.level_buf_size = UInt32(Self.levelBytes)
    }

    deinit {
        state.deallocate()
        level.deallocate()
        output.deallocate()
    }

    /// - Parameter sink: gets what is deflated so far.
    func write(_ bytes: UnsafeRawBufferPointer, _ sink: (UnsafeRawBufferPointer) throws -> Void) throws {
        guard let base = bytes.baseAddress, !bytes.isEmpty else { return }
        precondition(bytes.count <= UInt32.max, "\(bytes.count) bytes at once")
        self.bytes += bytes.count
        let start = base.assumingMemoryBound(to: UInt8.self)
        checksum = crc32_gzip_refl(checksum, start, UInt64(bytes.count))
        wf_clear_upper_halves()
        // ISA-L only reads from it; its type lacks the const.
        state.pointee.next_in = UnsafeMutablePointer(mutating: start)
        state.pointee.avail_in = UInt32(bytes.count)
        try deflate(sink)
    }

    func finish(_ sink: (UnsafeRawBufferPointer) throws -> Void) throws {
        state.pointee.end_of_stream = 1
        state.pointee.avail_in = 0
        try deflate(sink)
    }

    private func deflate(_ sink: (UnsafeRawBufferPointer) throws -> Void) throws {
        repeat {
            state.pointee.next_out = output.baseAddress!.assumingMemoryBound(to: UInt8.self)
            state.pointee.avail_out = UInt32(output.count)
            let status = isal_deflate(state)
            wf_clear_upper_halves()
            precondition(status == COMP_OK, "ISA-L answers \(status) to a well-formed call")
            let count = output.count - Int(state.pointee.avail_out)
            packedBytes += count
            if count > 0 { try sink(UnsafeRawBufferPointer(rebasing: output[..<count])) }
        } while state.pointee.avail_out == 0 || state.pointee.avail_in > 0
    }
}
