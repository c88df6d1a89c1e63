//  Decompression as a machine that is pushed compressed bytes and pulled decompressed ones, with buffers of any size
//  on both sides, so that a file of any size, and any ratio, goes through a bounded amount of memory.
//
//  Decoding a file read in chunks:
//
//      var decoder = Decoder(.gzip)
//      while let chunk = try read() {                      // UnsafeRawBufferPointer
//          var rest = chunk
//          repeat {
//              let (consumed, produced) = try decoder.decode(input: rest, into: output)
//              use(output[..<produced])
//              rest = UnsafeRawBufferPointer(rebasing: rest[consumed...])
//          } while !rest.isEmpty
//      }
//      try decoder.finish()
//
//  Progress. With input and output that are not empty, a call consumes or produces at least one byte, or throws. It
//  goes on until the input is used up or the output is full. So the loop above ends.
//
//  Nothing is left behind. All formats end with a mark that stands behind the compressed data, and the decoder takes
//  the last byte of that mark only when all that goes before has been produced. When the last byte of a whole file
//  has been consumed, its last decompressed byte has been produced, and no call with an empty input is needed to
//  fetch more. (Within a file there may be more to produce from bytes already consumed; a call with the next input,
//  or with an empty one, brings it out.)
//
//  Wholeness. A file is whole if it ends exactly behind a member or frame, and holds at least one that can carry
//  content. A skippable LZ4 frame cannot, so a file of nothing else is not whole. Since members and frames are
//  independent, a file cut exactly between two of them is a whole, shorter file: no decoder can tell. A zip archive is
//  whole with the end of its directory.

/// Decompresses one file.
///
/// Memory: gzip and zip 100 KiB; LZ4 at most 8.2 MiB, which frames with blocks of 4 MiB need; zstd its window, at most
/// 128 MiB; whatever the size of the content.
///
/// A decoder that has thrown throws the same error ever after.
package struct Decoder: ~Copyable {
    /// That which was asked for; zstd instead of LZ4 for a file that begins with a skippable frame, once it shows.
    package var compression: Compression { engine.compression }
    /// How many compressed bytes have been consumed.
    package private(set) var compressedOffset = 0
    /// How many decompressed bytes have been produced.
    package private(set) var decompressedOffset = 0

    private let engine: any DecodingEngine
    /// Set by the first error; there is no way on from a broken stream.
    private var failure: CodecError?

    /// Begins a file. With `Compression.none` the bytes are copied as they are.
    package init(_ compression: Compression) {
        switch compression {
        case .none: engine = PlainEngine()
        case .gzip: engine = GzipEngine()
        case .lz4: engine = FrameEngine()
        case .zstd: engine = ZstdEngine()
        case .zip: engine = ZipEngine()
        }
    }

    /// Whether a file that ended here would be whole.
    package var isAtBoundary: Bool { failure == nil && engine.isAtBoundary }

    /// Decompresses until the input is used up or the output is full.
    ///
    /// - Parameters:
    ///   - input: the bytes that follow those consumed so far; may be empty.
    ///   - output: where decompressed bytes go, from its beginning. If it is empty, the call takes what brings nothing
    ///     forth, such as headers.
    /// - Returns: how many bytes of the input were consumed and how many of the output were filled.
    /// - Throws: `CodecError`, except `.truncated`. What this call had produced is not to be used.
    package mutating func decode(
        input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(CodecError) -> (consumed: Int, produced: Int) {
        if let failure { throw failure }
        var rest = input
        var room = output
        var fault: DecodingFault?
        do throws(DecodingFault) {
            while try engine.advance(&rest, &room) {}
        } catch {
            fault = error
        }
        let consumed = input.count - rest.count
        let produced = output.count - room.count
        compressedOffset += consumed
        decompressedOffset += produced
        if let fault {
            let error = self.error(for: fault)
            failure = error
            throw error
        }
        precondition(
            consumed + produced > 0 || input.isEmpty || output.isEmpty,
            "the \(compression) decoder stands still at byte \(compressedOffset)")
        return (consumed, produced)
    }

    /// Confirms that the input has ended where it may end.
    ///
    /// - Throws: `.truncated` if it has not; the error of an earlier `decode` if there was one.
    package func finish() throws(CodecError) {
        if let failure { throw failure }
        guard engine.isAtBoundary else {
            throw .truncated(
                compression, compressedOffset: compressedOffset, decompressedOffset: decompressedOffset)
        }
    }

    private func error(for fault: DecodingFault) -> CodecError {
        switch fault {
        case .notAUnit(let matched) where engine.hasContent:
            .trailingGarbage(compression, compressedOffset: compressedOffset - matched)
        case .notAUnit(let matched):
            .corrupt(
                compression, what: "no \(compression.unit) begins here",
                compressedOffset: compressedOffset - matched)
        case .behindTheEnd: .trailingGarbage(compression, compressedOffset: compressedOffset)
        case .corrupt(let what): .corrupt(compression, what: what, compressedOffset: compressedOffset)
        case .unsupported(let what): .unsupported(compression, what: what, compressedOffset: compressedOffset)
        case .outOfMemory: .outOfMemory(compression)
        }
    }
}

// An engine is never handed out, so whoever has the decoder has the engine alone.
extension Decoder: @unchecked Sendable {}

/// Hands the bytes through.
private final class PlainEngine: DecodingEngine {
    var compression: Compression { .none }
    var hasContent: Bool { true }
    var isAtBoundary: Bool { true }

    func advance(
        _ input: inout UnsafeRawBufferPointer, _ output: inout UnsafeMutableRawBufferPointer
    ) throws(DecodingFault) -> Bool {
        let count = min(input.count, output.count)
        if count > 0 { output.copyMemory(from: UnsafeRawBufferPointer(rebasing: input[..<count])) }
        input.drop(count)
        output.drop(count)
        return false
    }
}
