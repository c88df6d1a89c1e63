//  The same for programs: members in the order of their names. Numbers beyond 64 bits, which sums may be, are numbers, too.

import Checkpoints
import KeyedTables
import Ledgers
import Operations
import Records
import SmallJSON
import Wording

extension InspectResult {
    func json() -> [UInt8] {
        TerminalJSON.object { text in
            text.array("damages", faults)
            switch content {
            case .ledger(let ledger): text.object("ledger") { ledger.write(to: &$0, plan) }
            case .damagedLedger(let header, let pages, let damaged):
                text.object("ledger") { Self.write(header, pages, damaged, to: &$0) }
            case .lock(let holder, let isHeld):
                text.object("lock") { text in
                    text.member("held", isHeld)
                    text.memberIfAny("process", holder?.processID)
                    text.memberIfAny("since", holder?.since)
                }
            case .log(let header):
                text.object("log") { text in
                    text.memberIfAny("frames", header?.frames)
                    text.memberIfAny("page_size", header?.pageSize)
                }
            case .manifest(let reading): text.object("manifest") { reading.write(to: &$0, plan) }
            case .table, .logIndex: break
            }
            text.member("kind", kind)
            text.member("path", path)
            text.member("size", size)
            text.member("sound", isSound)
            if case .table(let table, let totals) = content { text.object("table") { table.write(to: &$0, totals) } }
            text.memberIfAny("writer", writer)
        }
    }

    private static func write(
        _ header: LedgerFileHeader?, _ pages: Int, _ damaged: [Int], to text: inout JSONText
    ) {
        text.array("damaged_pages") { text in for page in damaged { text.member(nil, page) } }
        text.memberIfAny("format", header?.format)
        text.memberIfAny("page_size", header?.pageSize)
        text.member("pages", pages)
    }
}

extension TableDescription {
    fileprivate func write(to text: inout JSONText, _ totals: TableTotals) {
        let keyCount = columns.count - totals.measures.count
        text.array("columns") { text in
            for (index, column) in columns.enumerated() {
                let chunks = groups.map { $0.chunks[index] }
                text.object { text in
                    Self.bound("least", Self.least(chunks), to: &text)
                    text.memberIfAny("merge", column.merge)
                    Self.bound("most", Self.most(chunks), to: &text)
                    text.member("name", column.name)
                    text.member("stored_size", chunks.reduce(0) { $0 + $1.storedSize })
                    if index >= keyCount { text.member("sum", totals.measures[index - keyCount]) }
                    text.member("type", column.type)
                }
            }
        }
        text.memberIfAny("format", format)
        text.object("metadata") { text in
            for (key, value) in metadata.sorted(by: { ByteOrdered($0.key) < ByteOrdered($1.key) }) {
                text.member(key, value)
            }
        }
        text.member("readable_rows", totals.rows)
        text.array("row_groups") { text in
            for group in groups { text.object { write(group, to: &$0) } }
        }
        text.array("rows") { text in
            for row in totals.first { text.object { write(row, keyCount, to: &$0) } }
        }
        text.member("total_rows", rowCount)
        text.memberIfAny("whole_pages", wholePages?.count)
        text.memberIfAny("whole_until", wholePages?.end)
    }

    private func write(_ group: Group, to text: inout JSONText) {
        text.array("columns") { text in
            for (column, chunk) in zip(columns, group.chunks) {
                text.object { text in
                    text.member("codec", chunk.codec)
                    text.array("encodings", chunk.encodings)
                    Self.bound("least", chunk.least, to: &text)
                    Self.bound("most", chunk.most, to: &text)
                    text.member("name", column.name)
                    text.member("offset", chunk.offset)
                    text.member("size", chunk.size)
                    text.member("stored_size", chunk.storedSize)
                }
            }
        }
        text.member("rows", group.rows)
    }

    private func write(_ row: (keys: [String], measures: [Int64]), _ keyCount: Int, to text: inout JSONText) {
        for (column, key) in zip(columns, row.keys) { text.member(column.name, key) }
        for (column, value) in zip(columns.dropFirst(keyCount), row.measures) { text.member(column.name, value) }
    }

    private static func bound(_ name: String, _ bound: Bound?, to text: inout JSONText) {
        switch bound {
        case .number(let value)?: text.member(name, value)
        case .text(let value)?: text.member(name, value)
        case nil: break
        }
    }
}

extension LedgerDescription {
    fileprivate func write(to text: inout JSONText, _ plan: PlanSettings) {
        text.member("counting", counting)
        text.array("decisions") { text in
            for decision in decisions {
                text.object { text in
                    text.member("digest", decision.digest)
                    text.member("kind", decision.kind.rawValue)
                    text.member("name", decision.name)
                }
            }
        }
        text.object("files") { text in for (state, files) in states { text.member(state.rawValue, files) } }
        text.member("format", format)
        text.member("generation", generation)
        text.member("identity", identity)
        text.member("plan", self.plan)
        text.member("records", records)
        text.object("rows") { text in for (name, rows) in tables { text.member(name, rows) } }
        text.array("runs") { text in
            for run in runs {
                text.object { text in
                    text.member("command", run.command)
                    text.member("id", run.id.rawValue)
                    text.memberIfAny("outcome", run.summary?.outcome.rawValue)
                    text.member("started", Timestamp.text(milliseconds: run.startedAt))
                }
            }
        }
        text.member(plan.fold.unit, sum)
        text.member("versions", versions)
    }
}

extension ManifestReading {
    fileprivate func write(to text: inout JSONText, _ plan: PlanSettings) {
        func write(_ name: String, _ entries: [Manifest.Entry], to text: inout JSONText) {
            text.array(name) { text in
                for entry in entries {
                    text.object { text in
                        text.member("partial", entry.partial)
                        text.member("records", entry.records)
                        text.member(plan.fold.unit, entry.sum)
                    }
                }
            }
        }
        text.array("accepted", manifest.accepted)
        write("copies", manifest.copies, to: &text)
        write("counting", manifest.counting, to: &text)
        text.member("decisions", manifest.decisions)
        text.member("generation", manifest.generation)
        write("held", manifest.held, to: &text)
        text.member("ledger", manifest.ledger)
        text.member("lines", lines)
        write("present", manifest.present, to: &text)
        write("retracted", manifest.retracted, to: &text)
        text.memberIfAny("version", version)
    }
}
