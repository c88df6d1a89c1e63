//  Growable raw memory that encoders write into through a pointer.

/// Bytes being assembled. Reused from page to page, so that encoding allocates nothing once it runs.
final class OutputBuffer {
    /// Bytes that may be written past what was reserved, so that encoders can store whole words.
    static let slack = 64

    private(set) var base: UnsafeMutablePointer<UInt8>
    /// How many bytes `base` has room for, slack not counted.
    private var capacity: Int
    /// How many bytes are written.
    private(set) var count = 0

    init(capacity: Int = 1 << 16) {
        self.capacity = capacity
        base = .allocate(capacity: capacity + Self.slack)
    }

    deinit { base.deallocate() }

    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

    func removeAll() { count = 0 }

    /// Room for `byteCount` more bytes and the slack; the pointer is good until the next call.
    func reserve(_ byteCount: Int) -> UnsafeMutablePointer<UInt8> {
        if byteCount > capacity - count {
            let newCapacity = max(capacity * 2, count + byteCount)
            let newBase = UnsafeMutablePointer<UInt8>.allocate(capacity: newCapacity + Self.slack)
            newBase.update(from: base, count: count)
            base.deallocate()
            base = newBase
            capacity = newCapacity
        }
        return base + count
    }

    /// Counts bytes that were written where `reserve` pointed.
    func advance(_ byteCount: Int) {
        precondition(byteCount <= capacity - count, "\(byteCount) bytes written where \(capacity - count) fit")
        count += byteCount
    }

    /// Counts bytes up to `end`, which lies within what `reserve` gave.
    func advance(to end: UnsafeMutablePointer<UInt8>) { advance(end - (base + count)) }

    func append(_ source: UnsafeRawBufferPointer) {
        guard let address = source.baseAddress, source.count > 0 else { return }
        UnsafeMutableRawPointer(reserve(source.count)).copyMemory(from: address, byteCount: source.count)
        advance(source.count)
    }

    /// - Precondition: four bytes are written from `position` on.
    func overwrite(littleEndian value: UInt32, at position: Int) {
        precondition(position >= 0 && position + 4 <= count, "byte \(position) of \(count)")
        UnsafeMutableRawPointer(base + position).storeBytes(of: value.littleEndian, as: UInt32.self)
    }

    func append(littleEndian value: UInt32) {
        UnsafeMutableRawPointer(reserve(4)).storeBytes(of: value.littleEndian, as: UInt32.self)
        advance(4)
    }
}

/// Scratch memory that is kept from use to use. Not initialised.
final class Workspace<Element: BitwiseCopyable> {
    private var base: UnsafeMutablePointer<Element> = .allocate(capacity: 1)
    private var capacity = 1

    deinit { base.deallocate() }

    /// Room for so many elements; what was there before is lost, and the pointer is good until the next call.
    func room(for count: Int) -> UnsafeMutablePointer<Element> {
        if count > capacity {
            base.deallocate()
            base = .allocate(capacity: count)
            capacity = count
        }
        return base
    }
}
