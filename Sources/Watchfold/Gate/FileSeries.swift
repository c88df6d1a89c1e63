//  Which files are compared: those whose names differ in their dates alone.
//
//      20220412.json                 YYYYMMDD.json
//      dt=2022-04-12/part-03.json    dt=YYYY-MM-DD/part-03.json
//      2022-04-12/20220412-07.json   YYYY-MM-DD/YYYYMMDD-07.json
//
//  So the seventh hour of a day is compared with the seventh hours of the days before, and a day in one file with whole
//  days. A name that comes once, such as one with a random number in it, has nothing to be compared with.

import Records

/// A file's name with its date taken out.
struct FileSeries: Hashable {
    let pattern: ByteOrdered

    /// - Parameter date: `2022-04-12`.
    init(name: String, date: String) {
        let dashed = Array(date.utf8)
        let plain = dashed.filter { $0 != UInt8(ascii: "-") }
        var pattern: [UInt8] = []
        var rest = Array(name.utf8)[...]
        while let byte = rest.first {
            if rest.starts(with: dashed) {
                pattern += Array("YYYY-MM-DD".utf8)
                rest = rest.dropFirst(dashed.count)
            } else if rest.starts(with: plain) {
                pattern += Array("YYYYMMDD".utf8)
                rest = rest.dropFirst(plain.count)
            } else {
                pattern.append(byte)
                rest = rest.dropFirst()
            }
        }
        self.pattern = ByteOrdered(String(decoding: pattern, as: UTF8.self))
    }
}
