//  What becomes of files that are not simply good.

import DurableIO
import Engagement
import Foundation
import Records
import Synchronization
import TestSupport
import Testing

@testable import Configuration

@Suite struct JudgementTests {
    private static let good = (1...20).map { #"{"Contract":"C\#($0)","AppName":"VOD","TotalDuration":\#($0)}"# + "\n" }
        .joined()

    /// A bench with one good file; what the test adds must not disturb it.
    private func bench() -> Workbench {
        let bench = Workbench()
        bench.put("20220401.json", Self.good)
        return bench
    }

    private func expectOnlyTheGoodFileCounts(_ bench: Workbench, sourceLocation: SourceLocation = #_sourceLocation)
        throws
    {
        expectReference(
            bench, [ReferenceFile(name: "20220401.json", content: Array(Self.good.utf8))],
            sourceLocation: sourceLocation)
        #expect(try bench.verify().isSound, sourceLocation: sourceLocation)
    }

    private static func cut(_ bytes: [UInt8], by count: Int) -> [UInt8] { Array(bytes.dropLast(count)) }

    static let unfinished: [(String, [UInt8])] = {
        var source = RecordSource(seed: 41)
        let content = source.lines(200)
        let other = source.lines(100)
        return [
            ("cut.json", cut(content, by: 9)), ("cut.json.gz", cut(gzip(content), by: 9)),
            ("no-end.json.gz", cut(gzip(content), by: 1)),
            ("second-member.json.gz", gzip(content) + cut(gzip(other), by: 30)),
            ("cut.json.lz4", cut(lz4(content), by: 9)), ("no-end.json.lz4", cut(lz4(content), by: 1)),
            ("second-frame.json.lz4", lz4(content) + cut(lz4(other), by: 30)), ("empty.json", []),
            ("empty.json.gz", []),
            ("of-nothing.json.gz", gzip([])), ("half-magic.json.gz", [0x1F]), ("half-magic.json.lz4", [0x04, 0x22]),
            ("array.json", Array(#"[{"Contract":"C","AppName":"VOD","TotalDuration":1},"#.utf8)),
            ("answer.json", Array(#"{"hits":{"hits":[{"Contract":"C","AppName":"VOD","TotalDuration":1}]"#.utf8)),
            ("pretty.json", Array("{\n \"Contract\":\"C\",\n \"AppName\":\"VOD\",\n".utf8)),
        ]
    }()

    @Test(arguments: unfinished.indices)
    func aFileThatIsCutShortWaitsAndFailsWhenNobodyWritesToIt(_ index: Int) throws {
        let (name, content) = Self.unfinished[index]
        let bench = bench()
        bench.put(name, content)
        let report = try bench.run()
        let file = try #require(report.files.first { $0.name != "20220401.json" })
        #expect(file.state == .waiting && !file.reason.isEmpty, "\(name): \(file.state) \(file.reason)")
        #expect(report.isIncomplete)
        try expectOnlyTheGoodFileCounts(bench)
        bench.age(name)
        #expect(try bench.run().files.map(\.state) == [.failed], "\(name)")
        // Failed and unchanged: not read again.
        bench.watcher.forget()
        #expect(try bench.run().stillOpen.count == 1)
        #expect(bench.watcher.opened(below: bench.inbox).isEmpty)
        try expectOnlyTheGoodFileCounts(bench)
    }

    @Test func whatWasWaitingCountsWhenItIsWhole() throws {
        let bench = bench()
        var source = RecordSource(seed: 42)
        let content = source.lines(50)
        bench.put("20220402.json.gz", Self.cut(gzip(content), by: 5))
        try bench.run()
        bench.put("20220402.json.gz", gzip(content))
        #expect(try !bench.run().isIncomplete)
        expectReference(
            bench,
            [
                ReferenceFile(name: "20220401.json", content: Array(Self.good.utf8)),
                ReferenceFile(name: "20220402.json", content: content),
            ])
    }

    @Test func aBrokenReplacementTakesNothingAway() throws {
        let bench = bench()
        try bench.run()
        for broken in [
            Array("no json at all\n".utf8), Self.cut(Array(Self.good.utf8), by: 4), [UInt8](),
            [0x1F, 0x8B, 0xFF, 0xFF],
        ] {
            bench.put("20220401.json", broken)
            #expect(try bench.run().isIncomplete)
            try expectOnlyTheGoodFileCounts(bench)
        }
        bench.put("20220401.json", Self.good)
        #expect(try !bench.run().isIncomplete)
        #expect(try bench.status().generation == 1)
        try expectOnlyTheGoodFileCounts(bench)
    }

    @Test(
        arguments: [
            ("corrupt.json.gz", [0x1F, 0x8B, 0x08, 0xFF] + Array("garbage behind a gzip header".utf8)),
            ("trailing.json.gz", gzip(Array(good.utf8)) + Array("and more".utf8)),
            (
                "flipped.json.lz4",
                {
                    var bytes = lz4(Array(good.utf8))
                    bytes[bytes.count / 2] ^= 0xFF
                    return bytes
                }()
            ),
        ] as [(String, [UInt8])])
    func damagedCompressionFailsAtOnce(_ name: String, _ content: [UInt8]) throws {
        let bench = bench()
        bench.put(name, content)
        let report = try bench.run()
        let file = try #require(report.files.first { $0.name != "20220401.json" })
        #expect(file.state == .failed && !file.reason.isEmpty)
        try expectOnlyTheGoodFileCounts(bench)
    }

    // MARK: Held

    /// Lines of one length, so many of them bad.
    private func lines(bad: Int, of count: Int) -> String {
        (0..<count).map { index in
            index < bad
                ? #"{"Contract":"C","AppName":"VOD","TotalDuration":-1}"# + "\n"
                : #"{"Contract":"D","AppName":"VOD","TotalDuration":11}"# + "\n"
        }.joined()
    }

    @Test(arguments: [
        (5, 100, false), (6, 100, true), (1, 20, false), (1, 19, true), (0, 1, false), (50, 1000, false),
        (51, 1000, true),
    ])
    func theLimitItselfIsAcceptedAndOneRecordMoreIsNot(_ bad: Int, _ count: Int, _ isHeld: Bool) throws {
        let bench = bench()
        let text = lines(bad: bad, of: count)
        bench.put("20220402.json", text)
        try bench.run()
        #expect(try bench.state("20220402.json") == (isHeld ? .held : .folded))
        if isHeld {
            try expectOnlyTheGoodFileCounts(bench)
            let file = try #require(try bench.status().files.last)
            #expect(!file.isCounted && file.counts?.rejected == bad && file.rejections == [.negativeDuration: bad])
        } else {
            expectReference(
                bench,
                [
                    ReferenceFile(name: "20220401.json", content: Array(Self.good.utf8)),
                    ReferenceFile(name: "20220402.json", content: Array(text.utf8)),
                ])
        }
    }

    @Test func aTailThatIsLostHoldsTheFile() throws {
        let bench = bench()
        let pretty = (1...60).map {
            "{\n  \"Contract\": \"C\($0)\",\n  \"AppName\": \"VOD\",\n  \"TotalDuration\": 1\n}\n"
        }.joined()
        bench.put("20220402.json", pretty + "{\n  \"Contract\": oops,\n  \"AppName\": \"VOD\"\n")
        let report = try bench.run()
        #expect(report.files.map(\.state) == [.folded, .held], "\(report.files.map(\.reason))")
        #expect(report.files[1].reason.contains("bytes at the end of the file were not read"))
        try expectOnlyTheGoodFileCounts(bench)
    }

    // MARK: The system says no

    @Test func aFileThatCannotBeReadFailsAndIsTriedAgain() throws {
        let bench = bench()
        bench.put("20220402.json", lines(bad: 0, of: 3))
        bench.watcher.bend { call in
            if case .open(let path, _) = call, path.hasSuffix("/inbox/20220402.json") {
                .fail(errno: EACCES)
            } else {
                .proceed
            }
        }
        for _ in 1...2 {
            let report = try bench.run()
            let file = try #require(report.files.last)
            #expect(file.state == .failed && file.reason.contains("Permission denied"), "\(file)")
        }
        try expectOnlyTheGoodFileCounts(bench)
        bench.watcher.bend { _ in .proceed }
        #expect(try bench.run().files.map(\.state) == [.folded])
    }

    @Test func aReadErrorInTheMiddleFailsThatFileOnly() throws {
        let bench = bench()
        var source = RecordSource(seed: 43)
        bench.put("20220402.json", source.lines(100))
        bench.watcher.bend { call in
            if case .readAt(let path, _, _) = call, path.hasSuffix("/inbox/20220402.json") {
                .fail(errno: EIO)
            } else {
                .proceed
            }
        }
        #expect(try bench.run().files.map(\.state) == [.folded, .failed])
        try expectOnlyTheGoodFileCounts(bench)
    }

    @Test func shortReadsChangeNothing() throws {
        let bench = bench()
        bench.watcher.bend { call in
            if case .readAt(let path, let offset, _) = call, path.contains("/inbox/") {
                .limit(offset % 7 + 1)
            } else {
                .proceed
            }
        }
        try bench.run()
        try expectOnlyTheGoodFileCounts(bench)
    }

    /// Appends to a file of the inbox whenever its first bytes are read, so many times.
    private func appendWhileReading(_ bench: Workbench, _ name: String, _ line: String, times: Int) {
        let path = bench.inbox + "/" + name
        let left = Countdown(times)
        bench.watcher.bend { call in
            if case .readAt(path, 0, _) = call, left.next() {
                let handle = FileHandle(forWritingAtPath: path)!
                handle.seekToEndOfFile()
                handle.write(Data(line.utf8))
                try! handle.close()
            }
            return .proceed
        }
    }

    @Test(arguments: [1 << 10, 3 << 20])
    func aFileThatChangesWhileItIsReadIsReadAgainAndThenWaits(_ size: Int) throws {
        let bench = bench()
        bench.unitSize = 1 << 20
        let line =
            #"{"Contract":"C","AppName":"VOD","TotalDuration":1,"p":"\#(String(repeating: "p", count: 900))"}"# + "\n"
        var text = String(repeating: line, count: size / 1000 + 1)
        let good = ReferenceFile(name: "20220401.json", content: Array(Self.good.utf8))
        bench.put("20220402.json", text)
        appendWhileReading(bench, "20220402.json", line, times: 1)
        #expect(try !bench.run().isIncomplete)
        text += line
        expectReference(bench, [good, ReferenceFile(name: "20220402.json", content: Array(text.utf8))])

        // Now somebody writes all the time: what was good before goes on counting.
        appendWhileReading(bench, "20220402.json", line, times: .max)
        bench.put("20220402.json", text + line)
        let report = try bench.run()
        #expect(report.files.map(\.state) == [.waiting] && report.files[0].reason.contains("changed"))
        expectReference(bench, [good, ReferenceFile(name: "20220402.json", content: Array(text.utf8))])
        bench.watcher.bend { _ in .proceed }
        #expect(try !bench.run().isIncomplete)
        let final = try Data(contentsOf: URL(fileURLWithPath: bench.inbox + "/20220402.json"))
        expectReference(bench, [good, ReferenceFile(name: "20220402.json", content: Array(final))])
    }

    @Test(arguments: [0, 1, 5000])
    func aFileThatShrinksWhileItIsReadIsReadAsItIsThen(_ newSize: UInt64) throws {
        let bench = bench()
        bench.unitSize = 1 << 20
        // Blank space, so that its container cannot be told from the beginning.
        bench.put("20220402.json", [UInt8](repeating: 0x0A, count: 3 << 20) + Array(Self.good.utf8))
        let path = bench.inbox + "/20220402.json"
        let left = Countdown(1)
        bench.watcher.bend { call in
            if case .readAt(path, _, _) = call, left.next() {
                let handle = FileHandle(forWritingAtPath: path)!
                try! handle.truncate(atOffset: newSize)
                try! handle.close()
            }
            return .proceed
        }
        let report = try bench.run()
        if newSize == 0 {
            #expect(report.files.map(\.state) == [.folded, .waiting])
            return try expectOnlyTheGoodFileCounts(bench)
        }
        #expect(report.files.map(\.state) == [.folded, .folded])
        expectReference(
            bench,
            [
                ReferenceFile(name: "20220401.json", content: Array(Self.good.utf8)),
                ReferenceFile(name: "20220402.json", content: [UInt8](repeating: 0x0A, count: Int(newSize))),
            ])
    }

    @Test func aFileThatGoesAwayBeforeItIsReadIsNotMentioned() throws {
        let bench = bench()
        bench.put("20220402.json", lines(bad: 0, of: 3))
        bench.watcher.bend { call in
            if case .open(let path, _) = call, path.hasSuffix("/inbox/20220402.json") {
                .fail(errno: ENOENT)
            } else {
                .proceed
            }
        }
        let report = try bench.run()
        #expect(report.files.map(\.name) == ["20220401.json"] && !report.isIncomplete)
        try expectOnlyTheGoodFileCounts(bench)
    }
}

/// Says yes so many times.
private final class Countdown: Sendable {
    private let left: Mutex<Int>

    init(_ count: Int) { left = Mutex(count) }

    func next() -> Bool {
        left.withLock { left in
            if left == 0 { return false }
            left -= 1
            return true
        }
    }
}
