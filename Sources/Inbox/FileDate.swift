//  The day that a file is about, from its path. The first of these that says something decides:
//
//  1. A pattern of the setting `date` (Records/DatePattern.swift).
//  2. The nearest folder `dt=…`, `date=…`, `ingestion_date=…` or `day=…`; or else the nearest whose key is `ds` or ends
//     in `_date`, `_dt` or `_day`. Three folders `year=2022/month=4/day=1`, padded or not, are one of the former.
//     `__HIVE_DEFAULT_PARTITION__` says that there is no date. A value of the former that is not a day (`dt=2022-02-31`)
//     gives no date either, and a note: what the folder meant is not guessed from the file's name. The latter may be
//     about anything, so a value that is not a day says nothing.
//  3. The first day in the file's name.
//  4. The nearest folder that is a day and nothing else, `2022-04-01/`, or three of them, `2022/04/01/`.
//
//  Only the path below the inbox counts. A day is one of the Gregorian calendar, of the years 1970 to 9999, written
//
//      20220401  2022-04-01  2022_04_01  2022.04.01           and in no longer run of digits, but for
//      202204011230  20220401123000  20220401123000123        which are a day and a time; 2022040112 in folders alone:
//                                                             ten digits of a name are as well some other number
//
//  A name with two days side by side is about all the days between them, or about one of them: it has none, and the
//  setting `date` can say which.
//
//      dt=2022-04-01/part-0.json               2022-04-01
//      dt=2022-04-01/hour=07/20220402.json     2022-04-01    a folder that says what it is goes before the name
//      2022/04/02/20220401.json                2022-04-01    and one that does not after it: the day of delivery, maybe
//      history_20220401_v2.json                2022-04-01
//      20221301-20220401.json                  2022-04-01    there is no month 13
//      20220401-made-20220503.json             2022-04-01
//      20220401-20220407.json                  none          a week

import Records

/// What the folders above a file say about its date.
enum FolderDate: Equatable {
    /// No folder speaks of a date; the file's name may.
    case unsaid
    case known(String)
    /// There is expressly none.
    case none
    /// The value is not a day of the calendar.
    case impossible
}

/// What the folders above a file say.
struct FolderDates: Equatable {
    /// What a folder says that names what it says, and which, as a path.
    var date = FolderDate.unsaid
    var folder = ""
    /// What folders say that are dates and nothing else.
    var plain: String?

    private static let keys: Set<Substring> = ["dt", "date", "ingestion_date"]
    private static let hiveDefault = "__HIVE_DEFAULT_PARTITION__"

    /// - Parameter path: the folders, below the inbox.
    init(_ path: String) {
        let folders = path.split(separator: "/")
        for count in stride(from: folders.count, to: 0, by: -1) {
            let date = Self.explicit(folders[..<count])
            if date == .unsaid { continue }
            self.date = date
            folder = folders[..<count].joined(separator: "/")
            break
        }
        if date == .unsaid {
            for (index, name) in folders.enumerated().reversed() {
                guard let (key, value) = Self.pair(name), Self.mayBeDate(key), let day = wholeDay(value) else {
                    continue
                }
                date = .known(day.description)
                folder = folders[...index].joined(separator: "/")
                break
            }
        }
        for count in stride(from: folders.count, to: 0, by: -1) where plain == nil {
            plain = Self.plainDay(folders[..<count])
        }
    }

    private static func pair(_ name: Substring) -> (key: Substring, value: Substring)? {
        name.firstIndex(of: "=").map { (name[..<$0], name[name.index(after: $0)...]) }
    }

    private static func mayBeDate(_ key: Substring) -> Bool {
        key == "ds" || ["_date", "_dt", "_day"].contains { key.hasSuffix($0) }
    }

    /// What the last of these folders says, with those above it.
    private static func explicit(_ folders: ArraySlice<Substring>) -> FolderDate {
        guard let last = folders.last, let (key, value) = pair(last) else { return .unsaid }
        if keys.contains(key) {
            if value == hiveDefault { return .none }
            return wholeDay(value).map { .known($0.description) } ?? .impossible
        }
        guard key == "day" else { return .unsaid }
        if let day = wholeDay(value) { return .known(day.description) }
        guard let year = nearest("year", folders), let month = nearest("month", folders) else { return .unsaid }
        if [year, month, value].contains(Substring(hiveDefault)) { return .none }
        guard let year = number(year, 4...4), let month = number(month, 1...2), let day = number(value, 1...2),
            let date = CalendarDay(year: year, month: month, day: day), date.isPlausible
        else { return .impossible }
        return .known(date.description)
    }

    /// The value of the nearest folder with a key.
    private static func nearest(_ key: Substring, _ folders: ArraySlice<Substring>) -> Substring? {
        for name in folders.reversed() {
            if let pair = pair(name), pair.key == key { return pair.value }
        }
        return nil
    }

    private static func number(_ text: Substring, _ digits: ClosedRange<Int>) -> Int? {
        guard digits.contains(text.utf8.count), text.utf8.allSatisfy(isDigit) else { return nil }
        return Int(text)
    }

    /// The day that the last of these folders is, or the last three together.
    private static func plainDay(_ folders: ArraySlice<Substring>) -> String? {
        if let last = folders.last, let day = wholeDay(last) { return day.description }
        let parts = Array(folders.suffix(3))
        guard parts.count == 3, let year = number(parts[0], 4...4), let month = number(parts[1], 2...2),
            let day = number(parts[2], 2...2), let date = CalendarDay(year: year, month: month, day: day),
            date.isPlausible
        else { return nil }
        return date.description
    }
}

/// The day that a file's name says, as `2022-04-01`; nil when it says none, or several.
func dateInName(_ name: String) -> String? {
    var name = name
    return name.withUTF8 { bytes in
        let text = UnsafeBufferPointer(rebasing: bytes[...])
        guard let first = firstDay(in: text, from: 0) else { return nil }
        guard let second = firstDay(in: text, from: first.end), second.day != first.day,
            isConnector(text[first.end..<second.start])
        else { return first.day.description }
        return nil
    }
}

// MARK: - Days in a text

/// A day that stands in a text.
private struct FoundDay {
    var day: CalendarDay
    var start: Int
    /// Behind its last byte, and behind the time that is written together with it.
    var end: Int
}

/// The text between two days that belong together has no words but these, and the letters of times.
private let connectingWords: Set<String> = ["t", "z", "to", "till", "until", "thru", "through", "and"]

private func isConnector(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
    String(decoding: text, as: UTF8.self).lowercased().split { !$0.isLetter }
        .allSatisfy { connectingWords.contains(String($0)) }
}

private func firstDay(in text: UnsafeBufferPointer<UInt8>, from start: Int, allowsHours: Bool = false) -> FoundDay? {
    var position = start
    while position < text.count {
        let run = countDigits(in: text, at: position)
        if let found = day(in: text, at: position, run: run, allowsHours: allowsHours) { return found }
        position += max(run, 1)
    }
    return nil
}

/// The day that a text is: with a time behind it or without, but with nothing else.
private func wholeDay(_ text: Substring) -> CalendarDay? {
    var text = String(text)
    return text.withUTF8 { bytes in
        let run = countDigits(in: bytes, at: 0)
        guard let found = day(in: bytes, at: 0, run: run, allowsHours: true) else { return nil }
        if found.end == bytes.count { return found.day }
        let rest = bytes[found.end...]
        // `T10`, `-10`, ` 10:00:00`, as Hive writes it ` 10%3A00%3A00`, and not another day.
        guard " T_-".utf8.contains(rest[rest.startIndex]), rest.count > 1, isDigit(rest[rest.startIndex + 1]),
            rest.dropFirst().allSatisfy({ isDigit($0) || ":-.Z%A+".utf8.contains($0) }),
            firstDay(in: bytes, from: found.end, allowsHours: true) == nil
        else { return nil }
        return found.day
    }
}

/// The day that begins at `position` with `run` digits, if it is one.
private func day(
    in text: UnsafeBufferPointer<UInt8>, at position: Int, run: Int, allowsHours: Bool
) -> FoundDay? {
    func number(_ start: Int, _ count: Int) -> Int {
        text[start..<start + count].reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    }
    // Where year, month and day begin, and what follows them.
    let starts: (Int, Int, Int, end: Int)
    switch run {
    case 8: starts = (position, position + 4, position + 6, position + 8)
    case 10 where allowsHours, 12, 14, 17:
        // A day and a time in one. Numbers this long that are something else seldom look like one, still less of these
        // years.
        guard number(position, 4) <= 2099, number(position + 8, 2) < 24,
            run == 10 || number(position + 10, 2) < 60, run < 14 || number(position + 12, 2) <= 60
        else { return nil }
        starts = (position, position + 4, position + 6, position + run)
    case 4:
        guard text.count >= position + 10, "-_.".utf8.contains(text[position + 4]),
            text[position + 7] == text[position + 4], countDigits(in: text, at: position + 5) == 2,
            countDigits(in: text, at: position + 8) == 2
        else { return nil }
        starts = (position, position + 5, position + 8, position + 10)
    default: return nil
    }
    guard let day = CalendarDay(year: number(starts.0, 4), month: number(starts.1, 2), day: number(starts.2, 2)),
        day.isPlausible
    else { return nil }
    return FoundDay(day: day, start: position, end: starts.end)
}

/// How many digits there are from `position` on.
private func countDigits(in text: UnsafeBufferPointer<UInt8>, at position: Int) -> Int {
    var end = position
    while end < text.count, isDigit(text[end]) { end += 1 }
    return end - position
}

private func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
