import Glibc
import Records
import RowReference
import TestSupport
import Testing
import TypedRows

/// What one cell becomes: the table of docs/records.md, "Typed rows", at every limit.
@Suite struct ValueTests {
    private func outcome(
        _ type: FieldType, _ cell: ReferenceCell, _ settings: ConversionSettings = ConversionSettings()
    ) -> ReferenceOutcome {
        let schema = RowSchema([RowField("f", type, isRequired: false)])
        let converted = ConvertedRows([[cell]], schema, settings)
        if converted.faults == [RowFault(row: 0, reason: .bad("f"))] { return .bad }
        return .value(
            converted.rows[0][0], isCoerced: converted.findings[0].coerced == 1,
            isRounded: converted.findings[0].rounded == 1)
    }

    private func number(_ type: FieldType, _ text: String) -> ReferenceOutcome {
        outcome(type, ReferenceCell(.number, text))
    }

    private func string(_ type: FieldType, _ text: String) -> ReferenceOutcome {
        outcome(type, ReferenceCell(.string, text))
    }

    @Test(
        arguments: [
            ("0", 0), ("-0", 0), ("7", 7), ("-7", -7), ("12345678", 12_345_678), ("123456789", 123_456_789),
            ("1234567890123456", 1_234_567_890_123_456), ("12345678901234567", 12_345_678_901_234_567),
            ("999999999999999999", 999_999_999_999_999_999), ("-999999999999999999", -999_999_999_999_999_999),
            ("1000000000000000000", 1_000_000_000_000_000_000), ("9223372036854775807", Int64.max),
            ("-9223372036854775808", Int64.min),
        ] as [(String, Int64)]) func plainIntegersAreRead(text: String, value: Int64)
    {
        #expect(number(.integer, text) == .value(.integer(value)))
        #expect(string(.integer, text) == .value(.integer(value), isCoerced: true))
        #expect(
            outcome(.integer, ReferenceCell(.string, text), ConversionSettings(isUntyped: true))
                == .value(.integer(value)))
    }

    @Test(
        arguments: [
            ("1e3", 1000), ("12.0", 12), ("-120e-1", -12), ("0.0", 0), ("0e99999999999999999999", 0),
            ("9223372036854775807.000", Int64.max), ("-9.223372036854775808e18", Int64.min),
            ("1" + String(repeating: "0", count: 300) + "e-300", 1),
        ] as [(String, Int64)]) func integralNumbersAreIntegersAndCoerced(text: String, value: Int64)
    {
        #expect(number(.integer, text) == .value(.integer(value), isCoerced: true))
    }

    @Test(arguments: [
        "1.5", "1e-1", "9223372036854775808", "-9223372036854775809", "1e19", "1e99999999999999999999",
        "18446744073709551616",
    ]) func numbersThatAreNoIntegersAreBad(text: String) {
        #expect(number(.integer, text) == .bad)
    }

    @Test(arguments: [
        "", " 1", "1 ", "+1", "007", "1,000", "0x10", "-", "1_0", "١", "1.", ".5", "1e", "NaN", "12345678a",
    ])
    func textsThatAreNoNumbersAreBad(text: String) {
        for type in [FieldType.integer, .decimal(precision: 18, scale: 3), .double, .timestamp(.unixSeconds)] {
            #expect(string(type, text) == .bad, "\(type)")
            #expect(outcome(type, ReferenceCell(.string, text), ConversionSettings(isUntyped: true)) == .bad, "\(type)")
        }
    }

    @Test func decimalsAreExactAtEveryLimit() {
        let d = { FieldType.decimal(precision: $0, scale: $1) }
        #expect(number(d(4, 2), "99.99") == .value(.decimal(9999)))
        #expect(number(d(4, 2), "-99.99") == .value(.decimal(-9999)))
        #expect(number(d(4, 2), "100") == .bad)
        #expect(number(d(4, 2), "99.990") == .value(.decimal(9999)))
        #expect(number(d(4, 2), "99.991") == .bad)
        #expect(number(d(4, 2), "9.999e1") == .value(.decimal(9999)))
        #expect(number(d(1, 1), "0.9") == .value(.decimal(9)))
        #expect(number(d(1, 1), "1") == .bad)
        #expect(string(d(4, 2), "1.5") == .value(.decimal(150), isCoerced: true))
        let nines = String(repeating: "9", count: 38)
        let largest = (0..<38).reduce(1 as Int128) { power, _ in power * 10 } - 1
        #expect(number(d(38, 0), nines) == .value(.decimal(largest)))
        #expect(number(d(38, 0), "-" + nines) == .value(.decimal(-largest)))
        #expect(number(d(38, 38), "0." + nines) == .value(.decimal(largest)))
        #expect(number(d(38, 0), "1e38") == .bad)
        #expect(number(d(18, 0), "999999999999999999") == .value(.decimal(999_999_999_999_999_999)))
        #expect(number(d(18, 0), "1000000000000000000") == .bad)
        #expect(number(d(9, 0), "4294967296") == .bad)
    }

    @Test func decimalsAreRoundedOnlyIfTheSettingsSaySo() {
        let cases: [(String, reject: Int128?, nearest: Int128?, down: Int128?, up: Int128?)] = [
            ("1.25", nil, 13, 12, 13), ("1.249", nil, 12, 12, 13), ("-1.25", nil, -13, -12, -13),
            ("1.20", 12, 12, 12, 12),
            ("0.04", nil, 0, 0, 1), ("1e-99", nil, 0, 0, 1), ("9.99", nil, nil, 99, nil), ("9.94", nil, 99, 99, nil),
        ]
        for item in cases {
            let wanted: [(Rounding, Int128?)] = [
                (.reject, item.reject), (.nearest, item.nearest), (.down, item.down), (.up, item.up),
            ]
            for (rounding, value) in wanted {
                let result = outcome(
                    .decimal(precision: 2, scale: 1), ReferenceCell(.number, item.0),
                    ConversionSettings(decimalRounding: rounding))
                let isRounded = item.reject == nil
                #expect(
                    result == value.map { .value(.decimal($0), isRounded: isRounded) } ?? .bad, "\(item.0) \(rounding)")
            }
        }
    }

    @Test func doublesAreTheNearestOnes() {
        var dice = TestSeed.dice()
        var texts = [
            "0", "-0.0", "9007199254740992", "9007199254740993", "9007199254740993.0", "9007199254740994.999999",
            "1e22", "1e23",
            "123456789012345678e-27", "9223372036854775807", "18446744073709551615", "5e-324",
            "2.4703282292062327e-324",
            "2.4703282292062328e-324", "1.7976931348623157e308", "1.7976931348623158e308", "8.5", "0.1",
            "2.2250738585072011e-308", "6.1e-28", "0.000000000000000000000000000000000000000000000000001",
        ]
        for _ in 0..<8000 {
            let value = Double(bitPattern: dice.next())
            if value.isFinite { texts.append("\(value)") }
            let exponent = dice.pick(["", "e-5", "e10", "e-22", "e-25", "e27", "e-28", "e8"])
            texts.append("\(dice.next() >> UInt64(dice.below(60)))\(exponent)")
            let part = String(dice.next() >> UInt64(dice.below(60)))
            texts.append("\(dice.below(1000)).\(part)")
            // The middle between two doubles, and one unit of the last digit beside it: 2^53 + odd numbers, shifted.
            let odd = UInt64(1) << 53 | dice.next() >> 11 | 1
            texts.append("\(odd)")
            texts.append("\(odd << UInt64(dice.below(10)))")
        }
        let schema = RowSchema([RowField("f", .double)])
        let converted = ConvertedRows(texts.map { [ReferenceCell(.number, $0)] }, schema)
        #expect(converted.faults.isEmpty && converted.rows.count == texts.count)
        for (text, row) in zip(texts, converted.rows) where row != [.double(strtod(text, nil).bitPattern)] {
            Issue.record("\(text): \(row), \(strtod(text, nil)); \(TestSeed.text)")
        }
    }

    @Test func infinityIsBadUnlessItIsWantedAndWritten() {
        let lenient = ConversionSettings(acceptsNonFinite: true)
        #expect(number(.double, "1e309") == .bad)
        #expect(outcome(.double, ReferenceCell(.number, "1e309"), lenient) == .bad)
        #expect(number(.double, "1.7976931348623159e308") == .bad)
        #expect(number(.double, "1e-400") == .value(.double(0), isRounded: true))
        #expect(number(.double, "-1e-400") == .value(.double((-0.0).bitPattern), isRounded: true))
        #expect(number(.double, "NaN") == .bad)
        #expect(outcome(.double, ReferenceCell(.number, "NaN"), lenient) == .value(.double(Double.nan.bitPattern)))
        #expect(
            outcome(.double, ReferenceCell(.string, "-Infinity"), lenient)
                == .value(.double((-Double.infinity).bitPattern), isCoerced: true))
    }

    @Test func booleansAreWordsAndInUntypedFilesLettersAndDigits() {
        #expect(outcome(.boolean, ReferenceCell(.boolean, "true")) == .value(.boolean(true)))
        #expect(outcome(.boolean, ReferenceCell(.boolean, "false")) == .value(.boolean(false)))
        #expect(string(.boolean, "FALSE") == .value(.boolean(false), isCoerced: true))
        #expect(number(.boolean, "1") == .bad)
        #expect(string(.boolean, "1") == .bad)
        #expect(
            outcome(.boolean, ReferenceCell(.string, "1"), ConversionSettings(isUntyped: true))
                == .value(.boolean(true)))
        #expect(string(.boolean, "tru\u{0145}") == .bad)
    }

    @Test func datesAreEveryDayOfTenThousandYears() {
        var texts: [String] = []
        var day: CalendarDay? = .earliest
        while let one = day {
            texts.append(one.description)
            day = one.advanced(by: 97)
        }
        texts += ["9999-12-31", "2000-02-29", "2024-02-29", "1970-01-01", "1969-12-31"]
        let converted = ConvertedRows(texts.map { [ReferenceCell(.string, $0)] }, RowSchema([RowField("f", .date)]))
        #expect(converted.faults.isEmpty && texts.count > 30_000)
        for (text, row) in zip(texts, converted.rows) {
            let day = CalendarDay(text)!.daysSinceEpoch
            if row != [.date(day)] { Issue.record("\(text): \(row), not \(day)") }
        }
    }

    @Test(arguments: [
        "0000-01-01", "2022-13-01", "2022-00-01", "2022-02-29", "1900-02-29", "2022-04-31", "2022-04-00", "2022-4-1",
        "20220401",
        "2022-04-01Z", "2022/04/01", "22-04-01", "10000-01-01", "2022-04-01T00:00:01", "2022-04-01T00:00:00+02:00",
        "2022-04-01T24:00", " 2022-04-01", "", "\0\0\0\0\0\0\0\0\0\0", "2022-04-1x", "2022-04-3:",
    ]) func thisIsNoDate(text: String) {
        #expect(string(.date, text) == .bad)
    }

    @Test(arguments: [
        "2022-04-01T00:00:00", "2022-04-01 00:00", "2022-04-01T00:00:00.000Z", "2022-04-01T00:00:00+00:00",
    ])
    func midnightIsADateAndCoerced(text: String) {
        #expect(string(.date, text) == .value(.date(19_083), isCoerced: true))
    }

    @Test(arguments: [
        ("2022-04-01T12:34:56.789Z", 1_648_816_496_789_000), ("2022-04-01t12:34:56.789z", 1_648_816_496_789_000),
        ("2022-04-01 12:34:56", 1_648_816_496_000_000), ("2022-04-01T12:34", 1_648_816_440_000_000),
        ("2022-04-01T12:34Z", 1_648_816_440_000_000), ("2022-04-01", 1_648_771_200_000_000),
        ("2022-04-01T12:34:56,789012+05:30", 1_648_796_696_789_012),
        ("2022-04-01T12:34:56.7-0530", 1_648_836_296_700_000),
        ("2022-04-01T12:34:56.789012000+02", 1_648_809_296_789_012), ("2022-04-01T24:00:00", 1_648_857_600_000_000),
        ("2022-04-01T24:00", 1_648_857_600_000_000), ("1969-12-31T23:59:59.999999Z", -1), ("1970-01-01T00:00:00", 0),
        ("0001-01-01T00:00:00", -62_135_596_800_000_000), ("9999-12-31T23:59:59.999999", 253_402_300_799_999_999),
        ("0001-01-01T02:00:00+02:00", -62_135_596_800_000_000),
        ("9999-12-31T20:59:59.999999-03:00", 253_402_300_799_999_999),
    ]) func timestampsAreReadInAllForms(text: String, micros: Int64) {
        #expect(string(.timestamp(.iso8601), text) == .value(.timestamp(micros)))
    }

    @Test(arguments: [
        "2022-04-01T12", "2022-04-01T12:3", "2022-04-01T12:34:", "2022-04-01T12:34:5", "2022-04-01T12:34:60Z",
        "2022-04-01T12:60:00", "2022-04-01T24:00:01", "2022-04-01T24:00:00.000001", "2022-04-01T25:00:00",
        "2022-04-01T12:34:56.",
        "2022-04-01T12:34:56.Z", "2022-04-01T12:34:56.1234567890", "2022-04-01T12:34:56.7890001", "2022-04-01T12:34.5",
        "2022-04-01T12:34:56 Z", "2022-04-01T12:34:56UTC", "2022-04-01T12:34:56+1", "2022-04-01T12:34:56+24:00",
        "2022-04-01T12:34:56+01:60", "2022-04-01T12:34:56+010", "2022-04-01T12:34:56+01:0", "2022-04-01T12:34:56+01-00",
        "2022-04-01X12:34:56", "2022-04-01  12:34:56", "20220401T123456Z", "0001-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59-00:01", "9999-12-31T24:00:00", "2022-02-30T00:00:00Z", "2022-04-01T1a:34:56.789Z", "Z", "",
        "2022-04-01T12:34:56.7:9Z", "2022-04-01T12:34:5:.789Z", "2022-04-01T12:34:61.789Z",
    ]) func thisIsNoTimestamp(text: String) {
        #expect(string(.timestamp(.iso8601), text) == .bad)
    }

    @Test func numbersAreNoDatesAndTextsNoUnixTimes() {
        #expect(number(.timestamp(.iso8601), "1648816496") == .bad)
        #expect(number(.date, "20220401") == .bad)
        #expect(string(.timestamp(.unixSeconds), "2022-04-01T00:00:00Z") == .bad)
    }

    @Test func partsOfAMicrosecondAreRoundedOnlyIfTheSettingsSaySo() {
        let cases: [(ReferenceCell, TimestampForm, nearest: Int64, down: Int64, up: Int64)] = [
            (ReferenceCell(.string, "1970-01-01T00:00:00.0000005"), .iso8601, 1, 0, 1),
            (ReferenceCell(.string, "1970-01-01T00:00:00.000000499"), .iso8601, 0, 0, 1),
            (ReferenceCell(.string, "1969-12-31T23:59:59.999999500Z"), .iso8601, 0, -1, 0),
            (ReferenceCell(.number, "-0.0000005"), .unixSeconds, 0, -1, 0),
            (ReferenceCell(.number, "-0.00000051"), .unixSeconds, -1, -1, 0),
            (ReferenceCell(.number, "1.5"), .unixMicroseconds, 2, 1, 2),
            (ReferenceCell(.number, "0.0000000000001"), .unixMilliseconds, 0, 0, 1),
        ]
        for (cell, form, nearest, down, up) in cases {
            for (rounding, value) in [(Rounding.nearest, nearest), (.down, down), (.up, up)] {
                let result = outcome(.timestamp(form), cell, ConversionSettings(timestampRounding: rounding))
                #expect(result == .value(.timestamp(value), isRounded: true), "\(cell) \(rounding)")
            }
            #expect(outcome(.timestamp(form), cell) == .bad)
        }
    }

    @Test(arguments: [
        ("1648816496", TimestampForm.unixSeconds, 1_648_816_496_000_000),
        ("1648816496.789012", .unixSeconds, 1_648_816_496_789_012),
        ("1.648816496e9", .unixSeconds, 1_648_816_496_000_000),
        ("1648816496789", .unixMilliseconds, 1_648_816_496_789_000),
        ("1648816496789012", .unixMicroseconds, 1_648_816_496_789_012), ("-1", .unixSeconds, -1_000_000),
        ("253402300799.999999", .unixSeconds, 253_402_300_799_999_999),
        ("-62135596800", .unixSeconds, -62_135_596_800_000_000),
        ("253402300799999999", .unixMicroseconds, 253_402_300_799_999_999),
    ]) func unixTimesAreExact(text: String, form: TimestampForm, micros: Int64) {
        #expect(number(.timestamp(form), text) == .value(.timestamp(micros)))
        #expect(string(.timestamp(form), text) == .value(.timestamp(micros), isCoerced: true))
    }

    @Test(arguments: [
        ("253402300800", TimestampForm.unixSeconds), ("-62135596801", .unixSeconds),
        ("253402300800000", .unixMilliseconds),
        ("253402300800000000", .unixMicroseconds), ("1e300", .unixSeconds), ("9223372036854775808", .unixMicroseconds),
        ("1648816496789", .unixSeconds), ("1648816496.7890121", .unixSeconds),
    ]) func unixTimesBeyondTheYearsOrAMicrosecondAreBad(text: String, form: TimestampForm) {
        #expect(number(.timestamp(form), text) == .bad)
    }

    @Test func stringsTakeScalarsAsTheirTextAndJSONTakesAnything() {
        #expect(number(.string, "1.50") == .value(.text(Array("1.50".utf8)), isCoerced: true))
        #expect(outcome(.string, ReferenceCell(.boolean, "true")) == .value(.text(Array("true".utf8)), isCoerced: true))
        #expect(outcome(.string, ReferenceCell(.container, "[1]")) == .bad)
        #expect(string(.string, "") == .value(.text([])))
        for kind in [Cell.Kind.container, .number, .string, .boolean] {
            #expect(outcome(.json, ReferenceCell(kind, "[1, 2]")) == .value(.text(Array("[1, 2]".utf8))))
        }
        #expect(outcome(.json, .null) == .value(.null))
    }

    @Test(arguments: 0...70) func stringsOfAnyLengthAreCopiedWhole(count: Int) {
        let text = (0..<count).map { UInt8(0x21 + $0) }
        let rows = (0..<3).map { _ in [ReferenceCell(.string, text)] }
        #expect(
            ConvertedRows(rows, RowSchema([RowField("f", .string)])).rows == Array(repeating: [.text(text)], count: 3))
    }

    /// Words of eight bytes are looked at as a whole: no byte may pass for a digit, or carry into the next one.
    @Test(arguments: [
        "1", "12345678", "123456789012345678", "-12345", "12.5", "1234.5678", "0.1234567890123456", "2022-04-01",
        "2022-04-01T12:34:56.789Z", "2022-04-01T12:34:56Z", "2022-04-01 12:34:56.789012+02:00",
    ]) func everyByteInEveryPlaceIsReadAsByThePlainReference(text: String) {
        var cells = [[ReferenceCell(.string, text)]]
        for place in text.utf8.indices {
            for byte in UInt8.min...UInt8.max {
                var changed = Array(text.utf8)
                changed[text.utf8.distance(from: text.utf8.startIndex, to: place)] = byte
                cells.append([ReferenceCell(.string, changed)])
            }
        }
        let settings = ConversionSettings(isUntyped: true)
        for type in [.integer, .decimal(precision: 18, scale: 8), .double, .date, .timestamp(.iso8601)] as [FieldType] {
            let schema = RowSchema([RowField("f", type)])
            let (actual, expected) = (
                ConvertedRows(cells, schema, settings), ConvertedRows.expected(cells, schema, settings)
            )
            #expect(actual.faults == expected.faults, "\(type)")
            #expect(actual == expected, "\(type)")
        }
    }
}
