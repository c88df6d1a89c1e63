//  A run as it is seen: a line for every file that is done, and on a terminal one bar over all bytes.
//
//      20220401.json  folded  1,600,000 records, 2,411 rejected  0.42 s  672 MB/s
//      ████████████░░░░░░░░░░░░  43 %  712 MB of 1.66 GB  1.21 GB/s  0:01 left

import Operations
import Records
import Synchronization
import Wording

/// Shows a run on standard error.
final class ProgressDisplay: RunObserver {
    private struct State {
        var total = 0
        var done = 0
        var start = ContinuousClock.now
        var shown = ContinuousClock.now
        var phase = Phase.idle
    }

    private enum Phase { case idle, reading, publishing }

    private let state = Mutex(State())
    private let isQuiet: Bool
    private let hasBar: Bool
    private let style: Style

    init(isQuiet: Bool, isTerminal: Bool, style: Style) {
        self.isQuiet = isQuiet
        self.style = style
        hasBar = isTerminal && !isQuiet
    }

    func begin(files: Int, storedBytes: Int) {
        state.withLock { $0 = State(total: storedBytes, phase: .reading) }
    }

    func advance(storedBytes: Int) {
        guard hasBar else { return }
        let text: String? = state.withLock { state in
            state.done += storedBytes
            guard state.phase == .reading, ContinuousClock.now - state.shown > .milliseconds(100) else { return nil }
            state.shown = .now
            return Self.bar(
                done: state.done, total: state.total, seconds: (state.shown - state.start).seconds,
                columns: StandardError.columns)
        }
        if let text { StandardError.show(bar: text) }
    }

    func finish(_ file: FileResult) {
        let isOpen = file.state == .held || file.state == .failed || file.state == .waiting
        if isQuiet && !isOpen && !file.isUnusual { return }
        StandardError.write(line(file) + "\n")
    }

    func publishing() {
        let wasReading = state.withLock { state in
            defer { state.phase = .publishing }
            return state.phase == .reading
        }
        if hasBar && wasReading { StandardError.show(bar: "writing the reports") }
    }

    /// The work is over, one way or the other.
    func end() { if hasBar { StandardError.show(bar: "") } }

    func line(_ file: FileResult) -> String {
        let color: Style.Color =
            switch file.state {
            case .folded: file.isUnusual ? .yellow : .green
            case .held, .failed: .red
            default: .yellow
            }
        var text =
            "\(Show.name(file.name))  \(style.paint(file.isUnchanged ? "unchanged" : file.state.rawValue, color))"
        if file.counts.read > 0 {
            text += "  \(Show.count(file.counts.read, "record"))"
            if file.counts.ignored > 0 { text += ", \(Show.number(file.counts.ignored)) ignored" }
            if file.counts.rejectedTotal > 0 { text += ", \(Show.number(file.counts.rejectedTotal)) rejected" }
        }
        if file.size > 0 { text += "  \(Show.duration(file.seconds))  \(Show.rate(file.size, file.seconds))" }
        if !file.reason.isEmpty { text += "  \(Show.name(file.reason))" }
        return text
    }

    static func bar(done: Int, total: Int, seconds: Double, columns: Int) -> String {
        let share = total > 0 ? min(1, Double(done) / Double(total)) : 0
        var text = "  \(Int(share * 100)) %  \(Show.bytes(done)) of \(Show.bytes(total))  \(Show.rate(done, seconds))"
        if share > 0.01 { text += "  \(Show.clock(seconds / share - seconds)) left" }
        let width = min(32, columns - text.count - 1)
        guard width >= 8 else { return String(text.prefix(max(columns - 1, 0))) }
        let filled = Int(share * Double(width))
        return String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled) + text
    }
}
