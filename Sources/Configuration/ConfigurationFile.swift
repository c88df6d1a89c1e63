//  The file watchfold.yaml. All its keys are optional; each is explained in watchfold.example.yaml.
//
//  A mistake does not end the reading: every value that can be read is, and all mistakes are reported at once, in line order:
//
//      watchfold.yaml:1:1: unknown key "imbox"; did you mean "inbox"?
//      watchfold.yaml:4:7: jobs: expected a whole number from 1 to 1024, found "many"; write for example jobs: 2

import Records

extension Overlay {
    /// The largest configuration file, in bytes.
    package static let maxFileBytes = 1_000_000

    /// The layer of a configuration file.
    /// - Parameters:
    ///   - bytes: The whole file. Empty, or nothing but comments, gives an empty layer.
    ///   - path: The file as messages name it.
    ///   - folder: Where relative paths in the file start; nil for the folder of the file.
    ///   - plan: whose fields and groups the file may set.
    /// - Throws: ``ConfigurationError`` with all mistakes in line order.
    package static func file(
        _ bytes: [UInt8], path: String, folder: String? = nil, plan: PlanSettings
    ) throws(ConfigurationError) -> Overlay {
        var reader = FileReader(path: path, folder: folder, plan: plan)
        if bytes.count > maxFileBytes {
            reader.note(
                Position(1, 1), "the file has \(bytes.count) bytes, more than \(maxFileBytes); is it a configuration?")
        } else if let text = reader.list.text(of: bytes) {
            let document = YAMLDocument(text)
            for mistake in document.mistakes { reader.note(mistake.position, mistake.text) }
            if let root = document.root { reader.readTop(root) }
        }
        if !reader.list.isEmpty { throw ConfigurationError(reader.list.sorted) }
        return reader.layer
    }
}

extension Overlay {
    /// The plan that a file names, whatever else is in it and wrong with it: what else may be in it depends on the plan.
    ///
    /// - Parameters: as those of ``file(_:path:folder:plan:)``.
    package static func planFolder(_ bytes: [UInt8], path: String, folder: String? = nil) -> Given<String>? {
        guard bytes.count <= maxFileBytes, let text = String(validating: bytes, as: UTF8.self) else { return nil }
        guard case .map(let entries)? = YAMLDocument(text).root?.content,
            let entry = entries.first(where: { $0.key == Setting.plan.rawValue }),
            case .text(let value, _) = entry.value.content
        else { return nil }
        var layer = Overlay()
        let origin = MistakeList(path: path).origin(entry.value.position)
        try? layer.set(.plan, to: value, from: origin, folder: folder ?? FileReader.folder(of: path))
        return layer.plan
    }
}

/// Reads the settings of one file.
struct FileReader {
    /// Of the file: its path up to and with the last slash; empty for the working directory.
    let folder: String
    let plan: PlanSettings
    var layer = Overlay()
    var list: MistakeList

    init(path: String, folder: String?, plan: PlanSettings) {
        list = MistakeList(path: path)
        self.plan = plan
        self.folder = folder ?? Self.folder(of: path)
    }

    /// Where relative paths in a file start: its path up to and with the last slash.
    static func folder(of path: String) -> String {
        String(path[..<(path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex)])
    }

    mutating func note(_ position: Position, _ text: String) { list.note(position, text) }

    func origin(_ position: Position) -> Origin { list.origin(position) }

    // MARK: Keys

    mutating func readTop(_ root: YAMLValue) {
        if root.isNull { return }
        guard case .map(let entries) = root.content else {
            note(root.position, "expected settings, found \(root.found); write for example jobs: 2")
            return
        }
        let settings = plan.settings.map { (setting: $0, name: plan.name(of: $0)) }
        let top = settings.filter { $0.setting.isInFile && !$0.name.contains(".") }
        let keys = top.map(\.name) + (plan.readsRecords ? ["fields"] : []) + ["watch"]
        for entry in entries {
            if entry.key == "fields", plan.readsRecords {
                readFields(entry)
            } else if entry.key == "watch" {
                readWatch(entry)
            } else if let (setting, _) = top.first(where: { $0.name == entry.key }) {
                read(setting, entry.value)
            } else if let (setting, _) = settings.first(where: { !$0.setting.isInFile && $0.name == entry.key }) {
                let variable = setting.variable.map { " or the variable \($0)" } ?? ""
                note(entry.position, "\(entry.key) is not set in the file; use the flag \(setting.flag)\(variable)")
            } else if let (setting, name) = settings.first(where: { $0.setting.isInFile && $0.name == entry.key }) {
                let words = plan.words(of: setting)
                let example = "\(name.split(separator: ".")[0]): {\(words.key): \(words.example)}"
                note(entry.position, "\(entry.key) takes two levels; write for example \(example)")
            } else {
                noteUnknown(entry, "key", among: keys)
            }
        }
    }

    private mutating func noteUnknown(_ entry: YAMLValue.Entry, _ what: String, among keys: [String]) {
        let advice =
            nearest(to: entry.key, among: keys).map { "did you mean \(quoted($0))?" }
            ?? "the keys are \(keys.joined(separator: ", "))"
        note(entry.position, "unknown \(what) \(quoted(entry.key)); \(advice)")
    }

    private mutating func read(_ setting: Setting, _ value: YAMLValue) {
        switch setting {
        case .groups: readGroups(value)
        case .outputs: readOutputs(value)
        case .durationFormat: readDurationFormat(value)
        case .date: layer.date = patterns(in: value, setting) { text throws(PatternMistake) in try DatePattern(text) }
        case .files: layer.files = patterns(in: value, setting) { text throws(PatternMistake) in try NamePattern(text) }
        case .records: layer.records = paths(.records, value)
        case .ignore:
            guard let names = names(in: value, setting) else { return }
            layer.ignore = Given(names.map(\.name).filter { !$0.isEmpty }, origin(value.position))
        default:
            guard case .text(let text, _) = value.content, !value.isNull else {
                noteWrong(setting, value)
                return
            }
            do throws(ValueRefusal) {
                try layer.set(setting, to: text, from: origin(value.position), folder: folder)
            } catch {
                noteWrong(setting, value, error.reason)
            }
        }
    }

    mutating func noteWrong(_ setting: Setting, _ value: YAMLValue, _ reason: String = "") {
        note(value.position, wrong(plan.words(of: setting), found: value.found, reason, origin(value.position)))
    }

    /// The literal texts of a list, or of one text in its place.
    mutating func names(in value: YAMLValue, _ setting: Setting) -> [(name: String, position: Position)]? {
        guard case .list(let items) = value.content else {
            guard case .text(let text, _) = value.content, !value.isNull else {
                noteWrong(setting, value)
                return nil
            }
            return [(text, value.position)]
        }
        var names: [(name: String, position: Position)] = []
        for item in items {
            if case .text(let text, let isPlain) = item.content, !(isPlain && text.isEmpty) {
                names.append((text, item.position))
            } else {
                noteWrong(setting, item, "in a list")
            }
        }
        return names
    }

    /// The patterns of a list, or one in its place; those that are wrong are noted.
    private mutating func patterns<Pattern: Hashable>(
        in value: YAMLValue, _ setting: Setting, _ make: (String) throws(PatternMistake) -> Pattern
    ) -> Given<[Pattern]>? {
        guard let texts = names(in: value, setting) else { return nil }
        var patterns: [Pattern] = []
        for (text, position) in texts {
            do throws(PatternMistake) {
                let pattern = try make(text)
                if patterns.contains(pattern) { throw PatternMistake(reason: "given twice") }
                patterns.append(pattern)
            } catch {
                note(position, wrong(plan.words(of: setting), found: quoted(text), error.reason, origin(position)))
            }
        }
        if patterns.count > SettingLimits.patterns {
            noteWrong(setting, value, "of more than \(SettingLimits.patterns)")
        }
        return Given(patterns, origin(value.position))
    }

    // MARK: Duration format

    private mutating func readDurationFormat(_ value: YAMLValue) {
        guard let words = names(in: value, .durationFormat) else { return }
        if words.isEmpty { return noteWrong(.durationFormat, value, "an empty one") }
        var forms: Set<DurationForm> = []
        for (word, position) in words {
            do throws(ValueRefusal) {
                let format: DurationFormat = try choice(word)
                guard let form = format.form else { continue }
                if form == .minutesSeconds && forms.contains(.hoursMinutes)
                    || form == .hoursMinutes && forms.contains(.minutesSeconds)
                {
                    throw ValueRefusal("HH:MM and MM:SS look alike; choose one")
                }
                forms.insert(form)
            } catch {
                note(position, wrong(Setting.durationFormat.words, found: quoted(word), error.reason, origin(position)))
            }
        }
        layer.durationFormat = Given(forms, origin(value.position))
    }

    // MARK: Fields

    private mutating func readFields(_ entry: YAMLValue.Entry) {
        let settings = plan.fieldSettings
        let keys = settings.map { String(plan.words(of: $0).key) }
        guard case .map(let entries) = entry.value.content else {
            let list = keys.dropLast().joined(separator: ", ") + " and " + keys[keys.count - 1]
            note(
                entry.value.position,
                "fields: expected a mapping with \(list), found \(entry.value.found); "
                    + "write for example fields: {\(keys[0]): \(plan.words(of: settings[0]).example)}")
            return
        }
        for field in entries {
            switch keys.firstIndex(of: field.key).map({ settings[$0] }) {
            case .firstKeyField: layer.firstKeyField = fieldPath(.firstKeyField, field.value)
            case .secondKeyField: layer.secondKeyField = fieldPath(.secondKeyField, field.value)
            case .valueField: layer.valueField = fieldPath(.valueField, field.value)
            default: noteUnknown(field, "field", among: keys)
            }
        }
    }

    private mutating func readWatch(_ entry: YAMLValue.Entry) {
        let settings = Setting.allCases.filter(\.isOfWatch).map { (setting: $0, words: $0.words) }
        guard case .map(let entries) = entry.value.content else {
            note(
                entry.value.position,
                "watch: expected a mapping with \(settings.map { String($0.words.key) }.joined(separator: ", ")), "
                    + "found \(entry.value.found); write for example watch: {settle: \(Setting.settle.words.example)}"
            )
            return
        }
        for item in entries {
            if let (setting, _) = settings.first(where: { $0.words.key == item.key }) {
                read(setting, item.value)
            } else {
                noteUnknown(item, "key of watch", among: settings.map { String($0.words.key) })
            }
        }
    }

    private mutating func fieldPath(_ setting: Setting, _ value: YAMLValue) -> Given<FieldPath>? {
        guard let given = paths(setting, value) else { return nil }
        if given.value.isEmpty { noteWrong(setting, value, "an empty one") }
        return given.value.isEmpty ? nil : Given(FieldPath(given.value), given.origin)
    }

    private mutating func paths(_ setting: Setting, _ value: YAMLValue) -> Given<[[String]]>? {
        guard let texts = names(in: value, setting) else { return nil }
        let before = list.count
        var alternatives: [[String]] = []
        for (text, position) in texts {
            do throws(ValueRefusal) {
                let keys = try fieldKeys(parsing: text)
                if alternatives.contains(where: { sameBytes($0, keys) }) { throw ValueRefusal("given twice") }
                alternatives.append(keys)
            } catch {
                note(position, wrong(plan.words(of: setting), found: quoted(text), error.reason, origin(position)))
            }
        }
        if alternatives.count > SettingLimits.fieldAlternatives {
            noteWrong(setting, value, "of more than \(SettingLimits.fieldAlternatives)")
        }
        return list.count > before ? nil : Given(alternatives, origin(value.position))
    }

    // MARK: Outputs

    private mutating func readOutputs(_ value: YAMLValue) {
        guard case .list(let items) = value.content else { return noteWrong(.outputs, value) }
        layer.outputs = Given(items.compactMap { readOutput($0) }, origin(value.position))
    }

    private mutating func readOutput(_ item: YAMLValue) -> OutputRule? {
        guard case .map(let entries) = item.content else {
            noteWrong(.outputs, item, "in the list")
            return nil
        }
        let keys = OutputRule.Word.allCases.map(\.rawValue) + ["every"]
        var words: [OutputRule.Word: Given<String>] = [:]
        var every = OutputRule.usualPause
        for entry in entries {
            let value = entry.value
            guard keys.contains(entry.key) else {
                noteUnknown(entry, "key of an output", among: keys)
                continue
            }
            guard case .text(let text, _) = value.content, !value.isNull, !text.isEmpty else {
                note(value.position, "outputs: \(entry.key): expected a word, found \(value.found)")
                continue
            }
            do throws(ValueRefusal) {
                if let word = OutputRule.Word(rawValue: entry.key) {
                    if word == .file, text.hasSuffix("/") { throw ValueRefusal("that is a folder") }
                    let text = word == .file ? joined(folder, try pathText(text)) : text
                    words[word] = Given(text, origin(value.position))
                } else {
                    every = try timeText(text, from: TimeSpan(milliseconds: 0))
                }
            } catch {
                let because = error.reason.isEmpty ? "" : " (\(error.reason))"
                note(
                    value.position,
                    entry.key == "every"
                        ? "outputs: every: expected a time from 0s to \(SettingLimits.longest), found \(quoted(text))"
                            + "\(because); write for example every: \(OutputRule.usualPause)"
                        : "outputs: file: expected the path of a file, found \(quoted(text))\(because); "
                            + "write for example file: report.xlsx")
            }
        }
        guard words[.file] != nil else {
            if !entries.contains(where: { $0.key == "file" }) {
                note(item.position, "outputs: an output has no file; write for example {file: report.xlsx}")
            }
            return nil
        }
        return OutputRule(words: words, every: every)
    }

    // MARK: Groups

    private mutating func readGroups(_ value: YAMLValue) {
        let grouping = plan.grouping
        let (setting, member) = (grouping.setting, plan.memberWords)
        guard case .map(let entries) = value.content else {
            noteWrong(.groups, value)
            return
        }
        if entries.isEmpty { noteWrong(.groups, value, "an empty one") }
        if entries.count > SettingLimits.groups {
            note(
                entries[SettingLimits.groups].position,
                "\(setting): this is one more than the \(SettingLimits.groups) that are possible; "
                    + "put \(member.plural) together, or leave some out: \(grouping.ungroupedReport) has all of them")
        }
        var rules: [GroupRule] = []
        var groups: [String: (name: String, line: Int)] = [:]
        var owners: [[UInt8]: (group: String, line: Int)] = [:]
        for entry in entries {
            let key = KeyGrouping.columnKey(entry.key)
            if let problem = grouping.problem(withName: entry.key) {
                note(entry.position, "\(setting): \(problem)")
            } else if let other = groups[key] {
                note(
                    entry.position,
                    "\(setting): \(quoted(entry.key)) and \(quoted(other.name)) of line \(other.line) give the same "
                        + "column apart from capital letters; choose another name")
            }
            groups[key] = (entry.key, entry.position.line)
            guard let members = names(in: entry.value, .groups) else { continue }
            for (name, position) in members {
                if name.isEmpty {
                    note(position, "\(setting): an empty \(member.noun) name in \(quoted(entry.key)); remove it")
                } else if let owner = owners[Array(name.utf8)] {
                    note(
                        position,
                        "\(setting): the \(member.noun) \(quoted(name)) is already in \(quoted(owner.group)), line "
                            + "\(owner.line); \(withArticle(member.noun)) counts in one \(grouping.noun)")
                } else {
                    owners[Array(name.utf8)] = (entry.key, position.line)
                }
            }
            rules.append(GroupRule(entry.key, members.map(\.name)))
        }
        layer.groups = Given(rules, origin(value.position))
    }
}

/// Whether two lists of keys are the same bytes; `==` on strings takes canonically equivalent ones as equal.
func sameBytes(_ a: [String], _ b: [String]) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { $0.utf8.elementsEqual($1.utf8) }
}
