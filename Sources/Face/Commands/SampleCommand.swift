//  Days to try the program with.

import DurableIO
import Operations
import Publishing
import RunSettings
import SampleData
import Wording

/// The command that makes days.
package struct SampleCommand {
    private let session: Session
    private var settings: Settings { session.settings }
    private var fileSystem: FileSystem { session.fileSystem }

    package init(_ session: Session) { self.session = session }

    package func generate(
        days: Int, records: Int, keys: Int?, seed: UInt64, from: String, compress: String, folder: String?,
        replaces: Bool
    ) throws {
        guard let compression = SampleCompression(rawValue: compress) else {
            let names = SampleCompression.allCases.map(\.rawValue).joined(separator: ", ")
            throw CommandFailure(.usage, "--compress takes one of \(names), not \"\(compress)\"")
        }
        if days < 1 { throw CommandFailure(.usage, "--days takes a number from 1 on, not \(days)") }
        var options = SampleOptions()
        options.days = days
        options.recordsPerDay = records
        if let keys { options.keys = keys }
        options.seed = seed
        options.firstDay = try DayOption.day(from, "--from")!
        options.compression = compression
        options.jobs = settings.jobs
        let folder = folder ?? settings.configuration.inbox
        if folder.isEmpty { throw CommandFailure(.usage, "generate takes the name of a folder; it is empty") }
        let places = ProtectedPlaces(settings, isForInbox: true, in: fileSystem)
        let files = try SampleFiles(options, fileSystem: fileSystem)
        for name in files.names {
            if let problem = try places.problem(Path.join(folder, name)) {
                throw CommandFailure(.usage, "\(Show.name(Path.join(folder, name))) \(problem)")
            }
        }
        let start = ContinuousClock.now
        var bytes = 0
        try session.beginWriting()
        try files.write(into: folder, replaces: replaces) { file in
            bytes += file.bytes
            if settings.configuration.quiet { return }
            StandardError.write(
                "\(file.path)  \(Show.count(file.records, "record"))  \(Show.bytes(file.storedBytes))\n")
        }
        let seconds = (ContinuousClock.now - start).seconds
        if !settings.configuration.quiet {
            StandardError.write(
                "\(Show.bytes(bytes)) of JSON in \(Show.duration(seconds)): \(Show.rate(bytes, seconds))\n")
        }
    }
}
