//  What Elasticsearch answers say of themselves, beside their hits.
//
//      {"took":30001,"timed_out":true,"_shards":{"total":5,"failed":2},"hits":{"total":{"value":900,…},"hits":[ 1 hit ]}}
//
//      partial answer: it timed out, 2 shards failed, 1 of 900 hits
//
//  A search that goes on page by page says the same total in each answer, so the hits of all answers of a file together are
//  compared with the largest total.

/// The answers of one file, taken together.
package struct AnswerFacts: Sendable, Hashable {
    /// Answers that say that they timed out.
    package var timedOut = 0
    /// Answers that say that they ended early.
    package var endedEarly = 0
    /// Shards that failed, in all answers.
    package var failedShards = 0
    /// The largest number of hits that an answer says there are.
    package var total = 0
    /// Hits that the answers hold.
    package var held = 0
    /// Answers with aggregations.
    package var aggregations = 0

    package init() {}

    package mutating func add(_ other: AnswerFacts) {
        timedOut += other.timedOut
        endedEarly += other.endedEarly
        failedShards = failedShards.addingReportingOverflow(other.failedShards).partialValue
        total = max(total, other.total)
        held += other.held
        aggregations += other.aggregations
    }

    /// What is missing, in words: `partial answer: it timed out, 1 of 900 hits`; nil when nothing is.
    package var partial: String? {
        var parts: [String] = []
        if timedOut > 0 { parts.append("it timed out") }
        if endedEarly > 0 { parts.append("it ended early") }
        if failedShards > 0 { parts.append(failedShards == 1 ? "1 shard failed" : "\(failedShards) shards failed") }
        if total > held { parts.append("\(held) of \(total) hits") }
        if held == 0 && aggregations > 0 { parts.append("it holds aggregations in place of hits") }
        return parts.isEmpty ? nil : "partial answer: " + parts.joined(separator: ", ")
    }
}
