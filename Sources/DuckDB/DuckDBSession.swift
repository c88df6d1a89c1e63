//  One child, its sandbox and its life.
//
//      start ─▶ preamble, locked ─▶ statements, one after another ─▶ close (or an error that ends it)
//
//  Walls, from the inside out; each holds without the others:
//
//  1. A text of somebody else is one string literal inside `query('…')`, which takes one SELECT and nothing else.
//  2. Before that, `json_serialize_sql` parses the same literal, and each table function that it calls must be on a list
//     (UserText.swift). This is not a formality: `FROM enable_logging(storage := 'file', …)` changes a locked setting of
//     1.5.5, makes the program write files of its own and print any text on standard output.
//  3. The preamble permits the files of this session and no other (`allowed_paths`), no extensions, no secrets; then
//     `.safe_mode` locks the settings, external access and the shell's own commands. That it did is asked before anything else is
//     run. `lock_configuration` and `enable_external_access` are not set by us: `.safe_mode` sets them and fails if they are locked.
//  4. The kernel limits memory (RLIMIT_DATA: it stops what DuckDB's `memory_limit` does not count) and the size of files, and
//     where it can (landlock(7), Linux 5.13) permits changes to the session's files only, and no TCP.
//  5. The environment has nothing of ours, HOME is nowhere, and no descriptor of ours is there.
//
//  A statement that fails leaves the session usable. One that is stopped ends it: an interrupted shell ends by itself. A new
//  child costs about 0.02 s.

import DurableIO
import Glibc
import Pipelines
import Synchronization

/// A child that runs statements. Statements of several threads take turns; `cancel` may be called from any thread. Dropping
/// a session closes it, which may take a second when the child does not end by itself.
///
/// `@unchecked Sendable`: `conversation` and `seconds` are touched under `turn` only, and before anybody has the session.
package final class DuckDBSession: @unchecked Sendable {
    package let program: DuckDBProgram
    package let limits: DuckDBLimits
    package let files: DuckDBFiles
    /// A folder for files that are needed as long as the session, if that was asked for. Absolute.
    package let folder: String?
    private let remains: Remains

    private enum State: Equatable {
        case running
        case cancelled
        case over
    }

    private let state: Shared
    /// Shared with the conversation, which must not hold the session.
    private final class Shared: Sendable {
        let value = Mutex(State.running)
    }

    private let turn = Monitor()
    private var conversation: Conversation
    /// How long an answer may take.
    private var seconds: Double

    /// For each answer of the preamble: on a busy machine with a cold disk, the start alone may take longer than a statement is
    /// given; but a program that does not answer at all is not waited for as long as a statement may take.
    private static let startSeconds = 60.0

    /// Starts a child.
    ///
    /// - Parameters:
    ///   - files: by absolute paths without `.` and `..`.
    ///   - folder: an absolute path; the child's temporary folder is made in it.
    /// - Throws: `.unusablePath`, `.file`, `.notStarted`, `.notSandboxed`, or what a statement throws.
    package init(
        _ program: DuckDBProgram, files: DuckDBFiles, limits: DuckDBLimits, scratchBelow folder: String,
        in fileSystem: FileSystem
    ) throws(DuckDBError) {
        try files.check()
        self.program = program
        self.limits = limits
        let scratch: ChildFolder
        do { scratch = try ChildFolder.make(in: folder, fileSystem) } catch { throw .file(error) }
        var files = files
        let child: ChildProgram
        do throws(DuckDBError) {
            self.folder = try files.makeOwnFolder(below: scratch.path, fileSystem)
            child = try Self.start(program, files, limits, scratch.path, fileSystem)
        } catch {
            try? scratch.remove()
            throw error
        }
        self.files = files
        remains = Remains(child, scratch, files, fileSystem)
        let state = Shared()
        self.state = state
        conversation = Conversation(child, answerBytes: limits.answerBytes) {
            state.value.withLock { $0 == .cancelled }
        }
        seconds = Self.startSeconds
        do { try begin() } catch {
            end()
            throw error
        }
        seconds = limits.seconds
    }

    deinit { end() }

    /// Makes the files to write, and starts the child with what it may touch.
    private static func start(
        _ program: DuckDBProgram, _ files: DuckDBFiles, _ limits: DuckDBLimits, _ scratch: String,
        _ fileSystem: FileSystem
    ) throws(DuckDBError) -> ChildProgram {
        let setup = ChildSetup(
            program: program.path, arguments: ["-batch", "-no-init", "-jsonlines"],
            variables: ChildSetup.emptyVariables, folder: scratch, dataBytes: limits.dataBytes,
            fileBytes: limits.fileBytes, changeable: try files.openChangeable(scratch, fileSystem))
        switch ChildProgram.start(setup) {
        case .success(let child): return child
        case .failure(let failure):
            files.removeWrites(but: [], fileSystem)
            throw .notStarted(IOError("cannot start", program.path, code: failure.code))
        }
    }

    // MARK: The preamble

    /// Sends the preamble and asks whether it holds.
    private func begin() throws(DuckDBError) {
        let settings = [
            "temp_directory": SQLText.literal(remains.scratch.path),
            "max_temp_directory_size": "'\(limits.temporaryBytes)B'",
            "memory_limit": "'\(limits.memoryBytes)B'",
            "threads": "\(max(limits.threads, 1))",
            "TimeZone": "'UTC'",
            "allowed_paths": SQLText.list(files.reads + files.writes),
            "allowed_directories": SQLText.list(files.folders.map { $0 + "/" }),
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "allow_community_extensions": "false",
            "allow_persistent_secrets": "false",
            // It prints the words of texts, on standard output.
            "enable_logging": "false",
            "errors_as_json": "true",
        ]
        let preamble = settings.sorted { $0.key < $1.key }.map { "SET \($0.key) = \($0.value);\n" }.joined()
        let question =
            "SELECT current_setting('lock_configuration')::VARCHAR AS locked, "
            + "current_setting('enable_external_access')::VARCHAR AS external, "
            + "current_setting('enable_logging')::VARCHAR AS logging;"
        let answer = try converse("\(preamble).safe_mode\n\(question)")
        guard answer.errors.isEmpty else {
            throw .notSandboxed(StatementError(standardError: answer.errors).headline)
        }
        guard answer.lines.count == 1, let line = AnswerLine(answer.lines[0]) else {
            throw .unintelligible(String(decoding: answer.output.prefix(200), as: UTF8.self))
        }
        guard line["locked"] == "true", line["external"] == "false", line["logging"] != "true", line["logging"] != "1"
        else { throw .notSandboxed("\(line.members)") }
        try checkGate()
    }

    // MARK: Statements

    /// Sends lines, takes turns, and ends the session by the errors that end it.
    private func converse(_ lines: String) throws(DuckDBError) -> Answer {
        turn.lock()
        defer { turn.unlock() }
        switch state.value.withLock({ $0 }) {
        case .running: break
        case .cancelled: throw .cancelled
        case .over: throw .over
        }
        do { return try conversation.ask(lines, seconds: seconds) } catch {
            // What stopped it stays known: whoever comes next is told that it is over.
            state.value.withLock { $0 = .over }
            throw error
        }
    }

    /// Runs one statement of ours and returns its rows.
    ///
    /// - Parameter statement: in one line, without a semicolon at the end. No text of anybody else is in it but by `SQLText`.
    /// - Throws: `.statement`, or what ended the session.
    func run(_ statement: String) throws(DuckDBError) -> [AnswerLine] {
        precondition(SQLText.isOneLine(statement) && !statement.hasPrefix("."), "not one line of SQL")
        let answer = try converse(statement + ";")
        if !answer.errors.isEmpty {
            let error = StatementError(standardError: answer.errors)
            if error.kind == .internal { state.value.withLock { $0 = .over } }
            throw .statement(error)
        }
        var lines: [AnswerLine] = []
        for bytes in answer.lines {
            guard let line = AnswerLine(bytes) else {
                throw .unintelligible(String(decoding: bytes.prefix(200), as: UTF8.self))
            }
            lines.append(line)
        }
        return lines
    }

    /// Notes that a file which the session writes holds a whole result; otherwise it is removed at the end.
    func keep(_ path: String) { remains.keep(path) }

    // MARK: The end

    /// Stops what is running, from any thread: it throws `.cancelled`, and the session is over.
    package func cancel() {
        let wasRunning = state.value.withLock { value in
            defer { if value == .running { value = .cancelled } }
            return value == .running
        }
        if wasRunning { remains.child.signal(SIGINT) }
    }

    /// Ends the child, and removes its temporary folder and the files without a whole result. May be called twice.
    ///
    /// - Throws: `.file` when the temporary folder cannot be removed.
    package func close() throws(DuckDBError) {
        state.value.withLock { $0 = .over }
        turn.lock()
        defer { turn.unlock() }
        do { try remains.end() } catch { throw .file(error) }
    }

    /// Ends all sessions at once and removes what they leave: for a process that a signal ends, from any thread.
    package static func endUnfinished() { Remains.endAll() }

    private func end() { try? close() }

    /// For tests.
    var process: Int32 { remains.child.process }
    /// For tests.
    var scratchPath: String { remains.scratch.path }
}
