//  Numbers as text, through tables and whole words, without a String.

/// Writes the fields of an ordinary line. Its tables are immutable once made.
final class FieldFormatter: @unchecked Sendable {
    /// "00" ... "99".
    private let decimalPairs: UnsafeMutablePointer<UInt16>
    /// "00" ... "FF".
    private let hexPairs: UnsafeMutablePointer<UInt16>
    /// "AA" ... "__": 12 bits as two characters of the base64 alphabet for URLs (RFC 4648, section 5).
    private let base64Pairs: UnsafeMutablePointer<UInt16>
    /// Three letters of each of `Population.series`, then one byte of no meaning.
    private let series: UnsafeMutablePointer<UInt32>
    /// Six digits of each of `Population.vendors`, then two bytes of no meaning.
    private let vendors: UnsafeMutablePointer<UInt64>

    init() {
        func pairs(_ alphabet: String, base: Int) -> UnsafeMutablePointer<UInt16> {
            let letters = Array(alphabet.utf8)
            precondition(letters.count == base, "an alphabet of \(letters.count) letters for base \(base)")
            let table = UnsafeMutablePointer<UInt16>.allocate(capacity: base * base)
            for index in 0..<base * base {
                table[index] = UInt16(littleEndian: UInt16(letters[index % base]) << 8 | UInt16(letters[index / base]))
            }
            return table
        }
        let digits = "0123456789"
        let upperCase = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        decimalPairs = pairs(digits, base: 10)
        hexPairs = pairs(digits + "ABCDEF", base: 16)
        base64Pairs = pairs(upperCase + upperCase.lowercased() + digits + "-_", base: 64)
        series = .allocate(capacity: Population.series.count)
        for (index, name) in Population.series.enumerated() { series[index] = Self.word(name) }
        vendors = .allocate(capacity: Population.vendors.count)
        for (index, name) in Population.vendors.enumerated() { vendors[index] = Self.word(name) }
    }

    deinit {
        decimalPairs.deallocate()
        hexPairs.deallocate()
        base64Pairs.deallocate()
        series.deallocate()
        vendors.deallocate()
    }

    private static func word<W: FixedWidthInteger>(_ text: String) -> W {
        W(littleEndian: text.utf8.reversed().reduce(0) { $0 << 8 | W($1) })
    }

    /// Nine bytes, such as `SGH597377`.
    @inline(__always)
    func writeContract(_ code: UInt32, to out: UnsafeMutableRawPointer) {
        let number = code & 0xF_FFFF
        out.storeBytes(of: series[Int(code >> 20)], as: UInt32.self)
        out.storeBytes(of: decimalPairs[Int(number / 10_000)], toByteOffset: 3, as: UInt16.self)
        out.storeBytes(of: decimalPairs[Int(number / 100 % 100)], toByteOffset: 5, as: UInt16.self)
        out.storeBytes(of: decimalPairs[Int(number % 100)], toByteOffset: 7, as: UInt16.self)
    }

    /// Twelve bytes, such as `0C96E6E84A15`.
    @inline(__always)
    func writeMac(_ code: UInt32, to out: UnsafeMutableRawPointer) {
        out.storeBytes(of: vendors[Int(code >> 24)], as: UInt64.self)
        out.storeBytes(of: hexPairs[Int(code >> 16 & 0xFF)], toByteOffset: 6, as: UInt16.self)
        out.storeBytes(of: hexPairs[Int(code >> 8 & 0xFF)], toByteOffset: 8, as: UInt16.self)
        out.storeBytes(of: hexPairs[Int(code & 0xFF)], toByteOffset: 10, as: UInt16.self)
    }

    /// Twenty bytes, such as `AX_mod8fa1FFivsGq-wr`.
    @inline(__always)
    func writeIdentifier(_ identifier: RecordIdentifier, to out: UnsafeMutableRawPointer) {
        write(base64: identifier.milliseconds >> 24, to: out)
        write(base64: identifier.milliseconds, to: out + 4)
        out.storeBytes(of: RecordIdentifier.node, toByteOffset: 8, as: UInt64.self)
        write(base64: identifier.sequence, to: out + 16)
    }

    /// The low 24 bits as four characters.
    @inline(__always)
    private func write(base64 bits: UInt64, to out: UnsafeMutableRawPointer) {
        out.storeBytes(of: base64Pairs[Int(bits >> 12 & 0xFFF)], as: UInt16.self)
        out.storeBytes(of: base64Pairs[Int(bits & 0xFFF)], toByteOffset: 2, as: UInt16.self)
    }

    /// Decimal digits without leading zeros; returns how many bytes they are. Writes up to 8 bytes more than that.
    @inline(__always)
    func writeDuration(_ seconds: Int64, to out: UnsafeMutableRawPointer) -> Int {
        guard seconds >= 0 && seconds <= PublishedProfile.maximumDuration else {
            return Self.writeAny(seconds, to: out)
        }
        // Five digits in the low five bytes of a word, first digit lowest, as values 0 ... 9. Leading zeros are then
        // trailing zero bytes of the word, and shifting them out leaves the digits that are wanted.
        let value = UInt64(seconds)
        let (low, middle, high) = (value % 100, value / 100 % 100, value / 10_000)
        let digits = high | (middle / 10) << 8 | (middle % 10) << 16 | (low / 10) << 24 | (low % 10) << 32
        let leadingZeros = min(digits.trailingZeroBitCount / 8, 4)
        let text = (digits | 0x30_3030_3030) >> UInt64(8 * leadingZeros)
        out.storeBytes(of: text.littleEndian, as: UInt64.self)
        return 5 - leadingZeros
    }

    private static func writeAny(_ seconds: Int64, to out: UnsafeMutableRawPointer) -> Int {
        let text = Array(String(seconds).utf8)
        out.copyMemory(from: text, byteCount: text.count)
        return text.count
    }
}

/// Elasticsearch's time-based identifier: 48 bits of milliseconds since 1970, 48 bits that name the node, 24 bits of a
/// counter, in the base64 alphabet for URLs. `AX_mod8fa1FFivsGq-wr` of the published example was made on 2022-04-01 at
/// 16:25:08 UTC by the node that also made the other line.
struct RecordIdentifier {
    let milliseconds: UInt64
    let sequence: UInt64

    /// The eight characters of the node, as they lie in memory: those of the published example.
    static let node: UInt64 = UInt64(littleEndian: "a1FFivsG".utf8.reversed().reduce(0) { $0 << 8 | UInt64($1) })

    /// The identifier of a record of a day.
    ///
    /// Records are indexed from 16:00 UTC on, four a millisecond, up to 63 ms early or late. The counter visits all
    /// 2^24 values in an order that looks random before it repeats, and by then an hour has passed: identifiers are
    /// unique within a day, and, up to 345 million records, between days.
    @inline(__always)
    init(dayStart: UInt64, record: Int, jitter: UInt64) {
        milliseconds = dayStart &+ UInt64(record) / 4 &+ (jitter & 63)
        sequence = UInt64(record) &* 0x9E_3779_B1
    }

    /// The milliseconds at which the records of a day, given in days since 1970-01-01, begin to be indexed.
    static func start(day: Int) -> UInt64 { UInt64(bitPattern: Int64(day * 86_400 + 16 * 3_600) * 1_000) }
}
