//  Where a large file may be cut into ranges that are read at the same time.
//
//  A line feed ends a record if it is not within quotes. In a file whose records all have a good form, it is within quotes
//  exactly when the number of quotes before it is odd: a field begins with one, ends with one, and has pairs between them.
//  So one pass that counts quotes finds cuts; it is as fast as memory.
//
//      1,"a⏎b"⏎2,c⏎        quotes before the line feeds: 1, 2, 2      cuts after the second and the third
//
//  Whether all records have a good form is known only once they are read. So the readers of the ranges judge each other:
//
//  - A range begins rightly if every range before it did, and was read to its end with nothing left over.
//  - Where something was, what was read of it and of the ranges behind it does not count. The file is read again, as one, or
//    the reader of that range goes on to the end of the file.
//
//  With that the outcome is the same as that of one reader, whatever the file holds; why is shown in Intake/CSVCuts.swift. A
//  file without quotes, or with settings that know none, is cut at any line feed.

import CByteScan
import Glibc

/// Counts the quotes of a file from its beginning on, in pieces of any size.
package struct QuoteCount {
    private let quote: UInt8?
    /// Whether the number so far is odd.
    package private(set) var isWithinQuotes = false

    /// - Parameter quote: nil where quotes are bytes like others.
    package init(quote: UInt8?) { self.quote = quote }

    /// Goes over bytes.
    package mutating func pass(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let quote, let start = bytes.baseAddress else { return }
        if wf_count_byte(start, start + bytes.count, quote) % 2 == 1 { isWithinQuotes.toggle() }
    }

    /// The end of the record at the beginning of these bytes: behind the first line feed that is not within quotes. Nothing is
    /// counted; `pass` over the bytes before the cut does that.
    ///
    /// - Returns: nil when there is none.
    package func recordEnd(in bytes: UnsafeBufferPointer<UInt8>) -> Int? {
        var count = self
        var start = 0
        while start < bytes.count {
            let rest = UnsafeBufferPointer(rebasing: bytes[start...])
            guard let feed = memchr(rest.baseAddress!, 0x0A, rest.count) else { return nil }
            let end = UnsafeRawPointer(feed) - UnsafeRawPointer(rest.baseAddress!) + 1
            count.pass(UnsafeBufferPointer(rebasing: rest[..<end]))
            start += end
            if !count.isWithinQuotes { return start }
        }
        return nil
    }
}
