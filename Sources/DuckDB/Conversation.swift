//  One question and its answer.
//
//      we send       COPY (FROM query(E'…')) TO E'…' (…);     the statement, in one line
//                    .print 8f3a…-7                           a mark that no answer can have
//      it answers    {"n":"5"}                                rows, on standard output
//                    8f3a…-7                                  the statement is over, well or not
//      and           {"exception_type":"Binder", …}           on standard error, written before the mark
//
//  The shell goes on after a failed statement when it is not told to bail. So one child runs any number of statements, and
//  the mark alone says where an answer ends; a statement went well if nothing came on standard error until then. The mark
//  has 128 random bits: texts that make the program print (`write_log` did) cannot forge it.
//
//  All three streams are served at once, so neither side waits for the other for ever. The answer is held in memory up to a
//  limit; of standard error, the beginning is kept and the rest is thrown away.

import Glibc

struct Answer {
    /// Standard output without the mark.
    var output: [UInt8] = []
    /// Standard error; empty if all went well.
    var errors: [UInt8] = []

    /// The lines of the output that are not empty.
    var lines: [ArraySlice<UInt8>] { output.split(separator: UInt8(ascii: "\n")) }
}

struct Conversation {
    let child: ChildProgram
    /// Most bytes of one answer.
    let answerBytes: Int
    /// Whether somebody wants the child stopped.
    let isCancelled: @Sendable () -> Bool

    private let key: String
    private var questions = 0

    /// More than any message of DuckDB's; a script that prints for ever is not remembered.
    private static let errorBytes = 1 << 20
    /// How long a cancelled or ended child may go unnoticed, in seconds.
    private static let glance = 0.1

    init(_ child: ChildProgram, answerBytes: Int, isCancelled: @escaping @Sendable () -> Bool) {
        self.child = child
        self.answerBytes = answerBytes
        self.isCancelled = isCancelled
        var random = SystemRandomNumberGenerator()
        key = [random.next(), random.next()].map { (word: UInt64) in String(word, radix: 16) }.joined()
    }

    /// Sends lines and waits until they have been run.
    ///
    /// - Parameters:
    ///   - lines: without a line end at the end.
    ///   - seconds: how long the answer may take.
    /// - Throws: anything but `.statement`; the child is gone then.
    mutating func ask(_ lines: String, seconds: Double) throws(DuckDBError) -> Answer {
        questions += 1
        let mark = "\(key)-\(questions)"
        var exchange = Exchange(rest: Array("\(lines)\n.print \(mark)\n".utf8)[...], mark: Array("\(mark)\n".utf8))
        let end = ContinuousClock.now + .seconds(seconds)
        while true {
            if isCancelled() {
                child.stop()
                throw .cancelled
            }
            let left = Double((end - ContinuousClock.now) / .seconds(1))
            if left <= 0 {
                child.stop()
                throw .timedOut(seconds: seconds)
            }
            let hasEnded = child.ending != nil
            exchange.serve(child, seconds: hasEnded ? 0 : min(left, Self.glance), errorBytes: Self.errorBytes)
            if exchange.answer.output.count > answerBytes + mark.utf8.count {
                child.stop()
                throw .answerTooLong(bytes: answerBytes)
            }
            if exchange.isAnswered {
                exchange.takeErrors(child, errorBytes: Self.errorBytes)
                exchange.answer.output.removeLast(exchange.mark.count)
                return exchange.answer
            }
            if exchange.isOver || hasEnded { throw ended(exchange) }
        }
    }

    /// Why no mark came.
    private func ended(_ exchange: Exchange) -> DuckDBError {
        // A program that closes its streams and stays would be waited for in vain.
        if !child.waitForEnd(seconds: 1) { child.stop() }
        if isCancelled() { return .cancelled }
        var words = StatementError.withoutDrawing(String(decoding: exchange.answer.errors.prefix(1000), as: UTF8.self))
        if let error = words.isEmpty ? nil : StatementError(standardError: exchange.answer.errors) {
            words = error.headline
        }
        return .died(child.ending ?? .signalled(number: Int(SIGKILL)), lastWords: words)
    }
}

/// The bytes on their way.
private struct Exchange {
    var rest: ArraySlice<UInt8>
    let mark: [UInt8]
    var answer = Answer()
    private var isOutputOpen = true
    private var areErrorsOpen = true

    init(rest: ArraySlice<UInt8>, mark: [UInt8]) {
        self.rest = rest
        self.mark = mark
    }

    /// Whether the mark has come, at the beginning of a line.
    var isAnswered: Bool {
        let output = answer.output
        guard output.count >= mark.count, output[(output.count - mark.count)...].elementsEqual(mark) else {
            return false
        }
        return output.count == mark.count || output[output.count - mark.count - 1] == UInt8(ascii: "\n")
    }

    /// Whether nothing can come any more.
    var isOver: Bool { !isOutputOpen }

    /// Sends and takes what is ready.
    mutating func serve(_ child: ChildProgram, seconds: Double, errorBytes: Int) {
        let wanted = ChildProgram.Ready(input: !rest.isEmpty, output: isOutputOpen, errors: areErrorsOpen)
        let ready = child.ready(wanted, seconds: seconds)
        if ready.input {
            // What cannot be sent is not asked: the end of the output tells how it ends.
            if let count = child.send(rest) { rest = rest.dropFirst(count) } else { rest = [] }
        }
        if ready.errors { takeErrors(child, errorBytes: errorBytes) }
        if ready.output { take(child) }
    }

    private mutating func take(_ child: ChildProgram) {
        withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 16) { buffer in
            switch child.receive(.output, into: buffer) {
            case .bytes(let count): answer.output.append(contentsOf: buffer[..<count])
            case .nothing: break
            case .end: isOutputOpen = false
            }
        }
    }

    /// Takes all that is there.
    mutating func takeErrors(_ child: ChildProgram, errorBytes: Int) {
        withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 16) { buffer in
            // As much as a pipe holds, many times over: who writes for ever is not waited for.
            for _ in 0..<64 where areErrorsOpen {
                switch child.receive(.errors, into: buffer) {
                case .bytes(let count):
                    answer.errors.append(contentsOf: buffer[..<min(count, errorBytes - answer.errors.count)])
                case .nothing: return
                case .end: areErrorsOpen = false
                }
            }
        }
    }
}
