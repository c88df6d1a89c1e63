//  What one file of the checkpoints folder holds.
//
//      first bytes ─▶ PAR1              a table: partial, total, or an unfinished one
//                     SQLite format 3   a ledger
//                     37 7f 06 82|83    the log of a ledger
//                     watchfold manif…  a manifest
//      none of these ─▶ its name: a damaged file of that name, the lock, the index of a log
//      else ─▶ not ours
//
//  Nothing is written, and no lock is taken, but for the instant in which it is looked whether the writer's is held.

import Checkpoints
import Configuration
import DurableIO
import KeyedTables
import Ledgers
import Publishing
import Records
import RunSettings
import Wording

/// Looks into a file.
package struct Inspector {
    private let settings: Settings
    private let fileSystem: FileSystem

    package init(_ settings: Settings, fileSystem: FileSystem = .real) {
        self.settings = settings
        self.fileSystem = fileSystem
    }

    /// Runs that are shown of a ledger.
    private static let lastRuns = 5
    /// A manifest of a million files has some hundred megabytes.
    private static let largestManifest = 1 << 30

    /// Looks into a file.
    ///
    /// - Parameter rows: first rows of a table that are wanted.
    /// - Throws: `Refused` for what is no file of the checkpoints; `IOError`.
    package func inspect(_ path: String, rows: Int = 0) throws -> InspectResult {
        guard let status = try fileSystem.statusIfPresent(path) else {
            throw Refused(.request, "\(path): there is no such file")
        }
        guard status.kind == .file else {
            throw Refused(
                .request, "\(path): that is \(status.kind == .folder ? "a folder" : "not a regular file"); name a file")
        }
        let head = try head(path)
        let unfinished = AtomicFile.origin(ofTemporary: Path.name(path))
        let name = unfinished?.name ?? Path.name(path)
        var result = try content(path, name, head, size: status.size, rows: rows)
        result.writer = unfinished?.processID
        return result
    }

    private func content(
        _ path: String, _ name: String, _ head: [UInt8], size: Int, rows: Int
    ) throws -> InspectResult {
        func result(_ kind: String, _ content: InspectResult.Content, _ faults: [String]) -> InspectResult {
            InspectResult(
                path: path, size: size, kind: kind, content: content, faults: faults, plan: settings.plan.settings)
        }
        let isTable = head.starts(with: Array("PAR1".utf8))
        if isTable || name.hasSuffix(".parquet") { return try table(path, isTable: isTable, rows: rows, result) }
        if LedgerFileHeader.isDatabase(head) || isLedgerName(name) { return try ledger(path, head, size, result) }
        if ManifestReading.isManifest(head) || name == Manifest.fileName {
            let reading = ManifestReading(try fileSystem.open(path, .read).readAll(limit: Self.largestManifest))
            return result("manifest", .manifest(reading), reading.faults.map(\.description))
        }
        if LedgerLogHeader.isLog(head) || name.hasSuffix(".sqlite-wal") {
            let header = LedgerLogHeader(head, size: size)
            let isWhole = header != nil || size == 0
            return result("ledger log", .log(header), isWhole ? [] : ["byte 0: it does not begin as a log does"])
        }
        if name.contains("ledger.sqlite"), name.hasSuffix("-shm") {
            return result("index of the ledger log", .logIndex, [])
        }
        if name == CheckpointFolder.lockName { return try lock(path, result) }
        throw Refused(
            .request,
            "\(path): this is no file of Watchfold's checkpoints, which are partials, the total, the ledger, the manifest "
                + "and the lock")
    }

    /// `ledger.sqlite`, and what a repair put aside.
    private func isLedgerName(_ name: String) -> Bool {
        let base = CheckpointFolder.ledgerName
        guard name.hasPrefix(base) else { return false }
        return name == base || name.hasPrefix(base + ".damaged-") && !name.hasSuffix("-wal") && !name.hasSuffix("-shm")
    }

    /// The first bytes of a file.
    private func head(_ path: String) throws -> [UInt8] {
        let file = try fileSystem.open(path, .read)
        return try [UInt8](unsafeUninitializedCapacity: LedgerFileHeader.bytes) { buffer, count in
            count = try file.read(at: 0, into: UnsafeMutableRawBufferPointer(buffer))
        }
    }

    // MARK: Tables

    private func table(
        _ path: String, isTable: Bool, rows: Int,
        _ result: (String, InspectResult.Content, [String]) -> InspectResult
    ) throws -> InspectResult {
        let description = try TableDescription(path, in: fileSystem)
        if description.isForeign {
            throw Refused(.request, "\(path): this is a Parquet file, but no partial and no total of Watchfold")
        }
        let totals = description.totals(first: rows)
        var faults = description.faults + totals.faults
        // Sums of what could be read say nothing about the metadata of all.
        if faults.isEmpty, description.kind == PartialStore.kind { faults += differences(description, totals) }
        return result(description.kind ?? "table", .table(description, totals), faults)
    }

    /// Numbers of a partial's metadata that its rows do not give.
    private func differences(_ description: TableDescription, _ totals: TableTotals) -> [String] {
        // The file may be of another plan than the settings name; plans of SQL use the general names.
        let own = settings.fold.plan.metadataNames
        let general = PartialMetadataNames()
        let names = description.metadata("watchfold.\(own.sum)") == nil ? general : own
        var pairs: [(name: String, found: Int128)] = [
            ("rows", Int128(totals.rows)), (names.magnitude, totals.magnitude),
        ]
        if let sum = totals.measures.first { pairs.append((names.sum, sum)) }
        if totals.measures.count > 1 { pairs.append(("folded", totals.measures[1])) }
        return pairs.compactMap { name, found in
            let stated = description.metadata("watchfold.\(name)")
            if stated == "\(found)" { return nil }
            return "its metadata states \(stated ?? "nothing") as \(name), its rows give \(found)"
        }
    }

    // MARK: The ledger

    private func ledger(
        _ path: String, _ head: [UInt8], _ size: Int,
        _ result: (String, InspectResult.Content, [String]) -> InspectResult
    ) throws -> InspectResult {
        let header = LedgerFileHeader(head)
        do {
            let plan = LedgerPlan(settings.fold.plan)
            let ledger = try Ledger.open(path, mode: .read, plan: plan, vfs: fileSystem.sqliteVFS)
            let faults = try ledger.check()
            return result("ledger", .ledger(try ledger.description(lastRuns: Self.lastRuns)), faults)
        } catch LedgerError.notALedger(let path) {
            throw Refused(.request, "\(path): this is a database, but no ledger of Watchfold")
        } catch let error as LedgerError where error.kind == .damaged {
            let (pages, damaged) = try damagedPages(path, header, size)
            var faults = ["\(error)"]
            if let header {
                faults += damaged.prefix(Self.shownPages).map {
                    "page \($0) (byte \(($0 - 1) * header.pageSize)): its checksum is not that of its bytes"
                }
            } else {
                faults.append("byte 0: it does not begin as a database does")
            }
            return result("ledger", .damagedLedger(header, pages: pages, damaged: damaged), faults)
        }
    }

    /// Pages that are named one by one.
    private static let shownPages = 10

    /// Pages whose checksums are wrong, from 1; a page that a writer may have been at is looked at again.
    private func damagedPages(
        _ path: String, _ header: LedgerFileHeader?, _ size: Int
    ) throws -> (pages: Int, damaged: [Int]) {
        guard let header, header.reservedBytes == LedgerPages.reservedBytes else { return (0, []) }
        let file = try fileSystem.open(path, .read)
        func isWhole(_ number: Int) throws -> Bool {
            let page = try [UInt8](unsafeUninitializedCapacity: header.pageSize) { buffer, count in
                count = try file.read(
                    at: (number - 1) * header.pageSize,
                    into: UnsafeMutableRawBufferPointer(
                        UnsafeMutableBufferPointer(rebasing: buffer[..<header.pageSize])))
            }
            return page.count == header.pageSize && LedgerPages.isWhole(page, number: number)
        }
        let pages = (size + header.pageSize - 1) / header.pageSize
        return (pages, try (0..<pages).map { $0 + 1 }.filter { try !isWhole($0) && !isWhole($0) })
    }

    // MARK: The lock

    private func lock(
        _ path: String, _ result: (String, InspectResult.Content, [String]) -> InspectResult
    ) throws -> InspectResult {
        let isHeld: Bool
        if case .held = try FileLock.observe(path, in: fileSystem) { isHeld = true } else { isHeld = false }
        return result("lock", .lock(try FileLock.holder(path, in: fileSystem), isHeld: isHeld), [])
    }
}
