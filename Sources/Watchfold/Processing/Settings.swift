//  What a command needs to know, worked out from the configuration once.

import Codecs
import Configuration
import DurableIO
import Glibc
import Inbox
import Reports

/// The configuration as the stages want it.
package struct Settings: Sendable {
    package let configuration: Configuration
    package let fold: FoldSettings
    package private(set) var map: CategoryMap
    /// Of the map's canonical bytes, in hexadecimal.
    package private(set) var mapDigest: String
    /// Threads.
    package private(set) var jobs: Int
    /// Files that are kept beside the published reports.
    let outputs: [OutputPlan]
    /// The file that the configuration is in; nil when there is none.
    let configurationFile: String?

    /// - Parameters:
    ///   - unitSize: see `FoldSettings`.
    ///   - file: the file that the configuration is in.
    /// - Throws: `CategoryMapError` for categories that do not go together, `ConfigurationError` for outputs that cannot be.
    package init(
        _ configuration: Configuration, unitSize: Int = FoldSettings.defaultUnitSize, file: String? = nil
    ) throws {
        self.configuration = configuration
        configurationFile = file
        fold = FoldSettings(
            plan: configuration.plan, maxRecordBytes: configuration.maxRecordBytes.bytes,
            rejectsPerFile: configuration.rejectsPerFile, unitSize: unitSize,
            memory: configuration.memory.bytes, encoding: configuration.encoding)
        map = try CategoryMap(configuration.groups.map { CategoryMap.Category($0.name, apps: $0.members) })
        mapDigest = Self.digest(map)
        jobs = configuration.jobs ?? max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        outputs = try OutputPlan.plans(configuration.outputs, map)
    }

    private static func digest(_ map: CategoryMap) -> String {
        map.canonicalBytes.withUnsafeBytes { XXH128(of: $0).hex }
    }

    /// The same with other categories.
    func with(_ map: CategoryMap) -> Settings {
        var settings = self
        settings.map = map
        settings.mapDigest = Self.digest(map)
        return settings
    }

    /// The same for work in the background.
    var onOneThread: Settings {
        var settings = self
        settings.jobs = 1
        return settings
    }

    /// What is set about names in the inbox.
    var inboxRules: InboxRules { InboxRules(files: configuration.filePatterns, dates: configuration.datePatterns) }

    /// Files that have not changed for this long are not being written any more: what is cut short in them stays so.
    /// Nanoseconds.
    var staleAfter: Int64 { Int64(configuration.watch.stale.milliseconds) * 1_000_000 }
}

/// Who this program is.
package enum Tool {
    package static let version = "1.0.0"
    package static let name = "watchfold \(version)"
}

/// The wall clock.
enum WallClock {
    /// Nanoseconds since 1970.
    static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
