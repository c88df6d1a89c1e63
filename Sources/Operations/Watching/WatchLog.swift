//  What a watch says while it goes on: a line for every file that is done, text or JSON as the log is set.
//
//      20220401.json folded: 1,600,000 records = 1,597,589 folded + 0 ignored + 2,411 rejected, 280 MB in 0.42 s
//
//  The values stand in the line's metadata, too, so that a log in JSON has them as fields.

import Events
import Logging
import Records
import Wording

/// Logs each file; knows of nothing else.
package struct WatchLog: RunObserver {
    package let logger: Logger
    /// Told whenever work goes on.
    var onProgress: @Sendable () -> Void
    /// Told of each file that is done.
    var onFile: @Sendable (FileResult) -> Void

    package init(
        logger: Logger, onProgress: @escaping @Sendable () -> Void = {},
        onFile: @escaping @Sendable (FileResult) -> Void = { _ in }
    ) {
        self.logger = logger
        self.onProgress = onProgress
        self.onFile = onFile
    }

    package func begin(files: Int, storedBytes: Int) { onProgress() }
    package func advance(storedBytes: Int) { onProgress() }
    package func publishing() { onProgress() }

    package func finish(_ file: FileResult) {
        onProgress()
        onFile(file)
        var metadata: Logger.Metadata = ["file": "\(Show.name(file.name))", "state": "\(file.state.rawValue)"]
        var text = "\(Show.name(file.name)) \(file.isUnchanged ? "is still " : "")\(file.state.rawValue)"
        if !file.reason.isEmpty {
            metadata["reason"] = "\(Show.name(file.reason))"
            text += " (\(Show.name(file.reason)))"
        }
        let counts = file.counts
        if counts.read > 0 {
            metadata["read"] = "\(counts.read)"
            metadata["folded"] = "\(counts.folded)"
            metadata["ignored"] = "\(counts.ignored)"
            metadata["rejected"] = "\(counts.rejectedTotal)"
            for (reason, count) in counts.rejected where count > 0 {
                metadata["rejected_\(reason.rawValue)"] = "\(count)"
            }
            text += ": \(Show.count(counts.read, "record")) = \(Show.number(counts.folded)) folded"
            text += " + \(Show.number(counts.ignored)) ignored + \(Show.number(counts.rejectedTotal)) rejected"
        }
        if file.size > 0 {
            metadata["bytes"] = "\(file.size)"
            metadata["seconds"] = "\(Show.seconds(file.seconds))"
            text += ", \(Show.bytes(file.size)) in \(Show.duration(file.seconds))"
            if file.seconds > 0 {
                metadata["bytes_per_second"] = "\(Int(Double(file.size) / file.seconds))"
                text += ", \(Show.rate(file.size, file.seconds))"
            }
        }
        let level: Logger.Level =
            switch file.state {
            case .held, .failed: .warning
            case .folded where file.isUnusual && !file.isUnchanged: .warning
            // A copy that is not counted is said loudly.
            case .duplicate where !file.isUnchanged: .warning
            default: .info
            }
        logger.log(level, .fileDone, { text }, { metadata })
        if let lacking = file.findings?.lacking, !file.isUnchanged {
            let sentence = Show.name(lacking.text)
            logger.warning(
                .fieldsLacking, "\(Show.name(file.name)): \(sentence)", ["file": "\(Show.name(file.name))"])
        }
    }
}
