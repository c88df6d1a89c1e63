/// Chooses rows of a table. It is asked for a block of rows, not for each.
package protocol RowFilter {
    /// Whether it has to see every row of the table, also those past a limit.
    var seesAllRows: Bool { get }

    /// Positions in the block of the rows that are wanted, ascending.
    func rows(of block: RowBlock) -> [Int]
}
