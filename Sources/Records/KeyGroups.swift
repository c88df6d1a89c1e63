//  Which values of a key are in groups, for those who need not know in which.

/// The groups of a plan's grouping.
package struct KeyGroups: Sendable {
    /// In their order.
    package let rules: [GroupRule]
    private let members: Set<ByteOrdered>

    package init(_ rules: [GroupRule]) {
        self.rules = rules
        members = Set(rules.lazy.flatMap(\.members).map { ByteOrdered($0) })
    }

    /// Whether a value of the key is in some group.
    package func contains(_ label: ByteOrdered) -> Bool { members.contains(label) }
}
