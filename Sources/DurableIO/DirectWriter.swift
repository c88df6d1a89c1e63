//  Writing past the kernel's cache.
//
//  A write usually copies its bytes into pages that the kernel has to find first, and that it writes to the disk later.
//  For a large file that is fsynced at once and not read again soon, that is work for nothing, and it pushes out of
//  memory what is read again. A direct write (open(2), O_DIRECT) goes from the caller's memory to the disk. Its offset,
//  length and address are multiples of the disk's unit, so bytes are gathered into pieces first:
//
//      written     ···· ······· ·· ··········· ····· ······
//      pieces      ├──── 1 MiB ────┼──── 1 MiB ────┼─ whole units ─┼ rest ┤
//      by way of    the disk         the disk        the disk        the cache, then fsync
//
//  A file below the first piece goes through the cache as a whole. So does everything where the file system knows no
//  direct writes: some say so when they are asked for, others by refusing the first one (EINVAL).

import Glibc

/// Gathers what is written to a new file, from its beginning on, into direct writes.
final class DirectWriter {
    /// Large enough that a disk is as fast as it can be, small enough that it stays in the second-level cache.
    private static let pieceBytes = 1 << 20
    /// Offsets, lengths and addresses are multiples of this.
    private static let unit = 4096

    private enum Way { case undecided, direct, cached }

    private let file: OpenFile
    private let piece: UnsafeMutableRawBufferPointer
    /// Bytes of `piece` that are filled; below its size between calls.
    private var used = 0
    /// Where in the file the piece begins; a multiple of `unit`.
    private var offset = 0
    private var way = Way.undecided

    init(_ file: OpenFile) {
        self.file = file
        piece = .allocate(byteCount: Self.pieceBytes, alignment: Self.unit)
    }

    deinit { piece.deallocate() }

    func write(_ bytes: UnsafeRawBufferPointer) throws(IOError) {
        var rest = bytes
        while !rest.isEmpty {
            let count = min(rest.count, piece.count - used)
            UnsafeMutableRawBufferPointer(rebasing: piece[used..<used + count]).copyMemory(
                from: UnsafeRawBufferPointer(rebasing: rest[..<count]))
            used += count
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            if used < piece.count { continue }
            if way == .undecided { way = file.setDirect(true) ? .direct : .cached }
            try put(0..<used)
            offset += used
            used = 0
        }
    }

    /// Writes what is left. Nothing may be written afterwards.
    func finish() throws(IOError) {
        let whole = way == .direct ? used / Self.unit * Self.unit : 0
        try put(0..<whole)
        if way == .direct { _ = file.setDirect(false) }
        way = .cached
        try put(whole..<used)
        offset += used
        used = 0
    }

    /// Writes a part of the piece to its place.
    private func put(_ part: Range<Int>) throws(IOError) {
        let bytes = UnsafeRawBufferPointer(rebasing: piece[part])
        let place = offset + part.lowerBound
        do {
            try file.write(bytes, at: place)
        } catch  where error.code == EINVAL && way == .direct {
            // Refused, or cut short by the system at a length that a direct write cannot go on from.
            _ = file.setDirect(false)
            way = .cached
            try file.write(bytes, at: place)
        }
        if way == .cached { file.beginWriteback(place..<place + bytes.count) }
    }
}
