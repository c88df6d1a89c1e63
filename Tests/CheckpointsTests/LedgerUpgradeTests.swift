//  Ledgers that earlier programs wrote.
//
//  Fixtures/ledger-format-3.sql is what `sqlite3 -readonly ledger.sqlite .dump` printed of a ledger that version 1.0.0 wrote in
//  format 3. It went through this:
//
//      20220401.json and a copy     counted; the copy was cut, then the original got another content
//      20220402.json                counted, replaced by a content that is held, retracted: the ledger forgot the held one
//      20220403.json                held and accepted
//      20220404.json                counted and retracted
//      20220405.json                held

import CSQLite
import Foundation
import Testing

@testable import Ledgers

@Suite struct LedgerUpgradeTests {
    /// Makes a ledger of a dump, with checksums as this program keeps them.
    private func load(_ fixture: String, _ path: String) throws {
        let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/" + fixture)
        let text = try String(contentsOf: source, encoding: .utf8)
        let connection = try SQLiteConnection(path: path, access: .create, vfs: SQLitePageChecks.vfs(over: nil))
        try connection.reserveBytesOnEveryPage(SQLitePageChecks.byteCount)
        var statement = ""
        var count = 0
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            statement += line + "\n"
            guard sqlite3_complete(statement) == 1 else { continue }
            try connection.run(statement)
            (statement, count) = ("", count + 1)
        }
        #expect(count > 100)
        try connection.run("PRAGMA application_id = \(LedgerSchema.applicationID)")
        try connection.run("PRAGMA user_version = 3")
    }

    private func digest(_ ledger: Ledger, _ version: Int64) throws -> String {
        try #require(try ledger.version(VersionID(version))).facts.digest
    }

    @Test func aLedgerOfFormat3IsReadAsItIs() throws {
        let folder = try TestFolder()
        try load("ledger-format-3.sql", folder.ledger)
        let ledger = try Ledger.test(folder.ledger, .read)
        #expect(try ledger.check() == [])
        #expect(
            try ledger.files().map(\.state) == [.waiting, .folded, .retracted, .folded, .retracted, .held])
        #expect(try ledger.decisions().isEmpty && ledger.rules() == nil)
        #expect(try ledger.claimants(digest(ledger, 8), at: 5).isEmpty)
    }

    @Test func anUpgradeKnowsWhatTheOlderTablesKnow() throws {
        let folder = try TestFolder()
        try load("ledger-format-3.sql", folder.ledger)
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
}
