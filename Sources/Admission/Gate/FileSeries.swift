//  Which files are compared: those whose names differ in their dates alone.
//
//      20220412.json                 YYYYMMDD.json
//      dt=2022-04-12/part-03.json    dt=YYYY-MM-DD/part-03.json
//      2022-04-12/20220412-07.json   YYYY-MM-DD/YYYYMMDD-07.json
//      logstash-2022.04.12.json      logstash-YYYY.MM.DD.json        likewise with _ and /
//      12-04-2022.json               DD-MM-YYYY.json                 a date that the setting `date` finds
//      year=2022/month=4/day=12/a    year=YYYY/month=MM/day=DD/a
//
//  So the seventh hour of a day is compared with the seventh hours of the days before, and a day in one file with whole
//  days. A name that comes once, such as one with a random number in it, has nothing to be compared with.

import Records

/// A file's name with its date taken out.
struct FileSeries: Hashable {
    let pattern: ByteOrdered

    /// - Parameter date: `2022-04-12`.
    init(name: String, date: String) {
        let spellings = Self.spellings(date)
        var pattern: [UInt8] = []
        var rest = Array(name.utf8)[...]
        while let byte = rest.first {
            if let (text, shown) = spellings.first(where: { rest.starts(with: $0.text) }) {
                pattern += shown
                rest = rest.dropFirst(text.count)
            } else {
                pattern.append(byte)
                rest = rest.dropFirst()
            }
        }
        self.pattern = ByteOrdered(String(decoding: pattern, as: UTF8.self))
    }

    /// The ways to write a date, and what is put in their place.
    private static func spellings(_ date: String) -> [(text: [UInt8], shown: [UInt8])] {
        let parts = date.split(separator: "-").map(String.init)
        guard parts.count == 3 else { return [] }
        let (year, month, day) = (parts[0], parts[1], parts[2])
        func plain(_ number: String) -> String { number.hasPrefix("0") ? String(number.dropFirst()) : number }
        var spellings = [(year + month + day, "YYYYMMDD")]
        for separator in ["-", "_", ".", "/"] {
            spellings += [
                ([year, month, day].joined(separator: separator), "YYYY\(separator)MM\(separator)DD"),
                ([day, month, year].joined(separator: separator), "DD\(separator)MM\(separator)YYYY"),
            ]
        }
        // With the slash: `day=1` is the beginning of `day=12`.
        for (key, number, shown) in [("year", year, "YYYY"), ("month", month, "MM"), ("day", day, "DD")] {
            for number in [number, plain(number)] { spellings.append(("\(key)=\(number)/", "\(key)=\(shown)/")) }
        }
        return spellings.map { (Array($0.0.utf8), Array($0.1.utf8)) }
    }
}

/// The order in which files are compared with those before them: by date, those without one last, then by name.
package struct GateOrder: Comparable {
    private let date: String?
    private let name: ByteOrdered

    package init(_ date: String?, _ name: String) {
        self.date = date
        self.name = ByteOrdered(name)
    }

    package static func < (a: GateOrder, b: GateOrder) -> Bool {
        switch (a.date, b.date) {
        case (let a?, let b?) where a != b: a < b
        case (nil, _?): false
        case (_?, nil): true
        default: a.name < b.name
        }
    }
}
