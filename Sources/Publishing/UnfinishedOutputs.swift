//  What writers that crashed left in the folder of reports.

import DurableIO
import Glibc

package enum UnfinishedOutputs {
    /// Removes unfinished files that would have got one of some names. Another process may be exporting into the same folder:
    /// what belongs to one that lives stays.
    package static func remove(_ names: [String], in folder: String, _ fileSystem: FileSystem) throws(IOError) {
        for entry in try fileSystem.list(folder) {
            guard entry.kind == .file, let name = entry.name, let origin = AtomicFile.origin(ofTemporary: name),
                names.contains(origin.name)
            else { continue }
            let isOwn = origin.processID == getpid()
            if isOwn || (kill(origin.processID, 0) != 0 && errno == ESRCH) {
                try fileSystem.removeIfPresent(Path.join(folder, name))
            }
        }
    }
}
