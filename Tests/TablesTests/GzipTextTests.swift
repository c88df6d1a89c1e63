//  Tables compressed on their way out, against gzip(1).

import Foundation
import Records
import Testing

@testable import Tables

@Suite struct GzipTextTests {
    private func gunzip(_ bytes: [UInt8]) throws -> [UInt8] {
        let path = NSTemporaryDirectory() + "watchfold-gzip-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["gzip", "-dc", path]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let content = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return Array(content)
    }

    @Test(arguments: [0, 1, 255, 70_000, 3_000_000]) func whatIsUnpackedIsWhatWasWritten(_ count: Int) throws {
        let content = (0..<count).map { UInt8(truncatingIfNeeded: $0 / 7 &* 13) }
        var packed: [UInt8] = []
        let sink = GzipSink { packed += Array($0) }
        for start in stride(from: 0, to: count, by: 65_000) {
            try Array(content[start..<min(start + 65_000, count)]).withUnsafeBytes { try sink.write($0) }
        }
        try sink.finish()
        #expect(try gunzip(packed) == content)
        #expect(sink.bytesWritten == packed.count && (count < 1000 || packed.count < count))
    }

    @Test(arguments: [TableFormat.csv, .tsv, .jsonl, .md]) func aTableIsTheSameTable(_ format: TableFormat) throws {
        func write(_ encoder: any TableEncoder) throws {
            var arena = TextArena()
            let names = (0..<500).map { arena.keep("C\($0)") }
            let numbers = (0..<500).map { Int64($0) * 1001 }
            try encoder.begin([TableColumn("Contract", .text), TableColumn("TVDuration", .integer)])
            try names.withUnsafeBufferPointer { names in
                try numbers.withUnsafeBufferPointer { numbers in
                    try encoder.append(
                        RowBlock(columns: [.text(names.baseAddress!), .integer(numbers.baseAddress!)], count: 500))
                }
            }
            try encoder.finish()
        }
        var plain: [UInt8] = []
        var packed: [UInt8] = []
        try write(format.encoder({ plain += Array($0) }, isGzipped: false))
        let encoder = format.encoder({ packed += Array($0) }, isGzipped: true)
        try write(encoder)
        #expect(try gunzip(packed) == plain && plain.count > 5000)
        #expect(encoder.bytesWritten == packed.count)
        #expect(encoder is any SplittableEncoder == (format.encoder { _ in } is any SplittableEncoder))
    }
}
