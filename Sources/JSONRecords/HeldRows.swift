//  Rows of cells that were read, until they are handed on.
//
//  C fills most of them, in the window's own bytes (CByteScan/Values.h, `wf_end_row`); the complete reader appends the others
//  out of its slots. Strings with escapes are decoded here, whoever found them:
//
//      {"user":"Zo\u00eb","tags":"a\nb"}      user  Zoë          decoded in the arena
//                                            tags  "a\nb"       a field of type json: as it stands, in the window
//
//  Of each row its record is remembered, for the case that it does not fit.

import CByteScan
import Records

struct HeldRows: ~Copyable {
    var batch: CellBatch
    /// Of each row, where its record is in the window.
    let records: UnsafeMutablePointer<wf_extent>
    /// Of each field, whether strings keep their quotes and escapes.
    private let isText: [Bool]
    /// Numbers of those fields.
    private let texts: UnsafeMutablePointer<UInt16>
    /// Where values are put first, if fields have alternatives or share a path; nil if each has one of its own.
    private let scratch: UnsafeMutablePointer<wf_cell>?
    private let slotCount: Int
    /// Rows whose records are lenient JSON, in order.
    private var lenient: [Int] = []

    /// - Parameter schema: nil of a fold, which has no rows of cells.
    init(_ schema: RowSchema?, _ tree: FieldTree) {
        let fields = schema?.fields ?? []
        batch = schema == nil ? CellBatch(fieldCount: 1, capacity: 0) : CellBatch(fieldCount: fields.count)
        records = .allocate(capacity: batch.capacity)
        isText = fields.map { $0.type == .json }
        texts = .allocate(capacity: fields.count)
        for (place, field) in fields.indices.filter({ fields[$0].type == .json }).enumerated() {
            texts[place] = UInt16(field)
        }
        slotCount = tree.slotCount
        let needsScratch = schema != nil && !tree.isDirect
        scratch = needsScratch ? .allocate(capacity: slotCount + 1) : nil
        scratch?.initialize(repeating: wf_cell(), count: slotCount + 1)
    }

    deinit {
        records.deallocate()
        texts.deallocate()
        scratch?.deallocate()
    }

    /// What C is told of them.
    func layout(maxRecordBytes: Int) -> wf_cell_rows {
        var rows = wf_cell_rows()
        rows.scratch = scratch
        rows.field_count = isText.count
        rows.slot_count = slotCount
        rows.texts = UnsafePointer(texts)
        rows.text_count = isText.count { $0 }
        rows.max_record = Int64(maxRecordBytes)
        return rows
    }

    /// Decodes what C left to be decoded.
    ///
    /// - Parameter first: the first row that may hold such a string.
    mutating func undoEscapes(from first: Int, _ arena: inout StringArena) {
        for number in first * batch.fieldCount..<batch.count * batch.fieldCount
        where batch.cells[number].kind & UInt32(WF_CELL_ESCAPED) != 0 {
            batch.cells[number] = Cell(.string, arena.decode(batch.cells[number].text))
        }
    }

    /// Makes a row of what the complete reader found.
    ///
    /// - Precondition: there is room.
    mutating func append(
        _ storage: borrowing FieldStorage, _ record: wf_extent, isLenient: Bool, _ arena: inout StringArena
    ) {
        precondition(!batch.isFull, "\(batch.count) rows of \(batch.capacity)")
        let row = batch.cells + batch.count * batch.fieldCount
        for field in 0..<batch.fieldCount {
            row[field] = Self.cell(storage.slot(of: storage.tree.choices[field]), isText: isText[field], &arena)
        }
        records[batch.count] = record
        if isLenient { lenient.append(batch.count) }
        batch.count += 1
    }

    private static func cell(_ slot: FieldSlot, isText: Bool, _ arena: inout StringArena) -> Cell {
        switch slot.kind {
        case .missing: return Cell()
        case .null: return Cell(.null, UnsafeBufferPointer(start: slot.start, count: 4))
        case .string, .escapedString:
            // The inside of a literal, so there are quotes around it.
            if isText { return Cell(.string, UnsafeBufferPointer(start: slot.start - 1, count: slot.count + 2)) }
            return Cell(.string, slot.kind == .string ? slot.text : arena.decode(slot.text))
        case .number: return Cell(.number, slot.text)
        case .other: return Cell(kind(ofOther: slot.start.pointee), slot.text)
        }
    }

    /// What begins with this byte, and is no string, number or null.
    private static func kind(ofOther first: UInt8) -> Cell.Kind {
        switch first {
        case UInt8(ascii: "{"), UInt8(ascii: "["): .container
        case UInt8(ascii: "t"), UInt8(ascii: "f"): .boolean
        // NaN, Infinity and -Infinity are no numbers by the grammar.
        default: .string
        }
    }

    /// Traps unless faults are those of some rows, each with one, in order.
    func check(_ faults: [RowFault]) {
        var next = 0
        for fault in faults {
            precondition(
                (next..<batch.count).contains(fault.row), "row \(fault.row) of \(batch.count) after row \(next - 1)")
            next = fault.row + 1
        }
    }

    /// Rows of lenient JSON that do fit.
    func lenientCount(without faults: [RowFault]) -> Int {
        if lenient.isEmpty { return 0 }
        let faulty = Set(faults.map(\.row))
        return lenient.count { !faulty.contains($0) }
    }

    /// Forgets them all.
    mutating func removeAll() {
        batch.count = 0
        lenient.removeAll(keepingCapacity: true)
    }
}
