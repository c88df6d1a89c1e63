//  A gzip file is a series of members (RFC 1952, section 2.2), each with a header, deflated data, the CRC-32 of its
//  content and the length of its content modulo 2^32:
//
//      1f 8b 08 FLG  MTIME(4)  XFL OS  [extra] [name] [comment] [header CRC]  deflate…  CRC-32(4)  ISIZE(4)
//      └ this file ┘└──────────────────── zlib ─────────────────────────────┘└ ISA-L ┘└──── this file ────┘
//
//  zlib reads the header and checks it: told to stop at blocks, it stops behind the header's last byte. ISA-L inflates
//  the data and adds up its CRC, in less than half of zlib's time. It leaves the trailer alone, but reads ahead: when the
//  last symbol is decoded, up to 7 bytes behind it are in its bit buffer. Those are the first bytes of the trailer,
//  which has 8, so nothing is ever taken from behind a member. And the trailer's last byte is only taken when all that
//  was inflated has been handed out.
//
//  At a boundary the two magic bytes are taken one by one, so that the things that may follow a member are told apart
//  even if the buffers end between them:
//
//      nothing              the file is whole
//      1f 8b                another member: zlib is given the two bytes and then the rest
//      1f, then nothing     truncated
//      00 to the end        the file is whole: tapes and block devices pad files with zeros, and `gzip -d` skips them
//      anything else        garbage: it is never skipped
//
//  Both libraries count buffers in 32 bits, so longer ones are lent to them in slices.

import CISAL
import CZlib
import Glibc

/// Decodes gzip members, one after another.
final class GzipEngine: DecodingEngine {
    private enum Position {
        /// Before the first member or behind one.
        case boundary
        /// Behind all members, and behind this many zeros.
        case padding(Int)
        /// Behind the first magic byte.
        case insideMagic
        /// zlib has the magic and has not seen the header's end.
        case insideHeader
        /// ISA-L has not handed out everything yet.
        case insideData
        /// `count` bytes of the trailer are there, the first one lowest in `bytes`.
        case insideTrailer(bytes: UInt64, count: Int)
    }

    /// As much as the libraries can be told of a buffer's length.
    private static let longestSlice = Int(UInt32.max)
    /// The largest window, 2^15 bytes, plus 16 for "gzip, and nothing but gzip".
    private static let windowBits: Int32 = 15 + 16
    /// Set in zlib's `data_type` behind a header and behind a block.
    private static let isBetweenBlocks: Int32 = 128
    private static let trailerSize = 8

    var compression: Compression { .gzip }
    private var position = Position.boundary
    private(set) var hasContent = false
    var isAtBoundary: Bool {
        switch position {
        case .boundary, .padding: hasContent
        default: false
        }
    }
    /// Bytes of content of the member so far, modulo 2^32.
    private var contentLength: UInt32 = 0

    /// On the heap, because zlib keeps a pointer back to it.
    private let header: UnsafeMutablePointer<z_stream>
    /// 85 KiB, most of them the content's last 64 KiB.
    private let data: UnsafeMutablePointer<inflate_state>

    init() {
        header = .allocate(capacity: 1)
        header.initialize(to: z_stream())
        let status = inflateInit2_(
            header, Self.windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        precondition(status == Z_OK, "zlib does not start: status \(status), version \(String(cString: zlibVersion()))")
        data = .allocate(capacity: 1)
    }

    deinit {
        inflateEnd(header)
        header.deallocate()
        data.deallocate()
    }

    func advance(
        _ input: inout UnsafeRawBufferPointer, _ output: inout UnsafeMutableRawBufferPointer
    ) throws(DecodingFault) -> Bool {
        switch position {
        case .boundary:
            guard let byte = input.first else { return false }
            if byte == 0 && hasContent {
                position = .padding(0)
                return true
            }
            guard byte == GzipFormat.magic.0 else { throw .notAUnit(matched: 0) }
            input.drop(1)
            position = .insideMagic
            return true
        case .padding(let before):
            guard let first = input.baseAddress, !input.isEmpty else { return false }
            // All bytes are zeros if the first is one and each is like the one before it.
            guard input[0] == 0, memcmp(first, first + 1, input.count - 1) == 0 else {
                throw .notAUnit(matched: before)
            }
            position = .padding(before + input.count)
            input.drop(input.count)
            return false
        case .insideMagic:
            guard let byte = input.first else { return false }
            guard byte == GzipFormat.magic.1 else { throw .notAUnit(matched: 1) }
            input.drop(1)
            position = .insideHeader
            try beginMember()
            return true
        case .insideHeader:
            return try readHeader(&input)
        case .insideData:
            return try inflateSlice(&input, &output)
        case .insideTrailer(let bytes, let count):
            return try readTrailer(&input, bytes, count)
        }
    }

    // MARK: The header

    private func beginMember() throws(DecodingFault) {
        let status = inflateReset(header)
        precondition(status == Z_OK, "zlib does not start over: status \(status)")
        var fault: DecodingFault?
        withUnsafeBytes(of: GzipFormat.magic) { magic in
            do throws(DecodingFault) {
                var magic = magic
                _ = try readHeader(&magic)
                precondition(magic.isEmpty, "zlib does not take the magic bytes")
            } catch {
                fault = error
            }
        }
        if let fault { throw fault }
    }

    private func readHeader(_ input: inout UnsafeRawBufferPointer) throws(DecodingFault) -> Bool {
        let available = min(input.count, Self.longestSlice)
        // zlib only reads from next_in; its type lacks the const. It refuses a next_out of nil even if nothing is to
        // be written there, so it gets the address of something that is not written to.
        header.pointee.next_in = UnsafeMutableRawPointer(mutating: input.baseAddress)?
            .assumingMemoryBound(to: UInt8.self)
        header.pointee.avail_in = UInt32(available)
        header.pointee.next_out = UnsafeMutableRawPointer(header).assumingMemoryBound(to: UInt8.self)
        header.pointee.avail_out = 0

        let status = inflate(header, Z_BLOCK)

        let consumed = available - Int(header.pointee.avail_in)
        input.drop(consumed)
        switch status {
        case Z_OK, Z_BUF_ERROR:
            // The latter is not an error: nothing can be done without more input.
            guard header.pointee.data_type & Self.isBetweenBlocks != 0 else { return consumed > 0 }
            isal_inflate_init(data)
            data.pointee.crc_flag = UInt32(ISAL_GZIP_NO_HDR)
            contentLength = 0
            position = .insideData
            return true
        case Z_MEM_ERROR:
            throw .outOfMemory
        case Z_DATA_ERROR:
            throw .corrupt(complaintAboutHeader)
        default:
            preconditionFailure("zlib answers \(status) to a well-formed call")
        }
    }

    /// zlib's message as part of a sentence.
    private var complaintAboutHeader: String {
        guard let text = header.pointee.msg else { return "zlib gives no reason" }
        return switch String(cString: text) {
        case "header crc mismatch": "the member's header does not match its CRC"
        case "unknown header flags set": "the member's header has reserved flags set"
        case "unknown compression method": "the member's header names an unknown compression method"
        case let other: "the member's header is invalid (\(other))"
        }
    }

    // MARK: The data

    private func inflateSlice(
        _ input: inout UnsafeRawBufferPointer, _ output: inout UnsafeMutableRawBufferPointer
    ) throws(DecodingFault) -> Bool {
        let available = min(input.count, Self.longestSlice)
        let capacity = min(output.count, Self.longestSlice)
        // ISA-L calculates with addresses of buffers that are empty, so these are never nil.
        let somewhere = UnsafeMutableRawPointer(data)
        data.pointee.next_in = (UnsafeMutableRawPointer(mutating: input.baseAddress) ?? somewhere)
            .assumingMemoryBound(to: UInt8.self)
        data.pointee.avail_in = UInt32(available)
        data.pointee.next_out = (output.baseAddress ?? somewhere).assumingMemoryBound(to: UInt8.self)
        data.pointee.avail_out = UInt32(capacity)

        let status = isal_inflate(data)
        wf_clear_upper_halves()

        switch status {
        case ISAL_DECOMP_OK: break
        // Where it stopped is not known: a block's header that came in pieces leaves the counts behind as they were in a
        // buffer of ISA-L's own. The first of these stands for wrong lengths and codes in a block's header, too.
        case ISAL_INVALID_BLOCK: throw .corrupt("the deflated data is invalid (invalid block type)")
        case ISAL_INVALID_SYMBOL: throw .corrupt("the deflated data is invalid (invalid symbol)")
        case ISAL_INVALID_LOOKBACK: throw .corrupt("the deflated data is invalid (invalid distance too far back)")
        default: preconditionFailure("ISA-L answers \(status) to a well-formed call")
        }
        let consumed = available - Int(data.pointee.avail_in)
        let produced = capacity - Int(data.pointee.avail_out)
        input.drop(consumed)
        output.drop(produced)
        contentLength &+= UInt32(produced)
        guard data.pointee.block_state == ISAL_BLOCK_FINISH else { return consumed + produced > 0 }
        // The bits that pad the last deflated byte mean nothing.
        let bits = Int(data.pointee.read_in_length)
        let count = bits / 8
        precondition(0..<Self.trailerSize ~= count, "ISA-L read \(bits) bits ahead")
        let bytes = data.pointee.read_in >> (bits % 8)
        position = .insideTrailer(bytes: bytes & (1 << (count * 8) - 1), count: count)
        return true
    }

    // MARK: The trailer

    private func readTrailer(
        _ input: inout UnsafeRawBufferPointer, _ bytesBefore: UInt64, _ countBefore: Int
    ) throws(DecodingFault) -> Bool {
        var bytes = bytesBefore
        var count = countBefore
        let size = Self.trailerSize
        for byte in input.prefix(size - count) {
            bytes |= UInt64(byte) << (count * 8)
            count += 1
        }
        input.drop(count - countBefore)
        position = .insideTrailer(bytes: bytes, count: count)
        guard count == size else { return false }
        guard UInt32(truncatingIfNeeded: bytes) == data.pointee.crc else {
            throw .corrupt("the content does not match its CRC-32")
        }
        guard UInt32(bytes >> 32) == contentLength else {
            throw .corrupt("the content does not have the length that the member's trailer gives")
        }
        position = .boundary
        hasContent = true
        return true
    }
}
