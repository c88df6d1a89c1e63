//  A large compressed file is decompressed ahead by a thread that has nothing else to do. That must not show.

import DurableIO
import Foundation
import TestSupport
import Testing

@testable import Intake

@Suite struct CompressedStreamTests {
    private static let mebibyte = 1 << 20

    /// Compresses to more than a unit of 1 MiB, so that it is helped with.
    private static let content: [UInt8] = {
        var source = RecordSource(seed: 31)
        var random = Dice(seed: 31)
        var text: [UInt8] = []
        while text.count < 7 * mebibyte / 2 {
            var line = source.records(1)[0]
            line.removeLast()
            var pad = ""
            for _ in 0..<16 { pad += String(random.below(1 << 30), radix: 36) }
            text += Array((line + #","Pad":"\#(pad)"}"# + "\n").utf8)
        }
        return text
    }()

    private func bench(jobs: Int) -> Workbench {
        let bench = Workbench()
        bench.jobs = jobs
        bench.unitSize = Self.mebibyte
        bench.yaml = "max_reject_ratio: 50%\n"
        return bench
    }

    @Test(arguments: [Storage.gzipMembers, .gzipTwice, .lz4, .zstd, .zip]) func anyNumberOfThreadsGivesTheSame(
        storage: Storage
    )
        throws
    {
        let files = ["20220401.json", "20220402.json"].map { name in
            ReferenceFile(
                name: name,
                content: Self.content + Array(#"{"Contract":"\#(name)","AppName":"VOD","TotalDuration":1}"#.utf8))
        }
        let stored = files.map { storage.store($0.content) }
        #expect(stored[0].count > Self.mebibyte)
        for jobs in [1, 3] {
            let bench = bench(jobs: jobs)
            for (file, bytes) in zip(files, stored) { bench.put(file.name + storage.suffix, bytes) }
            _ = try bench.run()
            expectReference(bench, files, "with \(jobs) threads, \(storage)")
        }
    }

    @Test(arguments: [Storage.gzip, .lz4, .zstd, .zip]) func damageIsToldAlike(storage: Storage) throws {
        let whole = storage.store(Self.content)
        var altered = whole
        altered[whole.count * 3 / 4] ^= 0x55
        for bytes in [Array(whole.dropLast(1)), Array(whole[..<(whole.count / 2)]), altered, whole + [1]] {
            var told: Set<String> = []
            for jobs in [1, 2] {
                let bench = bench(jobs: jobs)
                bench.put("a.json" + storage.suffix, bytes)
                #expect(try bench.run().isIncomplete)
                let file = try bench.status().files[0]
                told.insert("\(file.state) \(file.reason)")
            }
            #expect(told.count == 1, "\(told)")
        }
    }

    /// The helper may come at any time, and the reader may go at any time.
    @Test func theReaderAndTheHelperEnd() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("a.gz").path
        let stored = gzip(Self.content)
        try Data(stored).write(to: URL(fileURLWithPath: path))
        for chunks in [0, 2, 100] {
            for delay in [0, 100, 3000] as [UInt32] {
                let stream = ByteStream(try FileSystem.real.open(path, .read), size: stored.count) { _ in }
                let done = DispatchSemaphore(value: 0)
                Thread.detachNewThread {
                    usleep(delay)
                    stream.decodeAhead()
                    done.signal()
                }
                var decoded: [UInt8] = []
                var buffer = [UInt8](repeating: 0, count: ByteStream.chunk)
                for _ in 0..<chunks {
                    let count = try buffer.withUnsafeMutableBytes { try stream.read(into: $0) }
                    decoded += buffer[..<count]
                    if count == 0 { break }
                }
                stream.close()
                #expect(done.wait(timeout: .now() + 20) == .success, "the helper goes when the reader does")
                #expect(decoded == Array(Self.content.prefix(chunks * ByteStream.chunk)))
                #expect(!stream.wantsHelp)
            }
        }
    }
}
