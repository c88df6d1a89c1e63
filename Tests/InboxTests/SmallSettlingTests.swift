//  Every way in which a few looks at one file can go.
//
//  Between two looks one or two seconds pass, and `settle` is two. A look shows the file as it was, changed, or not at all;
//  the system told that a writer closed it, or did not; and where it was ready, it was read in vain, or is left for later.
//  The rule is worked out afresh from all looks so far.

import DurableIO
import Foundation
import Testing

@testable import Inbox

@Suite("Small settling") struct SmallSettlingTests {
    private static let depth = ProcessInfo.processInfo.environment["WATCHFOLD_EXHAUSTIVE"] == nil ? 4 : 5
    private static let settle = 2
    private static let start = ContinuousClock.now

    /// One look, and what came after it.
    private struct Look {
        /// Seconds since the start.
        var at: Int
        /// Nil: the file was not there.
        var size: Int?
        var isClosed: Bool
        /// Whether it was read, and is a candidate all the same.
        var wasRead = false
    }

    private static let template = Result { try FileSystem.real.status("/") }

    private func file(_ size: Int) throws -> InboxFile {
        var status = try Self.template.get()
        status.kind = .file
        (status.size, status.modified, status.changed) = (size, Int64(size), Int64(size))
        return InboxFile(relativePath: "a.json", path: "a.json", logicalName: "a.json", date: nil, status: status)
    }

    /// When the file of the last look may be read, by all that was seen; nil when it is not there.
    private func due(_ looks: [Look]) -> Int? {
        guard let last = looks.last, let size = last.size else { return nil }
        // The looks since it is as it is, without a gap.
        let same = looks.suffix(from: (looks.lastIndex { $0.size != size } ?? -1) + 1)
        let reads = same.filter(\.wasRead)
        let pause = reads.isEmpty ? 0 : 5 << (reads.count - 1)
        let isWhole = same.contains(where: \.isClosed) ? last.at : same.first!.at + Self.settle
        return max(isWhole, reads.last.map { $0.at + pause } ?? 0)
    }

    @Test func everyCourseOfAFewLooksFollowsTheRule() throws {
        var courses = 0
        var wrong: String?
        let files = try (0...Self.depth + 1).map { try file($0) }
        func go(_ settling: Settling, _ looks: [Look]) {
            if looks.count == Self.depth || wrong != nil { return }
            let before = looks.last ?? Look(at: 0, size: nil, isClosed: false)
            let known = looks.compactMap(\.size).last ?? 0
            let sizes = Set([before.size, known + 1, nil])
            for pause in [1, 2] {
                for size in sizes.sorted(by: { ($0 ?? -1) < ($1 ?? -1) }) {
                    for isClosed in [false, true] {
                        courses += 1
                        var now = settling
                        var course = looks + [Look(at: before.at + pause, size: size, isClosed: isClosed)]
                        let instant = Self.start + .seconds(before.at + pause)
                        let ready = now.update(
                            candidates: size.map { [files[$0]] } ?? [], closed: isClosed ? ["a.json"] : [],
                            now: instant)
                        let due = due(course)
                        let isReady = due.map { $0 <= before.at + pause } ?? false
                        let deadline = isReady ? nil : due.map { Self.start + .seconds($0) }
                        if ready.isEmpty == isReady || now.nextDeadline != deadline {
                            wrong = wrong ?? "\(course): ready \(!ready.isEmpty), the rule says \(isReady)"
                        }
                        go(now, course)
                        if isReady {
                            now.note(read: ready, now: instant)
                            course[course.count - 1].wasRead = true
                            go(now, course)
                        }
                    }
                }
            }
        }
        go(Settling(settle: .seconds(Self.settle)), [])
        #expect(wrong == nil)
        #expect(courses > 10_000)
        print("\(courses) courses of up to \(Self.depth) looks")
    }
}
