PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value ANY NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO meta VALUES('generation',5);
INSERT INTO meta VALUES('ledger','c1d96728f6197505ee8d3226b45711f6');
INSERT INTO meta VALUES('plan','engagement');
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
INSERT INTO runs VALUES(1,1795899636318,1795899636496,'run','watchfold 1.0.0',20063,'incomplete',0,0,3,1,2,0,0,6,0,2,0,314,1);
INSERT INTO runs VALUES(2,1795899636639,1795899636827,'accept 20220403.json','watchfold 1.0.0',20075,'finished',0,0,1,0,0,0,0,0,0,0,0,0,2);
INSERT INTO runs VALUES(3,1795899636927,1795899636971,'retract 20220404.json','watchfold 1.0.0',20076,'finished',0,0,0,0,0,0,1,0,0,0,0,0,3);
INSERT INTO runs VALUES(4,1795899637133,1795899637312,'run','watchfold 1.0.0',20077,'incomplete',0,0,0,0,1,0,0,1,0,1,0,55,NULL);
INSERT INTO runs VALUES(5,1795899637512,1795899637638,'retract 20220402.json','watchfold 1.0.0',20081,'finished',0,0,0,0,0,0,1,0,0,0,0,0,4);
INSERT INTO runs VALUES(6,1795899637830,1795899637904,'run','watchfold 1.0.0',20085,'incomplete',0,1,0,0,0,0,0,0,0,0,0,0,NULL);
INSERT INTO runs VALUES(7,1795899637943,1795899638208,'run','watchfold 1.0.0',20088,'incomplete',0,0,1,0,0,0,0,1,0,0,0,51,5);
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
    plan TEXT NOT NULL CHECK (plan <> ''),
    rows INTEGER NOT NULL CHECK (rows >= 0),
    seconds INTEGER NOT NULL,
    absolute_seconds INTEGER NOT NULL CHECK (absolute_seconds >= seconds AND absolute_seconds >= -seconds),
    records_read INTEGER NOT NULL,
    records_folded INTEGER NOT NULL CHECK (records_folded >= rows),
    records_ignored INTEGER NOT NULL CHECK (records_ignored >= 0),
    records_rejected INTEGER NOT NULL CHECK (records_rejected >= 0),
    records_coerced INTEGER NOT NULL CHECK (records_coerced BETWEEN 0 AND records_folded),
    folded_at INTEGER NOT NULL,
    run INTEGER NOT NULL REFERENCES runs (id),
    UNIQUE (id, name, digest),
    CHECK (records_read = records_folded + records_ignored + records_rejected),
    CHECK ((rows = 0) = (records_folded = 0))
) STRICT;
INSERT INTO versions VALUES(1,'20220401-copy.json','44fe8af024277d2a24e08ce461df8523','2022-04-01',51,51,'none','lines','partials/dt=2022-04-01/20220401-copy-44fe8af024277d2a.parquet',1407,'41a2befb1955b0d40639b6801a5d393f',replace('watchfold fold settings 1\nplan "engagement"\nkey "Contract" at ["_source" "Contract"] ["Contract"]\nkey "AppName" at ["_source" "AppName"] ["AppName"]\nvalue "TotalDuration" at ["_source" "TotalDuration"] ["TotalDuration"]\nignore "0"\nnegative_durations reject\nmax_record_bytes 16000000\n','\n',char(10)),1,1,1,1,1,0,0,0,1795899636430,1);
INSERT INTO versions VALUES(2,'20220401.json','44fe8af024277d2a24e08ce461df8523','2022-04-01',51,51,'none','lines','partials/dt=2022-04-01/20220401-44fe8af024277d2a.parquet',1402,'0b4713aa7df96e95c22d5db6b93e463e',replace('watchfold fold settings 1\nplan "engagement"\nkey "Contract" at ["_source" "Contract"] ["Contract"]\nkey "AppName" at ["_source" "AppName"] ["AppName"]\nvalue "TotalDuration" at ["_source" "TotalDuration"] ["TotalDuration"]\nignore "0"\nnegative_durations reject\nmax_record_bytes 16000000\n','\n',char(10)),1,1,1,1,1,0,0,0,1795899636430,1);
INSERT INTO versions VALUES(3,'20220402.json','99facde37f87d44daff1440c4bc131d0','2022-04-02',51,51,'none','lines','partials/dt=2022-04-02/20220402-99facde37f87d44d.parquet',1403,'2b48e85faab1fb06087ed06f4e68091f',replace('watchfold fold settings 1\nplan "engagement"\nkey "Contract" at ["_source" "Contract"] ["Contract"]\nkey "AppName" at ["_source" "AppName"] ["AppName"]\nvalue "TotalDuration" at ["_source" "TotalDuration"] ["TotalDuration"]\nignore "0"\nnegative_durations reject\nmax_record_bytes 16000000\n','\n',char(10)),1,2,2,1,1,0,0,0,1795899636430,1);
INSERT INTO versions VALUES(4,'20220403.json','47dc3fad461d9327fc977917685ab570','2022-04-03',55,55,'none','lines','partials/dt=2022-04-03/20220403-47dc3fad461d9327.parquet',1442,'1fdd388c05f8c6a6ed5292c765de49df',replace('watchfold fold settings 1\nplan "engagement"\nkey "Contract" at ["_source" "Contract"] ["Contract"]\nkey "AppName" at ["_source" "AppName"] ["AppName"]\nvalue "TotalDuration" at ["_source" "TotalDuration"] ["TotalDuration"]\nignore "0"\nnegative_durations reject\nmax_record_bytes 16000000\n','\n',char(10)),1,3,3,2,1,0,1,0,1795899636430,1);
INSERT INTO versions VALUES(5,'20220404.json','376009733abd72d7e4c93aed47414497','2022-04-04',51,51,'none','lines','partials/dt=2022-04-04/20220404-376009733abd72d7.parquet',1403,'29281d167e46811774ab337a408fdb8a',replace('watchfold fold settings 1\nplan "engagement"\nkey "Contract" at ["_source" "Contract"] ["Contract"]\nkey "AppName" at ["_source" "AppName"] ["AppName"]\nvalue "TotalDuration" at ["_source" "TotalDuration"] ["TotalDuration"]\nignore "0"\nnegative_durations reject\nmax_record_bytes 16000000\n','\n',char(10)),1,4,4,1,1,0,0,0,1795899636430,1);
INSERT INTO versions VALUES(6,'20220405.json','78665d974cfe0dfa784a66bb78b44c9d','2022-04-05',55,55,'none','lines','partials/dt=2022-04-05/20220405-78665d974cfe0dfa.parquet',1441,'c97afe11169868d14d170c95653345d8',replace('watchfold fold settings 1\nplan "engagement"\nkey "Contract" at ["_source" "Contract"] ["Contract"]\nkey "AppName" at ["_source" "AppName"] ["AppName"]\nvalue "TotalDuration" at ["_source" "TotalDuration"] ["TotalDuration"]\nignore "0"\nnegative_durations reject\nmax_record_bytes 16000000\n','\n',char(10)),1,5,5,2,1,0,1,0,1795899636430,1);
INSERT INTO versions VALUES(7,'20220402.json','1d4cf6a4eea2b7b4f3300a3c7dd3f8f1','2022-04-02',55,55,'none','lines','partials/dt=2022-04-02/20220402-1d4cf6a4eea2b7b4.parquet',1442,'761bbd4df91a2d2dae4b5f93f3138e44',replace('watchfold fold settings 1\nplan "engagement"\nkey "Contract" at ["_source" "Contract"] ["Contract"]\nkey "AppName" at ["_source" "AppName"] ["AppName"]\nvalue "TotalDuration" at ["_source" "TotalDuration"] ["TotalDuration"]\nignore "0"\nnegative_durations reject\nmax_record_bytes 16000000\n','\n',char(10)),1,6,6,2,1,0,1,0,1795899637285,4);
INSERT INTO versions VALUES(8,'20220401.json','174bbacd742cfa1d9a45725dafa84863','2022-04-01',51,51,'none','lines','partials/dt=2022-04-01/20220401-174bbacd742cfa1d.parquet',1403,'830fa731a11e9727dc70c20176c59093',replace('watchfold fold settings 1\nplan "engagement"\nkey "Contract" at ["_source" "Contract"] ["Contract"]\nkey "AppName" at ["_source" "AppName"] ["AppName"]\nvalue "TotalDuration" at ["_source" "TotalDuration"] ["TotalDuration"]\nignore "0"\nnegative_durations reject\nmax_record_bytes 16000000\n','\n',char(10)),1,7,7,1,1,0,0,0,1795899637976,7);
CREATE TABLE rejections (
    version INTEGER NOT NULL REFERENCES versions (id),
    reason TEXT NOT NULL CHECK (reason <> ''),
    records INTEGER NOT NULL CHECK (records > 0),
    PRIMARY KEY (version, reason)
) STRICT, WITHOUT ROWID;
INSERT INTO rejections VALUES(4,'malformed-json',1);
INSERT INTO rejections VALUES(6,'malformed-json',1);
INSERT INTO rejections VALUES(7,'malformed-json',1);
CREATE TABLE apps (
    version INTEGER NOT NULL REFERENCES versions (id),
    app TEXT NOT NULL,
    records INTEGER NOT NULL CHECK (records > 0),
    seconds INTEGER NOT NULL,
    PRIMARY KEY (version, app)
) STRICT, WITHOUT ROWID;
INSERT INTO apps VALUES(1,'VOD',1,1);
INSERT INTO apps VALUES(2,'VOD',1,1);
INSERT INTO apps VALUES(3,'VOD',1,2);
INSERT INTO apps VALUES(4,'VOD',1,3);
INSERT INTO apps VALUES(5,'VOD',1,4);
INSERT INTO apps VALUES(6,'VOD',1,5);
INSERT INTO apps VALUES(7,'VOD',1,6);
INSERT INTO apps VALUES(8,'VOD',1,7);
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
INSERT INTO counting VALUES(1,5,'20220404.json','376009733abd72d7e4c93aed47414497',0,1,3,'retracted');
INSERT INTO counting VALUES(2,2,'20220401.json','44fe8af024277d2a24e08ce461df8523',0,1,5,'replaced');
INSERT INTO counting VALUES(3,3,'20220402.json','99facde37f87d44daff1440c4bc131d0',0,1,4,'retracted');
INSERT INTO counting VALUES(4,4,'20220403.json','47dc3fad461d9327fc977917685ab570',0,2,NULL,NULL);
INSERT INTO counting VALUES(5,8,'20220401.json','174bbacd742cfa1d9a45725dafa84863',0,5,NULL,NULL);
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
INSERT INTO files VALUES('20220401-copy.json','waiting','20220401-copy.json','2022-04-01',65024,1007714,20,1795899637737015499,1795899637744561584,NULL,NULL,NULL,NULL,'it ends inside a record, at line 1',1795899637873,NULL,NULL,NULL,NULL);
INSERT INTO files VALUES('20220401.json','folded','20220401.json','2022-04-01',65024,1007687,51,1795899637916561577,1795899637916561577,8,'174bbacd742cfa1d9a45725dafa84863',NULL,NULL,'',1795899637976,NULL,NULL,NULL,NULL);
INSERT INTO files VALUES('20220402.json','retracted','20220402.json','2022-04-02',65024,1007689,55,1795899636976561613,1795899636976561613,3,'99facde37f87d44daff1440c4bc131d0',NULL,'99facde37f87d44daff1440c4bc131d0','taken out by hand',1795899637536,NULL,NULL,NULL,NULL);
INSERT INTO files VALUES('20220403.json','folded','20220403.json','2022-04-03',65024,1007690,55,1795899636217084179,1795899636217084179,4,'47dc3fad461d9327fc977917685ab570',NULL,NULL,'',1795899636667,NULL,NULL,NULL,NULL);
INSERT INTO files VALUES('20220404.json','retracted','20220404.json','2022-04-04',65024,1007691,51,1795899636217084179,1795899636217084179,5,'376009733abd72d7e4c93aed47414497',NULL,'376009733abd72d7e4c93aed47414497','taken out by hand',1795899636934,NULL,NULL,NULL,NULL);
INSERT INTO files VALUES('20220405.json','held','20220405.json','2022-04-05',65024,1007692,55,1795899636217084179,1795899636217084179,6,'78665d974cfe0dfa784a66bb78b44c9d',NULL,NULL,'1 of 2 records were rejected (malformed-json 1); more than 5% is not taken',1795899636430,NULL,NULL,NULL,NULL);
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
INSERT INTO transitions VALUES(1,1795899636430,1,'20220403.json',NULL,'held',4,1,'1 of 2 records were rejected (malformed-json 1); more than 5% is not taken');
INSERT INTO transitions VALUES(2,1795899636430,1,'20220405.json',NULL,'held',6,1,'1 of 2 records were rejected (malformed-json 1); more than 5% is not taken');
INSERT INTO transitions VALUES(3,1795899636430,1,'20220404.json',NULL,'folded',5,1,'');
INSERT INTO transitions VALUES(4,1795899636430,1,'20220401-copy.json',NULL,'duplicate',1,1,'the same content as 20220401.json');
INSERT INTO transitions VALUES(5,1795899636430,1,'20220401.json',NULL,'folded',2,1,'');
INSERT INTO transitions VALUES(6,1795899636430,1,'20220402.json',NULL,'folded',3,1,'');
INSERT INTO transitions VALUES(7,1795899636667,2,'20220403.json','held','folded',4,2,'');
INSERT INTO transitions VALUES(8,1795899636934,3,'20220404.json','folded','retracted',5,3,'taken out by hand');
INSERT INTO transitions VALUES(9,1795899637285,4,'20220402.json','folded','held',7,3,'1 of 2 records were rejected (malformed-json 1); more than 5% is not taken');
INSERT INTO transitions VALUES(10,1795899637536,5,'20220402.json','held','retracted',3,4,'taken out by hand');
INSERT INTO transitions VALUES(11,1795899637873,6,'20220401-copy.json','duplicate','waiting',NULL,4,'it ends inside a record, at line 1');
INSERT INTO transitions VALUES(12,1795899637976,7,'20220401.json','folded','folded',8,5,'');
CREATE TABLE observed (
    version INTEGER PRIMARY KEY REFERENCES versions (id),
    has_more_fields INTEGER NOT NULL CHECK (has_more_fields IN (0, 1))
) STRICT;
INSERT INTO observed VALUES(1,0);
INSERT INTO observed VALUES(2,0);
INSERT INTO observed VALUES(3,0);
INSERT INTO observed VALUES(4,0);
INSERT INTO observed VALUES(5,0);
INSERT INTO observed VALUES(6,0);
INSERT INTO observed VALUES(7,0);
INSERT INTO observed VALUES(8,0);
CREATE TABLE coercions (
    version INTEGER NOT NULL REFERENCES observed (version),
    form TEXT NOT NULL CHECK (form IN ('key-as-number', 'value-as-string', 'value-as-float')),
    records INTEGER NOT NULL CHECK (records > 0),
    PRIMARY KEY (version, form)
) STRICT, WITHOUT ROWID;
CREATE TABLE examples (
    version INTEGER NOT NULL REFERENCES observed (version),
    reason TEXT NOT NULL,
    line INTEGER NOT NULL CHECK (line > 0),
    start INTEGER NOT NULL CHECK (start >= 0),
    excerpt TEXT NOT NULL,
    PRIMARY KEY (version, reason),
    FOREIGN KEY (version, reason) REFERENCES rejections (version, reason)
) STRICT, WITHOUT ROWID;
INSERT INTO examples VALUES(4,'malformed-json',2,51,'bad');
INSERT INTO examples VALUES(6,'malformed-json',2,51,'bad');
INSERT INTO examples VALUES(7,'malformed-json',2,51,'bad');
CREATE TABLE fields (
    version INTEGER NOT NULL REFERENCES observed (version),
    path TEXT NOT NULL,
    kinds INTEGER NOT NULL CHECK (kinds BETWEEN 1 AND 63),
    PRIMARY KEY (version, path)
) STRICT, WITHOUT ROWID;
INSERT INTO fields VALUES(1,'AppName',8);
INSERT INTO fields VALUES(1,'Contract',8);
INSERT INTO fields VALUES(1,'TotalDuration',4);
INSERT INTO fields VALUES(2,'AppName',8);
INSERT INTO fields VALUES(2,'Contract',8);
INSERT INTO fields VALUES(2,'TotalDuration',4);
INSERT INTO fields VALUES(3,'AppName',8);
INSERT INTO fields VALUES(3,'Contract',8);
INSERT INTO fields VALUES(3,'TotalDuration',4);
INSERT INTO fields VALUES(4,'AppName',8);
INSERT INTO fields VALUES(4,'Contract',8);
INSERT INTO fields VALUES(4,'TotalDuration',4);
INSERT INTO fields VALUES(5,'AppName',8);
INSERT INTO fields VALUES(5,'Contract',8);
INSERT INTO fields VALUES(5,'TotalDuration',4);
INSERT INTO fields VALUES(6,'AppName',8);
INSERT INTO fields VALUES(6,'Contract',8);
INSERT INTO fields VALUES(6,'TotalDuration',4);
INSERT INTO fields VALUES(7,'AppName',8);
INSERT INTO fields VALUES(7,'Contract',8);
INSERT INTO fields VALUES(7,'TotalDuration',4);
INSERT INTO fields VALUES(8,'AppName',8);
INSERT INTO fields VALUES(8,'Contract',8);
INSERT INTO fields VALUES(8,'TotalDuration',4);
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('runs',7);
INSERT INTO sqlite_sequence VALUES('versions',8);
INSERT INTO sqlite_sequence VALUES('transitions',12);
INSERT INTO sqlite_sequence VALUES('counting',5);
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
CREATE TRIGGER apps_keep BEFORE DELETE ON apps
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
CREATE TRIGGER meta_keep BEFORE DELETE ON meta
BEGIN
    SELECT RAISE(ABORT, 'history is never deleted');
END;
CREATE TRIGGER versions_fixed BEFORE UPDATE ON versions
BEGIN
    SELECT RAISE(ABORT, 'history is never changed');
END;
CREATE TRIGGER rejections_fixed BEFORE UPDATE ON rejections
BEGIN
    SELECT RAISE(ABORT, 'history is never changed');
END;
CREATE TRIGGER apps_fixed BEFORE UPDATE ON apps
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
CREATE INDEX fields_path ON fields (path, version);
CREATE TRIGGER observed_keep BEFORE DELETE ON observed
BEGIN
    SELECT RAISE(ABORT, 'history is never deleted');
END;
CREATE TRIGGER observed_fixed BEFORE UPDATE ON observed
BEGIN
    SELECT RAISE(ABORT, 'history is never changed');
END;
CREATE TRIGGER coercions_keep BEFORE DELETE ON coercions
BEGIN
    SELECT RAISE(ABORT, 'history is never deleted');
END;
CREATE TRIGGER coercions_fixed BEFORE UPDATE ON coercions
BEGIN
    SELECT RAISE(ABORT, 'history is never changed');
END;
CREATE TRIGGER examples_keep BEFORE DELETE ON examples
BEGIN
    SELECT RAISE(ABORT, 'history is never deleted');
END;
CREATE TRIGGER examples_fixed BEFORE UPDATE ON examples
BEGIN
    SELECT RAISE(ABORT, 'history is never changed');
END;
CREATE TRIGGER fields_keep BEFORE DELETE ON fields
BEGIN
    SELECT RAISE(ABORT, 'history is never deleted');
END;
CREATE TRIGGER fields_fixed BEFORE UPDATE ON fields
BEGIN
    SELECT RAISE(ABORT, 'history is never changed');
END;
COMMIT;
