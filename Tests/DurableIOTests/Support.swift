import DurableIO

extension OpenFile {
    func write(_ text: String) throws(IOError) { try write(Array(text.utf8)) }

    func write(_ content: [UInt8]) throws(IOError) {
        var failure: IOError?
        content.withUnsafeBytes { bytes in
            do throws(IOError) { try write(bytes) } catch { failure = error }
        }
        if let failure { throw failure }
    }

    func write(_ content: [UInt8], at offset: Int) throws(IOError) {
        var failure: IOError?
        content.withUnsafeBytes { bytes in
            do throws(IOError) { try write(bytes, at: offset) } catch { failure = error }
        }
        if let failure { throw failure }
    }

    /// Reads on until the end.
    func readOn(chunk: Int) throws(IOError) -> [UInt8] {
        var content: [UInt8] = []
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: chunk, alignment: 1)
        defer { buffer.deallocate() }
        while true {
            let count = try read(into: buffer)
            if count == 0 { return content }
            content += buffer.prefix(count)
        }
    }
}

extension AtomicFile {
    func write(_ text: String) throws(IOError) {
        var failure: IOError?
        Array(text.utf8).withUnsafeBytes { bytes in
            do throws(IOError) { try write(bytes) } catch { failure = error }
        }
        if let failure { throw failure }
    }
}

/// Bytes without a pattern, the same for the same seed.
func noise(_ count: Int, seed: UInt64) -> [UInt8] {
    var state = seed &* 2 &+ 1
    return (0..<count).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return UInt8(truncatingIfNeeded: state >> 56)
    }
}
