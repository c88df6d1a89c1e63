//  What `--version` prints: the program with the commit that it was built from, then the libraries that it runs with.
//
//      watchfold 1.0.0 (commit abc1234, 2026-11-29)
//      zlib 1.2.13, ISA-L 2.30.0, lz4 1.9.4, zstd 1.5.4, xxHash 0.8.1, SQLite 3.40.1, libxlsxwriter 1.1.4
//
//  Each library is asked when the program runs, since an update of the system may have replaced it. ISA-L cannot be asked:
//  its version is that of its headers. Receipts and checkpoints name `Tool.name` alone, so that another build of the same
//  version writes the same bytes.

import CBuild
import CLZ4
import CSQLite
import CXLSX
import CXXHash
import CZlib
import CZstd
import Wording

enum VersionText {
    static var lines: String {
        let found = libraries.filter { !$0.version.isEmpty }.map { "\($0.name) \($0.version)" }
        return "\(Tool.name) (commit \(String(cString: wf_commit())))\n\(found.joined(separator: ", "))"
    }

    private static var libraries: [(name: String, version: String)] {
        let xxHash = XXH_versionNumber()
        return [
            ("zlib", String(cString: zlibVersion())), ("ISA-L", String(cString: wf_isal_version())),
            ("lz4", String(cString: LZ4_versionString())), ("zstd", String(cString: ZSTD_versionString())),
            ("xxHash", "\(xxHash / 10_000).\(xxHash / 100 % 100).\(xxHash % 100)"),
            ("SQLite", String(cString: sqlite3_libversion())), ("libxlsxwriter", String(cString: lxw_version())),
        ]
    }
}
