import Foundation
import Synchronization
import Testing

@testable import Pipelines

@Suite("Handover")
struct HandoverTests {
    private struct Refusal: Error, Equatable {
        var item: Int
    }

    @Test(
        "hands all items over in order, whoever is slow, few of them waiting", arguments: [false, true], [1, 2, 5])
    func order(isConcurrent: Bool, ahead: Int) throws {
        let taken = Mutex<[Int]>([])
        let most = Mutex(0)
        try Handover<Int>.run(isConcurrent: isConcurrent, ahead: ahead) { hand in
            for item in 0..<60 {
                if item % 7 == 0 { usleep(500) }
                try hand(item)
                // Made, but not all of them taken: those that wait, and the one that is being taken.
                let left = item + 1 - taken.withLock { $0.count }
                most.withLock { $0 = max($0, left) }
            }
        } take: { item in
            if item % 11 == 0 { usleep(500) }
            taken.withLock { $0.append(item) }
        }
        #expect(taken.withLock { $0 } == Array(0..<60))
        #expect(most.withLock { $0 } <= (isConcurrent ? ahead + 1 : 0))
    }

    @Test("an error of the taker stops the maker and comes out", arguments: [false, true], [0, 1, 30, 59])
    func takerFails(isConcurrent: Bool, at failing: Int) throws {
        let taken = Mutex<[Int]>([])
        #expect(throws: Refusal(item: failing)) {
            try Handover<Int>.run(isConcurrent: isConcurrent) { hand in
                for item in 0..<60 { try hand(item) }
            } take: { item in
                if item == failing { throw Refusal(item: item) }
                taken.withLock { $0.append(item) }
            }
        }
        #expect(taken.withLock { $0 } == Array(0..<failing))
    }

    @Test("an error of the maker comes out after the items before it", arguments: [false, true], [0, 1, 30])
    func makerFails(isConcurrent: Bool, at failing: Int) throws {
        let taken = Mutex<[Int]>([])
        #expect(throws: Refusal(item: failing)) {
            try Handover<Int>.run(isConcurrent: isConcurrent) { hand in
                for item in 0..<60 {
                    if item == failing { throw Refusal(item: item) }
                    try hand(item)
                }
            } take: { item in
                taken.withLock { $0.append(item) }
            }
        }
        #expect(taken.withLock { $0 } == Array(0..<failing))
    }

    @Test("of two errors, that of the earlier item comes out")
    func bothFail() throws {
        #expect(throws: Refusal(item: 3)) {
            try Handover<Int>.run(isConcurrent: true, ahead: 5) { hand in
                for item in 0..<6 { try hand(item) }
                throw Refusal(item: 6)
            } take: { item in
                if item == 3 { throw Refusal(item: item) }
            }
        }
    }

    @Test("nothing to hand over is done at once") func empty() throws {
        try Handover<Int>.run(isConcurrent: true, make: { _ in }, take: { _ in Issue.record("an item of none") })
    }
}
