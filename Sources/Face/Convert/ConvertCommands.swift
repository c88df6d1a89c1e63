//  Files of records in, tables of typed rows out; nothing is kept.

import Admission
import CSVRecords
import Conversion
import DurableIO
import Glibc
import Intake
import Publishing
import Records
import RunSettings
import Synchronization
import Tables
import Wording

/// Converts files.
package struct ConvertCommands {
    private let session: Session
    private var settings: Settings { session.settings }
    private var fileSystem: FileSystem { session.fileSystem }

    package init(_ session: Session) { self.session = session }

    /// Converts files, or prints what their fields are.
    package func convert(_ paths: [String], _ options: ConvertOptions) throws {
        try session.logged {
            do {
                try run(paths, options)
            } catch let error as SchemaFailure {
                throw CommandFailure(.filesOpen, "\(error)")
            } catch let error as NoFields {
                throw CommandFailure(.filesOpen, "\(error)")
            } catch let error as DivisionFailure {
                throw CommandFailure(error.isOfData ? .filesOpen : .usage, Show.name("\(error)"))
            } catch let error as InputFailure {
                throw CommandFailure(.filesOpen, Show.name("\(error)"))
            }
        }
    }

    private func run(_ paths: [String], _ options: ConvertOptions) throws {
        let declared = options.fields.map { [$0] } ?? []
        try session.checkPaths(paths + declared, "convert")
        try checkCombination(options)
        let found = try inputs(paths, options)
        let files = found.files
        let target = try options.out.map { try self.target($0, options) }
        var request = try ConvertRequests(session: session).request(files, options, target)
        if let target {
            request.division = try division(target, options, files, below: paths)
            try check(request, target, options, files + declared)
        } else {
            try session.checkTarget(nil, inputs: files)
        }
        session.note(found)
        try session.beginWriting { FilesStore.removeUnfinished() }
        let spools = try request.schema == nil ? spool(&request) : []
        defer { for spool in spools { spool.discard() } }
        if let target {
            try convert(request, to: target, options)
        } else {
            try printFields(request, options)
        }
        if found.leavesOut { throw CommandFailure(.filesOpen, nil) }
    }

    private func checkCombination(_ options: ConvertOptions) throws {
        guard options.printsFields != (options.out != nil) else {
            throw CommandFailure(
                .usage,
                options.printsFields
                    ? "--print-fields converts nothing; leave -o out"
                    : "convert needs -o FILE, -o FOLDER, or -o - for standard output")
        }
        if options.printsFields, options.isJSON {
            throw CommandFailure(.usage, "--print-fields prints a file for --fields; leave --json out")
        }
        if options.infersFields, options.fields != nil {
            throw CommandFailure(.usage, "--infer finds the fields that --fields declares; leave one of them out")
        }
        if options.rejects == "-", options.printsFields || options.isJSON || options.out == "-" {
            throw CommandFailure(
                .usage,
                "--rejects - would mix rejected records with what else is written to standard output; name a file")
        }
    }

    /// What is read. From a folder, all files of the form that is asked for.
    private func inputs(_ paths: [String], _ options: ConvertOptions) throws -> FoundInputs {
        let form = try InputForm(option: options.from)
        var found = try session.inputs(paths, and: form == .json ? [] : ConvertibleName.csvPatterns)
        guard form == .csv else { return found }
        let named = Set(found.named)
        let others = found.files.filter { ConvertibleName($0).form == .json && !named.contains($0) }
        if others.isEmpty { return found }
        let left = Set(others)
        found.files.removeAll { left.contains($0) }
        if found.files.isEmpty {
            throw CommandFailure(
                .usage, "\(Show.name(others[0])) is JSON, and so is all that is there; leave --from csv out")
        }
        for path in others { found.notOfForm.add(path) }
        return found
    }

    /// Prints the fields, which are those of all records.
    private func printFields(_ request: ConversionRequest, _ options: ConvertOptions) throws {
        var schema = request.schema
        if schema == nil {
            let (found, files) = try accounting(for: request, options) { try conversion(request).survey() }
            schema = found
            try account(for: request.inputs, files, options)
        }
        try session.print(Array(schema!.declaration.utf8))
    }

    // MARK: Where tables go

    private func target(_ out: String, _ options: ConvertOptions) throws -> ConvertTarget {
        var folder = out
        while folder.count > 1, folder.hasSuffix("/") { folder.removeLast() }
        let isFolder = try out != "-" && (folder != out || fileSystem.statusIfPresent(out)?.kind == .folder)
        if isFolder { return .folder(folder) }
        guard let file = try session.fileName(out) else {
            if options.partitionBy != nil { throw CommandFailure(.usage, "--partition-by needs -o FOLDER") }
            return .stream(out)
        }
        return options.partitionBy == nil ? .file(file) : .folder(file)
    }

    private func division(
        _ target: ConvertTarget, _ options: ConvertOptions, _ files: [String], below arguments: [String]
    ) throws -> TableDivision {
        guard case .folder = target else { return .whole }
        if let fields = options.partitionBy {
            let names = fields.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            if names.contains("") {
                throw CommandFailure(.usage, "--partition-by takes names of fields, with commas between them")
            }
            return .byFields(names)
        }
        let names = files.map { ConvertibleName(session.nameInFolder($0, below: arguments)).stem }
        var firsts: [String: String] = [:]
        for (name, file) in zip(names, files) {
            if let first = firsts[name] {
                throw CommandFailure(
                    .usage,
                    "\(Show.name(first)) and \(Show.name(file)) would both become \(Show.name(name)); "
                        + "convert one after the other, into two folders")
            }
            firsts[name] = file
        }
        return .byFile(names: names)
    }

    private func check(
        _ request: ConversionRequest, _ target: ConvertTarget, _ options: ConvertOptions, _ files: [String]
    ) throws {
        switch target {
        case .folder(let folder): try check(folder: folder, request, files)
        case .file(let path): try session.checkTarget(path, inputs: files)
        case .stream(let out):
            try session.checkTarget(out, inputs: files)
            if options.isJSON {
                throw CommandFailure(
                    .usage, "--json writes what was done to standard output; name a file for the table with -o")
            }
            if request.format == .parquet, isatty(1) == 1, try session.fileName(out) == nil {
                throw CommandFailure(.usage, "refusing to write parquet to a terminal; use -o FILE")
            }
        }
        guard let rejects = options.rejects else { return }
        try session.checkTarget(rejects, inputs: files, option: "--rejects")
        if try places(of: target, request).contains(fileSystem.physicalPath(rejects)) {
            throw CommandFailure(.usage, "-o and --rejects name the same file")
        }
        if case .folder(let folder) = target, case .byFields = request.division,
            try (fileSystem.physicalPath(rejects)).hasPrefix(fileSystem.physicalPath(folder) + "/")
        {
            throw CommandFailure(.usage, "--rejects \(Show.name(rejects)): that is in the folder of the tables")
        }
    }

    /// Where the tables of a folder will be; nil when values decide that.
    private func tables(in folder: String, _ request: ConversionRequest) -> [String]? {
        guard case .byFile(let names) = request.division else { return nil }
        return names.map { Path.join(folder, request.format.fileName($0)) }
    }

    /// Where tables will be, as far as it is known before they are written.
    private func places(of target: ConvertTarget, _ request: ConversionRequest) throws -> Set<String> {
        let paths =
            switch target {
            case .folder(let folder): tables(in: folder, request) ?? []
            case .file(let path): [path]
            case .stream(let path): path == "-" ? [] : [path]
            }
        return Set(try paths.map { try fileSystem.physicalPath($0) })
    }

    private func check(folder: String, _ request: ConversionRequest, _ files: [String]) throws {
        func refuse(_ problem: String) -> CommandFailure {
            CommandFailure(.usage, "-o \(Show.name(folder)): \(problem)")
        }
        switch try fileSystem.statusIfPresent(folder)?.kind {
        case .folder?:
            if case .byFields = request.division, try !fileSystem.list(folder).isEmpty {
                throw refuse(
                    "the folder is not empty, and what is in it would be read with the new tables; name another")
            }
            if case .byFields = request.division, let problem = try irreplaceable(folder) { throw refuse(problem) }
        case nil:
            if try fileSystem.isSymbolicLink(folder) { throw refuse("that is a link that leads nowhere") }
            let parent = Path.parent(folder)
            guard try fileSystem.statusIfPresent(parent)?.kind == .folder else {
                throw refuse("there is no folder \(Show.name(parent))")
            }
        default: throw refuse("that is no folder")
        }
        let places = ProtectedPlaces(settings, inputs: files, in: fileSystem)
        for path in tables(in: folder, request) ?? [Path.join(folder, request.format.fileName("part-0"))] {
            if let problem = try places.problem(path) {
                throw CommandFailure(.usage, "-o: \(Show.name(path)) \(problem)")
            }
        }
    }

    /// Why no new folder can take the place of an empty one; nil when it can.
    private func irreplaceable(_ folder: String) throws -> String? {
        let path = try fileSystem.physicalPath(folder)
        if try path == fileSystem.physicalPath(".") {
            return "that is the folder you are in, and a new one takes its place; name another"
        }
        let parent = try fileSystem.status(Path.parent(path))
        if try fileSystem.status(path).device != parent.device {
            return "that is where a file system is mounted; name a folder in it that does not exist yet"
        }
        return nil
    }

    private func store(_ target: ConvertTarget, _ division: TableDivision) throws -> any ConvertStore {
        switch (target, division) {
        // A link to an empty folder stays, and what it leads to is replaced.
        case (.folder(let path), .byFields): FolderStore(try fileSystem.physicalPath(path), in: fileSystem)
        case (.folder(let path), _): FilesStore(path, in: fileSystem)
        case (.file(let path), _), (.stream(let path), _): FileStore(path, in: fileSystem)
        }
    }

    // MARK: Reading

    /// What is read twice must be a file.
    ///
    /// - Returns: copies of streams, which take their places in the request.
    private func spool(_ request: inout ConversionRequest) throws -> [AtomicFile] {
        var spools: [AtomicFile] = []
        for (index, input) in request.inputs.enumerated() {
            if let path = input.path, try fileSystem.status(path).kind == .file { continue }
            let file = try privateFile()
            let stream = try input.path.map { try fileSystem.open($0, .read) } ?? fileSystem.standardStream(0)
            try stream.forEachPiece { try file.write($0) }
            request.inputs[index] = FoldInput(name: input.name, path: file.temporaryPath)
            spools.append(file)
        }
        return spools
    }

    /// A file in the scratch folder that nobody else can read.
    private func privateFile() throws -> AtomicFile {
        let mask = umask(0o077)
        defer { umask(mask) }
        return try AtomicFile(Path.join(ScratchFolder.path, "watchfold-input"), in: fileSystem)
    }

    private func conversion(_ request: ConversionRequest) -> Conversion {
        let sizes = request.inputs.map { $0.storedSize(in: fileSystem) }
        let all = sizes.reduce(0, +)
        return Conversion(
            request, fileSystem: fileSystem,
            onPass: { [observer = session.observer] in observer.begin(files: request.inputs.count, storedBytes: all) },
            onStoredBytes: { [observer = session.observer] in observer.advance(storedBytes: $0) })
    }

    // MARK: Converting

    private func convert(_ request: ConversionRequest, to target: ConvertTarget, _ options: ConvertOptions) throws {
        let start = ContinuousClock.now
        var request = request
        if case .stream = target { request.isStream = true }
        try accounting(for: request, options) { try write(request, to: target, options, start) }
    }

    /// Says what became of the records when that is all that can be told.
    private func accounting<Result>(
        for request: ConversionRequest, _ options: ConvertOptions, _ body: () throws -> Result
    ) throws -> Result {
        do { return try body() } catch let error as NoFields {
            try account(for: request.inputs, error.files, options)
            throw error
        }
    }

    /// Says and writes which records were rejected.
    private func account(for inputs: [FoldInput], _ files: [FileSummary], _ options: ConvertOptions) throws {
        session.progress.end()
        try session.writeRejects(inputs, files, to: options.rejects)
        let lines = ConversionSummary.rejections(inputs, files)
        if !lines.isEmpty { session.conclude(lines) }
    }

    private func write(
        _ request: ConversionRequest, to target: ConvertTarget, _ options: ConvertOptions,
        _ start: ContinuousClock.Instant
    ) throws {
        var request = request
        // A stream takes each byte once, so nothing can be written once more.
        if case .stream = target, request.schema == nil { request.schema = try conversion(request).survey().schema }
        let conversion = conversion(request)
        var summary: ConversionSummary
        if case .stream(let out) = target {
            var result: ConversionResult?
            try session.writing(to: out) { sink in result = try conversion.run(into: SinkStore { sink }) }
            summary = summarize(result!, request, target)
            session.progress.end()
            try session.writeRejects(request.inputs, summary.result.files, to: options.rejects)
        } else {
            let store = try store(target, request.division)
            summary = summarize(try conversion.run(into: store), request, target)
            session.progress.end()
            // Who is refused a table wants to know why.
            try session.writeRejects(request.inputs, summary.result.files, to: options.rejects)
            try store.commit(leaving: summary.left)
        }
        if options.fields != nil { summary.undeclared = conversion.undeclaredFields(summary.result.schema) }
        summary.seconds = (ContinuousClock.now - start).seconds
        if options.isJSON {
            try session.print(summary.json)
        } else {
            session.conclude(summary.lines)
        }
        if !summary.held.isEmpty { throw CommandFailure(.filesOpen, summary.refusal) }
    }

    private func summarize(
        _ result: ConversionResult, _ request: ConversionRequest, _ target: ConvertTarget
    ) -> ConversionSummary {
        ConversionSummary(
            result: result, request: request, target: target,
            held: result.files.enumerated().compactMap { input, file in
                Judgement.reasonToHold(file, settings).map { .init(input: input, reason: $0) }
            })
    }
}
