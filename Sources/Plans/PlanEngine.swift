//  Opens the engine that plans are checked and run with.

import DuckDB
import DurableIO

/// How DuckDB is found and limited.
package struct PlanEngine: Sendable {
    /// What `--duckdb` names.
    package var duckDB: String?
    package var environment: [String: String]
    /// Where our own program is; nil when that is not known.
    package var ownFolder: String?
    package var threads: Int
    /// Bytes for DuckDB: half of what the whole program may take.
    package var memory: Int
    /// Where its temporary folder is made; an absolute path.
    package var scratch: String

    package init(
        duckDB: String?, environment: [String: String], ownFolder: String?, threads: Int, memory: Int, scratch: String
    ) {
        self.duckDB = duckDB
        self.environment = environment
        self.ownFolder = ownFolder
        self.threads = threads
        self.memory = memory
        self.scratch = scratch
    }

    /// Seconds that a statement of a check may take: its rows are few.
    private static let checkSeconds = 60.0

    /// A child for checking plans, which may touch no file.
    ///
    /// - Throws: `DuckDBProgramError`, `DuckDBError`.
    package func checkingSession(in fileSystem: FileSystem) throws -> DuckDBSession {
        try session(
            DuckDBFiles(),
            DuckDBLimits(threads: threads, memoryBytes: memory, temporaryBytes: 0, seconds: Self.checkSeconds),
            fileSystem)
    }

    /// A child for folding, with a folder of its own for rows and partials.
    ///
    /// - Parameter files: that are read beside those of this folder; absolute paths.
    /// - Throws: `DuckDBProgramError`, `DuckDBError`.
    package func foldingSession(reading files: [String] = [], in fileSystem: FileSystem) throws -> DuckDBSession {
        try session(
            DuckDBFiles(reads: files, hasOwnFolder: true),
            DuckDBLimits(threads: threads, memoryBytes: memory, temporaryBytes: Self.temporaryBytes), fileSystem)
    }

    /// What may be spilled: more than disks have, which end it first.
    private static let temporaryBytes = 1 << 44

    private func session(
        _ files: DuckDBFiles, _ limits: DuckDBLimits, _ fileSystem: FileSystem
    ) throws -> DuckDBSession {
        let program = try DuckDBProgram.find(
            option: duckDB, environment: environment, beside: ownFolder, in: fileSystem)
        // What a killed process left takes room until somebody removes it; that it cannot be removed stops nobody.
        try? ChildFolder.removeLeftovers(in: scratch, fileSystem)
        return try DuckDBSession(program, files: files, limits: limits, scratchBelow: scratch, in: fileSystem)
    }
}
