//  Bringing a ledger of an earlier format up to date.
//
//  Each format adds tables, indexes and triggers to the one before it and changes nothing else, so an upgrade makes what
//  is missing and writes the new number, in one transaction: after a crash the ledger is of the old format or of the new
//  one. A reader that has it open meanwhile goes on reading what it knew. There is no way back; an earlier program
//  refuses the ledger and says so.

extension Ledger {
    /// - Precondition: the schema is that of the format which the ledger claims.
    static func upgrade(_ connection: SQLiteConnection) throws {
        try connection.transaction(.immediate) {
            // Asked again: another writer may have been faster.
            let (_, format) = try header(connection)
            for added in LedgerSchema.additions.dropFirst(format) {
                for object in added { try connection.run(object.sql) }
            }
            try connection.run("PRAGMA user_version = \(LedgerSchema.format)")
        }
    }

    /// Whether the ledger has the tables of a format; false for one of an earlier format that is open for reading.
    func has(format wanted: Int) throws(SQLiteError) -> Bool { try Self.header(connection).format >= wanted }
}
