//  What trying a fold needs to know of its text.

import Records

extension CheckedFold {
    /// Texts that stand in the fold, without their quotes, in its order and each once: rows that have none of them would pass no
    /// filter.
    package var texts: [String] {
        var seen = Set<ByteOrdered>()
        return list.tokens.compactMap { token -> String? in
            guard token.kind == .string, token.text.first == "'" else { return nil }
            return String(token.text.dropFirst().dropLast().replacing("''", with: "'"))
        }.filter { seen.insert(ByteOrdered($0)).inserted }
    }

    /// Numbers that stand in the fold, as they are written, each once.
    package var numbers: [String] {
        var seen = Set<String>()
        return list.tokens.filter { $0.kind == .number && seen.insert($0.text).inserted }.map(\.text)
    }
}
