//  What a caller may choose about writing and reading a table.

/// How a table is laid out in its file.
package struct WriterOptions: Sendable, Hashable {
    package enum Compression: Sendable, Hashable {
        case uncompressed
        /// LZ4 blocks; a column chunk that they do not make smaller by a sixteenth is left uncompressed.
        case lz4Raw
    }

    /// Longest string that is written, in bytes. Pages, whose sizes are 32-bit, hold at least one value.
    package static let longestString = 1 << 30

    package var compression = Compression.lz4Raw
    /// Most rows in a page.
    package var pageRows = 16_384
    /// Most bytes of values in a page before compression, unless a single value is longer; also the most that a
    /// dictionary may have.
    package var pageBytes = 1 << 20
    /// By what each row group is sorted; the writer takes the caller's word for it.
    package var sortingColumns: [SortingColumn] = []
    /// Which program wrote the file, in the form that the format recommends: "NAME version VERSION".
    package var createdBy = "watchfold version 1"

    package init(
        compression: Compression = .lz4Raw, pageRows: Int = 16_384, pageBytes: Int = 1 << 20,
        sortingColumns: [SortingColumn] = []
    ) {
        precondition(pageRows > 0 && pageRows <= 1 << 24, "\(pageRows) rows a page")
        precondition(pageBytes > 0 && pageBytes <= 1 << 28, "\(pageBytes) bytes a page")
        self.compression = compression
        self.pageRows = pageRows
        self.pageBytes = pageBytes
        self.sortingColumns = sortingColumns
    }
}

/// What a reader insists on and how much it is willing to hold.
package struct ReaderOptions: Sendable, Hashable {
    /// Refuse pages that have no CRC-32. One that has is always checked.
    package var requiresPageChecksums = false
    /// Refuse files whose footer has no checksum; only this module writes them. One that has is always checked.
    package var requiresFooterChecksum = false
    /// Read a footer whose checksum is wrong or missing as far as it makes sense, and keep what is wrong with it.
    package var keepsFooterFault = false
    /// Read the key-value metadata alone: the table then seems to have no row groups.
    package var readsMetadataAlone = false
    /// Most rows of a row group. Repeated values take next to no bytes, so a file's size does not bound its rows.
    package var maximumRowGroupRows = 1 << 24
    /// Most bytes of a column of a row group, before and after decoding.
    package var maximumColumnBytes = 1 << 30
    /// Most bytes of a footer.
    package var maximumFooterBytes = 1 << 28

    package init(
        requiresPageChecksums: Bool = false, requiresFooterChecksum: Bool = false, readsMetadataAlone: Bool = false
    ) {
        self.readsMetadataAlone = readsMetadataAlone
        self.requiresPageChecksums = requiresPageChecksums
        self.requiresFooterChecksum = requiresFooterChecksum
    }
}
