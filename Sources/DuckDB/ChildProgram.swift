//  A program that runs as our child, and the thread that keeps it.
//
//      caller    start ─▶ … send, receive, signal … ─▶ ending
//      keeper    vfork, exec ─▶ waits ─▶ takes the ending under the lock
//
//  The kernel kills the child when the *thread* that started it ends (prctl(2), PR_SET_PDEATHSIG), not when the process
//  does. A thread of a pool may end at any time, and its children would be killed for no reason. So each child has a thread
//  of its own, which starts it and ends after it.
//
//  A process number belongs to another process as soon as the ending has been taken. Signals are therefore sent under the
//  lock under which the ending is taken, and only before. They go to the child's process group: a script that
//  stands for the program has children of its own.

import CChildProcess
import DurableIO
import Glibc
import Pipelines

/// How a child ended.
package enum ChildEnding: Sendable, Hashable, CustomStringConvertible {
    case exited(code: Int)
    case signalled(number: Int)

    /// - Parameter status: of `wf_child_reap`.
    init(status: Int32) { self = status < 0 ? .signalled(number: Int(-status)) : .exited(code: Int(status)) }

    package var description: String {
        switch self {
        case .exited(let code): "ended with code \(code)"
        case .signalled(let number): "was ended by signal \(number) (\(String(cString: strsignal(Int32(number)))))"
        }
    }
}

/// What a child is started with.
struct ChildSetup: Sendable {
    var program: String
    /// Without the program's own name.
    var arguments: [String]
    var variables: [String: String]
    var folder: String
    /// Bytes of memory that it may have written to; nil for what this process may.
    var dataBytes: Int?
    /// Bytes that a file of its may have; nil for what this process may.
    var fileBytes: Int?
    /// The files and folders that it may change, opened; nil when the kernel is not asked to keep it from changing others.
    var changeable: [OpenFile]?

    /// An environment without anything of ours: it may have passwords in it. HOME, where DuckDB has extensions and secrets, is
    /// nowhere: below the temporary folder, which is permitted, INSTALL would begin to load from the network.
    static let emptyVariables = ["HOME": "/nonexistent", "LC_ALL": "C.UTF-8", "PATH": "/usr/local/bin:/usr/bin:/bin"]
}

/// A child that runs, or has ended.
///
/// `@unchecked Sendable`: what is mutable is touched under `monitor` only.
final class ChildProgram: @unchecked Sendable {
    private let monitor = Monitor()
    /// Until the keeper has it: it holds files open.
    private var setup: ChildSetup?
    private var child = wf_child()
    /// The error number of the start; nil before it.
    private var startCode: Int32?
    private var taken: ChildEnding?
    private var isInputOpen = true

    private init(_ setup: ChildSetup) { self.setup = setup }

    /// - Returns: the child, or the error number of what failed.
    static func start(_ setup: ChildSetup) -> Result<ChildProgram, StartFailure> {
        let program = ChildProgram(setup)
        guard DetachedThread.start(stackBytes: 256 << 10, { program.keep() }) else {
            return .failure(StartFailure(code: EAGAIN))
        }
        let code = program.monitor.withLock {
            while program.startCode == nil { program.monitor.wait() }
            return program.startCode!
        }
        return code == 0 ? .success(program) : .failure(StartFailure(code: code))
    }

    struct StartFailure: Error {
        /// The kernel's error number.
        var code: Int32
    }

    deinit {
        guard startCode == 0 else { return }
        if isInputOpen { close(child.input) }
        close(child.output)
        close(child.errors)
    }

    /// What the keeper does.
    private func keep() {
        var started = wf_child()
        let code = takeSetup().start(&started)
        monitor.withLock {
            child = started
            startCode = code
            monitor.broadcast()
        }
        guard code == 0 else { return }
        wf_child_await(started.process)
        monitor.withLock {
            taken = ChildEnding(status: wf_child_reap(started.process))
            monitor.broadcast()
        }
    }

    private func takeSetup() -> ChildSetup {
        monitor.withLock {
            defer { setup = nil }
            return setup!
        }
    }

    /// How it ended; nil while it runs.
    var ending: ChildEnding? { monitor.withLock { taken } }

    /// Whether the kernel has walls.
    static var hasWalls: Bool {
        let wall = wf_wall_make()
        if wall >= 0 { close(wall) }
        return wall >= 0
    }

    /// For tests.
    var process: Int32 { monitor.withLock { child.process } }

    /// Sends a signal to the child and its children, if it still runs.
    func signal(_ number: Int32) {
        monitor.withLock {
            guard taken == nil else { return }
            if kill(-child.process, number) < 0 { kill(child.process, number) }
        }
    }

    /// Ends its standard input. After that, nothing can be sent.
    func closeInput() {
        monitor.withLock {
            guard isInputOpen else { return }
            isInputOpen = false
            close(child.input)
        }
    }

    // MARK: Streams

    /// What of its streams is ready.
    struct Ready {
        var input = false
        var output = false
        var errors = false
    }

    /// Waits until a stream is ready or has ended.
    ///
    /// - Parameters:
    ///   - wanted: the streams that count.
    ///   - seconds: how long to wait at most.
    func ready(_ wanted: Ready, seconds: Double) -> Ready {
        var streams = [
            pollfd(fd: wanted.input ? child.input : -1, events: Int16(POLLOUT), revents: 0),
            pollfd(fd: wanted.output ? child.output : -1, events: Int16(POLLIN), revents: 0),
            pollfd(fd: wanted.errors ? child.errors : -1, events: Int16(POLLIN), revents: 0),
        ]
        // A signal that interrupts ends the wait early, which the caller is prepared for.
        guard poll(&streams, 3, Int32(max(seconds * 1000, 1))) > 0 else { return Ready() }
        return Ready(
            input: streams[0].revents != 0, output: streams[1].revents != 0, errors: streams[2].revents != 0)
    }

    /// Sends what fits.
    ///
    /// - Returns: how many bytes went; nil when nobody reads any more.
    func send(_ bytes: ArraySlice<UInt8>) -> Int? {
        let count = bytes.withUnsafeBytes { wf_child_send(child.input, $0.baseAddress, $0.count) }
        return count >= 0 ? count : errno == EAGAIN || errno == EINTR ? 0 : nil
    }

    enum Piece: Equatable {
        case bytes(Int)
        /// Nothing now.
        case nothing
        case end
    }

    enum Stream { case output, errors }

    /// Takes what is there, at most the buffer's size.
    func receive(_ stream: Stream, into buffer: UnsafeMutableRawBufferPointer) -> Piece {
        let count = wf_child_receive(stream == .output ? child.output : child.errors, buffer.baseAddress, buffer.count)
        if count > 0 { return .bytes(count) }
        return count < 0 && (errno == EAGAIN || errno == EINTR) ? .nothing : .end
    }

    // MARK: The end

    /// Waits for the end.
    ///
    /// - Returns: whether it came.
    func waitForEnd(seconds: Double) -> Bool { wait(seconds: seconds) { ending != nil } }

    /// Ends the child, gently first: an interrupted DuckDB removes the files that it spilled to.
    ///
    /// - Parameter patience: seconds before each next step.
    func stop(patience: Double = 0.5) {
        for number in [SIGINT, SIGTERM] {
            signal(number)
            if waitForEnd(seconds: patience) { return }
        }
        signal(SIGKILL)
        // Only a process that waits for a broken disk outlives this; its keeper takes the ending when it comes.
        _ = waitForEnd(seconds: 5)
    }
}

extension ChildSetup {
    /// Starts the child from the calling thread.
    ///
    /// - Returns: 0, or the error number.
    fileprivate func start(_ child: inout wf_child) -> Int32 {
        let wall = changeable == nil ? -1 : wf_wall_make()
        defer { if wall >= 0 { close(wall) } }
        if wall >= 0 {
            for file in changeable ?? [] {
                guard let status = try? file.status() else { return EIO }
                let code = wf_wall_allow(wall, file.descriptor, status.kind == .folder)
                if code != 0 { return code }
            }
        }
        let words = CStrings([program] + arguments)
        let environment = CStrings(variables.map { "\($0.key)=\($0.value)" })
        return program.withCString { program in
            folder.withCString { folder in
                var setup = wf_child_setup(
                    program: program, words: words.pointers, variables: environment.pointers, folder: folder,
                    data_bytes: UInt64(dataBytes ?? 0), file_bytes: UInt64(fileBytes ?? 0), wall: wall)
                return withExtendedLifetime((words, environment)) { wf_child_start(&setup, &child) }
            }
        }
    }
}

/// A list of strings as C has it, which ends with a null pointer.
private final class CStrings {
    let pointers: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
    private let count: Int

    init(_ strings: [String]) {
        count = strings.count
        pointers = .allocate(capacity: count + 1)
        for (index, string) in strings.enumerated() { (pointers + index).initialize(to: strdup(string)) }
        (pointers + count).initialize(to: nil)
    }

    deinit {
        for index in 0..<count { free(pointers[index]) }
        pointers.deallocate()
    }
}
