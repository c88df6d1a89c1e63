//  What became of the files of `fold --plan`, for people and for programs.

import Intake
import Records
import SmallJSON
import Wording

/// What became of a file.
struct PlanFileResult {
    enum State: String {
        case folded, failed, held, duplicate
    }

    let input: PlanInput
    private(set) var state = State.folded
    private(set) var reason: String?
    /// Nil when it could not be read.
    var summary: FileSummary?

    init(_ input: PlanInput) { self.input = input }

    mutating func fail(_ reason: String) { (state, self.reason) = (.failed, reason) }
    mutating func hold(_ reason: String) { (state, self.reason) = (.held, reason) }
    mutating func skip(_ reason: String) { (state, self.reason) = (.duplicate, reason) }
}

/// What was done.
struct PlanFoldSummary {
    private let fold: String
    private let results: [PlanFileResult]
    /// Of the table; nil when none was written.
    private let rows: Int?
    private let out: String?
    private let seconds: Double

    init(_ fold: String, _ results: [PlanFileResult], _ rows: Int?, _ out: String?, _ time: Duration) {
        (self.fold, self.results, self.rows, self.out) = (fold, results, rows, out)
        seconds = time.seconds
    }

    // MARK: For people

    var lines: [String] {
        let read = results.filter { $0.summary != nil }
        return ConversionSummary.rejections(read.map(\.input.input), read.map { $0.summary! })
            + results.compactMap { result in
                result.reason.map {
                    "\(Show.name(result.input.input.name)): \(result.state.rawValue): \(Show.name($0))"
                }
            } + [whole]
    }

    private var whole: String {
        let folded = results.filter { $0.state == .folded }
        let records = folded.reduce(0) { $0 + $1.summary!.counts.read }
        let rejected = folded.reduce(0) { $0 + $1.summary!.counts.rejectedTotal }
        var text = "\(Show.count(folded.count, "file")), \(Show.count(records, "record"))"
        if rejected > 0 { text += ", \(Show.number(rejected)) rejected" }
        let left = results.count - folded.count
        if left > 0 { text += "; \(Show.count(left, "file")) left out" }
        text += rows.map { ": \(Show.count($0, "row"))" } ?? ": no table"
        if let out, out != "-", rows != nil { text += " → \(Show.name(out))" }
        return text + " in \(Show.duration(seconds))"
    }

    // MARK: For programs

    var json: [UInt8] {
        var text = JSONText()
        text.object { text in
            text.member("fold", fold)
            text.array("files") { text in
                for result in results { file(result, &text) }
            }
            if let rows { text.member("rows", rows) }
            text.member("seconds", json: Show.seconds(seconds))
        }
        return text.finished()
    }

    private func file(_ result: PlanFileResult, _ text: inout JSONText) {
        text.object { text in
            text.member("name", result.input.input.name)
            text.member("source", result.input.source.name)
            text.member("state", result.state.rawValue)
            text.memberIfAny("reason", result.reason)
            guard let summary = result.summary else { return }
            text.member("bytes", summary.size)
            summary.counts.write(to: &text)
        }
    }
}
