import CSVRecords
import Records
import RowReference
import TestSupport
import Testing

/// Behind a broken record, and in parts of a file.
@Suite struct RecoveryTests {
    private typealias Form = FormTests

    @Test func aQuoteThatIsNotClosedCostsItsLine() throws {
        let reading = try Form.read("a,b\n1,\"x\n2,y\n3,\"z\"\n4,w\n")
        #expect(Form.rows(reading) == ["2|y", "3|z", "4|w"])
        #expect(reading.rejected.map(\.reason) == [.malformedCSV])
        #expect(reading.rejected[0].raw == Array("1,\"x".utf8))
        #expect(!reading.endsInside)
    }

    @Test func aQuoteThatIsOpenAtTheEndIsSaid() throws {
        let reading = try Form.read("a,b\n1,\"x\n2,y\n")
        #expect(Form.rows(reading) == ["2|y"])
        #expect(reading.rejected.map(\.reason) == [.malformedCSV])
        #expect(reading.endsInside)
        let last = try Form.read("a,b\n1,2\n3,\"x")
        #expect(last.rejected.map(\.reason) == [.truncated] && last.endsInside)
        #expect(try !Form.read("a,b\n1,2\n3,4").endsInside)
    }

    @Test func aRecordThatIsTooLongCostsItsFirstLine() throws {
        let text =
            "a,b\n1,\"" + String(repeating: "x\n", count: 20) + "\"\n3,4\n" + String(repeating: "y", count: 50)
            + "\n5,6\n"
        let reading = try Form.read(text, longest: 30)
        #expect(Form.rows(reading) == ["3|4", "5|6"])
        #expect(reading.rejected.first?.reason == .recordTooLong && reading.rejected.last?.reason == .recordTooLong)
        // The lines within the quotes; the line of the closing quote, which opens one now, up to the long line.
        let between = reading.rejected.dropFirst().dropLast().map(\.reason)
        #expect(between == Array(repeating: .shortRow, count: 19) + [.recordTooLong])
    }

    /// Each of these makes a reader that begins again behind every broken record look at the rest of the file each time, if it
    /// can be made to.
    @Test(arguments: [
        "1,\"\n", "\"\n", "1,\"x\n\"\"\n", "\"\"\"\n", "\",x,\"\n", "1,\"\"\"x\n", "\"\"\n1,\"\n", "x\"\n\"y\n",
    ])
    func noByteIsScannedMoreThanTwice(line: String) throws {
        for count in [100, 101, 1000, 1001] {
            var bytes = Array(("a,b\n" + String(repeating: line, count: count)).utf8)
            let size = bytes.count
            bytes += Array(repeating: 0, count: CSVReader.padding)
            var reader = CSVReader(schema: Form.schema, maxRecordBytes: 1 << 20)
            _ = try bytes.withUnsafeMutableBufferPointer {
                try reader.read(
                    $0.baseAddress!, count: size, isFinal: true, onBatch: { _ in [] }, onRejection: { _ in })
            }
            #expect(reader.scannedBytes <= 2 * size, "\(count) lines")
        }
    }

    @Test func rowsThatDoNotFitAreRejectedInTheOrderOfTheFile() throws {
        var dice = TestSeed.dice()
        let lines = (1...5000).map { $0 % 7 == 3 ? "\($0)" : $0 % 11 == 5 ? "\"\($0)\",x" : "\($0),x" }
        let bytes = Array(("a,b\n" + lines.joined(separator: "\n") + "\n").utf8)
        let refused = Set((1...5000).filter { _ in dice.once(in: 5) })
        let reading = try CSVReading(bytes, Form.schema, CSVSettings(), longest: 100, step: 999) {
            refused.contains($0)
        }
        let isShort = { (number: Int) in number % 7 == 3 }
        #expect(reading.rows.keys.sorted() == (1...5000).filter { !isShort($0) && !refused.contains($0) })
        #expect(reading.rows.allSatisfy { String($0.key).utf8.elementsEqual($0.value[0].text) })
        let rejected = (1...5000).filter { isShort($0) || refused.contains($0) }
        #expect(reading.rejected.map(\.line) == rejected)
        #expect(reading.rejected.map(\.reason) == rejected.map { isShort($0) ? .shortRow : .bad("a") })
        #expect(reading.rejected.map { String(decoding: $0.raw, as: UTF8.self) } == rejected.map { lines[$0 - 1] })
    }

    /// Ranges cut by counting quotes, read one by one, each as far as those before it ended between two records.
    @Test(arguments: 0..<80) func rangesGiveWhatOneReaderGives(seed: Int) throws {
        var dice = TestSeed.dice(#function, "\(seed)")
        var file = RandomCSV(&dice)
        if dice.once(in: 2) { file.damage(&dice) }
        guard let whole = try? CSVReading(file.bytes, file.schema, file.settings, longest: file.longest) else { return }
        guard whole.delimiter != 0 else { return }
        let header = try CSVHeader(whole.columns, delimiter: whole.delimiter, schema: file.schema)
        var cuts = [0]
        var quotes = QuoteCount(quote: file.settings.quote)
        while true {
            let from = cuts.last! + dice.below(60)
            guard from < file.bytes.count else { break }
            file.bytes[cuts.last!..<from].withUnsafeBufferPointer { quotes.pass($0) }
            let end = file.bytes[from...].withUnsafeBufferPointer { quotes.recordEnd(in: $0) }
            guard let end else { break }
            file.bytes[from..<from + end].withUnsafeBufferPointer { quotes.pass($0) }
            #expect(!quotes.isWithinQuotes)
            cuts.append(from + end)
        }
        var joined = CSVReading()
        for (k, cut) in cuts.enumerated() {
            var end = k + 1 < cuts.count ? cuts[k + 1] : file.bytes.count
            func read() throws -> CSVReading {
                try CSVReading(
                    Array(file.bytes[cut..<end]), file.schema, file.settings, longest: file.longest,
                    header: k == 0 ? nil : header)
            }
            // A first range that ends within the empty lines in front of the header has none.
            var part = try? read()
            let isRight = part.map { !$0.endsInside && !$0.columns.isEmpty } ?? false
            if !isRight {
                end = file.bytes.count
                part = try read()
            }
            joined.add(part!, offset: cut, lines: file.bytes[..<cut].count { $0 == 0x0A })
            if !isRight { break }
        }
        #expect(joined == whole, "\(TestSeed.text), cuts \(cuts): \(file.bytes)")
    }
}

extension CSVReading {
    /// Adds what was read of the next range.
    fileprivate mutating func add(_ next: CSVReading, offset: Int, lines before: Int) {
        (columns, delimiter) = (next.columns, next.delimiter)
        for (number, row) in next.rows { rows[recordsRead + number] = row }
        rejected += next.rejected.map {
            var moved = $0
            moved.offset += offset
            moved.line += before
            return moved
        }
        recordsRead += next.recordsRead
        lines += next.lines
        endsInside = endsInside || next.endsInside
    }
}
