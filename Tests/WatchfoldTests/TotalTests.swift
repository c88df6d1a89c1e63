//  The total is derived: whatever happens to its file, the reports are right.

import DurableIO
import Foundation
import Reports
import Testing

@testable import Watchfold

@Suite struct TotalTests {
    private func started(_ seed: UInt64) throws -> (Workbench, [ReferenceFile], RecordSource) {
        let bench = Workbench()
        var source = RecordSource(seed: seed)
        let files = (1...3).map { ReferenceFile(name: "2022040\($0).json", content: source.lines(60)) }
        for file in files { bench.put(file.name, file.content) }
        try bench.run()
        return (bench, files, source)
    }

    @Test func exportIsRightWhateverByteOfTheTotalIsDamaged() throws {
        let (bench, files, _) = try started(1)
        let whole = try Data(contentsOf: URL(fileURLWithPath: bench.totalPath))
        let expected = ReferenceFold(files).reports()["engagement.csv"]!
        for offset in stride(from: 0, to: whole.count, by: max(1, whole.count / 150)) {
            var damaged = whole
            damaged[offset] ^= 0x41
            try damaged.write(to: URL(fileURLWithPath: bench.totalPath))
            #expect(try bench.export(.engagement) == expected, "byte \(offset) of \(whole.count)")
        }
    }

    @Test(arguments: [0.01, 0.2, 0.5, 0.8, 0.99])
    func aRunThatMeetsADamagedTotalMakesItAnew(_ place: Double) throws {
        var (bench, files, source) = try started(2)
        var bytes = try Data(contentsOf: URL(fileURLWithPath: bench.totalPath))
        bytes[Int(Double(bytes.count) * place)] ^= 1
        try bytes.write(to: URL(fileURLWithPath: bench.totalPath))
        files.append(ReferenceFile(name: "20220404.json", content: source.lines(30)))
        bench.put("20220404.json", files[3].content)
        try bench.run()
        expectReference(bench, files)
        #expect(try bench.verify().isSound)
    }

    @Test func anotherLedgersTotalIsNotUsed() throws {
        let (bench, files, _) = try started(3)
        let (other, _, _) = try started(4)
        try FileManager.default.removeItem(atPath: bench.totalPath)
        try FileManager.default.copyItem(atPath: other.totalPath, toPath: bench.totalPath)
        #expect(try bench.export(.profile) == ReferenceFold(files).reports()["profile.csv"])
        #expect(try !bench.verify().isSound)
        try bench.run()
        expectReference(bench, files)
        #expect(try bench.verify().isSound)
    }

    @Test func exportBesideAStaleTotalTellsWhatCountsNow() throws {
        var (bench, files, source) = try started(5)
        files[0].content = source.lines(40)
        files.append(ReferenceFile(name: "20220401-b.json", content: source.lines(30)))
        bench.put(files[0].name, files[0].content)
        bench.put(files[3].name, files[3].content)
        let before = try bench.status().generation
        // The run commits and cannot publish.
        let output = bench.output
        bench.watcher.bend { call in
            if case .open(let path, let flags) = call, path.hasPrefix(output + "/."), flags & O_CREAT != 0 {
                .fail(errno: ENOSPC)
            } else {
                .proceed
            }
        }
        #expect(throws: IOError.self) { try bench.run() }
        bench.watcher.bend { _ in .proceed }
        #expect(try bench.status().generation > before)
        #expect(try !bench.verify().behind.isEmpty)
        for (report, expected) in zip([Report.engagement, .profile, .daily, .apps], Workbench.reports) {
            #expect(try bench.export(report) == ReferenceFold(files).reports()[expected])
        }
        #expect(try bench.run().publication != .current)
        expectReference(bench, files)
        #expect(try bench.verify().isSound)
    }

    @Test func aContentThatCameBackUnpublishedGetsATotalOfItsOwnGeneration() throws {
        var (bench, files, source) = try started(6)
        let first = files[0].content
        let output = bench.output
        bench.put(files[0].name, source.lines(20))
        bench.watcher.bend { call in
            if case .open(let path, let flags) = call, path.hasPrefix(output + "/."), flags & O_CREAT != 0 {
                .fail(errno: ENOSPC)
            } else {
                .proceed
            }
        }
        #expect(throws: IOError.self) { try bench.run() }
        bench.watcher.bend { _ in .proceed }
        bench.put(files[0].name, first)
        try bench.run()
        expectReference(bench, files)
        #expect(try bench.verify().isSound)
        #expect(try bench.run().publication == .current)
    }

    @Test func lostReportsAreWrittenAgain() throws {
        let (bench, files, _) = try started(7)
        for name in Workbench.reports + ["receipt.json"] {
            try FileManager.default.removeItem(atPath: bench.output + "/" + name)
            #expect(try !bench.verify().isSound)
            try bench.run()
            expectReference(bench, files)
            #expect(try bench.verify().isSound)
        }
    }

    @Test func aReportThatWasChangedInPlaceIsFoundAndRepaired() throws {
        let (bench, files, _) = try started(8)
        let path = bench.output + "/engagement.csv"
        var text = try String(contentsOfFile: path, encoding: .utf8)
        text = text.replacingOccurrences(of: "1", with: "2")
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        #expect(try bench.verify().stale.count == 1)
        #expect(try bench.verify(repairing: true).isSound)
        expectReference(bench, files)
        #expect(try bench.verify().isSound)
    }
}
