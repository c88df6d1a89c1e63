import CPQ

/// The functions of libpq.
///
/// `@unchecked Sendable`: addresses of functions, written once.
struct Library: @unchecked Sendable {
    private static let loaded: Result<Library, PostgresError> = {
        var functions = wf_pq()
        if let problem = wf_pq_load(&functions) { return .failure(.library(String(cString: problem))) }
        return .success(Library(functions: functions))
    }()

    let functions: wf_pq

    /// - Throws: `PostgresError.library` when there is none on this machine.
    static func load() throws(PostgresError) -> wf_pq { try loaded.get().functions }
}
