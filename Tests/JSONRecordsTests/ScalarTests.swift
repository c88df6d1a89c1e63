//  Numbers and strings by themselves.

import Foundation
import ReaderReference
import Records
import TestSupport
import Testing

@testable import JSONRecords

private func integral(_ text: String) -> (value: Int64, isPlain: Bool)? {
    var bytes = Array(text.utf8)
    return bytes.withUnsafeMutableBufferPointer { integralValue(UnsafeBufferPointer($0)) }
}

@Suite struct ScalarTests {
    @Test(arguments: [
        "", "-", "+1", "1.", ".5", "1e", "1e+", "01", "-01", "00", "0x1", " 1", "1 ", "1\n", "--1", "1-", "1.5.5",
        "1e5e5", "1,0", "٣", "1_0", "Infinity", "NaN",
        "000000000000000000001", "1234567890123456789a", "12345678901234567890.", "1e5.0", "\u{0}", "1\u{0}", "-e5",
        "e5", "-.0", "0 ",
    ]) func noNumberHasNoValue(text: String) { #expect(integral(text) == nil) }

    @Test(
        arguments: Dice.integers + [
            "9223372036854775807e0", "-9223372036854775808.0", "-9223372036854775808e0", "-92233720368547758080e-1",
            "18446744073709551615", "18446744073709551616",
            "-18446744073709551616", "184467440737095516150e-1", "1844674407370955161.6e1", "99999999999999999999e-1",
            "1e18", "10e17", "0.1e19", "0.01e20", "-1e18",
            "999999999999999999", "1000000000000000000", "0.0000000000000000000000001e25",
            "1.0000000000000000000000000000000", "1.0000000000000000000000000000001",
            "100000000000000000000000000000000000e-35", "0e-5", "0.000e2", "-0e5", "5e0", "5e-0", "5E+0",
            "5e00000000000000000000000000000000001", "1e4611686018427387904",
            "1e-4611686018427387904", "10e-9223372036854775808", "1e9223372036854775807", "1e18446744073709551616",
            "0e18446744073709551616",
        ]) func borderValuesAreExact(text: String)
    {
        #expect(integral(text)?.value == referenceInteger(text))
        if let found = integral(text) { #expect(found.isPlain == !text.contains { ".eE".contains($0) }) }
    }

    @Test func randomNumbersAreExact() {
        var random = Dice(seed: 1)
        var integers = 0
        func digits(_ count: Int) -> String { String((0..<count).map { _ in random.pick(Array("0012345678999")) }) }
        for _ in 0..<6000 {
            var text = random.once(in: 3) ? "-" : ""
            text += random.pick([
                "0", random.pick(Array("123456789").map(String.init)) + digits(random.below(21)), "9223372036854775807",
                "9223372036854775808",
            ])
            if random.once(in: 2) {
                text += "." + digits(1 + random.below(4)) + String(repeating: "0", count: random.below(20))
            }
            if random.once(in: 2) {
                text += random.pick(["e", "E"]) + random.pick(["", "+", "-"]) + digits(1 + random.below(2))
            }
            if random.once(in: 20) { text += random.pick(["0", ".", "e", "-", " "]) }
            let expected = referenceInteger(text)
            integers += expected == nil ? 0 : 1
            #expect(integral(text)?.value == expected, "\(text)")
        }
        #expect(integers > 1000)
    }

    /// Int64's own text goes there and back.
    @Test func integersComeBack() {
        var random = Dice(seed: 2)
        for shift in 0..<64 {
            for _ in 0..<20 {
                let value = Int64(bitPattern: random.next()) >> Int64(shift)
                #expect(integral(String(value))! == (value, true))
                if value != 0 { #expect(integral("\(value)0e-1")! == (value, false)) }
            }
        }
    }

    @Test func stringsAreDecodedLikeFoundationDecodesThem() throws {
        var random = Dice(seed: 3)
        for _ in 0..<1500 {
            var text = ""
            for _ in 0..<random.below(12) {
                switch random.below(4) {
                case 0: text += random.pick(["\\n", "\\\"", "\\\\", "\\/", "\\b", "\\f", "\\r", "\\t"])
                case 1:
                    let scalar = UnicodeScalar(
                        random.pick([0, 0x41, 0x7F, 0x80, 0x7FF, 0x800, 0xD7FF, 0xE000, 0xFFFF, 0x10000, 0x10FFFF])
                            as UInt32)!
                    for unit in String(scalar).utf16 {
                        text += String(format: random.pick(["\\u%04x", "\\u%04X"]), Int(unit))
                    }
                case 2: text += random.pick(["é", "日", "😀", "\u{7F}"])
                default: text += random.pick(["a", "BDH013139", " "])
                }
            }
            let source = Array(text.utf8)
            let decoded = source.withUnsafeBufferPointer { source in
                [UInt8](unsafeUninitializedCapacity: source.count + 1) { out, count in
                    count = decodeString(source, into: out.baseAddress!)
                    // The text is never longer than its source.
                    #expect(count <= source.count)
                }
            }
            let other =
                try JSONSerialization.jsonObject(with: Data("\"\(text)\"".utf8), options: .fragmentsAllowed) as? String
            #expect(decoded == other.map { Array($0.utf8) }, "\(text)")
        }
    }
}
