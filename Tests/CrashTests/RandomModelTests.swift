//  Random histories against a naive model (HistoryModel.swift).
//
//  A history is a list of events of several names. What happens to one name has an order; names have none among each other.
//  So each history is played several times, in its own order with a run after each event and in random other orders with
//  runs here and there, and all have to end in the same reports, which are those of the model.

import Foundation
import TestSupport
import Testing

@Suite("Random histories") struct RandomModelTests {
    private static let environment = ProcessInfo.processInfo.environment
    private static let isExhaustive = environment["WATCHFOLD_EXHAUSTIVE"] != nil
    /// How many histories an exhaustive run plays; `WATCHFOLD_TEST_HISTORIES` says otherwise.
    private static let many = environment["WATCHFOLD_TEST_HISTORIES"].flatMap { Int($0) } ?? 40
    static let seeds: [UInt64] =
        environment["WATCHFOLD_TEST_SEED"].flatMap { UInt64($0) }.map { [$0] }
        ?? (isExhaustive
            ? (0..<many).map { _ in UInt64.random(in: 1...1_000_000) } : [16064, 173858, 96032, 254841])
    private static let steps = isExhaustive ? 200 : 120

    /// After each event: the reports are those of the model, also when a run was killed.
    @Test(arguments: seeds)
    func giveTheReportsOfTheModel(seed: UInt64) throws {
        var dice = Dice(seed: seed)
        var stage = try Stage(canCrash: true)
        var played: [String] = []
        defer { stage.world.remove() }
        for step in 0..<Self.steps {
            let event = stage.event(&dice)
            played.append("\(event)")
            try stage.play(event, &dice)
            try stage.run()
            let place: Comment = "seed \(seed), step \(step), after: \(played.suffix(60).joined(separator: "; "))"
            guard stage.agrees(place) else { return }
            if step % 20 == 0 {
                let report = try stage.world.verify()
                #expect(report.damages == [] && report.stale == [] && report.behind == [], place)
            }
        }
    }

    /// In whatever order the names' events come, and wherever runs come in between, the end is the same.
    @Test(arguments: seeds)
    func endAlikeInEveryOrder(seed: UInt64) throws {
        var dice = Dice(seed: seed)
        var comparisons = 0
        let parts = Self.steps / 15
        for part in 0..<parts {
            var first = try Stage(canCrash: false)
            defer { first.world.remove() }
            var events: [Event] = []
            for _ in 0..<15 {
                let event = first.event(&dice)
                events.append(event)
                try first.play(event, &dice)
                // What a person decides is about what the program has seen.
                try first.run()
            }
            let place: Comment = "seed \(seed), part \(part): \(events.map { "\($0)" }.joined(separator: "; "))"
            guard first.agrees(place) else { return }
            for _ in 0..<2 {
                var other = try Stage(canCrash: false)
                defer { other.world.remove() }
                var order: [String] = []
                for event in Self.shuffled(events, &dice) {
                    try other.play(event, &dice)
                    order.append("\(event)")
                    // A content is seen, and a decision can be taken, only when a run comes before the name's next event;
                    // between events of other names there may be one or none.
                    if event.wantsRun || Int.random(in: 0..<3, using: &dice) == 0 {
                        try other.run()
                        order.append("run")
                    }
                }
                try other.run()
                let place: Comment = "seed \(seed), part \(part), in the order: \(order.joined(separator: "; "))"
                guard other.agrees(place) else { return }
                // In another order a person may have met another content, and so decided about that.
                guard other.decisions == first.decisions, first.hasContents else { continue }
                comparisons += 1
                #expect(other.outputs == first.outputs, place)
            }
        }
        #expect(comparisons >= parts, "only \(comparisons) of \(2 * parts) orders had the same decisions")
    }

    /// Another order, in which those of each name, and of settings, keep theirs; `wantsRun` is set where the next event of the
    /// same name, or a decision, needs to find what the one before left.
    private static func shuffled(_ events: [Event], _ dice: inout Dice) -> [Event] {
        var queues = Dictionary(grouping: events, by: \.name).mapValues { ArraySlice($0) }
        var order: [Event] = []
        while let name = queues.keys.sorted().randomElement(using: &dice) {
            var event = queues[name]!.removeFirst()
            event.wantsRun = !queues[name]!.isEmpty
            if queues[name]!.isEmpty { queues[name] = nil }
            order.append(event)
        }
        return order
    }
}
