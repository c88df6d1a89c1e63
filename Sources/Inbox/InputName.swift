//  Which names in the inbox are input.
//
//      NAME.json  NAME.jsonl  NAME.ndjson      each also with .gz, .lz4, .zip or .zst behind it
//
//  and names that match a pattern of the setting `files`, with such an ending behind them or without. The endings may be
//  in upper case (`20220401.JSON.GZ`), because some systems that export dumps write them so; the rest of a name is
//  compared byte for byte. How a file is compressed its content says; the ending only leads to its logical name, which
//  is the name without it, whatever the patterns are.
//
//  Left alone, files and folders alike, are
//
//      .NAME  _NAME                    hidden, or somebody's own: `_SUCCESS`, `_temporary/`, as Spark, Hive and Arrow do
//      ~$NAME                          the lock of an Office program
//      NAME.tmp  .part  .partial  .crdownload  .swp  ~       unfinished, somebody else's; an upload tool may fill a
//                                                            folder `april.part/` and rename it
//      NAME.tmp.json  NAME.part.json …                       the same, with an ending put behind it
//
//  A pattern that begins with `_` or `.` itself finds files that begin with it, but leads into no such folder.

import Records

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

    var isLeftAlone: Bool {
        if case .leftAlone = self { true } else { false }
    }

    private static let unfinished: [StaticString] = [".tmp", ".part", ".partial", ".crdownload", ".swp"]
    private static let compressions: [StaticString] = [".gz", ".lz4", ".zip", ".zst"]
    private static let contents: [StaticString] = [".json", ".jsonl", ".ndjson"]

    /// The endings of compressed files.
    static var compressionSuffixes: [String] { compressions.map(\.description) }
    /// For a sentence.
    ///
    /// - Parameter patterns: of names that are taken, too.
    static func endings(and patterns: [NamePattern] = []) -> String {
        let names = contents.map { "*\($0)" } + patterns.map(\.text)
        return list(names) + ", also with " + list(compressionSuffixes)
    }

    private static func list(_ names: [String]) -> String {
        names.dropLast().joined(separator: ", ") + " or " + names[names.count - 1]
    }

    /// - Parameters:
    ///   - name: the last part of a path.
    ///   - patterns: of the setting `files`.
    init(_ name: String, patterns: [NamePattern] = []) {
        var name = name
        self = name.withUTF8 { bytes in
            let compression = Self.suffix(of: bytes, among: Self.compressions)
            let content = UnsafeBufferPointer(rebasing: bytes.dropLast(compression))
            let suffix = Self.suffix(of: content, among: Self.contents)
            if bytes.last == UInt8(ascii: "~") || bytes.starts(with: "~$".utf8)
                || Self.suffix(of: bytes, among: Self.unfinished) > 0
                || Self.suffix(of: Self.withoutEnding(content), among: Self.unfinished) > 0
            {
                return .leftAlone
            }
            let first = bytes.first
            let isMarked = first == UInt8(ascii: ".") || first == UInt8(ascii: "_")
            if patterns.contains(where: {
                (!isMarked || $0.first == first) && ($0.matches(content) || compression > 0 && $0.matches(bytes))
            }), !content.isEmpty {
                return .input(compressionSuffix: compression)
            }
            if isMarked { return .leftAlone }
            return suffix > 0 && suffix < content.count ? .input(compressionSuffix: compression) : .other
        }
    }

    /// A name up to its last dot.
    private static func withoutEnding(_ name: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(rebasing: name[..<(name.lastIndex(of: UInt8(ascii: ".")) ?? 0)])
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
