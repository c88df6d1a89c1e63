//  The configuration as the layers give it, with all that is checked before a command begins.

import Configuration
import DurableIO
import Foundation
import PlanRuns
import Plans
import Publishing
import Reports
import RunSettings
import Wording

/// Settings, and what they were read from.
struct OpenedConfiguration {
    /// A configuration that came from a pipe or a terminal.
    struct Streamed {
        var path: String
        var bytes: [UInt8]
    }

    let settings: Settings
    /// Nil for the built-in one.
    let plan: PlanFolder?
    /// What the configuration's file held, if that cannot be read twice.
    private(set) var streamed: Streamed?

    /// Settings as the file, the environment and the flags give them now.
    ///
    /// - Parameter known: what came before from something that can be read only once.
    /// - Throws: `ConfigurationError`, `IOError`, what the plan says of groups that do not go together.
    init(_ flags: [Setting: String], _ fileSystem: FileSystem, known: Streamed? = nil) throws {
        let environment = try Overlay.environment(ProcessInfo.processInfo.environment)
        let flags = try Overlay.flags(flags)
        var layer = Overlay()
        var file: String?
        streamed = known
        let above = flags.over(environment)
        let named = above.config
        var plan: (folder: PlanFolder?, ofFile: any Plan) = (nil, builtInPlan)
        /// Before the file is read: what may be in it depends on the plan.
        func open(_ bytes: [UInt8]?, _ name: String, folder: String?) throws {
            let inFile = bytes.flatMap { Overlay.planFolder($0, path: name, folder: folder) }
            guard let path = (above.plan ?? inFile)?.value else { return }
            let opened = try PlanFolder(path, in: fileSystem)
            plan = (opened, SourcesPlan(opened))
        }
        let path = named?.value ?? Settings.usualFile
        let name = path == "-" ? "standard input" : path
        if let known, known.path == path {
            try open(known.bytes, name, folder: "")
            layer = try Overlay.file(known.bytes, path: name, folder: "", plan: plan.ofFile.settings)
        } else if let (bytes, isFile) = try Self.bytes(path, fileSystem) {
            // What has no place of its own speaks of the working directory.
            try open(bytes, name, folder: isFile ? nil : "")
            layer = try Overlay.file(bytes, path: name, folder: isFile ? nil : "", plan: plan.ofFile.settings)
            if isFile { file = path } else { streamed = Streamed(path: path, bytes: bytes) }
        } else if let named {
            throw CommandFailure(.usage, "\(named.value) (\(named.origin)): there is no such file")
        } else {
            try open(nil, name, folder: nil)
        }
        self.plan = plan.folder
        settings = try Settings(
            Configuration.resolve(
                plan.ofFile.settings, file: layer, environment: environment, flags: flags,
                workingDirectory: FileManager.default.currentDirectoryPath), plan: plan.ofFile, file: file,
            inputNames: plan.folder?.inputNames ?? [])
        _ = try KeptOutput.all(settings)
        try Self.checkOutputs(settings, fileSystem)
    }

    /// - Throws: `ConfigurationError` for outputs in places that are not theirs.
    private static func checkOutputs(_ settings: Settings, _ fileSystem: FileSystem) throws {
        let places = ProtectedPlaces(settings, in: fileSystem)
        let mistakes = settings.configuration.outputs.compactMap { rule in
            // What cannot be looked at now is looked at again when the output is written, and is its own failure then.
            (try? places.problem(rule.file)).map {
                Mistake(origin: rule.words[.file]!.origin, text: "outputs: \(Show.name(rule.file)) \($0)")
            }
        }
        let all = mistakes + (try partMistakes(settings.configuration.outputs, fileSystem))
        if !all.isEmpty { throw ConfigurationError(all) }
    }

    /// Outputs whose place a numbered part of another may need.
    private static func partMistakes(_ rules: [OutputRule], _ fileSystem: FileSystem) throws -> [Mistake] {
        // By folder: where it is for the kernel, if that can be told now.
        let folders = rules.map { rule in
            (try? fileSystem.physicalPath(Path.parent(rule.file))) ?? Path.normal(Path.parent(rule.file))
        }
        let split = rules.indices.filter { rules[$0].words[.program] != nil }
        return rules.indices.compactMap { index in
            let rule = rules[index]
            let other = split.first {
                folders[$0] == folders[index]
                    && NumberedFiles.isReached(Path.name(rule.file), byPartsOf: Path.name(rules[$0].file))
            }
            return other.map {
                Mistake(
                    origin: rule.words[.file]!.origin,
                    text: "outputs: \(Show.name(rule.file)) may be needed for a part of "
                        + "\(Show.name(rules[$0].file)), which is split when it has more rows than a sheet; "
                        + "choose another name")
            }
        }
    }

    /// A configuration's bytes, and whether they can be read again; nil when there is no such file.
    private static func bytes(
        _ path: String, _ fileSystem: FileSystem
    ) throws -> (bytes: [UInt8], isFile: Bool)? {
        let isStream = path == "-"
        guard try isStream || fileSystem.statusIfPresent(path) != nil else { return nil }
        do {
            let file = isStream ? fileSystem.standardStream(0) : try fileSystem.open(path, .read)
            let bytes = try file.readToEnd(limit: Overlay.maxFileBytes)
            let kind = try file.status().kind
            return (bytes, !isStream && kind == .file)
        } catch {
            if error.code == EISDIR {
                throw CommandFailure(.usage, "\(path): that is a folder; a configuration is a file")
            }
            guard error.code == EFBIG else { throw error }
            throw CommandFailure(
                .usage, "\(path): a configuration is a file of at most \(Overlay.maxFileBytes) bytes")
        }
    }
}
