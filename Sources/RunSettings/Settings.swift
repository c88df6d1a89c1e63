//  What a command needs to know, worked out from the configuration once.

import Configuration
import Glibc
import Inbox
import Intake
import Records

/// The configuration as the stages want it.
package struct Settings: Sendable {
    /// The file that is read when none is named.
    package static let usualFile = "watchfold.yaml"

    package let configuration: Configuration
    package let fold: FoldSettings
    /// What the configuration says of groups.
    package private(set) var groups: KeyGroups
    /// Threads.
    package private(set) var jobs: Int
    /// The file that the configuration is in; nil when there is none.
    package let configurationFile: String?

    /// - Parameters:
    ///   - unitSize: see `FoldSettings`.
    ///   - file: the file that the configuration is in.
    package init(
        _ configuration: Configuration, unitSize: Int = FoldSettings.defaultUnitSize, file: String? = nil
    ) {
        self.configuration = configuration
        configurationFile = file
        fold = FoldSettings(
            plan: configuration.plan, maxRecordBytes: configuration.maxRecordBytes.bytes,
            rejectsPerFile: configuration.rejectsPerFile, unitSize: unitSize,
            memory: configuration.memory.bytes, encoding: configuration.encoding)
        groups = KeyGroups(configuration.groups)
        jobs = configuration.jobs ?? max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    }

    /// The same with other groups.
    package func with(_ groups: KeyGroups) -> Settings {
        var settings = self
        settings.groups = groups
        return settings
    }

    /// The same for work in the background.
    package var onOneThread: Settings {
        var settings = self
        settings.jobs = 1
        return settings
    }

    /// What is set about names in the inbox.
    package var inboxRules: InboxRules {
        InboxRules(files: configuration.filePatterns, dates: configuration.datePatterns)
    }

    /// Files that have not changed for this long are not being written any more: what is cut short in them stays so.
    /// Nanoseconds.
    package var staleAfter: Int64 { Int64(configuration.watch.stale.milliseconds) * 1_000_000 }
}
