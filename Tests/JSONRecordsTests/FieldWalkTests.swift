//  Walking by fields may only make the reader faster: every input is read so and completely, and all must be the same.
//  And it must be what reads plain records, wherever the ranges of its stops end.
//
//  WATCHFOLD_EXHAUSTIVE=1 reads millions of records instead of thousands.

import CByteScan
import Engagement
import Foundation
import ReaderReference
import Records
import TestSupport
import Testing

@testable import JSONRecords

@Suite struct FieldWalkTests {
    private static let isExhaustive = ProcessInfo.processInfo.environment["WATCHFOLD_EXHAUSTIVE"] != nil
    private static let levels = (0..<8).prefix { wf_stop_finder_at($0) != nil }

    private static func plan(_ number: Int) -> FoldPlan {
        var plan = FoldPlan.engagement
        switch number {
        case 1:
            plan.ignoredKeys = ["0", "PAYTV", "exactly16bytes!!"]
            plan.keepsNegativeValues = true
        case 2:
            // Keys longer than one load, equal in it, and of one list.
            plan.keyPaths = [
                FieldPath([["a much longer name than fits inline"], ["a much longer name than fits inlinf"], ["Mac"]]),
                FieldPath([["_source", "AppName"], ["Mac", "AppName"], ["caM"], ["AppName"], ["Bac"]]),
            ]
        case 3:
            // One path for two keys, a key on the way to another, the empty key, keys that cannot stand in plain text.
            plan.keys = ["A", "B", "C", "D"]
            plan.keyWords = plan.keys.map { FieldWords(label: $0.lowercased(), noun: $0, plural: $0) }
            plan.keyPaths = [
                FieldPath([["Contract"]]), FieldPath([["_source", "Contract"], ["Contract"]]),
                FieldPath([["AppName", "Mac"], ["", "é"], ["_source", "AppName"], ["AppName"]]),
                FieldPath([["quote\"back\\slash/"], ["a\":\""], ["_source"], ["AppName"]]),
            ]
            plan.valuePath = FieldPath([["_source", "Mac", "TotalDuration"], ["TotalDuration"]])
        case 4: plan.isLenient = true
        default: break
        }
        return plan
    }

    private static func damage(_ record: inout [UInt8], _ random: inout Dice) {
        guard !record.isEmpty else { return }
        let at = random.below(record.count)
        switch random.below(5) {
        case 0: record[at] ^= 1 << UInt8(random.below(8))
        case 1: record[at] = UInt8(random.below(256))
        case 2: record.remove(at: at)
        case 3: record.insert(random.pick(Array("\"\\{}[],: \t\r\n019-.eE\u{0}".utf8)), at: at)
        default: record.removeLast(record.count - at)
        }
    }

    @Test(arguments: 0..<12) func walkingChangesNothing(seed: Int) throws {
        for round in 0..<(Self.isExhaustive ? 1000 : 8) {
            var random = Dice(seed: 9000 + seed + round * 12)
            let isLines = random.once(in: 2)
            let damaged = random.pick([1, 3, 20])
            var input: [UInt8] = isLines ? [] : [UInt8(ascii: "[")]
            for _ in 0..<100 {
                let printing =
                    isLines || random.once(in: 2) ? Printing(isOdd: random.once(in: 6)) : Printing.pretty
                var record = random.record().printed(printing, &random)
                while random.once(in: 3 * damaged) { Self.damage(&record, &random) }
                if random.once(in: 60) { input += random.pick(ShapedRecords.gaps) }
                input +=
                    record + random.pick(isLines ? [[0x0A], [0x0A], [0x0D, 0x0A], [0x20, 0x0A]] : [[0x2C, 0x0A]])
            }
            var feeding = Feeding(
                plan: Self.plan(random.below(5)), maxRecordBytes: random.pick([90, 1 << 20, 1 << 20]),
                container: isLines ? .lines : .values)
            feeding.plan.durations = random.durationRules()
            feeding.usesShapes = false
            let complete = try read(input, feeding)
            for usesShapes in [false, true] {
                (feeding.usesShapes, feeding.usesWalk) = (usesShapes, true)
                feeding.step = random.pick([.max, .max, 97, 700, 4096])
                let walked = try read(input, feeding)
                if walked != complete {
                    let place = zip(walked.records, complete.records).first { $0.0 != $0.1 }
                    Issue.record(
                        "seed \(9000 + seed + round * 12), shapes \(usesShapes): \(walked.counts) but \(complete.counts) completely; first other record: \(String(describing: place)); rejections \(walked.rejections.difference(from: complete.rejections))"
                    )
                    return
                }
            }
        }
    }

    /// A plain record, its keys in any order, with a text of `padding` characters.
    private static func line(_ i: Int, padding: Int, isSpaced: Bool, _ random: inout Dice) -> String {
        let gap = isSpaced ? " " : ""
        // The last ones are of 2 to 12 bytes: escapes, quotes and characters lie across the ends of ranges.
        let texts =
            padding > 1000 ? ["m"] : ["m", "m", "é", "日", "😀", "\\n", "\\\"", "\\\\", "\\u00e9", "\\uD83D\\uDE00"]
        func object(_ members: [String]) -> String { "{" + members.joined(separator: ",\(gap)") + "}" }
        func member(_ key: String, _ value: String) -> String { "\"\(key)\":\(gap)\(value)" }
        let fields = [
            member("Contract", "\"C\(i)\""), member("AppName", "\"Truyền hình\""), member("TotalDuration", "\(i)"),
            member("Mac", "\"" + String(repeating: random.pick(texts), count: padding) + "\""),
            member("Channel", random.pick(["7", "-1.5e3", "true", "null", "[]", "{}", "[{\"Contract\":[\"x\",1]}]"])),
        ]
        var chosen = fields
        if random.once(in: 2) { chosen.removeLast() }
        return object(
            [
                member("_id", "\"\(i)\""), member("_source", object(chosen.shuffled(using: &random))),
                member("_score", "0"),
            ]
            .shuffled(using: &random)) + random.pick(["\n", "\r\n"])
    }

    /// None of them is left to the complete reader, however the stops are found and wherever their ranges end.
    @Test(arguments: levels) func plainRecordsAreAllTaken(level: UInt32) throws {
        for (longest, isSpaced) in [(0, false), (40, true), (700, false), (1000, true), (15000, false)] {
            var random = Dice(seed: longest)
            let count = 900
            let lines = (0..<count).map {
                Self.line($0, padding: random.below(longest + 1), isSpaced: isSpaced, &random)
            }
            let text = Array(lines.joined().utf8)
            let window = UnsafeMutablePointer<UInt8>.allocate(capacity: text.count + RecordReader.padding)
            defer { window.deallocate() }
            window.update(from: text, count: text.count)
            (window + text.count).update(repeating: UInt8(ascii: "\""), count: RecordReader.padding)
            window[text.count] = 0
            for takesLines in [true, false] {
                var reader = RecordReader(plan: .engagement, maxRecordBytes: 1 << 20, container: .lines)
                let isThere = reader.walk.useStopFinder(level: level)
                #expect(isThere)
                reader.walk.begin(end: UnsafePointer(window) + text.count)
                var p = UnsafePointer(window)
                if takesLines {
                    let result = reader.walk.takeLines(&p, limit: .max, into: &reader.batch)
                    #expect(result.matched == count && !result.missed && result.ignored == 0)
                } else {
                    for _ in 0..<count {
                        let result = reader.walk.takeRecord(&p, into: &reader.batch)
                        #expect(result.matched == 1 && !result.missed)
                        while p.pointee == 0x0A || p.pointee == 0x0D { p += 1 }
                    }
                }
                #expect(p == UnsafePointer(window) + text.count)
                try #require(reader.batch.count == count)
                for row in 0..<count {
                    #expect(reader.batch.keys[row * 2].buffer.elementsEqual("C\(row)".utf8))
                    #expect(reader.batch.keys[row * 2 + 1].buffer.elementsEqual("Truyền hình".utf8))
                    #expect(reader.batch.values[row] == Int64(row))
                }
            }
        }
    }

    /// Records that nothing plain can be made of: the walk gives up, tries again, and nothing is lost.
    @Test func recordsThatAreNotPlainAreReadAllTheSame() throws {
        var random = Dice(seed: 5)
        var input: [UInt8] = []
        for i in 0..<6000 {
            let name = i < 3000 ? "Truy\\u1ec1n" : "CHANNEL"
            let members = [
                "\"Contract\":\"C\(i)\"", "\"AppName\":\"\(name)\"", "\"TotalDuration\":\(i)", "\"k\(i)\":1",
            ]
            input += "{\(members.shuffled(using: &random).joined(separator: ","))}\n".utf8
        }
        var feeding = Feeding(container: .lines)
        feeding.usesShapes = false
        let complete = try read(input, feeding)
        #expect(complete.counts.folded == 6000)
        feeding.usesWalk = true
        #expect(try read(input, feeding) == complete)
        feeding.usesShapes = true
        #expect(try read(input, feeding) == complete)
    }

    /// Every way to find stops against asking each byte.
    @Test(arguments: levels) func stopsAreWhereTheyAre(level: UInt32) throws {
        let find = try #require(wf_stop_finder_at(level))
        var random = Dice(seed: Int(level))
        for round in 0..<300 {
            let count = round < 150 ? round : random.below(Int(WF_STOP_RANGE) + 1)
            let density = random.pick([1, 3, 20, 1000])
            var bytes = (0..<count + 64).map { _ -> UInt8 in
                random.once(in: density) ? UInt8(random.below(256)) : UInt8(0x23 + random.below(0x39))
            }
            if round % 10 == 0 { bytes = bytes.map { _ in UInt8(ascii: "\"") } }
            let expected = (0..<count).filter {
                bytes[$0] == UInt8(ascii: "\"") || bytes[$0] == UInt8(ascii: "\\") || !(0x20..<0x80).contains(bytes[$0])
            }
            var stops = [UInt16](repeating: 0, count: Int(WF_STOP_ROOM))
            let found = find(bytes, count, &stops)
            #expect(found >= expected.count && stops.prefix(expected.count).elementsEqual(expected.map(UInt16.init)))
            #expect(stops[expected.count..<found].allSatisfy { $0 >= count })
        }
    }
}
