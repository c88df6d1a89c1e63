//  Every history of a few events, not some of many.
//
//  Two names, of which one wins over the other where both hold the same content, and three contents, of which one has too
//  many broken lines and is held. What may happen to a name: one of the contents comes, something comes that is cut off, the
//  file goes, what is held is accepted, what counts is retracted, what was retracted is restored; and all is reprocessed.
//  After each event there is a run or there is none. After each run the reports are those of the model.
//
//  Histories share their beginnings, and many end alike: two that leave the same files in the inbox, the same knowledge in
//  the ledger (states, arrivals and decisions in their order, what counts) and the same model go on alike. So each such
//  state is gone on from once, and the histories that lead to it are counted. A state is a folder; to go on from it in
//  another way, the folder is copied, and the ledger told what the copied files look like.

import DurableIO
import Foundation
import TestSupport
import Testing

@testable import Ledgers
@testable import Operations

@Suite("Small worlds") struct SmallWorldTests {
    private static let environment = ProcessInfo.processInfo.environment
    /// Events of a history; five take minutes with optimisation.
    private static let depth =
        environment["WATCHFOLD_TEST_EVENTS"].flatMap { Int($0) } ?? (environment["WATCHFOLD_EXHAUSTIVE"] == nil ? 2 : 5)

    @Test func everyHistoryOfAFewEventsEndsAsTheModelSays() throws {
        var level = [Place(try Stage(canCrash: false))]
        var (states, histories, runs) = (1, 1, 0)
        for _ in 0..<Self.depth {
            var next: [String: Place] = [:]
            for place in level {
                for event in place.events {
                    for isRun in event.isProgram ? [true] : [true, false] {
                        var other = try place.twin()
                        let isLeft = try other.play(event, isRun: isRun)
                        runs += isRun ? 1 : 0
                        let same = next[other.key]
                        histories += place.histories
                        if let same {
                            next[other.key]!.histories = same.histories + place.histories
                        } else if isLeft {
                            next[other.key] = other
                            continue
                        }
                        other.stage.world.remove()
                        guard isLeft else { return }
                    }
                }
                place.stage.world.remove()
            }
            level = next.values.sorted { $0.story.lexicographicallyPrecedes($1.story) }
            states += level.count
        }
        for (index, place) in level.enumerated() {
            // What every history leaves is whole, too; of many each twentieth is looked at.
            let isKept = FileManager.default.fileExists(atPath: place.stage.world.root + "/checkpoints/ledger.sqlite")
            if isKept, index % 20 == 0 {
                let found = try place.stage.world.verify()
                #expect(found.isSound, "\(place.story.joined(separator: "; "))")
            }
            place.stage.world.remove()
        }
        print("\(histories) histories of up to \(Self.depth) events, \(states) states, \(runs) runs")
    }
}

/// Something that happens in a small world.
private enum SmallEvent {
    case comes(String, Content)
    case cut(String)
    case goes(String)
    case decided(Decision, String)
    case reprocessed

    /// Whether the program is what does it.
    var isProgram: Bool {
        switch self {
        case .decided, .reprocessed: true
        default: false
        }
    }

    var text: String {
        switch self {
        case .comes(let name, let content): "\(name) holds \(content)"
        case .cut(let name): "\(name) is cut"
        case .goes(let name): "\(name) goes"
        case .decided(let decision, let name): "\(decision.rawValue) \(name)"
        case .reprocessed: "reprocess"
        }
    }
}

/// A state that histories lead to.
private struct Place {
    private static let names = ["20220401.json", "x.json"]
    private static let contents = [
        Content(number: 1, isBad: false), Content(number: 2, isBad: false), Content(number: 3, isBad: true),
    ]

    var stage: Stage
    /// One history that leads here.
    private(set) var story: [String] = []
    /// How many lead here.
    var histories = 1
    /// What lies in the inbox; nil for something that is cut off.
    private var inbox: [String: Content?] = [:]
    /// Names whose file no run has seen.
    private var unseen: Set<String> = []
    /// What the ledger knows.
    private var ledger = ""

    init(_ stage: Stage) { self.stage = stage }

    /// Everything that what comes next depends on.
    var key: String {
        let files = inbox.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.map { "\($0)" } ?? "cut")" }
        let model = stage.model
        let found = model.found.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        let taken = model.retracted.filter { !$0.value.isEmpty }.sorted { $0.key < $1.key }
            .map { "\($0.key)-\($0.value.map(\.description).sorted())" }
        let rest = [
            "\(unseen.sorted())", "\(model.torn.sorted())", "\(model.accepted.map(\.description).sorted())",
            "\(model.hasCounted)", ledger,
        ]
        return (files + ["|"] + found + ["|"] + taken + rest).joined(separator: ";")
    }

    /// All that can happen here. A decision is about what the program has seen.
    var events: [SmallEvent] {
        let model = stage.model
        var events: [SmallEvent] = stage.model.found.isEmpty && unseen.isEmpty ? [] : [.reprocessed]
        for name in Self.names {
            events += Self.contents.map { .comes(name, $0) } + [.cut(name)]
            if inbox[name] != nil { events.append(.goes(name)) }
            if !unseen.isEmpty { continue }
            if model.isHeldOpenly(name) { events.append(.decided(.accept, name)) }
            if model.claim(name) != nil || model.isHeldOpenly(name) { events.append(.decided(.retract, name)) }
            if !(model.retracted[name] ?? []).isEmpty { events.append(.decided(.restore, name)) }
        }
        return events
    }

    /// The same state in a folder of its own.
    func twin() throws -> Place {
        var twin = self
        twin.stage.world = try stage.world.twin(inbox.keys.sorted())
        return twin
    }

    /// Has an event happen.
    ///
    /// - Returns: whether the reports are those of the model.
    mutating func play(_ event: SmallEvent, isRun: Bool) throws -> Bool {
        story.append(event.text + (isRun || event.isProgram ? "" : " unseen"))
        switch event {
        case .comes(let name, let content):
            try stage.world.put(name, content.text)
            inbox[name] = .some(content)
            unseen.insert(name)
        case .cut(let name):
            try stage.world.putCut(name)
            inbox[name] = .some(nil)
            unseen.insert(name)
        case .goes(let name):
            try FileManager.default.removeItem(atPath: stage.world.root + "/inbox/" + name)
            inbox[name] = nil
            unseen.remove(name)
        case .decided(let decision, let name): try stage.decide(decision, name)
        case .reprocessed:
            see()
            _ = try stage.world.processor().reprocess([])
            stage.note()
        }
        guard isRun else { return true }
        see()
        try stage.run()
        ledger = try stage.world.knowledge()
        return stage.agrees("after: \(story.joined(separator: "; "))")
    }

    /// What lies there is what the next run finds.
    private mutating func see() {
        for name in unseen {
            if let content = inbox[name]! { stage.find(content, name) } else { stage.model.torn.insert(name) }
        }
        unseen = []
    }
}

extension World {
    /// A copy in which the program takes the files of the inbox for those that it knows.
    fileprivate func twin(_ names: [String]) throws -> World {
        let twin = at(Self.temporary())
        try Self.copy(root, twin.root)
        guard FileManager.default.fileExists(atPath: root + "/checkpoints/ledger.sqlite") else { return twin }
        let connection = try twin.processor().checkpoints.ledger.connection
        for name in names {
            let old = try FileSystem.real.status(root + "/inbox/" + name)
            let new = try FileSystem.real.status(twin.root + "/inbox/" + name)
            func stamps(_ status: FileStatus) -> [any SQLiteBindable] {
                [
                    Int64(bitPattern: status.device), Int64(bitPattern: status.inode), Int64(status.modified),
                    Int64(status.changed),
                ]
            }
            try connection.run(
                "UPDATE files SET device = ?, inode = ?, modified_ns = ?, changed_ns = ?"
                    + " WHERE name = ? AND device = ? AND inode = ? AND modified_ns = ? AND changed_ns = ?",
                stamps(new) + [name] + stamps(old))
        }
        return twin
    }

    private static func copy(_ from: String, _ to: String) throws {
        try FileManager.default.createDirectory(atPath: to, withIntermediateDirectories: true)
        for name in try FileManager.default.contentsOfDirectory(atPath: from) {
            let (old, new) = (from + "/" + name, to + "/" + name)
            if try FileSystem.real.status(old).kind == .folder {
                try copy(old, new)
            } else {
                try Data(contentsOf: URL(fileURLWithPath: old)).write(to: URL(fileURLWithPath: new))
                var times = timespec()
                let modified = try FileSystem.real.status(old).modified
                (times.tv_sec, times.tv_nsec) = (Int(modified / 1_000_000_000), Int(modified % 1_000_000_000))
                try [times, times].withUnsafeBufferPointer { times in
                    if utimensat(AT_FDCWD, new, times.baseAddress!, 0) != 0 { throw POSIXError(.EIO) }
                }
            }
        }
    }

    /// All that the ledger knows and that what comes next may depend on, without numbers and times.
    fileprivate func knowledge() throws -> String {
        let connection = try processor().checkpoints.ledger.connection
        let queries = [
            "SELECT printf('%s,%s,%s,%s,%s,%s,%d', name, state, digest, duplicate_of, retracted_digest, reason,"
                + " size IS NULL) FROM files ORDER BY name",
            "SELECT printf('%s,%s,%s,%d', h.name, v.digest, h.digest, fits)"
                + " FROM holdings h LEFT JOIN versions v ON v.id = h.present ORDER BY h.name",
            "SELECT printf('%s,%s', a.name, v.digest) FROM arrivals a JOIN versions v ON v.id = a.version ORDER BY a.id",
            "SELECT printf('%s,%s,%s', kind, name, digest) FROM decisions ORDER BY id",
            "SELECT printf('%s,%s,%d', name, digest, shared) FROM counting WHERE to_generation IS NULL ORDER BY name",
            "SELECT DISTINCT printf('%s,%s,%s', v.name, v.digest, j.held) FROM versions v"
                + " LEFT JOIN judgements j ON j.version = v.id ORDER BY 1",
        ]
        return try queries.map { query in
            try connection.rows(query) { (row) throws(SQLiteError) in try row.text(0) }.joined(separator: "\n")
        }.joined(separator: "\n\n")
    }
}
