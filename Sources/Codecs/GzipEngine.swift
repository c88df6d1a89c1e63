//  A gzip file is a series of members (RFC 1952, section 2.2), each with a header, deflated data, the CRC-32 of its
//  content and the length of its content modulo 2^32:
//
//      1f 8b 08 FLG  MTIME(4)  XFL OS  [extra] [name] [comment] [header CRC]  deflate…  CRC-32(4)  ISIZE(4)
//
//  zlib takes one member apart and checks its header, CRC and length; it stops behind it. The series is this file's
//  matter. At a boundary the two magic bytes are taken one by one, so that the three things that may follow a member
//  are told apart even if the buffers end between them:
//
//      nothing              the file is whole
//      1f 8b                another member: zlib is given the two bytes and then the rest
//      1f, then nothing     truncated
//      anything else        garbage, zero padding included: it is never skipped
//
//  zlib counts buffers in 32 bits, so longer ones are lent to it in slices.

import CZlib

/// Decodes gzip members, one after another.
final class GzipEngine: DecodingEngine {
    private enum Position {
        /// Before the first member or behind one.
        case boundary
        /// Behind the first magic byte.
        case insideMagic
        /// zlib has the magic and has not seen the member's end.
        case insideMember
    }

    /// As much as zlib can be told of a buffer's length.
    private static let longestSlice = Int(UInt32.max)
    /// The largest window, 2^15 bytes, plus 16 for "gzip, and nothing but gzip".
    private static let windowBits: Int32 = 15 + 16

    private var position = Position.boundary
    private(set) var hasContent = false
    var isAtBoundary: Bool {
        if case .boundary = position { hasContent } else { false }
    }

    /// On the heap, because zlib keeps a pointer back to it.
    private let stream: UnsafeMutablePointer<z_stream>

    init() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let status = inflateInit2_(
            stream, Self.windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        precondition(status == Z_OK, "zlib does not start: status \(status), version \(String(cString: zlibVersion()))")
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    func advance(
        _ input: inout UnsafeRawBufferPointer, _ output: inout UnsafeMutableRawBufferPointer
    ) throws(DecodingFault) -> Bool {
        switch position {
        case .boundary:
            guard let byte = input.first else { return false }
            guard byte == GzipFormat.magic.0 else { throw .notAUnit(matched: 0) }
            input.drop(1)
            position = .insideMagic
            return true
        case .insideMagic:
            guard let byte = input.first else { return false }
            guard byte == GzipFormat.magic.1 else { throw .notAUnit(matched: 1) }
            input.drop(1)
            position = .insideMember
            try beginMember()
            return true
        case .insideMember:
            return try inflateSlice(&input, &output)
        }
    }

    private func beginMember() throws(DecodingFault) {
        let status = inflateReset(stream)
        precondition(status == Z_OK, "zlib does not start over: status \(status)")
        var fault: DecodingFault?
        withUnsafeBytes(of: GzipFormat.magic) { magic in
            do throws(DecodingFault) {
                var magic = magic
                var nothing = UnsafeMutableRawBufferPointer(start: nil, count: 0)
                _ = try inflateSlice(&magic, &nothing)
                precondition(magic.isEmpty, "zlib does not take the magic bytes")
            } catch {
                fault = error
            }
        }
        if let fault { throw fault }
    }

    private func inflateSlice(
        _ input: inout UnsafeRawBufferPointer, _ output: inout UnsafeMutableRawBufferPointer
    ) throws(DecodingFault) -> Bool {
        let available = min(input.count, Self.longestSlice)
        let capacity = min(output.count, Self.longestSlice)
        // zlib only reads from next_in; its type lacks the const. It refuses a next_out of nil even if nothing is to
        // be written there, so an empty output gets the address of something that is not written to.
        stream.pointee.next_in = UnsafeMutableRawPointer(mutating: input.baseAddress)?
            .assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_in = UInt32(available)
        stream.pointee.next_out = (output.baseAddress ?? UnsafeMutableRawPointer(stream))
            .assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_out = UInt32(capacity)

        let status = inflate(stream, Z_NO_FLUSH)

        let consumed = available - Int(stream.pointee.avail_in)
        let produced = capacity - Int(stream.pointee.avail_out)
        input.drop(consumed)
        output.drop(produced)
        switch status {
        case Z_OK:
            return consumed + produced > 0
        case Z_BUF_ERROR:
            // Not an error: nothing can be done without more input or more room.
            return false
        case Z_STREAM_END:
            position = .boundary
            hasContent = true
            return true
        case Z_MEM_ERROR:
            throw .outOfMemory
        case Z_DATA_ERROR:
            throw .corrupt(complaint)
        default:
            preconditionFailure("zlib answers \(status) to a well-formed call")
        }
    }

    /// zlib's message as part of a sentence.
    private var complaint: String {
        guard let text = stream.pointee.msg else { return "zlib gives no reason" }
        return switch String(cString: text) {
        case "incorrect data check": "the content does not match its CRC-32"
        case "incorrect length check": "the content is not as long as the member's end says"
        case "header crc mismatch": "the member's header does not match its CRC"
        case "unknown header flags set": "the member's header has reserved flags set"
        case "unknown compression method": "the member's header names an unknown compression method"
        case let other: "the deflated data is invalid (\(other))"
        }
    }
}
