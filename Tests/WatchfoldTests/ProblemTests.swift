//  Problems as they come and go, and the command that is told of each once.

import Configuration
import DurableIO
import Engagement
import Foundation
import Ledgers
import Logging
import Records
import SmallJSON
import Testing

@testable import Admission
@testable import Operations
@testable import Wording

@Suite struct ProblemTests {
    private func file(_ name: String, _ state: FileState, _ reason: String) -> Problem? {
        Problem(file: name, state, isUnusual: reason.hasPrefix(UnusualFile.mark), reason: reason, date: nil)
    }

    @Test func filesAreAProblemByTheirState() {
        #expect(file("a", .held, "why")?.kind == .held)
        #expect(file("a", .failed, "why")?.kind == .failed)
        #expect(file("a", .folded, UnusualFile.mark + "half a day")?.kind == .unusual)
        for state in FileState.allCases where ![.held, .failed].contains(state) {
            #expect(file("a", state, "why") == nil, "\(state)")
        }
        #expect(file("a", .duplicate, UnusualFile.mark + "x") == nil)
    }

    @Test func aLookAtTheInboxSaysWhatThereIs() {
        var book = ProblemBook()
        book.note(file: "a", .held, isUnusual: false, reason: "why", date: nil)
        book.note(file: "b", .failed, isUnusual: false, reason: "why", date: nil)
        book.note(.output, "x.csv", "no room")
        #expect(book.all.map(\.text) == ["failed b: why", "held a: why", "output x.csv: no room"])
        // The first was mended, the second went away.
        book.note(file: "a", .folded, isUnusual: false, reason: "", date: nil)
        #expect(book.count(.held) == 0 && book.isDegraded)
        book.survey([])
        #expect(book.all.map(\.text) == ["output x.csv: no room"])
        book.note(.output, "x.csv", nil)
        #expect(book.all.isEmpty && !book.isDegraded)
    }

    @Test func anUnusualFileIsShownAndDegradesNothing() {
        var book = ProblemBook()
        book.note(file: "a", .folded, isUnusual: true, reason: UnusualFile.mark + "half a day", date: nil)
        #expect(book.count(.unusual) == 1 && !book.isDegraded)
    }

    @Test func anOutputThatIsNotWantedAnyMoreIsNoProblem() {
        var book = ProblemBook()
        book.note(.output, "x.csv", "no room")
        book.note(.output, "y.csv", "no room")
        book.keepOutputs(["y.csv"])
        #expect(book.all.map(\.subject) == ["y.csv"])
    }

    /// What was told before the start is over when somebody knows that it is, and not before.
    @Test func whatWasToldIsKeptUntilItIsKnownToBeOver() {
        let held = file("a", .held, "why")!.identity
        let output = Problem(.output, "x.csv", "no room").identity
        let hook = Problem(.hook, "watch.on_publish", "code 7").identity
        var book = ProblemBook()
        book.keepOutputs(["x.csv"])
        #expect(!book.isOver(held) && !book.isOver(output) && !book.isOver(hook))
        book.survey([file("a", .held, "why")!])
        #expect(!book.isOver(held) && !book.isOver(output) && !book.isOver(hook))
        // Other bytes are another problem; another way to fail is not.
        book.survey([file("a", .held, "another")!])
        book.note(.output, "x.csv", "it is a folder")
        #expect(book.isOver(held) && !book.isOver(output))
        book.note(.output, "x.csv", nil)
        book.note(.hook, "watch.on_publish", nil)
        #expect(book.isOver(output) && book.isOver(hook))
        #expect(book.isOver(ProblemsRecord.Entry(problem: "of a newer program", subject: "", reason: "")))
    }
}

@Suite struct ProblemTellerTests {
    /// A watch's facts and the teller that follows them, on a folder of its own.
    private final class Scene {
        let root = NSTemporaryDirectory() + "watchfold-problems-" + UUID().uuidString
        let facts = WatchFactsBox()
        private(set) var teller: ProblemTeller!

        init() { try! FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true) }
        deinit { try? FileManager.default.removeItem(atPath: root) }

        /// What the command is told goes into a file.
        static let notes = #"echo "$WATCHFOLD_PROBLEM|$WATCHFOLD_FILE|$WATCHFOLD_DATE|$WATCHFOLD_REASON" >> "#

        func start(_ command: String? = nil, patience: Duration = ShellCommand.patience) throws {
            teller = ProblemTeller(
                facts: facts, fileSystem: .real, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
                patience: patience
            ) {}
            facts.onOtherProblems { [teller] in _ = teller!.step(.now) }
            try follow(command ?? Scene.notes + "'\(root)/told'")
        }

        func follow(_ command: String, output: String = "output") throws {
            teller.follow(
                try Configuration.resolve(
                    .engagement, flags: Overlay.flags([.output: root + "/" + output, .onProblem: command])))
        }

        var told: [String] {
            let text = try? String(contentsOfFile: root + "/told", encoding: .utf8)
            return text.map { $0.split(separator: "\n").map(String.init) } ?? []
        }

        /// What is written down as told.
        var record: Set<ProblemsRecord.Entry> {
            let bytes = FileManager.default.contents(atPath: root + "/output/problems.json")
            return bytes.flatMap { ProblemsRecord(json: Array($0))?.told } ?? []
        }

        /// Without keeping the thread: the command is run by a task. Looks are counted, not seconds: while other tests keep all
        /// threads of tasks, neither goes on.
        func wait(sourceLocation: SourceLocation = #_sourceLocation, until holds: () -> Bool) async throws {
            for _ in 0..<10_000 {
                if holds() { return }
                try await Task.sleep(for: .milliseconds(3))
            }
            try #require(holds(), "waited in vain", sourceLocation: sourceLocation)
        }

        /// Waits until so much was told, and that no more comes.
        func expect(_ lines: [String], sourceLocation: SourceLocation = #_sourceLocation) async throws {
            try await wait(sourceLocation: sourceLocation) { told.count >= lines.count }
            try await wait(sourceLocation: sourceLocation) { teller.stop(seconds: 0) }
            #expect(told == lines, sourceLocation: sourceLocation)
        }
    }

    private static let held = Problem(
        file: "a b.json", .held, isUnusual: false, reason: "it's \"so\"", date: "2022-04-01")!

    @Test func eachIsToldOnceWithWhatItIs() async throws {
        let scene = Scene()
        try scene.start()
        scene.facts.update { $0.problems.survey([Self.held]) }
        for _ in 0..<5 { scene.facts.update { $0.problems.survey([Self.held]) } }
        scene.facts.update { $0.problems.note(.hook, "watch.on_publish", "ended with code 7") }
        try await scene.wait { scene.told.count == 2 }
        scene.facts.update { $0.problems.note(.output, "x.csv", "no room") }
        try await scene.wait { scene.told.count == 3 }
        scene.facts.update { $0.problems.note(.output, "x.csv", "still no room") }
        let day = CalendarDay("2022-04-03")!
        scene.facts.update { $0.problems.survey([Self.held, Problem(missing: day, by: "09:00")]) }
        try await scene.wait { scene.told.count == 4 }
        try await scene.wait { scene.teller.stop(seconds: 0) }
        #expect(
            scene.told.sorted() == [
                #"held|a b.json|2022-04-01|it's "so""#, "hook|||ended with code 7",
                "missing-day||2022-04-03|no file of 2022-04-03 came by 09:00", "output|x.csv||no room",
            ])
    }

    @Test func afterARestartOnlyWhatIsNewIsTold() async throws {
        let scene = Scene()
        try scene.start()
        scene.facts.update { $0.problems.survey([Self.held]) }
        try await scene.expect([#"held|a b.json|2022-04-01|it's "so""#])
        // Another watch: it knows nothing until it has looked.
        scene.facts.update { $0.problems = ProblemBook() }
        try scene.start()
        let other = Problem(file: "c.json", .failed, isUnusual: false, reason: "no JSON", date: nil)!
        scene.facts.update { $0.problems.survey([Self.held, other]) }
        try await scene.expect([#"held|a b.json|2022-04-01|it's "so""#, "failed|c.json||no JSON"])
    }

    @Test func whatComesAgainIsTold() async throws {
        let scene = Scene()
        try scene.start()
        let line = #"held|a b.json|2022-04-01|it's "so""#
        scene.facts.update { $0.problems.survey([Self.held]) }
        try await scene.wait { !scene.record.isEmpty }
        scene.facts.update { $0.problems.survey([]) }
        #expect(scene.record.isEmpty)
        scene.facts.update { $0.problems.survey([Self.held]) }
        try await scene.expect([line, line])
    }

    @Test func whatIsThereIsToldToACommandThatIsSetLater() async throws {
        let scene = Scene()
        try scene.start("true")
        scene.facts.update { $0.problems.survey([Self.held]) }
        try await scene.wait { !scene.record.isEmpty }
        // It was told, if only to a command that does nothing. In another folder of reports nothing is known to be told,
        // but this watch knows.
        try scene.follow(Scene.notes + "'\(scene.root)/told'", output: "elsewhere")
        let other = Problem(file: "c.json", .failed, isUnusual: false, reason: "no JSON", date: nil)!
        scene.facts.update { $0.problems.survey([Self.held, other]) }
        try await scene.expect(["failed|c.json||no JSON"])
        let record = FileManager.default.contents(atPath: scene.root + "/elsewhere/problems.json")
        #expect(ProblemsRecord(json: Array(record ?? Data()))?.told == [Self.held.identity, other.identity])
    }

    @Test func aCommandThatFailsIsAProblemAndIsTriedAgain() async throws {
        let scene = Scene()
        try scene.start("exit 3")
        scene.facts.update { $0.problems.survey([Self.held]) }
        let problems = { scene.facts.value.problems.all.map(\.text) }
        try await scene.wait { problems().count == 2 }
        #expect(
            problems() == [
                #"held a b.json: it's "so""#,
                "hook watch.on_problem: the command for problems ended with code 3: exit 3",
            ])
        #expect(scene.record.isEmpty)
        // Not at once, and not for ever.
        try await scene.wait { scene.teller.step(.now) != nil }
        let next = try #require(scene.teller.step(.now))
        #expect(next > .now + .seconds(50) && next < .now + .seconds(61))
        #expect(scene.facts.value.problemCommandFailures == 1)
        try scene.follow(Scene.notes + "'\(scene.root)/told'")
        try await scene.expect([#"held|a b.json|2022-04-01|it's "so""#])
        #expect(problems() == [#"held a b.json: it's "so""#])
    }

    @Test func aCommandThatDoesNotEndIsAProblemUntilItDoes() async throws {
        let scene = Scene()
        let command = "until test -e '\(scene.root)/go'; do sleep 0.02; done"
        try scene.start(command, patience: .milliseconds(100))
        scene.facts.update { $0.problems.survey([Self.held]) }
        let text =
            "hook watch.on_problem: the command for problems is still running after 0.10 s, and no other is started until "
            + "it ends: \(command)"
        try await scene.wait { scene.facts.value.problems.all.map(\.text).contains(text) }
        #expect(FileManager.default.createFile(atPath: scene.root + "/go", contents: nil))
        try await scene.wait { scene.facts.value.problems.all == [Self.held] }
        #expect(scene.facts.value.problemCommandFailures == 0)
    }

    @Test func aDamagedRecordCostsARepetition() async throws {
        let scene = Scene()
        try FileManager.default.createDirectory(atPath: scene.root + "/output", withIntermediateDirectories: true)
        try Data("{".utf8).write(to: URL(fileURLWithPath: scene.root + "/output/problems.json"))
        try scene.start()
        scene.facts.update { $0.problems.survey([Self.held]) }
        try await scene.expect([#"held|a b.json|2022-04-01|it's "so""#])
        #expect(scene.record == [Self.held.identity])
    }

    @Test func theRecordComesBackAsItWent() {
        let record = ProblemsRecord([
            Self.held.identity, .init(problem: "failed", subject: "e\u{301}", reason: "\n"),
            .init(problem: "failed", subject: "\u{E9}", reason: "\n"),
        ])
        #expect(record.told.count == 3)
        #expect(ProblemsRecord(json: record.json) == record)
        for damage in ["", "[]", "{}", #"{"format": 2, "told": []}"#, #"{"format": 1, "told": [{"problem": "held"}]}"#]
        {
            #expect(ProblemsRecord(json: Array(damage.utf8)) == nil, "\(damage)")
        }
    }
}

@Suite struct MissingDaysTests {
    private static let day = CalendarDay("2022-04-07")!

    /// Nine o'clock of the day after, in the zone of this machine, by another calendar.
    private func nine(after day: CalendarDay, plus days: Int = 0) -> Int {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .current
        let parts = DateComponents(year: day.year, month: day.month, day: day.day + 1 + days, hour: 9)
        return Int(calendar.date(from: parts)!.timeIntervalSince1970)
    }

    private func days(_ now: Int, _ hours: String = "09:00") throws -> MissingDays {
        MissingDays(expectBy: try HourMinute(parsing: hours), now: now)
    }

    @Test func aDayIsDueAtItsHour() throws {
        let time = nine(after: Self.day)
        #expect(try days(time - 1).lastDue == Self.day.predecessor)
        #expect(try days(time).lastDue == Self.day)
        #expect(try days(time - 1).nextDeadline == time)
        #expect(try days(time).nextDeadline == nine(after: Self.day, plus: 1))
        // A day later.
        #expect(try days(time, "33:00").lastDue == Self.day.predecessor)
        #expect(try days(nine(after: Self.day, plus: 1), "33:00").lastDue == Self.day)
    }

    /// Through all hours of a year, with its changes to summer and winter where the zone has them.
    @Test(arguments: ["00:00", "09:00", "23:59", "33:00", "99:59"]) func everyMomentHasOneLastDueDay(hours: String)
        throws
    {
        var last = CalendarDay.earliest
        for hour in 0..<366 * 24 {
            let now = nine(after: Self.day) + hour * 3600
            let days = try days(now, hours)
            #expect(days.deadline(days.lastDue) <= now && now < days.nextDeadline, "\(hour)")
            #expect(days.lastDue >= last)
            last = days.lastDue
        }
    }

    @Test func missingIsWhatIsDueAndNotThere() throws {
        let days = try days(nine(after: Self.day))
        func missing(_ there: String...) -> [String] {
            days.missing(from: Set(there.map { CalendarDay($0)! })).map(\.description)
        }
        #expect(missing() == ["2022-04-07"])
        #expect(missing("2022-04-07") == [])
        #expect(missing("2022-04-08") == [], "nothing was to come before the first")
        #expect(missing("2022-04-04", "2022-04-06") == ["2022-04-05", "2022-04-07"])
        #expect(missing("2021-01-01").count == 7 && missing("2021-01-01").first == "2022-04-01")
    }
}

@Suite struct LocalTimeTests {
    @Test func isTheSameMomentWithItsOffset() throws {
        let reader = ISO8601DateFormatter()
        reader.formatOptions = [.withInternetDateTime, .withFractionalSeconds]
        for milliseconds: Int64 in [0, 1_650_000_000_417, 1_650_000_000_007, -1, -86_400_001, 1_700_000_000_999] {
            let text = Timestamp.localText(milliseconds: milliseconds)
            let date = try #require(reader.date(from: text), "\(text)")
            #expect(Int64((date.timeIntervalSince1970 * 1000).rounded()) == milliseconds, "\(text)")
            let offset = TimeZone.current.secondsFromGMT(for: date)
            let minutes = abs(offset) / 60
            #expect(
                text.suffix(6) == (offset < 0 ? "-" : "+") + String(format: "%02d:%02d", minutes / 60, minutes % 60))
        }
    }
}
