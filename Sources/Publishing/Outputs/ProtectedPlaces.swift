//  Where a report must not be written, because something is there that cannot be made again.
//
//      checkpoints/…             Watchfold's own
//      inbox/…                   the user's dumps
//      output/REPORT.csv …       written by every run
//      watchfold.yaml            the configuration
//      whatever a command reads  its input
//
//  A place is known by what it is for the kernel, not by how it is written: links are followed, and folders and files are
//  compared by device and inode as well as by name. So a link to the inbox, a second name of a file (a hard link), and
//  `./a/../inbox` are the inbox.

import Configuration
import DurableIO
import RunSettings

/// The places of one command.
package struct ProtectedPlaces {
    private let fileSystem: FileSystem
    private let configuration: Configuration
    /// The file that the configuration is in; nil when there is none.
    private let configurationFile: String?
    /// Files that the command reads.
    private let inputs: [String]
    /// Whether files may be put into the inbox.
    private let isForInbox: Bool

    package init(_ settings: Settings, inputs: [String] = [], isForInbox: Bool = false, in fileSystem: FileSystem) {
        self.fileSystem = fileSystem
        configuration = settings.configuration
        configurationFile = settings.configurationFile
        self.inputs = inputs
        self.isForInbox = isForInbox
    }

    private struct Identity: Hashable {
        var device: UInt64
        var inode: UInt64

        init(_ status: FileStatus) {
            device = status.device
            inode = status.inode
        }
    }

    /// Why nothing may be written at a path, as the end of a sentence that begins with the path; nil when it may.
    ///
    /// - Throws: `IOError` when that cannot be found out.
    package func problem(_ path: String) throws(IOError) -> String? {
        let parent = try fileSystem.physicalPath(Path.parent(path))
        // Where the name is, and where it leads.
        let name = Path.normal(Path.join(parent, Path.name(path)))
        let places = [name, try fileSystem.physicalPath(path)]
        let identity = try identity(path)
        for place in places {
            if try isInside(place, configuration.checkpoints) {
                return "is in the checkpoints folder, which is for Watchfold alone; choose another place"
            }
            if !isForInbox, try isInside(place, configuration.inbox) {
                return "is in the inbox and might be read as input; choose a place outside it"
            }
        }
        for name in OutputRule.takenNames(configuration.planSettings) {
            let taken = Path.join(configuration.output, name)
            var isTaken = try isOne(of: places, identity, taken)
            for place in places where !isTaken { isTaken = try isInside(place, taken) }
            if isTaken { return "is the name of a file that Watchfold writes itself; choose another name" }
        }
        // The usual one also when another is in use, or none yet.
        for file in [configurationFile, Settings.usualFile].compactMap({ $0 })
        where try isOne(of: places, identity, file) {
            return "is the configuration; choose another name"
        }
        for input in inputs {
            if try isOne(of: places, identity, input) { return "is an input of this command; choose another name" }
        }
        // A second name of a dump or a partial, which might be written through.
        if let identity, try fileSystem.linkCount(path) > 1 {
            for folder in [configuration.checkpoints] + (isForInbox ? [] : [configuration.inbox])
            where try holds(folder, identity) {
                return "is a file in \(folder) under another name; choose another place"
            }
        }
        return nil
    }

    /// Whether standard output is a file that the command reads.
    package func readsStandardOutput() throws(IOError) -> Bool {
        let status = try fileSystem.standardStream(1).status()
        guard status.kind == .file else { return false }
        for input in inputs {
            if try isSame(Identity(status), input) { return true }
        }
        return false
    }

    private func isOne(of places: [String], _ identity: Identity?, _ path: String) throws(IOError) -> Bool {
        if try isSame(identity, path) { return true }
        return path == "-" ? false : places.contains(try fileSystem.physicalPath(path))
    }

    private func isSame(_ identity: Identity?, _ path: String) throws(IOError) -> Bool {
        guard let identity else { return false }
        return try identity == self.identity(path)
    }

    /// Nil when there is no file.
    private func identity(_ path: String) throws(IOError) -> Identity? {
        if path == "-" { return Identity(try fileSystem.standardStream(0).status()) }
        return try fileSystem.statusIfPresent(path).map { Identity($0) }
    }

    /// Whether a physical path is below a folder.
    private func isInside(_ place: String, _ folder: String) throws(IOError) -> Bool {
        let physical = try fileSystem.physicalPath(folder)
        if place.hasPrefix(physical == "/" ? physical : physical + "/") { return true }
        guard let wanted = try identity(folder) else { return false }
        var above = Path.parent(place)
        while true {
            if try identity(above) == wanted { return true }
            let next = Path.parent(above)
            if next == above { return false }
            above = next
        }
    }

    /// Whether a file is somewhere below a folder.
    private func holds(_ folder: String, _ identity: Identity) throws(IOError) -> Bool {
        guard try fileSystem.statusIfPresent(folder)?.kind == .folder else { return false }
        for entry in try fileSystem.list(folder) {
            guard let name = entry.name else { continue }
            let path = Path.join(folder, name)
            if entry.kind == .folder {
                if try holds(path, identity) { return true }
            } else if try self.identity(path) == identity {
                return true
            }
        }
        return false
    }
}
