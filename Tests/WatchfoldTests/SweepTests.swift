//  What lies in the folders and is nobody's.

import Checkpoints
import DurableIO
import Foundation
import Testing

@testable import Face

@Suite struct SweepTests {
    private func started() throws -> (Workbench, [ReferenceFile]) {
        let bench = Workbench()
        var source = RecordSource(seed: 61)
        let files = [ReferenceFile(name: "20220401.json", content: source.lines(30))]
        bench.put(files[0].name, files[0].content)
        try bench.run()
        return (bench, files)
    }

    @Test func foreignFilesAreReportedAndNeverDeleted() throws {
        let (bench, files) = try started()
        let folder = bench.checkpoints + "/partials/dt=2022-04-01"
        let foreign = [
            "notes.txt", ".hidden", ".notes.tmp", ".x.123.tmp", "partials/readme",
            "partials/dt=2022-04-01/mine.parquet",
            "partials/dt=2022-04-01/.data.tmp", "partials/dt=2022-04-01/20220401-0123456789abcdef.parquet",
        ]
        for path in foreign { try Data("mine".utf8).write(to: URL(fileURLWithPath: bench.checkpoints + "/" + path)) }
        let folders = [".folder.1-1.tmp", "partials/other", "partials/dt=2022-04-01/.folder.1-1.tmp"]
        for path in folders {
            try FileManager.default.createDirectory(
                atPath: bench.checkpoints + "/" + path, withIntermediateDirectories: true)
        }
        let report = try bench.run()
        for path in foreign + folders {
            #expect(FileManager.default.fileExists(atPath: bench.checkpoints + "/" + path), "\(path)")
            #expect(report.notes.contains { $0.hasPrefix(path + " ") }, "\(path) is not in \(report.notes)")
        }
        #expect(FileManager.default.fileExists(atPath: folder))
        expectReference(bench, files)
        #expect(try bench.verify().isSound)
    }

    @Test func orphanPartialsAndUnfinishedFilesAreSwept() throws {
        let (bench, files) = try started()
        let other = Workbench()
        var source = RecordSource(seed: 62)
        other.put("20220409.json", source.lines(20))
        try other.run()
        // A partial of the right form that no ledger knows of, and what a crash leaves.
        let orphan = try FileManager.default.subpathsOfDirectory(atPath: other.checkpoints).first {
            $0.hasSuffix("9.parquet") || $0.contains("20220409-")
        }!
        let target = bench.checkpoints + "/" + orphan
        try FileManager.default.createDirectory(
            atPath: (target as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: other.checkpoints + "/" + orphan, toPath: target)
        let unfinished = [
            bench.checkpoints + "/.total.parquet.99999999-1.tmp",
            bench.checkpoints + "/partials/dt=2022-04-01/.20220401-0123.parquet.99999999-12.tmp",
            bench.output + "/.engagement.csv.99999999-3.tmp", bench.output + "/.receipt.json.\(getpid())-99999999.tmp",
        ]
        for path in unfinished { try Data("half".utf8).write(to: URL(fileURLWithPath: path)) }
        // Of a process that lives (the first one always does), and of nobody's.
        let kept = [bench.output + "/.engagement.csv.1-3.tmp", bench.output + "/.mine.csv.99999999-3.tmp"]
        for path in kept { try Data("half".utf8).write(to: URL(fileURLWithPath: path)) }
        try FileManager.default.removeItem(atPath: bench.output + "/apps.csv")
        let report = try bench.run()
        for path in unfinished + [target] { #expect(!FileManager.default.fileExists(atPath: path), "\(path)") }
        for path in kept { #expect(FileManager.default.fileExists(atPath: path), "\(path)") }
        #expect(report.notes.contains { $0.hasPrefix(orphan) })
        expectReference(bench, files)
        #expect(try bench.verify().isSound)
    }

    @Test func oneWriterAtATime() throws {
        let (bench, files) = try started()
        let processor = try bench.processor()
        #expect {
            try bench.run()
        } throws: { error in
            if case CheckpointError.locked(_, let holder?) = error { holder.processID == getpid() } else { false }
        }
        // Readers are not kept out.
        #expect(try bench.status().files.count == 1)
        #expect(try bench.export(.apps) == ReferenceFold(files).reports()["apps.csv"])
        #expect(try bench.verify().isSound)
        _ = try processor.run()
    }

    @Test func partialsWithoutALedgerAreNotTakenForAnEmptyFolder() throws {
        let (bench, _) = try started()
        for name in ["ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm"] {
            try? FileManager.default.removeItem(atPath: bench.checkpoints + "/" + name)
        }
        #expect {
            try bench.run()
        } throws: { error in
            CommandFailure(error)?.code == .damaged
        }
    }
}
