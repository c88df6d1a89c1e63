//  Objects around the records, walked over a member at a time, so that only a member must fit into memory.
//
//      {"meta":{"n":3}, "page":{ "tv":[ {…}, {…} ], "next":null }, "vod":[ {…} ]}       paths page.tv, vod
//       └─ skipped ──┘  └ opened  └ array: the reader takes its elements
//                                               └─ skipped ─┘ └ closed └ array
//
//  An array of records at no path is never passed over without a word: `UnreadArrays` keeps where it stands.

import Records

/// Arrays of records in objects around records that were not read.
package struct UnreadArrays: Sendable, Hashable {
    /// Paths that are kept.
    private static let limit = 8
    /// Bytes of a path that is kept.
    private static let longest = 256

    /// Where they stand, in the order in which they were met; keys as they are written.
    package private(set) var paths: [[String]] = []
    /// The paths that were read.
    package private(set) var read: [[String]] = []
    /// Whether there are others that were not kept.
    package private(set) var hasMore = false
    /// A path that was read, and that one object has twice.
    package private(set) var repeated: [String]?
    /// A path within a record that was rejected since it has no field.
    package private(set) var inRecord: [String]?

    package init() {}

    package var isEmpty: Bool { paths.isEmpty && !hasMore && repeated == nil && inRecord == nil }

    /// - Parameter read: the paths that are read.
    mutating func add(_ path: [[UInt8]], beside read: [[[UInt8]]]) {
        self.read = read.map(Self.text)
        append(Self.text(path))
    }

    private mutating func append(_ path: [String]) {
        if paths.contains(path) { return }
        if paths.count == Self.limit || path.reduce(0, { $0 + $1.utf8.count }) > Self.longest {
            hasMore = true
        } else {
            paths.append(path)
        }
    }

    /// - Parameter other: of a later part of the same file.
    package mutating func add(_ other: UnreadArrays) {
        for path in other.paths { append(path) }
        if read.isEmpty { read = other.read }
        hasMore = hasMore || other.hasMore
        repeated = repeated ?? other.repeated
        inRecord = inRecord ?? other.inRecord
    }

    mutating func addRepeated(_ path: [[UInt8]]) { if repeated == nil { repeated = Self.text(path) } }

    mutating func addInRecord(_ path: [[UInt8]]) { if inRecord == nil { inRecord = Self.text(path) } }

    private static func text(_ path: [[UInt8]]) -> [String] { path.map { String(decoding: $0, as: UTF8.self) } }
}

/// A place in an object around records.
struct Holder {
    /// Keys of the objects that are open within the outermost one, from the outside in.
    var open: [[UInt8]] = []
    /// Whether a comma or the closing brace comes next, and not a member.
    var isBehindValue = false
    /// Numbers of the paths whose array was met.
    var entered: Set<Int> = []
    /// Whether a field of a record may still be met: the object is too long or too broken to be known as a whole.
    var mayHaveField = false
    /// What the object said of itself so far.
    var facts = AnswerFacts()

    enum Step {
        /// An object was opened or closed.
        case moved
        /// A member was passed over.
        case member(key: UnsafeBufferPointer<UInt8>, value: UnsafePointer<UInt8>)
        /// An array without elements at a path.
        case emptyArray
        /// Behind the bracket of an array at a path, which has elements.
        case array
        /// One more at a path that had one. It was passed over.
        case repeatedArray(Int)
        /// Behind the outermost object.
        case end
    }
}

extension JSONScanner {
    /// Goes on by a member, or into the array at a path. Keys are compared as they are written, so a key with escapes is
    /// not found.
    ///
    /// - Parameter search: gets what is passed over.
    mutating func step(
        _ holder: inout Holder, paths: [[[UInt8]]], _ search: inout ArraySearch, _ storage: borrowing FieldStorage
    ) throws(ScanFailure) -> Holder.Step {
        if holder.isBehindValue {
            if try !skipComma(closing: UInt8(ascii: "}")) { return close(&holder) }
        } else {
            try skipSpace()
            if p.pointee == UInt8(ascii: "}") {
                p += 1
                return close(&holder)
            }
        }
        if p.pointee != UInt8(ascii: "\"") {
            if closesAfterComma(UInt8(ascii: "}")) { return close(&holder) }
            throw unexpected(at: p)
        }
        let key = try skipKey()
        let level = holder.open.count
        let value = p
        for (number, path) in paths.enumerated()
        where path.count > level && Self.isSame(key, path[level]) && path[..<level].elementsEqual(holder.open) {
            if path.count > level + 1 {
                guard value.pointee == UInt8(ascii: "{") else { continue }
                p += 1
                holder.open.append(path[level])
                holder.isBehindValue = false
                return .moved
            }
            guard value.pointee == UInt8(ascii: "[") else { continue }
            p += 1
            try skipSpace()
            if p >= end && !isFinal { throw .incomplete }
            holder.isBehindValue = true
            if p.pointee == UInt8(ascii: "]") {
                p += 1
                return .emptyArray
            }
            p = value
            if !holder.entered.insert(number).inserted {
                try skipValue(depth: level + 1)
                return .repeatedArray(number)
            }
            p += 1
            return .array
        }
        try search.skip(&self, path: holder.open + [Array(key)], storage)
        holder.facts.note(key, value, self, level: level)
        holder.isBehindValue = true
        return .member(key: key, value: value)
    }

    private func close(_ holder: inout Holder) -> Holder.Step {
        if holder.open.isEmpty { return .end }
        holder.open.removeLast()
        holder.isBehindValue = true
        return .moved
    }
}

/// Looks for arrays of records on the way over a value.
struct ArraySearch {
    /// Levels of objects that are looked into.
    private static let depthLimit = 8
    /// Names that arrays of records go by, in small letters.
    private static let names: Set<String> = [
        "content", "data", "docs", "documents", "entries", "events", "history", "items", "list", "records", "result",
        "results", "rows", "value", "values",
    ]

    /// An array that was found.
    struct Found {
        var path: [[UInt8]]
        /// Behind what it is known by: its first element, or its brackets.
        var end: UnsafePointer<UInt8>
    }

    /// Whether anything is looked for.
    var isOn = true
    /// Arrays whose first element has all fields.
    var whole: [Found] = []
    /// The first one with a usual name that begins with an object.
    var named: Found?
    /// The first one with a usual name that is empty.
    var namedEmpty: Found?
    /// Whether any is empty.
    var hasEmpty = false

    /// Walks over a value at a path.
    mutating func skip(
        _ scanner: inout JSONScanner, path: [[UInt8]], _ storage: borrowing FieldStorage
    ) throws(ScanFailure) {
        switch scanner.p.pointee {
        case UInt8(ascii: "{") where isOn && path.count < Self.depthLimit:
            scanner.p += 1
            try members(&scanner, path: path, storage)
        case UInt8(ascii: "["):
            if isOn { look(at: scanner, path, storage) }
            try scanner.skipValue(depth: path.count)
        default: try scanner.skipValue(depth: path.count)
        }
    }

    /// Walks over the members of an object, from behind its brace.
    mutating func members(
        _ scanner: inout JSONScanner, path: [[UInt8]], _ storage: borrowing FieldStorage
    ) throws(ScanFailure) {
        try scanner.skipSpace()
        if scanner.p.pointee == UInt8(ascii: "}") {
            scanner.p += 1
            return
        }
        repeat {
            if scanner.p.pointee != UInt8(ascii: "\"") {
                if scanner.closesAfterComma(UInt8(ascii: "}")) { return }
                throw scanner.unexpected(at: scanner.p)
            }
            let key = Array(try scanner.skipKey())
            try skip(&scanner, path: path + [key], storage)
        } while try scanner.skipComma(closing: UInt8(ascii: "}"))
    }

    /// Notes what the array at the scanner's place begins with. A flaw in it is for who walks over it.
    private mutating func look(at array: JSONScanner, _ path: [[UInt8]], _ storage: borrowing FieldStorage) {
        var scanner = array
        scanner.p += 1
        guard (try? scanner.skipSpace()) != nil else { return }
        let isNamed = Self.names.contains(String(decoding: path[path.count - 1], as: UTF8.self).lowercased())
        switch scanner.p.pointee {
        case UInt8(ascii: "]"):
            let found = Found(path: path, end: scanner.p + 1)
            hasEmpty = true
            if isNamed && namedEmpty == nil { namedEmpty = found }
        case UInt8(ascii: "{"):
            storage.reset()
            scanner.p += 1
            var fields = FieldScanner(scanner, storage)
            guard (try? fields.members(of: 0, depth: path.count + 2, storage: storage)) != nil else { return }
            let found = Found(path: path, end: fields.scanner.p)
            if storage.isComplete { whole.append(found) } else if isNamed && named == nil { named = found }
        default: break
        }
    }
}

/// What can be told of an object within the bytes that a record may have.
struct ObjectLook {
    /// Whether a field of the plan is found in it: then it is a record.
    private(set) var hasField: Bool
    /// Behind it, if it is whole and valid.
    private(set) var end: UnsafePointer<UInt8>?
    /// Where the looking ended.
    private(set) var reached: UnsafePointer<UInt8>

    /// - Parameters:
    ///   - scanner: at the object's brace; nothing behind its window's end is looked at.
    ///   - mayAskForMore: whether an object that the window ends in is to be looked at again in a longer one.
    /// - Returns: nil when a longer window is needed.
    init?(_ scanner: JSONScanner, mayAskForMore: Bool, _ storage: borrowing FieldStorage) {
        storage.reset()
        var inside = scanner
        inside.p += 1
        var fields = FieldScanner(inside, storage)
        do throws(ScanFailure) {
            try fields.members(of: 0, depth: 1, storage: storage)
            end = fields.scanner.p
        } catch {
            if error == .incomplete && mayAskForMore { return nil }
        }
        hasField = !storage.isEmpty
        reached = fields.scanner.p
    }
}

/// The arrays at the paths of an object, as far as it is valid and in the window.
struct ArraysAtPaths {
    /// Whether one of them has elements; nil when there is none.
    private(set) var hasElements: Bool?

    /// - Parameter scanner: at the object's brace.
    init(_ scanner: JSONScanner, _ paths: [[[UInt8]]], _ storage: borrowing FieldStorage) {
        var scanner = scanner
        scanner.p += 1
        var holder = Holder()
        var search = ArraySearch(isOn: false)
        do throws(ScanFailure) {
            while true {
                switch try scanner.step(&holder, paths: paths, &search, storage) {
                case .array:
                    hasElements = true
                    return
                case .emptyArray: hasElements = false
                case .moved, .member, .repeatedArray: break
                case .end: return
                }
            }
        } catch {}
    }
}
