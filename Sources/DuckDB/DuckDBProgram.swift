//  Which program is run.
//
//      1. what --duckdb names           2. what WATCHFOLD_DUCKDB names
//      3. `duckdb` beside our program   4. `duckdb` in the folders of PATH
//
//  The first that is there is taken. One that was named by somebody has to work; nothing else is tried in its place.
//  Only one series is accepted: what an expression means, and what errors look like, changes between series.
//
//  The package of PyPI puts a script of Python into its environment that starts the program as its own child, where our
//  signals and limits would arrive late or not at all. When a script is found, the program that came with it is used:
//
//      ENVIRONMENT/bin/duckdb ─▶ ENVIRONMENT/lib/python3.11/site-packages/duckdb_cli/duckdb

import DurableIO
import Glibc

/// The program, asked for its version.
package struct DuckDBProgram: Sendable, Hashable {
    package let path: String
    /// `1.5.5`
    package let version: String

    package static let series = "1.5"
    package static let installation = "pip install duckdb-cli==1.5.5"
    package static let variable = "WATCHFOLD_DUCKDB"

    /// Seconds that the answer to `--version` may take; a cold disk has to deliver 62 MB.
    private static let patience = 20.0

    /// Finds the program.
    ///
    /// - Parameters:
    ///   - option: what `--duckdb` names; nil when it was not given.
    ///   - environment: PATH and WATCHFOLD_DUCKDB are looked up.
    ///   - folder: where our own program is; nil when that is not known.
    package static func find(
        option: String?, environment: [String: String], beside folder: String?, in fileSystem: FileSystem
    ) throws(DuckDBProgramError) -> DuckDBProgram {
        for (source, named) in [("--duckdb", option), (variable, environment[variable])] {
            guard let named, !named.isEmpty else { continue }
            guard try isFile(named, fileSystem) else { throw .missing(looked: ["\(named) (\(source))"]) }
            return try DuckDBProgram(named, fileSystem)
        }
        let folders = (environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":").map(String.init)
        let paths = ((folder.map { [$0] } ?? []) + folders).map { Path.join($0, "duckdb") }
        for path in paths where try isFile(path, fileSystem) { return try DuckDBProgram(path, fileSystem) }
        throw .missing(looked: paths)
    }

    /// Takes this program.
    package init(_ path: String, _ fileSystem: FileSystem) throws(DuckDBProgramError) {
        let found: String
        do {
            found = try Self.withoutScript(try fileSystem.physicalPath(path), fileSystem)
        } catch { throw .notRunnable(path: path, reason: error.description) }
        self.path = found
        version = try Self.version(of: found)
    }

    private static func isFile(_ path: String, _ fileSystem: FileSystem) throws(DuckDBProgramError) -> Bool {
        do { return try fileSystem.statusIfPresent(path)?.kind == .file } catch {
            throw .notRunnable(path: path, reason: error.description)
        }
    }

    /// The program that a script of Python's package starts; the file itself if it is none.
    private static func withoutScript(_ path: String, _ fileSystem: FileSystem) throws(IOError) -> String {
        var start: [UInt8] = [0, 0]
        let file = try fileSystem.open(path, .read)
        var failure: IOError?
        start.withUnsafeMutableBytes { buffer in
            do throws(IOError) { _ = try file.read(at: 0, into: buffer) } catch { failure = error }
        }
        if let failure { throw failure }
        let libraries = Path.join(Path.parent(Path.parent(path)), "lib")
        guard start == Array("#!".utf8), try fileSystem.statusIfPresent(libraries)?.kind == .folder else { return path }
        for entry in try fileSystem.list(libraries) {
            guard let name = entry.name, name.hasPrefix("python3") else { continue }
            let program = Path.join(libraries, "\(name)/site-packages/duckdb_cli/duckdb")
            if try fileSystem.statusIfPresent(program)?.kind == .file { return program }
        }
        return path
    }

    /// Asks for the version, and judges it.
    private static func version(of path: String) throws(DuckDBProgramError) -> String {
        let answer = try answer(of: path)
        // v1.5.5 (Variegata) d8cdaa33fd
        guard let word = answer.split(whereSeparator: \.isWhitespace).first, word.hasPrefix("v") else {
            throw .notDuckDB(path: path, answer: answer)
        }
        let version = String(word.dropFirst())
        let numbers = version.prefix { $0 != "-" }.split(separator: ".").map { Int($0) }
        guard numbers.count >= 2, let major = numbers[0], let minor = numbers[1] else {
            throw .notDuckDB(path: path, answer: answer)
        }
        switch (major, minor) {
        case (1, 5): return version
        case (0, _), (1, ..<5): throw .tooOld(path: path, version: version)
        default: throw .otherSeries(path: path, version: version)
        }
    }

    /// The first line that `--version` writes.
    private static func answer(of path: String) throws(DuckDBProgramError) -> String {
        let setup = ChildSetup(
            program: path, arguments: ["--version"], variables: ChildSetup.emptyVariables, folder: "/")
        let child: ChildProgram
        switch ChildProgram.start(setup) {
        case .success(let started): child = started
        case .failure(let failure): throw .notRunnable(path: path, reason: String(cString: strerror(failure.code)))
        }
        child.closeInput()
        defer { child.stop(patience: 0) }
        var output: [UInt8] = []
        let end = ContinuousClock.now + .seconds(patience)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 16)
        defer { buffer.deallocate() }
        reading: while !output.contains(UInt8(ascii: "\n")), output.count < 4096 {
            guard ContinuousClock.now < end else {
                throw .notRunnable(path: path, reason: "no answer to --version after \(Int(patience)) s")
            }
            // Errors are only thrown away: who writes there and waits is let on.
            let ready = child.ready(.init(output: true, errors: true), seconds: 0.1)
            if ready.errors, child.receive(.errors, into: buffer) == .end, child.waitForEnd(seconds: 0.1), !ready.output
            {
                break reading
            }
            guard ready.output else { continue }
            switch child.receive(.output, into: buffer) {
            case .bytes(let count): output += buffer[..<count]
            case .nothing: continue
            case .end: break reading
            }
        }
        let line = output.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).first ?? []
        if line.isEmpty, child.waitForEnd(seconds: 1), let ending = child.ending, ending != .exited(code: 0) {
            throw .notRunnable(path: path, reason: "it \(ending)")
        }
        return String(decoding: line.prefix(200), as: UTF8.self)
    }
}

/// Why there is no program to run. Each is one sentence, with the command that installs it.
package enum DuckDBProgramError: Error, Sendable, Hashable, CustomStringConvertible {
    case missing(looked: [String])
    case notRunnable(path: String, reason: String)
    case notDuckDB(path: String, answer: String)
    case tooOld(path: String, version: String)
    case otherSeries(path: String, version: String)

    package var description: String {
        let wanted = "DuckDB \(DuckDBProgram.series) is needed"
        let problem =
            switch self {
            case .missing(let looked): "there is no DuckDB at \(looked.joined(separator: ", "))"
            case .notRunnable(let path, let reason): "\(path) does not run (\(reason)), and \(wanted)"
            case .notDuckDB(let path, let answer): "\(path) calls itself \"\(answer)\", but \(wanted)"
            case .tooOld(let path, let version): "\(path) is DuckDB \(version), which is too old: \(wanted)"
            case .otherSeries(let path, let version):
                "\(path) is DuckDB \(version), which is of another series: \(wanted)"
            }
        return "\(problem); install it with: \(DuckDBProgram.installation)"
    }
}
