//  A ledger as it is on disk, for somebody who wants to see it. A whole one is asked as any reader asks it; of a damaged one
//  the header of the file and the checksums of its pages are told, which need no SQLite.

/// What a ledger holds.
package struct LedgerDescription: Sendable {
    package var format: Int
    package var identity: String
    /// Name of the plan, and what it sums.
    package var plan: String
    package var generation: Int
    /// Files by state; states that no file has are left out.
    package var states: [(state: FileState, files: Int)]
    /// Versions in all, and those that count.
    package var versions: Int
    package var counting: Int
    /// Sum and records of what counts.
    package var sum: Int128
    package var records: Int
    package var decisions: [ContentDecision]
    /// The last ones, newest first.
    package var runs: [RunRecord]
    package var runCount: Int
    /// Rows by table, by name.
    package var tables: [(name: String, rows: Int)]
}

extension Ledger {
    /// Describes the ledger, at one generation.
    ///
    /// - Parameter count: of runs.
    package func description(lastRuns count: Int) throws -> LedgerDescription {
        try snapshot {
            let files = try files()
            let counting = try countingVersions()
            let tables = try tableRows()
            func rows(_ name: String) -> Int { tables.first { $0.name == name }?.rows ?? 0 }
            return LedgerDescription(
                format: try format, identity: identity, plan: plan.description, generation: try generation,
                states: FileState.allCases.compactMap { state in
                    let count = files.count { $0.state == state }
                    return count > 0 ? (state: state, files: count) : nil
                },
                versions: rows("versions"), counting: counting.count,
                sum: counting.reduce(0) { $0 + Int128($1.facts.sum) },
                records: counting.reduce(0) { $0 + $1.tally.folded }, decisions: try decisions(),
                runs: try runs(last: count), runCount: rows("runs"), tables: tables)
        }
    }

    /// The format that the file has.
    private var format: Int {
        get throws(LedgerError) { try reading("reading the format") { try Self.header(connection).format } }
    }

    private func tableRows() throws(LedgerError) -> [(name: String, rows: Int)] {
        try reading("counting rows") {
            let names = try connection.rows(
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
            ) { (row) throws(SQLiteError) in try row.text(0) }
            return try names.map { name in
                let rows = try connection.first("SELECT count(*) FROM \"\(name)\"") { (row) throws(SQLiteError) in
                    try row.int(0)
                }
                return (name: name, rows: rows ?? 0)
            }
        }
    }
}

/// The first hundred bytes of a database (SQLite's file format, section 1.3), as far as they matter here.
package struct LedgerFileHeader: Sendable, Hashable {
    package static let bytes = 100
    private static let magic = Array("SQLite format 3\0".utf8)

    /// Bytes.
    package var pageSize: Int
    /// At the end of each page; 8 hold its checksum.
    package var reservedBytes: Int
    package var applicationID: Int
    /// The format of the ledger.
    package var format: Int

    package var isLedger: Bool { Int64(applicationID) == LedgerSchema.applicationID }

    /// Whether a file begins as a database does.
    package static func isDatabase(_ bytes: [UInt8]) -> Bool { bytes.starts(with: magic) }

    /// Nil when the bytes are not those of a database.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count >= Self.bytes, Self.isDatabase(bytes) else { return nil }
        let size = bigEndian(bytes[16..<18])
        pageSize = size == 1 ? 65_536 : size
        guard pageSize >= 512, pageSize & (pageSize - 1) == 0 else { return nil }
        reservedBytes = Int(bytes[20])
        format = bigEndian(bytes[60..<64])
        applicationID = bigEndian(bytes[68..<72])
    }
}

/// The header of a write-ahead log (SQLite's file format, section 4.1).
package struct LedgerLogHeader: Sendable, Hashable {
    package static let bytes = 32
    private static let frameHeader = 24

    package var pageSize: Int
    /// How often the log was begun anew.
    package var sequence: Int
    /// Frames that there is room for; not all of them have to be valid.
    package var frames: Int

    /// Whether a file begins as a log does.
    package static func isLog(_ bytes: [UInt8]) -> Bool {
        bytes.starts(with: [0x37, 0x7F, 0x06]) && bytes.count > 3 && (bytes[3] == 0x82 || bytes[3] == 0x83)
    }

    /// Nil when the bytes are not those of a log.
    package init?(_ bytes: [UInt8], size: Int) {
        guard bytes.count >= Self.bytes, Self.isLog(bytes) else { return nil }
        pageSize = bigEndian(bytes[8..<12])
        sequence = bigEndian(bytes[12..<16])
        guard pageSize > 0 else { return nil }
        frames = (size - Self.bytes) / (pageSize + Self.frameHeader)
    }
}

/// SQLite's integers have their highest byte first.
private func bigEndian(_ bytes: ArraySlice<UInt8>) -> Int { bytes.reduce(0) { $0 << 8 | Int($1) } }

/// Pages of a ledger's file whose checksums are not those of their bytes.
package enum LedgerPages {
    package static let reservedBytes = Int(SQLitePageChecks.byteCount)

    /// Whether a page is what was written.
    ///
    /// - Parameter number: from 1.
    package static func isWhole(_ page: [UInt8], number: Int) -> Bool {
        page.withUnsafeBytes {
            SQLitePageChecks.isWhole($0.baseAddress!, count: $0.count, pageNumber: UInt32(truncatingIfNeeded: number))
        }
    }
}
