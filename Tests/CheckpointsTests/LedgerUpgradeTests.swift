//  Ledgers that earlier programs wrote, as `sqlite3 -readonly ledger.sqlite .dump` printed them.
//
//  Fixtures/ledger-format-3.sql was written by version 1.0.0. Those of formats 1 and 2 are of the same history, without the
//  tables that came later. It went through this:
//
//      20220401.json and a copy     counted; the copy was cut, then the original got another content
//      20220402.json                counted, replaced by a content that is held, retracted: the ledger forgot the held one
//      20220403.json                held and accepted
//      20220404.json                counted and retracted
//      20220405.json                held
//
//  Fixtures/ledger-format-4.sql was written by the last program of format 4. Every table has rows; it went through this:
//
//      20220401 to 20220408.json    counted; one has a copy, one was replaced, one by a content that is held, one retracted,
//                                   one retracted and restored, one replaced under other categories, one lost for good
//      20220409.json                unusual      20220410.json   held and accepted, three reasons of rejection
//      20220411.json                keys and values of other types    20220412.json   a bulk request with its action line
//      20220413.json                an answer that timed out          20220414.json   waiting      20220415.json   held
//      20220418, 20220419.json      together past 64 bits: the second is left out        notes.json   without a date
//
//  Fixtures/ledger-format-5.sql was written by the last program of format 5: four days, of which one was held and accepted, one
//  retracted and one replaced, and a copy.

import CSQLite
import Foundation
import Records
import Testing

@testable import Ledgers

@Suite struct LedgerUpgradeTests {
    /// Runs the statements of a dump.
    private func run(_ format: Int, on connection: SQLiteConnection) throws {
        let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appending(path: "Fixtures/ledger-format-\(format).sql")
        let text = try String(contentsOf: source, encoding: .utf8)
        var statement = ""
        var count = 0
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            statement += line + "\n"
            guard sqlite3_complete(statement) == 1 else { continue }
            try connection.run(statement)
            (statement, count) = ("", count + 1)
        }
        #expect(count > 90)
    }

    /// Makes a ledger of a dump, with checksums as this program keeps them.
    private func load(_ format: Int, _ path: String) throws {
        let connection = try SQLiteConnection(path: path, access: .create, vfs: SQLitePageChecks.vfs(over: nil))
        try connection.reserveBytesOnEveryPage(SQLitePageChecks.byteCount)
        try run(format, on: connection)
        try connection.run("PRAGMA application_id = \(LedgerSchema.applicationID)")
        try connection.run("PRAGMA user_version = \(format)")
    }

    /// What a query returns, each row as text.
    private func rows(_ path: String, _ columns: String, _ rest: String) throws -> [String] {
        let connection = try SQLiteConnection(path: path, access: .read, vfs: SQLitePageChecks.vfs(over: nil))
        let list = columns.split(separator: ",").map { "quote(\($0))" }.joined(separator: "||','||")
        return try connection.rows("SELECT \(list) \(rest)") { (row) throws(SQLiteError) in try row.text(0) }
    }

    private func columns(_ path: String, of table: String) throws -> String {
        let connection = try SQLiteConnection(path: path, access: .read, vfs: SQLitePageChecks.vfs(over: nil))
        return try connection.rows("SELECT name FROM pragma_table_info('\(table)')") { (row) throws(SQLiteError) in
            try row.text(0)
        }.joined(separator: ",")
    }

    private func digest(_ ledger: Ledger, _ version: Int64) throws -> String {
        try #require(try ledger.version(VersionID(version))).facts.digest
    }

    @Test func aLedgerOfFormat3IsReadAsItIs() throws {
        let folder = try TestFolder()
        try load(3, folder.ledger)
        let ledger = try Ledger.test(folder.ledger, .read)
        #expect(try ledger.check() == [])
        #expect(
            try ledger.files().map(\.state) == [.waiting, .folded, .retracted, .folded, .retracted, .held])
        #expect(try ledger.decisions().isEmpty && ledger.rules() == nil)
        #expect(try ledger.claimants(digest(ledger, 8), at: 5).isEmpty)
    }

    @Test func anUpgradeKnowsWhatTheOlderTablesKnow() throws {
        let folder = try TestFolder()
        try load(3, folder.ledger)
        /// All that both formats know.
        func dump(_ ledger: Ledger) throws -> LedgerDump {
            var dump = try LedgerDump(ledger)
            for index in dump.files.indices { dump.files[index].holding = NameHolding() }
            return dump
        }
        let before = try dump(try Ledger.test(folder.ledger, .read))
        let ledger = try Ledger.test(folder.ledger, .write)
        #expect(try dump(ledger) == before)
        #expect(try ledger.check() == [])
        // Nothing is settled yet, so that the next command that writes does it.
        #expect(try ledger.rules() == nil)

        #expect(
            try ledger.decisions() == [
                ContentDecision(.accept, "20220403.json", digest: digest(ledger, 4)),
                ContentDecision(.retract, "20220402.json", digest: digest(ledger, 3)),
                ContentDecision(.retract, "20220404.json", digest: digest(ledger, 5)),
            ])
        func arrivals(_ name: String) throws -> [Int64] { try ledger.arrivals(of: name).map(\.version.id.rawValue) }
        #expect(try arrivals("20220401-copy.json") == [1])
        #expect(try arrivals("20220401.json") == [8, 2])
        #expect(try arrivals("20220402.json") == [7, 3])

        func holding(_ name: String) throws -> [Int64?] {
            let holding = try #require(try ledger.file(named: name)).holding
            #expect(holding.fits)
            return [holding.present?.rawValue, holding.claim?.rawValue]
        }
        #expect(try holding("20220401-copy.json") == [nil, nil])
        #expect(try holding("20220401.json") == [8, 8])
        #expect(try holding("20220402.json") == [7, nil], "what was held when the retraction came lies there still")
        #expect(try holding("20220403.json") == [4, 4])
        #expect(try holding("20220404.json") == [5, nil])
        #expect(try holding("20220405.json") == [6, nil])
        #expect(try ledger.claimants(digest(ledger, 4), at: 5).map(\.name) == ["20220403.json"])
    }

    // MARK: All formats

    /// Every number and every decision, by SQL that knows both schemas.
    @Test(arguments: 1...4) func anUpgradeKeepsEveryRow(format: Int) throws {
        let folder = try TestFolder()
        let old = folder.path + "/old.sqlite"
        try load(format, old)
        try load(format, folder.ledger)
        do { #expect(try Ledger.test(folder.ledger, .write).check() == []) }

        let versions =
            "id,name,digest,date,size,stored_size,compression,container,partial,partial_size,partial_digest,rows,"
            + "records_read,records_folded,records_ignored,records_rejected,records_coerced,folded_at,run"
        #expect(try rows(folder.ledger, versions, "FROM versions") == rows(old, versions, "FROM versions"))
        #expect(
            try rows(folder.ledger, "id,settings,fold,measure,sum,magnitude", "FROM versions JOIN sums ON version = id")
                == rows(old, "id,plan,1,1,seconds,absolute_seconds", "FROM versions"))
        #expect(
            try rows(folder.ledger, "version,measure,label,records,sum", "FROM breakdowns")
                == rows(old, "version,1,app,records,seconds", "FROM apps"))
        if format >= 3 {
            #expect(
                try rows(folder.ledger, "id,from_generation,text", "FROM plans")
                    == rows(old, "id,from_generation,categories", "FROM maps"))
        }
        let kept = Set(LedgerSchema.objects(ofFormat: format).filter { $0.type == "table" }.map(\.name))
            .subtracting(["versions", "apps", "maps"])
        for table in kept {
            let columns = try columns(old, of: table)
            #expect(
                try rows(folder.ledger, columns, "FROM \(table)") == rows(old, columns, "FROM \(table)"), "\(table)")
        }
        #expect(try rows(folder.ledger, "name", "FROM folds") == ["'engagement'"])
        #expect(try rows(folder.ledger, "fold,name", "FROM measures") == ["1,'TotalDuration'"])
        // Ids that were given are not given again.
        let sequences = "FROM sqlite_sequence WHERE name IN ('versions', 'runs', 'counting') ORDER BY name"
        #expect(try rows(folder.ledger, "name,seq", sequences) == rows(old, "name,seq", sequences))
    }

    @Test(arguments: 1...4) func aLedgerOfAnEarlierFormatIsReadAsItIs(format: Int) throws {
        let folder = try TestFolder()
        try load(format, folder.ledger)
        let reader = try Ledger.test(folder.ledger, .read)
        var before = try LedgerDump(reader)
        #expect(before.findings == [])
        #expect(try rows(folder.ledger, "user_version", "FROM pragma_user_version") == ["\(format)"])
        #expect(
            try reader.countedMagnitude()
                == before.versions.filter { before.counting.last!.contains($0.id) }
                .reduce(0) { $0 + $1.facts.magnitude })

        let writer = try Ledger.test(folder.ledger, .write)
        var after = try LedgerDump(writer)
        if format < 4 {
            // These come from tables that were filled.
            for index in before.files.indices { before.files[index].holding = NameHolding() }
            for index in after.files.indices { after.files[index].holding = NameHolding() }
        }
        #expect(after == before)
        // What was made again is what is expected of a ledger; the reader goes on, and sees what comes.
        try writer.fold("20220430.json", content: 5, run: try writer.testRun(), date: "2022-04-30")
        #expect(try writer.check() == [])
        #expect(try LedgerDump(reader) == LedgerDump(writer))
        #expect(try LedgerDump(try Ledger.test(folder.ledger, .read)) == LedgerDump(writer))
    }

    @Test func aLedgerOfFormat4KeepsWhatWasDecided() throws {
        let folder = try TestFolder()
        try load(4, folder.ledger)
        func told(_ ledger: Ledger) throws -> [String] {
            let names = try ledger.files().map(\.name)
            let versions = try ledger.versions()
            return [
                "\(try ledger.decisions())", "\(try ledger.rules() ?? "")", "\(try ledger.leavesOutClaims())",
                "\(try versions.map { try ledger.judgement(of: $0.id) })",
                "\(try versions.map { try ledger.answers(of: $0.id) })",
                "\(try names.map { try ledger.arrivals(of: $0).map { ($0.version.id, $0.isLost) } })",
                "\(try versions.map { try ledger.claimants($0.facts.digest, at: 9).map(\.version) })",
            ]
        }
        let before = try told(try Ledger.test(folder.ledger, .read))
        let ledger = try Ledger.test(folder.ledger, .write)
        #expect(try told(ledger) == before)
        #expect(try ledger.decisions().map(\.kind) == [.accept, .retract, .retract, .restore])
        #expect(try ledger.leavesOutClaims())
    }

    @Test func anUpgradeIsWholeOrNotAtAll() throws {
        let folder = try TestFolder()
        try load(4, folder.ledger)
        let before = try LedgerDump(try Ledger.test(folder.ledger, .read))
        // Another writer holds the ledger, so the upgrade cannot begin; nothing has changed then.
        let other = try SQLiteConnection(path: folder.ledger, access: .write, vfs: SQLitePageChecks.vfs(over: nil))
        try other.transaction(.immediate) {
            _ = #expect(throws: LedgerError.self) { try Ledger.test(folder.ledger, .write) }
        }
        #expect(try LedgerDump(try Ledger.test(folder.ledger, .read)) == before)
        // One that fails half way is undone: this reason is none that the tables may hold.
        let add = "INSERT INTO rejections SELECT id, 'No Reason', 1 FROM versions WHERE id = 1"
        try other.run(add)
        let odd = try Ledger.test(folder.ledger, .read).generation
        #expect(throws: LedgerError.self) { try Ledger.test(folder.ledger, .write) }
        #expect(try Ledger.test(folder.ledger, .read).generation == odd)
        #expect(try rows(folder.ledger, "user_version", "FROM pragma_user_version") == ["4"])
        #expect(try rows(folder.ledger, "name", "FROM sqlite_schema WHERE name LIKE '%\\_4' ESCAPE '\\'") == [])
    }

    @Test func anotherPlanIsRefusedBeforeAnythingIsChanged() throws {
        let folder = try TestFolder()
        try load(4, folder.ledger)
        let other = LedgerPlan(name: "sessions", measure: "TotalDuration")
        #expect(throws: LedgerError.otherPlan(path: folder.ledger, found: "engagement", wanted: "sessions")) {
            try Ledger.open(folder.ledger, mode: .write, plan: other)
        }
        #expect(try rows(folder.ledger, "user_version", "FROM pragma_user_version") == ["4"])
        // Of the same plan, but with sums of something else.
        do { _ = try Ledger.test(folder.ledger, .write) }
        let changed = LedgerPlan(name: "engagement", measure: "Minutes")
        #expect(throws: LedgerError.self) { try Ledger.open(folder.ledger, mode: .read, plan: changed) }
    }

    @Test func aLedgerOfFormat5KeepsEveryRowAndGetsPacks() throws {
        let folder = try TestFolder()
        let old = folder.path + "/old.sqlite"
        try load(5, old)
        try load(5, folder.ledger)
        let before = try LedgerDump(try Ledger.test(folder.ledger, .read))
        #expect(before.findings == [])
        #expect(try Ledger.test(folder.ledger, .read).foldPacks().isEmpty)
        do {
            let ledger = try Ledger.test(folder.ledger, .write)
            #expect(ledger.beginning == .upgraded(fromFormat: 5))
            #expect(try ledger.check() == [])
            #expect(try LedgerDump(ledger) == before)
        }
        let tables = LedgerSchema.objects(ofFormat: 5).filter { $0.type == "table" && $0.name != "fold_partials" }
        for table in tables.map(\.name) {
            let columns = try columns(old, of: table)
            #expect(
                try rows(folder.ledger, columns, "FROM \(table)") == rows(old, columns, "FROM \(table)"), "\(table)")
        }
        #expect(try rows(folder.ledger, "user_version", "FROM pragma_user_version") == ["6"])
    }
}
