import Tables

/// How CSV for a spreadsheet program is written.
package struct SheetRules: Sendable {
    package var program: SheetProgram
    package var delimiter = Delimiter.comma
    /// Nil for the one that goes with the delimiter.
    package var decimal: DecimalSign?

    package init(program: SheetProgram, delimiter: Delimiter = Delimiter.comma, decimal: DecimalSign? = nil) {
        self.program = program
        self.delimiter = delimiter
        self.decimal = decimal
    }

    package func encoder(_ sink: @escaping TableSink, isGzipped: Bool) -> any TableEncoder {
        GzipEncoder.encoder(sink, isGzipped: isGzipped) { SheetTextEncoder(program, delimiter, decimal, sink: $0) }
    }
}
