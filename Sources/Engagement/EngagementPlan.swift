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
            FieldWords(label: "contract", noun: "contract", plural: "contracts", names: .ofContracts),
            FieldWords(label: "app", noun: "app", plural: "apps", names: .ofApps),
        ],
        value: "TotalDuration",
        valuePath: FieldPath([["_source", "TotalDuration"], ["TotalDuration"]]),
        valueWords: FieldWords(label: "duration", noun: "duration", plural: "durations", names: .ofDurations),
        unit: "seconds",
        ignoredKeys: ["0"],
        keepsNegativeValues: false,
        metadataNames: PartialMetadataNames(sum: "seconds", magnitude: "absolute_seconds", keyCount: "contracts"))
}

extension FieldNames {
    fileprivate static let ofContracts = FieldNames(
        likely: ["contract", "customer", "subscriber", "account", "user", "client", "member", "viewer"],
        // `contract_type`, `user_agent`.
        misleading: ["name", "agent", "time", "email", "level", "segment", "state", "class", "group"])

    fileprivate static let ofApps = FieldNames(
        likely: ["app", "application", "service", "channel", "product", "program", "category"],
        misleading: ["time", "title", "start", "end", "build", "icon"])

    fileprivate static let ofDurations = FieldNames(
        likely: ["duration", "seconds", "secs", "watched", "watch", "elapsed", "length", "time"],
        // Points in time: `start_time`.
        misleading: [
            "stamp", "start", "started", "end", "ended", "begin", "first", "last", "since", "until", "at", "created",
            "updated", "modified", "epoch", "zone", "percent",
        ])
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
