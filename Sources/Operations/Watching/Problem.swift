//  What a person should know of while a watch goes on as if nothing were wrong.
//
//      kind           subject                           there while                                      degrades health
//      -----------    -------------------------------   ----------------------------------------------   ---------------
//      held           a file of the inbox               it is held                                       yes
//      failed         a file of the inbox               it cannot be read                                yes
//      unusual        a file of the inbox               it counts although the gate finds it unusual     no
//      missing-day    a date                            no file of this day came by `expect_by`          yes
//      hook           the name of a setting             its command failed when it was run last, or      yes
//                                                       runs for more than ten minutes
//      output         the path of an output             it could not be written when it was tried last   yes
//
//  What keeps the watch from its work (a full disk, a folder that went away) is none of these: then the watch is not
//  degraded but down, and tries again.

import Ledgers
import Records
import Wording

/// One thing that a person should know of.
struct Problem: Sendable, Hashable {
    /// The raw values are what commands are told, and what `problems.json` keeps; they never change.
    enum Kind: String, Sendable, CaseIterable {
        case held, failed, unusual
        case missingDay = "missing-day"
        case hook, output

        static let ofFiles: Set<Kind> = [.held, .failed, .unusual]

        /// Whether it makes the watch degraded. A file that is unusual counts, and nothing has to be done about it.
        var degrades: Bool { self != .unusual }
    }

    var kind: Kind
    var subject: String
    /// Why, in words.
    var reason: String
    /// The day that it is about, `YYYY-MM-DD`; nil when it is about none.
    var date: String?

    /// What is wrong with a file in a state; nil when nothing is.
    init?(file name: String, _ state: FileState, isUnusual: Bool, reason: String, date: String?) {
        switch state {
        case .held: kind = .held
        case .failed: kind = .failed
        case .folded where isUnusual: kind = .unusual
        case .new, .waiting, .folded, .duplicate, .retracted: return nil
        }
        subject = name
        self.reason = reason
        self.date = date
    }

    init(missing day: CalendarDay, by time: String) {
        kind = .missingDay
        subject = day.description
        reason = "no file of \(day) came by \(time)"
        date = subject
    }

    init(_ kind: Kind, _ subject: String, _ reason: String) {
        self.kind = kind
        self.subject = subject
        self.reason = reason
    }

    /// `held 20220405.json: 812 of 5000 records were rejected …`
    package var text: String { "\(kind.rawValue) \(Show.name(subject)): \(Show.name(reason))" }

    /// What makes it another problem than one that was told. A file with another reason has other bytes; a command that
    /// fails in another way still fails.
    var identity: ProblemsRecord.Entry {
        ProblemsRecord.Entry(
            problem: kind.rawValue, subject: subject, reason: Kind.ofFiles.contains(kind) ? reason : "")
    }
}

/// The problems that there are.
struct ProblemBook: Sendable, Equatable {
    private struct Key: Hashable, Comparable {
        var kind: String
        var subject: ByteOrdered

        init(_ kind: Problem.Kind, _ subject: String) {
            self.kind = kind.rawValue
            self.subject = ByteOrdered(subject)
        }

        static func < (a: Key, b: Key) -> Bool { (a.kind, a.subject) < (b.kind, b.subject) }
    }

    private var problems: [Key: Problem] = [:]
    /// Whether the inbox was looked at: before, nobody knows which files are well.
    private(set) var isSurveyed = false
    /// Commands and outputs that were seen to be well, or are not wanted any more.
    private var well: Set<Key> = []
    /// The paths of the outputs that are wanted; nil before the configuration is known.
    private var wantedOutputs: Set<ByteOrdered>?

    /// By kind and subject.
    var all: [Problem] { problems.sorted { $0.key < $1.key }.map(\.value) }

    var isDegraded: Bool { problems.values.contains { $0.kind.degrades } }

    func count(_ kind: Problem.Kind) -> Int { problems.values.count { $0.kind == kind } }

    /// Files are as a look at the whole inbox found them.
    mutating func survey(_ found: [Problem]) {
        isSurveyed = true
        problems = problems.filter { !Problem.Kind.ofFiles.contains($0.value.kind) && $0.value.kind != .missingDay }
        for problem in found { problems[Key(problem.kind, problem.subject)] = problem }
    }

    /// One file has come into a state.
    mutating func note(file name: String, _ state: FileState, isUnusual: Bool, reason: String, date: String?) {
        // Not for every good file a copy of all problems, which others may be reading.
        for kind in Problem.Kind.ofFiles where problems[Key(kind, name)] != nil { problems[Key(kind, name)] = nil }
        guard let problem = Problem(file: name, state, isUnusual: isUnusual, reason: reason, date: date) else { return }
        problems[Key(problem.kind, name)] = problem
    }

    /// A command or an output was tried.
    ///
    /// - Parameter reason: why it failed; nil when it did not, or is not wanted any more.
    mutating func note(_ kind: Problem.Kind, _ subject: String, _ reason: String?) {
        let key = Key(kind, subject)
        problems[key] = reason.map { Problem(kind, subject, $0) }
        if reason == nil { well.insert(key) } else { well.remove(key) }
    }

    /// Only these outputs are wanted.
    mutating func keepOutputs(_ paths: [String]) {
        let wanted = Set(paths.map { ByteOrdered($0) })
        wantedOutputs = wanted
        for problem in problems.values where problem.kind == .output && !wanted.contains(ByteOrdered(problem.subject)) {
            note(.output, problem.subject, nil)
        }
    }

    /// Whether a problem that was told is known to be over, so that it is a new one when it comes again.
    func isOver(_ entry: ProblemsRecord.Entry) -> Bool {
        guard let kind = Problem.Kind(rawValue: entry.problem) else { return true }
        if let problem = problems[Key(kind, entry.subject)] { return problem.identity != entry }
        return switch kind {
        case .held, .failed, .unusual, .missingDay: isSurveyed
        // Until it was tried again, it may fail still.
        case .hook: well.contains(Key(kind, entry.subject))
        case .output:
            well.contains(Key(kind, entry.subject))
                || wantedOutputs.map { !$0.contains(ByteOrdered(entry.subject)) } ?? false
        }
    }
}
