//  The model's disk: nodes, each with what the kernel has and what is durable.
//
//  A node stands for an inode, but is numbered by the model: the kernel gives the number of a removed file to the next
//  one, while on the disk the old file may still have its name.

import DurableIO
import Glibc

struct DiskState {
    typealias NodeID = Int

    private enum Node {
        /// The content as of the last fsync; nil before the first.
        case file(durable: [UInt8]?)
        /// Names as the kernel has them, and as of the last fsync.
        case folder(current: [String: NodeID], durable: [String: NodeID])
    }

    private var nodes: [Node] = []
    /// Which node an inode number stands for, of what was opened last under that number.
    private var nodeOfInode: [UInt64: NodeID] = [:]
    private let rootID: NodeID = 0

    /// All that is in the folder counts as durable.
    init(folder path: String) throws(IOError) {
        nodes = [.folder(current: [:], durable: [:])]
        try adopt(SurvivingTree(reading: path), as: rootID)
    }

    private mutating func adopt(_ tree: SurvivingTree, as id: NodeID) throws(IOError) {
        switch tree {
        case .file(let content): nodes[id] = .file(durable: content)
        case .folder(let entries):
            var names: [String: NodeID] = [:]
            // SQLite's shared memory is not data: it is made again after a crash, and goes without a call that is seen here.
            for (name, entry) in entries where !name.hasSuffix("-shm") {
                let child = add(.file(durable: nil))
                names[name] = child
                try adopt(entry, as: child)
            }
            nodes[id] = .folder(current: names, durable: names)
        }
    }

    private mutating func add(_ node: Node) -> NodeID {
        nodes.append(node)
        return nodes.count - 1
    }

    // MARK: Names

    private func find(_ parts: some Collection<String>) -> NodeID? {
        var id = rootID
        for part in parts {
            guard case .folder(let current, _) = nodes[id], let next = current[part] else { return nil }
            id = next
        }
        return id
    }

    /// Changes what the kernel has under a name: a node, or nothing.
    private mutating func set(_ parts: [String], to node: NodeID?) {
        guard let name = parts.last, let folder = find(parts.dropLast()),
            case .folder(var current, let durable) = nodes[folder]
        else { return }
        current[name] = node
        nodes[folder] = .folder(current: current, durable: durable)
    }

    /// A file that is not known yet is new, or another process made it: its name is there, and nothing of it is durable.
    mutating func open(_ parts: [String], descriptor: Int32) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return }
        var node = find(parts)
        if node == nil {
            let isFolder = status.st_mode & S_IFMT == S_IFDIR
            node = add(isFolder ? .folder(current: [:], durable: [:]) : .file(durable: nil))
            set(parts, to: node)
        }
        nodeOfInode[UInt64(status.st_ino)] = node
    }

    mutating func createFolder(_ parts: [String]) { set(parts, to: add(.folder(current: [:], durable: [:]))) }

    mutating func remove(_ parts: [String]) { set(parts, to: nil) }

    /// - Parameters: nil for a path outside of the watched folder.
    mutating func rename(_ from: [String]?, _ to: [String]?) {
        let node = from.flatMap { find($0) }
        if let from { set(from, to: nil) }
        if let to { set(to, to: node ?? add(.file(durable: nil))) }
    }

    // MARK: Durability

    mutating func sync(_ descriptor: Int32) {
        var status = stat()
        guard fstat(descriptor, &status) == 0, let node = nodeOfInode[UInt64(status.st_ino)] else { return }
        switch nodes[node] {
        case .file: nodes[node] = .file(durable: content(of: descriptor, size: Int(status.st_size)))
        case .folder(let current, _): nodes[node] = .folder(current: current, durable: current)
        }
    }

    private func content(of descriptor: Int32, size: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            while count < size {
                let got = pread(descriptor, buffer.baseAddress! + count, size - count, off_t(count))
                precondition(got > 0, "a file that is synced must be open for reading too, errno \(errno)")
                count += got
            }
        }
    }

    // MARK: Trees

    func durableTree() -> SurvivingTree { durableTree(rootID) }

    private func durableTree(_ id: NodeID) -> SurvivingTree {
        switch nodes[id] {
        case .file(let durable): .file(durable ?? [])
        case .folder(_, let durable): .folder(durable.mapValues(durableTree))
        }
    }

    /// The names as the kernel has them.
    ///
    /// - Parameters:
    ///   - path: where the watched folder is, for the lengths of its files.
    ///   - zeros: whether files have the kernel's lengths, filled up with zeros, instead of those that were synced.
    func currentTree(at path: String, zeros: Bool) throws(IOError) -> SurvivingTree {
        try currentTree(rootID, path, zeros: zeros)
    }

    private func currentTree(_ id: NodeID, _ path: String, zeros: Bool) throws(IOError) -> SurvivingTree {
        switch nodes[id] {
        case .file(let durable):
            var content = durable ?? []
            if zeros {
                let size = try FileSystem.real.status(path).size
                content = Array(content.prefix(size)) + Array(repeating: 0, count: max(size - content.count, 0))
            }
            return .file(content)
        case .folder(let current, _):
            var entries: [String: SurvivingTree] = [:]
            for (name, child) in current {
                entries[name] = try currentTree(child, Path.join(path, name), zeros: zeros)
            }
            return .folder(entries)
        }
    }
}
