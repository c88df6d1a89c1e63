//  What plan.yaml declares, as values: where records come from, which words SQL may use, how marts are published.
//
//      name: video
//      sources:
//        events:
//          files: ["events*.jsonl", "dt={day:date}/events-*.json"]
//          fields: {event_time: timestamp, user_id: string, value: {type: "decimal(18,3)", required: no}}
//          keep_stage: yes
//        users:
//          files: "users*.csv"
//          latest: user_id
//          fields: {user_id: string, signup_date: date}
//      parameters: {reach_seconds: 30}
//      folds: {session: {formats: [csv, parquet]}}
//      marts:
//        daily: {order: [dt, video_id], formats: [csv, parquet], partition_by: dt, chart: {kind: line, x: dt, y: plays}}
//
//  There are no expressions in it: these are SQL, in files of their own.

import Records

/// A plan's plan.yaml.
package struct PlanFile: Sendable, Hashable {
    package var name: String
    /// In the order of the file, at least one.
    package var sources: [PlanSource]
    package var parameters: [PlanParameter]
    /// Folds whose tables are published.
    package var folds: [FoldRule] = []
    package var marts: [MartRule]
}

/// How the table of a fold is published.
package struct FoldRule: Sendable, Hashable {
    package var name: String
    package var formats: [MartRule.Format] = [.csv]
}

/// Files of one kind.
package struct PlanSource: Sendable, Hashable {
    package enum Format: String, Sendable, Hashable, CaseIterable { case json, csv, parquet }

    package var name: String
    /// At least one. All have the same columns.
    package var files: [PathPattern]
    package var format: Format
    package var schema: RowSchema
    package var keepsStage = false
    /// Set for a dimension.
    package var latest: LatestRule?
    /// Of CSV: the byte between fields; nil to find it out.
    package var delimiter: UInt8?
    /// Of CSV: what stands for NULL.
    package var null = ""

    /// What paths say of the rows.
    package var pathColumns: [PathPattern.Column] { files[0].columns }
}

/// Of which rows of a dimension only the latest counts.
package struct LatestRule: Sendable, Hashable {
    /// Names of fields.
    package var key: [String]
    /// Whether rows of earlier files do not count at all.
    package var isSnapshot = false
}

/// A value that SQL reads by `getvariable`.
package struct PlanParameter: Sendable, Hashable {
    package enum Value: Sendable, Hashable {
        case integer(Int64)
        /// As it is written: digits, with a point.
        case decimal(String)
        case boolean(Bool)
        case text(String)
    }

    package var name: String
    package var value: Value
}

/// How a mart is published.
package struct MartRule: Sendable, Hashable {
    package enum Format: String, Sendable, Hashable, CaseIterable { case csv, parquet, jsonl, xlsx }

    package var name: String
    /// Columns; empty for all of them, in their order.
    package var order: [String] = []
    package var formats: [Format] = [.csv]
    package var partitionBy: [String] = []
    package var chart: MartChart?
    /// Whether it may read the log of runs, so that it is no function of the files that count.
    package var readsLog = false
}

/// What the report draws of a mart.
package struct MartChart: Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable, CaseIterable { case line, bar }

    package var kind: Kind
    package var x: String
    package var y: [String]
}
