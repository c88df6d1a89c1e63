import DurableIO
import Foundation
import TestSupport
import Testing

@testable import DuckDB

/// The real program, where there is one: of scripts/setup, or where users have it.
enum RealDuckDB {
    static let program: DuckDBProgram? = {
        if let program = try? DuckDBProgram(Tools.duckDB, .real) { return program }
        return try? DuckDBProgram.find(
            option: nil, environment: ProcessInfo.processInfo.environment, beside: nil, in: .real)
    }()

    static var isHere: Bool { program != nil }
}

extension Trait where Self == ConditionTrait {
    static var needsDuckDB: Self {
        .enabled(if: RealDuckDB.isHere, "DuckDB 1.5 is not here; scripts/setup duckdb installs it")
    }
}

/// A folder with what sessions need, removed at the end.
final class Workbench {
    let folder: TemporaryFolder
    /// The folder's absolute path, as the kernel spells it.
    let root: String
    var limits = DuckDBLimits(threads: 2, memoryBytes: 200_000_000, temporaryBytes: 100_000_000, seconds: 60)

    init() throws {
        folder = try TemporaryFolder()
        root = try FileSystem.real.physicalPath(folder.path)
    }

    func path(_ name: String) -> String { root + "/" + name }

    var scratch: String { path("scratch") }

    /// A session of the real program.
    func session(reads: [String] = [], writes: [String] = [], folders: [String] = []) throws -> DuckDBSession {
        try session(try #require(RealDuckDB.program), reads: reads, writes: writes, folders: folders)
    }

    func session(
        _ program: DuckDBProgram, reads: [String] = [], writes: [String] = [], folders: [String] = []
    ) throws(DuckDBError) -> DuckDBSession {
        let files = DuckDBFiles(reads: reads.map(path), writes: writes.map(path), folders: folders.map(path))
        return try DuckDBSession(program, files: files, limits: limits, scratchBelow: scratch, in: .real)
    }

    /// A program that is a script.
    func script(_ name: String, _ text: String) throws -> String {
        let path = try folder.add(name, "#!/bin/bash\n" + text)
        chmod(path, 0o755)
        return path
    }

    /// Names in the folder for temporary folders.
    var leftovers: [String] { (try? FileManager.default.contentsOfDirectory(atPath: scratch)) ?? [] }

    /// A Parquet file made by the program itself.
    func makeParquet(_ name: String, _ text: String) throws {
        let session = try session(writes: [name])
        try session.copy(text, to: path(name))
        try session.close()
    }
}

/// What a session threw.
func failure(_ body: () throws(DuckDBError) -> Void) -> DuckDBError? {
    do { try body() } catch { return error }
    return nil
}

/// What a statement threw that was one of its own.
func statementError(_ body: () throws(DuckDBError) -> Void) -> StatementError? {
    if case .statement(let error) = failure(body) { error } else { nil }
}

/// Whether a process is there, be it as a zombie.
func isThere(_ process: Int32) -> Bool { access("/proc/\(process)/stat", F_OK) == 0 }

/// A TCP port on loopback that nobody should connect to.
final class Listener {
    private let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    let port: UInt16

    init() throws {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        let code = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) + listen(descriptor, 8) + getsockname(descriptor, $0, &length)
            }
        }
        guard code == 0 else { throw POSIXError(.EADDRNOTAVAIL) }
        port = UInt16(bigEndian: address.sin_port)
    }

    deinit { close(descriptor) }

    var hasConnection: Bool {
        var stream = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&stream, 1, 0) > 0
    }
}
