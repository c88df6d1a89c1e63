//  How a file of CSV is written, as far as its content does not say so.

/// The settings by which CSV is read.
package struct CSVSettings: Sendable, Hashable {
    /// Between two fields; nil to find out from the first record: comma, semicolon, tab or vertical bar.
    package var delimiter: UInt8?
    /// Around fields; nil where quotes are bytes like others.
    package var quote: UInt8?
    /// The names of the columns of a file that has no header, in their order; nil where the first record is the header.
    package var columns: [String]?
    /// What a field without quotes is that stands for NULL; nil where none does.
    package var null: String?

    /// - Precondition: delimiter and quote differ, and neither is a NUL, a line feed, a carriage return, or part of a
    ///   character that is not ASCII.
    package init(
        delimiter: UInt8? = nil, quote: UInt8? = UInt8(ascii: "\""), columns: [String]? = nil, null: String? = ""
    ) {
        precondition(delimiter == nil || delimiter != quote, "the delimiter is the quote")
        for byte in [delimiter, quote].compactMap({ $0 }) {
            precondition(byte != 0 && byte != 0x0A && byte != 0x0D && byte < 0x80, "byte \(byte) between fields")
        }
        precondition(columns?.isEmpty != true, "a file has columns")
        self.delimiter = delimiter
        self.quote = quote
        self.columns = columns
        self.null = null
    }

    /// Delimiters that are found from the content, the likeliest first.
    static let delimiters: [UInt8] = [",", ";", "\t", "|"].map { UInt8(ascii: $0) }
}
