import Records
import Tables

/// The texts of a profile: names of categories, and sets of them joined by '-'.
///
/// A set is a word, bit c for category c. Each set that occurs is written out once and kept: sets of the first ten
/// categories in a table, the rare others in a dictionary.
struct TasteTexts: ~Copyable {
    private static let tableSize = 1024

    private let names: [String]
    private var arena = TextArena()
    private let table: UnsafeMutablePointer<ByteSlice?>
    private var others: [UInt64: ByteSlice] = [:]

    init(names: [String]) {
        self.names = names
        table = .allocate(capacity: Self.tableSize)
        table.initialize(repeating: nil, count: Self.tableSize)
    }

    deinit { table.deallocate() }

    /// The names of the categories in a set, in order, joined by '-'; empty for the empty set.
    @inline(__always)
    mutating func text(_ set: UInt64) -> ByteSlice {
        if set < UInt64(Self.tableSize), let known = table[Int(set)] { return known }
        return slowText(set)
    }

    @inline(never)
    private mutating func slowText(_ set: UInt64) -> ByteSlice {
        if let known = others[set] { return known }
        let members = names.indices.filter { set >> UInt64($0) & 1 == 1 }
        let made = arena.keep(members.map { names[$0] }.joined(separator: "-"))
        if set < UInt64(Self.tableSize) {
            table[Int(set)] = made
        } else {
            others[set] = made
        }
        return made
    }
}
