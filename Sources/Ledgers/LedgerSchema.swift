//  The ledger's tables, format 6.
//
//  One SQLite database, `checkpoints/ledger.sqlite`, with a write-ahead log while it is open and 8 bytes of checksum at
//  the end of every page (SQLitePageChecks.swift). `application_id` is 0x5746_4C44 ("WFLD"), `user_version` the format.
//
//      runs           one row for every execution of a command that writes
//      folds          the folds whose tables are kept; 1 is the plan's own
//      measures       what the tables of a fold measure; 1 is the plan's own
//      versions       one row each time a content was folded under a name; never changed
//      rejections     how many records of a version were rejected for which reason; never changed
//      sums           a version's sum of a measure; never changed
//      breakdowns     the same by label, the second key; never changed
//      fold_packs     files with partials of folds beside the plan's own; never changed
//      fold_partials  which of them has a version's partial, and in which slot; never changed
//      segments       merged partials of a fold, of one month's versions; derived
//      observed       that a version's file was looked at for what the next five tell; never changed
//      coercions      how many folded records of a version had a field in another type than its own; never changed
//      examples       the first rejected record of a version for each reason; never changed
//      fields         the fields that records of a version were seen to have; never changed
//      noticed        numbers of what else was seen in a version's file; never changed
//      flaws          what is wrong with the first rejected record for each reason; never changed
//      plans          from which generation on outputs were made under which plan; never changed
//      decisions      what a person accepted, retracted and restored, each of a content; never changed
//      arrivals       every whole content that was found under a name, in order; never changed
//      judgements     why a version is held whatever the settings, and what is unusual about it; the last row of a
//                     version holds; never changed
//      losses         versions whose partials are gone for good; never changed
//      holdings       what lies under each name now, and what the name claims: the content that it gives, unless the
//                     same content counts under another name
//      claims         from which generation on a name claimed which content; never changed
//      rules          from which generation on which settings decided what counts; never changed
//      counting       in which generations a version counted: from_generation <= g < to_generation (NULL: until now)
//      files          the present state of every name
//      transitions    every state that every name ever had; never changed
//      meta           ledger: a random identity; plan: the plan's name; generation: how often the set of counting
//                     versions changed
//
//  Example: a.json is folded (generation 1), replaced (2), retracted (3), restored (4).
//
//      versions   1: a.json 9f3c…   2: a.json 07d1…
//      counting   1: [1, 2) replaced   2: [2, 3) retracted   2: [4, …)
//      transitions  (unseen)→folded   folded→folded   folded→retracted   retracted→folded
//
//  What counts at generation 3: nothing. Between 1 and 4: version 2 came, version 1 went.
//
//  A ledger of an earlier format (LedgerSchema+Earlier.swift) is brought up to date in one transaction when it is opened for
//  writing (Ledger+Upgrade.swift), and read as it is.
//
//  Every schema is written out, down to the lists of words that a column may hold: what a format allows never follows from
//  the cases that an enum has today. A rule that holds for one fold only is no rule of a table.
//
//  Nothing but what is derived is ever deleted; triggers see to it. The schema is compared as text when a ledger is opened,
//  so any other schema, older, newer or tampered with, is noticed before it is trusted. Times are Unix milliseconds, UTC.

/// The text of the database's schema.
enum LedgerSchema {
    /// "WFLD"
    static let applicationID: Int64 = 0x5746_4C44
    /// The format that this program writes, and the newest that it reads.
    static let format = 6
    /// The first that has `noticed` and `flaws`.
    static let noticesFormat = 4
    /// The first that has `sums`, `breakdowns` and `plans`.
    static let measuresFormat = 5
    /// The first that has `fold_packs`.
    static let packsFormat = 6
    /// The plan's own fold, and its measure: written when a ledger is made, before any others.
    static let ownFold = 1
    static let ownMeasure = 1

    struct Object: Equatable {
        var type: String
        var name: String
        var sql: String
    }

    /// All that a ledger of a format has.
    static func objects(ofFormat format: Int) -> [Object] {
        switch format {
        case ..<5: additions.prefix(format).flatMap(\.self)
        case 5: tablesOfFormat5 + indexes + triggersOfFormat5
        default: tables + indexes + triggers
        }
    }

    static func trigger(_ name: String, _ event: String, when: String?, _ message: String) -> Object {
        let condition = when.map { "\n    WHEN \($0)" } ?? ""
        return Object(
            type: "trigger", name: name,
            sql: "CREATE TRIGGER \(name) \(event)\(condition)\nBEGIN\n    SELECT RAISE(ABORT, '\(message)');\nEND")
    }

    static func table(_ name: String, _ body: String, options: String = "STRICT") -> Object {
        Object(type: "table", name: name, sql: "CREATE TABLE \(name) (\n\(body)\n) \(options)")
    }

    static func index(_ name: String, on target: String, unique: Bool = false) -> Object {
        Object(type: "index", name: name, sql: "CREATE \(unique ? "UNIQUE " : "")INDEX \(name) ON \(target)")
    }

    /// The columns in which a run counts the files it brought into each state.
    static let runFileColumns = FileState.allCases.map { "files_\($0.rawValue)" }
}
