//  What differs from run to run and from machine to machine, and is hidden in golden texts: times, durations, rates, sizes of
//  written files, process ids, ports, versions, and the folder that the test works in.

import Foundation

/// Hides what is not the same everywhere.
enum Mask {
    private static let patterns: [(pattern: NSRegularExpression, by: String)] = [
        // A moment, as in logs and JSON.
        (#"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)"#, "TIME"),
        (#"\b\d{1,2} [A-Z][a-z]+ \d{4}, \d\d:\d\d UTC"#, "TIME"),
        // A run commits as often as its time allows.
        (#"\b([Gg]eneration) \d+\b"#, "$1 G"), (#"("(?:published_)?generation" ?: ?)\d+\b"#, "$1G"),
        (#"(?m)\b(the newest is|but) \d+\b(?= was reached|$)"#, "$1 G"),
        // 34.1 MB/s, 853 B/s
        (#"\b\d+(\.\d+)? [kMGT]?B/s"#, "N B/s"),
        // 0.43 s, 12.1 s, 3:05 min
        (#"\b(\d+\.\d+ s|\d+:\d\d min)\b"#, "N s"),
        // The same in a log for programs.
        (#"("seconds": ?)\d+\.\d+"#, "$1N"), (#""bytes_per_second":\d+"#, "\"bytes_per_second\":N"),
        // Of a file that was written: libraries of other versions compress otherwise.
        (#": \d+(\.\d+)? [kM]?B in "#, ": N B in "),
        (#"at most \d+(\.\d+)? [kMG]?B of memory"#, "at most N B of memory"),
        (#"\bdamaged-\d{8}T\d{6}Z"#, "damaged-TIME"),
        // The same as JSON for people, of a run and its stages.
        (
            #"("(?:seconds|finding|settling|reading|partials|commits|manifest|planning|merging|placing|outputs)" : )"#
                + #"\d+\.\d+"#, "$1N"
        ),
        // A ledger has a name of its own, drawn when it is made.
        (#"\b(ledger|identity)( {2,})[0-9a-f]{32}\b"#, "$1$2ID"),
        (#"\bprocess \d+\b"#, "process PID"), (#""process" : \d+\b"#, "\"process\" : PID"),
        (#"\b(127\.0\.0\.1|localhost):\d{2,5}\b"#, "$1:PORT"),
        (#"\bwatchfold \d+\.\d+\.\d+\b"#, "watchfold VERSION"), (#"\(commit [^)]*\)"#, "(commit COMMIT)"),
        (#"\b(zlib|ISA-L|lz4|zstd|xxHash|SQLite|libxlsxwriter) \d+(\.\d+)+"#, "$1 VERSION"),
    ].map { (try! NSRegularExpression(pattern: $0), $1) }

    /// - Parameter folder: where the commands ran.
    static func hide(_ text: String, folder: String) -> String {
        patterns.reduce(text.replacingOccurrences(of: folder, with: "/FOLDER")) { text, mask in
            mask.pattern.stringByReplacingMatches(
                in: text, range: NSRange(text.startIndex..., in: text), withTemplate: mask.by)
        }
    }
}
