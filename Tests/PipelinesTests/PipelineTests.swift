import Foundation
import Synchronization
import Testing

@testable import Pipelines

@Suite("Ordered pipeline")
struct PipelineTests {
    private struct Refusal: Error, Equatable {
        var piece: Int
    }

    private final class Slot: Sendable {
        let piece = Mutex(-1)
    }

    private func slots(_ count: Int) -> [Slot] { (0..<count).map { _ in Slot() } }

    @Test(
        "hands pieces over in order, whoever is slow, and keeps no more under way than buffers", arguments: 1...6,
        [1, 2, 7])
    func order(jobs: Int, buffers: Int) throws {
        let underWay = Mutex((now: 0, most: 0))
        var seen: [Int] = []
        try OrderedPipeline.run(
            pieces: 60, jobs: jobs, buffers: slots(buffers),
            produce: { piece, slot in
                underWay.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
                if piece % 7 == 0 { usleep(500) }
                slot.piece.withLock { $0 = piece }
            },
            consume: { piece, slot in
                #expect(slot.piece.withLock { $0 } == piece)
                if piece % 11 == 0 { usleep(500) }
                seen.append(piece)
                underWay.withLock { $0.now -= 1 }
            })
        #expect(seen == Array(0..<60))
        #expect(underWay.withLock { $0.most } <= buffers)
    }

    @Test("an error of the consumer stops the threads and comes out", arguments: [0, 1, 30, 59])
    func consumerFails(at failing: Int) throws {
        let produced = Atomic(0)
        let running = Atomic(0)
        #expect(throws: Refusal(piece: failing)) {
            try OrderedPipeline.run(
                pieces: 60, jobs: 3, buffers: slots(4),
                produce: { _, _ in
                    running.add(1, ordering: .relaxed)
                    produced.add(1, ordering: .relaxed)
                    usleep(200)
                    running.subtract(1, ordering: .relaxed)
                },
                consume: { piece, _ in if piece == failing { throw Refusal(piece: piece) } })
        }
        #expect(running.load(ordering: .relaxed) == 0)
        // Pieces handed over, plus what the four buffers can hold.
        #expect(produced.load(ordering: .relaxed) <= failing + 4)
    }

    @Test("an error of a thread comes out after the pieces before it", arguments: [0, 1, 30, 59])
    func producerFails(at failing: Int) throws {
        var seen: [Int] = []
        #expect(throws: Refusal(piece: failing)) {
            try OrderedPipeline.run(
                pieces: 60, jobs: 3, buffers: slots(4),
                produce: { piece, _ in if piece == failing { throw Refusal(piece: piece) } },
                consume: { piece, _ in seen.append(piece) })
        }
        #expect(seen == Array(0..<failing))
    }

    @Test("nothing to do is done at once")
    func empty() throws {
        try OrderedPipeline.run(
            pieces: 0, jobs: 3, buffers: slots(1), produce: { _, _ in Issue.record("a piece of none") },
            consume: { _, _ in Issue.record("a piece of none") })
    }

    @Test("of several errors the one of the first piece comes out, after all pieces before it", arguments: 1...6)
    func severalProducersFail(jobs: Int) throws {
        var seen: [Int] = []
        #expect(throws: Refusal(piece: 20)) {
            try OrderedPipeline.run(
                pieces: 60, jobs: jobs, buffers: slots(8),
                produce: { piece, _ in
                    if piece == 20 { usleep(2000) }
                    if piece >= 20 { throw Refusal(piece: piece) }
                },
                consume: { piece, _ in seen.append(piece) })
        }
        #expect(seen == Array(0..<20))
    }
}
