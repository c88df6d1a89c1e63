//  The settings of the engagement plan, and the categories that hold when none are configured.

import Records
import Reports

extension PlanSettings {
    package static let engagement = PlanSettings(
        fold: .engagement,
        ignoreExample: "[\"0\"]",
        grouping: KeyGrouping(
            setting: "categories", noun: "category", key: 1, columnSuffix: "Duration", takenName: "Total",
            ungroupedReport: "apps.csv", example: GroupRule("Sport", ["SPORT"]),
            builtIn: [
                GroupRule("TV", ["CHANNEL", "DSHD", "KPLUS", "KPlus"]),
                GroupRule("Movie", ["VOD", "FIMS", "FIMS_RES", "BHD", "BHD_RES", "VOD_RES", "DANET"]),
                GroupRule("Child", ["CHILD"]),
                GroupRule("Relax", ["RELAX"]),
                GroupRule("Sport", ["SPORT"]),
            ]),
        reportFiles: Report.ofEngagement.map(\.fileName))
}
