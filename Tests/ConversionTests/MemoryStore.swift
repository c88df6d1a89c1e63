import Conversion
import Tables

/// Tables in memory, by name.
final class MemoryStore: TableStore {
    private(set) var tables: [String: [UInt8]] = [:]
    private(set) var isOpen: Set<String> = []
    /// Most tables that were open at once.
    private(set) var mostOpen = 0
    /// How often everything was begun.
    private(set) var passes = 0

    func begin() {
        (tables, isOpen) = ([:], [])
        passes += 1
    }

    func open(_ name: String) throws -> TableSink {
        precondition(tables[name] == nil, "\(name) was begun twice")
        tables[name] = []
        isOpen.insert(name)
        mostOpen = max(mostOpen, isOpen.count)
        return { [unowned self] bytes in
            precondition(isOpen.contains(name), "\(name) is not open")
            tables[name]!.append(contentsOf: bytes)
        }
    }

    func close(_ name: String) { precondition(isOpen.remove(name) != nil, "\(name) is not open") }
}
