import Foundation
import Records
import Testing

@testable import SampleData

@Suite("Fields as text")
struct FieldFormatterTests {
    let formatter = FieldFormatter()

    private func text(_ count: Int, _ write: (UnsafeMutableRawPointer) -> Void) -> String {
        var room = [UInt8](repeating: UInt8(ascii: "~"), count: 64)
        room.withUnsafeMutableBytes { write($0.baseAddress!) }
        return String(decoding: room[..<count], as: UTF8.self)
    }

    @Test("durations are their decimal digits")
    func durations() {
        let odd: [Int64] = [86_401, 99_999, 100_000, 1_234_567, -1, -9, -10, -889_575_165]
        for seconds in Array(stride(from: 0, through: 1_200, by: 1))
            + Array(stride(from: 1_201, through: 86_400, by: 7))
            + [9_999, 10_000, 86_400] + odd
        {
            let expected = String(seconds)
            var count = 0
            let written = text(expected.utf8.count) { count = formatter.writeDuration(seconds, to: $0) }
            #expect(written == expected && count == expected.utf8.count)
        }
    }

    @Test("contracts and device addresses keep their leading zeros")
    func codes() {
        #expect(text(9) { formatter.writeContract(0, to: $0) } == "SGH000000")
        #expect(text(9) { formatter.writeContract(63 << 20 | 13_139, to: $0) } == "TNH013139")
        #expect(text(10) { formatter.writeContract(1 << 20 | 999_999, to: $0) } == "SGD999999~")
        #expect(text(12) { formatter.writeMac(0xBC01, to: $0) } == "E4AB8900BC01")
        #expect(text(13) { formatter.writeMac(0x1E8_4A15, to: $0) } == "0C96E6E84A15~")
    }

    @Test("identifiers are base64 for URLs of time, node and counter")
    func identifiers() throws {
        for record in [0, 1, 8_191, 1_599_999, 299_999_999] {
            let day = CalendarDay("2022-04-01")!.daysSinceEpoch
            let identifier = RecordIdentifier(dayStart: RecordIdentifier.start(day: day), record: record, jitter: 0)
            let written = text(20) { formatter.writeIdentifier(identifier, to: $0) }
            let base64 = written.replacingOccurrences(of: "-", with: "+").replacingOccurrences(of: "_", with: "/")
            let decoded = try #require(Data(base64Encoded: base64))
            #expect(decoded.count == 15)
            let time = decoded.prefix(6).reduce(0) { $0 << 8 | Int($1) }
            #expect(time == 1_648_828_800_000 + record / 4)
            #expect(written.dropFirst(8).prefix(8) == "a1FFivsG")
        }
    }
}
