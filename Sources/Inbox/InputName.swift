//  Which names in the inbox are input.
//
//      NAME.json  NAME.jsonl  NAME.ndjson      each also with .gz or .lz4 behind it
//
//  The suffixes may be in upper case (`20220401.JSON.GZ`), because some systems that export dumps write them so; the
//  rest of a name is compared byte for byte. What begins with a dot is hidden. What ends in `.tmp`, `.part`,
//  `.partial`, `.crdownload`, `.swp` or `~` is unfinished, somebody else's. Both are left alone, folders too: an
//  upload tool may fill a folder `april.part/` and rename it.

/// What a name says about what it names.
enum InputName {
    /// An input file. The count is that of the bytes of its compression suffix, 0 when there is none.
    case input(compressionSuffix: Int)
    /// Never to be touched, not even looked at.
    case leftAlone
    /// Not an input file; it may be a folder.
    case other

    var isInput: Bool {
        if case .input = self { true } else { false }
    }

    private static let unfinished: [StaticString] = [".tmp", ".part", ".partial", ".crdownload", ".swp", "~"]
    private static let compressions: [StaticString] = [".gz", ".lz4"]
    private static let contents: [StaticString] = [".json", ".jsonl", ".ndjson"]

    /// - Parameter name: the last part of a path.
    init(_ name: String) {
        var name = name
        self = name.withUTF8 { bytes in
            if bytes.first == UInt8(ascii: ".") || Self.suffix(of: bytes, among: Self.unfinished) > 0 {
                return .leftAlone
            }
            let compression = Self.suffix(of: bytes, among: Self.compressions)
            let content = UnsafeBufferPointer(rebasing: bytes.dropLast(compression))
            let suffix = Self.suffix(of: content, among: Self.contents)
            return suffix > 0 && suffix < content.count ? .input(compressionSuffix: compression) : .other
        }
    }

    /// The length of the suffix that `bytes` ends in, with letters of either case; 0 when it is none of them. The
    /// suffixes themselves are in lower case.
    private static func suffix(of bytes: UnsafeBufferPointer<UInt8>, among suffixes: [StaticString]) -> Int {
        for suffix in suffixes {
            let count = suffix.utf8CodeUnitCount
            guard bytes.count >= count else { continue }
            let isSame = (0..<count).allSatisfy { index in
                let byte = bytes[bytes.count - count + index]
                let isUpper = byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z")
                return (isUpper ? byte + 0x20 : byte) == suffix.utf8Start[index]
            }
            if isSame { return count }
        }
        return 0
    }
}
