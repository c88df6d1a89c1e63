//  What goes into a merge: a table's file, and which of its columns is which of the result's.

import DurableIO
import Folding

/// A table to be merged, and where its part of each result column comes from.
package struct MergeTable: Sendable {
    let reader: KeyedTableReader
    package var sources: [ColumnSource]
    /// A file that is gone when nobody holds it any more.
    let scratch: ScratchTable?

    package init(reader: KeyedTableReader, sources: [ColumnSource]) {
        self.init(reader: reader, sources: sources, scratch: nil)
    }

    init(reader: KeyedTableReader, sources: [ColumnSource], scratch: ScratchTable?) {
        self.reader = reader
        self.sources = sources
        self.scratch = scratch
    }

    /// All its rows as an input.
    package var input: MergeInput { MergeInput(sources: sources, next: reader.batches()) }
}

/// A scratch table's file; removed when this goes. It never gets a name, so nothing has to be made durable.
///
/// `@unchecked Sendable`: the file is only kept, not used.
final class ScratchTable: @unchecked Sendable {
    private let file: AtomicFile

    init(_ file: AtomicFile) { self.file = file }
}
