//  Rows as PostgreSQL's COPY … FROM STDIN takes them: its text format (PostgreSQL documentation, COPY, "Text Format").
//
//  A line a row, tabs between the fields, no header. A tab, LF, CR or backslash in a field is written \t \n \r \\, so no
//  field can be taken for \N (no value) or \. (the end). That is TSV as it is written here anyway; two things differ.
//
//      field          A<tab>B     \N       (empty)      A<zero>B
//      COPY text      A\tB        \\N      (nothing)    A␀B
//
//  An empty field is an empty text; whoever takes the rows decides whether it stands for no value. And text in PostgreSQL
//  cannot hold the character U+0000, which JSON can name. A key with it is somebody's mistake, but its numbers are in all
//  sums, so its row is not left out and does not keep all others from being current: the character is replaced by its
//  picture, U+2400, and counted, so that it can be reported. Should there be a key with that picture in the same place
//  too, both would be one; then the key in the database refuses the rows.

/// The text format of COPY.
package enum CopyText {
    /// An encoder for COPY's text format.
    package static func encoder(_ zeros: ZeroBytes, sink: @escaping TableSink) -> any TableEncoder {
        DelimitedEncoder(.copy, zeros: zeros, sink: sink)
    }
}
