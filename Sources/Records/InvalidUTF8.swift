//  Bytes that are not valid UTF-8, in words.
//
//      Caf e9 "          the byte \xe9 is not valid UTF-8; `encoding: latin1` reads it
//      ed a0 bd          half of a surrogate pair: that is what is left of a broken character in UTF-16
//
//  Which bytes are UTF-8: The Unicode Standard 15.0, table 3-7.

/// What is not valid UTF-8 in a text.
package enum InvalidUTF8 {
    /// Where the first character begins that is none; nil when all are well.
    package static func first(in text: UnsafeBufferPointer<UInt8>) -> Int? {
        var parser = Unicode.UTF8.ForwardParser()
        var bytes = text.makeIterator()
        var offset = 0
        while true {
            switch parser.parseScalar(from: &bytes) {
            case .valid(let scalar): offset += scalar.count
            case .error: return offset
            case .emptyInput: return nil
            }
        }
    }

    /// - Parameter text: from the first byte on that is not valid UTF-8.
    package static func words(_ text: some Collection<UInt8>) -> (words: String, advice: String) {
        let bytes = Array(text.prefix(2))
        if bytes.count == 2, bytes[0] == 0xED, bytes[1] >= 0xA0 {
            return ("half of a surrogate pair, not a character", "")
        }
        return ("the byte \\x\(String(bytes[0], radix: 16)) is not valid UTF-8", "`encoding: latin1` reads it")
    }
}
