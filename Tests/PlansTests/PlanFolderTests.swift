import Testing

@testable import Plans

@Suite struct PlanFolderTests {
    private static let fold = "SELECT user, count(*) AS events FROM events GROUP BY user"

    @Test func foldsAndMartsAreReadInTheOrderOfTheirNames() throws {
        let bench = try PlanBench(
            ["b.sql": Self.fold, "a.sql": "\u{FEFF}" + Self.fold, ".hidden.sql": "x", "notes.txt": "x", "a.sql~": "x"],
            marts: ["daily.sql": "SELECT * FROM a"])
        let plan = try bench.plan()
        #expect(plan.file.name == "plan" && plan.folds.map(\.name) == ["a", "b"] && plan.marts == ["daily"])
        #expect(plan.folds.allSatisfy { !$0.isNameBound })
        #expect(plan.notes.count == 1 && plan.notes[0].contains("folds/notes.txt is not read"))
    }

    @Test func mistakesOfAllFilesAreReportedTogether() throws {
        let bench = try PlanBench(
            [
                "a.sql": "SELECT user, median(n) AS m\nFROM events GROUP BY user",
                "b.sql": "SELECT 1 AS x FROM nothing",
                "Events.sql": Self.fold, "c d.sql": Self.fold,
            ],
            marts: ["A.sql": "SELECT 1", "daily.sql": "SELECT 1"],
            yaml: PlanBench.yaml + "\nmarts: {dayly: {order: x}}\n")
        let found = try bench.mistakes { _ = try bench.plan() }
        #expect(
            found.contains { $0.hasPrefix("folds/Events.sql:1:1: the source events has the same name but for case") })
        #expect(found.contains { $0.hasPrefix("folds/a.sql:1:14: ") && $0.contains("median") }, "\(found)")
        #expect(found.contains { $0.hasPrefix("folds/b.sql:1:") && $0.contains("nothing") }, "\(found)")
        #expect(found.contains { $0.hasPrefix("folds/c d.sql:1:1: the name: ") })
        #expect(
            found.contains {
                $0.hasPrefix("marts/A.sql:1:1: ") && $0.contains("folds/a.sql has the same name but for case")
            })
        #expect(found.contains { $0.contains("there is no statement marts/dayly.sql; did you mean daily?") })
    }

    @Test func aFolderThatIsNoPlanIsRefused() throws {
        let bench = try PlanBench([:])
        #expect(
            try bench.mistakes { _ = try bench.plan() } == ["folds:1:1: there is no fold; write one as folds/NAME.sql"])
        let found = try bench.mistakes { _ = try PlanFolder(bench.folder.path, in: .real) }
        #expect(found.count == 1 && found[0].contains("plan.yaml:1:1: there is no such file; a plan is a folder with"))
        let broken = try PlanBench(["a.sql": Self.fold], yaml: "sources: {events: {fields: {a: string}}}")
        #expect(try broken.mistakes { _ = try broken.plan() }[0].hasPrefix("plan.yaml:1:11: events: files is missing"))
    }
}
