//  Errors that are reported to people.
//
//  Whoever declares an error says which kind of trouble it is and in which words it is told. What that means for the
//  command, such as an exit code, is decided in one place above.

/// What kind of trouble an error is.
package enum TroubleKind: Sendable {
    /// What was asked for, or set, cannot be.
    case request
    /// Some file was not taken, or not all of it.
    case filesOpen
    /// Another process holds what is needed.
    case locked
    /// What was kept is not what it should be.
    case damaged
    /// The disk, the network or the system reported an error.
    case system
}

/// An error that is reported to people.
package protocol Trouble: Error {
    var kind: TroubleKind { get }
    /// One sentence, or several, without a full stop at the end; by default the error's description.
    var words: String { get }
}

extension Trouble {
    package var words: String { "\(self)" }
}

/// Trouble of which nothing but the words matters.
package struct Refused: Trouble, CustomStringConvertible {
    package var kind: TroubleKind
    package var words: String

    package init(_ kind: TroubleKind, _ words: String) {
        self.kind = kind
        self.words = words
    }

    package var description: String { words }
}

/// An error in words, whether or not it is a known kind of trouble.
package func words(of error: any Error) -> String { (error as? any Trouble)?.words ?? "\(error)" }
