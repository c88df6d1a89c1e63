import Records
import TestSupport
import Testing

@testable import Tables

@Suite struct ByteTextTests {
    private func lend<R>(_ bytes: Bytes, _ body: (ByteSlice) -> R) -> R {
        // Exactly as many bytes as there are, so that a sanitizer sees a read beyond them.
        let copy = UnsafeMutablePointer<UInt8>.allocate(capacity: bytes.count)
        defer { copy.deallocate() }
        for (index, byte) in bytes.enumerated() { copy[index] = byte }
        return body(ByteSlice(base: copy, count: bytes.count))
    }

    private func written(_ value: Int64) -> String {
        let room = UnsafeMutablePointer<UInt8>.allocate(capacity: longestInteger)
        defer { room.deallocate() }
        let end = writeInteger(value, to: room)
        return String(decoding: UnsafeBufferPointer(start: room, count: end - room), as: UTF8.self)
    }

    @Test func integersAreWrittenAsSwiftWritesThem() {
        var values: [Int64] = [.min, .max, 0]
        var power: Int64 = 1
        for _ in 0..<19 {
            values += [power - 1, power, power + 1, -power + 1, -power, -power - 1]
            power = power.multipliedReportingOverflow(by: 10).partialValue
        }
        values += Array(-1100...11_000)
        // Each place of eight digits with every digit, beside every neighbour.
        for pair in Int64(0)..<100 {
            for place in 0..<7 { values.append(pair * [1, 10, 100, 1000, 10_000, 100_000, 1_000_000][place] + 3) }
        }
        var random = Dice(seed: 1)
        for shift in 0..<64 { values += (0..<50).map { _ in Int64(bitPattern: random.next()) >> Int64(shift) } }
        for value in values { #expect(written(value) == String(value)) }
    }

    @Test func orderIsThatOfUnsignedBytes() {
        var random = Dice(seed: 2)
        let alphabet: [UInt8] = [0, 1, 0x41, 0x7F, 0x80, 0xFF]
        for _ in 0..<6000 {
            let shared = (0..<random.below(20)).map { _ in alphabet[random.below(6)] }
            let a = shared + (0..<random.below(4)).map { _ in alphabet[random.below(6)] }
            let b = shared + (0..<random.below(12)).map { _ in alphabet[random.below(6)] }
            let order = lend(a) { a in lend(b) { compareBytes(a, $0) } }
            #expect((order < 0) == a.lexicographicallyPrecedes(b), "\(a) \(b)")
            #expect((order == 0) == (a == b), "\(a) \(b)")
        }
    }

    /// Every byte at every place of a text of any short length.
    @Test func scanFindsEveryByteThatNeedsCare() {
        for (scan, limit, other) in [
            (CareScan(below: 0x2D, or: 0x22), UInt8(0x2D), UInt8(0x22)), (CareScan(below: 0x0E, or: 0x5C), 0x0E, 0x5C),
        ] {
            for count in 1...18 {
                for byte in UInt8.min...UInt8.max {
                    var text = Bytes(repeating: byte &* 7 | 0x80, count: count)
                    let place = Int(byte) * 5 % count
                    text[place] = byte
                    let room = UnsafeMutablePointer<UInt8>.allocate(capacity: count)
                    defer { room.deallocate() }
                    let found = lend(text) { scan.copy($0, to: room) }
                    #expect(found == (byte < limit || byte == other), "\(byte) at \(place) of \(count)")
                    #expect(Array(UnsafeBufferPointer(start: room, count: count)) == text)
                }
            }
        }
    }

    @Test func fieldsLongerThanTheBufferAreWrittenWhole() throws {
        var text: Bytes = []
        let encoder = TableFormat.csv.encoder { text += $0 }
        let columns = [TableColumn("a", .text), TableColumn("b", .integer)]
        try encoder.begin(columns)
        var fields: Table = [["a", "b"].map(bytes)]
        for length in [1, 300_000, 131_070, 131_080, 5] {
            let field = Bytes(repeating: 0x22, count: length)
            fields.append([field, bytes("-7")])
            try lend(field) { slice in
                Result {
                    try withUnsafePointer(to: slice) { text in
                        try withUnsafePointer(to: Int64(-7)) { number in
                            try encoder.append(RowBlock(columns: [.text(text), .integer(number)], count: 1))
                        }
                    }
                }
            }.get()
        }
        try encoder.finish()
        #expect(parseCSV(text) == fields)
        #expect(encoder.bytesWritten == text.count)
    }
}
