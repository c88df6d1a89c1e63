//  What is left of a folder after a crash.
//
//  The model watches all calls on one folder and knows of every file and folder in it two things: what the kernel has,
//  and what is sure to be on the disk. POSIX promises only this, and the model gives no more:
//
//  - The content of a file, its length too, is on the disk as it was at the last fsync of that file.
//  - The names in a folder are on the disk as they were at the last fsync of that folder. A new file, a rename and a
//    removal are changes to names: an fsync of the file does not make its name last, a rename lasts when the folder is
//    synced, and one from folder to folder when both are.
//  - What was there when the model was made is on the disk.
//
//  Files are known by what they are, not by their names: a file written under a temporary name and renamed keeps its
//  synced content, and a descriptor that is still open belongs to its file whatever became of the name.
//
//  Worked example. The folder holds `a` = "old". Then:
//
//      open .a.tmp · write "new" · fsync .a.tmp · rename .a.tmp → a · [crash here] · fsync folder
//
//      surviving             in the folder after the crash
//      .everything           a = "new"
//      .onlySynced           a = "old"      the folder's names are those of the beginning
//      .namesWithoutContent  a = "new"      the rename was luckily kept, and the content was synced before
//
//  Without the fsync of `.a.tmp` the last would be a = "", and under `.namesWithZeros` three bytes of zero: the file
//  full of zeros after a power cut.
//
//  Files of other processes are known from when they are opened here.
//
//  Not modelled: symbolic and hard links, other changes made behind the model's back (they are seen only by `.everything`),
//  and disks that keep a part of what was not synced: the options are the ends of what may happen, and crashing at
//  every call reaches what lies between.

import DurableIO
import Glibc
import Synchronization

/// Which of the things that no fsync has made durable survive.
package enum Surviving: Sendable, Hashable, CaseIterable {
    /// The process ended, the kernel did not: all of them.
    case everything
    /// The power failed at the worst moment: none. A file whose name was synced but whose content was not is empty.
    case onlySynced
    /// The names, but no content: new files are empty, changed ones as they were when synced.
    case namesWithoutContent
    /// The names and the lengths, but no content: what was not synced reads as zeros.
    case namesWithZeros
}

/// A model of a disk, as an interposer.
package final class CrashModel: Interposer {
    private let root: String
    private let state: Mutex<DiskState>

    /// - Parameter root: an existing folder. What it holds is taken to be durable.
    package init(watching root: String) throws(IOError) {
        self.root = try Self.absolute(root)
        state = Mutex(try DiskState(folder: self.root))
    }

    private static func absolute(_ path: String) throws(IOError) -> String {
        Path.normal(Path.join(try FileSystem.real.workingFolder(), path))
    }

    /// The parts of a path below the root; nil when it is elsewhere.
    private func parts(_ path: String) -> [String]? {
        guard let path = try? Self.absolute(path) else { return nil }
        if path == root { return [] }
        guard path.hasPrefix(root + "/") else { return nil }
        return path.dropFirst(root.count + 1).split(separator: "/").map(String.init)
    }

    // MARK: Watching

    package func willPerform(_ call: SystemCall) -> Interposition { .proceed }

    package func didPerform(_ call: SystemCall, on descriptor: Int32?, result: Int, bytes: UnsafeRawBufferPointer?) {
        switch call {
        case .open(let path, _):
            guard let parts = parts(path) else { return }
            state.withLock { $0.open(parts, descriptor: Int32(result)) }
        case .sync:
            if let descriptor { state.withLock { $0.sync(descriptor) } }
        case .rename(let from, let to):
            let (from, to) = (parts(from), parts(to))
            state.withLock { $0.rename(from, to) }
        case .remove(let path), .removeFolder(let path):
            if let parts = parts(path) { state.withLock { $0.remove(parts) } }
        case .createFolder(let path):
            if let parts = parts(path) { state.withLock { $0.createFolder(parts) } }
        case .read, .readAt, .write, .writeAt, .list, .status, .truncate, .lock, .setAttributes: break
        }
    }

    // MARK: After the crash

    /// Writes what survives into a folder that does not exist yet. The watched folder must be as it was at the crash:
    /// let no call through after it.
    package func materialise(into folder: String, _ surviving: Surviving) throws(IOError) {
        let tree: SurvivingTree
        switch surviving {
        case .everything: tree = try SurvivingTree(reading: root)
        case .onlySynced: tree = state.withLock { $0.durableTree() }
        case .namesWithoutContent: tree = try currentTree(zeros: false)
        case .namesWithZeros: tree = try currentTree(zeros: true)
        }
        try tree.write(to: folder)
    }

    private func currentTree(zeros: Bool) throws(IOError) -> SurvivingTree {
        let root = root
        let tree: Result<SurvivingTree, IOError> = state.withLock { state in
            do throws(IOError) { return .success(try state.currentTree(at: root, zeros: zeros)) } catch {
                return .failure(error)
            }
        }
        return try tree.get()
    }
}
