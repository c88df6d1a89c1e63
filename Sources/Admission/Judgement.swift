//  What the reading of a file means for its state.

import Codecs
import Configuration
import DurableIO
import Findings
import Folding
import Intake
import JSONRecords
import KeyedTables
import Records
import RunSettings

/// What a file turned out to be, before the ledger is asked what it knows.
package enum Judgement {
    /// Whole; held when there is a reason.
    case content(FileSummary, any FoldedContent, held: String?)
    case waiting(String)
    /// With what was read, when anything was. `isPassing`: the cause may go away without a change of the file.
    case failed(String, OutcomeCounts?, isPassing: Bool)
    /// It went away while it was to be read, or nobody wants to know any more.
    case gone
    case cancelled

    /// - Parameters:
    ///   - modified: when the file was last written, nanoseconds since 1970.
    ///   - now: the same clock.
    /// - Throws: what kept the file from being read for reasons that are not its own.
    package init(_ outcome: ReadOutcome, settings: Settings, modified: Int64, now: Int64) throws {
        let isStale = modified < now - settings.staleAfter
        switch outcome {
        case .failed(let error):
            switch error {
            case let error as SpillError: throw error.cause
            case let error as EngineFailure: throw error.cause
            case is Cancelled: self = .cancelled
            case is FileChanged: self = .waiting("it changed while it was being read")
            case CodecError.truncated where !isStale: self = .waiting("\(error)")
            case let error as any UnfinishedContent where error.isUnfinished && !isStale: self = .waiting("\(error)")
            case let error as IOError where error.isMissing: self = .gone
            case let error as IOError: self = .failed("\(error)", nil, isPassing: true)
            default: self = .failed(FoldError.text(error, settings.fold.plan), nil, isPassing: false)
            }
        case .read(let summary, let content):
            if summary.size == 0 {
                self = isStale ? .failed("it is empty", nil, isPassing: false) : .waiting("it is empty")
                return
            }
            if summary.end == .insideValue {
                let cut = summary.rejections.last { $0.reason == .truncated }
                let reason = "it ends inside a record" + (cut.map { ", at line \($0.line)" } ?? "")
                self = isStale ? .failed(reason, summary.counts, isPassing: false) : .waiting(reason)
                return
            }
            let held = Self.reasonToHold(summary, settings)
            self = .content(
                summary, content, held: held.map { WholeFile.explained($0, summary) })
        }
    }

    /// What was read, when it was read to the end.
    package var content: FileSummary? { if case .content(let summary, _, _) = self { summary } else { nil } }

    /// Why a file is held; nil when all of it was read and few enough records were rejected.
    package static func reasonToHold(_ summary: FileSummary, _ settings: Settings) -> String? {
        unread(summary)
            ?? reasonToHold(
                read: summary.counts.read, summary.counts.rejected, rejectedBytes: summary.rejectedBytes,
                of: summary.textSize, settings.configuration.maxRejectRatio)
    }

    /// Why a file is held whatever the settings are: what follows a broken record was not read, or an array of records was
    /// not; nil when all was.
    package static func unread(_ summary: FileSummary) -> String? {
        lostTail(summary.end) ?? unreadArrays(summary.unread)
    }

    private static func lostTail(_ end: InputEnd) -> String? {
        guard case .lost(let bytes) = end else { return nil }
        return "no record was found after a malformed one; \(bytes) bytes at the end of the file were not read"
    }

    private static func unreadArrays(_ unread: UnreadArrays) -> String? {
        if let path = unread.repeated {
            return "an object contains `\(fieldText(path))` twice; the records in the second one were not read"
        }
        if let path = unread.inRecord {
            return "`\(fieldText(path))` in a record without any of the fields contains records, which were not read"
        }
        if unread.isEmpty { return nil }
        func list(_ paths: [[String]]) -> String { paths.map { "`\(fieldText($0))`" }.joined(separator: ", ") }
        if unread.paths.isEmpty { return "records in arrays with long names were not read" }
        let all = (unread.read + unread.paths).map { FieldGuess.yaml(fieldText($0)) }.joined(separator: ", ")
        return "records in \(list(unread.paths))\(unread.hasMore ? " and others" : "") were not read, only those in "
            + "\(list(unread.read)); `records: [\(all)]` reads \(unread.hasMore ? "more of them" : "them all")"
    }

    /// Why a file is held because of how much of it was rejected; nil when that is within the ratio.
    ///
    /// - Parameters:
    ///   - read: records.
    ///   - size: bytes of content.
    static func reasonToHold(
        read: Int, _ rejected: [RejectReason: Int], rejectedBytes: Int, of size: Int, _ ratio: Ratio
    ) -> String? {
        let total = rejected.values.reduce(0, +)
        if ratio.isExceeded(by: total, of: read) {
            return "\(total) of \(read) records were rejected (\(reasons(rejected))); max_reject_ratio allows \(ratio)"
        }
        // One record can cover much of a file.
        guard ratio.isExceeded(by: rejectedBytes, of: size) else { return nil }
        return "\(rejectedBytes) of \(size) bytes belong to rejected records (\(reasons(rejected)));"
            + " max_reject_ratio allows \(ratio)"
    }

    /// `malformed-json 3, bad-show 1`, the most frequent first.
    private static func reasons(_ rejected: [RejectReason: Int]) -> String {
        rejected.sorted { ($1.value, $0.key.rawValue) < ($0.value, $1.key.rawValue) }
            .map { "\($0.key.rawValue) \($0.value)" }.joined(separator: ", ")
    }
}
