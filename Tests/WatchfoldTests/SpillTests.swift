//  A file with more contracts than fit into memory: its tables are put aside and merged. That must not show.

import DurableIO
import Foundation
import Synchronization
import Testing

@testable import Face
@testable import Operations

@Suite struct SpillTests {
    /// Long names count for much in a table, so a few ten thousand fill the smallest budget several times over. Each
    /// contract comes twice, far apart: its sums are in several runs.
    private static let content: [UInt8] = {
        let count = 45_000
        var text = ""
        for i in 0..<2 * count {
            let contract = "a-contract-with-a-very-long-name-\(i * 7919 % count)"
            let app = ["CHANNEL", "VOD", "SPORT", "OTHER"][i % 3]
            text += #"{"Contract":"\#(contract)","AppName":"\#(app)","TotalDuration":\#(i % 900)}"# + "\n"
        }
        return Array(text.utf8)
    }()

    private func bench(jobs: Int) -> Workbench {
        let bench = Workbench()
        bench.jobs = jobs
        bench.unitSize = 1 << 20
        bench.yaml = "memory: 16MB\nmax_record_bytes: 1MB\n"
        return bench
    }

    private func runsPutAside(_ bench: Workbench) -> Int {
        bench.watcher.opened(below: bench.root + "/checkpoints").count { $0.contains("fold.parquet") }
    }

    @Test func whatIsPutAsideIsMergedAndGone() throws {
        let files = [ReferenceFile(name: "20220401.json", content: Self.content)]
        let expected = ReferenceFold(files).reports()
        for jobs in [1, 3] {
            let bench = bench(jobs: jobs)
            bench.put(files[0].name, files[0].content)
            _ = try bench.run()
            #expect(runsPutAside(bench) > 3, "\(jobs) threads put \(runsPutAside(bench)) runs aside")
            expectSame(bench.outputs(), expected, "with \(jobs) threads")
            let left = try FileManager.default.contentsOfDirectory(atPath: bench.root + "/checkpoints")
            #expect(!left.contains { $0.contains("fold.parquet") }, "\(left)")
            #expect(try bench.verify().isSound)
        }
    }

    @Test func aFullDiskWhilePuttingAsideIsAnErrorOfTheDisk() throws {
        let bench = bench(jobs: 2)
        bench.put("20220401.json", Self.content)
        bench.watcher.bend { call in
            if case .open(let path, let flags) = call, path.contains("fold.parquet"), flags & O_CREAT != 0 {
                .fail(errno: ENOSPC)
            } else {
                .proceed
            }
        }
        do {
            _ = try bench.run()
            Issue.record("not refused")
        } catch {
            #expect(CommandFailure(error)?.code == .system, "\(error)")
        }
        // A fold that keeps nothing says it of the file too.
        let observer = LastFile()
        let fold = OneShotFold(try bench.settings(), fileSystem: bench.fileSystem, logger: noLog, observer: observer)
        let error = #expect(throws: IOError.self) {
            try fold.run([bench.inbox + "/20220401.json"], format: .csv) { _ in }
        }
        #expect(observer.reason.withLock { $0 } == "putting sums aside failed: \(error.map { "\($0)" } ?? "")")
        // Nothing is taken for read, and the next run goes on.
        bench.watcher.bend { _ in .proceed }
        _ = try bench.run()
        expectReference(bench, [ReferenceFile(name: "20220401.json", content: Self.content)])
    }
}

/// Keeps the reason of the file that was finished last.
private final class LastFile: RunObserver {
    let reason = Mutex("")

    func begin(files: Int, storedBytes: Int) {}
    func advance(storedBytes: Int) {}
    func publishing() {}
    func finish(_ file: FileResult) { reason.withLock { $0 = file.reason } }
}
