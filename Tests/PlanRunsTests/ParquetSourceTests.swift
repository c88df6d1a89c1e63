//  Sources of Parquet: the same accounts as of any other, and the rows that DuckDB itself reads.

import DuckDB
import DurableIO
import Foundation
import Ledgers
import Operations
import TestSupport
import Testing

@testable import PlanRuns
@testable import Plans

@Suite("Sources of Parquet", .needsDuckDB) struct ParquetSourceTests {
    private static let fold = """
        SELECT user, count(*) AS buys, sum(n) AS total, sum(amount) AS amount, max(score) AS best, min("at") AS first,
               max(tags) AS tags, list(_row ORDER BY _row) AS numbers, bool_or("on") AS lit, max(born) AS born
        FROM buys GROUP BY user
        """
    private static let yaml = """
        name: world
        sources:
          buys:
            files: "buys*.parquet"
            fields:
              user: string
              n: integer
              amount: {type: "decimal(18,3)", required: no}
              score: {type: double, required: no}
              at: {type: timestamp, path: meta.at}
              tags: {type: json, required: no}
              "on": {type: boolean, required: no}
              born: {type: date, required: no}
        folds: {by_user: {formats: [csv]}}

        """

    /// With a plan whose source is Parquet.
    private func world(keepsRows: Bool = false) throws -> PlanWorld {
        let world = try PlanWorld(["by_user": Self.fold])
        // One row in eleven is made to lack its user.
        world.flags[.maxRejectRatio] = "0.2"
        try world.folder.write(
            "plan/plan.yaml",
            Self.yaml.replacingOccurrences(
                of: "    fields:", with: "    keep_stage: \(keepsRows ? "yes" : "no")\n    fields:"))
        return world
    }

    /// Rows with everything that text may bend: quotes, commas, line ends, empty texts and NULLs, zeros, many digits.
    private static func query(rows: Int, seed: Int) -> String {
        """
        SELECT CASE i % 11 WHEN 7 THEN NULL WHEN 8 THEN '' WHEN 9 THEN 'a,"b' || chr(10) || 'c' WHEN 10 THEN 'Zoë' \
        ELSE 'u' || (hash(i + \(seed)) % 5) END AS "user", \
        CAST(hash(i, \(seed)) % 1000 AS INTEGER) - 20 AS n, \
        CASE WHEN i % 7 = 0 THEN NULL ELSE CAST(i * 1.125 - 3 AS DECIMAL(20,3)) END AS amount, \
        CAST(hash(i, 2, \(seed)) AS DOUBLE) / 7 - 1e3 AS score, \
        {'at': TIMESTAMPTZ '2022-04-01 00:00:00.5+02' + to_seconds(i), 'x': 1} AS meta, \
        CASE WHEN i % 3 = 0 THEN [i, NULL, i + 1] END AS tags, i % 2 = 0 AS "on", \
        DATE '2022-04-01' - CAST(i % 50 AS INTEGER) AS born FROM range(\(rows)) r(i)
        """
    }

    /// Writes the rows of a query with DuckDB alone.
    private func write(_ query: String, _ name: String, _ world: PlanWorld) throws {
        let made = try run(query, as: "parquet", world)
        try? FileManager.default.removeItem(atPath: world.inbox + "/" + name)
        try FileManager.default.moveItem(atPath: made, toPath: world.inbox + "/" + name)
    }

    /// - Returns: the path of a file.
    private func run(_ query: String, as format: String, _ world: PlanWorld) throws -> String {
        let out = world.folder.file("made-\(UUID().uuidString).\(format)")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: RealDuckDB.path!)
        process.arguments = [
            "-batch", "-no-init", "-c", "SET TimeZone='UTC'; COPY (\(query)) TO '\(out)' (FORMAT \(format))",
        ]
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(query)")
        return out
    }

    /// What the fold is, by DuckDB alone over the files themselves.
    private func judged(_ names: [String], _ world: PlanWorld) throws -> String {
        let rows = names.map { name in
            """
            SELECT "user", n, amount, score, CAST(meta.at AS TIMESTAMP) AS "at", CAST(to_json(tags) AS VARCHAR) AS tags, "on", \
            born, file_row_number + 1 AS _row FROM read_parquet('\(world.inbox)/\(name)', file_row_number = true) \
            WHERE "user" IS NOT NULL
            """
        }
        let query = Self.fold.replacingOccurrences(
            of: "FROM buys", with: "FROM (\(rows.joined(separator: " UNION ALL ")))"
        )
        .replacingOccurrences(of: "user,", with: "\"user\",")
        .replacingOccurrences(of: "BY user", with: "BY \"user\"")
        let path = try run("\(query) ORDER BY 1", as: "csv", world)
        return try String(contentsOfFile: path, encoding: .utf8)
    }

    @Test(arguments: [false, true]) func rowsAreThoseThatDuckDBReads(keepsRows: Bool) throws {
        let world = try world(keepsRows: keepsRows)
        let names = ["buys-2022-04-01.parquet", "buys-2022-04-02.parquet"]
        try write(Self.query(rows: 1000, seed: 1), names[0], world)
        try write(Self.query(rows: 300, seed: 2), names[1], world)
        let result = try world.run()
        #expect(result.files.map(\.state) == [.folded, .folded], "\(result.files)")
        #expect(result.files.map(\.counts.read) == [1000, 300])
        // Beginning with the eighth.
        #expect(result.files.map(\.counts.rejectedTotal) == [91, 27])
        #expect(try world.table("by_user") == judged(names, world))
        #expect(try world.verifier().verify(recomputes: true).isSound)
        #expect(try world.folder.read("output/rejects/\(names[1]).jsonl").split(separator: "\n").count == 27)
        // One is taken back, one replaced.
        _ = try world.processor().decide(.retract, names[0])
        #expect(try world.table("by_user") == judged([names[1]], world))
        try write(Self.query(rows: 40, seed: 3), names[1], world)
        _ = try world.processor().decide(.restore, names[0])
        try world.run()
        #expect(try world.table("by_user") == judged(names, world))
        #expect(try world.ledger().countingVersions().count == 2)
        #expect(world.left(in: "tmp").isEmpty)
    }

    @Test func whatIsNoneIsSaidAndHoldsNobodyUp() throws {
        let world = try world()
        try write(Self.query(rows: 100, seed: 1), "buys-good.parquet", world)
        let good = try Data(contentsOf: URL(fileURLWithPath: world.inbox + "/buys-good.parquet"))
        try world.put("buys-cut.parquet", bytes: Array(good.prefix(good.count / 2)))
        try world.put("buys-text.parquet", bytes: Array("user,n\na,1\n".utf8))
        try world.put("buys-empty.parquet", bytes: [])
        try world.put("buys-[x].parquet", bytes: Array(good))
        var bent = good
        for index in stride(from: bent.count - 200, to: bent.count - 20, by: 3) { bent[index] ^= 0x55 }
        try world.put("buys-bent.parquet", bytes: Array(bent))
        try write("SELECT 'a'::BLOB AS \"user\", 1 AS n, {'at': 1} AS meta", "buys-blob.parquet", world)
        try write("SELECT ['a'] AS \"user\", 1 AS n, {'at': 1} AS meta", "buys-list.parquet", world)
        let result = try world.run()
        let files = Dictionary(uniqueKeysWithValues: result.files.map { ($0.name, $0) })
        func reason(_ name: String) -> String { files["buys-\(name).parquet"]?.reason ?? "not read" }
        #expect(files["buys-good.parquet"]?.state == .folded, "\(result.files)")
        #expect(files["buys-cut.parquet"]?.state == .waiting)
        #expect(reason("cut") == "it ends before the end of a file of Parquet")
        #expect(files["buys-empty.parquet"]?.state == .waiting)
        #expect(reason("text") == "it is not a file of Parquet")
        #expect(reason("[x]").hasPrefix("* ? and [ in the path"))
        #expect(reason("bent").hasPrefix("it cannot be read as Parquet: DuckDB: "), "\(reason("bent"))")
        #expect(reason("blob") == "the column user is BLOB, which the field user, a string, cannot be made of")
        #expect(reason("list") == "the column user is VARCHAR[], which the field user, a string, cannot be made of")
        #expect(try world.table("by_user") == judged(["buys-good.parquet"], world))
    }

    /// Columns that are not there, and values that do not fit.
    @Test func valuesThatDoNotFitAreRejected() throws {
        let world = try world()
        try write(
            """
            SELECT 'a' AS "user", CASE WHEN i % 4 = 0 THEN 1.5 ELSE i END::DOUBLE AS n, 'x' || i AS born, \
            {'at': DATE '2022-04-01'} AS meta FROM range(40) r(i)
            """, "buys-1.parquet", world)
        let result = try world.run()
        #expect(result.files[0].counts.read == 40 && result.files[0].counts.rejectedTotal == 40, "\(result.files)")
        #expect(result.files[0].state == .held)
        try write(
            "SELECT 'a' AS \"user\", i::DOUBLE AS n, {'at': DATE '2022-04-01'} AS meta FROM range(40) r(i)",
            "buys-1.parquet", world)
        #expect(try world.run().files.map(\.state) == [.folded])
        let table = try world.table("by_user")
        #expect(table.split(separator: "\n")[1].hasPrefix("a,40,780,,,2022-04-01 00:00:00,,"), "\(table)")
    }

    /// Names are compared byte for byte, and of alternatives the first counts whose surroundings are there, as with JSON.
    @Test func pathsLeadWhereTheyDoInJSON() throws {
        let world = try world()
        try world.folder.write(
            "plan/plan.yaml",
            """
            sources:
              buys:
                files: "buys*.parquet"
                fields:
                  user: {type: string, path: [a.u, b], required: no}
                  n: {type: integer, path: [n, m], required: no}
                  tags: {type: string, path: "a.x, y", required: no}
                  file_row_number: {type: integer, required: no}
              json:
                files: "json*.json"
                fields:
                  user: {type: string, path: [a.u, b], required: no}
                  n: {type: integer, path: [n, m], required: no}
                  tags: {type: string, path: "a.x, y", required: no}
                  file_row_number: {type: integer, required: no}
            folds: {by_user: {formats: [csv]}, same: {formats: [csv]}}

            """)
        let fold = "SELECT user, n, tags, file_row_number AS r, count(*) AS c FROM buys GROUP BY 1, 2, 3, 4\n"
        try world.folder.write("plan/folds/by_user.sql", fold)
        try world.folder.add("plan/folds/same.sql", fold.replacingOccurrences(of: "buys", with: "json"))
        func rows(_ more: String) -> String {
            """
            SELECT * FROM (VALUES ({'u': 'in', 'v': 'other', 'x, y': 'q'}, 'alt1', 1, 7), \
            ({'u': NULL, 'v': 'other', 'x, y': 'q'}, 'alt2', NULL, 8)\(more)) t(a, b, "N", m)
            """
        }
        try write(rows(""), "buys-1.parquet", world)
        let json = try run(rows(""), as: "json", world)
        try FileManager.default.moveItem(atPath: json, toPath: world.inbox + "/json-1.json")
        let result = try world.run()
        #expect(result.files.map(\.state) == [.folded, .folded], "\(result.files)")
        #expect(try world.table("by_user") == world.table("same"))
        #expect(try world.table("by_user") == "user,n,tags,r,c\nin,,q,,1\n,,q,,1\n")
        // A struct that is NULL is one that is not there.
        try write(rows(", (NULL, 'alt3', 3, 9)"), "buys-1.parquet", world)
        try world.run()
        #expect(try world.table("by_user") == "user,n,tags,r,c\nalt3,,,,1\nin,,q,,1\n,,q,,1\n")
    }

    /// The text between is UTF-8, whatever files of other sources are.
    @Test func theEncodingOfOtherFilesIsNothingToIt() throws {
        for encoding in ["latin1", "utf-16le"] {
            let world = try world()
            world.flags[.encoding] = encoding
            try write(Self.query(rows: 50, seed: 1), "buys-1.parquet", world)
            try world.run()
            #expect(try world.table("by_user") == judged(["buys-1.parquet"], world))
        }
    }
}
