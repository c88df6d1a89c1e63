//  What every format's decoder is to `Decoder`: a machine that goes step by step, shortens the buffers by what it consumed
//  and filled, and stays where it is when the input is used up or the output is full.

/// What goes wrong inside a format; `Decoder` adds where.
enum DecodingFault: Error {
    /// The bytes at a boundary begin no member or frame; `matched` of those consumed still looked as if they did.
    case notAUnit(matched: Int)
    /// There are bytes where nothing may follow.
    case behindTheEnd
    case corrupt(String)
    case unsupported(String)
    case outOfMemory
}

/// One format's decoder.
protocol DecodingEngine: AnyObject {
    var compression: Compression { get }
    /// Whether a member or frame that can carry content has been decoded to its end.
    var hasContent: Bool { get }
    /// Whether the input may end here.
    var isAtBoundary: Bool { get }
    /// Goes a step: drops what it consumes from the front of `input` and what it fills from the front of `output`.
    ///
    /// - Returns: whether another step with what is left may get further.
    func advance(
        _ input: inout UnsafeRawBufferPointer, _ output: inout UnsafeMutableRawBufferPointer
    ) throws(DecodingFault) -> Bool
}

extension UnsafeRawBufferPointer {
    /// Shortens the buffer by its first `count` bytes.
    mutating func drop(_ count: Int) { self = UnsafeRawBufferPointer(rebasing: self[count...]) }
}

extension UnsafeMutableRawBufferPointer {
    /// Shortens the buffer by its first `count` bytes.
    mutating func drop(_ count: Int) { self = UnsafeMutableRawBufferPointer(rebasing: self[count...]) }
}
