#include "PostgresLibrary.h"

#include <dlfcn.h>
#include <stddef.h>

// The number has been the same since PostgreSQL 8.2: newer ones only add functions.
#define LIBRARY "libpq.so.5"

const char *wf_pq_load(struct wf_pq *functions) {
    void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) return dlerror();
#define WF_PQ_FIND(name)                                       \
    functions->name = (__typeof__(name) *)dlsym(library, #name); \
    if (functions->name == NULL) return dlerror();
    WF_PQ_FUNCTIONS(WF_PQ_FIND)
#undef WF_PQ_FIND
    return NULL;
}

void wf_pq_ignore_notice(void *context, const PGresult *notice) {
    (void)context;
    (void)notice;
}
