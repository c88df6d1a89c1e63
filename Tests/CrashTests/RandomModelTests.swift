//  Random histories against a naive model.
//
//  The model knows for every name what it claims: the last whole content that was taken under it. It knows the rules of
//  which claims count, and adds up records with dictionaries. The program has the ledger, partials, totals and crashes.
//  After every step the reports must be those of the model.
//
//  Left out of the histories: cutting a file that is a copy of another. What it claimed before is then nobody's
//  business until it is whole again.

import DurableIO
import FaultInjection
import Foundation
import TestSupport
import Testing

@testable import Watchfold

@Suite("Random histories") struct RandomModelTests {
    private static let isExhaustive = ProcessInfo.processInfo.environment["WATCHFOLD_EXHAUSTIVE"] != nil
    private static let replayed = ProcessInfo.processInfo.environment["WATCHFOLD_TEST_SEED"].flatMap { UInt64($0) }
    static let seeds: [UInt64] =
        replayed.map { [$0] }
        ?? (isExhaustive
            ? (0..<40).map { _ in UInt64.random(in: 1...1_000_000) } : [16064, 173858, 96032, 254841, 63308, 829344])

    @Test(arguments: seeds)
    func giveTheReportsOfTheModel(seed: UInt64) throws {
        var history = try History(seed: seed)
        var steps: [String] = []
        defer { history.world.remove() }
        for step in 0..<400 {
            steps.append(try history.step())
            let place: Comment = "seed \(seed), step \(step), after: \(steps.suffix(60).joined(separator: "; "))"
            let outputs = history.world.outputs().mapValues { String(decoding: $0, as: UTF8.self) }
            let expected = history.model.reports()
            guard outputs["engagement.csv"] ?? "" == expected.engagement, outputs["daily.csv"] ?? "" == expected.daily
            else {
                Issue.record("\(place)\n\(outputs["daily.csv"] ?? "")\n---\n\(expected.daily)")
                return
            }
            if step % 20 == 0, !outputs.isEmpty {
                let report = try history.world.verify()
                #expect(report.damages == [] && report.stale == [] && report.behind == [], place)
            }
        }
    }
}

/// A content: its records, and whether too many of its lines are broken.
private struct Content: Hashable {
    var number: Int
    var isBad: Bool

    private static let apps = ["CHANNEL", "VOD", "SPORT", "OTHER"]

    var records: [(contract: String, app: String, seconds: Int)] {
        (0..<4).map { i in
            let n = number * 17 + i * 5
            return ("C\(n % 6)", Self.apps[(number + i) % 4], n * 37 % 900)
        }
    }

    var text: String {
        let lines = records.map {
            #"{"Contract":"\#($0.contract)","AppName":"\#($0.app)","TotalDuration":\#($0.seconds)}"#
        }
        return lines.joined(separator: "\n") + "\n" + (isBad ? "broken \(number)\n" : "")
    }
}

/// What ought to count.
private struct Model {
    /// What each name holds, counted or as a copy.
    var claims: [String: Content] = [:]
    /// What lies under each name and waits for a person.
    var held: [String: Content] = [:]
    /// Names whose present bytes are held or cut: they keep what counts under them.
    var open: Set<String> = []
    var retracted: [String: Content] = [:]
    /// What ever counted under each name: it is not held again.
    var counted: [String: Set<Content>] = [:]
    /// Under which name each content counts.
    var owners: [Content: String] = [:]
    /// Whether anything ever counted: reports exist from then on.
    var hasCounted = false

    static func day(_ name: String) -> String? {
        let digits = name.prefix(8)
        guard digits.count == 8, digits.allSatisfy(\.isNumber) else { return nil }
        return "\(digits.prefix(4))-\(digits.dropFirst(4).prefix(2))-\(digits.suffix(2))"
    }

    mutating func settle() {
        var settled: [Content: String] = [:]
        for (name, content) in claims {
            guard let other = settled[content] else {
                settled[content] = name
                continue
            }
            let key = { (name: String) in (Self.day(name) == nil ? 1 : 0, name.utf8.count, name) }
            if key(name) < key(other) { settled[content] = name }
        }
        // A name whose present bytes are no good cannot step back.
        for (content, owner) in owners where open.contains(owner) && claims[owner] == content {
            settled[content] = owner
        }
        owners = settled
        for (content, owner) in owners { counted[owner, default: []].insert(content) }
        if !owners.isEmpty { hasCounted = true }
    }

    func reports() -> (engagement: String, daily: String) {
        guard hasCounted else { return ("", "") }
        let category = ["CHANNEL": 0, "VOD": 1, "SPORT": 4]
        var sums: [String: [Int]] = [:]
        var days: [String: [Int]] = [:]
        var contracts: [String: Set<String>] = [:]
        for (content, owner) in owners {
            let day = Self.day(owner) ?? ""
            days[day, default: [0, 0, 0, 0, 0]][0] += 0
            for record in content.records {
                guard let column = category[record.app] else { continue }
                sums[record.contract, default: [0, 0, 0, 0, 0]][column] += record.seconds
                days[day]![column] += record.seconds
                contracts[day, default: []].insert(record.contract)
            }
        }
        let names = "TVDuration,MovieDuration,ChildDuration,RelaxDuration,SportDuration"
        var engagement = "Contract,\(names)\n"
        for (contract, row) in sums.sorted(by: { $0.key < $1.key }) {
            engagement += "\(contract),\(row.map(String.init).joined(separator: ","))\n"
        }
        var daily = "Date,Contracts,\(names),TotalDuration\n"
        // The empty date comes last.
        for (day, row) in days.sorted(by: { ($0.key.isEmpty ? "9" : $0.key) < ($1.key.isEmpty ? "9" : $1.key) }) {
            daily +=
                "\(day),\(contracts[day]?.count ?? 0),\(row.map(String.init).joined(separator: ",")),\(row.reduce(0, +))\n"
        }
        return (engagement, daily)
    }
}

/// A world and the model of it, going through the same.
private struct History {
    var dice: Dice
    var world: World
    var model = Model()
    /// What lies in the inbox.
    private var inbox: [String: Content] = [:]
    private static let names = [
        "20220401.json", "20220401-again.json", "20220402.json", "20220402b.json", "20220405.json", "x.json",
        "copy.json",
    ]

    init(seed: UInt64) throws {
        dice = Dice(seed: seed)
        world = try World.make()
    }

    private mutating func pick(_ names: [String]) -> String? { names.sorted().randomElement(using: &dice) }

    /// Does something, runs, and says what it was.
    mutating func step() throws -> String {
        let name = Self.names.randomElement(using: &dice)!
        switch Int.random(in: 0..<100, using: &dice) {
        case 0..<30: return try write(name, Content(number: .random(in: 0..<12, using: &dice), isBad: false))
        case 30..<38: return try write(name, Content(number: .random(in: 0..<12, using: &dice), isBad: true))
        case 38..<48:
            guard let original = pick(Array(inbox.keys)), original != name else { return try run("nothing") }
            return try write(name, inbox[original]!)
        case 48..<54: return try cut(name)
        case 54..<62:
            guard let name = pick(Array(inbox.keys)) else { return try run("nothing") }
            try FileManager.default.removeItem(atPath: world.root + "/inbox/" + name)
            inbox[name] = nil
            return try run("remove \(name)")
        case 62..<70: return try accept()
        case 70..<78: return try retract()
        case 78..<86: return try restore()
        case 86..<90:
            _ = try world.processor().reprocess([])
            return "reprocess"
        default: return try crash()
        }
    }

    private func run(_ what: String) throws -> String {
        _ = try world.processor().run()
        return what
    }

    private mutating func write(_ name: String, _ content: Content) throws -> String {
        try world.put(name, content.text)
        inbox[name] = content
        take(name, content)
        return try run("\(name) holds \(content)")
    }

    private mutating func take(_ name: String, _ content: Content) {
        if model.retracted[name] == content {
            model.claims[name] = nil
            model.held[name] = nil
            model.open.remove(name)
        } else if content.isBad && !(model.counted[name]?.contains(content) ?? false) {
            // A copy that becomes something else claims nothing until that is taken.
            if let old = model.claims[name], model.owners[old] != name { model.claims[name] = nil }
            model.held[name] = content
            model.open.insert(name)
        } else {
            model.claims[name] = content
            model.held[name] = nil
            model.open.remove(name)
        }
        model.settle()
    }

    /// A file that ends inside a record.
    private mutating func cut(_ name: String) throws -> String {
        if let claim = model.claims[name], model.owners[claim] != name { return try run("nothing") }
        try world.put(name, #"{"Contract":"C1","App"#)
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: -60)], ofItemAtPath: world.root + "/inbox/" + name)
        inbox[name] = nil
        model.held[name] = nil
        model.open.insert(name)
        model.settle()
        return try run("\(name) is cut")
    }

    // MARK: Decisions

    private func decide(_ decision: Decision, _ name: String) throws -> Bool {
        do {
            _ = try world.processor().decide(decision, name)
            return true
        } catch is DecisionRefused { return false }
    }

    private mutating func accept() throws -> String {
        guard let name = pick(Array(model.held.keys)) else { return try run("nothing") }
        #expect(try decide(.accept, name))
        model.claims[name] = model.held[name]
        model.held[name] = nil
        model.open.remove(name)
        model.settle()
        return "accept \(name)"
    }

    private mutating func retract() throws -> String {
        guard let name = pick(Array(Set(model.claims.keys).union(model.held.keys))) else { return try run("nothing") }
        #expect(try decide(.retract, name))
        model.retracted[name] = model.claims[name] ?? model.held[name]
        model.claims[name] = nil
        model.held[name] = nil
        model.open.remove(name)
        model.settle()
        return "retract \(name)"
    }

    private mutating func restore() throws -> String {
        guard let name = pick(Array(model.retracted.keys)) else { return try run("nothing") }
        guard try decide(.restore, name) else { return try run("nothing to restore in \(name)") }
        model.claims[name] = model.retracted[name]
        model.retracted[name] = nil
        model.settle()
        return "restore \(name)"
    }

    // MARK: Crashes

    /// A new file or none, and a run that dies at some call; what survives is where the history goes on.
    private mutating func crash() throws -> String {
        let name = Self.names.randomElement(using: &dice)!
        let content = Content(number: .random(in: 0..<12, using: &dice), isBad: false)
        try world.put(name, content.text)
        inbox[name] = content
        take(name, content)
        let call = Int.random(in: 1...150, using: &dice)
        let surviving = Surviving.allCases.randomElement(using: &dice)!
        let model = try CrashModel(watching: world.root)
        let script = FaultScript([.crash(atChange: call)], then: model)
        do {
            _ = try World(
                world.root, FileSystem(interposer: script, sqliteVFS: FaultVFS.register(over: script))
            ).processor().run()
        } catch {
            // The crash. Anything else shows in what is left.
        }
        let after = World(World.temporary())
        try model.materialise(into: after.root, surviving)
        // Shared memory is no data; SQLite makes it anew, and removes it where the next model would not see.
        try? FileManager.default.removeItem(atPath: after.root + "/checkpoints/ledger.sqlite-shm")
        world.remove()
        world = after
        return try run("\(name) holds \(content), crash at call \(call), surviving \(surviving)")
    }
}
