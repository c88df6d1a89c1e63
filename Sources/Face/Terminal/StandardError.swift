import Glibc
import Synchronization

/// Standard error, shared by log lines, file lines and the progress bar.
///
/// Failures to write there are not reported: there is nowhere to report them.
package enum StandardError {
    /// What stands on the last line of the terminal and goes away before anything else is written.
    private static let bar = Mutex("")

    package static var isTerminal: Bool { isatty(2) == 1 }

    /// Columns of the terminal; 80 when it does not say.
    package static var columns: Int { columns(of: 2) }

    /// Columns of the terminal behind a descriptor; 80 when it does not say.
    package static func columns(of descriptor: Int32) -> Int {
        var size = winsize()
        return ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
    }

    /// Writes whole lines, above the bar if there is one.
    package static func write(_ text: String) {
        bar.withLock { bar in put(bar.isEmpty ? text : "\r\u{1B}[K" + text + bar) }
    }

    /// Replaces the bar; empty removes it.
    static func show(bar text: String) {
        bar.withLock { bar in
            if bar.isEmpty && text.isEmpty { return }
            bar = text
            put("\r\u{1B}[K" + text)
        }
    }

    /// Takes the bar away, whatever ended the work.
    package static func clear() { show(bar: "") }

    private static func put(_ text: String) {
        var text = text
        text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while !rest.isEmpty {
                let count = Glibc.write(2, rest.baseAddress, rest.count)
                if count < 0 && errno == EINTR { continue }
                if count <= 0 { return }
                rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            }
        }
    }
}
