//  The engagement plan: who watched what, and for how long.
//
//      {"_source":{"Contract":"KGH477800","AppName":"VOD","TotalDuration":5053}}

import Records

extension FoldPlan {
    /// Seconds watched by contract and app.
    package static let engagement = FoldPlan(
        name: "engagement",
        keys: ["Contract", "AppName"],
        keyPaths: [
            FieldPath([["_source", "Contract"], ["Contract"]]), FieldPath([["_source", "AppName"], ["AppName"]]),
        ],
        keyWords: [
            FieldWords(label: "contract", noun: "contract", plural: "contracts"),
            FieldWords(label: "app", noun: "app", plural: "apps"),
        ],
        value: "TotalDuration",
        valuePath: FieldPath([["_source", "TotalDuration"], ["TotalDuration"]]),
        valueWords: FieldWords(label: "duration", noun: "duration", plural: "durations"),
        unit: "seconds",
        ignoredKeys: ["0"],
        keepsNegativeValues: false,
        metadataNames: PartialMetadataNames(sum: "seconds", magnitude: "absolute_seconds", keyCount: "contracts"))
}

extension RejectReason {
    package static let missingContract = missing("contract")
    package static let missingApp = missing("app")
    package static let missingDuration = missing("duration")
    package static let badContract = bad("contract")
    package static let badApp = bad("app")
    package static let badDuration = bad("duration")
    package static let negativeDuration = negative("duration")
}
