import Foundation
import Records
import TestSupport
import Testing

@testable import Inbox

@Suite("The date of a file") struct FileDateTests {
    @Test(
        "is the first real one in its name",
        arguments: [
            ("20220401.json", "2022-04-01"), ("2022-04-01.json.gz", "2022-04-01"),
            ("history_20220401_v2.json", "2022-04-01"), ("x2022-04-01T10.json", "2022-04-01"),
            ("20221301-20220401.json", "2022-04-01"), ("2022-02-30_2022-03-01.json", "2022-03-01"),
            ("2022-20220401.json", "2022-04-01"), ("20220401-20220401.json", "2022-04-01"),
            ("2022_04_01.json", "2022-04-01"), ("log.2022.04.01.json", "2022-04-01"),
            ("20220401123000.json", "2022-04-01"), ("202204012359.json", "2022-04-01"),
            ("20220401123000999.json", "2022-04-01"), ("20220401T000000.json", "2022-04-01"),
            ("2022-04-01-10-00-00-abc.json", "2022-04-01"), ("20220401-made-20220503.json", "2022-04-01"),
            ("20220401_v2_20220503.json", "2022-04-01"),
            ("20200229.json", "2020-02-29"), ("20000229.json", "2000-02-29"), ("19700101.json", "1970-01-01"),
            ("99991231.json", "9999-12-31"), ("2022-04-01-02.json", "2022-04-01"), ("é20220401🎬.json", "2022-04-01"),
            ("20190229.json", nil), ("21000229.json", nil), ("19691231.json", nil), ("00010101.json", nil),
            ("20220400.json", nil), ("20220432.json", nil), ("20220001.json", nil), ("20220431.json", nil),
            ("20220401243000.json", nil), ("20220401126000.json", nil), ("20221301120000.json", nil),
            ("21000401120000.json", nil), ("2022040112.json", nil), ("2022040112300.json", nil),
            ("1648771200.json", nil), ("1648771200000.json", nil), ("12345678.json", nil), ("220401.json", nil),
            ("01-04-2022.json", nil), ("April-1-2022.json", nil), ("hist-2022-04.json", nil),
            ("id99020220401x.json", nil), ("history-20220401-20220407.json", nil),
            ("20220401_to_2022-04-07.json", nil), ("20220401T000000Z-20220402T000000Z.json", nil),
            ("20220401–20220407.json", nil), ("2022-04-01..2022-04-07.json", nil), ("20220502_20220401.json", nil),
            ("2022-04_01.json", nil), ("120220401.json", nil), ("2022-04-011.json", nil),
            ("12022-04-01.json", nil), ("2022-4-1.json", nil), ("202204.json", nil),
            ("2022-04", nil), ("2022-04-0", nil), ("", nil), ("٢٠٢٢٠٤٠١.json", nil),
        ] as [(String, String?)]) func inName(name: String, date: String?)
    {
        #expect(dateInName(name) == date)
    }

    @Test("in a name agrees with Foundation's calendar about every eight digits from 2019 to 2029") func calendar() {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = TimeZone(identifier: "UTC")!
        for year in 2019...2029 {
            for month in 0...13 {
                for day in 0...32 {
                    let parts = DateComponents(calendar: calendar, year: year, month: month, day: day)
                    let padded = [month, day].map { $0 < 10 ? "0\($0)" : "\($0)" }
                    let expected = parts.isValidDate ? "\(year)-\(padded[0])-\(padded[1])" : nil
                    #expect(dateInName("a\(year)\(padded[0])\(padded[1])b.json") == expected)
                    #expect(dateInName("a\(year)-\(padded[0])-\(padded[1])b.json") == expected)
                }
            }
        }
    }

    @Test(
        "is what the nearest folder says that names what it says",
        arguments: [
            ("", .unsaid, ""), ("april/raw", .unsaid, ""), ("dt=2022-04-01", .known("2022-04-01"), "dt=2022-04-01"),
            ("date=20220401/hour=07", .known("2022-04-01"), "date=20220401"),
            ("a/ingestion_date=2022-04-01/b", .known("2022-04-01"), "a/ingestion_date=2022-04-01"),
            ("dt=2022-04-01/date=2022-04-02", .known("2022-04-02"), "dt=2022-04-01/date=2022-04-02"),
            ("dt=2022-04-01/dt=__HIVE_DEFAULT_PARTITION__", .none, "dt=2022-04-01/dt=__HIVE_DEFAULT_PARTITION__"),
            ("dt=2022-02-31", .impossible, "dt=2022-02-31"), ("date=april", .impossible, "date=april"),
            ("dt=", .impossible, "dt="), ("dt=2022-04-01x", .impossible, "dt=2022-04-01x"),
            ("dt=1969-12-31", .impossible, "dt=1969-12-31"), ("update=2022-04-01", .unsaid, ""),
            ("day=2022-04-12", .known("2022-04-12"), "day=2022-04-12"), ("day=12", .unsaid, ""),
            ("day=monday", .unsaid, ""), ("dt=2022.04.01", .known("2022-04-01"), "dt=2022.04.01"),
            ("dt=2022040113", .known("2022-04-01"), "dt=2022040113"),
            ("dt=2022-04-01T10", .known("2022-04-01"), "dt=2022-04-01T10"),
            ("dt=2022-04-01 10%3A00%3A00", .known("2022-04-01"), "dt=2022-04-01 10%3A00%3A00"),
            ("dt=2022-04-01-2022-04-07", .impossible, "dt=2022-04-01-2022-04-07"),
            ("dt=20220401-20220407", .impossible, "dt=20220401-20220407"),
            ("year=2022/month=04/day=09", .known("2022-04-09"), "year=2022/month=04/day=09"),
            ("x/year=2022/month=4/day=9/hour=1", .known("2022-04-09"), "x/year=2022/month=4/day=9"),
            ("year=2022/region=eu/month=12/day=31", .known("2022-12-31"), "year=2022/region=eu/month=12/day=31"),
            ("year=2022/month=2/day=31", .impossible, "year=2022/month=2/day=31"),
            ("year=2022/month=2", .unsaid, ""), ("month=2/day=3", .unsaid, ""),
            (
                "year=2022/month=4/day=__HIVE_DEFAULT_PARTITION__", .none,
                "year=2022/month=4/day=__HIVE_DEFAULT_PARTITION__"
            ),
            ("event_date=2022-04-14", .known("2022-04-14"), "event_date=2022-04-14"),
            ("ds=20220414/b", .known("2022-04-14"), "ds=20220414"), ("load_date=april", .unsaid, ""),
            ("dt=2022-04-01/load_date=2022-05-01", .known("2022-04-01"), "dt=2022-04-01"),
        ] as [(String, FolderDate, String)]) func inFolders(path: String, date: FolderDate, folder: String)
    {
        let found = FolderDates(path)
        #expect(found.date == date)
        #expect(found.folder == folder)
    }

    @Test(
        "is what the nearest folder is, when it is nothing but a date",
        arguments: [
            ("2022/04/10", "2022-04-10"), ("2022/04/10/11", "2022-04-10"), ("a/2022-04-10/b", "2022-04-10"),
            ("20220410", "2022-04-10"), ("2022_04_09/2022-04-10", "2022-04-10"), ("2022/13/10", nil),
            ("2022/4/10", nil), ("2022/04", nil), ("april-2022-04-10", nil), ("1969/12/31", nil), ("", nil),
        ] as [(String, String?)]) func plainFolders(path: String, date: String?)
    {
        #expect(FolderDates(path).plain == date)
        #expect(FolderDates(path).date == .unsaid)
    }

    @Test(
        "is that of a pattern before any other, and of a plain folder after all others",
        arguments: [
            ("01-04-2022.json", ["{dd}-{mm}-{yyyy}"], "2022-04-01"),
            ("20220402.json", ["{dd}-{mm}-{yyyy}"], "2022-04-02"),
            ("20220402_01-04-2022.json.gz", ["{dd}-{mm}-{yyyy}"], "2022-04-01"),
            ("dt=2022-04-05/01-04-2022.json", ["{dd}-{mm}-{yyyy}"], "2022-04-01"),
            ("20220401-20220407.json", ["-{yyyy}{mm}{dd}"], "2022-04-07"),
            ("a.json", ["{dd}-{mm}-{yyyy}"], nil),
            ("1-2-2022/a.json", ["{yy}{mm}{dd}", "{d}-{m}-{yyyy}"], "2022-02-01"),
            ("dt=x/a.json", [], nil), ("2022/04/02/20220401.json", [], "2022-04-01"),
            ("2022/04/02/a.json", [], "2022-04-02"), ("dt=2022-04-03/2022/04/02/20220401.json", [], "2022-04-03"),
        ] as [(String, [String], String?)]) func order(path: String, patterns: [String], date: String?) throws
    {
        let folder = try TemporaryFolder()
        try folder.add(path)
        let rules = InboxRules(dates: try patterns.map { try DatePattern($0) })
        let listing = try Inbox(folder.path, rules: rules).list()
        #expect(listing.files.map(\.date) == [date])
        #expect(try Inbox(folder.path, rules: rules).file(at: folder.path + "/" + path).date == date)
    }
}

@Suite("A pattern of dates") struct DatePatternTests {
    @Test(
        "finds the date where it says",
        arguments: [
            ("{dd}-{mm}-{yyyy}", "01-04-2022.json", "2022-04-01"), ("{dd}-{mm}-{yyyy}", "x01-04-2022y", "2022-04-01"),
            ("{dd}-{mm}-{yyyy}", "101-04-2022", nil), ("{dd}-{mm}-{yyyy}", "01-04-20223", nil),
            ("{dd}-{mm}-{yyyy}", "31-02-2022", nil), ("{dd}-{mm}-{yyyy}", "1-4-2022", nil),
            ("{dd}-{mm}-{yyyy}", "01-04-2022-05-04-2022", nil),
            ("{dd}-{mm}-{yyyy}", "01-04-2022-01-04-2022", "2022-04-01"),
            ("{d}.{m}.{yyyy}", "1.12.2022", "2022-12-01"), ("{d}.{m}.{yyyy}", "11.12.2022", "2022-12-11"),
            ("{d}.{m}.{yyyy}", "01.02.2022", "2022-02-01"), ("{month}-{d}-{yyyy}", "April-1-2022.json", "2022-04-01"),
            ("{month}-{d}-{yyyy}", "APR-1-2022.json", "2022-04-01"), ("{month}{d}_{yy}", "may31_22", "2022-05-31"),
            ("data_{yy}{mm}{dd}", "data_220401.json", "2022-04-01"), ("data_{yy}{mm}{dd}", "220401.json", nil),
            ("{yyyy}{mm}{dd}{hh}", "2022040113.json", "2022-04-01"),
            ("{mm}{dd}/{yyyy}", "0401/2022/a.json", "2022-04-01"),
            ("y={yyyy}/m={m}/d={d}", "z/y=2022/m=4/d=1/part-0", "2022-04-01"),
            ("y={yyyy}/m={m}/d={d}", "y=2022/m=4/d=31/part-0", nil),
            ("{dd}-{mm}-{yyyy}", "02-04-2022/a/x", "2022-04-02"),
            ("{dd}-{mm}-{yyyy}", "02-04-2022/01-04-2022", "2022-04-01"),
            ("{yyyy}é{mm}é{dd}", "2022é04é01", "2022-04-01"),
            ("{dd}-{mm}-{yyyy}", "01-04-1969", nil),
        ] as [(String, String, String?)]) func finds(pattern: String, path: String, date: String?) throws
    {
        #expect(try DatePattern(pattern).day(inPath: path)?.description == date)
    }

    @Test(
        "is refused when it leaves something open",
        arguments: [
            ("{dd}-{mm}", "the year is missing"), ("{yyyy}-{dd}", "the month is missing"),
            ("{yyyy}{mm}", "the day is missing"),
            ("", "the year is missing"), ("{yyyy}{yy}{mm}{dd}", "the year is given twice"),
            ("{yyyy}-{mm}-{dd}-{month}", "the month is given twice"), ("{yyyy}-{mm}-{dd", "a { without a }"),
            ("{yyyy}-{mm}-dd}", "a } without a {"), ("{yyyy}-{d}{m}", "{m} has no fixed length"),
            ("{yyyy}-{mm}-{d}5", "{d} has no fixed length"),
            ("{YYYY}-{mm}-{dd}", "there is no {YYYY}; there are {yyyy}"),
        ]) func refuses(pattern: String, reason: String)
    {
        #expect { try DatePattern(pattern) } throws: { error in
            guard let error = error as? PatternMistake else { return false }
            return error.reason.contains(reason)
                || (pattern.contains("{d}{m}") && error.reason.contains("fixed length"))
        }
    }
}

@Suite("A pattern of names") struct NamePatternTests {
    @Test(
        "matches as a shell's does, without regard to case",
        arguments: [
            ("*.log", "viewing.log", true), ("*.log", "VIEWING.LOG", true), ("*.LOG", "viewing.log", true),
            ("*.log", "viewing.log.1", false), ("*.log", ".log", true), ("viewing*", "viewing", true),
            ("v?ew", "view", true), ("v?ew", "véew", true), ("v?ew", "vew", false), ("*a*b*", "xxaxxbxx", true),
            ("*a*b*", "xxbxxaxx", false), ("*", "", true), ("**", "x", true), ("abc", "abcd", false),
            ("*ab", "aab", true),
            ("a.json", "a_json", false),
        ]) func matches(pattern: String, name: String, expected: Bool) throws
    {
        let pattern = try NamePattern(pattern)
        #expect(Array(name.utf8).withUnsafeBufferPointer { pattern.matches($0) } == expected)
    }

    @Test("is refused when no name could match", arguments: ["", "a/b", "a\0"]) func refuses(text: String) {
        #expect(throws: PatternMistake.self) { try NamePattern(text) }
    }

    @Test("takes no more than name times pattern") func noExplosion() throws {
        let name = [UInt8](repeating: UInt8(ascii: "a"), count: 255)
        let pattern = try NamePattern(String(repeating: "a*", count: 100) + "b")
        #expect(!name.withUnsafeBufferPointer { pattern.matches($0) })
    }
}
