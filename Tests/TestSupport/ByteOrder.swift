import Foundation

/// Whether bytes come before others, as memory is compared: loops over bytes in tests are not optimised.
package func precedes(_ a: [UInt8], _ b: [UInt8]) -> Bool {
    let order = memcmp(a, b, min(a.count, b.count))
    return order == 0 ? a.count < b.count : order < 0
}
