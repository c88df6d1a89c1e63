//  What to generate, and what can go wrong with it.

import Records

/// How the generated files are packed.
package enum SampleCompression: String, Sendable, Hashable, CaseIterable {
    case none
    case gzip
    case lz4
    case zstd

    /// What a file's name ends in, after `.json`.
    package var suffix: String {
        switch self {
        case .none: ""
        case .gzip: ".gz"
        case .lz4: ".lz4"
        case .zstd: ".zst"
        }
    }
}

/// How many days, how large, from which day on. The defaults are those of the published profile.
package struct SampleOptions: Sendable, Hashable {
    /// Days, a file each.
    package var days = 1
    /// Records of a day.
    package var recordsPerDay = 1_600_000
    /// Whether the number of records differs from day to day, by up to 4 % either way. Otherwise it is exact.
    package var variesRecords = false
    /// Contracts that the records are drawn from; `1 ... 64,000,000`.
    package var keys = Population.publishedContracts
    /// Chooses the records; the same seed gives the same bytes.
    package var seed: UInt64 = 1
    /// The day of the first file.
    package var firstDay = CalendarDay(year: 2022, month: 4, day: 1)!
    package var compression = SampleCompression.none
    /// Threads that make records; the bytes do not depend on it.
    package var jobs = 1

    package init() {}
}

/// Why samples cannot be generated.
package enum SampleError: Error, Hashable, CustomStringConvertible {
    /// An option is out of its range.
    case option(name: String, value: Int, allowed: ClosedRange<Int>)
    /// The last of the days would be later than 9999-12-31.
    case daysPastCalendar(firstDay: CalendarDay, days: Int)
    /// zlib, LZ4 or zstd refused; `code` is its own, as text where it has one.
    case compressor(library: String, operation: String, code: String)

    package var description: String {
        switch self {
        case .option(let name, let value, let allowed):
            "\(name) is \(value); it must be from \(allowed.lowerBound) to \(allowed.upperBound)"
        case .daysPastCalendar(let firstDay, let days):
            "\(days) days from \(firstDay) on would end after \(CalendarDay.latest)"
        case .compressor(let library, let operation, let code):
            "cannot compress generated records: \(library), \(operation): \(code)"
        }
    }
}

extension SampleOptions {
    /// - Throws: `SampleError` that names the first option out of range.
    func validate() throws(SampleError) {
        func check(_ name: String, _ value: Int, _ allowed: ClosedRange<Int>) throws(SampleError) {
            if !allowed.contains(value) { throw .option(name: name, value: value, allowed: allowed) }
        }
        try check("days", days, 0...4_000_000)
        // Up to here the `_id`s of a day are unique, see `RecordIdentifier`.
        try check("records", recordsPerDay, 0...300_000_000)
        try check("contracts", keys, 1...Population.limit)
        try check("jobs", jobs, 1...1_024)
        if days > 0, firstDay.advanced(by: days - 1) == nil {
            throw .daysPastCalendar(firstDay: firstDay, days: days)
        }
    }
}
