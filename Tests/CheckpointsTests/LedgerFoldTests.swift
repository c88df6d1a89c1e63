//  Packs: which file has a version's partials of a plan's folds.

import Records
import Testing

@testable import Ledgers

@Suite struct LedgerFoldTests {
    private func pack(
        _ path: String, fold: String = "session", part: String = "", identity: String = "ab", slots: Int = 2
    ) -> FoldPack {
        FoldPack(
            fold: fold, identity: identity, part: part, path: path, size: 10, digest: "0123", rows: 3, slots: slots)
    }

    /// Two files that were folded together, and one of them folded again by another form of the fold.
    private func filled(_ ledger: Ledger) throws -> RunID {
        let run = try ledger.testRun()
        var change = CommitChange(run: run)
        for (slot, name) in ["a.json", "b.json"].enumerated() {
            var version = newVersion(name, content: slot + 1, partial: "partials/\(name)")
            version.folds = [
                FoldPartial(pack: pack("folds/session/1"), slot: slot),
                FoldPartial(pack: pack("folds/session.values/1", part: "values"), slot: slot),
            ]
            change.files.append(
                FileChange(name, .folded(change.add(version)), at: location(name)))
        }
        try ledger.commit(change)
        return run
    }

    @Test func partialsAreKeptWithTheirVersions() throws {
        let folder = try TestFolder()
        let ledger = try Ledger.test(folder.ledger, .create)
        let run = try filled(ledger)
        #expect(try ledger.foldPacks().map(\.path) == ["folds/session/1", "folds/session.values/1"])
        let partials = try ledger.foldPartials(of: "session", identity: "ab")
        #expect(partials[VersionID(2)]?.map(\.slot) == [1, 1])
        #expect(partials[VersionID(1)]?.map(\.pack.part) == ["", "values"])
        #expect(try ledger.versions(inPack: "folds/session.values/1") == [VersionID(1), VersionID(2)])
        // Another identity is another matter.
        #expect(try ledger.foldPartials(of: "session", identity: "cd").isEmpty)
        #expect(try ledger.foldPartials(of: "other", identity: "ab").isEmpty)
        var change = CommitChange(run: run)
        change.folds = [(VersionID(1), FoldPartial(pack: pack("folds/session/2", identity: "cd", slots: 1), slot: 0))]
        try ledger.commit(change)
        #expect(try Array(ledger.foldPartials(of: "session", identity: "cd").keys) == [VersionID(1)])
        #expect(try ledger.check() == [])
    }

    @Test func aPackIsTheSameForAll() throws {
        let folder = try TestFolder()
        let ledger = try Ledger.test(folder.ledger, .create)
        let run = try filled(ledger)
        func refuses(_ version: Int64, _ pack: FoldPack, slot: Int) {
            var change = CommitChange(run: run)
            change.folds = [(VersionID(version), FoldPartial(pack: pack, slot: slot))]
            #expect(throws: LedgerError.self) { try ledger.commit(change) }
        }
        // Known with other bytes; a slot that has a version; a version with two partials of a table; none that is known.
        var other = pack("folds/session/1")
        other.size += 1
        refuses(1, other, slot: 0)
        refuses(2, pack("folds/session/1"), slot: 0)
        refuses(1, pack("folds/session/1"), slot: 1)
        refuses(9, pack("folds/session/3"), slot: 0)
        refuses(1, pack("folds/session/4", identity: "XY"), slot: 0)
        refuses(1, pack("folds/session/5"), slot: -1)
        refuses(1, pack("folds/session/6"), slot: 2)
        #expect(try ledger.foldPacks().count == 2)
        #expect(try ledger.check() == [])
    }
}
