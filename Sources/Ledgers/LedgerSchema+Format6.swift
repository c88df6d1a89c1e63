//  What format 6 changed in the tables of format 5: partials of several files may lie in one file, a pack. No program ever wrote
//  a row of the `fold_partials` that format 5 had.

extension LedgerSchema {
    static let tables: [Object] = tablesOfFormat5.filter { $0.name != "fold_partials" } + packs

    private static let packs: [Object] = [
        table(
            "fold_packs",
            """
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                fold INTEGER NOT NULL REFERENCES folds (id),
                identity TEXT NOT NULL CHECK (identity <> '' AND identity NOT GLOB '*[^0-9a-f]*'),
                part TEXT NOT NULL,
                path TEXT NOT NULL UNIQUE CHECK (path <> ''),
                size INTEGER NOT NULL CHECK (size > 0),
                digest TEXT NOT NULL CHECK (digest <> '' AND digest NOT GLOB '*[^0-9a-f]*'),
                rows INTEGER NOT NULL CHECK (rows >= 0),
                slots INTEGER NOT NULL CHECK (slots > 0)
            """),
        table(
            "fold_partials",
            """
                version INTEGER NOT NULL REFERENCES versions (id),
                pack INTEGER NOT NULL REFERENCES fold_packs (id),
                slot INTEGER NOT NULL CHECK (slot >= 0),
                PRIMARY KEY (version, pack),
                UNIQUE (pack, slot)
            """, options: "STRICT, WITHOUT ROWID"),
    ]

    static let triggers: [Object] =
        triggersOfFormat5 + [
            trigger("fold_packs_keep", "BEFORE DELETE ON fold_packs", when: nil, "history is never deleted"),
            trigger("fold_packs_fixed", "BEFORE UPDATE ON fold_packs", when: nil, "history is never changed"),
        ]
}
