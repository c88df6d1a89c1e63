//  A zip archive (APPNOTE.TXT 6.3.10, https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT), read from front to
//  back, since standard input cannot be read from the end:
//
//      entry      50 4b 03 04  version flags method time date CRC-32 packed size, size, name length, extra length  (30)
//                 name  extra  data  [data descriptor]
//      directory  50 4b 01 02 …(46)  name  extra  comment      one for each entry
//      zip64      50 4b 06 06  size(8) …     50 4b 06 07 …(20)     in archives beyond 4 GiB
//      end        50 4b 05 06  disks(4) entries here, entries, size, offset, comment length  (22)  comment
//
//  Of all entries one is the content. Folders, and files that the inbox would leave alone (`__MACOSX/._a.json`), are
//  inflated, checked and forgotten; a second file is refused by its name, as is whatever is encrypted or packed in
//  another way than stored or deflated. The directory has to list as many entries as there were, the content among them
//  with the same CRC-32: an archive from which a file was deleted, or whose parts do not belong together, is not read as
//  if it were whole.
//
//  Sizes stand in front of the data, or, when bit 3 of the flags is set, behind it, in the data descriptor:
//
//      [50 4b 07 08]  CRC-32  packed size, size        4 bytes each; 8 each where the entry has a zip64 field, or where
//                                                      4 would not do
//
//  zlib inflates: unlike ISA-L it never reads beyond the data, and what follows the data differs here.

import CZlib

/// Decodes the one file of a zip archive.
final class ZipEngine: DecodingEngine {
    private enum Position {
        /// Before an entry or the directory; in `head` is what is known of its first bytes.
        case head
        /// Inside what is put aside until `wanted` bytes are in `head`, as part of this.
        case insideEntry
        case insideDirectory
        /// Inside `left` bytes that tell nothing; then another head, or the end.
        case skipping(left: Int, thenEnds: Bool)
        case insideData
        case insideDescriptor
        case insideZip64End
        case insideEnd
        case end
    }

    private enum Method: Equatable { case stored, deflated }

    /// What the entry says of itself, and what is known of its data so far.
    private struct Entry {
        var name: [UInt8]
        var isContent: Bool
        var method: Method
        /// Nil: the data descriptor says so.
        var sum: UInt32?
        var packedSize: UInt64?
        var size: UInt64?
        var isZip64: Bool
        var sumSoFar: UInt32 = 0
        var packedSoFar: UInt64 = 0
        var sizeSoFar: UInt64 = 0
    }

    private static let longestSlice = Int(UInt32.max)
    private static let magicSize = 4
    private static let entrySize = 30
    private static let directorySize = 46
    private static let endSize = 22
    private static let zip64LocatorSize = 20

    /// Where the fields that are read begin: in an entry, in the directory's line for one, and in the end.
    private enum Field {
        static let (flags, method, sum, packedSize, size, nameSize, extraSize) = (6, 8, 14, 18, 22, 26, 28)
        static let (listedSum, listedNameSize, listedExtraSize, listedCommentSize) = (16, 28, 30, 32)
        static let commentSize = 20
    }

    /// Traps when fields do not lie back to back, up to the end of what they are in (APPNOTE.TXT 4.3.7, 4.3.12, 4.3.16).
    static func checkLayout() {
        // The version that is needed comes first, time and date behind the method.
        let entry = [
            magicSize + 2, Field.flags + 2, Field.method + 2 + 4, Field.sum + 4, Field.packedSize + 4, Field.size + 4,
            Field.nameSize + 2, Field.extraSize + 2,
        ]
        let wantedEntry = [
            Field.flags, Field.method, Field.sum, Field.packedSize, Field.size, Field.nameSize, Field.extraSize,
            entrySize,
        ]
        precondition(entry == wantedEntry, "fields of an entry are at \(wantedEntry), and end at \(entry)")
        // A line of the directory has one version more in front; behind the comment's length a disk, attributes, an offset.
        let listed = [
            Field.sum + 2, Field.listedSum + 3 * 4, Field.listedNameSize + 2, Field.listedExtraSize + 2,
            Field.listedCommentSize + 2 + 2 + (2 + 4) + 4,
        ]
        let wantedListed = [
            Field.listedSum, Field.listedNameSize, Field.listedExtraSize, Field.listedCommentSize, directorySize,
        ]
        precondition(listed == wantedListed, "fields of a directory are at \(wantedListed), and end at \(listed)")
        precondition(Field.commentSize + 2 == endSize, "the end is \(endSize) bytes")
    }

    /// Evaluated once, by the first reader of an archive.
    private static let checkedLayout: Void = checkLayout()

    var compression: Compression { .zip }
    private var position = Position.head
    /// Bytes of the header that is being read; at most 64 KiB of name and as much again of extra fields.
    private var head: [UInt8] = []
    private var wanted = ZipEngine.magicSize
    private var entry = Entry(name: [], isContent: false, method: .stored, isZip64: false)
    private var entryCount: UInt64 = 0
    private var content: (name: [UInt8], sum: UInt32)?
    private var listedCount: UInt64 = 0
    private var isContentListed = false
    var hasContent: Bool { content != nil }
    var isAtBoundary: Bool {
        if case .end = position { true } else { false }
    }

    /// On the heap, because zlib keeps a pointer back to it.
    private let stream: UnsafeMutablePointer<z_stream>
    /// Where the data of entries goes that are not the content.
    private let nowhere = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 14, alignment: 1)

    init() {
        _ = Self.checkedLayout
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // Raw deflated data with the largest window.
        let status = inflateInit2_(stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        precondition(status == Z_OK, "zlib does not start: status \(status), version \(String(cString: zlibVersion()))")
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
        nowhere.deallocate()
    }

    func advance(
        _ input: inout UnsafeRawBufferPointer, _ output: inout UnsafeMutableRawBufferPointer
    ) throws(DecodingFault) -> Bool {
        switch position {
        case .head:
            guard gather(&input) else { return false }
            try begin()
        case .insideEntry:
            guard gather(&input) else { return false }
            try readEntry()
        case .insideDirectory:
            guard gather(&input) else { return false }
            try readDirectory()
        case .insideZip64End:
            guard gather(&input) else { return false }
            // The size counts what follows it.
            let size = number(at: 4, 8)
            guard size <= UInt64(Int32.max) else { throw .corrupt("the archive's end is of \(size) bytes") }
            head = []
            position = .skipping(left: Int(size), thenEnds: false)
        case .insideEnd:
            guard gather(&input) else { return false }
            try readEnd()
        case .insideDescriptor:
            guard gather(&input) else { return false }
            try readDescriptor()
        case .skipping(let left, let thenEnds):
            let count = min(left, input.count)
            input.drop(count)
            if count < left {
                position = .skipping(left: left - count, thenEnds: thenEnds)
                return count > 0
            }
            if thenEnds { position = .end } else { expectHead() }
        case .insideData:
            return try readData(&input, &output)
        case .end:
            if !input.isEmpty { throw .behindTheEnd }
            return false
        }
        return true
    }

    // MARK: Headers

    /// Puts bytes aside until there are as many as are wanted; says whether there are.
    private func gather(_ input: inout UnsafeRawBufferPointer) -> Bool {
        let count = min(wanted - head.count, input.count)
        head += input[..<count]
        input.drop(count)
        return head.count == wanted
    }

    private func expectHead() {
        head = []
        wanted = Self.magicSize
        position = .head
    }

    /// An unsigned number of `size` bytes of the head.
    private func number(at offset: Int, _ size: Int) -> UInt64 {
        (0..<size).reduce(0) { $0 | UInt64(head[offset + $1]) << UInt64(8 * $1) }
    }

    private func begin() throws(DecodingFault) {
        switch (head[0], head[1], head[2], head[3]) {
        case (0x50, 0x4B, 0x03, 0x04) where listedCount == 0:
            (position, wanted) = (.insideEntry, Self.entrySize)
        case (0x50, 0x4B, 0x01, 0x02): (position, wanted) = (.insideDirectory, Self.directorySize)
        case (0x50, 0x4B, 0x06, 0x06): (position, wanted) = (.insideZip64End, 12)
        case (0x50, 0x4B, 0x06, 0x07):
            head = []
            position = .skipping(left: Self.zip64LocatorSize - Self.magicSize, thenEnds: false)
        case (0x50, 0x4B, 0x05, 0x06): (position, wanted) = (.insideEnd, Self.endSize)
        case (0x50, 0x4B, 0x07, 0x08) where entryCount == 0, (0x50, 0x4B, 0x30, 0x30) where entryCount == 0:
            throw .unsupported("it is an archive in several parts; join them")
        default:
            throw .corrupt("no entry and no directory begins here")
        }
    }

    private func readEntry() throws(DecodingFault) {
        let (nameSize, extraSize) = (Int(number(at: Field.nameSize, 2)), Int(number(at: Field.extraSize, 2)))
        wanted = Self.entrySize + nameSize + extraSize
        if head.count < wanted { return }
        let (flags, method) = (number(at: Field.flags, 2), Int(number(at: Field.method, 2)))
        let name = Array(head[Self.entrySize..<Self.entrySize + nameSize])
        let isIgnored = Self.isIgnored(name)
        entryCount += 1
        try refuse(name, method: method, isEncrypted: flags & 0x2041 != 0, isIgnored: isIgnored)
        var entry = Entry(
            name: name, isContent: !isIgnored, method: method == 8 ? .deflated : .stored, isZip64: false)
        (entry.packedSize, entry.size) = (number(at: Field.packedSize, 4), number(at: Field.size, 4))
        try readZip64(&entry, from: Self.entrySize + nameSize)
        if flags & 8 == 0 {
            entry.sum = UInt32(number(at: Field.sum, 4))
        } else {
            if entry.method == .stored && entry.size == 0 && !name.hasSuffix(UInt8(ascii: "/")) {
                throw .unsupported("\(Self.shown(name)) is stored without its length; compress it again")
            }
            if entry.method == .deflated { (entry.packedSize, entry.size) = (nil, nil) }
        }
        let status = inflateReset(stream)
        precondition(status == Z_OK, "zlib does not start over: status \(status)")
        self.entry = entry
        head = []
        position = .insideData
    }

    /// Takes sizes out of the zip64 field, where they do not fit into the entry.
    private func readZip64(_ entry: inout Entry, from start: Int) throws(DecodingFault) {
        var offset = start
        while offset + 4 <= head.count {
            let (kind, size) = (number(at: offset, 2), Int(number(at: offset + 2, 2)))
            offset += 4
            guard offset + size <= head.count else { break }
            if kind == 1 {
                entry.isZip64 = true
                var place = offset
                for field in [\Entry.size, \Entry.packedSize] where entry[keyPath: field] == 0xFFFF_FFFF {
                    guard place + 8 <= offset + size else { throw .corrupt("a zip64 field is too short") }
                    entry[keyPath: field] = number(at: place, 8)
                    place += 8
                }
            }
            offset += size
        }
    }

    private static let methods: [Int: String] = [
        1: "Shrink", 6: "Implode", 9: "Deflate64", 12: "bzip2", 14: "LZMA", 93: "zstd", 95: "xz", 98: "PPMd",
        99: "AES encryption",
    ]

    private func refuse(
        _ name: [UInt8], method: Int, isEncrypted: Bool, isIgnored: Bool
    ) throws(DecodingFault) {
        if let document = Self.document(name) {
            throw .unsupported("it is \(document), not an archive of JSON; save its rows as JSON Lines")
        }
        if !isIgnored, let content {
            throw .unsupported(
                "it contains several files (\(Self.shown(content.name)), \(Self.shown(name))); "
                    + "unpack them into the inbox, or make an archive of each")
        }
        if isEncrypted || method == 99 {
            throw .unsupported("\(Self.shown(name)) is encrypted; unpack it with its password")
        }
        guard method == 0 || method == 8 else {
            throw .unsupported(
                "\(Self.shown(name)) is compressed with \(Self.methods[method] ?? "method \(method)"); "
                    + "compress it with deflate")
        }
    }

    /// What an archive is whose entries have such a name; nil for any other.
    private static func document(_ name: [UInt8]) -> String? {
        switch String(decoding: name, as: UTF8.self) {
        case "[Content_Types].xml", "xl/workbook.xml": "an Office document (xlsx, docx or the like)"
        case "mimetype", "META-INF/manifest.xml": "an OpenDocument file (ods, odt or the like)"
        case "META-INF/MANIFEST.MF": "a Java archive"
        default: nil
        }
    }

    /// Folders, and what is hidden or put aside by the program that made the archive.
    private static func isIgnored(_ name: [UInt8]) -> Bool {
        if name.hasSuffix(UInt8(ascii: "/")) { return true }
        return name.split(separator: UInt8(ascii: "/")).contains {
            $0.first == UInt8(ascii: ".") || $0.first == UInt8(ascii: "_")
        }
    }

    private static func shown(_ name: [UInt8]) -> String {
        let text = String(decoding: name, as: UTF8.self)
        return text.unicodeScalars.count > 80 ? String(text.unicodeScalars.prefix(80)) + "…" : text
    }

    // MARK: Data

    private func readData(
        _ input: inout UnsafeRawBufferPointer, _ output: inout UnsafeMutableRawBufferPointer
    ) throws(DecodingFault) -> Bool {
        guard entry.isContent else {
            var target = nowhere
            return try readData(from: &input, to: &target)
        }
        return try readData(from: &input, to: &output)
    }

    private func readData(
        from input: inout UnsafeRawBufferPointer, to output: inout UnsafeMutableRawBufferPointer
    ) throws(DecodingFault) -> Bool {
        var available = min(input.count, Self.longestSlice)
        if let size = entry.packedSize { available = Int(min(UInt64(available), size - entry.packedSoFar)) }
        let room = min(output.count, Self.longestSlice)
        let (consumed, produced, isDone): (Int, Int, Bool)
        switch entry.method {
        case .stored:
            let count = min(available, room)
            if count > 0 { output.copyMemory(from: UnsafeRawBufferPointer(rebasing: input[..<count])) }
            (consumed, produced) = (count, count)
            isDone = entry.packedSoFar + UInt64(count) == entry.packedSize
        case .deflated:
            (consumed, produced, isDone) = try inflate(input, available, output, room)
        }
        let sum = crc32_z(
            UInt(entry.sumSoFar), UnsafeRawPointer(output.baseAddress)?.assumingMemoryBound(to: UInt8.self), produced)
        // Of no address zlib gives the sum of nothing.
        if produced > 0 { entry.sumSoFar = UInt32(truncatingIfNeeded: sum) }
        entry.packedSoFar += UInt64(consumed)
        entry.sizeSoFar += UInt64(produced)
        input.drop(consumed)
        output.drop(produced)
        if isDone {
            try endData()
            return true
        }
        if entry.packedSoFar == entry.packedSize, consumed + produced == 0, room > 0 {
            throw .corrupt("the deflated data is longer than its entry states")
        }
        return consumed + produced > 0
    }

    private func inflate(
        _ input: UnsafeRawBufferPointer, _ available: Int, _ output: UnsafeMutableRawBufferPointer, _ room: Int
    ) throws(DecodingFault) -> (consumed: Int, produced: Int, isDone: Bool) {
        // zlib only reads from next_in; its type lacks the const. It refuses addresses of nil even if there is nothing.
        let somewhere = UnsafeMutableRawPointer(stream)
        stream.pointee.next_in = (UnsafeMutableRawPointer(mutating: input.baseAddress) ?? somewhere)
            .assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_in = UInt32(available)
        stream.pointee.next_out = (output.baseAddress ?? somewhere).assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_out = UInt32(room)
        let status = CZlib.inflate(stream, Z_NO_FLUSH)
        let (consumed, produced) = (available - Int(stream.pointee.avail_in), room - Int(stream.pointee.avail_out))
        switch status {
        case Z_STREAM_END: return (consumed, produced, true)
        // The latter is not an error: nothing can be done without more input or room.
        case Z_OK, Z_BUF_ERROR: return (consumed, produced, false)
        case Z_MEM_ERROR: throw .outOfMemory
        case Z_DATA_ERROR, Z_NEED_DICT: throw .corrupt("the deflated data is invalid")
        default: preconditionFailure("zlib answers \(status) to a well-formed call")
        }
    }

    private func endData() throws(DecodingFault) {
        head = []
        guard let sum = entry.sum else {
            // Bit 3; the shortest descriptor, with or without its mark.
            (position, wanted) = (.insideDescriptor, Self.magicSize)
            return
        }
        try check(sum: sum, packedSize: entry.packedSize!, size: entry.size!)
    }

    private func readDescriptor() throws(DecodingFault) {
        let hasMark = head[..<4] == [0x50, 0x4B, 0x07, 0x08]
        let isLong = entry.isZip64 || max(entry.packedSoFar, entry.sizeSoFar) > 0xFFFF_FFFF
        let start = hasMark ? 4 : 0
        wanted = start + 4 + (isLong ? 16 : 8)
        if head.count < wanted { return }
        let size = isLong ? 8 : 4
        try check(
            sum: UInt32(number(at: start, 4)), packedSize: number(at: start + 4, size),
            size: number(at: start + 4 + size, size))
    }

    private func check(sum: UInt32, packedSize: UInt64, size: UInt64) throws(DecodingFault) {
        guard sum == entry.sumSoFar else { throw .corrupt("the content does not match its CRC-32") }
        guard packedSize == entry.packedSoFar, size == entry.sizeSoFar else {
            throw .corrupt("the content does not have the length that its entry gives")
        }
        if entry.isContent { content = (entry.name, sum) }
        expectHead()
    }

    // MARK: The directory

    private func readDirectory() throws(DecodingFault) {
        let sizes = [Field.listedNameSize, Field.listedExtraSize, Field.listedCommentSize].map {
            Int(number(at: $0, 2))
        }
        wanted = Self.directorySize + sizes.reduce(0, +)
        if head.count < wanted { return }
        listedCount += 1
        if let content, UInt32(number(at: Field.listedSum, 4)) == content.sum,
            head[Self.directorySize..<Self.directorySize + sizes[0]].elementsEqual(content.name)
        {
            isContentListed = true
        }
        expectHead()
    }

    private func readEnd() throws(DecodingFault) {
        guard listedCount == entryCount else {
            throw .corrupt("its directory lists \(listedCount) entries and there are \(entryCount)")
        }
        guard content != nil else { throw .unsupported("it contains no file") }
        guard isContentListed else { throw .corrupt("its directory does not list what it contains") }
        position = .skipping(left: Int(number(at: Field.commentSize, 2)), thenEnds: true)
    }
}

extension [UInt8] {
    fileprivate func hasSuffix(_ byte: UInt8) -> Bool { last == byte }
}
