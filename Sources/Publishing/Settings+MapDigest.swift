import Codecs
import Reports
import RunSettings

extension Settings {
    /// Identifies the groups that reports are made with: of their canonical text, in hexadecimal.
    package var mapDigest: String {
        var text = reports.canonicalText
        return text.withUTF8 { XXH128(of: UnsafeRawBufferPointer($0)).hex }
    }
}
