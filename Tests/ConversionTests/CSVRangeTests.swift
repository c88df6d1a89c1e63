//  A large plain file of CSV is read in units by several threads. Where the units are cut must not show.

import CSVRecords
import DurableIO
import Intake
import Records
import RowReference
import TestSupport
import Testing

/// Files of several blocks, in ranges and as one. What lies around the cuts is random; long records lie between them.
@Suite struct CSVRangeTests {
    /// Content of some blocks, with short records or damaged ones where units may begin.
    private static func file(_ dice: inout Dice, isDamaged: Bool) -> RandomCSV {
        var file = RandomCSV(&dice)
        if file.longest < 1 << 16 { file.longest = isDamaged ? 40_000 : 1 << 16 }
        if dice.once(in: 3) { file.longest = 1 << 22 }
        if file.bytes.last != 0x0A { file.bytes.append(0x0A) }
        for block in 1...2 + dice.below(2) {
            file.fill(upTo: block << 20 - dice.below(500), &dice)
            var records = file
            records.bytes = []
            records.addRecords(1 + dice.below(15), &dice)
            if isDamaged && dice.once(in: 3) { records.damage(&dice) }
            file.bytes += records.bytes
        }
        if dice.once(in: 4) { file.bytes.removeLast() }
        return file
    }

    /// Reads it as one and in ranges.
    ///
    /// - Returns: whether it could be cut; nil when it cannot be read, or after a failure.
    private static func check(_ file: RandomCSV, unitSize: Int = 1 << 20) throws -> Bool? {
        let folder = try TemporaryFolder()
        let path = folder.file("a.csv")
        let output = try AtomicFile(path, in: .real)
        try file.bytes.withUnsafeBytes { try output.write($0) }
        try output.commit()
        let whole = try RangeOutcome.read(path, file, jobs: 1, unitSize: unitSize, isCut: false)
        let inRanges = try [1, 3].map {
            try RangeOutcome.read(path, file, jobs: $0, unitSize: unitSize, isCut: true)
        }
        #expect(whole != .wrongCuts)
        #expect(inRanges[0] == inRanges[1], "\(TestSeed.text)")
        if inRanges[0] == .wrongCuts { return false }
        #expect(inRanges[0] == whole, "\(TestSeed.text), \(file.settings), longest \(file.longest)")
        if inRanges[0] != whole { return nil }
        if case .read = whole { return true }
        return nil
    }

    @Test(arguments: 0..<30) func wellFormedFilesAreCutAndGiveWhatOneReaderGives(seed: Int) throws {
        var dice = TestSeed.dice(#function, "\(seed)")
        var file = Self.file(&dice, isDamaged: false)
        // Without a header, the delimiter that is found may be another, under which quotes do not fit.
        file.settings.delimiter = file.delimiter
        let isCut = try Self.check(file, unitSize: dice.once(in: 4) ? 2 << 20 : 1 << 20)
        #expect(isCut != false, "\(TestSeed.text), \(file.settings), longest \(file.longest)")
    }

    @Test func damagedFilesGiveWhatOneReaderGives() throws {
        var (cut, whole) = (0, 0)
        for seed in 0..<60 {
            var dice = TestSeed.dice(#function, "\(seed)")
            switch try Self.check(Self.file(&dice, isDamaged: true)) {
            case true?: cut += 1
            case false?: whole += 1
            case nil: break
            }
        }
        // Of sixty files some six to twelve are read as one.
        #expect(cut > 5 && whole > 0, "\(cut) files were cut, \(whole) read as one")
    }

    // MARK: Single cases

    private static func file(
        _ text: String, quote: UInt8? = UInt8(ascii: "\""), columns: [String]? = nil, longest: Int = 1 << 20
    ) -> RandomCSV {
        var dice = Dice(seed: 1)
        var file = RandomCSV(&dice)
        file.bytes = Array(text.utf8)
        file.schema = RowSchema(["a", "b"].map { RowField($0, .string) })
        file.settings = CSVSettings(quote: quote, columns: columns)
        file.longest = longest
        return file
    }

    /// More than two units.
    private static let many: String = {
        let text = String(repeating: "x", count: 50)
        return (0..<40_000).map { "\($0),\(text)\n" }.joined()
    }()

    /// What a cut has to see: whether a line feed is the last byte before it, and how records span units.
    @Test(arguments: [-3, -2, -1, 0, 1, 2, 3]) func aRecordMayEndAnywhereAroundACut(distance: Int) throws {
        let start = "a,b\n"
        for end in ["\n", "\r\n"] {
            let first = String(repeating: "x", count: 1 << 20 + distance - start.utf8.count - 2 - end.utf8.count)
            let text = start + first + ",1" + end + "2,3" + end + Self.many
            #expect(try Self.check(Self.file(text, longest: 1 << 21)) == true)
            let lines = String(repeating: "x\n", count: 1 << 20 + distance)
            #expect(try Self.check(Self.file(start + "1,\"\(lines)\"" + end + Self.many, longest: 1 << 22)) == true)
        }
    }

    @Test func aHeaderMayBeLongerThanAUnit() throws {
        let name = String(repeating: "n\n", count: 800_000)
        let text = "a,b,\"\(name)\"\n" + Self.many.replacing(",x", with: ",x,")
        #expect(try Self.check(Self.file(text, longest: 1 << 21)) == true)
        #expect(try Self.check(Self.file(text, longest: 1 << 20)) == nil)
    }

    @Test func emptyLinesMayFillTheFirstUnit() throws {
        let text = "\u{FEFF}" + String(repeating: "\r\n", count: 600_000)
        #expect(try Self.check(Self.file(text + "a,b\n" + Self.many)) == false)
        #expect(try Self.check(Self.file(text + text)) == true)
        #expect(try Self.check(Self.file(text + text + "\r")) == true)
    }

    @Test func aFileWithoutAHeaderIsCut() throws {
        #expect(try Self.check(Self.file(Self.many, columns: ["b", "a"])) == true)
        #expect(try Self.check(Self.file("x\"\"\n" + Self.many, columns: ["b", "a"])) == true)
    }

    @Test func withoutQuotesAnyLineFeedIsACut() throws {
        let text = "a,b\n" + Self.many.replacing("7,", with: "\"7,")
        #expect(try Self.check(Self.file(text, quote: nil)) == true)
        #expect(try Self.check(Self.file(text)) != nil)
    }

    /// Counted quotes take what is behind it for the inside of fields.
    @Test(arguments: ["1,\"x\n", "1,x\"\n", "\"\n", "\"1\r,x\r\n"])
    func aFileIsReadAsOneIfAQuoteIsNotClosed(record: String) throws {
        #expect(try Self.check(Self.file("a,b\n" + Self.many + record + Self.many)) == false)
        #expect(try Self.check(Self.file("a,b\n" + record + Self.many + "1,\"x\ny\"\n" + Self.many)) == false)
        #expect(try Self.check(Self.file("a,b\n" + Self.many + record)) == true)
    }

    @Test(arguments: [
        "1,\"x\"y\n", "1,x\r\r\n", "1,\"x\0\"\n", "1\n", "1,\"2\n\",3\n",
        String(repeating: "\0", count: 3000) + "4,5\n", "x\"x\"\n",
    ])
    func otherRecordsThatAreRejectedLeaveItCut(record: String) throws {
        let text = "a,b\n" + record + Self.many + record + Self.many + record
        #expect(try Self.check(Self.file(text)) == true)
    }

    /// The record that says so begins in front of the last unit.
    @Test func aFileMayEndWithinAValueOfSeveralUnits() throws {
        let lines = String(repeating: "x\n", count: 1 << 20)
        #expect(try Self.check(Self.file("a,b\n" + Self.many + "1,\"" + lines, longest: 1 << 22)) == true)
        #expect(try Self.check(Self.file("a,b\n" + Self.many + "1,\"" + lines, longest: 1 << 20)) == false)
    }

    @Test func aHeaderThatDoesNotFitIsTheSameError() throws {
        #expect(try Self.check(Self.file("a,c\n" + Self.many)) == nil)
        #expect(try Self.check(Self.file("a,a,b\n" + Self.many)) == nil)
        #expect(try Self.check(Self.file("a,\"b\n" + Self.many)) == nil)
    }

    /// Of each file, no more text of rejected records is kept than a megabyte, in ranges as well.
    @Test func deadLettersAreKeptAsOneReaderKeepsThem() throws {
        let short = String(repeating: "x", count: 3000) + "\n"
        #expect(try Self.check(Self.file("a,b\n" + String(repeating: short, count: 1000))) == true)
    }
}

extension RandomCSV {
    /// Adds long records up to a place; some have many lines.
    fileprivate mutating func fill(upTo end: Int, _ dice: inout Dice) {
        let rest = [UInt8](repeating: delimiter, count: columnCount - 1) + Array(lineEnd.utf8)
        while bytes.count + rest.count + 3 < end {
            let isGiant = longest > 1 << 20 && dice.once(in: 9)
            let count = min(end - bytes.count - rest.count, 3 + dice.below(isGiant ? 2 << 20 : min(longest, 50_000)))
            if let quote = settings.quote, isGiant || dice.once(in: 2) {
                var text = [UInt8](repeating: UInt8(ascii: "y"), count: count)
                for place in stride(from: 4, to: count, by: 37) { text[place] = 0x0A }
                (text[0], text[count - 1]) = (quote, quote)
                bytes += text
            } else {
                bytes += [UInt8](repeating: UInt8(ascii: "x"), count: count)
            }
            bytes += rest
        }
    }
}
