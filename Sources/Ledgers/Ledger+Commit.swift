//  The one way to change what the ledger says: a change is planned against what it says now, checked, and written in one
//  transaction. Whatever is wrong with it, nothing of it is written.
//
//  Steps, all inside the transaction:
//
//      1. write the new versions, so that they have ids, what was found out about them, and what was decided
//      2. for each file: may it make this step; which version counts under its name afterwards
//      3. write the file's row and its transition, what lies under the name and what it claims
//      4. end and begin counting intervals at generation + 1
//      5. check what only the whole shows: a content counts once, duplicates repeat what counts, sums fit
//      6. if anything started or stopped counting: generation + 1
//
//  Which states files come to is worked out by the caller (Resolution.swift); here it is made sure that they go together.

extension Ledger {
    /// What a change does to one name.
    private struct Step {
        var change: FileChange
        var old: FileRecord?
        /// The version that the new state is about.
        var version: VersionRecord?
        var digest: String?
        var stop: (VersionID, StopReason)?
        var start: VersionRecord?
        /// The version that counts under the name afterwards.
        var counting: VersionID?
    }

    /// Writes one change, whole or not at all.
    ///
    /// - Returns: the generation that it led to; the same as before when nothing started or stopped counting.
    /// - Throws: `.refused` and `.sumWouldOverflow` for a change that must not be; `.sqlite` when the disk fails. If
    ///   that was an I/O error, the outcome is open: open the ledger afresh and look.
    @discardableResult
    package func commit(_ change: CommitChange) throws(LedgerError) -> Int {
        var magnitudes: (generation: Int, sum: Int64)?
        let generation = try writing("committing a change") {
            let run = try connection.first(
                "SELECT 1 FROM runs WHERE id = ? AND outcome IS NULL", [change.run.rawValue]
            ) { _ in true }
            guard run == true else { throw ChangeViolation.unknownRun(change.run) }
            let time = now()
            let before = try storedGeneration()
            var added: [VersionRecord] = []
            for version in change.versions { added.append(try insert(version, change.run, time)) }
            try insertSums(change.versions, added)
            try insert(
                zip(change.versions, added).flatMap { version, record in version.folds.map { (record.id, $0) } }
                    + change.folds)
            for (version, judgement) in change.judgements { try insert(judgement, of: id(version, added)) }
            for version in change.losses {
                try connection.run(
                    "INSERT INTO losses (version, run) VALUES (?, ?) ON CONFLICT DO NOTHING",
                    [version.rawValue, change.run.rawValue])
            }
            for decision in change.decisions { try insert(decision, change.run, time, before) }
            var names: Set<[UInt8]> = []
            var steps: [Step] = []
            for file in change.files {
                // Not a set of strings: those compare by canonical equivalence, names by bytes.
                guard names.insert(Array(file.name.utf8)).inserted else {
                    throw ChangeViolation.namedTwice(name: file.name)
                }
                steps.append(try plan(file, added))
            }
            let changesCounting = steps.contains { $0.stop != nil || $0.start != nil }
            let after = changesCounting ? before + 1 : before
            for step in steps { try write(step, change.run, time, after, added) }
            for (name, version) in change.arrivals {
                try connection.run(
                    "INSERT INTO arrivals (run, name, version) VALUES (?, ?, ?)",
                    [change.run.rawValue, name, id(version, added).rawValue])
            }
            for case (let version, let reason)? in steps.map(\.stop) {
                try connection.run(
                    "UPDATE counting SET to_generation = ?, ended = ? WHERE version = ? AND to_generation IS NULL",
                    [after, reason.rawValue, version.rawValue])
            }
            for version in steps.compactMap(\.start) {
                if !change.countsDuplicates, let other = try storedCountingName(version.facts.digest) {
                    throw ChangeViolation.countsAlready(name: version.facts.name, under: other)
                }
                try connection.run(
                    """
                    INSERT INTO counting (version, name, digest, shared, from_generation) VALUES (?, ?, ?, ?, ?)
                    """,
                    [
                        version.id.rawValue, version.facts.name, version.facts.digest, change.countsDuplicates, after,
                    ])
            }
            try checkDuplicates(steps, change.run, time, after)
            if changesCounting {
                magnitudes = (after, try checkSums(steps, before: before, after: after))
                try connection.run("UPDATE meta SET value = value + 1 WHERE key = 'generation'")
            }
            if let rules = change.rules {
                try connection.run(
                    "INSERT INTO rules (from_generation, text) SELECT ?1, ?2"
                        + " WHERE ?2 IS NOT (SELECT text FROM rules ORDER BY id DESC LIMIT 1)", [after, rules])
            }
            return after
        }
        // Only what was committed may be remembered.
        if let magnitudes { countedMagnitudes = magnitudes }
        return generation
    }

    /// Writes down that files were seen again with the same content: only where they lie and what they look like from
    /// outside changes. Their dates stay those of their versions.
    package func seen(_ files: [(name: String, location: FileLocation)]) throws(LedgerError) {
        if files.isEmpty { return }
        try writing("updating what files look like") {
            for (name, location) in files {
                try connection.run(
                    """
                    UPDATE files SET path = ?, device = ?, inode = ?, size = ?, modified_ns = ?, changed_ns = ?
                    WHERE name = ?
                    """, [location.path] + Self.values(location.hint) + [name])
                guard connection.changes == 1 else { throw ChangeViolation.unknownFile(name: name) }
            }
        }
    }

    private static func values(_ location: FileLocation) -> [any SQLiteBindable] {
        [location.path, location.date] + values(location.hint)
    }

    private static func values(_ hint: FileHint?) -> [any SQLiteBindable] {
        [
            hint.map { Int64(bitPattern: $0.device) },
            hint.map { Int64(bitPattern: $0.inode) }, hint?.size, hint?.modified, hint?.changed,
        ]
    }

    // MARK: Decisions

    private func insert(_ decision: ContentDecision, _ run: RunID, _ time: Int64, _ generation: Int) throws {
        try connection.run(
            "INSERT INTO decisions (at, run, generation, kind, name, digest) VALUES (?, ?, ?, ?, ?, ?)",
            [time, run.rawValue, generation, decision.kind.rawValue, decision.name, decision.digest])
    }

    private func insert(_ judgement: VersionJudgement, of version: VersionID) throws {
        try connection.run(
            "INSERT INTO judgements (version, rejected_bytes, held, unusual) VALUES (?, ?, ?, ?)",
            [version.rawValue, judgement.rejectedBytes, judgement.held, judgement.unusual])
    }

    // MARK: Versions

    private func id(_ reference: VersionReference, _ added: [VersionRecord]) -> VersionID {
        switch reference {
        case .existing(let id): id
        case .added(let index): added[index].id
        }
    }

    private func insert(_ version: NewVersion, _ run: RunID, _ time: Int64) throws -> VersionRecord {
        let facts = version.facts
        let tally = RecordTally(version.outcomes)
        try Self.checkConservation(version)
        try connection.run(
            """
            INSERT INTO versions (name, digest, date, size, stored_size, compression, container, partial, partial_size,
                partial_digest, fold, settings, rows, records_read, records_folded, records_ignored, records_rejected,
                records_coerced, folded_at, run)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                facts.name, facts.digest, facts.date, facts.size, facts.storedSize, facts.compression, facts.container,
                facts.partial, facts.partialSize, facts.partialDigest, LedgerSchema.ownFold, facts.settings, facts.rows,
                tally.read, tally.folded, tally.ignored, tally.rejected, tally.coerced, time, run.rawValue,
            ])
        let id = VersionID(connection.lastInsertedRow)
        for (reason, records) in version.outcomes.rejected.sorted(by: { $0.key < $1.key }) where records > 0 {
            try connection.run(
                "INSERT INTO rejections (version, reason, records) VALUES (?, ?, ?)",
                [id.rawValue, reason.rawValue, records])
        }
        if let observations = version.observations { try insert(observations, of: id) }
        return VersionRecord(id: id, facts: facts, tally: tally, foldedAt: time, run: run)
    }

    /// Sums and break-downs of all versions of a change, many rows with each statement.
    private func insertSums(_ versions: [NewVersion], _ added: [VersionRecord]) throws(SQLiteError) {
        try connection.insert(
            into: "sums (version, measure, sum, magnitude)",
            added.map { [$0.id.rawValue, LedgerSchema.ownMeasure, $0.facts.sum, $0.facts.magnitude] })
        try connection.insert(
            into: "breakdowns (version, measure, label, records, sum)",
            zip(versions, added).flatMap { version, record in
                version.breakdown.map {
                    [record.id.rawValue, LedgerSchema.ownMeasure, $0.label, $0.records, $0.sum]
                }
            })
    }

    private static func checkConservation(_ version: NewVersion) throws {
        let facts = version.facts
        func refuse(_ detail: String) -> ChangeViolation { .notConserved(name: facts.name, detail: detail) }
        var records = 0
        var sum: Int64 = 0
        for part in version.breakdown {
            let (nextRecords, recordsOverflow) = records.addingReportingOverflow(part.records)
            let (nextSum, sumOverflow) = sum.addingReportingOverflow(part.sum)
            guard !recordsOverflow, !sumOverflow else { throw LedgerError.sumWouldOverflow(name: facts.name) }
            (records, sum) = (nextRecords, nextSum)
        }
        guard version.outcomes.rejected.values.allSatisfy({ $0 >= 0 }) else { throw refuse("a negative count") }
        guard records == version.outcomes.folded else {
            throw refuse("\(version.outcomes.folded) records were folded, its labels have \(records)")
        }
        guard sum == facts.sum else { throw refuse("its sum is \(facts.sum), that of its labels \(sum)") }
        guard facts.magnitude >= 0, facts.sum.magnitude <= UInt64(facts.magnitude) else {
            throw refuse("its sum is \(facts.sum), that of the magnitudes only \(facts.magnitude)")
        }
    }

    // MARK: Files

    private func plan(_ change: FileChange, _ added: [VersionRecord]) throws -> Step {
        let name = change.name
        let state = change.status.state
        let old = try storedFile(name)
        guard (old?.state.next ?? FileState.first).contains(state) else {
            throw ChangeViolation.forbiddenTransition(name: name, from: old?.state, to: state)
        }
        guard !state.needsReason || !change.reason.isEmpty else {
            throw ChangeViolation.reasonMissing(name: name, state: state)
        }
        guard old != nil || change.location != nil else { throw ChangeViolation.locationMissing(name: name) }
        var step = Step(change: change, old: old)
        if let reference = change.status.version { step.version = try resolve(reference, name, added) }
        switch change.status {
        case .new, .waiting, .failed: step.digest = nil
        case .folded, .held: step.digest = step.version!.facts.digest
        case .duplicate(let original, _, _) where original.utf8.elementsEqual(name.utf8):
            throw ChangeViolation.duplicateOfNothing(name: name, of: original)
        case .duplicate(_, let digest, _), .retracted(let digest, _):
            guard step.version.map({ $0.facts.digest == digest }) ?? true else {
                throw ChangeViolation.digestMismatch(name: name)
            }
            step.digest = digest
        }
        try planCounting(&step, added)
        let isRetracted = try step.digest.map { try storedIsRetracted($0, under: name) } ?? false
        if state == .retracted, !isRetracted { throw ChangeViolation.notRetracted(name: name) }
        if state == .folded, isRetracted { throw ChangeViolation.retractedContent(name: name) }
        return step
    }

    private func resolve(
        _ reference: VersionReference, _ name: String, _ added: [VersionRecord]
    ) throws -> VersionRecord {
        let version: VersionRecord? =
            switch reference {
            case .existing(let id): try storedVersion(id)
            case .added(let index): added.indices.contains(index) ? added[index] : nil
            }
        guard let version, version.facts.name.utf8.elementsEqual(name.utf8) else {
            throw ChangeViolation.unknownVersion(name: name)
        }
        return version
    }

    private func planCounting(_ step: inout Step, _ added: [VersionRecord]) throws {
        let state = step.change.status.state
        let counting = step.old?.counting
        step.counting = counting
        var wanted: VersionRecord?
        var given: StopReason?
        // A retracted content that is held was never what the name gave.
        var isGivingMore = false
        if case .version = step.change.gives, state == .retracted { isGivingMore = true }
        if state.leavesCountedAlone || isGivingMore {
            switch step.change.gives {
            case .asBefore: return
            case .version(let version): wanted = try resolve(version, step.change.name, added)
            case .nothing(let reason): given = reason
            }
        } else if state == .folded {
            wanted = step.version
        } else if case .nothing(let reason) = step.change.gives {
            given = reason
        }
        step.counting = wanted?.id
        if let wanted, counting != wanted.id { step.start = wanted }
        guard let counting, counting != wanted?.id else { return }
        let reason: StopReason
        if let given {
            reason = given
        } else if state == .retracted {
            reason = .retracted
        } else if let wanted, try storedVersion(counting)?.facts.digest == wanted.facts.digest {
            reason = .refolded
        } else {
            reason = .replaced
        }
        step.stop = (counting, reason)
    }

    private func write(_ step: Step, _ run: RunID, _ time: Int64, _ generation: Int, _ added: [VersionRecord]) throws {
        let change = step.change
        let status = change.status
        var original: String?
        if case .duplicate(let name, _, _) = status { original = name }
        var tally: RecordTally?
        if case .failed(let counts) = status { tally = counts }
        var retracted = step.old?.retractedDigest
        if case .retracted(let digest, _) = status {
            retracted = digest
        } else if let digest = retracted, try !storedIsRetracted(digest, under: change.name) {
            retracted = nil
        }
        let state: [any SQLiteBindable] = [
            status.state.rawValue, step.version?.id.rawValue, step.digest, original, retracted, change.reason, time,
            tally?.folded, tally?.ignored, tally?.rejected, tally?.coerced,
        ]
        try connection.run(
            """
            INSERT INTO files (path, date, device, inode, size, modified_ns, changed_ns, state, version, digest,
                duplicate_of, retracted_digest, reason, since, records_folded, records_ignored, records_rejected,
                records_coerced, name)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (name) DO UPDATE SET path = excluded.path, date = excluded.date, device = excluded.device,
                inode = excluded.inode, size = excluded.size, modified_ns = excluded.modified_ns,
                changed_ns = excluded.changed_ns, state = excluded.state, version = excluded.version,
                digest = excluded.digest, duplicate_of = excluded.duplicate_of,
                retracted_digest = excluded.retracted_digest, reason = excluded.reason, since = excluded.since,
                records_folded = excluded.records_folded, records_ignored = excluded.records_ignored,
                records_rejected = excluded.records_rejected, records_coerced = excluded.records_coerced
            """, Self.values(change.location ?? step.old!.location) + state + [change.name])
        try writeTransition(
            change.name, from: step.old?.state, to: status.state, step.version?.id, change.reason, run, time, generation
        )
        try writeHolding(step, generation, added)
    }

    private func writeHolding(_ step: Step, _ generation: Int, _ added: [VersionRecord]) throws {
        let name = step.change.name
        let holding: NameHolding<VersionID>
        if let given = step.change.holding {
            holding = NameHolding(
                present: try given.present.map { try resolve($0, name, added).id },
                claim: try given.claim.map { try resolve($0, name, added).id }, fits: given.fits)
        } else {
            var claim = step.counting
            if case .duplicate = step.change.status { claim = step.version?.id }
            holding = NameHolding(present: step.version?.id, claim: claim)
        }
        guard holding != step.old?.holding else { return }
        let digest = try holding.claim.flatMap { try storedVersion($0)?.facts.digest }
        if let digest, try storedIsRetracted(digest, under: name) { throw ChangeViolation.retractedContent(name: name) }
        try connection.run(
            """
            INSERT INTO holdings (name, present, claim, digest, fits) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (name) DO UPDATE SET present = excluded.present, claim = excluded.claim,
                digest = excluded.digest, fits = excluded.fits
            """, [name, holding.present?.rawValue, holding.claim?.rawValue, digest, holding.fits])
        guard holding.claim != step.old?.holding.claim else { return }
        try connection.run(
            "INSERT INTO claims (name, version, digest, from_generation) VALUES (?, ?, ?, ?)",
            [name, holding.claim?.rawValue, digest, generation])
    }

    private func writeTransition(
        _ name: String, from: FileState?, to: FileState, _ version: VersionID?, _ reason: String, _ run: RunID,
        _ time: Int64, _ generation: Int
    ) throws {
        try connection.run(
            """
            INSERT INTO transitions (at, run, name, from_state, to_state, version, generation, reason)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [time, run.rawValue, name, from?.rawValue, to.rawValue, version?.rawValue, generation, reason])
    }

    // MARK: What only the whole shows

    /// Every duplicate repeats a content that counts under the name it gives. Those left behind when the copy that
    /// counted is gone follow the content to its new name, with a transition of their own; without one the change is
    /// refused.
    private func checkDuplicates(_ steps: [Step], _ run: RunID, _ time: Int64, _ generation: Int) throws {
        for step in steps {
            guard case .duplicate(let original, let digest, _) = step.change.status else { continue }
            guard try counts(digest, under: original) else {
                throw ChangeViolation.duplicateOfNothing(name: step.change.name, of: original)
            }
        }
        for case (let stopped, _)? in steps.map(\.stop) {
            guard let digest = try storedVersion(stopped)?.facts.digest else { continue }
            for file in try duplicates(digest: digest) {
                guard case .duplicate(let original, _, let version) = file.status,
                    try !counts(digest, under: original)
                else { continue }
                guard let heir = try storedCountingName(digest) else {
                    throw ChangeViolation.duplicateOfNothing(name: file.name, of: original)
                }
                try connection.run("UPDATE files SET duplicate_of = ? WHERE name = ?", [heir, file.name])
                try writeTransition(
                    file.name, from: .duplicate, to: .duplicate, version, "its content counts under \(heir) now", run,
                    time, generation)
            }
        }
    }

    private func counts(_ digest: String, under name: String) throws(SQLiteError) -> Bool {
        try connection.first(
            "SELECT 1 FROM counting WHERE name = ? AND digest = ? AND to_generation IS NULL", [name, digest]
        ) { _ in true } ?? false
    }

    /// No sum over what counts can leave 64 bits, whatever it is grouped by: the sum of all magnitudes does not.
    ///
    /// - Returns: that sum, as of the new generation.
    private func checkSums(_ steps: [Step], before: Int, after: Int) throws -> Int64 {
        var sum: Int64
        if let known = countedMagnitudes, known.generation == before {
            sum = known.sum
            // What counted fits, so taking some of it away does.
            for case (let version, _)? in steps.map(\.stop) {
                sum -= try storedVersion(version)?.facts.magnitude ?? 0
            }
        } else {
            // What counted before fits, because it was checked when it began to; so the sum cannot fail.
            sum = try connection.first(
                """
                SELECT coalesce(sum(s.magnitude), 0) FROM counting c JOIN sums s ON s.version = c.version
                WHERE s.measure = ? AND c.to_generation IS NULL AND c.from_generation < ?
                """, [LedgerSchema.ownMeasure, after]
            ) { (row) throws(SQLiteError) in try row.integer(0) }!
        }
        for version in steps.compactMap(\.start) {
            let (next, overflow) = sum.addingReportingOverflow(version.facts.magnitude)
            guard !overflow else { throw LedgerError.sumWouldOverflow(name: version.facts.name) }
            sum = next
        }
        return sum
    }
}
