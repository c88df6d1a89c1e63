//  The container of a workbook (PKWARE, ".ZIP File Format Specification", APPNOTE.TXT 6.3, sections 4.3 and 4.4).
//
//      local header · name · bytes [· sizes]      once for each member
//      central header · name                      once for each member
//      end record
//
//  A member that is written as it is made has its checksum and sizes behind it (section 4.3.9, bit 3 of its flags); one
//  that is copied has them in its header. Members are deflated, and nothing is encrypted. What would need more than 32
//  bits is refused: programs that open workbooks do not all know the longer form, and no sheet needs it.

import CISAL

/// A number of the format: the lowest byte comes first.
private func appendLittle(_ value: some FixedWidthInteger, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
}

/// What stands in the headers of a member.
struct ZipMember: Equatable {
    var name: [UInt8]
    /// 0: stored; 8: deflated.
    var method: UInt16
    var checksum: UInt32
    var packedBytes: UInt32
    var bytes: UInt32
}

/// Reads a small archive that is in memory.
struct ZipReader {
    private let archive: [UInt8]
    private(set) var members: [(member: ZipMember, content: Range<Int>)] = []

    /// - Throws: `WorkbookError.archive` for what is not an archive, or one of a form that is not read here.
    init(_ archive: [UInt8]) throws(WorkbookError) {
        self.archive = archive
        guard let end = Self.endRecord(archive) else { throw .archive("it has no end record") }
        var place = Int(try little(UInt32.self, at: end + 16))
        for _ in 0..<(try little(UInt16.self, at: end + 10)) {
            guard try little(UInt32.self, at: place) == ZipWriter.centralSignature else {
                throw .archive("a central header is not where it should be")
            }
            let nameCount = Int(try little(UInt16.self, at: place + 28))
            let rest = Int(try little(UInt16.self, at: place + 30)) + Int(try little(UInt16.self, at: place + 32))
            let member = ZipMember(
                name: try bytes(place + 46, nameCount), method: try little(UInt16.self, at: place + 10),
                checksum: try little(UInt32.self, at: place + 16), packedBytes: try little(UInt32.self, at: place + 20),
                bytes: try little(UInt32.self, at: place + 24))
            let header = Int(try little(UInt32.self, at: place + 42))
            let variable =
                Int(try little(UInt16.self, at: header + 26)) + Int(try little(UInt16.self, at: header + 28))
            let start = header + 30 + variable
            guard start + Int(member.packedBytes) <= archive.count else { throw .archive("a member is cut short") }
            members.append((member, start..<start + Int(member.packedBytes)))
            place += 46 + nameCount + rest
        }
    }

    /// The end record is the last thing in the archive, but for a comment.
    private static func endRecord(_ archive: [UInt8]) -> Int? {
        guard archive.count >= 22 else { return nil }
        return (0...archive.count - 22).reversed().first {
            archive[$0..<$0 + 4].elementsEqual([0x50, 0x4B, 0x05, 0x06])
        }
    }

    private func bytes(_ place: Int, _ count: Int) throws(WorkbookError) -> [UInt8] {
        guard place >= 0, place + count <= archive.count else { throw .archive("it is cut short") }
        return Array(archive[place..<place + count])
    }

    private func little<Number: FixedWidthInteger>(_: Number.Type, at place: Int) throws(WorkbookError) -> Number {
        try bytes(place, Number.bitWidth / 8).reversed().reduce(0) { $0 << 8 | Number($1) }
    }

    /// The packed bytes of a member.
    func packed(_ content: Range<Int>) -> ArraySlice<UInt8> { archive[content] }

    /// What a member holds.
    func content(_ member: ZipMember, _ content: Range<Int>) throws(WorkbookError) -> [UInt8] {
        if member.method == 0 { return Array(archive[content]) }
        var result = [UInt8](repeating: 0, count: Int(member.bytes))
        let state = UnsafeMutablePointer<inflate_state>.allocate(capacity: 1)
        defer { state.deallocate() }
        isal_inflate_init(state)
        var packed = Array(archive[content])
        let status = packed.withUnsafeMutableBufferPointer { from in
            result.withUnsafeMutableBufferPointer { into in
                guard let source = from.baseAddress, let target = into.baseAddress else { return ISAL_DECOMP_OK }
                state.pointee.next_in = source
                state.pointee.avail_in = UInt32(from.count)
                state.pointee.next_out = target
                state.pointee.avail_out = UInt32(into.count)
                let status = isal_inflate_stateless(state)
                wf_clear_upper_halves()
                return status
            }
        }
        guard status == ISAL_DECOMP_OK, state.pointee.avail_out == 0 else {
            throw .archive("\(String(decoding: member.name, as: UTF8.self)) cannot be unpacked")
        }
        return result
    }
}

/// Writes an archive from its beginning to its end.
final class ZipWriter {
    private static let localSignature: UInt32 = 0x0403_4B50
    private static let descriptorSignature: UInt32 = 0x0807_4B50
    fileprivate static let centralSignature: UInt32 = 0x0201_4B50
    private static let endSignature: UInt32 = 0x0605_4B50
    /// 2.0: the version that brought deflate.
    private static let version: UInt16 = 20
    private static let deflated: UInt16 = 8
    /// The name is UTF-8 (bit 11).
    private static let plainFlags: UInt16 = 0x0800
    /// And checksum and sizes come behind the bytes (bit 3).
    private static let streamFlags: UInt16 = 0x0808
    /// The first of January 1980, the earliest that there is: equal contents are to be equal archives.
    private static let date: UInt16 = 0x0021

    private let sink: TableSink
    private let fewer: String
    private var offset = 0
    private var written: [(member: ZipMember, offset: UInt32, flags: UInt16)] = []
    private var stream: DeflateStream?

    /// - Parameter fewer: what to choose fewer of when the archive would be too large, for messages.
    init(_ sink: @escaping TableSink, fewer: String) {
        self.sink = sink
        self.fewer = fewer
    }

    private func put(_ bytes: UnsafeRawBufferPointer) throws {
        try sink(bytes)
        offset += bytes.count
    }

    private func put(_ bytes: [UInt8]) throws { try bytes.withUnsafeBytes { try put($0) } }

    private func begin(_ member: ZipMember, flags: UInt16) throws {
        guard let place = UInt32(exactly: offset) else { throw WorkbookError.tooLarge(fewer: fewer) }
        written.append((member, place, flags))
        var header: [UInt8] = []
        appendLittle(Self.localSignature, to: &header)
        Self.appendFields(member, flags: flags, to: &header)
        appendLittle(UInt16(0), to: &header)
        try put(header + member.name)
    }

    /// What local and central headers have in common, from the version to the length of the name.
    private static func appendFields(_ member: ZipMember, flags: UInt16, to header: inout [UInt8]) {
        for value in [version, flags, member.method, 0, date] { appendLittle(value, to: &header) }
        for value in [member.checksum, member.packedBytes, member.bytes] { appendLittle(value, to: &header) }
        appendLittle(UInt16(member.name.count), to: &header)
    }

    /// Writes a member as another archive has it.
    func copy(_ member: ZipMember, _ packed: ArraySlice<UInt8>) throws {
        try begin(member, flags: Self.plainFlags)
        try packed.withUnsafeBytes { try put($0) }
    }

    /// Begins a member that `write` goes to.
    func begin(_ name: [UInt8]) throws {
        precondition(stream == nil, "a member is being written")
        try begin(
            ZipMember(name: name, method: Self.deflated, checksum: 0, packedBytes: 0, bytes: 0), flags: Self.streamFlags
        )
        stream = DeflateStream()
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws { try stream!.write(bytes) { try put($0) } }

    /// Ends the member.
    func end() throws {
        try stream!.finish { try put($0) }
        guard let packed = UInt32(exactly: stream!.packedBytes), let bytes = UInt32(exactly: stream!.bytes) else {
            throw WorkbookError.tooLarge(fewer: fewer)
        }
        written[written.count - 1].member.checksum = stream!.checksum
        written[written.count - 1].member.packedBytes = packed
        written[written.count - 1].member.bytes = bytes
        stream = nil
        let member = written[written.count - 1].member
        var descriptor: [UInt8] = []
        for value in [Self.descriptorSignature, member.checksum, packed, bytes] { appendLittle(value, to: &descriptor) }
        try put(descriptor)
    }

    /// Ends the archive.
    func finish() throws {
        guard let start = UInt32(exactly: offset), let count = UInt16(exactly: written.count) else {
            throw WorkbookError.tooLarge(fewer: fewer)
        }
        var directory: [UInt8] = []
        for (member, place, flags) in written {
            appendLittle(Self.centralSignature, to: &directory)
            appendLittle(Self.version, to: &directory)
            Self.appendFields(member, flags: flags, to: &directory)
            // No extra field, no comment, the first disk, no attributes.
            for value in [UInt16](repeating: 0, count: 4) { appendLittle(value, to: &directory) }
            appendLittle(UInt32(0), to: &directory)
            appendLittle(place, to: &directory)
            directory += member.name
        }
        let size = UInt32(directory.count)
        appendLittle(Self.endSignature, to: &directory)
        for value in [0, 0, count, count] { appendLittle(value, to: &directory) }
        for value in [size, start] { appendLittle(value, to: &directory) }
        appendLittle(UInt16(0), to: &directory)
        try put(directory)
    }
}
