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
//  Sums are 128 bits wide while they grow and are checked when they become a value of a report. So an overflow is found
//  whatever the order of the rows, and large numbers of opposite signs are no overflow.

import Records

/// The rows of a batch, as pointers that are good during one call.
struct PivotRows {
    var count: Int
    var contracts: (bytes: UnsafePointer<UInt8>, offsets: UnsafePointer<Int>)
    var apps: (bytes: UnsafePointer<UInt8>, offsets: UnsafePointer<Int>)
    var seconds: UnsafePointer<Int64>
    var records: UnsafePointer<Int64>
    /// One pointer for each day set column.
    var days: UnsafePointer<UnsafePointer<Int64>>

    @inline(__always)
    static func slice(_ column: (bytes: UnsafePointer<UInt8>, offsets: UnsafePointer<Int>), _ row: Int) -> ByteSlice {
        ByteSlice(base: column.bytes + column.offsets[row], count: column.offsets[row + 1] - column.offsets[row])
    }
}

/// Closed contracts with a mapped app, as columns. Owned by the pivot, filled up to `capacity`, emptied by `flush`.
struct PivotBlock {
    /// The columns of a block stay in the second-level cache.
    static let capacity = 1024

    let contracts: UnsafeMutablePointer<ByteSlice>
    /// Category c's column begins at `c * capacity`.
    let seconds: UnsafeMutablePointer<Int64>
    let totals: UnsafeMutablePointer<Int64>
    let mostWatch: UnsafeMutablePointer<ByteSlice>
    let taste: UnsafeMutablePointer<ByteSlice>
    let activeDays: UnsafeMutablePointer<Int64>
    /// Day set column m begins at `m * capacity`.
    let days: UnsafeMutablePointer<Int64>

    init(categories: Int, dayColumns: Int) {
        contracts = .allocate(capacity: Self.capacity)
        seconds = .allocate(capacity: categories * Self.capacity)
        totals = .allocate(capacity: Self.capacity)
        mostWatch = .allocate(capacity: Self.capacity)
        taste = .allocate(capacity: Self.capacity)
        activeDays = .allocate(capacity: Self.capacity)
        days = .allocate(capacity: max(dayColumns, 1) * Self.capacity)
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

    /// The accumulators of the open contract: seconds of each category, days of each day set column.
    private let sums: UnsafeMutablePointer<Int128>
    private let days: UnsafeMutablePointer<Int64>
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
        sums = .allocate(capacity: categoryCount)
        sums.initialize(repeating: 0, count: categoryCount)
        days = .allocate(capacity: max(dayColumnCount, 1))
        days.initialize(repeating: 0, count: dayColumnCount)
        seenDays = .allocate(capacity: max(dayColumnCount, 1))
        seenDays.initialize(repeating: 0, count: dayColumnCount)
        self.activeDays = .allocate(capacity: max(dayColumnCount, 1))
        self.activeDays.initialize(from: activeDays, count: dayColumnCount)
    }

    deinit {
        block.deallocate()
        sums.deallocate()
        days.deallocate()
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
        for row in 0..<rows.count {
            let nextContract = PivotRows.slice(rows.contracts, row)
            let nextApp = PivotRows.slice(rows.apps, row)
            if isOpen {
                let order = compareBytes(contract, nextContract)
                if order < 0 {
                    try close(contract, flush)
                } else if order > 0 || compareBytes(app, nextApp) >= 0 {
                    throw .outOfOrder(contract: text(nextContract), app: text(nextApp))
                }
            }
            isOpen = true
            contract = nextContract
            app = nextApp

            let seconds = rows.seconds[row]
            let records = rows.records[row]
            guard records > 0 else {
                throw .badRecordCount(contract: text(contract), app: text(app), records: records)
            }
            let index = apps.index(of: app)
            let entry = apps.entries + index
            entry.pointee.contracts += 1
            entry.pointee.records &+= Int128(records)
            entry.pointee.seconds &+= Int128(seconds)
            let category = entry.pointee.category
            guard category >= 0 else { continue }
            isMapped = true
            sums[category] &+= Int128(seconds)
            for column in 0..<dayColumnCount { days[column] |= rows.days[column][row] }
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
        try flush(block, blockCount)
        blockCount = 0
    }

    /// Moves the open contract to the block and clears the accumulators.
    @inline(__always)
    private mutating func close(
        _ contract: ByteSlice, _ flush: (PivotBlock, _ count: Int) throws(ReportError) -> Void
    ) throws(ReportError) {
        contracts += 1
        guard isMapped else { return }
        isMapped = false
        mappedContracts += 1
        let row = blockCount
        block.contracts[row] = contract
        if needs.sums {
            var column = block.seconds + row
            for category in 0..<categoryCount {
                let sum = sums[category]
                column.pointee = Int64(truncatingIfNeeded: sum)
                if Int128(column.pointee) != sum {
                    throw .overflow(.contract(text(contract), column: columnNames[category]))
                }
                column += PivotBlock.capacity
            }
        }
        if needs.profile { try describe(contract, row) }
        for category in 0..<categoryCount { sums[category] = 0 }
        for column in 0..<dayColumnCount {
            let set = days[column]
            block.days[column * PivotBlock.capacity + row] = set
            seenDays[column] |= set
            days[column] = 0
        }
        blockCount = row + 1
        if blockCount == PivotBlock.capacity { try flushBlock(flush) }
    }

    /// Fills the columns that only the profile has. The category sums of the row are in the block already.
    @inline(__always)
    private mutating func describe(_ contract: ByteSlice, _ row: Int) throws(ReportError) {
        var total: Int128 = 0
        var liked: UInt64 = 0
        var largest: Int64 = 0
        var mostWatched: UInt64 = 0
        for category in 0..<categoryCount {
            let seconds = block.seconds[category * PivotBlock.capacity + row]
            total &+= Int128(seconds)
            let bit: UInt64 = 1 << UInt64(category)
            liked |= seconds > 0 ? bit : 0
            // The first of equals stays; zero and less are never the most.
            mostWatched = seconds > largest ? bit : mostWatched
            largest = max(seconds, largest)
        }
        block.totals[row] = Int64(truncatingIfNeeded: total)
        if Int128(block.totals[row]) != total {
            throw .overflow(.contract(text(contract), column: "TotalDuration"))
        }
        block.mostWatch[row] = tastes.text(mostWatched)
        block.taste[row] = tastes.text(liked)
        var active = 0
        for column in 0..<dayColumnCount { active += (days[column] & activeDays[column]).nonzeroBitCount }
        block.activeDays[row] = Int64(active)
    }
}

/// The bytes as text, for messages.
func text(_ bytes: ByteSlice) -> String { String(decoding: bytes.buffer, as: UTF8.self) }
