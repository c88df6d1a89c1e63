//  Strings, JSON texts and booleans.

import Records

/// A string, not yet copied: bytes that the cell lends.
struct StringReading: CellReading {
    let settings: ConversionSettings

    @inline(__always)
    func read(_ cell: Cell, _ out: UnsafeMutablePointer<UnsafeRawBufferPointer>) -> CellOutcome {
        out.pointee = UnsafeRawBufferPointer(cell.text)
        if cell.isOf(.string) { return .plain }
        return cell.isOf(.container) ? .bad : .coerced
    }
}

/// A text as it stands, whatever it holds.
struct JSONReading: CellReading {
    static var hasPlainKinds: Bool { true }

    @inline(__always)
    func read(_ cell: Cell, _ out: UnsafeMutablePointer<UnsafeRawBufferPointer>) -> CellOutcome {
        out.pointee = UnsafeRawBufferPointer(cell.text)
        return .plain
    }
}

/// True and false.
struct BooleanReading: CellReading {
    let settings: ConversionSettings

    @inline(__always)
    func read(_ cell: Cell, _ out: UnsafeMutablePointer<Bool>) -> CellOutcome {
        if cell.isOf(.boolean) {
            // `true` has four bytes, `false` five.
            out.pointee = cell.byteCount == 4
            return .plain
        }
        guard cell.isOf(.string), let value = value(cell.text) else { return .bad }
        out.pointee = value
        return coercion(of: cell, settings)
    }

    private func value(_ text: UnsafeBufferPointer<UInt8>) -> Bool? {
        if isWord(text, "true") { return true }
        if isWord(text, "false") { return false }
        guard settings.isUntyped, text.count == 1 else { return nil }
        switch text[0] {
        case UInt8(ascii: "1"), UInt8(ascii: "t"), UInt8(ascii: "T"): return true
        case UInt8(ascii: "0"), UInt8(ascii: "f"), UInt8(ascii: "F"): return false
        default: return nil
        }
    }

    /// Whether the text is a word of small letters, in any case.
    private func isWord(_ text: UnsafeBufferPointer<UInt8>, _ word: StaticString) -> Bool {
        text.count == word.utf8CodeUnitCount && text.indices.allSatisfy { text[$0] | 0x20 == word.utf8Start[$0] }
    }
}
