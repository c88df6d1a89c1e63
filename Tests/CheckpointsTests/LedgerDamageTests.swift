//  Bytes that the disk changed: noticed, or without effect. Never another truth, never a crash.
//
//  WATCHFOLD_EXHAUSTIVE=1 flips every byte; without it all of the header, and a sample that is another in each run.

import Foundation
import TestSupport
import Testing

@testable import Ledgers

@Suite struct LedgerDamageTests {
    private static let exhaustive = ProcessInfo.processInfo.environment["WATCHFOLD_EXHAUSTIVE"] != nil

    /// Four files, two versions of one, a duplicate, a held and a failed one; calls `step` after each transaction.
    private func fill(_ ledger: Ledger, _ step: () throws -> Void = {}) throws {
        let run = try ledger.testRun()
        try step()
        for (name, content) in [("a.json", 1), ("b.json", 2), ("a.json", 3), ("c.json", 5)] {
            try ledger.fold(name, content: content, run: run, date: "2022-04-01")
            try step()
        }
        var change = CommitChange(run: run)
        let held = change.add(newVersion("h.json", content: 7, partial: "h.parquet"))
        change.files = [
            FileChange("h.json", .held(held), at: location("h.json"), reason: "6 % rejected"),
            FileChange("d.json", .duplicate(of: "b.json", digest: digest(2), nil), at: location("d.json")),
            FileChange("f.json", .failed(nil), at: location("f.json"), reason: "not JSON"),
        ]
        try ledger.commit(change)
        try step()
        try ledger.endRun(run, RunSummary(outcome: .incomplete, files: [.folded: 4], bytes: 99, published: 4))
        try step()
    }

    /// What an attempt to read a ledger ends in; nil when it was refused as it should be.
    private func reading(_ path: String, _ mode: Ledger.Mode, _ what: String) -> LedgerDump? {
        do {
            return try LedgerDump(try Ledger.test(path, mode))
        } catch LedgerError.damaged, LedgerError.notALedger, LedgerError.newerFormat {
            return nil
        } catch {
            Issue.record("\(what): \(error)")
            return nil
        }
    }

    private func positions(_ count: Int, everyByteOf header: Int, stride step: Int, _ dice: inout Dice) -> [Int] {
        if Self.exhaustive { return Array(0..<count) }
        return Array(0..<header) + Array(stride(from: header + dice.below(step), to: count, by: step))
    }

    @Test func everyByteOfTheFile() throws {
        let folder = try TestFolder()
        try fill(try Ledger.test(folder.ledger, .create))
        let bytes = try folder.bytes(folder.ledger)
        let expected = try LedgerDump(try Ledger.test(folder.ledger, .read))
        #expect(expected.findings == [])
        var random = TestSeed.dice()
        let file = try #require(fopen(folder.ledger, "r+"))
        defer { fclose(file) }
        setvbuf(file, nil, _IONBF, 0)
        var refused = 0
        let positions = positions(bytes.count, everyByteOf: 100, stride: 251, &random)
        for position in positions {
            let flipped = bytes[position] ^ UInt8.random(in: 1...255, using: &random)
            fseek(file, position, SEEK_SET)
            fputc(Int32(flipped), file)
            if let dump = reading(folder.ledger, .read, "byte \(position), \(TestSeed.text)") {
                #expect(dump == expected, "byte \(position), \(TestSeed.text)")
            } else {
                refused += 1
            }
            fseek(file, position, SEEK_SET)
            fputc(Int32(bytes[position]), file)
        }
        #expect(try folder.bytes(folder.ledger) == bytes)
        // Every page is read by the dump, so every flip is seen.
        #expect(refused == positions.count, "\(refused) of \(positions.count) refused")
    }

    @Test func aPageOfZerosOrOfAnotherPlace() throws {
        let folder = try TestFolder()
        try fill(try Ledger.test(folder.ledger, .create))
        let bytes = try folder.bytes(folder.ledger)
        let pages = bytes.count / 4096
        try #require(pages > 5)
        for page in 0..<pages {
            var zeros = bytes
            zeros.replaceSubrange(page * 4096..<(page + 1) * 4096, with: [UInt8](repeating: 0, count: 4096))
            try folder.write(zeros, to: folder.ledger)
            #expect(reading(folder.ledger, .read, "zeros at \(page)") == nil)
            var misplaced = bytes
            let other = (page + 1) % pages
            misplaced.replaceSubrange(page * 4096..<(page + 1) * 4096, with: bytes[other * 4096..<(other + 1) * 4096])
            try folder.write(misplaced, to: folder.ledger)
            #expect(reading(folder.ledger, .read, "page \(other) at \(page)") == nil)
        }
    }

    @Test func truncatedAnywhere() throws {
        let folder = try TestFolder()
        try fill(try Ledger.test(folder.ledger, .create))
        let bytes = try folder.bytes(folder.ledger)
        for count in Array(0..<200) + Array(stride(from: 200, to: bytes.count, by: 1021))
            + Array(stride(from: 4096, to: bytes.count, by: 4096))
        {
            try folder.write(Array(bytes[..<count]), to: folder.ledger)
            #expect(reading(folder.ledger, .read, "\(count) bytes") == nil)
            #expect(reading(folder.ledger, .write, "\(count) bytes") == nil)
        }
    }

    /// The log's frames have checksums: a change in one ends the log before it. So a damaged log is an earlier truth,
    /// whole, as after a crash.
    @Test func everyByteOfTheLog() throws {
        let folder = try TestFolder()
        let writer = try Ledger.test(folder.ledger, .create)
        var truths = [try LedgerDump(writer)]
        try fill(writer) { truths.append(try LedgerDump(writer)) }
        let main = try folder.bytes(folder.ledger)
        let log = try folder.bytes(folder.ledger + "-wal")
        #expect(!log.isEmpty)
        let copy = try TestFolder()
        func attempt(_ log: [UInt8], _ what: String) throws -> LedgerDump? {
            try? FileManager.default.removeItem(atPath: copy.ledger + "-shm")
            try copy.write(main, to: copy.ledger)
            try copy.write(log, to: copy.ledger + "-wal")
            return reading(copy.ledger, .write, what)
        }
        #expect(try attempt(log, "the whole log") == truths.last)
        var random = TestSeed.dice()
        var read = 0
        for position in positions(log.count, everyByteOf: 56, stride: 997, &random) {
            var flipped = log
            flipped[position] ^= UInt8.random(in: 1...255, using: &random)
            if let dump = try attempt(flipped, "byte \(position), \(TestSeed.text)") {
                #expect(truths.contains(dump), "byte \(position), \(TestSeed.text)")
                read += 1
            }
        }
        #expect(read > 50)
        for count in positions(log.count, everyByteOf: 56, stride: 1999, &random) {
            let dump = try attempt(Array(log[..<count]), "\(count) bytes")
            #expect(dump.map(truths.contains) == true, "\(count) bytes")
        }
    }
}
