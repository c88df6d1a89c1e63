//  The day that a file is about, from its path.
//
//  1. The nearest folder called `dt=…`, `date=…` or `ingestion_date=…` decides. Its value is YYYY-MM-DD or YYYYMMDD.
//     `__HIVE_DEFAULT_PARTITION__` says that there is no date. Any other value (`dt=2022-02-31`, `date=april`) gives no
//     date either, and a note: what the folder meant is not guessed from the file's name.
//  2. Otherwise the first YYYYMMDD or YYYY-MM-DD in the file's name that is a day of the calendar and no part of a
//     longer run of digits.
//  3. Otherwise none.
//
//  Only the path below the inbox counts. A day of the calendar is one of the Gregorian years 1970 to 9999.
//
//      dt=2022-04-01/part-0.json               2022-04-01
//      dt=2022-04-01/hour=07/20220402.json     2022-04-01    a folder goes before the name
//      history_20220401_v2.json                2022-04-01
//      20220401123000.json                     none          14 digits are a time stamp, not a date
//      20221301-20220401.json                  2022-04-01    there is no month 13

import Records

/// What the folders above a file say about its date.
enum FolderDate: Equatable {
    /// No folder speaks of a date; the file's name may.
    case unsaid
    case known(String)
    /// There is expressly none.
    case none
    /// The value is no day of the calendar.
    case impossible

    private static let keys = ["dt=", "date=", "ingestion_date="]

    /// What one folder's name says.
    private init(folderName: Substring) {
        guard let key = Self.keys.first(where: folderName.hasPrefix) else {
            self = .unsaid
            return
        }
        let value = folderName.utf8.dropFirst(key.utf8.count)
        if value.elementsEqual("__HIVE_DEFAULT_PARTITION__".utf8) {
            self = .none
        } else if let day = CalendarDay(value), day.isPlausible {
            self = .known(day.description)
        } else {
            self = .impossible
        }
    }

    /// What the folders of a path say, the nearest to the file first; and which of them says so, as a path.
    static func nearest(inFolders path: String) -> (date: FolderDate, folder: String) {
        var folders = path.split(separator: "/")
        while let name = folders.last {
            let date = FolderDate(folderName: name)
            if date != .unsaid { return (date, folders.joined(separator: "/")) }
            folders.removeLast()
        }
        return (.unsaid, "")
    }
}

/// The first date in a file's name, as `2022-04-01`.
func dateInName(_ name: String) -> String? {
    var name = name
    return name.withUTF8 { bytes in
        var position = 0
        while position < bytes.count {
            let run = countDigits(in: bytes, at: position)
            if let date = date(in: bytes, at: position, run: run) { return date }
            position += max(run, 1)
        }
        return nil
    }
}

/// The date that begins at `position` with `run` digits, if it is one.
private func date(in bytes: UnsafeBufferPointer<UInt8>, at position: Int, run: Int) -> String? {
    let dash = UInt8(ascii: "-")
    // Where year, month and day begin.
    let starts: (Int, Int, Int)
    if run == 8 {
        starts = (position, position + 4, position + 6)
    } else if run == 4, bytes.count >= position + 10, bytes[position + 4] == dash, bytes[position + 7] == dash,
        countDigits(in: bytes, at: position + 5) == 2, countDigits(in: bytes, at: position + 8) == 2
    {
        starts = (position, position + 5, position + 8)
    } else {
        return nil
    }
    func number(_ start: Int, _ count: Int) -> Int {
        bytes[start..<start + count].reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    }
    guard let day = CalendarDay(year: number(starts.0, 4), month: number(starts.1, 2), day: number(starts.2, 2)),
        day.isPlausible
    else { return nil }
    return String(unsafeUninitializedCapacity: 10) { text in
        for index in 0..<4 { text[index] = bytes[starts.0 + index] }
        for index in 0..<2 {
            text[5 + index] = bytes[starts.1 + index]
            text[8 + index] = bytes[starts.2 + index]
        }
        text[4] = dash
        text[7] = dash
        return 10
    }
}

/// How many digits there are from `position` on.
private func countDigits(in bytes: UnsafeBufferPointer<UInt8>, at position: Int) -> Int {
    var end = position
    while end < bytes.count, bytes[end] >= UInt8(ascii: "0"), bytes[end] <= UInt8(ascii: "9") { end += 1 }
    return end - position
}

extension CalendarDay {
    /// Whether viewing records can be of this day: eight digits with an earlier year are some other number.
    fileprivate var isPlausible: Bool { year >= 1970 }
}
