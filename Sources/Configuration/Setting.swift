//  Everything that can be set, by name. What is named by the plan is in PlanSettings+Words.swift, values that are a choice
//  of words in SettingChoices.swift.

import Records

/// One setting. The raw value is its key in the file, unless it is one of the plan's (`isOfPlan`); a dot stands for a level
/// of the file.
package enum Setting: String, Sendable, Hashable, CaseIterable {
    case inbox, checkpoints, output, plan, jobs, memory
    /// Where the plan's first key, its second and its value are found.
    case firstKeyField, secondKeyField, valueField
    /// How values of a key are put into groups.
    case groups
    case ignore
    case durationUnit = "duration_unit"
    case durationFormat = "duration_format"
    case rounding
    case negativeDurations = "negative_durations"
    case json, records
    case duplicates
    case encoding, date, files
    case maxRejectRatio = "max_reject_ratio"
    case maxRecordBytes = "max_record_bytes"
    case rejectsPerFile = "rejects_per_file"
    case gate
    case gateDays = "gate_days"
    case gateThreshold = "gate_threshold"
    case settle = "watch.settle"
    case stale = "watch.stale"
    case poll = "watch.poll"
    case pollOnly = "watch.poll_only"
    case publishEvery = "watch.publish_every"
    case onPublish = "watch.on_publish"
    case onProblem = "watch.on_problem"
    case expectBy = "watch.expect_by"
    case statusPort = "watch.status_port"
    case outputs
    case logLevel = "log_level"
    case logFormat = "log_format"
    case quiet, config

    /// Whether the file may set it.
    package var isInFile: Bool {
        switch self {
        case .logLevel, .logFormat, .quiet, .config: false
        default: true
        }
    }

    /// The environment variable that sets it.
    package var variable: String? {
        switch self {
        case .inbox, .checkpoints, .output, .plan, .config, .jobs, .memory, .logLevel, .logFormat, .quiet:
            "WATCHFOLD_" + rawValue.uppercased()
        default: nil
        }
    }

    /// The flag that sets it.
    package var flag: String {
        "--"
            + (isOfWatch ? rawValue.dropFirst("watch.".count) : rawValue[...]).split { $0 == "." || $0 == "_" }.joined(
                separator: "-")
    }

    /// Whether it is about watching alone.
    var isOfWatch: Bool { rawValue.hasPrefix("watch.") }

    /// Whether its name or the values that it takes are the plan's (`PlanSettings.words(of:)`).
    var isOfPlan: Bool {
        switch self {
        case .firstKeyField, .secondKeyField, .valueField, .groups, .ignore: true
        default: false
        }
    }

    /// Whether it is about records that a fold of ours reads.
    var isOfRecords: Bool {
        switch self {
        case .durationUnit, .durationFormat, .rounding, .negativeDurations: true
        default: isOfPlan
        }
    }

    /// - Precondition: it is none of the plan's.
    var words: SettingWords { SettingWords(name: rawValue, expectation: expectation, example: example) }

    /// What kind of value it takes, for messages: "expected …".
    private var expectation: String {
        switch self {
        case .inbox, .checkpoints, .output, .plan: "the path of a folder"
        case .config: "the path of a file"
        case .jobs: "a whole number from 1 to \(SettingLimits.jobs.upperBound)"
        case .memory: "a size from \(SettingLimits.memory.lowerBound) up"
        case .records: Self.pathExpectation
        case .json: choices(JSONDialect.self)
        case .durationUnit: choices(WrittenUnit.self)
        case .durationFormat: choices(DurationFormat.self) + ", or a list of them"
        case .rounding: choices(Rounding.self)
        case .negativeDurations: choices(NegativeDurations.self)
        case .duplicates: choices(DuplicateFiles.self)
        case .encoding: choices(TextEncoding.self)
        case .date: "a pattern with year, month and day such as {yyyy}-{mm}-{dd}, or a list of them"
        case .files: "a pattern of file names, or a list of them"
        case .maxRejectRatio: "a share from 0 to 1, or a percentage"
        case .maxRecordBytes:
            "a size from \(SettingLimits.maxRecordBytes.lowerBound) to \(SettingLimits.maxRecordBytes.upperBound)"
        case .rejectsPerFile: "a whole number from 0 to \(SettingLimits.rejectsPerFile.upperBound)"
        case .gate: choices(GateMode.self)
        case .gateDays:
            "a whole number from \(SettingLimits.gateDays.lowerBound) to \(SettingLimits.gateDays.upperBound)"
        case .gateThreshold: "a whole number from 1 to \(SettingLimits.gateThreshold.upperBound)"
        case .settle, .publishEvery: "a time from 0s to \(SettingLimits.longest)"
        case .stale, .poll: "a time from \(SettingLimits.shortest) to \(SettingLimits.longest)"
        case .onPublish, .onProblem: "a command for the shell"
        case .expectBy: "hours and minutes from 00:00 to \(SettingLimits.latestHour)"
        case .statusPort: "a port from 0 to \(SettingLimits.port.upperBound)"
        case .logLevel: choices(LogLevel.self)
        case .logFormat: choices(LogFormat.self)
        case .quiet, .pollOnly: "yes or no"
        case .outputs: "a list of files, each a mapping"
        case .firstKeyField, .secondKeyField, .valueField, .groups, .ignore: notOfPlan()
        }
    }

    static let pathExpectation = "a dotted path, or a list of them"

    private func notOfPlan() -> Never { preconditionFailure("\(self) has the words of the plan") }

    /// A value that is accepted, as it stands in the file.
    private var example: String {
        switch self {
        case .inbox, .checkpoints, .output: rawValue
        case .plan: "plans/video"
        case .config: "watchfold.yaml"
        case .jobs: "2"
        case .memory: "512MB"
        case .durationUnit: "seconds"
        case .durationFormat: "HH:MM:SS"
        case .rounding: "reject"
        case .negativeDurations: "reject"
        case .json: "strict"
        case .records: "data"
        case .duplicates: "skip"
        case .encoding: "latin1"
        case .date: "\"{dd}-{mm}-{yyyy}\""
        case .files: "[\"*.log\"]"
        case .maxRejectRatio: "5%"
        case .maxRecordBytes: "16MB"
        case .rejectsPerFile: "1000"
        case .gate: "hold"
        case .gateDays: "28"
        case .gateThreshold: "6"
        case .settle: "2s"
        case .stale: "10m"
        case .poll: "30s"
        case .publishEvery: "5s"
        case .onPublish: "./upload.sh"
        case .onProblem: "./notify.sh"
        case .expectBy: "09:00"
        case .statusPort: "9117"
        case .logLevel: "info"
        case .logFormat: "json"
        case .quiet, .pollOnly: "yes"
        case .outputs: "[{file: report.xlsx}]"
        case .firstKeyField, .secondKeyField, .valueField, .groups, .ignore: notOfPlan()
        }
    }

    private func choices<Words: CaseIterable & RawRepresentable<String>>(_ words: Words.Type) -> String {
        let all = Words.allCases.map(\.rawValue)
        return all.dropLast().joined(separator: ", ") + " or " + all[all.count - 1]
    }
}

/// How messages speak of a setting.
struct SettingWords {
    /// The key in the file; a dot stands for a level of the file.
    var name: String
    /// What kind of value it takes: "expected …".
    var expectation: String
    /// A value that is accepted, as it stands in the file.
    var example: String

    /// The last level of the key in the file.
    var key: Substring { name.split(separator: ".").last ?? "" }
}

/// What a value may be.
package enum SettingLimits {
    /// More threads than any machine this runs on has cores.
    static let jobs = 1...1024
    /// Below this there is no room for the read buffers and the smallest table.
    static let memory = ByteSize.megabytes(16)...ByteSize(bytes: .max)
    /// Shorter than any record at one end; what the offsets inside a record may take at the other.
    static let maxRecordBytes = ByteSize(bytes: 1000)...ByteSize.megabytes(1000)
    static let rejectsPerFile = 0...1_000_000_000
    /// Fewer days are no history; more than a year's are another audience.
    static let gateDays = 7...366
    static let gateThreshold = 1...1000
    /// Below this, looking would be all that is done.
    static let shortest = TimeSpan(milliseconds: 100)
    static let longest = TimeSpan.seconds(7 * 24 * 3600)
    static let port = 0...65535
    /// Four days and more after its day, a file is not late but forgotten.
    static let latestHour = HourMinute(minutes: 99 * 60 + 59)
    /// Keys from the outside of a record to a field.
    static let fieldDepth = 32
    /// Groups of a key's values: a set of them is the bits of one word.
    package static let groups = 64
    /// Patterns of names or dates: each is compared with each name of a listing.
    static let patterns = 64
    /// Places in which one field is looked for.
    static let fieldAlternatives = 16
}
