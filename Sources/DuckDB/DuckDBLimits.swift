//  What a session may use. Each limit holds whatever the text of a statement is.

/// What a session may use.
package struct DuckDBLimits: Sendable, Hashable {
    package var threads: Int
    /// DuckDB's `memory_limit`, in bytes. What it does not count itself, such as long strings, has the kernel's limit
    /// `dataBytes`.
    package var memoryBytes: Int
    /// What may lie in the temporary folder, in bytes; 0 for nothing.
    package var temporaryBytes: Int
    /// Seconds for one statement.
    package var seconds: Double
    /// Bytes that a file which the session writes may have.
    package var fileBytes: Int
    /// Bytes of rows that may come back for one statement, as JSON.
    package var answerBytes: Int

    package init(
        threads: Int, memoryBytes: Int, temporaryBytes: Int, seconds: Double = 3600, fileBytes: Int = 1 << 40,
        answerBytes: Int = 16 << 20
    ) {
        self.threads = threads
        self.memoryBytes = memoryBytes
        self.temporaryBytes = temporaryBytes
        self.seconds = seconds
        self.fileBytes = fileBytes
        self.answerBytes = answerBytes
    }

    /// RLIMIT_DATA, in bytes: twice what DuckDB counts (peaks of 1.7 times its limit were seen), and what it has before it
    /// counts anything: 64 MiB, and 16 MiB a thread for its stack and its allocator.
    var dataBytes: Int { 2 * memoryBytes + (64 << 20) + max(threads, 1) * (16 << 20) }
}
