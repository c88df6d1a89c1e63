//  How a file holds its records, found out from its content.
//
//      lines       {"user":…}                one record a line
//                  {"user":…}
//      values      {                          JSON values one after another, printed in any way; the elements of a
//                    "user": …                top-level array are records too
//                  }
//      responses   {"took":3,"hits":{"hits":[ {…}, {…} ]}}      Elasticsearch answers, one or more
//      wrapped     {"ok":true,"data":[ {…}, {…} ]}              other objects around the records, one or more

import CByteScan
import Glibc
import Records

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
    /// Where objects around the records hold them: keys as they are written, from the outside in. Empty where records are
    /// not in objects.
    var paths: [[[UInt8]]] = []

    init(_ container: Container) { self.container = container }

    init(paths: [[[UInt8]]]) { (container, self.paths) = (paths == [Self.hits] ? .responses : .wrapped, paths) }
}

extension Container {
    /// Bytes that are looked at when the first value is broken and the lines behind it are asked.
    private static let sampleSize = 1 << 16

    /// Decides from the beginning of a file.
    ///
    /// An object that has an array of records, and is none itself, is around them; where the array is empty or its first
    /// element lacks a field, the objects behind it are asked, too. Else a value that lies on one line makes
    /// the file JSON Lines; one that is valid only across lines makes it a sequence of values. When the first value is
    /// broken, the lines that follow are asked: most lines of JSON Lines begin with a brace, few of pretty-printed values do.
    ///
    /// What stands further behind the start than a record may be long is not looked at: a decision that depended on how
    /// much of the file happens to be in memory would not be the same for every reader.
    ///
    /// - Returns: nil when a longer window is needed.
    static func detect(
        _ start: UnsafePointer<UInt8>, end: UnsafePointer<UInt8>, isFinal: Bool, maxRecordBytes: Int, plan: ReadingPlan
    ) -> Layout? {
        let most = maxRecordBytes + 1
        if end - start <= most {
            let beginning = Beginning(
                start: start, end: end, isFinal: isFinal, maxRecordBytes: maxRecordBytes, plan: plan)
            return beginning.layout()
        }
        // The scanner stops at a NUL behind the window, which must stand where the looking ends.
        return withCopy(of: start, count: most) { base in
            Beginning(
                start: base, end: base + most, isFinal: false, maxRecordBytes: maxRecordBytes, plan: plan
            ).layout()
        }
    }

    /// Bytes of a window as one that ends behind them.
    static func withCopy<Result>(
        of start: UnsafePointer<UInt8>, count: Int, _ body: (UnsafePointer<UInt8>) -> Result
    ) -> Result {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: count + Int(WF_PADDING)) { copy in
            let base = copy.baseAddress!
            // The NUL and what must be readable behind it are the last `WF_PADDING` bytes.
            base.update(from: start, count: count)
            (base + count).update(repeating: 0, count: Int(WF_PADDING))
            return body(base)
        }
    }

    /// The beginning of a file.
    private struct Beginning {
        let start: UnsafePointer<UInt8>
        let end: UnsafePointer<UInt8>
        let isFinal: Bool
        let maxRecordBytes: Int
        let plan: ReadingPlan

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
            guard let p = skipGap(start) else { return nil }
            if p >= end || p - start > maxRecordBytes { return Layout(.lines) }
            if p.pointee == UInt8(ascii: "[") { return Layout(.values) }
            if p.pointee != UInt8(ascii: "{") { return Layout(.lines) }
            switch paths(p) {
            case nil: return nil
            case let paths? where !paths.isEmpty: return Layout(paths: paths)
            default: return linesOrValues(p).map { Layout($0) }
            }
        }

        /// Where the next value begins; nil when a longer window is needed.
        private func skipGap(_ first: UnsafePointer<UInt8>) -> UnsafePointer<UInt8>? {
            var p = first
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
            return (p == end || p - start > maxRecordBytes) && mayAskForMore ? nil : p
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

        /// Where the objects from `first` on hold the records; empty when they hold none, or are records themselves; nil
        /// when a longer window is needed.
        private func paths(_ first: UnsafePointer<UInt8>) -> [[[UInt8]]]? {
            let storage = FieldStorage(tree: FieldTree(plan))
            var best = Guess()
            var p = first
            while p < end, p.pointee == UInt8(ascii: "{") {
                guard let look = ObjectLook(scanner(p), mayAskForMore: mayAskForMore, storage) else { return nil }
                if look.hasField { return [] }
                let guess = guess(p, storage)
                if guess.isSure { return guess.paths }
                if guess.rank > best.rank { best = guess }
                // An object that might hold something lets those behind it decide.
                guard best.rank > 0, let end = look.end else { break }
                guard let next = skipGap(end) else { return nil }
                p = next
            }
            return best.paths
        }

        /// Where an object that is not a record may hold some.
        private struct Guess {
            var paths: [[[UInt8]]] = []
            /// 4 when it is sure, 3 by the name of an array that has elements, 2 for an empty array at a path that such
            /// arrays have, 1 for any other empty array, 0 for nothing.
            var rank = 0

            var isSure: Bool { rank == 4 }
        }

        private func guess(_ object: UnsafePointer<UInt8>, _ storage: borrowing FieldStorage) -> Guess {
            let set = plan.recordPaths
            var guess = Guess()
            for paths in [set, [Layout.hits]] where !paths.isEmpty {
                switch arrays(object, at: paths, storage) {
                case true?: return Guess(paths: paths, rank: 4)
                case false? where guess.rank == 0: guess = Guess(paths: paths, rank: 2)
                default: break
                }
            }
            if !set.isEmpty { return guess }
            var search = ArraySearch()
            var scanner = scanner(object + 1)
            // Of an object that is broken, what stands before the flaw.
            do throws(ScanFailure) { try search.members(&scanner, path: [], storage) } catch {}
            if let found = search.whole.first { return Guess(paths: [found.path], rank: 4) }
            if guess.rank > 0 { return guess }
            if let found = search.named { return Guess(paths: [found.path], rank: 3) }
            if let found = search.namedEmpty { return Guess(paths: [found.path], rank: 2) }
            return Guess(rank: search.hasEmpty ? 1 : 0)
        }

        /// Whether an object has an array with elements at one of the paths; nil when it has none at all.
        private func arrays(
            _ object: UnsafePointer<UInt8>, at paths: [[[UInt8]]], _ storage: borrowing FieldStorage
        ) -> Bool? {
            ArraysAtPaths(scanner(object), paths, storage).hasElements
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
