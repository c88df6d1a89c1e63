PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE arrivals (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    run INTEGER NOT NULL REFERENCES runs (id),
    name TEXT NOT NULL REFERENCES files (name),
    version INTEGER NOT NULL REFERENCES versions (id)
) STRICT;
INSERT INTO "arrivals" VALUES(1,1,'20220401.json',1);
INSERT INTO "arrivals" VALUES(2,1,'20220402.json',2);
INSERT INTO "arrivals" VALUES(3,1,'20220403.json',3);
INSERT INTO "arrivals" VALUES(4,1,'20220404.json',4);
INSERT INTO "arrivals" VALUES(5,4,'20220403.json',6);
INSERT INTO "arrivals" VALUES(6,4,'copy-20220401.json',5);
CREATE TABLE breakdowns (
    version INTEGER NOT NULL,
    measure INTEGER NOT NULL,
    label TEXT NOT NULL,
    records INTEGER NOT NULL CHECK (records > 0),
    sum INTEGER NOT NULL,
    PRIMARY KEY (version, measure, label),
    FOREIGN KEY (version, measure) REFERENCES sums (version, measure)
) STRICT, WITHOUT ROWID;
INSERT INTO "breakdowns" VALUES(1,1,'CHILD',2,147);
INSERT INTO "breakdowns" VALUES(1,1,'FIMS',1,74);
INSERT INTO "breakdowns" VALUES(1,1,'KPLUS',1,91);
INSERT INTO "breakdowns" VALUES(1,1,'SPORT',2,70);
INSERT INTO "breakdowns" VALUES(2,1,'FIMS',1,99);
INSERT INTO "breakdowns" VALUES(2,1,'KPLUS',2,178);
INSERT INTO "breakdowns" VALUES(2,1,'RELAX',1,81);
INSERT INTO "breakdowns" VALUES(2,1,'SPORT',2,119);
INSERT INTO "breakdowns" VALUES(3,1,'CHILD',1,60);
INSERT INTO "breakdowns" VALUES(3,1,'FIMS',1,49);
INSERT INTO "breakdowns" VALUES(3,1,'RELAX',2,110);
INSERT INTO "breakdowns" VALUES(3,1,'VOD',2,42);
INSERT INTO "breakdowns" VALUES(4,1,'FIMS',1,55);
INSERT INTO "breakdowns" VALUES(4,1,'KPLUS',1,43);
INSERT INTO "breakdowns" VALUES(4,1,'RELAX',2,91);
INSERT INTO "breakdowns" VALUES(4,1,'SPORT',2,96);
INSERT INTO "breakdowns" VALUES(5,1,'CHILD',2,147);
INSERT INTO "breakdowns" VALUES(5,1,'FIMS',1,74);
INSERT INTO "breakdowns" VALUES(5,1,'KPLUS',1,91);
INSERT INTO "breakdowns" VALUES(5,1,'SPORT',2,70);
INSERT INTO "breakdowns" VALUES(6,1,'CHILD',1,60);
INSERT INTO "breakdowns" VALUES(6,1,'FIMS',1,49);
INSERT INTO "breakdowns" VALUES(6,1,'RELAX',2,110);
INSERT INTO "breakdowns" VALUES(6,1,'VOD',3,49);
CREATE TABLE claims (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL REFERENCES files (name),
    version INTEGER REFERENCES versions (id),
    digest TEXT,
    from_generation INTEGER NOT NULL CHECK (from_generation >= 0),
    CHECK ((version IS NULL) = (digest IS NULL))
) STRICT;
INSERT INTO "claims" VALUES(1,'20220401.json',1,'358687f2a2133ecfed7200900268e3b6',1);
INSERT INTO "claims" VALUES(2,'20220402.json',2,'4b3a8010a7fa4c958a3e4453ad66229e',1);
INSERT INTO "claims" VALUES(3,'20220403.json',3,'2dfdd9adde78b790802b5c51a7b48b7e',1);
INSERT INTO "claims" VALUES(4,'20220404.json',4,'5c3d7157e60054862be15ab357736df0',2);
INSERT INTO "claims" VALUES(5,'20220402.json',NULL,NULL,3);
INSERT INTO "claims" VALUES(6,'20220403.json',6,'9b3025a60c0027824e63228ec875fe1a',4);
INSERT INTO "claims" VALUES(7,'copy-20220401.json',5,'358687f2a2133ecfed7200900268e3b6',4);
CREATE TABLE coercions (
    version INTEGER NOT NULL REFERENCES observed (version),
    form TEXT NOT NULL CHECK (form IN ('key-as-number', 'value-as-string', 'value-as-float')),
    records INTEGER NOT NULL CHECK (records > 0),
    PRIMARY KEY (version, form)
) STRICT, WITHOUT ROWID;
CREATE TABLE counting (
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
) STRICT;
INSERT INTO "counting" VALUES(1,1,'20220401.json','358687f2a2133ecfed7200900268e3b6',0,1,NULL,NULL);
INSERT INTO "counting" VALUES(2,2,'20220402.json','4b3a8010a7fa4c958a3e4453ad66229e',0,1,3,'retracted');
INSERT INTO "counting" VALUES(3,3,'20220403.json','2dfdd9adde78b790802b5c51a7b48b7e',0,1,4,'replaced');
INSERT INTO "counting" VALUES(4,4,'20220404.json','5c3d7157e60054862be15ab357736df0',0,2,NULL,NULL);
INSERT INTO "counting" VALUES(5,6,'20220403.json','9b3025a60c0027824e63228ec875fe1a',0,4,NULL,NULL);
CREATE TABLE decisions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    run INTEGER NOT NULL REFERENCES runs (id),
    generation INTEGER NOT NULL CHECK (generation >= 0),
    kind TEXT NOT NULL CHECK (kind IN ('accept', 'retract', 'restore')),
    name TEXT NOT NULL CHECK (name <> ''),
    digest TEXT NOT NULL CHECK (digest <> '' AND digest NOT GLOB '*[^0-9a-f]*')
) STRICT;
INSERT INTO "decisions" VALUES(1,1796082835577,2,1,'accept','20220404.json','5c3d7157e60054862be15ab357736df0');
INSERT INTO "decisions" VALUES(2,1796082835606,3,2,'retract','20220402.json','4b3a8010a7fa4c958a3e4453ad66229e');
CREATE TABLE examples (
    version INTEGER NOT NULL REFERENCES observed (version),
    reason TEXT NOT NULL,
    line INTEGER NOT NULL CHECK (line > 0),
    start INTEGER NOT NULL CHECK (start >= 0),
    excerpt TEXT NOT NULL,
    PRIMARY KEY (version, reason),
    FOREIGN KEY (version, reason) REFERENCES rejections (version, reason)
) STRICT, WITHOUT ROWID;
INSERT INTO "examples" VALUES(4,'bad-duration',7,401,'{"_source":{"Contract":"C1","AppName":"VOD","TotalDuration":"x"}}');
CREATE TABLE fields (
    version INTEGER NOT NULL REFERENCES observed (version),
    path TEXT NOT NULL,
    kinds INTEGER NOT NULL CHECK (kinds BETWEEN 1 AND 63),
    PRIMARY KEY (version, path)
) STRICT, WITHOUT ROWID;
INSERT INTO "fields" VALUES(1,'_source',32);
INSERT INTO "fields" VALUES(1,'_source.AppName',8);
INSERT INTO "fields" VALUES(1,'_source.Contract',8);
INSERT INTO "fields" VALUES(1,'_source.TotalDuration',4);
INSERT INTO "fields" VALUES(2,'_source',32);
INSERT INTO "fields" VALUES(2,'_source.AppName',8);
INSERT INTO "fields" VALUES(2,'_source.Contract',8);
INSERT INTO "fields" VALUES(2,'_source.TotalDuration',4);
INSERT INTO "fields" VALUES(3,'_source',32);
INSERT INTO "fields" VALUES(3,'_source.AppName',8);
INSERT INTO "fields" VALUES(3,'_source.Contract',8);
INSERT INTO "fields" VALUES(3,'_source.TotalDuration',4);
INSERT INTO "fields" VALUES(4,'_source',32);
INSERT INTO "fields" VALUES(4,'_source.AppName',8);
INSERT INTO "fields" VALUES(4,'_source.Contract',8);
INSERT INTO "fields" VALUES(4,'_source.TotalDuration',12);
INSERT INTO "fields" VALUES(5,'_source',32);
INSERT INTO "fields" VALUES(5,'_source.AppName',8);
INSERT INTO "fields" VALUES(5,'_source.Contract',8);
INSERT INTO "fields" VALUES(5,'_source.TotalDuration',4);
INSERT INTO "fields" VALUES(6,'_source',32);
INSERT INTO "fields" VALUES(6,'_source.AppName',8);
INSERT INTO "fields" VALUES(6,'_source.Contract',8);
INSERT INTO "fields" VALUES(6,'_source.TotalDuration',4);
CREATE TABLE files (
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
) STRICT, WITHOUT ROWID;
INSERT INTO "files" VALUES('20220401.json','folded','20220401.json','2022-04-01',65024,16613462,400,1796082835496853336,1796082835496853336,1,'358687f2a2133ecfed7200900268e3b6',NULL,NULL,'',1796082835547,NULL,NULL,NULL,NULL);
INSERT INTO "files" VALUES('20220402.json','retracted','20220402.json','2022-04-02',65024,16613476,401,1796082835496983329,1796082835496983329,2,'4b3a8010a7fa4c958a3e4453ad66229e',NULL,'4b3a8010a7fa4c958a3e4453ad66229e','taken out by hand',1796082835606,NULL,NULL,NULL,NULL);
INSERT INTO "files" VALUES('20220403.json','folded','20220403.json','2022-04-03',65024,16613481,460,1796082835724252745,1796082835724252745,6,'9b3025a60c0027824e63228ec875fe1a',NULL,NULL,'',1796082835761,NULL,NULL,NULL,NULL);
INSERT INTO "files" VALUES('20220404.json','folded','20220404.json','2022-04-04',65024,16613483,599,1796082835497085661,1796082835497085661,4,'5c3d7157e60054862be15ab357736df0',NULL,NULL,'',1796082835577,NULL,NULL,NULL,NULL);
INSERT INTO "files" VALUES('copy-20220401.json','duplicate','copy-20220401.json','2022-04-01',65024,16613486,400,1796082835739127288,1796082835739127288,5,'358687f2a2133ecfed7200900268e3b6','20220401.json',NULL,'the same content as 20220401.json',1796082835761,NULL,NULL,NULL,NULL);
CREATE TABLE flaws (
    version INTEGER NOT NULL REFERENCES observed (version),
    reason TEXT NOT NULL,
    words TEXT NOT NULL CHECK (words <> ''),
    advice TEXT NOT NULL,
    lines INTEGER NOT NULL CHECK (lines >= 0),
    position INTEGER NOT NULL CHECK (position > 0),
    of_file INTEGER NOT NULL CHECK (of_file IN (0, 1)),
    PRIMARY KEY (version, reason),
    FOREIGN KEY (version, reason) REFERENCES examples (version, reason)
) STRICT, WITHOUT ROWID;
CREATE TABLE fold_partials (
    version INTEGER NOT NULL REFERENCES versions (id),
    fold INTEGER NOT NULL REFERENCES folds (id),
    identity TEXT NOT NULL CHECK (identity <> '' AND identity NOT GLOB '*[^0-9a-f]*'),
    part TEXT NOT NULL,
    path TEXT NOT NULL UNIQUE CHECK (path <> ''),
    size INTEGER NOT NULL CHECK (size > 0),
    digest TEXT NOT NULL CHECK (digest <> '' AND digest NOT GLOB '*[^0-9a-f]*'),
    rows INTEGER NOT NULL CHECK (rows >= 0),
    PRIMARY KEY (version, fold, identity, part)
) STRICT, WITHOUT ROWID;
CREATE TABLE folds (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE CHECK (name <> '')
) STRICT;
INSERT INTO "folds" VALUES(1,'engagement');
CREATE TABLE holdings (
    name TEXT PRIMARY KEY REFERENCES files (name),
    present INTEGER REFERENCES versions (id),
    claim INTEGER REFERENCES versions (id),
    digest TEXT,
    fits INTEGER NOT NULL CHECK (fits IN (0, 1)),
    CHECK ((claim IS NULL) = (digest IS NULL)),
    CHECK (fits = 1 OR claim IS NOT NULL)
) STRICT, WITHOUT ROWID;
INSERT INTO "holdings" VALUES('20220401.json',1,1,'358687f2a2133ecfed7200900268e3b6',1);
INSERT INTO "holdings" VALUES('20220402.json',2,NULL,NULL,1);
INSERT INTO "holdings" VALUES('20220403.json',6,6,'9b3025a60c0027824e63228ec875fe1a',1);
INSERT INTO "holdings" VALUES('20220404.json',4,4,'5c3d7157e60054862be15ab357736df0',1);
INSERT INTO "holdings" VALUES('copy-20220401.json',5,5,'358687f2a2133ecfed7200900268e3b6',1);
CREATE TABLE judgements (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    version INTEGER NOT NULL REFERENCES versions (id),
    rejected_bytes INTEGER NOT NULL CHECK (rejected_bytes >= 0),
    held TEXT CHECK (held <> ''),
    unusual TEXT CHECK (unusual <> '')
) STRICT;
INSERT INTO "judgements" VALUES(1,1,0,NULL,NULL);
INSERT INTO "judgements" VALUES(2,2,0,NULL,NULL);
INSERT INTO "judgements" VALUES(3,3,0,NULL,NULL);
INSERT INTO "judgements" VALUES(4,4,195,NULL,NULL);
INSERT INTO "judgements" VALUES(5,6,0,NULL,NULL);
INSERT INTO "judgements" VALUES(6,5,0,NULL,NULL);
CREATE TABLE losses (
    version INTEGER PRIMARY KEY REFERENCES versions (id),
    run INTEGER NOT NULL REFERENCES runs (id)
) STRICT;
CREATE TABLE measures (
    id INTEGER PRIMARY KEY,
    fold INTEGER NOT NULL REFERENCES folds (id),
    name TEXT NOT NULL CHECK (name <> ''),
    UNIQUE (fold, name)
) STRICT;
INSERT INTO "measures" VALUES(1,1,'TotalDuration');
CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value ANY NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "meta" VALUES('generation',4);
INSERT INTO "meta" VALUES('ledger','f6b637178d2749cbd48e5d8384a6f504');
INSERT INTO "meta" VALUES('plan','engagement');
CREATE TABLE noticed (
    version INTEGER NOT NULL REFERENCES observed (version),
    what TEXT NOT NULL CHECK (what <> ''),
    number INTEGER NOT NULL CHECK (number > 0),
    PRIMARY KEY (version, what)
) STRICT, WITHOUT ROWID;
CREATE TABLE observed (
    version INTEGER PRIMARY KEY REFERENCES versions (id),
    has_more_fields INTEGER NOT NULL CHECK (has_more_fields IN (0, 1))
) STRICT;
INSERT INTO "observed" VALUES(1,0);
INSERT INTO "observed" VALUES(2,0);
INSERT INTO "observed" VALUES(3,0);
INSERT INTO "observed" VALUES(4,0);
INSERT INTO "observed" VALUES(5,0);
INSERT INTO "observed" VALUES(6,0);
CREATE TABLE plans (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    from_generation INTEGER NOT NULL CHECK (from_generation >= 0),
    text TEXT NOT NULL CHECK (text <> '')
) STRICT;
INSERT INTO "plans" VALUES(1,1,'categories 1
TV	CHANNEL	DSHD	KPLUS	KPlus
Movie	BHD	BHD_RES	DANET	FIMS	FIMS_RES	VOD	VOD_RES
Child	CHILD
Relax	RELAX
Sport	SPORT
');
CREATE TABLE rejections (
    version INTEGER NOT NULL REFERENCES versions (id),
    reason TEXT NOT NULL CHECK (reason <> '' AND reason NOT GLOB '*[^a-z0-9-]*'),
    records INTEGER NOT NULL CHECK (records > 0),
    PRIMARY KEY (version, reason)
) STRICT, WITHOUT ROWID;
INSERT INTO "rejections" VALUES(4,'bad-duration',3);
CREATE TABLE rules (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    from_generation INTEGER NOT NULL CHECK (from_generation >= 0),
    text TEXT NOT NULL CHECK (text <> '')
) STRICT;
INSERT INTO "rules" VALUES(1,0,'duplicates skip
max_reject_ratio 5%
watchfold fold settings 1
plan "engagement"
key "Contract" at ["_source" "Contract"] ["Contract"]
key "AppName" at ["_source" "AppName"] ["AppName"]
value "TotalDuration" at ["_source" "TotalDuration"] ["TotalDuration"]
ignore "0"
negative_durations reject
max_record_bytes 16000000
');
CREATE TABLE runs (
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
) STRICT;
INSERT INTO "runs" VALUES(1,1796082835538,1796082835553,'run','watchfold 1.0.0',17544,'incomplete',0,0,3,0,1,0,0,24,0,3,0,1796,1);
INSERT INTO "runs" VALUES(2,1796082835575,1796082835583,'accept 20220404.json','watchfold 1.0.0',17551,'finished',0,0,1,0,0,0,0,0,0,0,0,0,2);
INSERT INTO "runs" VALUES(3,1796082835605,1796082835613,'retract 20220402.json','watchfold 1.0.0',17552,'finished',0,0,0,0,0,0,1,0,0,0,0,0,3);
INSERT INTO "runs" VALUES(4,1796082835752,1796082835772,'run','watchfold 1.0.0',17595,'finished',0,0,1,1,0,0,0,13,0,0,0,860,4);
CREATE TABLE segments (
    fold INTEGER NOT NULL REFERENCES folds (id),
    part TEXT NOT NULL,
    name TEXT NOT NULL CHECK (name <> ''),
    inputs TEXT NOT NULL CHECK (inputs <> '' AND inputs NOT GLOB '*[^0-9a-f]*'),
    path TEXT NOT NULL UNIQUE CHECK (path <> ''),
    size INTEGER NOT NULL CHECK (size > 0),
    digest TEXT NOT NULL CHECK (digest <> '' AND digest NOT GLOB '*[^0-9a-f]*'),
    rows INTEGER NOT NULL CHECK (rows >= 0),
    PRIMARY KEY (fold, part, name, inputs)
) STRICT, WITHOUT ROWID;
CREATE TABLE sums (
    version INTEGER NOT NULL REFERENCES versions (id),
    measure INTEGER NOT NULL REFERENCES measures (id),
    sum INTEGER NOT NULL,
    magnitude INTEGER NOT NULL CHECK (magnitude >= sum AND magnitude >= -sum),
    PRIMARY KEY (version, measure)
) STRICT, WITHOUT ROWID;
INSERT INTO "sums" VALUES(1,1,382,382);
INSERT INTO "sums" VALUES(2,1,477,477);
INSERT INTO "sums" VALUES(3,1,261,261);
INSERT INTO "sums" VALUES(4,1,285,285);
INSERT INTO "sums" VALUES(5,1,382,382);
INSERT INTO "sums" VALUES(6,1,268,268);
CREATE TABLE transitions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    run INTEGER NOT NULL REFERENCES runs (id),
    name TEXT NOT NULL REFERENCES files (name),
    from_state TEXT CHECK (from_state IN ('new', 'waiting', 'folded', 'duplicate', 'held', 'failed', 'retracted')),
    to_state TEXT NOT NULL CHECK (to_state IN ('new', 'waiting', 'folded', 'duplicate', 'held', 'failed', 'retracted')),
    version INTEGER REFERENCES versions (id),
    generation INTEGER NOT NULL CHECK (generation >= 0),
    reason TEXT NOT NULL
) STRICT;
INSERT INTO "transitions" VALUES(1,1796082835547,1,'20220401.json',NULL,'folded',1,1,'');
INSERT INTO "transitions" VALUES(2,1796082835547,1,'20220402.json',NULL,'folded',2,1,'');
INSERT INTO "transitions" VALUES(3,1796082835547,1,'20220403.json',NULL,'folded',3,1,'');
INSERT INTO "transitions" VALUES(4,1796082835547,1,'20220404.json',NULL,'held',4,1,'3 of 9 records were rejected (bad-duration 3); max_reject_ratio allows 5%');
INSERT INTO "transitions" VALUES(5,1796082835577,2,'20220404.json','held','folded',4,2,'');
INSERT INTO "transitions" VALUES(6,1796082835606,3,'20220402.json','folded','retracted',2,3,'taken out by hand');
INSERT INTO "transitions" VALUES(7,1796082835761,4,'20220403.json','folded','folded',6,4,'');
INSERT INTO "transitions" VALUES(8,1796082835761,4,'copy-20220401.json',NULL,'duplicate',5,4,'the same content as 20220401.json');
CREATE TABLE versions (
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
) STRICT;
INSERT INTO "versions" VALUES(1,'20220401.json','358687f2a2133ecfed7200900268e3b6','2022-04-01',400,400,'none','lines','partials/dt=2022-04-01/20220401-358687f2a2133ecf.parquet',1538,'e57423c2fe8877127725d55eb5dd7727',1,'watchfold fold settings 1
plan "engagement"
key "Contract" at ["_source" "Contract"] ["Contract"]
key "AppName" at ["_source" "AppName"] ["AppName"]
value "TotalDuration" at ["_source" "TotalDuration"] ["TotalDuration"]
ignore "0"
negative_durations reject
max_record_bytes 16000000
',6,6,6,0,0,0,1796082835547,1);
INSERT INTO "versions" VALUES(2,'20220402.json','4b3a8010a7fa4c958a3e4453ad66229e','2022-04-02',401,401,'none','lines','partials/dt=2022-04-02/20220402-4b3a8010a7fa4c95.parquet',1543,'831d437b1640503f40cc6792bfed997a',1,'watchfold fold settings 1
plan "engagement"
key "Contract" at ["_source" "Contract"] ["Contract"]
key "AppName" at ["_source" "AppName"] ["AppName"]
value "TotalDuration" at ["_source" "TotalDuration"] ["TotalDuration"]
ignore "0"
negative_durations reject
max_record_bytes 16000000
',6,6,6,0,0,0,1796082835547,1);
INSERT INTO "versions" VALUES(3,'20220403.json','2dfdd9adde78b790802b5c51a7b48b7e','2022-04-03',396,396,'none','lines','partials/dt=2022-04-03/20220403-2dfdd9adde78b790.parquet',1567,'38961e5c0e1e5bd4734598562d00cbd7',1,'watchfold fold settings 1
plan "engagement"
key "Contract" at ["_source" "Contract"] ["Contract"]
key "AppName" at ["_source" "AppName"] ["AppName"]
value "TotalDuration" at ["_source" "TotalDuration"] ["TotalDuration"]
ignore "0"
negative_durations reject
max_record_bytes 16000000
',6,6,6,0,0,0,1796082835547,1);
INSERT INTO "versions" VALUES(4,'20220404.json','5c3d7157e60054862be15ab357736df0','2022-04-04',599,599,'none','lines','partials/dt=2022-04-04/20220404-5c3d7157e6005486.parquet',1606,'a1568ad5137dbae4e50e617cc7445989',1,'watchfold fold settings 1
plan "engagement"
key "Contract" at ["_source" "Contract"] ["Contract"]
key "AppName" at ["_source" "AppName"] ["AppName"]
value "TotalDuration" at ["_source" "TotalDuration"] ["TotalDuration"]
ignore "0"
negative_durations reject
max_record_bytes 16000000
',6,9,6,0,3,0,1796082835547,1);
INSERT INTO "versions" VALUES(5,'copy-20220401.json','358687f2a2133ecfed7200900268e3b6','2022-04-01',400,400,'none','lines','partials/dt=2022-04-01/copy-20220401-358687f2a2133ecf.parquet',1543,'33afe13eaa7745be6ca977f04cd40f74',1,'watchfold fold settings 1
plan "engagement"
key "Contract" at ["_source" "Contract"] ["Contract"]
key "AppName" at ["_source" "AppName"] ["AppName"]
value "TotalDuration" at ["_source" "TotalDuration"] ["TotalDuration"]
ignore "0"
negative_durations reject
max_record_bytes 16000000
',6,6,6,0,0,0,1796082835761,4);
INSERT INTO "versions" VALUES(6,'20220403.json','9b3025a60c0027824e63228ec875fe1a','2022-04-03',460,460,'none','lines','partials/dt=2022-04-03/20220403-9b3025a60c002782.parquet',1595,'7ace66bc31fe8214c0338fc0c854437f',1,'watchfold fold settings 1
plan "engagement"
key "Contract" at ["_source" "Contract"] ["Contract"]
key "AppName" at ["_source" "AppName"] ["AppName"]
value "TotalDuration" at ["_source" "TotalDuration"] ["TotalDuration"]
ignore "0"
negative_durations reject
max_record_bytes 16000000
',7,7,7,0,0,0,1796082835761,4);
CREATE INDEX versions_name ON versions (name);
CREATE INDEX versions_digest ON versions (digest);
CREATE INDEX counting_version ON counting (version);
CREATE INDEX counting_name ON counting (name);
CREATE UNIQUE INDEX counting_open_version ON counting (version) WHERE to_generation IS NULL;
CREATE UNIQUE INDEX counting_open_name ON counting (name) WHERE to_generation IS NULL;
CREATE UNIQUE INDEX counting_open_digest ON counting (digest) WHERE to_generation IS NULL AND shared = 0;
CREATE INDEX counting_open_content ON counting (digest) WHERE to_generation IS NULL;
CREATE INDEX counting_closed ON counting (to_generation) WHERE to_generation IS NOT NULL;
CREATE INDEX files_duplicates ON files (digest) WHERE state = 'duplicate';
CREATE INDEX transitions_name ON transitions (name);
CREATE INDEX runs_open ON runs (id) WHERE outcome IS NULL;
CREATE INDEX fields_path ON fields (path, version);
CREATE INDEX decisions_name ON decisions (name);
CREATE INDEX decisions_digest ON decisions (digest);
CREATE INDEX arrivals_name ON arrivals (name);
CREATE INDEX judgements_version ON judgements (version);
CREATE INDEX holdings_digest ON holdings (digest) WHERE digest IS NOT NULL;
CREATE INDEX holdings_left_out ON holdings (name) WHERE fits = 0;
CREATE INDEX claims_name ON claims (name);
CREATE INDEX claims_digest ON claims (digest);
CREATE TRIGGER meta_keep BEFORE DELETE ON meta
BEGIN
    SELECT RAISE(ABORT, 'history is never deleted');
END;
CREATE TRIGGER folds_keep BEFORE DELETE ON folds
BEGIN
    SELECT RAISE(ABORT, 'history is never deleted');
END;
CREATE TRIGGER measures_keep BEFORE DELETE ON measures
BEGIN
    SELECT RAISE(ABORT, 'history is never deleted');
END;
CREATE TRIGGER runs_keep BEFORE DELETE ON runs
BEGIN
    SELECT RAISE(ABORT, 'history is never deleted');
END;
CREATE TRIGGER versions_keep BEFORE DELETE ON versions
BEGIN
    SELECT RAISE(ABORT, 'history is never deleted');
END;
CREATE TRIGGER rejections_keep BEFORE DELETE ON rejections
BEGIN
    SELECT RAISE(ABORT, 'history is never deleted');
END;
CREATE TRIGGER sums_keep BEFORE DELETE ON sums
BEGIN
    SELECT RAISE(ABORT, 'history is never deleted');
END;
CREATE TRIGGER breakdowns_keep BEFORE DELETE ON breakdowns
BEGIN
    SELECT RAISE(ABORT, 'history is never deleted');
END;
CREATE TRIGGER fold_partials_keep BEFORE DELETE ON fold_partials
BEGIN
    SELECT RAISE(ABORT, 'history is never deleted');
END;
CREATE TRIGGER observed_keep BEFORE DELETE ON observed
BEGIN
    SELECT RAISE(ABORT, 'history is never deleted');
END;
CREATE TRIGGER coercions_keep BEFORE DELETE ON coercions
BEGIN
    SELECT RAISE(ABORT, 'history is never deleted');
END;
CREATE TRIGGER examples_keep BEFORE DELETE ON examples
BEGIN
    SELECT RAISE(ABORT, 'history is never deleted');
END;
CREATE TRIGGER fields_keep BEFORE DELETE ON fields
BEGIN
    SELECT RAISE(ABORT, 'history is never deleted');
END;
CREATE TRIGGER noticed_keep BEFORE DELETE ON noticed
BEGIN
    SELECT RAISE(ABORT, 'history is never deleted');
END;
CREATE TRIGGER flaws_keep BEFORE DELETE ON flaws
BEGIN
    SELECT RAISE(ABORT, 'history is never deleted');
END;
CREATE TRIGGER plans_keep BEFORE DELETE ON plans
BEGIN
    SELECT RAISE(ABORT, 'history is never deleted');
END;
CREATE TRIGGER decisions_keep BEFORE DELETE ON decisions
BEGIN
    SELECT RAISE(ABORT, 'history is never deleted');
END;
CREATE TRIGGER arrivals_keep BEFORE DELETE ON arrivals
BEGIN
    SELECT RAISE(ABORT, 'history is never deleted');
END;
CREATE TRIGGER judgements_keep BEFORE DELETE ON judgements
BEGIN
    SELECT RAISE(ABORT, 'history is never deleted');
END;
CREATE TRIGGER losses_keep BEFORE DELETE ON losses
BEGIN
    SELECT RAISE(ABORT, 'history is never deleted');
END;
CREATE TRIGGER holdings_keep BEFORE DELETE ON holdings
BEGIN
    SELECT RAISE(ABORT, 'history is never deleted');
END;
CREATE TRIGGER claims_keep BEFORE DELETE ON claims
BEGIN
    SELECT RAISE(ABORT, 'history is never deleted');
END;
CREATE TRIGGER rules_keep BEFORE DELETE ON rules
BEGIN
    SELECT RAISE(ABORT, 'history is never deleted');
END;
CREATE TRIGGER counting_keep BEFORE DELETE ON counting
BEGIN
    SELECT RAISE(ABORT, 'history is never deleted');
END;
CREATE TRIGGER files_keep BEFORE DELETE ON files
BEGIN
    SELECT RAISE(ABORT, 'history is never deleted');
END;
CREATE TRIGGER transitions_keep BEFORE DELETE ON transitions
BEGIN
    SELECT RAISE(ABORT, 'history is never deleted');
END;
CREATE TRIGGER folds_fixed BEFORE UPDATE ON folds
BEGIN
    SELECT RAISE(ABORT, 'history is never changed');
END;
CREATE TRIGGER measures_fixed BEFORE UPDATE ON measures
BEGIN
    SELECT RAISE(ABORT, 'history is never changed');
END;
CREATE TRIGGER versions_fixed BEFORE UPDATE ON versions
BEGIN
    SELECT RAISE(ABORT, 'history is never changed');
END;
CREATE TRIGGER rejections_fixed BEFORE UPDATE ON rejections
BEGIN
    SELECT RAISE(ABORT, 'history is never changed');
END;
CREATE TRIGGER sums_fixed BEFORE UPDATE ON sums
BEGIN
    SELECT RAISE(ABORT, 'history is never changed');
END;
CREATE TRIGGER breakdowns_fixed BEFORE UPDATE ON breakdowns
BEGIN
    SELECT RAISE(ABORT, 'history is never changed');
END;
CREATE TRIGGER fold_partials_fixed BEFORE UPDATE ON fold_partials
BEGIN
    SELECT RAISE(ABORT, 'history is never changed');
END;
CREATE TRIGGER observed_fixed BEFORE UPDATE ON observed
BEGIN
    SELECT RAISE(ABORT, 'history is never changed');
END;
CREATE TRIGGER coercions_fixed BEFORE UPDATE ON coercions
BEGIN
    SELECT RAISE(ABORT, 'history is never changed');
END;
CREATE TRIGGER examples_fixed BEFORE UPDATE ON examples
BEGIN
    SELECT RAISE(ABORT, 'history is never changed');
END;
CREATE TRIGGER fields_fixed BEFORE UPDATE ON fields
BEGIN
    SELECT RAISE(ABORT, 'history is never changed');
END;
CREATE TRIGGER noticed_fixed BEFORE UPDATE ON noticed
BEGIN
    SELECT RAISE(ABORT, 'history is never changed');
END;
CREATE TRIGGER flaws_fixed BEFORE UPDATE ON flaws
BEGIN
    SELECT RAISE(ABORT, 'history is never changed');
END;
CREATE TRIGGER plans_fixed BEFORE UPDATE ON plans
BEGIN
    SELECT RAISE(ABORT, 'history is never changed');
END;
CREATE TRIGGER decisions_fixed BEFORE UPDATE ON decisions
BEGIN
    SELECT RAISE(ABORT, 'history is never changed');
END;
CREATE TRIGGER arrivals_fixed BEFORE UPDATE ON arrivals
BEGIN
    SELECT RAISE(ABORT, 'history is never changed');
END;
CREATE TRIGGER judgements_fixed BEFORE UPDATE ON judgements
BEGIN
    SELECT RAISE(ABORT, 'history is never changed');
END;
CREATE TRIGGER losses_fixed BEFORE UPDATE ON losses
BEGIN
    SELECT RAISE(ABORT, 'history is never changed');
END;
CREATE TRIGGER claims_fixed BEFORE UPDATE ON claims
BEGIN
    SELECT RAISE(ABORT, 'history is never changed');
END;
CREATE TRIGGER rules_fixed BEFORE UPDATE ON rules
BEGIN
    SELECT RAISE(ABORT, 'history is never changed');
END;
CREATE TRIGGER transitions_fixed BEFORE UPDATE ON transitions
BEGIN
    SELECT RAISE(ABORT, 'history is never changed');
END;
CREATE TRIGGER counting_fixed BEFORE UPDATE ON counting
    WHEN OLD.to_generation IS NOT NULL OR NEW.id IS NOT OLD.id OR NEW.version IS NOT OLD.version
    OR NEW.name IS NOT OLD.name OR NEW.digest IS NOT OLD.digest OR NEW.shared IS NOT OLD.shared
    OR NEW.from_generation IS NOT OLD.from_generation
BEGIN
    SELECT RAISE(ABORT, 'only an open interval can be closed');
END;
CREATE TRIGGER runs_fixed BEFORE UPDATE ON runs
    WHEN OLD.outcome IS NOT NULL OR NEW.id IS NOT OLD.id OR NEW.started_at IS NOT OLD.started_at
    OR NEW.command IS NOT OLD.command OR NEW.tool IS NOT OLD.tool OR NEW.pid IS NOT OLD.pid
BEGIN
    SELECT RAISE(ABORT, 'only an open run can be ended');
END;
CREATE TRIGGER files_fixed BEFORE UPDATE ON files
    WHEN NEW.name IS NOT OLD.name
BEGIN
    SELECT RAISE(ABORT, 'a name never changes');
END;
CREATE TRIGGER meta_fixed BEFORE UPDATE ON meta
    WHEN OLD.key <> 'generation' OR NEW.key <> OLD.key OR NEW.value IS NOT OLD.value + 1
BEGIN
    SELECT RAISE(ABORT, 'only the generation changes, and only by one');
END;
CREATE TRIGGER holdings_fixed BEFORE UPDATE ON holdings
    WHEN NEW.name IS NOT OLD.name
BEGIN
    SELECT RAISE(ABORT, 'a name never changes');
END;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('runs',4);
INSERT INTO "sqlite_sequence" VALUES('rules',1);
INSERT INTO "sqlite_sequence" VALUES('versions',6);
INSERT INTO "sqlite_sequence" VALUES('judgements',6);
INSERT INTO "sqlite_sequence" VALUES('transitions',8);
INSERT INTO "sqlite_sequence" VALUES('claims',7);
INSERT INTO "sqlite_sequence" VALUES('arrivals',6);
INSERT INTO "sqlite_sequence" VALUES('counting',5);
INSERT INTO "sqlite_sequence" VALUES('plans',1);
INSERT INTO "sqlite_sequence" VALUES('decisions',2);
COMMIT;
