//  What was seen while a file was read, beside its sums: what a person wants to know who has to mend it, or who wonders
//  why a dump is not as it was yesterday.
//
//  Nothing here decides an outcome, and all of it is bounded: a file with a million different keys costs as much memory
//  as one with `FieldPaths.limit`.

/// What was seen in one file.
package struct FileObservations: Sendable, Hashable {
    package var coercions = Coercions()
    package var fields = FieldPaths()
    /// The first rejected record for each reason.
    package var examples: [RejectReason: RejectionExample] = [:]
    /// Lines such as `{"index":{…}}`, which tell a bulk request what to do with the line after them: no records.
    package var actionLines = 0
    package var answers = AnswerFacts()

    package init() {}

    /// - Parameter other: of a later part of the same file, lines counted from the file's beginning.
    package mutating func add(_ other: FileObservations) {
        coercions.add(other.coercions)
        fields.add(other.fields)
        examples.merge(other.examples) { first, _ in first }
        actionLines += other.actionLines
        answers.add(other.answers)
    }
}

/// Folded records in which a field was written in another type than its own. A record can be in several of these.
package struct Coercions: Sendable, Hashable {
    /// The first key was a number, or one in an object of MongoDB's.
    package var keyAsNumber = 0
    /// The value was a string, or a number in an object of MongoDB's.
    package var valueAsString = 0
    /// The value was a number with a point or an exponent.
    package var valueAsFloat = 0
    /// The record was not JSON, but something that is read in its place (`json: lenient`).
    package var leniently = 0

    package init() {}

    package mutating func add(_ other: Coercions) {
        keyAsNumber += other.keyAsNumber
        valueAsString += other.valueAsString
        valueAsFloat += other.valueAsFloat
        leniently += other.leniently
    }
}

/// A rejected record, as much as is shown to a person.
package struct RejectionExample: Sendable, Hashable {
    /// From 1.
    package var line: Int
    /// Of its first byte, in the decompressed content.
    package var offset: Int
    /// The beginning of its text, fit for a terminal: see `init(line:offset:raw:isCut:)`.
    package var excerpt: String
    /// What is wrong with it, where that can be told.
    package var flaw: Flaw?

    package init(line: Int, offset: Int, excerpt: String, flaw: Flaw? = nil) {
        self.line = line
        self.offset = offset
        self.excerpt = excerpt
        self.flaw = flaw
    }

    /// `trailing comma at line 3, column 64`
    package var flawText: String? { flaw?.text(recordLine: line) }

    /// Bytes of a record that an excerpt is made of: one line of a wide terminal.
    package static let excerptLimit = 160

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    /// Makes the excerpt of a record's bytes: space of any kind and length becomes one space, control characters become `\u{1b}` and the like, bytes that are not valid UTF-8 `\x{ff}`, and `…`
    /// stands for the rest.
    package init(line: Int, offset: Int, raw: some Collection<UInt8>, isCut: Bool) {
        self.init(line: line, offset: offset, excerpt: "")
        let shown = raw.prefix(Self.excerptLimit)
        var rest = Array(shown)[...]
        let isCut = isCut || shown.count < raw.count
        var decoder = UTF8()
        while let first = rest.first {
            if Self.isSpace(first) {
                rest = rest.drop { Self.isSpace($0) }
                if !excerpt.isEmpty && !rest.isEmpty { excerpt += " " }
                continue
            }
            var bytes = rest.makeIterator()
            if case .scalarValue(let scalar) = decoder.decode(&bytes) {
                excerpt +=
                    scalar.isFitForTerminals ? String(scalar) : "\\u{\(String(scalar.value, radix: 16))}"
                rest = rest.dropFirst(UTF8.width(scalar))
            } else if isCut && rest.count < 4 && first >= 0xC0 {
                // A character that the cut goes through.
                rest = []
            } else {
                excerpt += "\\x{\(String(first, radix: 16))}"
                rest = rest.dropFirst()
            }
            decoder = UTF8()
        }
        if isCut { excerpt += "…" }
    }
}

extension Unicode.Scalar {
    /// Whether it neither moves the cursor, nor begins an escape sequence, nor turns the direction of what follows.
    package var isFitForTerminals: Bool {
        switch value {
        case 0..<0x20, 0x7F..<0xA0, 0x2028...0x202E, 0x2066...0x2069, 0x200E, 0x200F, 0x061C: false
        default: true
        }
    }
}

/// The kinds of values that were seen in one place; the raw value is written into the ledger.
package struct ValueKinds: OptionSet, Sendable, Hashable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let null = ValueKinds(rawValue: 1)
    package static let boolean = ValueKinds(rawValue: 2)
    package static let number = ValueKinds(rawValue: 4)
    package static let string = ValueKinds(rawValue: 8)
    package static let array = ValueKinds(rawValue: 16)
    package static let object = ValueKinds(rawValue: 32)
}

/// The fields that a file's records were seen to have, as dotted paths: `_source.User`. Where a key has a dot or a
/// backslash, a backslash stands before it, as in the configuration. Arrays are not looked into.
package struct FieldPaths: Sendable, Hashable {
    /// Paths that are kept of a file: ten times what real dumps have.
    package static let limit = 256
    /// A longer path, in bytes, is left out.
    package static let longestPath = 256
    /// Levels that are looked into.
    package static let depthLimit = 8

    package private(set) var kinds: [ByteOrdered: ValueKinds] = [:]
    /// Whether there were more paths, or longer ones, than are kept.
    package var hasMore = false

    package init() {}

    /// Adds a path, or the kinds of values at it.
    package mutating func insert(_ path: ByteOrdered, _ kind: ValueKinds) {
        if kinds[path] == nil && kinds.count == Self.limit {
            hasMore = true
        } else {
            kinds[path, default: []].formUnion(kind)
        }
    }

    package mutating func add(_ other: FieldPaths) {
        hasMore = hasMore || other.hasMore
        for path in other.paths { insert(path, other.kinds[path]!) }
    }

    /// Ascending by bytes.
    package var paths: [ByteOrdered] { kinds.keys.sorted() }

    /// Those that hold something else than objects.
    package var leaves: [ByteOrdered] { paths.filter { kinds[$0]! != .object } }
}
