//  Names of what is logged. A program that reads a log in JSON goes by them, so a name that was given out never changes,
//  whatever the sentence beside it says. docs/debugging.md lists them all; EventTests compares.

/// What a line of the log is about: the member `event` of a line in JSON.
package enum EventName: String, Sendable, Hashable, CaseIterable {
    // Files that are found, read and committed.
    case fileDue = "file-due"
    case fileCut = "file-cut"
    case fileNotCut = "file-not-cut"
    case fileRetried = "file-retried"
    case fileDone = "file-done"
    case fieldsLacking = "fields-lacking"
    case slowRecords = "slow-records"
    case shapesForgotten = "shapes-forgotten"
    case tableSpilled = "table-spilled"
    case runsMerged = "runs-merged"
    case contentKnown = "content-known"
    case partialWritten = "partial-written"
    case partialReused = "partial-reused"
    case partialDamaged = "partial-damaged"
    case committed
    case rulesChanged = "rules-changed"

    // Checkpoints.
    case lockWaited = "lock-waited"
    case ledgerMade = "ledger-made"
    case ledgerUpgraded = "ledger-upgraded"
    case manifestWritten = "manifest-written"

    // The total, reports and outputs.
    case reportsDue = "reports-due"
    case totalKept = "total-kept"
    case totalRenewed = "total-renewed"
    case partialsMerged = "partials-merged"
    case mergeStaged = "merge-staged"
    case mergeUnstaged = "merge-unstaged"
    case segmentMade = "segment-made"
    case segmentRefused = "segment-refused"
    case segmentUnplaced = "segment-unplaced"
    case outputDue = "output-due"
    case outputWritten = "output-written"
    case outputFailed = "output-failed"
    case outputLeft = "output-left"
    case published

    // Commands.
    case settings
    case note
    case remnantRemoved = "remnant-removed"
    case foreignFile = "foreign-file"
    case otherSettings = "other-settings"
    case foldsLacking = "folds-lacking"
    case stageTimes = "stage-times"
    case finished
    case failed
    case interrupted
    case databaseText = "database-text"
    case rowsBeyondSheet = "rows-beyond-sheet"
    case countsNothing = "counts-nothing"

    // A watch.
    case watching
    case stopped
    case troubled
    case recovered
    case reloaded
    case reloadRefused = "reload-refused"
    case settingChanged = "setting-changed"
    case dayMissing = "day-missing"
    case inboxProblem = "inbox-problem"
    case namesUnread = "names-unread"
    case datesChanged = "dates-changed"
    case changesUnseen = "changes-unseen"
    case reportsLost = "reports-lost"
    case outputLost = "output-lost"
    case commandFailed = "command-failed"
    case commandLate = "command-late"
    case commandLeft = "command-left"
    case problemsForgotten = "problems-forgotten"
    case serving
    case servingEnded = "serving-ended"
    case servingFailed = "serving-failed"
}
