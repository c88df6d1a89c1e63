//  Watching the inbox.
//
//      ┌─▶ wait        until the system tells of a change, a file is due, or it is time to look
//      │   survey      list the inbox, compare it with the ledger: the truth; what the system tells is a hint
//      │   settle      which of the candidates are whole
//      └── round       fold them, commit, publish; cut short when it takes longer than `publish_every`
//
//  Newest first: what came while others were read is in the next round, and a round is short; the rest of a long queue
//  is read in the rounds after it.
//
//  Whatever goes wrong, but for checkpoints that are damaged, is met in one way: everything is closed, the error is logged,
//  and after a while everything is opened as at the start. So coming back from a full disk, a folder that went away or a
//  ledger in use is the same way as starting, and what starting makes good is made good. The ledger that was open before
//  has to be there again: an empty folder in its place would be another history, and its reports would be wrong. The
//  pause grows, and health is down, until a round has succeeded; when reading files failed, one that reads files.
//
//  Each look also asks whether what was published is still there. What is not is made again, as any run does.

import Configuration
import DurableIO
import Events
import Inbox
import Logging
import Publishing
import Records
import RunSettings
import Wording

/// Folds what comes into the inbox, until it is stopped.
package final class Watcher {
    package private(set) var settings: Settings
    private let plan: any PlanWork
    private let reread: () throws -> Settings
    private let fileSystem: FileSystem
    private let logger: Logger
    private let requests: WatchRequests
    private let facts: WatchFactsBox
    private let service: ServiceNotifier
    private let hook: PublishHook
    private let outputs: OutputRenewal
    private let teller: ProblemTeller
    private let status: StatusPort

    /// What is open while all is well.
    private struct Work {
        var processor: Processor
        /// Nil when the system tells of nothing.
        var events: FolderEvents?
        /// What the system told of since the last listing.
        var closed: Set<String> = []
        var settling: Settling
        /// What the last round left published; nil when a round has to see to it.
        var published: PublishedFiles?
        var problems: Set<InboxProblem> = []
        var unread = UnreadNames()
        var redated: String?
    }

    private var work: Work?
    /// Why the system does not tell of all changes, as it was said last.
    private var eventsProblem: FolderEventsError?
    private var identity: String?
    /// Missing days that were said.
    private var loggedMissing: Set<String> = []
    private var backOff = BackOff()
    /// Whether a round that reads files failed, and none has succeeded since.
    private var isReadingInDoubt = false
    /// Waits where there are no events.
    private let alarm: Alarm

    /// - Parameters:
    ///   - reread: the configuration as it is now.
    ///   - plan: its work; a plan that was changed is noticed when the watch is started anew.
    package init(
        _ settings: Settings, rereading reread: @escaping () throws -> Settings, work plan: any PlanWork = RecordWork(),
        fileSystem: FileSystem = .real, logger: Logger, requests: WatchRequests, facts: WatchFactsBox,
        service: ServiceNotifier
    ) throws {
        self.settings = settings
        self.plan = plan
        self.reread = reread
        self.fileSystem = fileSystem
        self.logger = logger
        self.requests = requests
        self.facts = facts
        self.service = service
        hook = PublishHook(facts: facts, logger: logger)
        alarm = try Alarm()
        outputs = OutputRenewal(facts: facts, fileSystem: fileSystem, logger: logger) { [alarm] in alarm.ring() }
        teller = ProblemTeller(facts: facts, fileSystem: fileSystem, logger: logger) { [alarm] in alarm.ring() }
        status = StatusPort(
            pages: facts.pages(settings.configuration.planSettings), fileSystem: fileSystem, logger: logger)
        requests.onRequest { [alarm] in alarm.ring() }
        facts.onOtherProblems { [teller] in _ = teller.step(.now) }
    }
}

// MARK: - The loop

extension Watcher {
    /// Watches until it is asked to stop.
    ///
    /// - Throws: what a run throws, when it cannot be begun at all or the checkpoints are damaged.
    package func run() throws {
        try begin()
        while !requests.wantsStop {
            do {
                if requests.takeReload() { try reload() }
                if work == nil { try open() }
                try step()
            } catch  where Self.endsTheWatch(error) {
                close()
                throw error
            } catch {
                try meet(error)
            }
        }
        service.stopping()
        close()
        if !outputs.stop(seconds: Self.patienceWithOutputs) {
            logger.warning(.commandLeft, "an output is still being written; the watch ends without it")
        }
        if !hook.wait(seconds: Self.patienceWithHook) {
            logger.warning(.commandLeft, "the command after publishing is still running; the watch ends without it")
        }
        if !teller.stop(seconds: Self.patienceWithHook) {
            logger.warning(.commandLeft, "the command for problems is still running; the watch ends without it")
        }
        logger.info(.stopped, "stopped")
    }

    /// Opens everything for the first time. What is wrong with the settings ends the watch, so that it is noticed; a disk
    /// without room does not: whoever starts the watch at boot wants it to go on when there is room again.
    private func begin() throws {
        var failure: (any Error)?
        do {
            try open()
        } catch  where isForWantOfRoom(error) {
            failure = error
        }
        try status.follow(settings.configuration.watch.statusPort)
        follow()
        service.ready(status: "watching \(settings.configuration.inbox)")
        logger.info(.watching, "watching \(Show.name(settings.configuration.inbox))")
        if let failure { try meet(failure) }
    }

    /// Lets all that works beside the loop go by the settings.
    private func follow() {
        let configuration = settings.configuration
        facts.update { $0.output = configuration.output }
        outputs.drop(for: configuration)
        hook.follow(configuration.watch.onPublish)
        teller.follow(configuration)
    }

    /// How long the command after publishing may go on when the watch ends, in seconds.
    private static let patienceWithHook = 5.0
    /// How long an output may take to notice that it is not wanted any more, in seconds.
    private static let patienceWithOutputs = 5.0
    /// After a change the system often tells of more at once: files of a burst are read together.
    private static let burstPause = Duration.milliseconds(20)
    /// But nobody waits longer for a burst to end.
    private static let burstPauses = 5

    /// Looks at the inbox, does what there is to do, or waits.
    private func step() throws {
        service.alive()
        var work = self.work!
        try work.processor.checkInPlace()
        if let events = work.events { work.closed.formUnion(events.drain()) }
        let survey = try work.processor.survey()
        let hasNewFolders = watch(survey.folders, &work)
        say(survey, &work)
        let ready = work.settling.update(candidates: survey.candidates, closed: work.closed, now: .now)
        work.closed = []
        let (missing, nextDay) = missingDays(survey)
        facts.update { [states = work.processor.fileStates] in
            $0.states = states
            $0.backlog = survey.candidates.count
            $0.problems.survey(survey.fileProblems + missing)
        }
        if let lost = try work.published?.lost(fileSystem), !lost.isEmpty {
            logger.warning(
                .reportsLost,
                """
                gone from \(Show.name(settings.configuration.output)) or changed there: \(lost.joined(separator: ", ")); \
                the reports are written again
                """)
            work.published = nil
        }
        self.work = work
        let needsRound = !ready.isEmpty || work.published == nil
        if needsRound { try round(ready) }
        // Opening everything again proves nothing about files that could not be read to the end before.
        if !isReadingInDoubt || survey.candidates.isEmpty { recovered() }
        if !needsRound, !hasNewFolders {
            // What came into a new folder before it was watched is in the next listing.
            let deadlines = [work.settling.nextDeadline, outputs.step(.now), teller.step(.now), nextDay]
            wait(until: deadlines.compactMap { $0 }.min())
        }
    }

    /// The days that should have a file and have none, and when the next one is due.
    private func missingDays(_ survey: Survey) -> (problems: [Problem], next: ContinuousClock.Instant?) {
        guard let expectBy = settings.configuration.watch.expectBy else { return ([], nil) }
        let now = WallClock.now()
        let days = MissingDays(expectBy: expectBy, now: Int(now / 1_000_000_000))
        let problems = days.missing(from: survey.days).map { Problem(missing: $0, by: "\(expectBy)") }
        for problem in problems where loggedMissing.insert(problem.subject).inserted {
            logger.warning(.dayMissing, problem.reason, ["date": "\(problem.subject)"])
        }
        loggedMissing.formIntersection(problems.map(\.subject))
        return (problems, .now + .nanoseconds(Int64(days.nextDeadline) * 1_000_000_000 - now))
    }

    private func round(_ ready: [InboxFile]) throws {
        let end = ContinuousClock.now + .milliseconds(settings.configuration.watch.publishEvery.milliseconds)
        // Newest first; of one age by name.
        let files = ready.sorted {
            ($1.status.changed, $0.logicalName) < ($0.status.changed, $1.logicalName)
        }
        facts.update { facts in
            for file in files { facts.dates[ByteOrdered(file.logicalName)] = file.date }
        }
        if !files.isEmpty { isReadingInDoubt = true }
        let result = try work!.processor.round(files) { [requests] in
            !requests.isPending && ContinuousClock.now < end
        }
        let output = settings.configuration.output
        work!.published =
            try result.publication == .nothing
            ? PublishedFiles() : PublishedFiles(settings.plan.reports, in: output, fileSystem)
        if !files.isEmpty { isReadingInDoubt = false }
        let names = Set(result.files.map { ByteOrdered($0.name) })
        work!.settling.note(read: files.filter { names.contains(ByteOrdered($0.logicalName)) }, now: .now)
        for note in result.remarks { logger.warning(note.event, Show.name(note.text)) }
        try tell(result)
        if result.publication != .nothing {
            try outputs.want(try work!.processor.checkpoints.ledger.generation, settings)
            _ = outputs.step(.now)
        }
    }

    private func tell(_ result: RunResult) throws {
        let generation = result.publication == .nothing ? nil : try work!.processor.checkpoints.ledger.generation
        facts.update { [states = work!.processor.fileStates] facts in
            facts.add(result)
            facts.states = states
            facts.dates = [:]
            facts.backlog = max(0, facts.backlog - result.files.count)
            if let generation {
                facts.lastPublication = Double(WallClock.now()) / 1e9
                facts.generation = generation
            }
            if case .written = result.publication { facts.publications += 1 }
        }
        guard case .written(let generation, let count) = result.publication else { return }
        let words = settings.fold.plan.keyWords[0]
        let keys = Show.count(count, words)
        let output = settings.configuration.output
        logger.info(
            .published, "published generation \(generation): \(keys) in \(Show.name(output))",
            ["generation": "\(generation)", words.plural: "\(count)"])
        service.status("generation \(generation), \(keys)")
        hook.run(PublishHook.Event(receipt: Path.join(output, Publisher.receiptName), generation: generation))
    }

    /// What the inbox holds that is not read, or read again, is said when it is new.
    private func say(_ survey: Survey, _ work: inout Work) {
        for problem in survey.problems where !work.problems.contains(problem) {
            logger.warning(.inboxProblem, Show.name("\(problem)"), ["file": "\(Show.name(problem.path))"])
        }
        if survey.unread != work.unread, let text = survey.unread.text { logger.notice(.namesUnread, text) }
        if survey.redated != work.redated, let text = survey.redated { logger.warning(.datesChanged, Show.name(text)) }
        (work.problems, work.unread, work.redated) = (Set(survey.problems), survey.unread, survey.redated)
    }

    // MARK: Waiting

    private func wait(until deadline: ContinuousClock.Instant?) {
        var timeout = Duration.milliseconds(settings.configuration.watch.poll.milliseconds)
        if let interval = service.aliveInterval { timeout = min(timeout, interval) }
        if let deadline { timeout = min(timeout, max(.zero, deadline - .now)) }
        guard alarm.wait(timeout, for: work?.events?.descriptor) == .event else { return }
        for _ in 0..<Self.burstPauses {
            guard let events = work?.events else { return }
            work!.closed.formUnion(events.drain())
            guard alarm.wait(Self.burstPause, for: events.descriptor) == .event else { return }
        }
    }

    /// Has the system tell of changes in these folders; says so once when it does not.
    ///
    /// - Returns: whether some of them are new.
    private func watch(_ folders: [String: FolderIdentity], _ work: inout Work) -> Bool {
        do throws(FolderEventsError) {
            let hasNew = try work.events?.watch(folders) ?? false
            eventsProblem = nil
            return hasNew
        } catch {
            say(error)
            return false
        }
    }

    private func startEvents() -> FolderEvents? {
        if settings.configuration.watch.pollsOnly { return nil }
        do throws(FolderEventsError) {
            return try FolderEvents(settings.configuration.inbox)
        } catch {
            say(error)
            return nil
        }
    }

    private func say(_ error: FolderEventsError) {
        // Of many folders another one may be the first to fail each time.
        if eventsProblem?.code == error.code { return }
        eventsProblem = error
        logger.warning(
            .changesUnseen, "\(error): new files there are found by polling every \(settings.configuration.watch.poll)")
    }

    // MARK: Opening and closing

    private func open() throws {
        let log = WatchLog(
            logger: logger, onProgress: { [service] in service.alive() },
            onFile: { [facts] file in facts.update { $0.note(file) } })
        let processor = try Processor(
            settings, expecting: identity, work: plan, fileSystem: fileSystem, logger: logger, observer: log)
        identity = processor.checkpoints.ledger.identity
        var work = Work(
            processor: processor, events: startEvents(),
            settling: Settling(settle: .milliseconds(settings.configuration.watch.settle.milliseconds)))
        // Before anybody is told that the watch is at work: what is closed from then on need not settle.
        if work.events != nil { _ = watch(try processor.survey().folders, &work) }
        self.work = work
        requests.onRequest { [alarm, requests, cancellation = processor.cancellation] in
            if requests.wantsStop { cancellation.cancel() }
            alarm.ring()
        }
        // A request that came before it was known whom to tell.
        if requests.wantsStop { processor.cancellation.cancel() }
    }

    private func close() {
        requests.onRequest { [alarm] in alarm.ring() }
        work = nil
    }

    // MARK: Trouble

    /// Whether trying again cannot help: what counts is damaged, or is another program's.
    private static func endsTheWatch(_ error: any Error) -> Bool {
        guard let trouble = error as? any Trouble else { return true }
        return trouble.kind == .damaged
    }

    private func meet(_ error: any Error) throws {
        close()
        let pause = backOff.next()
        let text = words(of: error, settings.fold.plan)
        facts.update {
            $0.errors += 1
            $0.trouble = text
        }
        let retry: Logger.Metadata = [
            "failures": "\(backOff.failures)", "retry_seconds": "\(Show.seconds(pause.seconds))",
        ]
        let again = "retrying in \(Show.duration(pause.seconds))"
        if backOff.failures == 1 {
            logger.error(.troubled, "\(Show.name(text)); \(again)", error: error, retry)
        } else {
            logger.warning(.troubled, "\(Show.name(text)) (still); \(again)", error: error, retry)
        }
        service.status(text)
        let end = ContinuousClock.now + pause
        while ContinuousClock.now < end, !requests.isPending {
            service.alive()
            var timeout = end - .now
            if let interval = service.aliveInterval { timeout = min(timeout, interval) }
            _ = alarm.wait(timeout, for: nil)
        }
    }

    /// A round succeeded: whatever failed before it is over.
    private func recovered() {
        isReadingInDoubt = false
        if backOff.failures == 0 { return }
        backOff.reset()
        facts.update { $0.trouble = nil }
        service.status("watching \(settings.configuration.inbox)")
        logger.notice(.recovered, "back at work")
    }

    // MARK: Reloading

    /// Reads the configuration again; a wrong one is refused and the old one stays.
    private func reload() throws {
        service.reloading()
        defer { service.ready(status: nil) }
        let fresh: Settings
        do {
            fresh = try reread()
        } catch {
            logger.error(
                .reloadRefused, "the old configuration stays in use: \(words(of: error, settings.fold.plan))",
                error: error)
            return
        }
        let old = settings.configuration
        if fresh.configuration.means(old) {
            logger.notice(.reloaded, "the configuration was read again; nothing changed")
            // Whoever asks for it may have mended what failed.
            outputs.tryAgain()
            teller.follow(old)
            serve()
            return
        }
        logger.notice(.reloaded, "the configuration was read again and has changed")
        for (old, new) in zip(old.values, fresh.configuration.values) where old != new {
            logger.notice(
                .settingChanged, "\(new.name): \(old.text) is now \(new.text)", ["setting": "\(new.name)"])
        }
        if old.checkpoints != fresh.configuration.checkpoints { identity = nil }
        settings = fresh
        serve()
        close()
        follow()
        if old.inbox != fresh.configuration.inbox {
            logger.info(.watching, "watching \(Show.name(fresh.configuration.inbox))")
        }
        service.status("watching \(fresh.configuration.inbox)")
    }

    private func serve() {
        do {
            try status.follow(settings.configuration.watch.statusPort)
        } catch {
            logger.error(
                .servingFailed, "\(error): state, metrics and reports are still served on the old port", error: error)
        }
    }
}
