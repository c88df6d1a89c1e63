//  A measure as it is written: a call of one of a closed list of aggregates, in one of the forms that merge.
//
//      count(*)  count(x)  count_if(c)                   sum(x)  avg(x)
//      min(x)  max(x)  bool_and(c)  bool_or(c)  bit_and(x)  bit_or(x)
//      arg_min(x, t)  arg_max(x, t)                      first(x ORDER BY t)  last(x ORDER BY t)
//      count(DISTINCT x)                                 list(x ORDER BY t …)  string_agg(x, ',' ORDER BY t …)
//
//  Each may be followed by FILTER (WHERE c). docs/folds.md says for each what is kept and how it merges.

/// What a measure computes.
enum MeasureKind: Hashable, Sendable {
    /// `count(*)`, `count(x)`.
    case count
    case countIf
    case sum
    case average
    /// An aggregate of which the result is its own state.
    case extremum(String)
    /// `arg_min`, `arg_max`.
    case argument(isMaximum: Bool)
    /// `first`, `last` by an order.
    case end(isLast: Bool)
    case distinctCount
    case list
    case joinedText

    /// What a function of the closed list computes; nil for any other.
    init?(function: String) {
        switch function {
        case "count": self = .count
        case "count_if", "countif": self = .countIf
        case "sum": self = .sum
        case "avg": self = .average
        case "min", "max", "bool_and", "bool_or", "bit_and", "bit_or": self = .extremum(function)
        case "arg_min", "argmin", "min_by": self = .argument(isMaximum: false)
        case "arg_max", "argmax", "max_by": self = .argument(isMaximum: true)
        case "first": self = .end(isLast: false)
        case "last": self = .end(isLast: true)
        case "list", "array_agg": self = .list
        case "string_agg", "group_concat", "listagg": self = .joinedText
        default: return nil
        }
    }

    /// How many arguments it has.
    var arguments: ClosedRange<Int> {
        switch self {
        case .count: 0...1
        case .argument: 2...2
        case .joinedText: 1...2
        default: 1...1
        }
    }

    /// Whether it is kept in a table of its own.
    var hasCompanion: Bool { self == .distinctCount || self == .list || self == .joinedText }
}

/// One term of an order.
struct OrderTerm: Hashable, Sendable {
    var expression: Range<Int>
    var isDescending: Bool
    var hasNullsFirst: Bool

    /// What follows the term's expression. DuckDB's default for NULL is written out.
    var modifiers: String { (isDescending ? "DESC" : "ASC") + (hasNullsFirst ? " NULLS FIRST" : " NULLS LAST") }
}

/// A call of a measure.
struct MeasureCall: Hashable, Sendable {
    var kind: MeasureKind
    /// In small letters.
    var function: String
    /// All its tokens, those of its FILTER included.
    var range: Range<Int>
    /// Without DISTINCT and ORDER BY; none of `count(*)`.
    var arguments: [Range<Int>]
    var order: [OrderTerm]
    /// The condition.
    var filter: Range<Int>?
}

/// A column of the select list.
struct SelectItem: Hashable, Sendable {
    /// Without AS and the name.
    var expression: Range<Int>
    /// As it is spelled, without quotes.
    var name: String
    var place: SourcePlace
    /// Measures in the order of the text.
    var measures: [MeasureCall]
    /// Whether it has a name of its own (AS).
    var isNamed: Bool
}
