//  Files in, the table of a fold out; nothing is kept.
//
//      plan ─▶ compiled folds
//      each file ─▶ typed rows ─▶ partials          rows of all files, for the statement itself
//      partials ─▶ answer ─▶ file or stream

import Admission
import Configuration
import Conversion
import DuckDB
import DurableIO
import FoldSQL
import Intake
import PlanRuns
import Plans
import Publishing
import Records
import Tables
import Wording

extension PlanCommands {
    /// Folds files by a plan and writes the table of one fold.
    package func fold(_ paths: [String], _ options: PlanFoldOptions) throws {
        try session.logged {
            try explaining(asJSON: options.isJSON) { try PlanFoldRun(self, options).run(paths) }
        }
    }
}

/// One execution.
private final class PlanFoldRun {
    private let commands: PlanCommands
    private let options: PlanFoldOptions
    private var session: Session { commands.session }
    private var fileSystem: FileSystem { session.fileSystem }
    private var results: [PlanFileResult] = []
    /// Of those that count.
    private var staged: [StagedFile] = []
    /// The first name of each content, by its digest.
    private var first: [String: String] = [:]

    init(_ commands: PlanCommands, _ options: PlanFoldOptions) {
        (self.commands, self.options) = (commands, options)
    }

    func run(_ paths: [String]) throws {
        let start = ContinuousClock.now
        try session.checkPaths(paths, "fold")
        if options.isJSON, options.out == nil || options.out == "-" {
            throw CommandFailure(
                .usage, "--json writes what was done to standard output; name a file for the table with -o")
        }
        let plan = try commands.read(options.plan)
        let name = try plan.fold(named: options.fold, by: "say with --fold which fold")
        let format = try ExportFormat(options.format, file: try session.fileName(options.out))
        var inputs = try PlanInputs(session, plan, source: options.source)
        let found = try session.inputs(paths, and: plan.inputNames)
        try inputs.add(found, below: paths)
        try check(format, found.files)
        let engine = try commands.engine(options.duckDB).foldingSession(
            reading: try inputs.parquetFiles(fileSystem), in: fileSystem)
        defer { try? engine.close() }
        let compiled = try PlanCheck(plan, engine).compile().filter { $0.checked.name == name }
        let folding = PlanFolding(plan, compiled, engine)
        let fold = compiled[0]
        try read(inputs.inputs.filter { $0.source.name == fold.checked.source.name }, folding, engine)
        session.progress.end()
        session.note(found)
        say(inputs, fold)
        let counting = results.count { $0.state == .folded }
        if counting == 0, try session.keepsOnFailure(options.out) {
            try conclude(PlanFoldSummary(name, results, nil, options.out, ContinuousClock.now - start))
            throw try session.nothingFolded(options.out!)
        }
        let answer =
            options.isDirect
            ? try folding.direct(fold, over: staged) : try folding.answer(fold)
        try write(AnswerTable(answer, engine, in: fileSystem), format, name)
        try conclude(PlanFoldSummary(name, results, answer.rowCount, options.out, ContinuousClock.now - start))
        let isWhole = results.allSatisfy { $0.state == .folded || $0.state == .duplicate }
        if !isWhole || found.leavesOut || !inputs.problems.isEmpty { throw CommandFailure(.filesOpen, nil) }
    }

    private func check(_ format: ExportFormat, _ files: [String]) throws {
        try session.checkTarget(options.out, inputs: files)
        if let rejects = options.rejects {
            try session.checkTarget(rejects, inputs: files, option: "--rejects")
            if let out = options.out, out != "-", try fileSystem.physicalPath(rejects) == fileSystem.physicalPath(out) {
                throw CommandFailure(.usage, "-o and --rejects name the same file")
            }
        }
        try session.checkTerminal(format, options.out)
    }

    /// Says what was left out, and why.
    private func say(_ inputs: PlanInputs, _ fold: CompiledFold) {
        if inputs.others.count > 0 {
            session.logger.notice(
                .namesUnread,
                "\(Show.count(inputs.others.count, "file")) of no source left out: "
                    + inputs.others.examples.map { Show.name($0) }.joined(separator: ", ")
                    + (inputs.others.count > inputs.others.examples.count ? ", …" : ""))
        }
        let rest = inputs.inputs.count { $0.source.name != fold.checked.source.name }
        if rest > 0 {
            session.logger.notice(
                .namesUnread,
                "\(Show.count(rest, "file")) of other sources left out: the fold \(fold.checked.name) reads \(fold.checked.source.name)"
            )
        }
        for problem in inputs.problems { session.logger.warning(.inboxProblem, problem) }
    }

    // MARK: Reading

    private func read(_ inputs: [PlanInput], _ folding: PlanFolding, _ engine: DuckDBSession) throws {
        let sizes = inputs.map { $0.input.storedSize(in: fileSystem) }
        session.observer.begin(files: inputs.count, storedBytes: sizes.reduce(0, +))
        for input in inputs {
            var result = PlanFileResult(input)
            try read(input, folding, engine, &result)
            results.append(result)
        }
        let read = results.filter { $0.summary != nil }
        try session.writeRejects(read.map(\.input.input), read.map { $0.summary! }, to: options.rejects)
    }

    /// Reads and folds one file. What is wrong with the file ends in its result.
    private func read(
        _ input: PlanInput, _ folding: PlanFolding, _ engine: DuckDBSession, _ result: inout PlanFileResult
    ) throws {
        let path = folding.nextPath()
        let summary: FileSummary
        do {
            summary = try input.source.stage(
                input.input, to: path, session.settings.fold, jobs: session.settings.jobs, in: fileSystem,
                by: { engine },
                onStoredBytes: { [observer = session.observer] in observer.advance(storedBytes: $0) })
        } catch let error as InputFailure {
            return result.fail("\(error.cause)")
        } catch is FileChanged {
            return result.fail("it changed while it was being read")
        } catch let error as IOError where error.path == input.input.path {
            return result.fail("\(error)")
        }
        result.summary = summary
        let file = StagedFile(path: path, name: input.name, day: input.day, pathValues: input.pathValues)
        defer { if !options.isDirect { try? fileSystem.removeIfPresent(path) } }
        if let reason = Judgement.reasonToHold(summary, session.settings) { return result.hold(reason) }
        let digest = "\(summary.digest)"
        if session.settings.configuration.duplicates == .skip, let other = first[digest] {
            return result.skip("the same content as \(Show.name(other))")
        }
        do { if !options.isDirect { try folding.fold(file, of: input.source) } } catch let error as FoldFailure {
            return result.fail("\(error)")
        }
        first[digest] = input.input.name
        staged.append(file)
    }

    // MARK: Writing

    private func write(_ answer: AnswerTable, _ format: ExportFormat, _ name: String) throws {
        let isGzipped = FileEnding(options.out ?? "").isGzipped
        try session.writing(to: options.out) { sink in
            try AnswerWriting(answer, title: name, in: fileSystem).write(
                format, isGzipped: isGzipped, scratch: try session.scratch(options.out),
                isConcurrent: session.settings.jobs > 1, to: sink)
        }
    }

    private func conclude(_ summary: PlanFoldSummary) throws {
        if options.isJSON { try session.print(summary.json) } else { session.conclude(summary.lines) }
    }
}
