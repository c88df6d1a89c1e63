//  One layer of the configuration: what the file, the environment or the flags give, and where. What a layer does not
//  give shines through from the layer below:
//
//      flags        --jobs 4
//      environment                WATCHFOLD_INBOX=/data
//      file         jobs: 2                                 memory: 1GB
//      built in     (all cores)   inbox                     512MB          …
//      ─────────────────────────────────────────────────────────────────
//      result       4             /data                     1GB            …

import Records

/// What one layer gives. See ``Configuration`` for the meaning and unit of each.
package struct Overlay: Sendable, Hashable {
    package var inbox: Given<String>?
    package var checkpoints: Given<String>?
    package var output: Given<String>?
    package var plan: Given<String>?
    /// The path of the configuration file; the file itself cannot give it.
    package var config: Given<String>?
    package var jobs: Given<Int>?
    package var memory: Given<ByteSize>?
    package var firstKeyField: Given<FieldPath>?
    package var secondKeyField: Given<FieldPath>?
    package var valueField: Given<FieldPath>?
    package var groups: Given<[GroupRule]>?
    package var ignore: Given<[String]>?
    package var durationUnit: Given<WrittenUnit>?
    package var durationFormat: Given<Set<DurationForm>>?
    package var rounding: Given<Rounding>?
    package var negativeDurations: Given<NegativeDurations>?
    package var json: Given<JSONDialect>?
    package var records: Given<[[String]]>?
    package var duplicates: Given<DuplicateFiles>?
    package var encoding: Given<TextEncoding>?
    package var date: Given<[DatePattern]>?
    package var files: Given<[NamePattern]>?
    package var maxRejectRatio: Given<Ratio>?
    package var maxRecordBytes: Given<ByteSize>?
    package var rejectsPerFile: Given<Int>?
    package var gate: Given<GateMode>?
    package var gateDays: Given<Int>?
    package var gateThreshold: Given<Int>?
    package var settle: Given<TimeSpan>?
    package var stale: Given<TimeSpan>?
    package var poll: Given<TimeSpan>?
    package var pollOnly: Given<Bool>?
    package var publishEvery: Given<TimeSpan>?
    package var onPublish: Given<String>?
    package var onProblem: Given<String>?
    package var expectBy: Given<HourMinute>?
    package var statusPort: Given<Int>?
    package var outputs: Given<[OutputRule]>?
    package var logLevel: Given<LogLevel>?
    package var logFormat: Given<LogFormat>?
    package var quiet: Given<Bool>?

    package init() {}

    /// This layer put over another: what this one gives hides what the other gives.
    package func over(_ lower: Overlay) -> Overlay {
        var result = lower
        func put<Value>(_ field: WritableKeyPath<Overlay, Given<Value>?>) {
            if let given = self[keyPath: field] { result[keyPath: field] = given }
        }
        put(\.inbox)
        put(\.checkpoints)
        put(\.output)
        put(\.plan)
        put(\.config)
        put(\.jobs)
        put(\.memory)
        put(\.firstKeyField)
        put(\.secondKeyField)
        put(\.valueField)
        put(\.groups)
        put(\.ignore)
        put(\.durationUnit)
        put(\.durationFormat)
        put(\.rounding)
        put(\.negativeDurations)
        put(\.json)
        put(\.records)
        put(\.duplicates)
        put(\.encoding)
        put(\.date)
        put(\.files)
        put(\.maxRejectRatio)
        put(\.maxRecordBytes)
        put(\.rejectsPerFile)
        put(\.gate)
        put(\.gateDays)
        put(\.gateThreshold)
        put(\.settle)
        put(\.stale)
        put(\.poll)
        put(\.pollOnly)
        put(\.publishEvery)
        put(\.onPublish)
        put(\.onProblem)
        put(\.expectBy)
        put(\.statusPort)
        put(\.outputs)
        put(\.logLevel)
        put(\.logFormat)
        put(\.quiet)
        return result
    }
}

// MARK: - From texts

extension Overlay {
    /// What the commands that a watch runs are told: they may well run this program.
    package static let toldVariables: Set<String> = [
        "WATCHFOLD_RECEIPT", "WATCHFOLD_GENERATION", "WATCHFOLD_PROBLEM", "WATCHFOLD_FILE", "WATCHFOLD_DATE",
        "WATCHFOLD_REASON",
    ]

    /// Variables that are no settings: where the DuckDB program is.
    private static let otherVariables = ["WATCHFOLD_DUCKDB"]

    /// The layer of the environment: the variables `WATCHFOLD_…`. An empty variable is as good as none; all others
    /// are left alone.
    /// - Throws: ``ConfigurationError`` with every variable that is unknown or has a wrong value, by name.
    package static func environment(_ variables: [String: String]) throws(ConfigurationError) -> Overlay {
        var layer = Overlay()
        var mistakes: [Mistake] = []
        let prefix = "WATCHFOLD_"
        let settings = Setting.allCases.filter { $0.variable != nil }
        for (name, value) in variables.filter({ $0.key.hasPrefix(prefix) }).sorted(by: { $0.key < $1.key }) {
            if toldVariables.contains(name) || otherVariables.contains(name) { continue }
            guard let setting = settings.first(where: { $0.variable == name }) else {
                let known = settings.compactMap(\.variable) + otherVariables
                let advice =
                    nearest(
                        to: String(name.dropFirst(prefix.count)),
                        among: known.map { String($0.dropFirst(prefix.count)) }
                    )
                    .map { "did you mean \(prefix)\($0)?" }
                    ?? "the variables are \(known.joined(separator: ", "))"
                mistakes.append(Mistake(origin: .environment(name), text: "unknown variable; \(advice)"))
                continue
            }
            if !value.isEmpty { layer.put(value, setting, .environment(name), &mistakes) }
        }
        if !mistakes.isEmpty { throw ConfigurationError(mistakes) }
        return layer
    }

    /// The layer of the command line: the text given with each flag. `"yes"` stands for a flag without a value.
    /// - Throws: ``ConfigurationError`` with every flag that has a wrong value.
    /// - Precondition: none of the settings is a list or a mapping; those are set by the file alone.
    package static func flags(_ texts: [Setting: String]) throws(ConfigurationError) -> Overlay {
        var layer = Overlay()
        var mistakes: [Mistake] = []
        for setting in Setting.allCases {
            if let text = texts[setting] { layer.put(text, setting, .flag(setting.flag), &mistakes) }
        }
        if !mistakes.isEmpty { throw ConfigurationError(mistakes) }
        return layer
    }

    private mutating func put(_ text: String, _ setting: Setting, _ origin: Origin, _ mistakes: inout [Mistake]) {
        do throws(ValueRefusal) {
            try set(setting, to: text, from: origin)
        } catch {
            mistakes.append(
                Mistake(origin: origin, text: wrong(setting.words, found: quoted(text), error.reason, origin)))
        }
    }

    /// Sets what is written as one text. A relative path of a folder starts at `folder`.
    mutating func set(
        _ setting: Setting, to text: String, from origin: Origin, folder: String = ""
    ) throws(ValueRefusal) {
        switch setting {
        case .inbox: inbox = Given(joined(folder, try pathText(text)), origin)
        case .checkpoints: checkpoints = Given(joined(folder, try pathText(text)), origin)
        case .output: output = Given(joined(folder, try pathText(text)), origin)
        case .plan: plan = Given(joined(folder, try pathText(text)), origin)
        case .config: config = Given(try pathText(text), origin)
        case .jobs: jobs = Given(try wholeNumber(text, in: SettingLimits.jobs), origin)
        case .memory: memory = Given(try sizeText(text, in: SettingLimits.memory), origin)
        case .durationUnit: durationUnit = Given(try choice(text), origin)
        case .rounding: rounding = Given(try choice(text), origin)
        case .negativeDurations: negativeDurations = Given(try choice(text), origin)
        case .json: json = Given(try choice(text), origin)
        case .duplicates: duplicates = Given(try choice(text), origin)
        case .encoding: encoding = Given(try choice(text), origin)
        case .maxRejectRatio: maxRejectRatio = Given(try Ratio(parsing: text), origin)
        case .maxRecordBytes: maxRecordBytes = Given(try sizeText(text, in: SettingLimits.maxRecordBytes), origin)
        case .rejectsPerFile: rejectsPerFile = Given(try wholeNumber(text, in: SettingLimits.rejectsPerFile), origin)
        case .gate: gate = Given(try choice(text), origin)
        case .gateDays: gateDays = Given(try wholeNumber(text, in: SettingLimits.gateDays), origin)
        case .gateThreshold: gateThreshold = Given(try wholeNumber(text, in: SettingLimits.gateThreshold), origin)
        case .settle: settle = Given(try timeText(text, from: TimeSpan(milliseconds: 0)), origin)
        case .stale: stale = Given(try timeText(text, from: SettingLimits.shortest), origin)
        case .poll: poll = Given(try timeText(text, from: SettingLimits.shortest), origin)
        case .pollOnly: pollOnly = Given(try yesOrNo(text), origin)
        case .publishEvery: publishEvery = Given(try timeText(text, from: TimeSpan(milliseconds: 0)), origin)
        case .onPublish: onPublish = Given(try commandText(text), origin)
        case .onProblem: onProblem = Given(try commandText(text), origin)
        case .expectBy: expectBy = Given(try HourMinute(parsing: text), origin)
        case .statusPort: statusPort = Given(try wholeNumber(text, in: SettingLimits.port), origin)
        case .logLevel: logLevel = Given(try choice(text), origin)
        case .logFormat: logFormat = Given(try choice(text), origin)
        case .quiet: quiet = Given(try yesOrNo(text), origin)
        case .firstKeyField, .secondKeyField, .valueField, .durationFormat, .records, .groups, .ignore, .outputs,
            .date, .files:
            preconditionFailure("\(setting.rawValue) is not set by one text")
        }
    }
}
