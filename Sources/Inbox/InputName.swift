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

    private static let unfinished = [".tmp", ".part", ".partial", ".crdownload", ".swp", "~"]
    private static let compressions = [".gz", ".lz4"]
    private static let contents = [".json", ".jsonl", ".ndjson"]

    /// - Parameter name: the last part of a path.
    init(_ name: String) {
        let bytes = name.utf8
        if bytes.first == UInt8(ascii: ".") || Self.unfinished.contains(where: { Self.hasSuffix(bytes[...], $0) }) {
            self = .leftAlone
            return
        }
        let compression = Self.compressions.first { Self.hasSuffix(bytes[...], $0) }?.utf8.count ?? 0
        let content = bytes.dropLast(compression)
        let isInput = Self.contents.contains { Self.hasSuffix(content, $0) && content.count > $0.utf8.count }
        self = isInput ? .input(compressionSuffix: compression) : .other
    }

    /// Whether `bytes` ends in `suffix`, which is in lower case, with letters of either case.
    private static func hasSuffix(_ bytes: Substring.UTF8View, _ suffix: String) -> Bool {
        guard bytes.count >= suffix.utf8.count else { return false }
        return zip(bytes.reversed(), suffix.utf8.reversed()).allSatisfy { byte, wanted in
            byte == wanted || (byte &+ 0x20 == wanted && byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z"))
        }
    }
}
