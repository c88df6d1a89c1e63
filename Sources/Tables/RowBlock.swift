import Records

/// Rows of a table, as columns that somebody else owns. Good only until the call that lends it returns.
package struct RowBlock {
    package enum Values {
        case text(UnsafePointer<ByteSlice>)
        case integer(UnsafePointer<Int64>)
        /// Numbers of units of the last place: 150 with two places is 1.50.
        case decimal(UnsafePointer<Int64>, places: Int)
        /// Seconds.
        case duration(UnsafePointer<Int64>)
    }

    /// One entry for each column of the table, of the column's kind; `count` values each.
    package var columns: [Values]
    package var count: Int

    package init(columns: [Values], count: Int) {
        self.columns = columns
        self.count = count
    }
}

extension RowBlock {
    /// The values of a column of text.
    package func texts(_ column: Int) -> UnsafePointer<ByteSlice> {
        guard case .text(let values) = columns[column] else { preconditionFailure("column \(column) is no text") }
        return values
    }

    /// The values of a column of whole numbers.
    package func numbers(_ column: Int) -> UnsafePointer<Int64> {
        guard case .integer(let values) = columns[column] else {
            preconditionFailure("column \(column) is not a number")
        }
        return values
    }

    /// Some of the rows.
    func rows(_ range: Range<Int>) -> RowBlock {
        if range == 0..<count { return self }
        let start = range.lowerBound
        return RowBlock(
            columns: columns.map { values in
                switch values {
                case .text(let base): .text(base + start)
                case .integer(let base): .integer(base + start)
                case .decimal(let base, let places): .decimal(base + start, places: places)
                case .duration(let base): .duration(base + start)
                }
            }, count: range.count)
    }
}
