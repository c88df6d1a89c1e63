//  Cells that a converter may be given, near all limits and a little beyond.

import Records
import TestSupport
import TypedRows

extension FieldType {
    /// One of each, with decimals in all three kinds of columns.
    package static let samples: [FieldType] =
        [
            .string, .integer, .decimal(precision: 1, scale: 0), .decimal(precision: 9, scale: 9),
            .decimal(precision: 9, scale: 2), .decimal(precision: 18, scale: 3), .decimal(precision: 38, scale: 0),
            .decimal(precision: 38, scale: 10), .decimal(precision: 38, scale: 38), .double, .boolean, .date, .json,
        ] + TimestampForm.allCases.map { .timestamp($0) }
}

extension ReferenceCell {
    /// A cell of a kind by its raw value; one that is not of its kind becomes a string, as the readers see to.
    package init(kind: UInt8, _ text: [UInt8]) {
        self.init(Cell.Kind(rawValue: UInt32(kind % 6))!, text)
        switch self.kind {
        case .missing, .null: self.text = []
        case .boolean where text != Array("true".utf8) && text != Array("false".utf8): self.kind = .string
        case .number where ReferenceNumber(String(decoding: text, as: UTF8.self)) == nil: self.kind = .string
        default: break
        }
    }

    /// A cell for a field of that type: most fit it, some nearly, some are of another type.
    package static func random(for type: FieldType, _ dice: inout Dice) -> ReferenceCell {
        if dice.once(in: 12) { return dice.once(in: 2) ? .null : .missing }
        let wanted = dice.once(in: 10) ? dice.pick(FieldType.samples) : type
        var cell = fitting(wanted, &dice)
        if dice.once(in: 8) { cell.damage(&dice) }
        if cell.kind == .number && dice.once(in: 6) { cell.kind = .string }
        return ReferenceCell(kind: UInt8(cell.kind.rawValue), cell.text)
    }

    private static func fitting(_ type: FieldType, _ dice: inout Dice) -> ReferenceCell {
        switch type {
        case .string: ReferenceCell(.string, String(repeating: dice.pick(["x", "é", "7"]), count: dice.below(40)))
        case .integer: ReferenceCell(.number, integer(&dice))
        case .decimal, .double: ReferenceCell(.number, number(&dice))
        case .boolean:
            dice.once(in: 3)
                ? ReferenceCell(.string, dice.pick(["TRUE", "False", "t", "F", "1", "0", "yes"]))
                : ReferenceCell(.boolean, dice.pick(["true", "false"]))
        case .date: ReferenceCell(.string, String(time(&dice).prefix(dice.once(in: 4) ? 40 : 10)))
        case .timestamp(.iso8601): ReferenceCell(.string, time(&dice))
        case .timestamp: ReferenceCell(.number, dice.once(in: 2) ? integer(&dice) : number(&dice))
        case .json: ReferenceCell(.container, dice.pick(["{\"a\":[1,2]}", "[]", "{\"k\":\"a long enough text\"}"]))
        }
    }

    private mutating func damage(_ dice: inout Dice) {
        if kind == .boolean { return }
        let byte = dice.once(in: 2) ? UInt8(dice.below(256)) : dice.pick(Array("0179-+.,eEZ: \"T\u{0}/;{".utf8))
        let place = dice.below(text.count + 1)
        switch dice.below(3) {
        case 0: text.insert(byte, at: place)
        case 1 where place < text.count: text[place] = byte
        default: if place < text.count { text.remove(at: place) }
        }
        if kind != .container { kind = .string }
    }

    private static func digits(_ count: Int, _ dice: inout Dice) -> String {
        let choices = dice.pick(["0", "9", "0123456789", "05", "09", "0123456789"])
        return String((0..<count).map { _ in dice.pick(Array(choices)) })
    }

    private static func integer(_ dice: inout Dice) -> String {
        let sign = dice.once(in: 3) ? "-" : ""
        let limits = [Int64.max.magnitude, 1 << 53, 1 << 31, 253_402_300_799, 62_135_596_800, 999_999_999_999_999_999]
        if dice.once(in: 4) { return sign + String(dice.pick(limits) + UInt64(dice.below(3)) - 1) }
        let text = digits(1 + dice.below(dice.once(in: 4) ? 24 : 12), &dice)
        let trimmed = text.drop { $0 == "0" }
        return sign + (trimmed.isEmpty ? "0" : String(trimmed))
    }

    private static func number(_ dice: inout Dice) -> String {
        var text = dice.once(in: 3) ? (dice.once(in: 2) ? "0" : "-0") : integer(&dice)
        if !dice.once(in: 4) { text += "." + digits(1 + dice.below(dice.once(in: 5) ? 30 : 10), &dice) }
        if dice.once(in: 4) {
            text += dice.pick(["e", "E"]) + dice.pick(["", "-", "+"]) + String(dice.below(dice.pick([3, 25, 330])))
        }
        return text
    }

    private static func time(_ dice: inout Dice) -> String {
        func padded(_ number: Int, _ width: Int = 2) -> String {
            String(repeating: "0", count: max(0, width - String(number).count)) + String(number)
        }
        let year =
            dice.once(in: 3) ? dice.pick([0, 1, 1900, 1969, 1970, 2000, 2023, 2024, 9999]) : 1970 + dice.below(80)
        let day = dice.once(in: 4) ? 28 + dice.below(5) : dice.below(32)
        var text = padded(year, 4) + "-" + padded(dice.below(14)) + "-" + padded(day)
        if dice.once(in: 8) { return text }
        let hour = dice.once(in: 10) ? 24 : dice.below(25)
        let isWhole = hour == 24 || dice.once(in: 5)
        text += dice.pick(["T", " ", "t"]) + padded(hour) + ":" + padded(isWhole ? 0 : dice.below(61))
        if !dice.once(in: 6) {
            text += ":" + padded(isWhole ? 0 : dice.below(61))
            if !dice.once(in: 3) {
                text += dice.pick([".", ".", ","]) + digits(dice.pick([1, 3, 3, 6, 7, 9, 10]), &dice)
            }
        }
        if !dice.once(in: 4) {
            text += dice.pick(["Z", "Z", "z", "+02:00", "-0530", "+14", "-00:00", "+24:00", "+2", "+01:60"])
        }
        return text
    }
}
