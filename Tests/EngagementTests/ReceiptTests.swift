import Engagement
import Foundation
import Records
import Reports
import SmallJSON
import TestSupport
import Testing

@testable import Engagement

@Suite struct ReceiptTests {
    private func receipt() throws -> Receipt {
        var counts = OutcomeCounts()
        counts.folded = 3
        counts.ignored = 1
        counts.coerced = 2
        counts.rejected = [.truncated: 1, .badApp: 2, .badContract: 0]
        let map = try CategoryMap([CategoryMap.Category("TV", apps: ["KPLUS", "CHANNEL"])])
        return Receipt(
            tool: "watchfold 1.0", generation: 12, inputsDigest: "cd34",
            days: Set(["2022-04-01", "2022-04-02", "2022-04-05"].map { CalendarDay($0)! }),
            reports: EngagementReports(map), mapDigest: "ab12",
            totals: .init(keys: 2, groupedKeys: 1, records: 3, sum: Int128(Int64.max) + 1),
            files: [
                .init(
                    name: "b/\"odd\"\n.json", digest: nil, day: nil, state: "failed", counts: OutcomeCounts(),
                    sum: 0),
                .init(
                    name: "20220401.json", digest: "00ff", day: CalendarDay("2022-04-01"), state: "counted",
                    counts: counts, sum: -5),
            ],
            outputs: [
                .init(name: "profile.csv", digest: "22", bytes: 200, rows: 4),
                .init(name: "engagement.csv", digest: "11", bytes: 100, rows: 4),
            ])
    }

    private let golden = #"""
        {
          "format": 1,
          "tool": "watchfold 1.0",
          "generation": 12,
          "inputs": "cd34",
          "days": {
            "first": "2022-04-01",
            "last": "2022-04-05",
            "count": 3,
            "missing": [
              {
                "first": "2022-04-03",
                "last": "2022-04-04"
              }
            ]
          },
          "map": {
            "digest": "ab12",
            "categories": [
              {
                "name": "TV",
                "apps": [
                  "CHANNEL",
                  "KPLUS"
                ]
              }
            ]
          },
          "totals": {
            "contracts": 2,
            "mapped_contracts": 1,
            "records": 3,
            "seconds": 9223372036854775808
          },
          "files": [
            {
              "name": "20220401.json",
              "digest": "00ff",
              "date": "2022-04-01",
              "state": "counted",
              "read": 7,
              "folded": 3,
              "ignored": 1,
              "coerced": 2,
              "rejected": {
                "bad-app": 2,
                "truncated": 1
              },
              "seconds": -5
            },
            {
              "name": "b/\"odd\"\n.json",
              "digest": null,
              "date": null,
              "state": "failed",
              "read": 0,
              "folded": 0,
              "ignored": 0,
              "coerced": 0,
              "rejected": {},
              "seconds": 0
            }
          ],
          "reports": [
            {
              "name": "engagement.csv",
              "digest": "11",
              "bytes": 100,
              "rows": 4
            },
            {
              "name": "profile.csv",
              "digest": "22",
              "bytes": 200,
              "rows": 4
            }
          ]
        }

        """#

    @Test func textIsTheGoldenOne() throws {
        let json = try receipt().json
        #expect(String(decoding: json, as: UTF8.self) == golden)
        // Foundation agrees that it is JSON.
        let parsed = try #require(JSONSerialization.jsonObject(with: Data(json)) as? [String: Any])
        #expect((parsed["files"] as? [[String: Any]])?.last?["name"] as? String == "b/\"odd\"\n.json")
    }

    @Test func textDoesNotDependOnTheOrderOfArrival() throws {
        var other = try receipt()
        other.files.reverse()
        other.outputs.reverse()
        other.reports = EngagementReports(
            try CategoryMap([CategoryMap.Category("TV", apps: ["CHANNEL", "KPLUS"])]))
        #expect(try other.json == receipt().json)
    }

    @Test func anEmptyReceiptIsWritten() throws {
        var empty = try receipt()
        empty.days = []
        empty.files = []
        empty.outputs = []
        let text = String(decoding: empty.json, as: UTF8.self)
        #expect(text.contains("\"first\": null") && text.contains("\"missing\": []") && text.contains("\"files\": []"))
        #expect(try ReceiptSummary(json: empty.json).outputs.isEmpty)
    }

    @Test func whatIsNeededIsReadBack() throws {
        let receipt = try receipt()
        let summary = try ReceiptSummary(json: receipt.json)
        #expect(summary.tool == receipt.tool && summary.generation == 12 && summary.mapDigest == "ab12")
        #expect(summary.outputs == receipt.outputs.reversed())
    }

    @Test func otherFormatsAndTypesAreRefused() throws {
        func error(_ from: String, _ to: String) -> ReceiptError? {
            #expect(golden.contains(from))
            do throws(ReceiptError) {
                _ = try ReceiptSummary(json: bytes(golden.replacing(from, with: to)))
                return nil
            } catch { return error }
        }
        #expect(error("\"format\": 1", "\"format\": 2") == .unknownFormat(2))
        #expect(error("\"format\": 1", "\"format\": \"1\"") == .missing("format"))
        #expect(error("\"generation\": 12", "\"generation\": 1.5") == .missing("generation"))
        #expect(error("\"digest\": \"ab12\"", "\"digest\": null") == .missing("map.digest"))
        #expect(error("\"bytes\": 200", "\"bytes\": -1") == .missing("reports[1]"))
        #expect(error("\"reports\"", "\"report\"") == .missing("reports"))
        #expect(error("\"tool\"", "\"tools\"") == .missing("tool"))
    }

    /// A receipt that was cut anywhere is not a receipt, and neither is one that Foundation cannot read.
    @Test func damagedTextIsRefused() throws {
        let json = try receipt().json
        for count in 0..<(json.count - 1) {
            #expect(throws: ReceiptError.self) { try ReceiptSummary(json: Array(json[..<count])) }
        }
        var tooLenient: [Int] = []
        var accepted = 0
        for index in json.indices {
            for byte in [UInt8(ascii: "\""), UInt8(ascii: "{"), UInt8(ascii: "\\"), 0, 0xFF, UInt8(ascii: "9")] {
                var damaged = json
                damaged[index] = byte
                guard (try? JSONValue(damaged)) != nil else { continue }
                accepted += 1
                if (try? JSONSerialization.jsonObject(with: Data(damaged))) == nil { tooLenient.append(index) }
            }
        }
        #expect(tooLenient.isEmpty)
        #expect(accepted > 100)
    }
}
