#include <sqlite3.h>

/// Has SQLite not count its memory: the count is kept under one lock for all connections, which threads would wait for.
/// Without effect once a connection was opened.
static inline void wf_sqlite_set_up(void) { sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); }
