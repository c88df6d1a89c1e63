//  The beginning of a file: its byte order mark, its delimiter, its header.

import Records

extension CSVReader {
    /// The header of a file, as a reader of the whole file finds it.
    ///
    /// - Parameter window: the file's first `count` bytes, then `padding` bytes that may be overwritten.
    /// - Returns: nil when a longer window is needed; in the last window, when the file has no record.
    /// - Throws: `CSVError` when the header does not fit.
    package static func header(
        of window: UnsafeMutablePointer<UInt8>, count: Int, isFinal: Bool, schema: RowSchema, settings: CSVSettings,
        maxRecordBytes: Int
    ) throws(CSVError) -> CSVHeader? {
        window[count] = 0
        var pass = Pass(window: UnsafePointer(window), end: UnsafePointer(window) + count, isFinal: isFinal)
        var reader = CSVReader(schema: schema, settings: settings, maxRecordBytes: maxRecordBytes)
        return try reader.start(&pass) ? reader.header : nil
    }

    /// Reads the header, or without one finds the delimiter.
    ///
    /// - Returns: false when a longer window is needed.
    mutating func start(_ pass: inout Pass) throws(CSVError) -> Bool {
        guard skipMarks(&pass) else { return false }
        if pass.p == pass.end {
            if pass.isFinal { position = .records }
            return false
        }
        let first = pass.p
        guard let (found, next) = try candidate(first, pass) else { return false }
        let header = try CSVHeader(settings.columns ?? found.names, delimiter: found.delimiter, schema: schema)
        self.header = header
        columns.set(header, settings)
        pass.p = settings.columns == nil ? next : first
        position = .records
        return true
    }

    /// Goes over byte order marks and empty lines, which are no records here as elsewhere.
    ///
    /// - Returns: false when a longer window is needed.
    private func skipMarks(_ pass: inout Pass) -> Bool {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let lineEnds: [[UInt8]] = [[0x0A], [0x0D, 0x0A]]
        scan: while true {
            let rest = UnsafeBufferPointer(start: pass.p, count: pass.end - pass.p)
            for skipped in [mark] + lineEnds {
                if rest.starts(with: skipped) {
                    pass.p += skipped.count
                    continue scan
                }
                if skipped.starts(with: rest) && !rest.isEmpty && !pass.isFinal { return false }
            }
            // Half of a line's end at the end of all.
            if rest.elementsEqual([0x0D]) { pass.p = pass.end }
            return true
        }
    }

    private struct Candidate {
        var delimiter: UInt8
        var names: [String]
    }

    /// The first record under the delimiter that suits it best, and where the next one begins.
    ///
    /// - Returns: nil when a longer window is needed.
    private mutating func candidate(
        _ start: UnsafePointer<UInt8>, _ pass: Pass
    ) throws(CSVError) -> (Candidate, next: UnsafePointer<UInt8>)? {
        var best: (candidate: Candidate, next: UnsafePointer<UInt8>, score: (Int, Int))?
        var failure: CSVError?
        for delimiter in settings.delimiter.map({ [$0] }) ?? CSVSettings.delimiters where delimiter != settings.quote {
            let scanner = CSVScanner(
                delimiter: delimiter, quote: settings.quote, end: pass.end, isFinal: pass.isFinal)
            switch scanner.record(start, &fields) {
            case .incomplete where !pass.isFinal && !isBeyondLimit(start, pass): return nil
            case .record(let end, let next) where end - start <= maxRecordBytes:
                guard let names = names() else {
                    failure = failure ?? .malformedHeader("bytes that are not UTF-8", offset: 0)
                    continue
                }
                let score = score(names)
                if best == nil || score > best!.score {
                    best = (Candidate(delimiter: delimiter, names: names), next, score)
                }
            case .flaw(let flaw) where flaw.offset <= maxRecordBytes:
                failure = failure ?? .malformedHeader(flaw.words, offset: flaw.offset)
            case .incomplete where pass.end - start <= maxRecordBytes:
                failure = failure ?? .malformedHeader("a quote that is not closed", offset: 0)
            default: failure = failure ?? .longHeader(limit: maxRecordBytes)
            }
        }
        if let best { return (best.candidate, best.next) }
        // The first record of a file without a header is for the reader to judge.
        if let columns = settings.columns {
            return (Candidate(delimiter: settings.delimiter ?? UInt8(ascii: ","), names: columns), start)
        }
        throw failure!
    }

    /// How well the first record suits: fields that are found in it, and its columns; without a header, whether there are as
    /// many as were named.
    private func score(_ names: [String]) -> (Int, Int) {
        if let columns = settings.columns { return (names.count == columns.count ? 1 : 0, 0) }
        return (CSVHeader.matches(names, schema), names.count)
    }

    /// The texts of the fields at hand; nil when one is not UTF-8.
    private func names() -> [String]? {
        var names: [String] = []
        for field in fields {
            var text = Array(field.text)
            if field.hasPairs, let quote = settings.quote { text = CSVReader.unquoted(text, quote) }
            guard let name = String(validating: text, as: UTF8.self) else { return nil }
            names.append(name)
        }
        return names
    }

    /// A text in which each pair of quotes is one.
    private static func unquoted(_ text: [UInt8], _ quote: UInt8) -> [UInt8] {
        var result: [UInt8] = []
        var i = 0
        while i < text.count {
            result.append(text[i])
            i += text[i] == quote ? 2 : 1
        }
        return result
    }
}
