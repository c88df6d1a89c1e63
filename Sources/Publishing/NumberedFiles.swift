//  A report in as many files as it needs.
//
//      one part       report.csv
//      several        report-1.csv, report-2.csv, …      (report.csv.gz: report-1.csv.gz, …)
//
//  No file gets its name before all are written and durable, so that a failure leaves the old ones as they were.

import DurableIO
import Tables
import Wording

/// The files of one report, being written.
package final class NumberedFiles {
    private let path: String
    private let places: ProtectedPlaces
    private let fileSystem: FileSystem
    private var files: [AtomicFile] = []

    package init(_ path: String, _ places: ProtectedPlaces, in fileSystem: FileSystem) {
        self.path = path
        self.places = places
        self.fileSystem = fileSystem
    }

    /// What comes before a part's number, and what behind: the ending.
    private static func stem(_ name: String) -> (Substring, Substring) {
        let ending = FileEnding(name)
        return (ending.stem, ending.all)
    }

    private func path(_ number: Int) -> String {
        let (stem, ending) = Self.stem(Path.name(path))
        return Path.join(Path.parent(path), "\(stem)-\(number)\(ending)")
    }

    /// Whether a name is one that a part of a report may have.
    static func isName(_ name: String, ofPart report: String) -> Bool {
        if name == report { return true }
        let (stem, ending) = stem(report)
        guard name.hasPrefix("\(stem)-"), name.hasSuffix(ending), name.count > stem.count + 1 + ending.count else {
            return false
        }
        return name.dropFirst(stem.count + 1).dropLast(ending.count).allSatisfy { $0.isASCII && $0.isNumber }
    }

    /// Whether a path is in the folder of a report and has a name that a part of it may have.
    static func isPath(_ path: String, ofPart report: String) -> Bool {
        Path.normal(Path.parent(path)) == Path.normal(Path.parent(report))
            && isName(Path.name(path), ofPart: Path.name(report))
    }

    /// Whether the numbered parts of a report may get to a name: not to one with zeros in front, nor to the thousandth,
    /// which no report has.
    package static func isReached(_ name: String, byPartsOf report: String) -> Bool {
        if name == report || !isName(name, ofPart: report) { return false }
        let (stem, ending) = stem(report)
        let number = name.dropFirst(stem.count + 1).dropLast(ending.count)
        return number.count <= 3 && !number.hasPrefix("0")
    }

    /// Begins the next file.
    ///
    /// - Throws: `Refused` when a part would take a place that is not for reports; `IOError`.
    package func next() throws -> TableSink {
        let path = path(files.count + 1)
        // Of a single part nothing is known yet; its name was asked about before.
        if !files.isEmpty {
            for path in [self.path(1), path] {
                if let problem = try places.problem(path) {
                    throw Refused(.request, "\(Show.name(path)) \(problem)")
                }
            }
        }
        let file = try AtomicFile(path, in: fileSystem)
        files.append(file)
        return { try file.write($0) }
    }

    /// Throws all files away.
    package func removeAll() { files = [] }

    /// Puts the files in place.
    ///
    /// - Parameter mayReplace: whether a part may take the place of the file that is there.
    /// - Returns: their paths, and those of files that an earlier, longer or shorter report left.
    /// - Throws: `Refused` when a part may not; then all is as it was.
    package func commit(
        mayReplace: (String) -> Bool = { _ in true }
    ) throws -> (written: [String], left: [String]) {
        for path in files.map(\.path) where files.count > 1 && !mayReplace(path) {
            if try fileSystem.isSymbolicLink(path) || fileSystem.statusIfPresent(path) != nil {
                throw Refused(
                    .system,
                    "\(path) exists and is not part of this report, so it is not replaced; move it or choose another name"
                )
            }
        }
        if files.count == 1 { try files[0].rename(to: path) }
        for file in files { try file.seal() }
        for file in files { try file.place() }
        let written = files.map(\.path)
        var left: [String] = []
        if files.count > 1, try fileSystem.statusIfPresent(path) != nil { left.append(path) }
        var number = files.count == 1 ? 1 : files.count + 1
        while try fileSystem.statusIfPresent(path(number)) != nil {
            left.append(path(number))
            number += 1
        }
        return (written, left)
    }
}
