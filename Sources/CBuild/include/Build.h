// What is known about a build: the commit, and versions that a library has in its headers alone.

#ifndef BUILD_H
#define BUILD_H

/// The commit and its day, `abc1234, 2026-11-29`, followed by ` and changes` if the sources were not those of the commit.
/// `unknown` if nobody named it to Package.swift.
const char *wf_commit(void);

/// The version of ISA-L whose headers were used; empty if they have none. The library cannot be asked.
const char *wf_isal_version(void);

#endif
