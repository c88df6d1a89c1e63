#include "Build.h"

#if __has_include(<isa-l.h>)
#include <isa-l.h>
#endif

#define TEXT(word) #word
#define TEXT_OF(macro) TEXT(macro)

const char *wf_commit(void) {
#ifdef WATCHFOLD_COMMIT
    return TEXT_OF(WATCHFOLD_COMMIT) ", " TEXT_OF(WATCHFOLD_COMMIT_DAY)
#ifdef WATCHFOLD_COMMIT_CHANGED
        " and changes"
#endif
        ;
#else
    return "unknown";
#endif
}

const char *wf_isal_version(void) {
#ifdef ISAL_MAJOR_VERSION
    return TEXT_OF(ISAL_MAJOR_VERSION) "." TEXT_OF(ISAL_MINOR_VERSION) "." TEXT_OF(ISAL_PATCH_VERSION);
#else
    return "";
#endif
}
