//  What is left of a session, and how it goes: the child, its temporary folder, files without a whole result.
//
//  A session removes them when it is closed or dropped. A process that a signal ends comes to neither; it calls
//  `endUnfinished` first, as it does for files that are being written (AtomicFile). A process that is killed comes to nothing: the
//  kernel ends its children, and the next process removes the folders (ChildFolder.removeLeftovers).

import DurableIO
import Glibc
import Synchronization

final class Remains: Sendable {
    let child: ChildProgram
    let scratch: ChildFolder
    private let files: DuckDBFiles
    private let fileSystem: FileSystem
    /// Files to write that hold a whole result.
    private let whole = Mutex<Set<String>>([])

    /// By the path of the temporary folder.
    private static let unfinished = Mutex<[String: Remains]>([:])

    init(_ child: ChildProgram, _ scratch: ChildFolder, _ files: DuckDBFiles, _ fileSystem: FileSystem) {
        self.child = child
        self.scratch = scratch
        self.files = files
        self.fileSystem = fileSystem
        Self.unfinished.withLock { $0[scratch.path] = self }
    }

    /// Notes that a file holds a whole result.
    func keep(_ path: String) { whole.withLock { _ = $0.insert(path) } }

    /// Ends the child and removes everything. May be called twice.
    ///
    /// - Parameter isHurried: the child is killed at once.
    func end(isHurried: Bool = false) throws(IOError) {
        if isHurried {
            child.signal(SIGKILL)
            _ = child.waitForEnd(seconds: 1)
        } else {
            // It ends by itself when nothing more can come.
            child.closeInput()
            if !child.waitForEnd(seconds: 0.5) { child.stop() }
        }
        files.removeWrites(but: whole.withLock { $0 }, fileSystem)
        do { try scratch.remove() } catch  where error.isMissing {}
        Self.unfinished.withLock { $0[scratch.path] = nil }
    }

    static func endAll() {
        for remains in unfinished.withLock({ $0.values }) { try? remains.end(isHurried: true) }
    }
}
