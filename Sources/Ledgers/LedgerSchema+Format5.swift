//  The tables of format 5, as text; those of format 6 are these but for what LedgerSchema+Format6.swift says. What they are for:
//  LedgerSchema.swift.

extension LedgerSchema {
    static let tablesOfFormat5: [Object] = [
        table(
            "meta",
            """
                key TEXT PRIMARY KEY,
                value ANY NOT NULL
            """, options: "STRICT, WITHOUT ROWID"),
        table(
            "folds",
            """
                id INTEGER PRIMARY KEY,
                name TEXT NOT NULL UNIQUE CHECK (name <> '')
            """),
        table(
            "measures",
            """
                id INTEGER PRIMARY KEY,
                fold INTEGER NOT NULL REFERENCES folds (id),
                name TEXT NOT NULL CHECK (name <> ''),
                UNIQUE (fold, name)
            """),
        table(
            "runs",
            """
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                started_at INTEGER NOT NULL,
                ended_at INTEGER,
                command TEXT NOT NULL,
                tool TEXT NOT NULL,
                pid INTEGER NOT NULL,
                outcome TEXT CHECK (outcome IN ('finished', 'incomplete', 'failed', 'interrupted', 'crashed')),
                files_new INTEGER NOT NULL DEFAULT 0 CHECK (files_new >= 0),
                files_waiting INTEGER NOT NULL DEFAULT 0 CHECK (files_waiting >= 0),
                files_folded INTEGER NOT NULL DEFAULT 0 CHECK (files_folded >= 0),
                files_duplicate INTEGER NOT NULL DEFAULT 0 CHECK (files_duplicate >= 0),
                files_held INTEGER NOT NULL DEFAULT 0 CHECK (files_held >= 0),
                files_failed INTEGER NOT NULL DEFAULT 0 CHECK (files_failed >= 0),
                files_retracted INTEGER NOT NULL DEFAULT 0 CHECK (files_retracted >= 0),
                records_folded INTEGER NOT NULL DEFAULT 0 CHECK (records_folded >= 0),
                records_ignored INTEGER NOT NULL DEFAULT 0 CHECK (records_ignored >= 0),
                records_rejected INTEGER NOT NULL DEFAULT 0 CHECK (records_rejected >= 0),
                records_coerced INTEGER NOT NULL DEFAULT 0 CHECK (records_coerced >= 0),
                bytes INTEGER NOT NULL DEFAULT 0 CHECK (bytes >= 0),
                published INTEGER CHECK (published >= 0),
                CHECK ((ended_at IS NOT NULL) = (outcome IS NOT NULL AND outcome <> 'crashed'))
            """),
        table(
            "versions",
            """
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                name TEXT NOT NULL CHECK (name <> ''),
                digest TEXT NOT NULL CHECK (digest <> '' AND digest NOT GLOB '*[^0-9a-f]*'),
                date TEXT CHECK (date GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]'),
                size INTEGER NOT NULL CHECK (size >= 0),
                stored_size INTEGER NOT NULL CHECK (stored_size >= 0),
                compression TEXT NOT NULL CHECK (compression <> ''),
                container TEXT NOT NULL CHECK (container <> ''),
                partial TEXT NOT NULL UNIQUE CHECK (partial <> ''),
                partial_size INTEGER NOT NULL CHECK (partial_size > 0),
                partial_digest TEXT NOT NULL CHECK (partial_digest <> '' AND partial_digest NOT GLOB '*[^0-9a-f]*'),
                fold INTEGER REFERENCES folds (id),
                settings TEXT NOT NULL CHECK (settings <> ''),
                rows INTEGER NOT NULL CHECK (rows >= 0),
                records_read INTEGER NOT NULL,
                records_folded INTEGER NOT NULL CHECK (records_folded >= rows),
                records_ignored INTEGER NOT NULL CHECK (records_ignored >= 0),
                records_rejected INTEGER NOT NULL CHECK (records_rejected >= 0),
                records_coerced INTEGER NOT NULL CHECK (records_coerced BETWEEN 0 AND records_folded),
                folded_at INTEGER NOT NULL,
                run INTEGER NOT NULL REFERENCES runs (id),
                UNIQUE (id, name, digest),
                CHECK (records_read = records_folded + records_ignored + records_rejected)
            """),
        table(
            "rejections",
            """
                version INTEGER NOT NULL REFERENCES versions (id),
                reason TEXT NOT NULL CHECK (reason <> '' AND reason NOT GLOB '*[^a-z0-9-]*'),
                records INTEGER NOT NULL CHECK (records > 0),
                PRIMARY KEY (version, reason)
            """, options: "STRICT, WITHOUT ROWID"),
        table(
            "sums",
            """
                version INTEGER NOT NULL REFERENCES versions (id),
                measure INTEGER NOT NULL REFERENCES measures (id),
                sum INTEGER NOT NULL,
                magnitude INTEGER NOT NULL CHECK (magnitude >= sum AND magnitude >= -sum),
                PRIMARY KEY (version, measure)
            """, options: "STRICT, WITHOUT ROWID"),
        table(
            "breakdowns",
            """
                version INTEGER NOT NULL,
                measure INTEGER NOT NULL,
                label TEXT NOT NULL,
                records INTEGER NOT NULL CHECK (records > 0),
                sum INTEGER NOT NULL,
                PRIMARY KEY (version, measure, label),
                FOREIGN KEY (version, measure) REFERENCES sums (version, measure)
            """, options: "STRICT, WITHOUT ROWID"),
        table(
            "fold_partials",
            """
                version INTEGER NOT NULL REFERENCES versions (id),
                fold INTEGER NOT NULL REFERENCES folds (id),
                identity TEXT NOT NULL CHECK (identity <> '' AND identity NOT GLOB '*[^0-9a-f]*'),
                part TEXT NOT NULL,
                path TEXT NOT NULL UNIQUE CHECK (path <> ''),
                size INTEGER NOT NULL CHECK (size > 0),
                digest TEXT NOT NULL CHECK (digest <> '' AND digest NOT GLOB '*[^0-9a-f]*'),
                rows INTEGER NOT NULL CHECK (rows >= 0),
                PRIMARY KEY (version, fold, identity, part)
            """, options: "STRICT, WITHOUT ROWID"),
        table(
            "segments",
            """
                fold INTEGER NOT NULL REFERENCES folds (id),
                part TEXT NOT NULL,
                name TEXT NOT NULL CHECK (name <> ''),
                inputs TEXT NOT NULL CHECK (inputs <> '' AND inputs NOT GLOB '*[^0-9a-f]*'),
                path TEXT NOT NULL UNIQUE CHECK (path <> ''),
                size INTEGER NOT NULL CHECK (size > 0),
                digest TEXT NOT NULL CHECK (digest <> '' AND digest NOT GLOB '*[^0-9a-f]*'),
                rows INTEGER NOT NULL CHECK (rows >= 0),
                PRIMARY KEY (fold, part, name, inputs)
            """, options: "STRICT, WITHOUT ROWID"),
        table(
            "observed",
            """
                version INTEGER PRIMARY KEY REFERENCES versions (id),
                has_more_fields INTEGER NOT NULL CHECK (has_more_fields IN (0, 1))
            """),
        table(
            "coercions",
            """
                version INTEGER NOT NULL REFERENCES observed (version),
                form TEXT NOT NULL CHECK (form IN ('key-as-number', 'value-as-string', 'value-as-float')),
                records INTEGER NOT NULL CHECK (records > 0),
                PRIMARY KEY (version, form)
            """, options: "STRICT, WITHOUT ROWID"),
        table(
            "examples",
            """
                version INTEGER NOT NULL REFERENCES observed (version),
                reason TEXT NOT NULL,
                line INTEGER NOT NULL CHECK (line > 0),
                start INTEGER NOT NULL CHECK (start >= 0),
                excerpt TEXT NOT NULL,
                PRIMARY KEY (version, reason),
                FOREIGN KEY (version, reason) REFERENCES rejections (version, reason)
            """, options: "STRICT, WITHOUT ROWID"),
        table(
            "fields",
            """
                version INTEGER NOT NULL REFERENCES observed (version),
                path TEXT NOT NULL,
                kinds INTEGER NOT NULL CHECK (kinds BETWEEN 1 AND 63),
                PRIMARY KEY (version, path)
            """, options: "STRICT, WITHOUT ROWID"),
        table(
            "noticed",
            """
                version INTEGER NOT NULL REFERENCES observed (version),
                what TEXT NOT NULL CHECK (what <> ''),
                number INTEGER NOT NULL CHECK (number > 0),
                PRIMARY KEY (version, what)
            """, options: "STRICT, WITHOUT ROWID"),
        table(
            "flaws",
            """
                version INTEGER NOT NULL REFERENCES observed (version),
                reason TEXT NOT NULL,
                words TEXT NOT NULL CHECK (words <> ''),
                advice TEXT NOT NULL,
                lines INTEGER NOT NULL CHECK (lines >= 0),
                position INTEGER NOT NULL CHECK (position > 0),
                of_file INTEGER NOT NULL CHECK (of_file IN (0, 1)),
                PRIMARY KEY (version, reason),
                FOREIGN KEY (version, reason) REFERENCES examples (version, reason)
            """, options: "STRICT, WITHOUT ROWID"),
        table(
            "plans",
            """
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                from_generation INTEGER NOT NULL CHECK (from_generation >= 0),
                text TEXT NOT NULL CHECK (text <> '')
            """),
        table(
            "decisions",
            """
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                at INTEGER NOT NULL,
                run INTEGER NOT NULL REFERENCES runs (id),
                generation INTEGER NOT NULL CHECK (generation >= 0),
                kind TEXT NOT NULL CHECK (kind IN ('accept', 'retract', 'restore')),
                name TEXT NOT NULL CHECK (name <> ''),
                digest TEXT NOT NULL CHECK (digest <> '' AND digest NOT GLOB '*[^0-9a-f]*')
            """),
        table(
            "arrivals",
            """
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                run INTEGER NOT NULL REFERENCES runs (id),
                name TEXT NOT NULL REFERENCES files (name),
                version INTEGER NOT NULL REFERENCES versions (id)
            """),
        table(
            "judgements",
            """
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                version INTEGER NOT NULL REFERENCES versions (id),
                rejected_bytes INTEGER NOT NULL CHECK (rejected_bytes >= 0),
                held TEXT CHECK (held <> ''),
                unusual TEXT CHECK (unusual <> '')
            """),
        table(
            "losses",
            """
                version INTEGER PRIMARY KEY REFERENCES versions (id),
                run INTEGER NOT NULL REFERENCES runs (id)
            """),
        table(
            "holdings",
            """
                name TEXT PRIMARY KEY REFERENCES files (name),
                present INTEGER REFERENCES versions (id),
                claim INTEGER REFERENCES versions (id),
                digest TEXT,
                fits INTEGER NOT NULL CHECK (fits IN (0, 1)),
                CHECK ((claim IS NULL) = (digest IS NULL)),
                CHECK (fits = 1 OR claim IS NOT NULL)
            """, options: "STRICT, WITHOUT ROWID"),
        table(
            "claims",
            """
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                name TEXT NOT NULL REFERENCES files (name),
                version INTEGER REFERENCES versions (id),
                digest TEXT,
                from_generation INTEGER NOT NULL CHECK (from_generation >= 0),
                CHECK ((version IS NULL) = (digest IS NULL))
            """),
        table(
            "rules",
            """
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                from_generation INTEGER NOT NULL CHECK (from_generation >= 0),
                text TEXT NOT NULL CHECK (text <> '')
            """),
        table(
            "counting",
            """
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                version INTEGER NOT NULL,
                name TEXT NOT NULL,
                digest TEXT NOT NULL,
                shared INTEGER NOT NULL CHECK (shared IN (0, 1)),
                from_generation INTEGER NOT NULL CHECK (from_generation > 0),
                to_generation INTEGER CHECK (to_generation > from_generation),
                ended TEXT CHECK (ended IN ('replaced', 'refolded', 'retracted', 'lost')),
                FOREIGN KEY (version, name, digest) REFERENCES versions (id, name, digest),
                CHECK ((to_generation IS NULL) = (ended IS NULL))
            """),
        table(
            "files",
            """
                name TEXT PRIMARY KEY CHECK (name <> ''),
                state TEXT NOT NULL CHECK (state IN ('new', 'waiting', 'folded', 'duplicate', 'held', 'failed', 'retracted')),
                path TEXT NOT NULL CHECK (path <> ''),
                date TEXT CHECK (date GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]'),
                device INTEGER,
                inode INTEGER,
                size INTEGER CHECK (size >= 0),
                modified_ns INTEGER,
                changed_ns INTEGER,
                version INTEGER,
                digest TEXT,
                duplicate_of TEXT REFERENCES files (name) DEFERRABLE INITIALLY DEFERRED,
                retracted_digest TEXT,
                reason TEXT NOT NULL,
                since INTEGER NOT NULL,
                records_folded INTEGER CHECK (records_folded >= 0),
                records_ignored INTEGER CHECK (records_ignored >= 0),
                records_rejected INTEGER CHECK (records_rejected >= 0),
                records_coerced INTEGER CHECK (records_coerced BETWEEN 0 AND records_folded),
                FOREIGN KEY (version, name, digest) REFERENCES versions (id, name, digest),
                CHECK ((device IS NULL) = (size IS NULL) AND (inode IS NULL) = (size IS NULL)
                    AND (modified_ns IS NULL) = (size IS NULL) AND (changed_ns IS NULL) = (size IS NULL)),
                CHECK (version IS NOT NULL OR state NOT IN ('folded', 'held')),
                CHECK (version IS NULL OR digest IS NOT NULL),
                CHECK ((digest IS NULL) = (state IN ('new', 'waiting', 'failed'))),
                CHECK ((duplicate_of IS NOT NULL) = (state = 'duplicate') AND duplicate_of IS NOT name),
                CHECK (state <> 'retracted' OR retracted_digest IS digest),
                CHECK (state <> 'folded' OR retracted_digest IS NOT digest),
                CHECK (reason <> '' OR state NOT IN ('waiting', 'held', 'failed')),
                CHECK (records_folded IS NULL OR state = 'failed'),
                CHECK ((records_ignored IS NULL) = (records_folded IS NULL)
                    AND (records_rejected IS NULL) = (records_folded IS NULL)
                    AND (records_coerced IS NULL) = (records_folded IS NULL))
            """, options: "STRICT, WITHOUT ROWID"),
        table(
            "transitions",
            """
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                at INTEGER NOT NULL,
                run INTEGER NOT NULL REFERENCES runs (id),
                name TEXT NOT NULL REFERENCES files (name),
                from_state TEXT CHECK (from_state IN ('new', 'waiting', 'folded', 'duplicate', 'held', 'failed', 'retracted')),
                to_state TEXT NOT NULL CHECK (to_state IN ('new', 'waiting', 'folded', 'duplicate', 'held', 'failed', 'retracted')),
                version INTEGER REFERENCES versions (id),
                generation INTEGER NOT NULL CHECK (generation >= 0),
                reason TEXT NOT NULL
            """),
    ]

    static let indexes: [Object] = [
        index("versions_name", on: "versions (name)"),
        index("versions_digest", on: "versions (digest)"),
        index("counting_version", on: "counting (version)"),
        index("counting_name", on: "counting (name)"),
        index("counting_open_version", on: "counting (version) WHERE to_generation IS NULL", unique: true),
        index("counting_open_name", on: "counting (name) WHERE to_generation IS NULL", unique: true),
        index(
            "counting_open_digest", on: "counting (digest) WHERE to_generation IS NULL AND shared = 0", unique: true),
        index("counting_open_content", on: "counting (digest) WHERE to_generation IS NULL"),
        index("counting_closed", on: "counting (to_generation) WHERE to_generation IS NOT NULL"),
        index("files_duplicates", on: "files (digest) WHERE state = 'duplicate'"),
        index("transitions_name", on: "transitions (name)"),
        index("runs_open", on: "runs (id) WHERE outcome IS NULL"),
        index("fields_path", on: "fields (path, version)"),
        index("decisions_name", on: "decisions (name)"),
        index("decisions_digest", on: "decisions (digest)"),
        index("arrivals_name", on: "arrivals (name)"),
        index("judgements_version", on: "judgements (version)"),
        index("holdings_digest", on: "holdings (digest) WHERE digest IS NOT NULL"),
        index("holdings_left_out", on: "holdings (name) WHERE fits = 0"),
        index("claims_name", on: "claims (name)"),
        index("claims_digest", on: "claims (digest)"),
    ]

    static let triggersOfFormat5: [Object] =
        [
            "meta", "folds", "measures", "runs", "versions", "rejections", "sums", "breakdowns", "fold_partials",
            "observed", "coercions", "examples", "fields", "noticed", "flaws", "plans", "decisions", "arrivals",
            "judgements", "losses", "holdings", "claims", "rules", "counting", "files", "transitions",
        ].map { table in
            trigger("\(table)_keep", "BEFORE DELETE ON \(table)", when: nil, "history is never deleted")
        }
        + [
            "folds", "measures", "versions", "rejections", "sums", "breakdowns", "fold_partials", "observed",
            "coercions", "examples", "fields", "noticed", "flaws", "plans", "decisions", "arrivals", "judgements",
            "losses", "claims", "rules", "transitions",
        ].map { table in
            trigger("\(table)_fixed", "BEFORE UPDATE ON \(table)", when: nil, "history is never changed")
        }
        + [
            trigger(
                "counting_fixed", "BEFORE UPDATE ON counting",
                when: """
                    OLD.to_generation IS NOT NULL OR NEW.id IS NOT OLD.id OR NEW.version IS NOT OLD.version
                        OR NEW.name IS NOT OLD.name OR NEW.digest IS NOT OLD.digest OR NEW.shared IS NOT OLD.shared
                        OR NEW.from_generation IS NOT OLD.from_generation
                    """, "only an open interval can be closed"),
            trigger(
                "runs_fixed", "BEFORE UPDATE ON runs",
                when: """
                    OLD.outcome IS NOT NULL OR NEW.id IS NOT OLD.id OR NEW.started_at IS NOT OLD.started_at
                        OR NEW.command IS NOT OLD.command OR NEW.tool IS NOT OLD.tool OR NEW.pid IS NOT OLD.pid
                    """, "only an open run can be ended"),
            trigger("files_fixed", "BEFORE UPDATE ON files", when: "NEW.name IS NOT OLD.name", "a name never changes"),
            trigger(
                "meta_fixed", "BEFORE UPDATE ON meta",
                when: "OLD.key <> 'generation' OR NEW.key <> OLD.key OR NEW.value IS NOT OLD.value + 1",
                "only the generation changes, and only by one"),
            trigger(
                "holdings_fixed", "BEFORE UPDATE ON holdings", when: "NEW.name IS NOT OLD.name", "a name never changes"),
        ]
}
