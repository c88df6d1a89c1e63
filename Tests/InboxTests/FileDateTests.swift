import Foundation
import Testing

@testable import Inbox

@Suite("The date of a file") struct FileDateTests {
    @Test(
        "is the first real one in its name",
        arguments: [
            ("20220401.json", "2022-04-01"), ("2022-04-01.json.gz", "2022-04-01"),
            ("history_20220401_v2.json", "2022-04-01"), ("x2022-04-01T10.json", "2022-04-01"),
            ("20221301-20220401.json", "2022-04-01"), ("2022-02-30_2022-03-01.json", "2022-03-01"),
            ("2022-20220401.json", "2022-04-01"), ("20220401-20220402.json", "2022-04-01"),
            ("20200229.json", "2020-02-29"), ("20000229.json", "2000-02-29"), ("19700101.json", "1970-01-01"),
            ("99991231.json", "9999-12-31"), ("2022-04-01-02.json", "2022-04-01"), ("é20220401🎬.json", "2022-04-01"),
            ("20190229.json", nil), ("21000229.json", nil), ("19691231.json", nil), ("00010101.json", nil),
            ("20220400.json", nil), ("20220432.json", nil), ("20220001.json", nil), ("20220431.json", nil),
            ("20220401123000.json", nil), ("120220401.json", nil), ("2022-04-011.json", nil),
            ("12022-04-01.json", nil), ("2022-4-1.json", nil), ("2022_04_01.json", nil), ("202204.json", nil),
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
        "is what the nearest folder says",
        arguments: [
            ("", .unsaid, ""), ("april/raw", .unsaid, ""), ("dt=2022-04-01", .known("2022-04-01"), "dt=2022-04-01"),
            ("date=20220401/hour=07", .known("2022-04-01"), "date=20220401"),
            ("a/ingestion_date=2022-04-01/b", .known("2022-04-01"), "a/ingestion_date=2022-04-01"),
            ("dt=2022-04-01/date=2022-04-02", .known("2022-04-02"), "dt=2022-04-01/date=2022-04-02"),
            ("dt=2022-04-01/dt=__HIVE_DEFAULT_PARTITION__", .none, "dt=2022-04-01/dt=__HIVE_DEFAULT_PARTITION__"),
            ("dt=2022-02-31", .impossible, "dt=2022-02-31"), ("date=april", .impossible, "date=april"),
            ("dt=", .impossible, "dt="), ("dt=2022-04-01x", .impossible, "dt=2022-04-01x"),
            ("dt=1969-12-31", .impossible, "dt=1969-12-31"), ("update=2022-04-01", .unsaid, ""),
        ] as [(String, FolderDate, String)]) func inFolders(path: String, date: FolderDate, folder: String)
    {
        let found = FolderDate.nearest(inFolders: path)
        #expect(found.date == date)
        #expect(found.folder == folder)
    }
}
