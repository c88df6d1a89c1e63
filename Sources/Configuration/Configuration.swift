//  The configuration that holds: four layers laid over each other, and checked together. A command does
//
//      let environment = try Overlay.environment(variables)
//      let flags = try Overlay.flags([.jobs: "4"])
//      let path = flags.over(environment).config?.value ?? "watchfold.yaml"
//      let file = try Overlay.file(bytes(of: path), path: path, plan: plan)
//      let configuration = try Configuration.resolve(plan, file: file, environment: environment, flags: flags)

import Records

/// All settings, each with its final value.
package struct Configuration: Sendable, Hashable {
    /// The folder of input files. Here and below: relative to the working directory, or absolute.
    package var inbox: String
    /// The folder of ledger, partials and total.
    package var checkpoints: String
    /// The folder of reports and dead letters.
    package var output: String
    /// The folder of a plan of SQL; nil for the built-in one.
    package var planFolder: String?
    /// Threads that fold; nil for as many as the machine has cores.
    package var jobs: Int?
    /// What tables and read buffers may take together, in bytes.
    package var memory: ByteSize
    /// The plan that these are settings of, with its words.
    package let planSettings: PlanSettings
    /// What is read from a record, with the ignored keys (sorted by their bytes, each once), how durations are read,
    /// what becomes of negative ones, what is read as JSON, and where objects hold records.
    package var plan: FoldPlan
    /// The groups of the plan's grouping, in order.
    package var groups: [GroupRule]
    /// What becomes of a file whose content is already counted under another name.
    package var duplicates: DuplicateFiles
    /// Of text in files without a byte order mark.
    package var encoding: TextEncoding
    /// Where paths have dates, beyond the places that are known; the first one that is found decides.
    package var datePatterns: [DatePattern]
    /// Names of files that are read, beyond the usual ones.
    package var filePatterns: [NamePattern]
    /// A file with a larger share of rejected records is held.
    package var maxRejectRatio: Ratio
    /// A longer record is rejected, in bytes.
    package var maxRecordBytes: ByteSize
    /// Rejected records of one file whose text is kept; they are counted without limit. 0 keeps none.
    package var rejectsPerFile: Int
    package var gate: GateRules
    package var watch: WatchRules
    /// Files that are kept beside the published reports; paths as those of folders.
    package var outputs: [OutputRule]
    package var logLevel: LogLevel
    package var logFormat: LogFormat
    /// Whether progress and everything below a warning is left unsaid.
    package var quiet: Bool
    /// Where each value was given; what is not here is built in.
    package var origins: [Setting: Origin]

    /// What holds when nothing is given.
    package static func builtIn(_ plan: PlanSettings) -> Configuration { Configuration(plan) }

    private init(_ planSettings: PlanSettings) {
        let keyCount = planSettings.fold.keys.count
        precondition(keyCount <= 2, "there are settings for two keys, not for \(keyCount)")
        self.planSettings = planSettings
        inbox = "inbox"
        checkpoints = "checkpoints"
        output = "output"
        planFolder = nil
        jobs = nil
        memory = .megabytes(512)
        plan = planSettings.fold
        groups = planSettings.grouping.builtIn
        duplicates = .skip
        encoding = .utf8
        datePatterns = []
        filePatterns = []
        maxRejectRatio = Ratio(millionths: 50_000)
        maxRecordBytes = .megabytes(16)
        rejectsPerFile = 1000
        gate = GateRules()
        watch = WatchRules()
        outputs = []
        logLevel = .info
        logFormat = .text
        quiet = false
        origins = [:]
    }

    /// The settings that hold: built in < file < environment < flags.
    /// - Parameters:
    ///   - plan: gives its defaults, and its words for messages.
    ///   - workingDirectory: An absolute path, so that relative folders can be compared with absolute ones.
    /// - Throws: ``ConfigurationError`` when values that are right by themselves do not go together.
    package static func resolve(
        _ plan: PlanSettings, file: Overlay = Overlay(), environment: Overlay = Overlay(), flags: Overlay = Overlay(),
        workingDirectory: String = ""
    ) throws(ConfigurationError) -> Configuration {
        let result = Configuration(flags.over(environment).over(file), plan)
        let mistakes =
            result.folderMistakes(workingDirectory) + result.fieldMistakes() + result.recordSizeMistakes()
            + result.outputMistakes(workingDirectory)
        if !mistakes.isEmpty { throw ConfigurationError(mistakes) }
        return result
    }

    private init(_ layer: Overlay, _ planSettings: PlanSettings) {
        self.init(planSettings)
        func take<Value>(_ given: Given<Value>?, _ setting: Setting, _ put: (Value) -> Void) {
            guard let given else { return }
            put(given.value)
            origins[setting] = given.origin
        }
        take(layer.inbox, .inbox) { inbox = $0 }
        take(layer.checkpoints, .checkpoints) { checkpoints = $0 }
        take(layer.output, .output) { output = $0 }
        take(layer.plan, .plan) { planFolder = $0 }
        take(layer.config, .config) { _ in }
        take(layer.jobs, .jobs) { jobs = $0 }
        take(layer.memory, .memory) { memory = $0 }
        take(layer.firstKeyField, .firstKeyField) { plan.keyPaths[0] = $0 }
        take(layer.secondKeyField, .secondKeyField) { plan.keyPaths[1] = $0 }
        take(layer.valueField, .valueField) { plan.valuePath = $0 }
        take(layer.groups, .groups) { groups = $0 }
        take(layer.ignore, .ignore) { plan.ignoredKeys = sortedByBytes($0) }
        take(layer.durationUnit, .durationUnit) { plan.durations.unit = $0 }
        take(layer.durationFormat, .durationFormat) { plan.durations.forms = $0 }
        take(layer.rounding, .rounding) { plan.durations.rounding = $0 }
        take(layer.negativeDurations, .negativeDurations) { plan.keepsNegativeValues = $0 == .keep }
        take(layer.json, .json) { plan.isLenient = $0 == .lenient }
        take(layer.records, .records) { plan.recordPaths = $0 }
        take(layer.duplicates, .duplicates) { duplicates = $0 }
        take(layer.encoding, .encoding) { encoding = $0 }
        take(layer.date, .date) { datePatterns = $0 }
        take(layer.files, .files) { filePatterns = $0 }
        take(layer.maxRejectRatio, .maxRejectRatio) { maxRejectRatio = $0 }
        take(layer.maxRecordBytes, .maxRecordBytes) { maxRecordBytes = $0 }
        take(layer.rejectsPerFile, .rejectsPerFile) { rejectsPerFile = $0 }
        take(layer.gate, .gate) { gate.mode = $0 }
        take(layer.gateDays, .gateDays) { gate.days = $0 }
        take(layer.gateThreshold, .gateThreshold) { gate.threshold = $0 }
        take(layer.settle, .settle) { watch.settle = $0 }
        take(layer.stale, .stale) { watch.stale = $0 }
        take(layer.poll, .poll) { watch.poll = $0 }
        take(layer.pollOnly, .pollOnly) { watch.pollsOnly = $0 }
        take(layer.publishEvery, .publishEvery) { watch.publishEvery = $0 }
        take(layer.onPublish, .onPublish) { watch.onPublish = $0 }
        take(layer.onProblem, .onProblem) { watch.onProblem = $0 }
        take(layer.expectBy, .expectBy) { watch.expectBy = $0 }
        take(layer.statusPort, .statusPort) { watch.statusPort = $0 }
        take(layer.outputs, .outputs) { outputs = $0 }
        take(layer.logLevel, .logLevel) { logLevel = $0 }
        take(layer.logFormat, .logFormat) { logFormat = $0 }
        take(layer.quiet, .quiet) { quiet = $0 }
    }

    /// Where the value of a setting comes from.
    package func origin(of setting: Setting) -> Origin { origins[setting] ?? .builtIn }

    /// One line a setting, in the order of ``Setting``: `jobs = 2 (watchfold.yaml:4:7)`.
    package var explanation: [String] {
        shownSettings.map { "\(planSettings.name(of: $0)) = \(text(of: $0)) (\(origin(of: $0)))" }
    }

    /// Every setting and its value, in the order of ``Setting``: to compare two configurations.
    package var values: [(name: String, text: String)] {
        shownSettings.map { (planSettings.name(of: $0), text(of: $0)) }
    }

    private var shownSettings: [Setting] { planSettings.settings.filter { $0 != .config } }

    /// Whether another configuration says the same, wherever its values were given.
    package func means(_ other: Configuration) -> Bool {
        func bare(_ configuration: Configuration) -> Configuration {
            var bare = configuration
            bare.origins = [:]
            for (index, output) in bare.outputs.enumerated() {
                bare.outputs[index].words = output.words.mapValues { Given($0.value, .builtIn) }
            }
            return bare
        }
        // Names are their bytes, which `==` of texts does not compare.
        return bare(self) == bare(other) && sameBytes(values.map(\.text), other.values.map(\.text))
    }

    private func text(of setting: Setting) -> String {
        switch setting {
        case .inbox: inbox
        case .checkpoints: checkpoints
        case .output: output
        case .plan: planFolder ?? planSettings.fold.name
        case .jobs: jobs.map(String.init) ?? "one for each core"
        case .memory: memory.description
        case .firstKeyField: text(plan.keyPaths[0])
        case .secondKeyField: text(plan.keyPaths[1])
        case .valueField: text(plan.valuePath)
        case .groups: groups.map { "\($0.name): \($0.members.joined(separator: " "))" }.joined(separator: ", ")
        case .ignore: plan.ignoredKeys.map { quoted($0) }.joined(separator: " ")
        case .durationUnit: plan.durations.unit.rawValue
        case .durationFormat:
            ([DurationFormat.number.rawValue] + plan.durations.forms.sorted().map(\.rawValue)).joined(separator: ", ")
        case .rounding: plan.durations.rounding.rawValue
        case .negativeDurations: (plan.keepsNegativeValues ? NegativeDurations.keep : .reject).rawValue
        case .json: (plan.isLenient ? JSONDialect.lenient : .strict).rawValue
        case .records:
            plan.recordPaths.isEmpty ? "detected" : plan.recordPaths.map(fieldText).joined(separator: ", ")
        case .duplicates: duplicates.rawValue
        case .encoding: encoding.rawValue
        case .date: datePatterns.isEmpty ? "none" : datePatterns.map { quoted($0.text) }.joined(separator: " ")
        case .files: filePatterns.isEmpty ? "none" : filePatterns.map { quoted($0.text) }.joined(separator: " ")
        case .maxRejectRatio: maxRejectRatio.description
        case .maxRecordBytes: maxRecordBytes.description
        case .rejectsPerFile: String(rejectsPerFile)
        case .gate: gate.mode.rawValue
        case .gateDays: String(gate.days)
        case .gateThreshold: String(gate.threshold)
        case .settle: watch.settle.description
        case .stale: watch.stale.description
        case .poll: watch.poll.description
        case .pollOnly: watch.pollsOnly ? "yes" : "no"
        case .publishEvery: watch.publishEvery.description
        case .onPublish: watch.onPublish ?? "nothing"
        case .onProblem: watch.onProblem ?? "nothing"
        case .expectBy: watch.expectBy?.description ?? "never"
        case .statusPort: watch.statusPort.map(String.init) ?? "none"
        case .outputs:
            outputs.isEmpty
                ? "none" : outputs.map { "{\($0.text), every: \($0.every)}" }.joined(separator: ", ")
        case .logLevel: logLevel.rawValue
        case .logFormat: logFormat.rawValue
        case .quiet: quiet ? "yes" : "no"
        case .config: origin(of: .config).description
        }
    }

    private func text(_ path: FieldPath) -> String { path.alternatives.map(fieldText).joined(separator: ", else ") }
}

// MARK: - Values that do not go together

extension Configuration {
    /// Reports and checkpoints inside the inbox would be read as input; two folders in one would mix.
    private func folderMistakes(_ workingDirectory: String) -> [Mistake] {
        let folders = [(Setting.inbox, inbox), (.checkpoints, checkpoints), (.output, output)]
        let parts = folders.map { plainParts(joined(workingDirectory, $0.1)) }
        var mistakes: [Mistake] = []
        for (a, b) in [(0, 1), (0, 2), (1, 2)] {
            let pair = [folders[a], folders[b]]
            let place = pair.map { "\($0.0.rawValue) \(quoted($0.1)) (\(origin(of: $0.0)))" }
            let blamed = origins[pair[1].0] ?? origins[pair[0].0] ?? .builtIn
            if parts[a] == parts[b] {
                mistakes.append(
                    Mistake(origin: blamed, text: "\(place[0]) and \(place[1]) are the same folder; choose two"))
            } else if a == 0, parts[b].starts(with: parts[a]) {
                mistakes.append(
                    Mistake(
                        origin: blamed,
                        text: "\(place[1]) is inside \(place[0]) and would be read as input; choose a folder outside it"
                    ))
            }
        }
        return mistakes
    }

    /// An output among the input would be read; one in place of a report or another output would be overwritten.
    private func outputMistakes(_ workingDirectory: String) -> [Mistake] {
        func parts(_ path: String) -> [String] { plainParts(joined(workingDirectory, path)) }
        let taken = OutputRule.takenNames(planSettings).map { parts(output) + [$0] }
        var seen: [[String]: Origin] = [:]
        var mistakes: [Mistake] = []
        for rule in outputs {
            let (place, origin) = (parts(rule.file), rule.words[.file]!.origin)
            var problem: String?
            if place.starts(with: parts(inbox)) {
                problem = "is inside the inbox and might be read as input; choose a place outside it"
            } else if place.starts(with: parts(checkpoints)) {
                problem = "is inside the checkpoints folder, which is for Watchfold alone; choose another folder"
            } else if taken.contains(where: { place.starts(with: $0) }) {
                problem = "is the name of a file that Watchfold writes itself; choose another name"
            } else if let other = seen[place] {
                problem = "is also written by the output of \(other); choose another name"
            }
            seen[place] = seen[place] ?? origin
            guard let problem else { continue }
            mistakes.append(Mistake(origin: origin, text: "outputs: \(quoted(rule.file)) \(problem)"))
        }
        return mistakes
    }

    private func fieldMistakes() -> [Mistake] {
        let fields = Array(zip(planSettings.fieldSettings, plan.keyPaths + [plan.valuePath]))
        var mistakes: [Mistake] = []
        for (a, b) in fields.indices.flatMap({ a in ((a + 1)..<fields.count).map { (a, $0) } }) {
            let others = fields[a].1.alternatives
            guard
                let shared = fields[b].1.alternatives.first(where: { path in others.contains { sameBytes($0, path) } })
            else { continue }
            let blamed = origins[fields[b].0] ?? origin(of: fields[a].0)
            let names = [fields[a].0, fields[b].0].map(planSettings.name).joined(separator: " and ")
            mistakes.append(
                Mistake(origin: blamed, text: "\(names) both read \(quoted(fieldText(shared))); give each its own path")
            )
        }
        return mistakes
    }

    private func recordSizeMistakes() -> [Mistake] {
        guard maxRecordBytes > memory else { return [] }
        let blamed = origins[.maxRecordBytes] ?? origin(of: .memory)
        return [
            Mistake(
                origin: blamed,
                text: "max_record_bytes is \(maxRecordBytes) (\(origin(of: .maxRecordBytes))) but memory is only "
                    + "\(memory) (\(origin(of: .memory))); a record must fit into memory")
        ]
    }
}

/// The path's names without `.`, doubled slashes, and `..` where it can be seen what it leads back from. The first
/// part of an absolute path is empty.
func plainParts(_ path: String) -> [String] {
    var parts: [String] = path.hasPrefix("/") ? [""] : []
    for part in path.split(separator: "/") where part != "." {
        if part == "..", let last = parts.last, last != ".." {
            if !last.isEmpty { parts.removeLast() }
        } else {
            parts.append(String(part))
        }
    }
    return parts
}

/// Each once, ascending by UTF-8 bytes.
func sortedByBytes(_ names: [String]) -> [String] {
    var result: [String] = []
    for name in names.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) })
    where result.last?.utf8.elementsEqual(name.utf8) != true {
        result.append(name)
    }
    return result
}
