import CSVRecords
import Records
import RowReference
import TestSupport
import Testing

/// Generated and damaged files, through any windows, against the plain reader.
@Suite struct RandomTests {
    private static func outcome(_ read: () throws -> CSVReading) throws -> Result<CSVReading, CSVError> {
        do { return .success(try read()) } catch let error as CSVError { return .failure(error) }
    }

    private static func check(_ file: RandomCSV, _ dice: inout Dice) throws -> Bool {
        let expected = try outcome {
            try .expected(file.bytes, file.schema, file.settings, longest: file.longest)
        }
        for step in [Int.max, 1 + dice.below(8), 1 + dice.below(200)] {
            let tellsEndLate = dice.once(in: 3)
            let actual = try outcome {
                try CSVReading(
                    file.bytes, file.schema, file.settings, longest: file.longest, step: step,
                    tellsEndLate: tellsEndLate)
            }
            #expect(
                actual == expected,
                """
                step \(step), longest \(file.longest), \(file.settings), \
                \(file.schema.fields.map(\.path.alternatives)), \(TestSeed.text): \(file.bytes)
                """)
            if actual != expected { return false }
        }
        return true
    }

    @Test(arguments: 0..<150) func wellFormedFilesAreReadAsThePlainReaderReadsThem(seed: Int) throws {
        var dice = TestSeed.dice(#function, "\(seed)")
        var rows = 0
        for _ in 0..<10 {
            let file = RandomCSV(&dice)
            if try !Self.check(file, &dice) { return }
            rows +=
                (try? CSVReading.expected(file.bytes, file.schema, file.settings, longest: file.longest).rows.count)
                ?? 0
        }
        #expect(rows > 20, "hardly a file could be read")
    }

    @Test(arguments: 0..<300) func damagedFilesAreReadAsThePlainReaderReadsThem(seed: Int) throws {
        var dice = TestSeed.dice(#function, "\(seed)")
        for _ in 0..<10 {
            var file = RandomCSV(&dice)
            file.damage(&dice)
            if try !Self.check(file, &dice) { return }
        }
    }

    @Test(arguments: 0..<40) func everyWindowSizeGivesTheSame(seed: Int) throws {
        var dice = TestSeed.dice(#function, "\(seed)")
        var file = RandomCSV(&dice)
        if dice.once(in: 2) { file.damage(&dice) }
        file.bytes = Array(file.bytes.prefix(300))
        let expected = try Self.outcome {
            try .expected(file.bytes, file.schema, file.settings, longest: file.longest)
        }
        for step in 1...max(1, file.bytes.count) {
            let actual = try Self.outcome {
                try CSVReading(file.bytes, file.schema, file.settings, longest: file.longest, step: step)
            }
            #expect(actual == expected, "step \(step), longest \(file.longest), \(TestSeed.text): \(file.bytes)")
            if actual != expected { return }
        }
    }
}
