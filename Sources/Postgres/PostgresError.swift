/// Why something could not be done with a database. No text has a password in it.
package enum PostgresError: Error, Equatable {
    /// libpq is not on this machine.
    case library(String)
    /// The address cannot be read, or says something that it may not.
    case address(String)
    /// There is no connection to begin with.
    case connecting(String)
    /// The server refused a statement; `code` is its SQLSTATE (PostgreSQL documentation, appendix A).
    case refused(doing: String, message: String, code: String)
    /// The connection went away.
    case lost(doing: String, message: String)
    /// The connection went away when the transaction was to end: nobody here knows how it ended.
    case outcomeUnknown(message: String)
    /// What is in the database is not what it has to be.
    case unfit(String)
}

extension PostgresError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .library(let problem):
            "the library of PostgreSQL cannot be loaded (\(problem)); on Debian: apt-get install libpq5"
        case .address(let problem): problem
        case .connecting(let message): "no connection to the database: \(message)"
        case .refused(let doing, let message, _): "\(doing) failed: \(message); the tables are as they were"
        case .lost(let doing, let message):
            "the connection was lost while \(doing): \(message); the tables are as they were"
        case .outcomeUnknown(let message):
            "the connection was lost while the new tables were put in place: \(message); "
                + "either all of them are in place or none; export once more"
        case .unfit(let problem): problem
        }
    }
}
