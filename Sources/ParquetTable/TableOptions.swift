//  What a caller may choose about writing and reading a table.

/// How a table is laid out in its file.
package struct WriterOptions: Sendable, Hashable {
    package enum Compression: Sendable, Hashable {
        case uncompressed
        /// LZ4 blocks; a column chunk that they do not make smaller by a sixteenth is left uncompressed.
        case lz4Raw
        /// Zstandard of a level from 1 to 19, with the same exception.
        case zstd(level: Int)

        /// Zstandard at its own default: a third smaller than LZ4, at a quarter of its speed.
        package static let zstd = Compression.zstd(level: 3)
    }

    /// Longest string that is written, in bytes. Pages, whose sizes are 32-bit, hold at least one value.
    package static let longestString = 1 << 30

    package var compression = Compression.lz4Raw
    /// Most rows in a page. Pages are what readers pass over and decompress at a time, so none has more rows than are
    /// read in a few batches, and few enough that a header of some thirty bytes does not count.
    package var pageRows = 16_384
    /// Most bytes of values in a page before compression, unless a single value is longer; also the most that a
    /// dictionary may have.
    package var pageBytes = 1 << 20
    /// Most bytes of values in a row group that is cut by size (`RowGroupCutter`), before compression. Large enough that
    /// dictionaries and footers do not count, and small enough that a few fit in memory, for threads that encode them and
    /// for readers, which hand row groups to their threads.
    package var rowGroupBytes = 32 << 20
    /// Most rows in such a row group: narrow tables would otherwise have too many for a reader to hold.
    package var rowGroupRows = 1 << 20
    /// By what each row group is sorted; the writer takes the caller's word for it.
    package var sortingColumns: [SortingColumn] = []
    /// Which program wrote the file, in the form that the format recommends: "NAME version VERSION".
    package var createdBy = "watchfold version 1"

    package init(
        compression: Compression = .lz4Raw, pageRows: Int = 16_384, pageBytes: Int = 1 << 20,
        sortingColumns: [SortingColumn] = [], rowGroupBytes: Int = 32 << 20, rowGroupRows: Int = 1 << 20
    ) {
        if case .zstd(let level) = compression { precondition((1...19).contains(level), "zstd of level \(level)") }
        precondition(rowGroupBytes > 0 && rowGroupBytes <= 1 << 30, "\(rowGroupBytes) bytes a row group")
        precondition(rowGroupRows > 0 && rowGroupRows <= 1 << 24, "\(rowGroupRows) rows a row group")
        precondition(pageRows > 0 && pageRows <= 1 << 24, "\(pageRows) rows a page")
        precondition(pageBytes > 0 && pageBytes <= 1 << 28, "\(pageBytes) bytes a page")
        self.compression = compression
        self.pageRows = pageRows
        self.pageBytes = pageBytes
        self.sortingColumns = sortingColumns
        self.rowGroupBytes = rowGroupBytes
        self.rowGroupRows = rowGroupRows
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
    /// The same, and what the footer says of columns is passed over, too: they may be of types that cannot be read here.
    package var skipsSchema = false
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
