//  The total is derived: whatever happens to its file, the reports are right.

import Checkpoints
import DurableIO
import Engagement
import Foundation
import Reports
import Testing

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

    @Test func aContentThatCameBackUnpublishedGetsReportsOfItsOwnGeneration() throws {
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

    // MARK: A total that is kept

    private var totalReports: [(Report, String)] {
        Array(zip([Report.engagement, .profile, .daily, .apps], Workbench.reports))
    }

    private func total(_ bench: Workbench) throws -> Data {
        try Data(contentsOf: URL(fileURLWithPath: bench.totalPath))
    }

    @Test func littleThatChangesLeavesTheTotalAsItIs() throws {
        let bench = Workbench()
        var source = RecordSource(seed: 9)
        var files = [ReferenceFile(name: "20220401.json", content: source.lines(2000))]
        bench.put(files[0].name, files[0].content)
        try bench.run()
        let first = try total(bench)
        func expectKept(_ comment: String) throws {
            #expect(try bench.run().publication != .current, "\(comment)")
            #expect(try total(bench) == first, "\(comment)")
            expectReference(bench, files, comment)
            let report = try bench.verify()
            #expect(report.isSound && report.behind.isEmpty, "\(comment)")
            for (report, name) in totalReports {
                #expect(try bench.export(report) == ReferenceFold(files).reports()[name], "\(comment)")
            }
            #expect(try bench.run().publication == .current, "\(comment)")
        }
        // Another month too, which the total on disk has no column for.
        for name in ["20220402.json", "20220401-b.json", "20220501.json", "undated.json"] {
            files.append(ReferenceFile(name: name, content: source.lines(5)))
            bench.put(name, files.last!.content)
            try expectKept("\(name) came")
        }
        files[2].content = source.lines(4)
        bench.put(files[2].name, files[2].content)
        try expectKept("\(files[2].name) was replaced")

        files.append(ReferenceFile(name: "20220403.json", content: source.lines(2000)))
        bench.put("20220403.json", files.last!.content)
        try bench.run()
        #expect(try total(bench) != first)
        expectReference(bench, files)
        let settings = try bench.settings()
        let folder = try CheckpointFolder.openForReading(
            bench.checkpoints, plan: settings.configuration.plan, in: bench.fileSystem)
        #expect(try folder.total.generation(folder.ledger) == folder.ledger.generation)
        #expect(try bench.verify().isSound)
    }

    @Test func manySmallFilesComeIntoTheTotalInTheEnd() throws {
        let bench = Workbench()
        var source = RecordSource(seed: 10)
        var files = [ReferenceFile(name: "20220401.json", content: source.lines(2000))]
        bench.put(files[0].name, files[0].content)
        try bench.run()
        let first = try total(bench)
        for number in 1...17 {
            files.append(ReferenceFile(name: "drop-\(number).json", content: source.lines(1)))
            bench.put(files[number].name, files[number].content)
            try bench.run()
            #expect(try (total(bench) == first) == (number <= 16), "\(number) files")
        }
        expectReference(bench, files)
        #expect(try bench.verify().isSound)
    }

    @Test(arguments: [0.01, 0.3, 0.6, 0.9, 0.99])
    func aKeptTotalThatIsDamagedIsMadeAnew(_ place: Double) throws {
        let bench = Workbench()
        var source = RecordSource(seed: 11)
        let files = [2000, 5].enumerated().map { day, count in
            ReferenceFile(name: "2022040\(day + 1).json", content: source.lines(count))
        }
        for file in files {
            bench.put(file.name, file.content)
            try bench.run()
        }
        var bytes = try total(bench)
        bytes[Int(Double(bytes.count) * place)] ^= 1
        try bytes.write(to: URL(fileURLWithPath: bench.totalPath))
        #expect(try !bench.verify().isSound)
        for (report, name) in totalReports {
            #expect(try bench.export(report) == ReferenceFold(files).reports()[name])
        }
        #expect(try bench.verify(repairing: true).isSound)
        expectReference(bench, files)
        #expect(try bench.verify().isSound)
    }
}
