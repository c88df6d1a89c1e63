//  Names of partials and packs: FOLDER/dt=2022-04-01/20220401-9f3c1de2a0b45c77.parquet (Partial.swift says what is what).

import DurableIO
import Synchronization

/// Gives each name once.
final class PartialNames: Sendable {
    /// Hive's name for the partition of rows without a value.
    private static let undatedFolder = "dt=__HIVE_DEFAULT_PARTITION__"
    /// Paths below the checkpoints folder that are given away.
    private let taken: Mutex<Set<String>>

    init(_ taken: some Sequence<String>) { self.taken = Mutex(Set(taken)) }

    /// A path that nothing else has.
    ///
    /// - Parameters:
    ///   - name: of the input file.
    ///   - digest: of its content, in hexadecimal.
    func reserve(below folder: String, name: String, digest: String, date: String?) -> String {
        var stem = Path.name(name)
        if let dot = stem.firstIndex(of: "."), dot != stem.startIndex { stem = String(stem[..<dot]) }
        let base =
            "\(folder)/\(date.map { "dt=\($0)" } ?? Self.undatedFolder)/\(Self.safe(stem, bytes: 80))-\(digest.prefix(16))"
        return taken.withLock { taken in
            var path = base + ".parquet"
            var serial = 2
            while !taken.insert(path).inserted {
                path = "\(base)-\(serial).parquet"
                serial += 1
            }
            return path
        }
    }

    /// A text as a part of a path: what is not an ASCII letter, digit, `.`, `_` or `-` is `_`.
    static func safe(_ text: String, bytes: Int) -> String {
        String(
            text.utf8.prefix(bytes).map { byte -> Character in
                let character = Character(UnicodeScalar(byte))
                return character.isASCII && (character.isLetter || character.isNumber || "._-".contains(character))
                    ? character : "_"
            })
    }
}
