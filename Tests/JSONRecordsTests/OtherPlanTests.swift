//  A plan with fields of other names: what records are rejected for is called by its labels.

import Engagement
import ReaderReference
import Records
import Testing

@testable import JSONRecords

private let plays = FoldPlan(
    name: "plays", keys: ["User", "Show"],
    keyPaths: [FieldPath([["event", "user"], ["user"]]), FieldPath([["event", "show"], ["show"]])],
    keyWords: [
        FieldWords(label: "user", noun: "user", plural: "users"),
        FieldWords(label: "show", noun: "show", plural: "shows"),
    ],
    value: "Plays", valuePath: FieldPath([["event", "plays"], ["plays"]]),
    valueWords: FieldWords(label: "plays", noun: "number", plural: "numbers"), unit: "plays", ignoredKeys: ["-"],
    keepsNegativeValues: false)

@Suite struct OtherPlanTests {
    @Test(arguments: [
        (#"{"show":"S","plays":1}"#, "missing-user"), (#"{"user":true,"show":"S","plays":1}"#, "bad-user"),
        (#"{"user":"A","plays":1}"#, "missing-show"), (#"{"user":"A","show":7,"plays":1}"#, "bad-show"),
        (#"{"user":"A","show":"S"}"#, "missing-plays"), (#"{"user":"A","show":"S","plays":"x"}"#, "bad-plays"),
        (#"{"user":"A","show":"S","plays":-1}"#, "negative-plays"), ("[1]", "not-an-object"),
        (#"{"user":"A","show":"S","plays":01}"#, "malformed-json"),
        (#"{"Contract":"A","AppName":"S"}"#, "missing-user"),
        (#"{"index":{"user":"A","show":"S","plays":1}}"#, "missing-user"),
    ])
    func reasonsAreNamedByItsLabels(record: String, reason: String) throws {
        var feeding = Feeding()
        feeding.plan = plays
        let good = #"{"event":{"user":"A","show":"S","plays":2}}"#
        let text = [good, record, good].joined(separator: "\n")
        let outcome = try readThroughAllWindows(text, feeding)
        #expect(outcome.reasons.map(\.rawValue) == [reason])
        let expected = try referenceLines(Array(text.utf8), plan: plays, maxRecordBytes: 1 << 20)
        #expect(
            outcome.records.count == 2 && outcome.records == expected.records && outcome.reasons == expected.reasons)
    }

    @Test(arguments: [plays, .engagement])
    func reasonsAreTheirTexts(plan: FoldPlan) {
        for reason in plan.reasons { #expect(RejectReason(rawValue: reason.rawValue) == reason) }
        #expect(Set(plan.reasons.map(\.rawValue)).count == plan.reasons.count)
        #expect(plan.reasons.sorted().map(\.rawValue) == plan.reasons.map(\.rawValue).sorted())
    }

    @Test func reasonsOfEngagementAreWhatTheyWereEver() {
        #expect(
            FoldPlan.engagement.reasons.map(\.rawValue) == [
                "malformed-json", "not-an-object", "missing-contract", "missing-app", "missing-duration",
                "bad-contract",
                "bad-app", "bad-duration", "negative-duration", "invalid-utf8", "record-too-long", "truncated",
            ])
        #expect(
            [RejectReason.missingContract, .missingApp, .missingDuration]
                == ["contract", "app", "duration"].map { .missing($0) })
        #expect([RejectReason.badContract, .badApp, .badDuration] == ["contract", "app", "duration"].map { .bad($0) })
    }

    /// Fields of rows have any names.
    @Test(arguments: ["User ID", "é", "1", "-", "a\u{0}b", "\u{301}x", "missing-x", "json", "日本語", "\n", "A"])
    func namesOfFieldsComeBack(name: String) {
        for reason in [RejectReason.missing(name), .bad(name)] {
            let again = RejectReason(rawValue: reason.rawValue)
            #expect(again == reason && again.map { Array($0.rawValue.utf8) } == Array(reason.rawValue.utf8))
        }
    }

    @Test(arguments: [
        "", "missing", "missing-", "bad", "bad-", "negative-", "negative-é", "negative-a b", "good-user", "Truncated",
    ])
    func otherTextsAreNoReasons(text: String) {
        #expect(RejectReason(rawValue: text) == nil)
    }
}
