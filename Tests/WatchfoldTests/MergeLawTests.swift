//  Partials are a commutative monoid: merging them is associative and commutative, the empty partial is its identity,
//  and cutting a file in pieces is undone by merging.

import Columns
import DurableIO
import Engagement
import Folding
import Foundation
import Records
import Synchronization
import TestSupport
import Testing

@testable import Intake
@testable import JSONRecords

@Suite struct MergeLawTests {
    /// A row as it is compared: keys, seconds, records.
    private struct Row: Equatable {
        var keys: [String.UTF8View.SubSequence]
        var measures: [Int64]

        static func == (a: Row, b: Row) -> Bool {
            a.measures == b.measures && a.keys.count == b.keys.count
                && zip(a.keys, b.keys).allSatisfy { $0.elementsEqual($1) }
        }
    }

    private static let schema = KeyedSchema(plan: .engagement)

    /// The partial of some lines, folded by the program.
    private func partial(_ records: some Collection<String>, in bench: Workbench) throws -> [KeyedBatch] {
        let content = Layout.lines.write(Array(records))
        let path = bench.root + "/" + UUID().uuidString
        try Data(content).write(to: URL(fileURLWithPath: path))
        let pool = FoldPool(
            settings: FoldSettings(plan: .engagement), fileSystem: bench.fileSystem, jobs: 1, scratch: bench.root)
        let folded = Mutex<Result<[KeyedBatch], any Error>?>(nil)
        pool.fold([FoldInput(name: "part", path: path)]) { _, outcome in
            let result = Result {
                switch outcome {
                case .failed(let error): throw error
                case .read(_, let runs):
                    var batches: [KeyedBatch] = []
                    try runs.merge(rowLimit: 7) { batches.append($0) }
                    return batches
                }
            }
            folded.withLock { $0 = result }
        }
        return try #require(folded.withLock { $0 }, "the file was not read").get()
    }

    private func merge(_ partials: [[KeyedBatch]]) throws -> [KeyedBatch] {
        var result: [KeyedBatch] = []
        try KeyedMerge(schema: Self.schema, countMeasure: 1).run(
            partials.map { batches in
                var rest = batches[...]
                return MergeInput(measureCount: 2) { rest.popFirst() }
            }, rowLimit: 11
        ) { result.append($0) }
        return result
    }

    private func rows(_ batches: [KeyedBatch]) -> [Row] {
        batches.flatMap { batch in
            (0..<batch.count).map { row in
                Row(keys: batch.keys.map { $0[row].utf8[...] }, measures: batch.measures.map { $0[row] })
            }
        }
    }

    /// Merges in a tree of any shape, in any order.
    private func mergeInAnyWay(_ partials: [[KeyedBatch]], _ random: inout Dice) throws -> [KeyedBatch] {
        var pool = partials
        while pool.count > 1 {
            pool.shuffle(using: &random)
            let count = min(pool.count, 2 + random.below(3))
            let group = Array(pool.suffix(count))
            pool.removeLast(count)
            pool.append(try merge(group))
        }
        return pool[0]
    }

    @Test(arguments: seeds(12))
    func anySplitMergedInAnyWayIsTheWhole(_ seed: UInt64) throws {
        let bench = Workbench()
        var random = Dice(seed: seed &+ 500)
        var source = RecordSource(seed: seed)
        let records = source.records(150 + random.below(250))
        let whole = rows(try partial(records, in: bench))
        // Nothing is the sum of nothings, too.
        try #require(whole.count > 20 && whole.contains { $0.measures[1] > 1 })
        // Each record goes to a part of its own choice.
        var parts = [[String]](repeating: [], count: 1 + random.below(7))
        for record in records { parts[random.below(parts.count)].append(record) }
        var partials = try parts.map { try partial($0, in: bench) }
        #expect(zip(parts, partials).allSatisfy { $0.isEmpty || !$1.isEmpty })
        for _ in 0..<3 { #expect(rows(try mergeInAnyWay(partials, &random)) == whole) }
        // The empty partial changes nothing, wherever it comes in.
        partials.append([])
        partials.append(try partial([], in: bench))
        #expect(rows(try mergeInAnyWay(partials, &random)) == whole)
        #expect(rows(try merge([try partial(records, in: bench), []])) == whole)
        // And taking a part away again leaves the others.
        let taken = random.below(parts.count)
        let others = rows(
            try mergeInAnyWay(partials.enumerated().filter { $0.offset != taken }.map(\.element), &random))
        var result: [KeyedBatch] = []
        var (from, away) = (try merge(partials)[...], partials[taken][...])
        try KeyedMerge(schema: Self.schema, countMeasure: 1).run(
            [
                MergeInput(measureCount: 2) { from.popFirst() },
                MergeInput(sources: [.negated(0), .negated(1)]) { away.popFirst() },
            ], rowLimit: 5
        ) { result.append($0) }
        #expect(rows(result) == others)
    }
}
