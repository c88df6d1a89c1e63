//  What a command needs to know, worked out from the configuration once.

import Configuration
import Glibc
import Inbox
import Intake
import Records
import Reports

/// The configuration as the stages want it.
package struct Settings: Sendable {
    /// The file that is read when none is named.
    package static let usualFile = "watchfold.yaml"

    package let configuration: Configuration
    package let fold: FoldSettings
    /// What the plan makes of what counts, with the groups of the configuration.
    package private(set) var reports: any PlanReports
    /// The same groups.
    package private(set) var groups: KeyGroups
    /// Threads.
    package private(set) var jobs: Int
    /// The file that the configuration is in; nil when there is none.
    package let configurationFile: String?
    /// Names of files that the plan reads.
    private let inputNames: [NamePattern]

    /// - Parameters:
    ///   - unitSize: see `FoldSettings`.
    ///   - file: the file that the configuration is in.
    ///   - inputNames: of files that the plan reads.
    /// - Throws: what the plan says of groups that do not go together.
    package init(
        _ configuration: Configuration, plan: any Plan, unitSize: Int = FoldSettings.defaultUnitSize,
        file: String? = nil, inputNames: [NamePattern] = []
    ) throws {
        self.configuration = configuration
        reports = try plan.reports(configuration.groups)
        configurationFile = file
        self.inputNames = inputNames
        fold = FoldSettings(
            plan: configuration.plan, maxRecordBytes: configuration.maxRecordBytes.bytes,
            rejectsPerFile: configuration.rejectsPerFile, unitSize: unitSize,
            memory: configuration.memory.bytes, encoding: configuration.encoding)
        groups = KeyGroups(configuration.groups)
        jobs = configuration.jobs ?? max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    }

    /// The same with other groups.
    package func with(_ reports: any PlanReports) -> Settings {
        var settings = self
        settings.reports = reports
        settings.groups = KeyGroups(reports.groups)
        return settings
    }

    /// The plan that this is about.
    package var plan: any Plan { reports.plan }

    /// The same for work in the background.
    package var onOneThread: Settings {
        var settings = self
        settings.jobs = 1
        return settings
    }

    /// What is set about names in the inbox.
    package var inboxRules: InboxRules {
        InboxRules(files: configuration.filePatterns + inputNames, dates: configuration.datePatterns)
    }

    /// Files that have not changed for this long are not being written any more: what is cut short in them stays so.
    /// Nanoseconds.
    package var staleAfter: Int64 { Int64(configuration.watch.stale.milliseconds) * 1_000_000 }
}
