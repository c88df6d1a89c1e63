//  Reads Thrift's compact protocol from bytes that nothing is known about; see `ThriftWriter` for the layout.
//
//  Every length and count is compared with the bytes that are left before it is believed, so memory and time stay
//  proportional to the input. Known structs nest to a fixed depth; what is skipped may nest `maximumDepth` deep.

struct ThriftField {
    let id: Int16
    let type: ThriftType
}

struct ThriftReader {
    /// Deeper nesting than any struct of the format has.
    private static let maximumDepth = 16

    private let bytes: UnsafeRawBufferPointer
    /// Where `bytes` begins in the file.
    private let fileOffset: Int
    /// What the bytes are, for messages.
    private let activity: String
    private(set) var position = 0

    init(_ bytes: UnsafeRawBufferPointer, fileOffset: Int, activity: String) {
        self.bytes = bytes
        self.fileOffset = fileOffset
        self.activity = activity
    }

    func error(_ kind: ParquetError.Kind, _ reason: String) -> ParquetError {
        ParquetError(kind, activity, reason, offset: fileOffset + position)
    }

    func damaged(_ reason: String) -> ParquetError { error(.damaged, reason) }

    private mutating func byte() throws(ParquetError) -> UInt8 {
        guard position < bytes.count else { throw damaged("the bytes end inside a struct") }
        defer { position += 1 }
        return bytes[position]
    }

    private mutating func varint() throws(ParquetError) -> UInt64 {
        guard let value = takeVarint(bytes, &position) else { throw damaged("an integer is cut short or too long") }
        return value
    }

    private func type(_ raw: UInt8) throws(ParquetError) -> ThriftType {
        guard let type = ThriftType(rawValue: raw) else { throw damaged("there is no wire type \(raw)") }
        return type
    }

    /// The next field's header, or nil at the end of the struct. `last` is the id before it, 0 at the start.
    mutating func nextField(after last: inout Int16) throws(ParquetError) -> ThriftField? {
        let header = try byte()
        if header == 0 { return nil }
        let delta = Int16(header >> 4)
        let wireType = try type(header & 0x0F)
        if delta == 0 {
            guard let id = Int16(exactly: unzigzag(try varint())) else { throw damaged("a field id beyond 16 bits") }
            last = id
        } else {
            let (id, overflow) = last.addingReportingOverflow(delta)
            guard !overflow else { throw damaged("a field id beyond 16 bits") }
            last = id
        }
        return ThriftField(id: last, type: wireType)
    }

    private func expect(_ field: ThriftField, _ isExpected: Bool, _ wanted: String) throws(ParquetError) {
        guard isExpected else { throw damaged("field \(field.id) is of type \(field.type), not \(wanted)") }
    }

    /// The field's value, an integer of any width.
    mutating func integer(_ field: ThriftField) throws(ParquetError) -> Int64 {
        try expect(field, field.type == .i16 || field.type == .i32 || field.type == .i64, "an integer")
        return unzigzag(try varint())
    }

    /// The field's value, an integer of 32 bits.
    mutating func i32(_ field: ThriftField) throws(ParquetError) -> Int32 {
        guard let value = Int32(exactly: try integer(field)) else {
            throw damaged("field \(field.id) is beyond 32 bits")
        }
        return value
    }

    /// The field's value, a byte.
    mutating func i8(_ field: ThriftField) throws(ParquetError) -> UInt8 {
        try expect(field, field.type == .i8, "a byte")
        return try byte()
    }

    /// The field's value, a size, count or offset.
    mutating func size(_ field: ThriftField) throws(ParquetError) -> Int {
        let value = try integer(field)
        guard value >= 0 else { throw damaged("field \(field.id), a size, is \(value)") }
        return Int(value)
    }

    mutating func bool(_ field: ThriftField) throws(ParquetError) -> Bool {
        try expect(field, field.type == .boolTrue || field.type == .boolFalse, "a bool")
        return field.type == .boolTrue
    }

    mutating func binary(_ field: ThriftField) throws(ParquetError) -> UnsafeRawBufferPointer {
        try expect(field, field.type == .binary, "binary")
        return try binaryElement()
    }

    mutating func text(_ field: ThriftField) throws(ParquetError) -> String {
        let bytes = try binary(field)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw damaged("field \(field.id) is not UTF-8")
        }
        return text
    }

    /// Checks that the field is a struct, whose fields then follow.
    func enter(_ field: ThriftField) throws(ParquetError) { try expect(field, field.type == .structure, "a struct") }

    /// The element count of a list field of such elements.
    mutating func list(_ field: ThriftField, of element: ThriftType) throws(ParquetError) -> Int {
        try expect(field, field.type == .list, "a list")
        let (found, count) = try listHeader()
        guard found == element || count == 0 else {
            throw damaged("field \(field.id) is a list of \(found), not \(element)")
        }
        return count
    }

    mutating func i32Element() throws(ParquetError) -> Int32 {
        guard let value = Int32(exactly: unzigzag(try varint())) else { throw damaged("an element is beyond 32 bits") }
        return value
    }

    mutating func binaryElement() throws(ParquetError) -> UnsafeRawBufferPointer {
        let length = try varint()
        guard length <= UInt64(bytes.count - position) else { throw damaged("a string runs past the end") }
        defer { position += Int(length) }
        return UnsafeRawBufferPointer(rebasing: bytes[position..<position + Int(length)])
    }

    private mutating func listHeader() throws(ParquetError) -> (ThriftType, Int) {
        let header = try byte()
        let short = UInt64(header >> 4)
        let count = short == 15 ? try varint() : short
        // Every element takes a byte at least.
        guard count <= UInt64(bytes.count - position) else { throw damaged("a list of \(count) runs past the end") }
        // Writers differ on how they spell bool elements; both spellings mean a byte each.
        return (count == 0 && header & 0x0F == 0 ? .i8 : try type(header & 0x0F), Int(count))
    }

    /// Passes over a field that is not wanted.
    mutating func skip(_ field: ThriftField) throws(ParquetError) {
        if field.type == .boolTrue || field.type == .boolFalse { return }
        try skipElement(field.type, depth: 1)
    }

    private mutating func advance(_ count: Int) throws(ParquetError) {
        guard count <= bytes.count - position else { throw damaged("the bytes end inside a struct") }
        position += count
    }

    private mutating func skipElement(_ type: ThriftType, depth: Int) throws(ParquetError) {
        guard depth <= Self.maximumDepth else { throw damaged("structs nest deeper than \(Self.maximumDepth)") }
        switch type {
        case .boolTrue, .boolFalse, .i8: try advance(1)
        case .i16, .i32, .i64: _ = try varint()
        case .double: try advance(8)
        case .uuid: try advance(16)
        case .binary: _ = try binaryElement()
        case .list, .set:
            let (element, count) = try listHeader()
            for _ in 0..<count { try skipElement(element, depth: depth + 1) }
        case .map:
            let count = try varint()
            if count == 0 { return }
            let types = try byte()
            guard count <= UInt64(bytes.count - position) else { throw damaged("a map of \(count) runs past the end") }
            let (key, value) = (try self.type(types >> 4), try self.type(types & 0x0F))
            for _ in 0..<count {
                try skipElement(key, depth: depth + 1)
                try skipElement(value, depth: depth + 1)
            }
        case .structure:
            var last: Int16 = 0
            while let field = try nextField(after: &last) {
                if field.type == .boolTrue || field.type == .boolFalse { continue }
                try skipElement(field.type, depth: depth + 1)
            }
        }
    }
}
