//  The status server of a watch, on the port that the configuration names, also when it names another one later.

import DurableIO
import Events
import Logging
import StatusServer

/// Serves where it is wanted.
final class StatusPort {
    private let pages: StatusPages
    private let fileSystem: FileSystem
    private let logger: Logger
    private var current: (wanted: Int, server: StatusServer)?

    init(pages: StatusPages, fileSystem: FileSystem, logger: Logger) {
        self.pages = pages
        self.fileSystem = fileSystem
        self.logger = logger
    }

    /// Serves on a port; nil for none. What is served elsewhere goes on until the new port is taken.
    ///
    /// - Throws: `StatusServerError`; then nothing has changed.
    func follow(_ port: Int?) throws {
        if current?.wanted == port { return }
        let before = current
        if let port {
            let server = try StatusServer(port: UInt16(port), pages: pages, in: fileSystem)
            current = (port, server)
            logger.info(.serving, "state, metrics and reports are at http://127.0.0.1:\(server.port)/")
        } else {
            current = nil
            logger.info(.servingEnded, "state, metrics and reports are served no longer")
        }
        before?.server.stop()
    }
}
