//  From rows (contract, app) to rows (contract): the loop behind every report.
//
//      Contract  AppName  Seconds  Days          sums TV Movie Child  …   days
//      A1        CHANNEL       60  1, 2     ─▶   A1   60     0     0      1, 2
//      A2        CHANNEL       50  1             A2   50    70     0      1, 3
//      A2        LATER         90  5
//      A2        VOD           70  3
//
//  A contract's rows follow one another, so one set of accumulators is enough: it is closed when another contract
//  begins. A row of an app without a category (LATER) counts for its app and for nothing else; a contract with no other
//  rows is in no report. Closed contracts are collected as columns and handed over in blocks.
//
//  The open contract's row is the next one of the block: its sums grow where they will be read. A sum that leaves the
//  range of Int64 wraps around and is noted; what counts is whether it has come back when the contract is closed. So an
//  overflow is found whatever the order of the rows, and large numbers of opposite signs are not an overflow. The columns
//  that only a profile has are made for a whole block at a time.

import Records
import Reports
import Tables

/// The rows of a batch, as pointers that are good during one call.
struct PivotRows {
    var count: Int
    var contracts: (bytes: UnsafePointer<UInt8>, offsets: UnsafePointer<Int>)
    var apps: (bytes: UnsafePointer<UInt8>, offsets: UnsafePointer<Int>)
    var seconds: UnsafePointer<Int64>
    var records: UnsafePointer<Int64>
    /// One pointer for each day set column.
    var days: UnsafePointer<UnsafePointer<Int64>>

    /// - Precondition: the column has this row: it has one offset more than rows.
    @inline(__always)
    static func slice(_ column: (bytes: UnsafePointer<UInt8>, offsets: UnsafePointer<Int>), _ row: Int) -> ByteSlice {
        ByteSlice(base: column.bytes + column.offsets[row], count: column.offsets[row + 1] - column.offsets[row])
    }
}

/// Closed contracts with a mapped app, as columns. Owned by the pivot, filled up to `capacity`, emptied by `flush`.
struct PivotBlock {
    /// The columns of a block stay in the second-level cache.
    static let capacity = 1024
    /// From the first value of a column to that of the next. Not a power of two: the values of one row would all fall
    /// into the same few lines of the first-level cache.
    static let stride = capacity + 40

    let contracts: UnsafeMutablePointer<ByteSlice>
    /// Category c's column begins at `c * stride`. Rows that are not filled are zero.
    let seconds: UnsafeMutablePointer<Int64>
    let totals: UnsafeMutablePointer<Int64>
    let mostWatch: UnsafeMutablePointer<ByteSlice>
    let taste: UnsafeMutablePointer<ByteSlice>
    let activeDays: UnsafeMutablePointer<Int64>
    /// Day set column m begins at `m * stride`. Rows that are not filled are zero.
    let days: UnsafeMutablePointer<Int64>

    init(categories: Int, dayColumns: Int) {
        contracts = .allocate(capacity: Self.capacity)
        seconds = .allocate(capacity: categories * Self.stride)
        seconds.initialize(repeating: 0, count: categories * Self.stride)
        totals = .allocate(capacity: Self.capacity)
        mostWatch = .allocate(capacity: Self.capacity)
        taste = .allocate(capacity: Self.capacity)
        activeDays = .allocate(capacity: Self.capacity)
        days = .allocate(capacity: max(dayColumns, 1) * Self.stride)
        days.initialize(repeating: 0, count: dayColumns * Self.stride)
    }

    func deallocate() {
        contracts.deallocate()
        seconds.deallocate()
        totals.deallocate()
        mostWatch.deallocate()
        taste.deallocate()
        activeDays.deallocate()
        days.deallocate()
    }
}

/// Which parts of a block somebody will look at.
struct PivotNeeds {
    /// Sums by category: engagement and profile.
    var sums = false
    /// Total, MostWatch, Taste and ActiveDays.
    var profile = false
}

struct Pivot: ~Copyable {
    let needs: PivotNeeds
    let categoryCount: Int
    let dayColumnCount: Int
    let block: PivotBlock
    /// How many rows of `block` are filled.
    private(set) var blockCount = 0
    private(set) var apps: AppTable
    private var tastes: TasteTexts
    /// Contracts closed so far, in whatever app.
    private(set) var contracts = 0
    /// Those with a mapped app: the rows of engagement and profile.
    private(set) var mappedContracts = 0

    /// How often the open contract's sum of each category has left the range of Int64, counted by direction.
    private let carries: UnsafeMutablePointer<Int>
    private var mayHaveCarries = false
    /// For each row of the block, sets of categories as the bits of a word: the most watched one, and all watched.
    private let mostWatched: UnsafeMutablePointer<UInt64>
    private let liked: UnsafeMutablePointer<UInt64>
    private let largest: UnsafeMutablePointer<Int64>
    private var isMapped = false
    private var isOpen = false
    /// Key of the last row of the batch before, copied, because the batch is gone.
    private var lastContract = OwnedBytes()
    private var lastApp = OwnedBytes()

    /// For each day set column the bits that count as active days; none for the undated column.
    private let activeDays: UnsafeMutablePointer<Int64>
    /// For each day set column, every bit that was ever set in a mapped row.
    let seenDays: UnsafeMutablePointer<Int64>
    private let columnNames: [String]

    /// - Parameter activeDays: for each day set column, the bits that count as active days.
    init(map: CategoryMap, activeDays: [Int64], needs: PivotNeeds) {
        self.needs = needs
        categoryCount = map.categories.count
        dayColumnCount = activeDays.count
        columnNames = map.columnNames
        block = PivotBlock(categories: categoryCount, dayColumns: dayColumnCount)
        apps = AppTable(map: map)
        tastes = TasteTexts(names: map.categories.map(\.name))
        carries = .allocate(capacity: categoryCount)
        carries.initialize(repeating: 0, count: categoryCount)
        mostWatched = .allocate(capacity: PivotBlock.capacity)
        liked = .allocate(capacity: PivotBlock.capacity)
        largest = .allocate(capacity: PivotBlock.capacity)
        seenDays = .allocate(capacity: max(dayColumnCount, 1))
        seenDays.initialize(repeating: 0, count: dayColumnCount)
        self.activeDays = .allocate(capacity: max(dayColumnCount, 1))
        self.activeDays.initialize(from: activeDays, count: dayColumnCount)
    }

    deinit {
        block.deallocate()
        carries.deallocate()
        mostWatched.deallocate()
        liked.deallocate()
        largest.deallocate()
        seenDays.deallocate()
        activeDays.deallocate()
    }

    /// Takes the next rows. `flush` is called with the block and its number of rows whenever it is full, and at the end,
    /// because the contracts in it point into the batch.
    mutating func fold(
        _ rows: PivotRows, flush: (PivotBlock, _ count: Int) throws(ReportError) -> Void
    ) throws(ReportError) {
        guard rows.count > 0 else { return }
        var contract = lastContract.slice
        var app = lastApp.slice
        var appWord = leadingWord(app.base, app.count)
        let appsEnd = rows.apps.offsets[rows.count]
        for row in 0..<rows.count {
            let nextContract = PivotRows.slice(rows.contracts, row)
            let nextApp = PivotRows.slice(rows.apps, row)
            // From where the app begins, all bytes of the column up to its end can be read.
            let nextAppWord = leadingWord(nextApp.base, nextApp.count, readable: appsEnd - rows.apps.offsets[row])
            if isOpen {
                let order = compareBytes(contract, nextContract)
                if order < 0 {
                    try close(contract, flush)
                } else if order > 0 || nextAppWord < appWord
                    || (nextAppWord == appWord && compareBytes(app, nextApp) >= 0)
                {
                    throw .fault(.outOfOrder(contract: nextContract.string, app: nextApp.string))
                }
            }
            isOpen = true
            contract = nextContract
            app = nextApp
            appWord = nextAppWord

            let seconds = rows.seconds[row]
            let records = rows.records[row]
            guard records > 0 else {
                throw .fault(.badRecordCount(contract: contract.string, app: app.string, records: records))
            }
            let index = apps.index(of: app, appWord)
            // Entries move only when `index` makes one.
            let entry = apps.entries + index
            entry.pointee.contracts += 1
            entry.pointee.records &+= Int128(records)
            entry.pointee.seconds &+= Int128(seconds)
            let category = entry.pointee.category
            guard category >= 0 else { continue }
            isMapped = true
            // A category of the map, and the row behind those that are closed: a full block was flushed, so it has one.
            let sum = block.seconds + category * PivotBlock.stride + blockCount
            let (value, overflow) = sum.pointee.addingReportingOverflow(seconds)
            sum.pointee = value
            if overflow {
                carries[category] += seconds < 0 ? -1 : 1
                mayHaveCarries = true
            }
            for column in 0..<dayColumnCount {
                block.days[column * PivotBlock.stride + blockCount] |= rows.days[column][row]
            }
        }
        try flushBlock(flush)
        lastContract.assign(contract)
        lastApp.assign(app)
    }

    /// Closes the last contract.
    mutating func finish(flush: (PivotBlock, _ count: Int) throws(ReportError) -> Void) throws(ReportError) {
        guard isOpen else { return }
        try close(lastContract.slice, flush)
        isOpen = false
        try flushBlock(flush)
    }

    /// Adds what another pivot counted, of other contracts. Both are closed.
    mutating func add(_ other: borrowing Pivot) {
        precondition(!isOpen && !other.isOpen, "a contract is open")
        precondition(dayColumnCount == other.dayColumnCount, "pivots of different totals")
        apps.add(other.apps)
        contracts += other.contracts
        mappedContracts += other.mappedContracts
        for column in 0..<dayColumnCount { seenDays[column] |= other.seenDays[column] }
    }

    private mutating func flushBlock(_ flush: (PivotBlock, _ count: Int) throws(ReportError) -> Void)
        throws(ReportError)
    {
        guard blockCount > 0 else { return }
        for column in 0..<dayColumnCount {
            let sets = block.days + column * PivotBlock.stride
            var seen: Int64 = 0
            for row in 0..<blockCount { seen |= sets[row] }
            seenDays[column] |= seen
        }
        if needs.profile { try describe() }
        try flush(block, blockCount)
        // The row behind them belongs to the contract that is open, if any.
        let open = blockCount
        blockCount = 0
        for category in 0..<categoryCount { Self.clear(block.seconds + category * PivotBlock.stride, open) }
        for column in 0..<dayColumnCount { Self.clear(block.days + column * PivotBlock.stride, open) }
    }

    /// Moves the value of the open row to the front and clears all others.
    private static func clear(_ column: UnsafeMutablePointer<Int64>, _ open: Int) {
        let value = column[open]
        column.update(repeating: 0, count: open + 1)
        column[0] = value
    }

    /// Ends the open contract. Its row stays in the block if it has a mapped app.
    @inline(__always)
    private mutating func close(
        _ contract: ByteSlice, _ flush: (PivotBlock, _ count: Int) throws(ReportError) -> Void
    ) throws(ReportError) {
        contracts += 1
        guard isMapped else { return }
        isMapped = false
        mappedContracts += 1
        block.contracts[blockCount] = contract
        if mayHaveCarries { try checkCarries(contract) }
        blockCount += 1
        if blockCount == PivotBlock.capacity { try flushBlock(flush) }
    }

    @inline(never)
    private mutating func checkCarries(_ contract: ByteSlice) throws(ReportError) {
        mayHaveCarries = false
        for category in 0..<categoryCount where carries[category] != 0 {
            throw .fault(.overflow(.contract(contract.string, column: columnNames[category])))
        }
    }

    /// Fills the columns that only the profile has.
    private mutating func describe() throws(ReportError) {
        let (count, totals) = (blockCount, block.totals)
        totals.update(repeating: 0, count: count)
        liked.update(repeating: 0, count: count)
        mostWatched.update(repeating: 0, count: count)
        largest.update(repeating: 0, count: count)
        /// The bits of all values, negative ones inverted.
        var magnitude: Int64 = 0
        for category in 0..<categoryCount {
            let seconds = block.seconds + category * PivotBlock.stride
            let bit: UInt64 = 1 << UInt64(category)
            for row in 0..<count {
                let value = seconds[row]
                magnitude |= value ^ (value >> 63)
                totals[row] &+= value
                liked[row] |= value > 0 ? bit : 0
                // The first of equals stays; zero and less are never the most.
                mostWatched[row] = value > largest[row] ? bit : mostWatched[row]
                largest[row] = max(value, largest[row])
            }
        }
        // At most 64 numbers below 2^57 add up to less than 2^63.
        if magnitude >> 57 != 0 { try checkTotals() }
        for row in 0..<count {
            block.mostWatch[row] = tastes.text(mostWatched[row])
            block.taste[row] = tastes.text(liked[row])
        }
        block.activeDays.update(repeating: 0, count: count)
        for column in 0..<dayColumnCount where activeDays[column] != 0 {
            let sets = block.days + column * PivotBlock.stride
            for row in 0..<count {
                block.activeDays[row] &+= Int64((sets[row] & activeDays[column]).nonzeroBitCount)
            }
        }
    }

    private func checkTotals() throws(ReportError) {
        for row in 0..<blockCount {
            var total: Int128 = 0
            for category in 0..<categoryCount {
                total += Int128(block.seconds[category * PivotBlock.stride + row])
            }
            if total != Int128(block.totals[row]) {
                throw .fault(.overflow(.contract(block.contracts[row].string, column: "TotalDuration")))
            }
        }
    }
}
