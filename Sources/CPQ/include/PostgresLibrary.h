// libpq, looked up when it is first needed.
//
// Linked in the usual way it would be loaded at each start of the program, with the twenty libraries that it needs in
// turn (TLS, Kerberos, LDAP): that is longer than all else that a start does, and a machine without a database would have
// to have it. So its functions are found by name (dlopen, dlsym). Their types are those of its own header.

#ifndef POSTGRES_LIBRARY_H
#define POSTGRES_LIBRARY_H

#if __has_include(<postgresql/libpq-fe.h>)
#include <postgresql/libpq-fe.h>
#else
#include <libpq-fe.h>
#endif

#define WF_PQ_FUNCTIONS(F) \
    F(PQconninfoParse)     \
    F(PQconninfoFree)      \
    F(PQfreemem)           \
    F(PQconnectdbParams)   \
    F(PQfinish)            \
    F(PQstatus)            \
    F(PQerrorMessage)      \
    F(PQpass)              \
    F(PQdb)                \
    F(PQhost)              \
    F(PQserverVersion)     \
    F(PQsetNoticeReceiver) \
    F(PQexecParams)        \
    F(PQgetResult)         \
    F(PQputCopyData)       \
    F(PQputCopyEnd)        \
    F(PQresultStatus)      \
    F(PQresultErrorField)  \
    F(PQcmdTuples)         \
    F(PQntuples)           \
    F(PQnfields)           \
    F(PQgetisnull)         \
    F(PQgetvalue)          \
    F(PQgetlength)         \
    F(PQclear)

/// The functions of libpq that are used here.
struct wf_pq {
#define WF_PQ_FIELD(name) __typeof__(name) *name;
    WF_PQ_FUNCTIONS(WF_PQ_FIELD)
#undef WF_PQ_FIELD
};

/// Fills in the functions. Returns null, or why there are none: a text that lives until the next call.
const char *wf_pq_load(struct wf_pq *functions);

/// Takes notices of the server and does nothing with them; by itself libpq writes them to standard error.
void wf_pq_ignore_notice(void *context, const PGresult *notice);

#endif
