//  How a file holds its records, found out from its content.
//
//      lines       {"Contract":…}            one record a line
//                  {"Contract":…}
//      values      {                          JSON values one after another, printed in any way; the elements of a
//                    "Contract": …            top-level array are records too
//                  }
//      responses   {"took":3,"hits":{"hits":[ {…}, {…} ]}}      Elasticsearch answers, one or more
//      wrapped     {"ok":true,"data":[ {…}, {…} ]}              other objects around the records, one or more

import Records

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// How a file holds its records. The raw values are written into checkpoints.
package enum Container: String, Sendable, Hashable {
    case lines
    case values
    case responses
    case wrapped

    /// Whether the records are within objects that are none.
    var isAnswers: Bool { self == .responses || self == .wrapped }
}

/// A container, and where its objects hold the records.
struct Layout {
    static let hits = [Array("hits".utf8), Array("hits".utf8)]

    var container: Container
    /// Keys as they are written, from the outside in; empty where records are not in objects.
    var path: [[UInt8]] = []

    init(_ container: Container) { self.container = container }

    /// Where objects around the records may hold them, best first.
    static func paths(of plan: FoldPlan) -> [[[UInt8]]] {
        plan.recordPaths.map { $0.map { Array($0.utf8) } } + [hits]
    }

    init(path: [[UInt8]]) { (container, self.path) = (path == Self.hits ? .responses : .wrapped, path) }
}

extension Container {
    /// Bytes that are looked at when the first value is broken and the lines behind it are asked.
    private static let sampleSize = 1 << 16

    /// Decides from the beginning of a file.
    ///
    /// An object that has an array of records, and is none itself, is around them. Else a value that lies on one line makes
    /// the file JSON Lines; one that is valid only across lines makes it a sequence of values. When the first value is
    /// broken, the lines that follow are asked: most lines of JSON Lines begin with a brace, few of pretty-printed values do.
    ///
    /// What stands further behind the start than a record may be long is not looked at: a decision that depended on how
    /// much of the file happens to be in memory would not be the same for every reader.
    ///
    /// - Returns: nil when a longer window is needed.
    static func detect(
        _ start: UnsafePointer<UInt8>, end: UnsafePointer<UInt8>, isFinal: Bool, maxRecordBytes: Int, plan: FoldPlan
    ) -> Layout? {
        let most = maxRecordBytes + 1
        if end - start <= most {
            let beginning = Beginning(
                start: start, end: end, isFinal: isFinal, maxRecordBytes: maxRecordBytes, plan: plan)
            return beginning.layout()
        }
        // The scanner stops at a NUL behind the window, which must stand where the looking ends.
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: most + RecordReader.padding) { copy in
            let base = copy.baseAddress!
            base.update(from: start, count: most)
            (base + most).update(repeating: 0, count: RecordReader.padding)
            return Beginning(
                start: base, end: base + most, isFinal: false, maxRecordBytes: maxRecordBytes, plan: plan
            ).layout()
        }
    }

    /// The beginning of a file.
    private struct Beginning {
        let start: UnsafePointer<UInt8>
        let end: UnsafePointer<UInt8>
        let isFinal: Bool
        let maxRecordBytes: Int
        let plan: FoldPlan

        private var mayAskForMore: Bool { !isFinal && end - start <= maxRecordBytes }

        private func scanner(_ p: UnsafePointer<UInt8>, lineMode: Bool = false) -> JSONScanner {
            JSONScanner(p, end: end, lineMode: lineMode, isFinal: isFinal, isLenient: plan.isLenient)
        }

        private func scan(
            _ p: UnsafePointer<UInt8>, lineMode: Bool, _ body: (inout JSONScanner) throws(ScanFailure) -> Bool
        ) -> Result<Bool, ScanFailure> {
            var scanner = scanner(p, lineMode: lineMode)
            let result: Result<Bool, ScanFailure>
            do throws(ScanFailure) { result = .success(try body(&scanner)) } catch { result = .failure(error) }
            return scanner.p - start > maxRecordBytes ? .failure(.incomplete) : result
        }

        func layout() -> Layout? {
            var p = start
            while p < end, p - start <= maxRecordBytes {
                if isSpace(p.pointee) || p.pointee == 0 || (plan.isLenient && p.pointee == UInt8(ascii: ",")) {
                    p += 1
                } else if case let mark = markLength(p, end: end), mark != 0 {
                    if mark < 0 && mayAskForMore { return nil }
                    p += abs(mark)
                } else {
                    break
                }
            }
            if p == end || p - start > maxRecordBytes { return mayAskForMore ? nil : Layout(.lines) }
            if p.pointee == UInt8(ascii: "[") { return Layout(.values) }
            if p.pointee != UInt8(ascii: "{") { return Layout(.lines) }

            for path in Layout.paths(of: plan) {
                var facts = AnswerFacts()
                let found = scan(p, lineMode: false) { (scanner) throws(ScanFailure) in
                    try scanner.enterArray(at: path, &facts)
                }
                switch found {
                case .success(true): return Layout(path: path)
                case .failure(.incomplete) where mayAskForMore: return nil
                default: break
                }
            }
            if plan.recordPaths.isEmpty {
                guard let path = wrappedPath(p) else { return nil }
                if !path.isEmpty { return Layout(path: path) }
            }
            return linesOrValues(p).map { Layout($0) }
        }

        private func linesOrValues(_ p: UnsafePointer<UInt8>) -> Container? {
            let line = scan(p, lineMode: true) { (scanner) throws(ScanFailure) in
                try scanner.skipValue(depth: 0)
                while scanner.p.pointee == 0x20 || scanner.p.pointee == 0x09 || scanner.p.pointee == 0x0D {
                    scanner.p += 1
                }
                if scanner.p >= end && !isFinal { throw .incomplete }
                return scanner.p >= end || scanner.p.pointee == 0x0A || scanner.p.pointee == UInt8(ascii: "{")
            }
            switch line {
            case .success(true): return .lines
            case .failure(.incomplete) where mayAskForMore: return nil
            default: break
            }
            let value = scan(p, lineMode: false) { (scanner) throws(ScanFailure) in
                try scanner.skipValue(depth: 0)
                return true
            }
            if case .success = value, case .failure = line { return .values }
            let sample = min(sampleSize, maxRecordBytes)
            if mayAskForMore && end - start < sample { return nil }
            let (braces, others) = firstBytesOfLines(p, end: end - start < sample ? end : start + sample)
            // A value over several lines that is good as far as the input goes: a line with a brace must be met again.
            if case .failure(.incomplete) = value, case .failure(.malformed) = line {
                return braces > max(1, others) ? .lines : .values
            }
            return braces >= others ? .lines : .values
        }

        // MARK: Objects around the records

        /// The path of the array in which the object at `p` holds the records; empty when it holds none, or is a record
        /// itself; nil when a longer window is needed.
        private func wrappedPath(_ p: UnsafePointer<UInt8>) -> [[UInt8]]? {
            let storage = FieldStorage(tree: FieldTree(plan: plan))
            do throws(ScanFailure) {
                var fields = FieldScanner(scanner(p + 1), storage)
                try fields.members(of: 0, depth: 1, storage: storage)
            } catch {
                if error == .incomplete && mayAskForMore { return nil }
            }
            if !storage.isEmpty { return [] }
            var search = WrapSearch(storage: storage)
            var scanner = scanner(p + 1)
            do throws(ScanFailure) {
                return try search.look(&scanner, path: []) ?? search.candidate ?? []
            } catch {
                return error == .incomplete && mayAskForMore ? nil : search.candidate ?? []
            }
        }
    }

    /// How many lines begin with a brace, and with anything else.
    private static func firstBytesOfLines(
        _ start: UnsafePointer<UInt8>, end: UnsafePointer<UInt8>
    ) -> (braces: Int, others: Int) {
        var p = start
        var braces = 0
        var others = 0
        while p < end {
            let first = p.pointee
            if first == UInt8(ascii: "{") { braces += 1 } else if first != 0x0A && first != 0x0D { others += 1 }
            guard let newline = memchr(p, 0x0A, end - p) else { break }
            p = UnsafePointer(newline.assumingMemoryBound(to: UInt8.self)) + 1
        }
        return (braces, others)
    }
}

/// Looks for the array of records in an object that is none.
///
/// The array whose first element has all fields of the plan is it, whatever its name. Otherwise the first one that has a
/// name which such arrays go by, and an object or nothing in it, is it: what its records lack is then told of them.
private struct WrapSearch: ~Copyable {
    private let storage: FieldStorage
    /// An array known by its name.
    private(set) var candidate: [[UInt8]]?
    private var isCandidateEmpty = false

    /// Levels of objects that are looked into.
    private static let depthLimit = 8
    /// In small letters.
    private static let names: Set<String> = [
        "content", "data", "docs", "documents", "entries", "events", "history", "items", "list", "records", "result",
        "results", "rows", "value", "values",
    ]

    init(storage: consuming FieldStorage) { self.storage = storage }

    /// `scanner` stands behind an object's brace. Returns the path of an array that is known by its first element.
    mutating func look(_ scanner: inout JSONScanner, path: [[UInt8]]) throws(ScanFailure) -> [[UInt8]]? {
        try scanner.skipSpace()
        if scanner.p.pointee == UInt8(ascii: "}") {
            scanner.p += 1
            return nil
        }
        repeat {
            if scanner.p.pointee != UInt8(ascii: "\"") {
                if scanner.closesAfterComma(UInt8(ascii: "}")) { return nil }
                throw scanner.unexpected(at: scanner.p)
            }
            let key = Array(try scanner.skipKey())
            switch scanner.p.pointee {
            case UInt8(ascii: "{") where path.count < Self.depthLimit - 1:
                scanner.p += 1
                if let found = try look(&scanner, path: path + [key]) { return found }
            case UInt8(ascii: "["):
                if try isArrayOfRecords(scanner, path + [key]) { return path + [key] }
                try scanner.skipValue(depth: path.count + 1)
            default: try scanner.skipValue(depth: path.count + 1)
            }
        } while try scanner.skipComma(closing: UInt8(ascii: "}"))
        return nil
    }

    /// Whether the first element of the array at the scanner's place has all fields.
    private mutating func isArrayOfRecords(
        _ array: JSONScanner, _ path: [[UInt8]]
    ) throws(ScanFailure) -> Bool {
        var scanner = array
        scanner.p += 1
        try scanner.skipSpace()
        let isNamed = Self.names.contains(String(decoding: path[path.count - 1], as: UTF8.self).lowercased())
        switch scanner.p.pointee {
        case UInt8(ascii: "]"):
            if isNamed && candidate == nil { (candidate, isCandidateEmpty) = (path, true) }
            return false
        case UInt8(ascii: "{"):
            storage.reset()
            scanner.p += 1
            var fields = FieldScanner(scanner, storage)
            try fields.members(of: 0, depth: 1, storage: storage)
            if storage.isComplete { return true }
            if isNamed && (candidate == nil || isCandidateEmpty) { (candidate, isCandidateEmpty) = (path, false) }
            return false
        default: return false
        }
    }
}

@inline(__always)
func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 }

/// Bytes of a byte order mark: 3, or 0 when there is none; what there is of it, below 0, when the window ends within it.
func markLength(_ p: UnsafePointer<UInt8>, end: UnsafePointer<UInt8>) -> Int {
    guard p < end, p[0] == 0xEF else { return 0 }
    if end - p == 1 { return -1 }
    guard p[1] == 0xBB else { return 0 }
    if end - p == 2 { return -2 }
    return p[2] == 0xBF ? 3 : 0
}
