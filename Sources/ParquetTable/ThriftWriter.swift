//  Thrift's compact protocol, as far as Parquet's footer and page headers need it.
//
//      struct   fields in ascending order of id, then 00
//      field    one byte: (id − previous id) << 4 | type; when the difference is not 1…15: type, then zigzag id
//      integer  zigzag ULEB128         binary   ULEB128 length, bytes       bool field   in the type: 1 true, 2 false
//      list     count << 4 | element type, for counts up to 14; else F0 | type, ULEB128 count
//
//  The struct { 1: i32 = 5, 4: binary = "ab" } is 15 0A 38 02 61 62 00.
//  Source: thrift-compact-protocol.md of Apache Thrift.

/// The wire types.
enum ThriftType: UInt8 {
    case boolTrue = 1
    case boolFalse = 2
    case i8 = 3
    case i16 = 4
    case i32 = 5
    case i64 = 6
    case double = 7
    case binary = 8
    case list = 9
    case set = 10
    case map = 11
    case structure = 12
    case uuid = 13
}

/// Writes structs field by field.
struct ThriftWriter {
    private(set) var bytes: [UInt8] = []
    /// The id of the last field written, of each struct that is open.
    private var lastIDs: [Int16] = [0]

    private mutating func varint(_ value: UInt64) {
        var value = value
        while value >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: value) | 0x80)
            value >>= 7
        }
        bytes.append(UInt8(value))
    }

    private mutating func header(_ id: Int16, _ type: ThriftType) {
        let delta = id - lastIDs[lastIDs.count - 1]
        precondition(delta > 0, "field \(id) out of order")
        if delta <= 15 {
            bytes.append(UInt8(delta) << 4 | type.rawValue)
        } else {
            bytes.append(type.rawValue)
            varint(zigzag(Int64(id)))
        }
        lastIDs[lastIDs.count - 1] = id
    }

    mutating func field(_ id: Int16, i16 value: Int16) {
        header(id, .i16)
        varint(zigzag(Int64(value)))
    }

    mutating func field(_ id: Int16, i32 value: Int32) {
        header(id, .i32)
        element(i32: value)
    }

    mutating func field(_ id: Int16, i64 value: Int) {
        header(id, .i64)
        varint(zigzag(Int64(value)))
    }

    mutating func field(_ id: Int16, bool value: Bool) { header(id, value ? .boolTrue : .boolFalse) }

    mutating func field(_ id: Int16, binary value: some Collection<UInt8>) {
        header(id, .binary)
        element(binary: value)
    }

    /// A field that is a struct; `body` writes its fields.
    mutating func field(_ id: Int16, structure body: (inout ThriftWriter) -> Void) {
        header(id, .structure)
        structure(body)
    }

    /// A field that is a list; `body` writes exactly `count` elements.
    mutating func field(_ id: Int16, listOf type: ThriftType, count: Int, _ body: (inout ThriftWriter) -> Void) {
        header(id, .list)
        if count < 15 {
            bytes.append(UInt8(count) << 4 | type.rawValue)
        } else {
            bytes.append(0xF0 | type.rawValue)
            varint(UInt64(count))
        }
        body(&self)
    }

    mutating func element(i32 value: Int32) { varint(zigzag(Int64(value))) }

    mutating func element(binary value: some Collection<UInt8>) {
        varint(UInt64(value.count))
        bytes.append(contentsOf: value)
    }

    /// A struct as such: a list's element, or the outermost one, whose stop byte `finish` writes.
    mutating func structure(_ body: (inout ThriftWriter) -> Void) {
        lastIDs.append(0)
        body(&self)
        lastIDs.removeLast()
        bytes.append(0)
    }

    /// Overwrites bytes that were written before.
    mutating func replace(at position: Int, with newBytes: some Collection<UInt8>) {
        bytes.replaceSubrange(position..<position + newBytes.count, with: newBytes)
    }
}
