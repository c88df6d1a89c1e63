//  What people are told about sums, in the words of a plan.

import Engagement
import Folding
import Records
import Testing

@Suite struct ErrorTextTests {
    private static let one = FoldPlan(
        name: "visits", keys: ["Page"], keyPaths: [FieldPath([["Page"]])],
        keyWords: [FieldWords(label: "page", noun: "page", plural: "pages")], value: "Visits",
        valuePath: FieldPath([["Visits"]]),
        valueWords: FieldWords(label: "visits", noun: "number", plural: "numbers"), unit: "visits", ignoredKeys: [],
        keepsNegativeValues: false)

    @Test(arguments: [
        (
            FoldError.overflow(key: "X"),
            "the sum of seconds, including those of contract X, exceeds 9223372036854775807",
            "the sum of visits, including those of page X, exceeds 9223372036854775807"
        ),
        (
            .tooManyRecords(key: "X"), "contract X has more than 4294967295 records of one app in one file",
            "page X has more than 4294967295 records in one file"
        ),
        (
            .negativeCount(key: "X"), "the total has fewer records of contract X than a partial that it contains",
            "the total has fewer records of page X than a partial that it contains"
        ),
        (.notSorted(key: "X"), "rows are out of order at contract X", "rows are out of order at page X"),
    ])
    func errorsAreToldInThePlansWords(error: FoldError, engagement: String, visits: String) {
        #expect(error.text(.engagement) == engagement && FoldError.text(error, .engagement) == engagement)
        #expect(error.text(Self.one) == visits)
    }

    @Test func otherErrorsAreWhatTheySay() {
        struct Other: Error, CustomStringConvertible { let description = "something else" }
        #expect(FoldError.text(Other(), .engagement) == "something else")
    }
}
