import Foundation
import Testing

@testable import SampleData

/// 200,000 records read by a JSON library, once for all tests.
private let sample: Result<(lines: [ParsedLine], summary: DaySummary), any Error> = Result {
    var all: [UInt8] = []
    let summary = try SampleGenerator(options(records: 200_000)).generate(day: 0) { all += $0 }
    return (try lines(all).map { try ParsedLine($0) }, summary)
}

@Suite("Generated lines")
struct LineTests {
    @Test("every line is JSON with exactly the published keys")
    func keys() throws {
        let (lines, summary) = try sample.get()
        #expect(lines.count == 200_000 && summary.records == 200_000)
        let identifier = try Regex("[A-Za-z0-9_-]{20}")
        var wrong = 0
        var identifiers: Set<String> = []
        for line in lines {
            identifiers.insert(line.id)
            let isRight =
                line.index == "history" && line.score == 0 && line.type == line.app.lowercased()
                && line.order.count == 4 && Set(line.order) == ["Contract", "Mac", "TotalDuration", "AppName"]
            wrong += isRight ? 0 : 1
        }
        for id in identifiers.prefix(2_000) where id.wholeMatch(of: identifier) == nil { wrong += 1 }
        #expect(wrong == 0)
        #expect(identifiers.count == lines.count)
    }

    @Test("apps appear in the published shares")
    func apps() throws {
        let (lines, _) = try sample.get()
        let counts = lines.reduce(into: [String: Int]()) { $0[$1.app, default: 0] += 1 }
        let published = [
            "CHANNEL": 43_747_334, "VOD": 2_505_815, "CHILD": 1_007_009, "KPLUS": 853_265, "RELAX": 213_864,
            "SPORT": 97_834, "FIMS": 32_371, "BHD": 1,
        ]
        #expect(Set(counts.keys).isSubset(of: published.keys))
        for (app, records) in published {
            let share = Double(records) / 48_457_499
            let expected = share * Double(lines.count)
            // Five standard deviations of a binomial, and one record for the rarest.
            let tolerance = 5 * (expected * (1 - share)).squareRoot() + 1
            #expect(abs(Double(counts[app, default: 0]) - expected) <= tolerance, "\(app)")
        }
    }

    @Test("durations have the published quantiles and share of those not above zero")
    func durations() throws {
        let (lines, summary) = try sample.get()
        let sorted = lines.map(\.duration).sorted()
        for (quantile, seconds) in [(0.25, 1_028.0), (0.5, 6_702), (0.75, 18_322), (0.95, 76_609)] {
            let found = Double(sorted[Int(quantile * Double(sorted.count))])
            #expect(abs(found / seconds - 1) < 0.03, "quantile \(quantile): \(found)")
        }
        #expect(sorted.last! <= 86_400 && sorted.last! > 86_300)
        #expect(sorted.first! >= -889_575_165 && sorted.first! < -1_000_000)
        let notPositive = sorted.count { $0 <= 0 }
        #expect((212...386).contains(notPositive), "299 are expected, with a deviation of 17")
        let negative = sorted.count { $0 < 0 }
        #expect(negative == summary.negativeDurations)
        #expect(negative > 0 && negative < notPositive)
    }

    @Test("lines are near 175 bytes and come in all orders of keys, unevenly")
    func shape() throws {
        let (lines, _) = try sample.get()
        let mean = Double(lines.reduce(0) { $0 + $1.length }) / Double(lines.count)
        #expect((174...177).contains(mean))
        #expect(lines.allSatisfy { $0.length <= LineShape.longest })
        let orders = lines.reduce(into: [[String]: Int]()) { $0[$1.order, default: 0] += 1 }
        #expect(orders.count == LineShape.orders.count)
        let shares = orders.values.map { Double($0) / Double(lines.count) }.sorted()
        #expect(shares.last! > 0.45 && shares.last! < 0.49)
        #expect(shares.first! > 0.008 && shares.first! < 0.016)
        #expect(lines.prefix(64).map(\.order).count { $0 == lines[0].order } < 64)
    }

    @Test("the summary is what a naive reader counts")
    func summary() throws {
        let (lines, summary) = try sample.get()
        #expect(summary.bytes == lines.reduce(0) { $0 + $1.length })
        #expect(summary.packedBytes == summary.bytes)
        #expect(summary.nullContracts == lines.count { $0.contract == nil })
        #expect(summary.zeroContracts == lines.count { $0.contract == "0" })
        #expect(Set(summary.apps.map(\.name)).isSuperset(of: lines.map(\.app)))
        for tally in summary.apps {
            let ofApp = lines.filter { $0.app == tally.name }
            let folded = ofApp.filter { $0.contract != nil && $0.contract != "0" && $0.duration >= 0 }
            #expect(tally.records == ofApp.count, "\(tally.name)")
            #expect(tally.foldedRecords == folded.count, "\(tally.name)")
            #expect(tally.foldedSeconds == folded.reduce(0) { $0 + $1.duration }, "\(tally.name)")
        }
        #expect(
            summary.records
                == summary.folded + summary.nullContracts + summary.zeroContracts + summary.negativeDurations)
    }

    @Test("odd contracts and device addresses appear, and all others have the published form")
    func oddities() throws {
        let (lines, _) = try sample.get()
        let zeros = lines.count { $0.contract == "0" }
        #expect((50...150).contains(zeros), "100 are expected, with a deviation of 10")
        let ordinary = try Regex("[A-Z]{3}[0-9]{6}")
        let odd = try Regex("0|PAYTV|NONFPT|[a-z]{3}[0-9]{6}|[0-9]{1,3}(\\.[0-9]{1,3}){3}")
        let wrong = lines.filter { $0.contract.map { $0.utf8.count != 9 || $0.first!.isLowercase } ?? true }
        #expect(wrong.allSatisfy { $0.contract?.wholeMatch(of: odd) != nil || $0.contract == nil })
        #expect(
            lines.prefix(5_000).allSatisfy { line in
                line.contract.map { $0.wholeMatch(of: ordinary) ?? $0.wholeMatch(of: odd) } != nil
            })
        let address = try Regex("[0-9A-F]{12}")
        let malformed = lines.filter { $0.mac.utf8.count != 12 }
        #expect(malformed.count < 12)
        #expect(malformed.allSatisfy { $0.mac.utf8.count < 12 || $0.mac.split(separator: ":").count == 6 })
        #expect(lines.prefix(5_000).allSatisfy { $0.mac.utf8.count != 12 || $0.mac.wholeMatch(of: address) != nil })
    }

    @Test("each oddity makes a line that a JSON library reads back", arguments: Oddity.allCases, 0..<8)
    func everyOddity(oddity: Oddity, order: Int) throws {
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: LineShape.longest, alignment: 1)
        defer { room.deallocate() }
        let formatter = FieldFormatter()
        let series = UInt32(try #require(Population.series.firstIndex(of: "QAD")))
        var random = RandomStream(seed: 1, day: 0, chunk: order)
        // As many as it takes to see every kind of malformed device address.
        for app in (0..<64).map({ $0 % 8 }) {
            let odd = OddLine(
                oddity: oddity, app: app, identifier: RecordIdentifier(dayStart: 0, record: 5, jitter: 0),
                contract: series << 20 | 14_541, device: 0x1E8_4A15, duration: 86_400)
            let count = odd.write(to: room.baseAddress!, order: order, formatter: formatter, random: &random)
            #expect(room[count - 1] == 10)
            let line = try ParsedLine(Array(room[..<(count - 1)])[...])
            #expect(line.duration == 86_400 && line.app == PublishedProfile.apps[app].name)
            switch oddity {
            case .nullContract: #expect(line.contract == nil)
            case .zeroContract: #expect(line.contract == "0")
            case .payTV: #expect(line.contract == "PAYTV")
            case .nonFPT: #expect(line.contract == "NONFPT")
            case .address:
                let parts = try #require(line.contract).split(separator: ".").compactMap { Int($0) }
                #expect(parts.count == 4 && parts.allSatisfy { (0...255).contains($0) })
            case .lowerCase: #expect(line.contract == "qad014541")
            case .malformedMac:
                #expect(line.mac != "0C96E6E84A15")
                #expect(line.mac.isEmpty || "0C96E6E84A15".hasPrefix(line.mac) || line.mac == "0c:96:e6:e8:4a:15")
            }
        }
    }
}
