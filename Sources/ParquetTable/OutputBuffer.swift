//  Bytes that encoders write through a pointer, and scratch memory.

/// Bytes being assembled. Reused from page to page, so that encoding allocates nothing once it runs.
typealias OutputBuffer = GrowingMemory<UInt8>

extension OutputBuffer {
    /// Large enough for most pages.
    convenience init() { self.init(capacity: 1 << 16) }

    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

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
