PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value ANY NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO meta VALUES('generation',12);
INSERT INTO meta VALUES('ledger','10f36877fd7237b4b2937a23d76d5a93');
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
INSERT INTO runs VALUES(1,1795915593493,1795915594380,'run','watchfold 1.0.0',27907,'incomplete',0,1,14,1,2,0,0,1893,1,14,2,170654,5);
INSERT INTO runs VALUES(2,1795915594782,1795915594972,'accept 20220410.json','watchfold 1.0.0',27933,'finished',0,0,1,0,0,0,0,0,0,0,0,0,6);
INSERT INTO runs VALUES(3,1795915595397,1795915595652,'retract 20220404.json','watchfold 1.0.0',27937,'finished',0,0,0,0,0,0,1,0,0,0,0,0,7);
INSERT INTO runs VALUES(4,1795915596363,1795915596658,'retract 20220405.json','watchfold 1.0.0',27939,'finished',0,0,0,0,0,0,1,0,0,0,0,0,8);
INSERT INTO runs VALUES(5,1795915596907,1795915597284,'restore 20220405.json','watchfold 1.0.0',27947,'finished',0,0,1,0,0,0,0,0,0,0,0,0,9);
INSERT INTO runs VALUES(6,1795915599229,1795915599948,'run','watchfold 1.0.0',27990,'incomplete',0,0,1,0,1,1,0,211,0,9,0,19072,10);
INSERT INTO runs VALUES(7,1795915601336,1795915601853,'run','watchfold 1.0.0',28043,'incomplete',0,0,1,0,0,0,0,190,0,0,0,17102,11);
INSERT INTO runs VALUES(8,1795915602369,1795915602424,'verify --repair','watchfold 1.0.0',28050,'finished',0,0,0,0,0,0,0,0,0,0,0,0,NULL);
INSERT INTO runs VALUES(9,1795915602428,1795915602453,'verify --repair','watchfold 1.0.0',28050,'incomplete',0,0,0,0,0,1,0,0,0,0,0,0,NULL);
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
INSERT INTO versions VALUES(1,'20220401-copy.json','d6986aa6113b184bee5eb48e5a8c1d63','2022-04-01',18000,18000,'none','lines','partials/dt=2022-04-01/20220401-copy-d6986aa6113b184b.parquet',4908,'a0f6a8165320011ff1d91a98883d1d7c',replace('watchfold fold settings 1\nplan "engagement"\nkey "Contract" at ["_source" "Contract"] ["Contract"]\nkey "AppName" at ["_source" "AppName"] ["AppName"]\nvalue "TotalDuration" at ["_source" "TotalDuration"] ["TotalDuration"]\nignore "0"\nnegative_durations reject\nmax_record_bytes 16000000\njson lenient\n','\n',char(10)),150,29372,29372,200,200,0,0,0,1795915593753,1);
INSERT INTO versions VALUES(2,'20220401.json','d6986aa6113b184bee5eb48e5a8c1d63','2022-04-01',18000,18000,'none','lines','partials/dt=2022-04-01/20220401-d6986aa6113b184b.parquet',4903,'2eae34225ad688824a24772955b57803',replace('watchfold fold settings 1\nplan "engagement"\nkey "Contract" at ["_source" "Contract"] ["Contract"]\nkey "AppName" at ["_source" "AppName"] ["AppName"]\nvalue "TotalDuration" at ["_source" "TotalDuration"] ["TotalDuration"]\nignore "0"\nnegative_durations reject\nmax_record_bytes 16000000\njson lenient\n','\n',char(10)),150,29372,29372,200,200,0,0,0,1795915593753,1);
INSERT INTO versions VALUES(3,'20220402.json','7b97173806ae6109c268b6847bfab789','2022-04-02',18000,18000,'none','lines','partials/dt=2022-04-02/20220402-7b97173806ae6109.parquet',4907,'3a2c0f1e38884dcbdd55934f33858df4',replace('watchfold fold settings 1\nplan "engagement"\nkey "Contract" at ["_source" "Contract"] ["Contract"]\nkey "AppName" at ["_source" "AppName"] ["AppName"]\nvalue "TotalDuration" at ["_source" "TotalDuration"] ["TotalDuration"]\nignore "0"\nnegative_durations reject\nmax_record_bytes 16000000\njson lenient\n','\n',char(10)),150,29387,29387,200,200,0,0,0,1795915593753,1);
INSERT INTO versions VALUES(4,'20220403.json','b9fbf075ea58d9d4fd655f1fd0fed603','2022-04-03',18000,18000,'none','lines','partials/dt=2022-04-03/20220403-b9fbf075ea58d9d4.parquet',4907,'cc61e781a79f19b3767023f1d768d5d4',replace('watchfold fold settings 1\nplan "engagement"\nkey "Contract" at ["_source" "Contract"] ["Contract"]\nkey "AppName" at ["_source" "AppName"] ["AppName"]\nvalue "TotalDuration" at ["_source" "TotalDuration"] ["TotalDuration"]\nignore "0"\nnegative_durations reject\nmax_record_bytes 16000000\njson lenient\n','\n',char(10)),150,29402,29402,200,200,0,0,0,1795915593753,1);
INSERT INTO versions VALUES(5,'20220404.json','ef1948e5683bc8000f0619eba713f654','2022-04-04',18000,18000,'none','lines','partials/dt=2022-04-04/20220404-ef1948e5683bc800.parquet',4904,'4e63a7873e995d7791dfc1cc2a87f8da',replace('watchfold fold settings 1\nplan "engagement"\nkey "Contract" at ["_source" "Contract"] ["Contract"]\nkey "AppName" at ["_source" "AppName"] ["AppName"]\nvalue "TotalDuration" at ["_source" "TotalDuration"] ["TotalDuration"]\nignore "0"\nnegative_durations reject\nmax_record_bytes 16000000\njson lenient\n','\n',char(10)),150,29417,29417,200,200,0,0,0,1795915593753,1);
INSERT INTO versions VALUES(6,'20220405.json','c3800266bcf96286ca2536e232da1f78','2022-04-05',18000,18000,'none','lines','partials/dt=2022-04-05/20220405-c3800266bcf96286.parquet',4907,'0457ab2aa8eba5a7ffe82ffd0029ac5f',replace('watchfold fold settings 1\nplan "engagement"\nkey "Contract" at ["_source" "Contract"] ["Contract"]\nkey "AppName" at ["_source" "AppName"] ["AppName"]\nvalue "TotalDuration" at ["_source" "TotalDuration"] ["TotalDuration"]\nignore "0"\nnegative_durations reject\nmax_record_bytes 16000000\njson lenient\n','\n',char(10)),150,29432,29432,200,200,0,0,0,1795915593753,1);
INSERT INTO versions VALUES(7,'20220406.json','e9485d4bccaf82eeee5d1dfc21f4a72d','2022-04-06',18000,18000,'none','lines','partials/dt=2022-04-06/20220406-e9485d4bccaf82ee.parquet',4908,'f4b4d37db19219a1eb9af92dd94b2266',replace('watchfold fold settings 1\nplan "engagement"\nkey "Contract" at ["_source" "Contract"] ["Contract"]\nkey "AppName" at ["_source" "AppName"] ["AppName"]\nvalue "TotalDuration" at ["_source" "TotalDuration"] ["TotalDuration"]\nignore "0"\nnegative_durations reject\nmax_record_bytes 16000000\njson lenient\n','\n',char(10)),150,29447,29447,200,200,0,0,0,1795915593828,1);
INSERT INTO versions VALUES(8,'20220407.json','09ee4080fe3372884e97c19d05af0b99','2022-04-07',18000,18000,'none','lines','partials/dt=2022-04-07/20220407-09ee4080fe337288.parquet',4905,'109229fa36fcd18613934fdbc7b52e72',replace('watchfold fold settings 1\nplan "engagement"\nkey "Contract" at ["_source" "Contract"] ["Contract"]\nkey "AppName" at ["_source" "AppName"] ["AppName"]\nvalue "TotalDuration" at ["_source" "TotalDuration"] ["TotalDuration"]\nignore "0"\nnegative_durations reject\nmax_record_bytes 16000000\njson lenient\n','\n',char(10)),150,29462,29462,200,200,0,0,0,1795915593828,1);
INSERT INTO versions VALUES(9,'20220408.json','05d8f7bcde19b17b07be9a31b57e0c14','2022-04-08',18000,18000,'none','lines','partials/dt=2022-04-08/20220408-05d8f7bcde19b17b.parquet',4908,'5906ad80332af7c86b9909b7cdfd7a14',replace('watchfold fold settings 1\nplan "engagement"\nkey "Contract" at ["_source" "Contract"] ["Contract"]\nkey "AppName" at ["_source" "AppName"] ["AppName"]\nvalue "TotalDuration" at ["_source" "TotalDuration"] ["TotalDuration"]\nignore "0"\nnegative_durations reject\nmax_record_bytes 16000000\njson lenient\n','\n',char(10)),150,29477,29477,200,200,0,0,0,1795915593944,1);
INSERT INTO versions VALUES(10,'20220409.json','b1d7f0ccb28d1992f55828458951c71f','2022-04-09',1800,1800,'none','lines','partials/dt=2022-04-09/20220409-b1d7f0ccb28d1992.parquet',1917,'8abbc087bc21e7341a56a20357f93f8b',replace('watchfold fold settings 1\nplan "engagement"\nkey "Contract" at ["_source" "Contract"] ["Contract"]\nkey "AppName" at ["_source" "AppName"] ["AppName"]\nvalue "TotalDuration" at ["_source" "TotalDuration"] ["TotalDuration"]\nignore "0"\nnegative_durations reject\nmax_record_bytes 16000000\njson lenient\n','\n',char(10)),15,2837,2837,20,20,0,0,0,1795915593944,1);
INSERT INTO versions VALUES(11,'20220410.json','fac6068f808f6c7d65880a87acf5c301','2022-04-10',2880,2880,'none','lines','partials/dt=2022-04-10/20220410-fac6068f808f6c7d.parquet',2259,'39b7dc35f7c4ec6c516bc27995875bfe',replace('watchfold fold settings 1\nplan "engagement"\nkey "Contract" at ["_source" "Contract"] ["Contract"]\nkey "AppName" at ["_source" "AppName"] ["AppName"]\nvalue "TotalDuration" at ["_source" "TotalDuration"] ["TotalDuration"]\nignore "0"\nnegative_durations reject\nmax_record_bytes 16000000\njson lenient\n','\n',char(10)),30,4205,4205,42,30,0,12,0,1795915593944,1);
INSERT INTO versions VALUES(12,'20220411.json','a59fef38d7bbe0001ba08d8eb83de105','2022-04-11',2849,2849,'none','lines','partials/dt=2022-04-11/20220411-a59fef38d7bbe000.parquet',2088,'d256c9b93b26ab1a951475da523804f8',replace('watchfold fold settings 1\nplan "engagement"\nkey "Contract" at ["_source" "Contract"] ["Contract"]\nkey "AppName" at ["_source" "AppName"] ["AppName"]\nvalue "TotalDuration" at ["_source" "TotalDuration"] ["TotalDuration"]\nignore "0"\nnegative_durations reject\nmax_record_bytes 16000000\njson lenient\n','\n',char(10)),32,4359,4359,33,32,0,1,2,1795915593944,1);
INSERT INTO versions VALUES(13,'20220412.json','ef5b1af66bb4707ff171508c676a8091','2022-04-12',334,334,'none','lines','partials/dt=2022-04-12/20220412-ef5b1af66bb4707f.parquet',1530,'6a38295db580deaba7ef09b626be9731',replace('watchfold fold settings 1\nplan "engagement"\nkey "Contract" at ["_source" "Contract"] ["Contract"]\nkey "AppName" at ["_source" "AppName"] ["AppName"]\nvalue "TotalDuration" at ["_source" "TotalDuration"] ["TotalDuration"]\nignore "0"\nnegative_durations reject\nmax_record_bytes 16000000\njson lenient\n','\n',char(10)),3,303,303,4,3,1,0,0,1795915594080,1);
INSERT INTO versions VALUES(14,'20220413.json','d2c2dd004a1c6cffe882d9f7b9495967','2022-04-13',411,411,'none','responses','partials/dt=2022-04-13/20220413-d2c2dd004a1c6cff.parquet',1533,'972fdd4d1c83bd36c82ad58cf869c234',replace('watchfold fold settings 1\nplan "engagement"\nkey "Contract" at ["_source" "Contract"] ["Contract"]\nkey "AppName" at ["_source" "AppName"] ["AppName"]\nvalue "TotalDuration" at ["_source" "TotalDuration"] ["TotalDuration"]\nignore "0"\nnegative_durations reject\nmax_record_bytes 16000000\njson lenient\n','\n',char(10)),4,36,36,4,4,0,0,0,1795915594080,1);
INSERT INTO versions VALUES(15,'20220415.json','07932ebdaa000f35f024bdfde37b45bc','2022-04-15',11,11,'none','lines','partials/dt=2022-04-15/20220415-07932ebdaa000f35.parquet',1044,'8282016c40ea09332c0d88d3f33de4bd',replace('watchfold fold settings 1\nplan "engagement"\nkey "Contract" at ["_source" "Contract"] ["Contract"]\nkey "AppName" at ["_source" "AppName"] ["AppName"]\nvalue "TotalDuration" at ["_source" "TotalDuration"] ["TotalDuration"]\nignore "0"\nnegative_durations reject\nmax_record_bytes 16000000\njson lenient\n','\n',char(10)),0,0,0,1,0,0,1,0,1795915594080,1);
INSERT INTO versions VALUES(16,'20220418.json','b061f46db8b7dc8e95c910253e07df86','2022-04-18',100,100,'none','lines','partials/dt=2022-04-18/20220418-b061f46db8b7dc8e.parquet',1454,'c70c2339195e3a0f7ba93bfa2a3a1b0e',replace('watchfold fold settings 1\nplan "engagement"\nkey "Contract" at ["_source" "Contract"] ["Contract"]\nkey "AppName" at ["_source" "AppName"] ["AppName"]\nvalue "TotalDuration" at ["_source" "TotalDuration"] ["TotalDuration"]\nignore "0"\nnegative_durations reject\nmax_record_bytes 16000000\njson lenient\n','\n',char(10)),1,9223372036853775807,9223372036853775807,1,1,0,0,0,1795915594132,1);
INSERT INTO versions VALUES(17,'notes.json','b5ee3cd85e83039d98d25513a3eb4832',NULL,269,269,'none','lines','partials/dt=__HIVE_DEFAULT_PARTITION__/notes-b5ee3cd85e83039d.parquet',1516,'7fbac57168f01fc4d472f826ac5cb41f',replace('watchfold fold settings 1\nplan "engagement"\nkey "Contract" at ["_source" "Contract"] ["Contract"]\nkey "AppName" at ["_source" "AppName"] ["AppName"]\nvalue "TotalDuration" at ["_source" "TotalDuration"] ["TotalDuration"]\nignore "0"\nnegative_durations reject\nmax_record_bytes 16000000\njson lenient\n','\n',char(10)),3,306,306,3,3,0,0,0,1795915594132,1);
INSERT INTO versions VALUES(18,'20220402.json','d65d016c9e9f45cedf86155f530d0831','2022-04-02',16200,16200,'none','lines','partials/dt=2022-04-02/20220402-d65d016c9e9f45ce.parquet',4909,'1d35df58ef709c1da34b83e7643d60d7',replace('watchfold fold settings 1\nplan "engagement"\nkey "Contract" at ["_source" "Contract"] ["Contract"]\nkey "AppName" at ["_source" "AppName"] ["AppName"]\nvalue "TotalDuration" at ["_source" "TotalDuration"] ["TotalDuration"]\nignore "0"\nnegative_durations reject\nmax_record_bytes 16000000\njson lenient\n','\n',char(10)),150,26527,26527,180,180,0,0,0,1795915599657,6);
INSERT INTO versions VALUES(19,'20220403.json','6514087c2f9ed30b5005617b7a6835ab','2022-04-03',2772,2772,'none','lines','partials/dt=2022-04-03/20220403-6514087c2f9ed30b.parquet',2180,'91e37391dcc32ddede0792e52b48ebfa',replace('watchfold fold settings 1\nplan "engagement"\nkey "Contract" at ["_source" "Contract"] ["Contract"]\nkey "AppName" at ["_source" "AppName"] ["AppName"]\nvalue "TotalDuration" at ["_source" "TotalDuration"] ["TotalDuration"]\nignore "0"\nnegative_durations reject\nmax_record_bytes 16000000\njson lenient\n','\n',char(10)),30,4205,4205,39,30,0,9,0,1795915599657,6);
INSERT INTO versions VALUES(20,'20220419.json','9e1c1001bcfe612a4f91f31e3e831f7e','2022-04-19',100,100,'none','lines','partials/dt=2022-04-19/20220419-9e1c1001bcfe612a.parquet',1454,'e2ecb5dd929378ae11b3a6861b568a9c',replace('watchfold fold settings 1\nplan "engagement"\nkey "Contract" at ["_source" "Contract"] ["Contract"]\nkey "AppName" at ["_source" "AppName"] ["AppName"]\nvalue "TotalDuration" at ["_source" "TotalDuration"] ["TotalDuration"]\nignore "0"\nnegative_durations reject\nmax_record_bytes 16000000\njson lenient\n','\n',char(10)),1,9223372036854675807,9223372036854675807,1,1,0,0,0,1795915599657,6);
INSERT INTO versions VALUES(21,'20220406.json','8468207dea278f49c4de9f077f7d0554','2022-04-06',17102,17102,'none','lines','partials/dt=2022-04-06/20220406-8468207dea278f49.parquet',4899,'213efe2d4b311b036641bcf16ea234a6',replace('watchfold fold settings 1\nplan "engagement"\nkey "Contract" at ["_source" "Contract"] ["Contract"]\nkey "AppName" at ["_source" "AppName"] ["AppName"]\nvalue "TotalDuration" at ["_source" "TotalDuration"] ["TotalDuration"]\nignore "0"\nnegative_durations reject\nmax_record_bytes 16000000\njson lenient\n','\n',char(10)),150,28044,28044,190,190,0,0,0,1795915601460,7);
CREATE TABLE rejections (
    version INTEGER NOT NULL REFERENCES versions (id),
    reason TEXT NOT NULL CHECK (reason <> ''),
    records INTEGER NOT NULL CHECK (records > 0),
    PRIMARY KEY (version, reason)
) STRICT, WITHOUT ROWID;
INSERT INTO rejections VALUES(11,'malformed-json',4);
INSERT INTO rejections VALUES(11,'missing-duration',4);
INSERT INTO rejections VALUES(11,'not-an-object',4);
INSERT INTO rejections VALUES(12,'missing-duration',1);
INSERT INTO rejections VALUES(15,'malformed-json',1);
INSERT INTO rejections VALUES(19,'malformed-json',9);
CREATE TABLE apps (
    version INTEGER NOT NULL REFERENCES versions (id),
    app TEXT NOT NULL,
    records INTEGER NOT NULL CHECK (records > 0),
    seconds INTEGER NOT NULL,
    PRIMARY KEY (version, app)
) STRICT, WITHOUT ROWID;
INSERT INTO apps VALUES(1,'CHANNEL',67,9952);
INSERT INTO apps VALUES(1,'CHILD',66,9588);
INSERT INTO apps VALUES(1,'VOD',67,9832);
INSERT INTO apps VALUES(2,'CHANNEL',67,9952);
INSERT INTO apps VALUES(2,'CHILD',66,9588);
INSERT INTO apps VALUES(2,'VOD',67,9832);
INSERT INTO apps VALUES(3,'CHANNEL',67,9795);
INSERT INTO apps VALUES(3,'CHILD',66,9753);
INSERT INTO apps VALUES(3,'VOD',67,9839);
INSERT INTO apps VALUES(4,'CHANNEL',67,9832);
INSERT INTO apps VALUES(4,'CHILD',66,9724);
INSERT INTO apps VALUES(4,'VOD',67,9846);
INSERT INTO apps VALUES(5,'CHANNEL',67,9869);
INSERT INTO apps VALUES(5,'CHILD',66,9695);
INSERT INTO apps VALUES(5,'VOD',67,9853);
INSERT INTO apps VALUES(6,'CHANNEL',67,10100);
INSERT INTO apps VALUES(6,'CHILD',66,9472);
INSERT INTO apps VALUES(6,'VOD',67,9860);
INSERT INTO apps VALUES(7,'CHANNEL',67,9846);
INSERT INTO apps VALUES(7,'CHILD',66,9734);
INSERT INTO apps VALUES(7,'VOD',67,9867);
INSERT INTO apps VALUES(8,'CHANNEL',67,9883);
INSERT INTO apps VALUES(8,'CHILD',66,9705);
INSERT INTO apps VALUES(8,'VOD',67,9874);
INSERT INTO apps VALUES(9,'CHANNEL',67,9726);
INSERT INTO apps VALUES(9,'CHILD',66,9870);
INSERT INTO apps VALUES(9,'VOD',67,9881);
INSERT INTO apps VALUES(10,'CHANNEL',7,976);
INSERT INTO apps VALUES(10,'CHILD',6,822);
INSERT INTO apps VALUES(10,'VOD',7,1039);
INSERT INTO apps VALUES(11,'CHANNEL',10,1384);
INSERT INTO apps VALUES(11,'CHILD',10,1387);
INSERT INTO apps VALUES(11,'VOD',10,1434);
INSERT INTO apps VALUES(12,'CHANNEL',10,1422);
INSERT INTO apps VALUES(12,'CHILD',10,1445);
INSERT INTO apps VALUES(12,'It''s "x" 📺',1,3);
INSERT INTO apps VALUES(12,'VOD',11,1489);
INSERT INTO apps VALUES(13,'CHANNEL',1,100);
INSERT INTO apps VALUES(13,'CHILD',1,102);
INSERT INTO apps VALUES(13,'VOD',1,101);
INSERT INTO apps VALUES(14,'SPORT',4,36);
INSERT INTO apps VALUES(16,'VOD',1,9223372036853775807);
INSERT INTO apps VALUES(17,'CHANNEL',1,100);
INSERT INTO apps VALUES(17,'CHILD',1,104);
INSERT INTO apps VALUES(17,'VOD',1,102);
INSERT INTO apps VALUES(18,'CHANNEL',60,8732);
INSERT INTO apps VALUES(18,'CHILD',60,8985);
INSERT INTO apps VALUES(18,'VOD',60,8810);
INSERT INTO apps VALUES(19,'CHANNEL',10,1384);
INSERT INTO apps VALUES(19,'CHILD',10,1387);
INSERT INTO apps VALUES(19,'VOD',10,1434);
INSERT INTO apps VALUES(20,'VOD',1,9223372036854675807);
INSERT INTO apps VALUES(21,'CHANNEL',64,9427);
INSERT INTO apps VALUES(21,'CHILD',63,9347);
INSERT INTO apps VALUES(21,'VOD',63,9270);
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
INSERT INTO counting VALUES(1,2,'20220401.json','d6986aa6113b184bee5eb48e5a8c1d63',0,1,NULL,NULL);
INSERT INTO counting VALUES(2,3,'20220402.json','7b97173806ae6109c268b6847bfab789',0,1,10,'replaced');
INSERT INTO counting VALUES(3,4,'20220403.json','b9fbf075ea58d9d4fd655f1fd0fed603',0,1,NULL,NULL);
INSERT INTO counting VALUES(4,5,'20220404.json','ef1948e5683bc8000f0619eba713f654',0,1,7,'retracted');
INSERT INTO counting VALUES(5,6,'20220405.json','c3800266bcf96286ca2536e232da1f78',0,1,8,'retracted');
INSERT INTO counting VALUES(6,7,'20220406.json','e9485d4bccaf82eeee5d1dfc21f4a72d',0,2,11,'replaced');
INSERT INTO counting VALUES(7,8,'20220407.json','09ee4080fe3372884e97c19d05af0b99',0,2,12,'lost');
INSERT INTO counting VALUES(8,9,'20220408.json','05d8f7bcde19b17b07be9a31b57e0c14',0,3,NULL,NULL);
INSERT INTO counting VALUES(9,10,'20220409.json','b1d7f0ccb28d1992f55828458951c71f',0,3,NULL,NULL);
INSERT INTO counting VALUES(10,12,'20220411.json','a59fef38d7bbe0001ba08d8eb83de105',0,3,NULL,NULL);
INSERT INTO counting VALUES(11,13,'20220412.json','ef5b1af66bb4707ff171508c676a8091',0,4,NULL,NULL);
INSERT INTO counting VALUES(12,14,'20220413.json','d2c2dd004a1c6cffe882d9f7b9495967',0,4,NULL,NULL);
INSERT INTO counting VALUES(13,16,'20220418.json','b061f46db8b7dc8e95c910253e07df86',0,5,NULL,NULL);
INSERT INTO counting VALUES(14,17,'notes.json','b5ee3cd85e83039d98d25513a3eb4832',0,5,NULL,NULL);
INSERT INTO counting VALUES(15,11,'20220410.json','fac6068f808f6c7d65880a87acf5c301',0,6,NULL,NULL);
INSERT INTO counting VALUES(16,6,'20220405.json','c3800266bcf96286ca2536e232da1f78',0,9,NULL,NULL);
INSERT INTO counting VALUES(17,18,'20220402.json','d65d016c9e9f45cedf86155f530d0831',0,10,NULL,NULL);
INSERT INTO counting VALUES(18,21,'20220406.json','8468207dea278f49c4de9f077f7d0554',0,11,NULL,NULL);
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
INSERT INTO files VALUES('20220401-copy.json','duplicate','20220401-copy.json','2022-04-01',65024,16237538,18000,1795915592990506366,1795915592990506366,1,'d6986aa6113b184bee5eb48e5a8c1d63','20220401.json',NULL,'the same content as 20220401.json',1795915593753,NULL,NULL,NULL,NULL);
INSERT INTO files VALUES('20220401.json','folded','20220401.json','2022-04-01',65024,16237192,18000,1795915592915196381,1795915592915196381,2,'d6986aa6113b184bee5eb48e5a8c1d63',NULL,NULL,'',1795915593753,NULL,NULL,NULL,NULL);
INSERT INTO files VALUES('20220402.json','folded','20220402.json','2022-04-02',65024,16237211,16200,1795915598582648830,1795915598582648830,18,'d65d016c9e9f45cedf86155f530d0831',NULL,NULL,'',1795915599657,NULL,NULL,NULL,NULL);
INSERT INTO files VALUES('20220403.json','held','20220403.json','2022-04-03',65024,16237236,2772,1795915598604338379,1795915598604338379,19,'6514087c2f9ed30b5005617b7a6835ab',NULL,NULL,'9 of 39 records were rejected (malformed-json 9); more than 5% is not taken; the first: broken without quotes at line 31, column 2',1795915599657,NULL,NULL,NULL,NULL);
INSERT INTO files VALUES('20220404.json','retracted','20220404.json','2022-04-04',65024,16237271,18000,1795915592942115867,1795915592942115867,5,'ef1948e5683bc8000f0619eba713f654',NULL,'ef1948e5683bc8000f0619eba713f654','taken out by hand',1795915595432,NULL,NULL,NULL,NULL);
INSERT INTO files VALUES('20220405.json','folded','20220405.json','2022-04-05',65024,16237473,18000,1795915592942870719,1795915592942870719,6,'c3800266bcf96286ca2536e232da1f78',NULL,NULL,'',1795915596985,NULL,NULL,NULL,NULL);
INSERT INTO files VALUES('20220406.json','folded','20220406.json','2022-04-06',65024,16237491,17102,1795915600859668965,1795915600859668965,21,'8468207dea278f49c4de9f077f7d0554',NULL,NULL,'',1795915601460,NULL,NULL,NULL,NULL);
INSERT INTO files VALUES('20220407.json','failed','20220407.json','2022-04-07',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'its partial is damaged and its file is not in the inbox: 200 records and 29,462 seconds no longer count',1795915602439,200,0,0,0);
INSERT INTO files VALUES('20220408.json','folded','20220408.json','2022-04-08',65024,16237508,18000,1795915592989558437,1795915592989558437,9,'05d8f7bcde19b17b07be9a31b57e0c14',NULL,NULL,'',1795915593944,NULL,NULL,NULL,NULL);
INSERT INTO files VALUES('20220409.json','folded','20220409.json','2022-04-09',65024,16237521,1800,1795915592989713147,1795915592989713147,10,'b1d7f0ccb28d1992f55828458951c71f',NULL,NULL,'unusual: 20 records, usual is 200 (200 to 200): a short dump?',1795915593944,NULL,NULL,NULL,NULL);
INSERT INTO files VALUES('20220410.json','folded','20220410.json','2022-04-10',65024,16237573,2880,1795915592990795236,1795915592990795236,11,'fac6068f808f6c7d65880a87acf5c301',NULL,NULL,'',1795915594825,NULL,NULL,NULL,NULL);
INSERT INTO files VALUES('20220411.json','folded','20220411.json','2022-04-11',65024,16237574,2849,1795915592990981282,1795915592990981282,12,'a59fef38d7bbe0001ba08d8eb83de105',NULL,NULL,'unusual: 32 records, usual is 200 (200 to 200): a short dump?',1795915593944,NULL,NULL,NULL,NULL);
INSERT INTO files VALUES('20220412.json','folded','20220412.json','2022-04-12',65024,16237575,334,1795915592991049664,1795915592991049664,13,'ef5b1af66bb4707ff171508c676a8091',NULL,NULL,'',1795915594080,NULL,NULL,NULL,NULL);
INSERT INTO files VALUES('20220413.json','folded','20220413.json','2022-04-13',65024,16237576,411,1795915592991181961,1795915592991181961,14,'d2c2dd004a1c6cffe882d9f7b9495967',NULL,NULL,'unusual: partial answer: it timed out, 1 shard failed, 4 of 900 hits',1795915594080,NULL,NULL,NULL,NULL);
INSERT INTO files VALUES('20220414.json','waiting','20220414.json','2022-04-14',65024,16237578,71,1795915592991311113,1795915592991311113,NULL,NULL,NULL,NULL,'it ends inside a record, at line 2',1795915594080,NULL,NULL,NULL,NULL);
INSERT INTO files VALUES('20220415.json','held','20220415.json','2022-04-15',65024,16237579,11,1795915592991359294,1795915592991359294,15,'07932ebdaa000f35f024bdfde37b45bc',NULL,NULL,'1 of 1 records were rejected (malformed-json 1); more than 5% is not taken; the first: the character U+001F where none can stand at line 1, column 1',1795915594080,NULL,NULL,NULL,NULL);
INSERT INTO files VALUES('20220418.json','folded','20220418.json','2022-04-18',65024,16237580,100,1795915592991481426,1795915592991481426,16,'b061f46db8b7dc8e95c910253e07df86',NULL,NULL,'unusual: 9,223,372,036,853,775,360 seconds, usual is 29.4 k (303 to 29.5 k): another unit?',1795915594132,NULL,NULL,NULL,NULL);
INSERT INTO files VALUES('20220419.json','failed','20220419.json','2022-04-19',65024,16237647,100,1795915598627596253,1795915598627596253,NULL,NULL,NULL,NULL,'with it, the seconds of all files add up to more than 9223372036854775807; its largest contract is N',1795915599657,1,0,0,0);
INSERT INTO files VALUES('notes.json','folded','notes.json',NULL,65024,16237577,269,1795915592991257363,1795915592991257363,17,'b5ee3cd85e83039d98d25513a3eb4832',NULL,NULL,'',1795915594132,NULL,NULL,NULL,NULL);
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
INSERT INTO transitions VALUES(1,1795915593753,1,'20220401-copy.json',NULL,'duplicate',1,1,'the same content as 20220401.json');
INSERT INTO transitions VALUES(2,1795915593753,1,'20220401.json',NULL,'folded',2,1,'');
INSERT INTO transitions VALUES(3,1795915593753,1,'20220402.json',NULL,'folded',3,1,'');
INSERT INTO transitions VALUES(4,1795915593753,1,'20220403.json',NULL,'folded',4,1,'');
INSERT INTO transitions VALUES(5,1795915593753,1,'20220404.json',NULL,'folded',5,1,'');
INSERT INTO transitions VALUES(6,1795915593753,1,'20220405.json',NULL,'folded',6,1,'');
INSERT INTO transitions VALUES(7,1795915593828,1,'20220406.json',NULL,'folded',7,2,'');
INSERT INTO transitions VALUES(8,1795915593828,1,'20220407.json',NULL,'folded',8,2,'');
INSERT INTO transitions VALUES(9,1795915593944,1,'20220408.json',NULL,'folded',9,3,'');
INSERT INTO transitions VALUES(10,1795915593944,1,'20220409.json',NULL,'folded',10,3,'unusual: 20 records, usual is 200 (200 to 200): a short dump?');
INSERT INTO transitions VALUES(11,1795915593944,1,'20220410.json',NULL,'held',11,3,'12 of 42 records were rejected (malformed-json 4, missing-duration 4, not-an-object 4); more than 5% is not taken; the first: broken without quotes at line 32, column 2');
INSERT INTO transitions VALUES(12,1795915593944,1,'20220411.json',NULL,'folded',12,3,'unusual: 32 records, usual is 200 (200 to 200): a short dump?');
INSERT INTO transitions VALUES(13,1795915594080,1,'20220412.json',NULL,'folded',13,4,'');
INSERT INTO transitions VALUES(14,1795915594080,1,'20220413.json',NULL,'folded',14,4,'unusual: partial answer: it timed out, 1 shard failed, 4 of 900 hits');
INSERT INTO transitions VALUES(15,1795915594080,1,'20220414.json',NULL,'waiting',NULL,4,'it ends inside a record, at line 2');
INSERT INTO transitions VALUES(16,1795915594080,1,'20220415.json',NULL,'held',15,4,'1 of 1 records were rejected (malformed-json 1); more than 5% is not taken; the first: the character U+001F where none can stand at line 1, column 1');
INSERT INTO transitions VALUES(17,1795915594132,1,'20220418.json',NULL,'folded',16,5,'unusual: 9,223,372,036,853,775,360 seconds, usual is 29.4 k (303 to 29.5 k): another unit?');
INSERT INTO transitions VALUES(18,1795915594132,1,'notes.json',NULL,'folded',17,5,'');
INSERT INTO transitions VALUES(19,1795915594825,2,'20220410.json','held','folded',11,6,'');
INSERT INTO transitions VALUES(20,1795915595432,3,'20220404.json','folded','retracted',5,7,'taken out by hand');
INSERT INTO transitions VALUES(21,1795915596429,4,'20220405.json','folded','retracted',6,8,'taken out by hand');
INSERT INTO transitions VALUES(22,1795915596985,5,'20220405.json','retracted','folded',6,9,'');
INSERT INTO transitions VALUES(23,1795915599657,6,'20220402.json','folded','folded',18,10,'');
INSERT INTO transitions VALUES(24,1795915599657,6,'20220403.json','folded','held',19,10,'9 of 39 records were rejected (malformed-json 9); more than 5% is not taken; the first: broken without quotes at line 31, column 2');
INSERT INTO transitions VALUES(25,1795915599657,6,'20220419.json',NULL,'failed',NULL,10,'with it, the seconds of all files add up to more than 9223372036854775807; its largest contract is N');
INSERT INTO transitions VALUES(26,1795915601460,7,'20220406.json','folded','folded',21,11,'');
INSERT INTO transitions VALUES(27,1795915602439,9,'20220407.json','folded','failed',NULL,12,'its partial is damaged and its file is not in the inbox: 200 records and 29,462 seconds no longer count');
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
INSERT INTO observed VALUES(9,0);
INSERT INTO observed VALUES(10,0);
INSERT INTO observed VALUES(11,0);
INSERT INTO observed VALUES(12,0);
INSERT INTO observed VALUES(13,0);
INSERT INTO observed VALUES(14,0);
INSERT INTO observed VALUES(15,0);
INSERT INTO observed VALUES(16,0);
INSERT INTO observed VALUES(17,0);
INSERT INTO observed VALUES(18,0);
INSERT INTO observed VALUES(19,0);
INSERT INTO observed VALUES(20,0);
INSERT INTO observed VALUES(21,0);
CREATE TABLE coercions (
    version INTEGER NOT NULL REFERENCES observed (version),
    form TEXT NOT NULL CHECK (form IN ('key-as-number', 'value-as-string', 'value-as-float')),
    records INTEGER NOT NULL CHECK (records > 0),
    PRIMARY KEY (version, form)
) STRICT, WITHOUT ROWID;
INSERT INTO coercions VALUES(12,'key-as-number',1);
INSERT INTO coercions VALUES(12,'value-as-float',1);
INSERT INTO coercions VALUES(12,'value-as-string',1);
CREATE TABLE examples (
    version INTEGER NOT NULL REFERENCES observed (version),
    reason TEXT NOT NULL,
    line INTEGER NOT NULL CHECK (line > 0),
    start INTEGER NOT NULL CHECK (start >= 0),
    excerpt TEXT NOT NULL,
    PRIMARY KEY (version, reason),
    FOREIGN KEY (version, reason) REFERENCES rejections (version, reason)
) STRICT, WITHOUT ROWID;
INSERT INTO examples VALUES(11,'malformed-json',32,2733,'{broken');
INSERT INTO examples VALUES(11,'missing-duration',31,2700,'{"Contract":"X","AppName":"VOD"}');
INSERT INTO examples VALUES(11,'not-an-object',33,2741,'[1]');
INSERT INTO examples VALUES(12,'missing-duration',31,2700,'{"Contract":"X","AppName":"VOD"}');
INSERT INTO examples VALUES(15,'malformed-json',1,0,'\u{1f}\u{8b}nonsense');
INSERT INTO examples VALUES(19,'malformed-json',31,2700,'{broken');
CREATE TABLE fields (
    version INTEGER NOT NULL REFERENCES observed (version),
    path TEXT NOT NULL,
    kinds INTEGER NOT NULL CHECK (kinds BETWEEN 1 AND 63),
    PRIMARY KEY (version, path)
) STRICT, WITHOUT ROWID;
INSERT INTO fields VALUES(1,'_index',8);
INSERT INTO fields VALUES(1,'_source',32);
INSERT INTO fields VALUES(1,'_source.AppName',8);
INSERT INTO fields VALUES(1,'_source.Contract',8);
INSERT INTO fields VALUES(1,'_source.TotalDuration',4);
INSERT INTO fields VALUES(2,'_index',8);
INSERT INTO fields VALUES(2,'_source',32);
INSERT INTO fields VALUES(2,'_source.AppName',8);
INSERT INTO fields VALUES(2,'_source.Contract',8);
INSERT INTO fields VALUES(2,'_source.TotalDuration',4);
INSERT INTO fields VALUES(3,'_index',8);
INSERT INTO fields VALUES(3,'_source',32);
INSERT INTO fields VALUES(3,'_source.AppName',8);
INSERT INTO fields VALUES(3,'_source.Contract',8);
INSERT INTO fields VALUES(3,'_source.TotalDuration',4);
INSERT INTO fields VALUES(4,'_index',8);
INSERT INTO fields VALUES(4,'_source',32);
INSERT INTO fields VALUES(4,'_source.AppName',8);
INSERT INTO fields VALUES(4,'_source.Contract',8);
INSERT INTO fields VALUES(4,'_source.TotalDuration',4);
INSERT INTO fields VALUES(5,'_index',8);
INSERT INTO fields VALUES(5,'_source',32);
INSERT INTO fields VALUES(5,'_source.AppName',8);
INSERT INTO fields VALUES(5,'_source.Contract',8);
INSERT INTO fields VALUES(5,'_source.TotalDuration',4);
INSERT INTO fields VALUES(6,'_index',8);
INSERT INTO fields VALUES(6,'_source',32);
INSERT INTO fields VALUES(6,'_source.AppName',8);
INSERT INTO fields VALUES(6,'_source.Contract',8);
INSERT INTO fields VALUES(6,'_source.TotalDuration',4);
INSERT INTO fields VALUES(7,'_index',8);
INSERT INTO fields VALUES(7,'_source',32);
INSERT INTO fields VALUES(7,'_source.AppName',8);
INSERT INTO fields VALUES(7,'_source.Contract',8);
INSERT INTO fields VALUES(7,'_source.TotalDuration',4);
INSERT INTO fields VALUES(8,'_index',8);
INSERT INTO fields VALUES(8,'_source',32);
INSERT INTO fields VALUES(8,'_source.AppName',8);
INSERT INTO fields VALUES(8,'_source.Contract',8);
INSERT INTO fields VALUES(8,'_source.TotalDuration',4);
INSERT INTO fields VALUES(9,'_index',8);
INSERT INTO fields VALUES(9,'_source',32);
INSERT INTO fields VALUES(9,'_source.AppName',8);
INSERT INTO fields VALUES(9,'_source.Contract',8);
INSERT INTO fields VALUES(9,'_source.TotalDuration',4);
INSERT INTO fields VALUES(10,'_index',8);
INSERT INTO fields VALUES(10,'_source',32);
INSERT INTO fields VALUES(10,'_source.AppName',8);
INSERT INTO fields VALUES(10,'_source.Contract',8);
INSERT INTO fields VALUES(10,'_source.TotalDuration',4);
INSERT INTO fields VALUES(11,'AppName',8);
INSERT INTO fields VALUES(11,'Contract',8);
INSERT INTO fields VALUES(11,'_index',8);
INSERT INTO fields VALUES(11,'_source',32);
INSERT INTO fields VALUES(11,'_source.AppName',8);
INSERT INTO fields VALUES(11,'_source.Contract',8);
INSERT INTO fields VALUES(11,'_source.TotalDuration',4);
INSERT INTO fields VALUES(12,'AppName',8);
INSERT INTO fields VALUES(12,'Contract',12);
INSERT INTO fields VALUES(12,'TotalDuration',12);
INSERT INTO fields VALUES(12,'_index',8);
INSERT INTO fields VALUES(12,'_source',32);
INSERT INTO fields VALUES(12,'_source.AppName',8);
INSERT INTO fields VALUES(12,'_source.Contract',8);
INSERT INTO fields VALUES(12,'_source.TotalDuration',4);
INSERT INTO fields VALUES(13,'AppName',8);
INSERT INTO fields VALUES(13,'Contract',8);
INSERT INTO fields VALUES(13,'TotalDuration',4);
INSERT INTO fields VALUES(13,'_index',8);
INSERT INTO fields VALUES(13,'_source',32);
INSERT INTO fields VALUES(13,'_source.AppName',8);
INSERT INTO fields VALUES(13,'_source.Contract',8);
INSERT INTO fields VALUES(13,'_source.TotalDuration',4);
INSERT INTO fields VALUES(14,'_source',32);
INSERT INTO fields VALUES(14,'_source.AppName',8);
INSERT INTO fields VALUES(14,'_source.Contract',8);
INSERT INTO fields VALUES(14,'_source.TotalDuration',4);
INSERT INTO fields VALUES(16,'_index',8);
INSERT INTO fields VALUES(16,'_source',32);
INSERT INTO fields VALUES(16,'_source.AppName',8);
INSERT INTO fields VALUES(16,'_source.Contract',8);
INSERT INTO fields VALUES(16,'_source.TotalDuration',4);
INSERT INTO fields VALUES(17,'_index',8);
INSERT INTO fields VALUES(17,'_source',32);
INSERT INTO fields VALUES(17,'_source.AppName',8);
INSERT INTO fields VALUES(17,'_source.Contract',8);
INSERT INTO fields VALUES(17,'_source.TotalDuration',4);
INSERT INTO fields VALUES(18,'_index',8);
INSERT INTO fields VALUES(18,'_source',32);
INSERT INTO fields VALUES(18,'_source.AppName',8);
INSERT INTO fields VALUES(18,'_source.Contract',8);
INSERT INTO fields VALUES(18,'_source.TotalDuration',4);
INSERT INTO fields VALUES(19,'_index',8);
INSERT INTO fields VALUES(19,'_source',32);
INSERT INTO fields VALUES(19,'_source.AppName',8);
INSERT INTO fields VALUES(19,'_source.Contract',8);
INSERT INTO fields VALUES(19,'_source.TotalDuration',4);
INSERT INTO fields VALUES(20,'_index',8);
INSERT INTO fields VALUES(20,'_source',32);
INSERT INTO fields VALUES(20,'_source.AppName',8);
INSERT INTO fields VALUES(20,'_source.Contract',8);
INSERT INTO fields VALUES(20,'_source.TotalDuration',4);
INSERT INTO fields VALUES(21,'_index',8);
INSERT INTO fields VALUES(21,'_source',32);
INSERT INTO fields VALUES(21,'_source.AppName',8);
INSERT INTO fields VALUES(21,'_source.Contract',8);
INSERT INTO fields VALUES(21,'_source.TotalDuration',4);
CREATE TABLE maps (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    from_generation INTEGER NOT NULL CHECK (from_generation >= 0),
    categories TEXT NOT NULL CHECK (categories <> '')
) STRICT;
INSERT INTO maps VALUES(1,5,replace('categories 1\nTV	CHANNEL	DSHD	KPLUS	KPlus\nMovie	BHD	BHD_RES	DANET	FIMS	FIMS_RES	VOD	VOD_RES\nChild	CHILD\nRelax	RELAX\nSport	SPORT\n','\n',char(10)));
INSERT INTO maps VALUES(2,11,replace('categories 1\nTV	CHANNEL\nRest	CHILD	VOD\n','\n',char(10)));
CREATE TABLE noticed (
    version INTEGER NOT NULL REFERENCES observed (version),
    what TEXT NOT NULL CHECK (what <> ''),
    number INTEGER NOT NULL CHECK (number > 0),
    PRIMARY KEY (version, what)
) STRICT, WITHOUT ROWID;
INSERT INTO noticed VALUES(13,'action-line',1);
INSERT INTO noticed VALUES(14,'answers-timed-out',1);
INSERT INTO noticed VALUES(14,'hits-held',4);
INSERT INTO noticed VALUES(14,'hits-total',900);
INSERT INTO noticed VALUES(14,'shards-failed',1);
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
INSERT INTO flaws VALUES(11,'malformed-json','broken without quotes','',0,2,0);
INSERT INTO flaws VALUES(11,'not-an-object','an array in place of an object: rows without names?','',0,1,1);
INSERT INTO flaws VALUES(15,'malformed-json','the character U+001F where none can stand','',0,1,0);
INSERT INTO flaws VALUES(19,'malformed-json','broken without quotes','',0,2,0);
CREATE TABLE decisions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    run INTEGER NOT NULL REFERENCES runs (id),
    generation INTEGER NOT NULL CHECK (generation >= 0),
    kind TEXT NOT NULL CHECK (kind IN ('accept', 'retract', 'restore')),
    name TEXT NOT NULL CHECK (name <> ''),
    digest TEXT NOT NULL CHECK (digest <> '' AND digest NOT GLOB '*[^0-9a-f]*')
) STRICT;
INSERT INTO decisions VALUES(1,1795915594825,2,5,'accept','20220410.json','fac6068f808f6c7d65880a87acf5c301');
INSERT INTO decisions VALUES(2,1795915595432,3,6,'retract','20220404.json','ef1948e5683bc8000f0619eba713f654');
INSERT INTO decisions VALUES(3,1795915596429,4,7,'retract','20220405.json','c3800266bcf96286ca2536e232da1f78');
INSERT INTO decisions VALUES(4,1795915596985,5,8,'restore','20220405.json','c3800266bcf96286ca2536e232da1f78');
CREATE TABLE arrivals (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    run INTEGER NOT NULL REFERENCES runs (id),
    name TEXT NOT NULL REFERENCES files (name),
    version INTEGER NOT NULL REFERENCES versions (id)
) STRICT;
INSERT INTO arrivals VALUES(1,1,'20220401-copy.json',1);
INSERT INTO arrivals VALUES(2,1,'20220401.json',2);
INSERT INTO arrivals VALUES(3,1,'20220402.json',3);
INSERT INTO arrivals VALUES(4,1,'20220403.json',4);
INSERT INTO arrivals VALUES(5,1,'20220404.json',5);
INSERT INTO arrivals VALUES(6,1,'20220405.json',6);
INSERT INTO arrivals VALUES(7,1,'20220406.json',7);
INSERT INTO arrivals VALUES(8,1,'20220407.json',8);
INSERT INTO arrivals VALUES(9,1,'20220408.json',9);
INSERT INTO arrivals VALUES(10,1,'20220409.json',10);
INSERT INTO arrivals VALUES(11,1,'20220410.json',11);
INSERT INTO arrivals VALUES(12,1,'20220411.json',12);
INSERT INTO arrivals VALUES(13,1,'20220412.json',13);
INSERT INTO arrivals VALUES(14,1,'20220413.json',14);
INSERT INTO arrivals VALUES(15,1,'20220415.json',15);
INSERT INTO arrivals VALUES(16,1,'20220418.json',16);
INSERT INTO arrivals VALUES(17,1,'notes.json',17);
INSERT INTO arrivals VALUES(18,6,'20220402.json',18);
INSERT INTO arrivals VALUES(19,6,'20220403.json',19);
INSERT INTO arrivals VALUES(20,6,'20220419.json',20);
INSERT INTO arrivals VALUES(21,7,'20220406.json',21);
CREATE TABLE judgements (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    version INTEGER NOT NULL REFERENCES versions (id),
    rejected_bytes INTEGER NOT NULL CHECK (rejected_bytes >= 0),
    held TEXT CHECK (held <> ''),
    unusual TEXT CHECK (unusual <> '')
) STRICT;
INSERT INTO judgements VALUES(1,1,0,NULL,NULL);
INSERT INTO judgements VALUES(2,2,0,NULL,NULL);
INSERT INTO judgements VALUES(3,3,0,NULL,NULL);
INSERT INTO judgements VALUES(4,4,0,NULL,NULL);
INSERT INTO judgements VALUES(5,5,0,NULL,NULL);
INSERT INTO judgements VALUES(6,6,0,NULL,NULL);
INSERT INTO judgements VALUES(7,7,0,NULL,NULL);
INSERT INTO judgements VALUES(8,8,0,NULL,NULL);
INSERT INTO judgements VALUES(9,9,0,NULL,NULL);
INSERT INTO judgements VALUES(10,10,0,NULL,'unusual: 20 records, usual is 200 (200 to 200): a short dump?');
INSERT INTO judgements VALUES(11,11,168,NULL,NULL);
INSERT INTO judgements VALUES(12,12,32,NULL,'unusual: 32 records, usual is 200 (200 to 200): a short dump?');
INSERT INTO judgements VALUES(13,13,0,NULL,NULL);
INSERT INTO judgements VALUES(14,14,0,NULL,'unusual: partial answer: it timed out, 1 shard failed, 4 of 900 hits');
INSERT INTO judgements VALUES(15,15,11,NULL,NULL);
INSERT INTO judgements VALUES(16,16,0,NULL,'unusual: 9,223,372,036,853,775,360 seconds, usual is 29.4 k (303 to 29.5 k): another unit?');
INSERT INTO judgements VALUES(17,17,0,NULL,NULL);
INSERT INTO judgements VALUES(18,18,0,NULL,NULL);
INSERT INTO judgements VALUES(19,19,63,NULL,NULL);
INSERT INTO judgements VALUES(20,20,0,NULL,'unusual: 9,223,372,036,854,675,456 seconds, usual is 29.4 k (303 to 29.5 k): another unit?');
INSERT INTO judgements VALUES(21,21,0,NULL,NULL);
CREATE TABLE losses (
    version INTEGER PRIMARY KEY REFERENCES versions (id),
    run INTEGER NOT NULL REFERENCES runs (id)
) STRICT;
INSERT INTO losses VALUES(8,9);
CREATE TABLE holdings (
    name TEXT PRIMARY KEY REFERENCES files (name),
    present INTEGER REFERENCES versions (id),
    claim INTEGER REFERENCES versions (id),
    digest TEXT,
    fits INTEGER NOT NULL CHECK (fits IN (0, 1)),
    CHECK ((claim IS NULL) = (digest IS NULL)),
    CHECK (fits = 1 OR claim IS NOT NULL)
) STRICT, WITHOUT ROWID;
INSERT INTO holdings VALUES('20220401-copy.json',1,1,'d6986aa6113b184bee5eb48e5a8c1d63',1);
INSERT INTO holdings VALUES('20220401.json',2,2,'d6986aa6113b184bee5eb48e5a8c1d63',1);
INSERT INTO holdings VALUES('20220402.json',18,18,'d65d016c9e9f45cedf86155f530d0831',1);
INSERT INTO holdings VALUES('20220403.json',19,4,'b9fbf075ea58d9d4fd655f1fd0fed603',1);
INSERT INTO holdings VALUES('20220404.json',5,NULL,NULL,1);
INSERT INTO holdings VALUES('20220405.json',6,6,'c3800266bcf96286ca2536e232da1f78',1);
INSERT INTO holdings VALUES('20220406.json',21,21,'8468207dea278f49c4de9f077f7d0554',1);
INSERT INTO holdings VALUES('20220407.json',NULL,NULL,NULL,1);
INSERT INTO holdings VALUES('20220408.json',9,9,'05d8f7bcde19b17b07be9a31b57e0c14',1);
INSERT INTO holdings VALUES('20220409.json',10,10,'b1d7f0ccb28d1992f55828458951c71f',1);
INSERT INTO holdings VALUES('20220410.json',11,11,'fac6068f808f6c7d65880a87acf5c301',1);
INSERT INTO holdings VALUES('20220411.json',12,12,'a59fef38d7bbe0001ba08d8eb83de105',1);
INSERT INTO holdings VALUES('20220412.json',13,13,'ef5b1af66bb4707ff171508c676a8091',1);
INSERT INTO holdings VALUES('20220413.json',14,14,'d2c2dd004a1c6cffe882d9f7b9495967',1);
INSERT INTO holdings VALUES('20220414.json',NULL,NULL,NULL,1);
INSERT INTO holdings VALUES('20220415.json',15,NULL,NULL,1);
INSERT INTO holdings VALUES('20220418.json',16,16,'b061f46db8b7dc8e95c910253e07df86',1);
INSERT INTO holdings VALUES('20220419.json',20,20,'9e1c1001bcfe612a4f91f31e3e831f7e',0);
INSERT INTO holdings VALUES('notes.json',17,17,'b5ee3cd85e83039d98d25513a3eb4832',1);
CREATE TABLE claims (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL REFERENCES files (name),
    version INTEGER REFERENCES versions (id),
    digest TEXT,
    from_generation INTEGER NOT NULL CHECK (from_generation >= 0),
    CHECK ((version IS NULL) = (digest IS NULL))
) STRICT;
INSERT INTO claims VALUES(1,'20220401-copy.json',1,'d6986aa6113b184bee5eb48e5a8c1d63',1);
INSERT INTO claims VALUES(2,'20220401.json',2,'d6986aa6113b184bee5eb48e5a8c1d63',1);
INSERT INTO claims VALUES(3,'20220402.json',3,'7b97173806ae6109c268b6847bfab789',1);
INSERT INTO claims VALUES(4,'20220403.json',4,'b9fbf075ea58d9d4fd655f1fd0fed603',1);
INSERT INTO claims VALUES(5,'20220404.json',5,'ef1948e5683bc8000f0619eba713f654',1);
INSERT INTO claims VALUES(6,'20220405.json',6,'c3800266bcf96286ca2536e232da1f78',1);
INSERT INTO claims VALUES(7,'20220406.json',7,'e9485d4bccaf82eeee5d1dfc21f4a72d',2);
INSERT INTO claims VALUES(8,'20220407.json',8,'09ee4080fe3372884e97c19d05af0b99',2);
INSERT INTO claims VALUES(9,'20220408.json',9,'05d8f7bcde19b17b07be9a31b57e0c14',3);
INSERT INTO claims VALUES(10,'20220409.json',10,'b1d7f0ccb28d1992f55828458951c71f',3);
INSERT INTO claims VALUES(11,'20220411.json',12,'a59fef38d7bbe0001ba08d8eb83de105',3);
INSERT INTO claims VALUES(12,'20220412.json',13,'ef5b1af66bb4707ff171508c676a8091',4);
INSERT INTO claims VALUES(13,'20220413.json',14,'d2c2dd004a1c6cffe882d9f7b9495967',4);
INSERT INTO claims VALUES(14,'20220418.json',16,'b061f46db8b7dc8e95c910253e07df86',5);
INSERT INTO claims VALUES(15,'notes.json',17,'b5ee3cd85e83039d98d25513a3eb4832',5);
INSERT INTO claims VALUES(16,'20220410.json',11,'fac6068f808f6c7d65880a87acf5c301',6);
INSERT INTO claims VALUES(17,'20220404.json',NULL,NULL,7);
INSERT INTO claims VALUES(18,'20220405.json',NULL,NULL,8);
INSERT INTO claims VALUES(19,'20220405.json',6,'c3800266bcf96286ca2536e232da1f78',9);
INSERT INTO claims VALUES(20,'20220402.json',18,'d65d016c9e9f45cedf86155f530d0831',10);
INSERT INTO claims VALUES(21,'20220419.json',20,'9e1c1001bcfe612a4f91f31e3e831f7e',10);
INSERT INTO claims VALUES(22,'20220406.json',21,'8468207dea278f49c4de9f077f7d0554',11);
INSERT INTO claims VALUES(23,'20220407.json',NULL,NULL,12);
CREATE TABLE rules (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    from_generation INTEGER NOT NULL CHECK (from_generation >= 0),
    text TEXT NOT NULL CHECK (text <> '')
) STRICT;
INSERT INTO rules VALUES(1,0,replace('duplicates skip\nmax_reject_ratio 5%\nwatchfold fold settings 1\nplan "engagement"\nkey "Contract" at ["_source" "Contract"] ["Contract"]\nkey "AppName" at ["_source" "AppName"] ["AppName"]\nvalue "TotalDuration" at ["_source" "TotalDuration"] ["TotalDuration"]\nignore "0"\nnegative_durations reject\nmax_record_bytes 16000000\njson lenient\n','\n',char(10)));
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('runs',9);
INSERT INTO sqlite_sequence VALUES('rules',1);
INSERT INTO sqlite_sequence VALUES('versions',21);
INSERT INTO sqlite_sequence VALUES('judgements',21);
INSERT INTO sqlite_sequence VALUES('transitions',27);
INSERT INTO sqlite_sequence VALUES('claims',23);
INSERT INTO sqlite_sequence VALUES('arrivals',21);
INSERT INTO sqlite_sequence VALUES('counting',18);
INSERT INTO sqlite_sequence VALUES('maps',2);
INSERT INTO sqlite_sequence VALUES('decisions',4);
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
CREATE TRIGGER maps_keep BEFORE DELETE ON maps
BEGIN
    SELECT RAISE(ABORT, 'history is never deleted');
END;
CREATE TRIGGER maps_fixed BEFORE UPDATE ON maps
BEGIN
    SELECT RAISE(ABORT, 'history is never changed');
END;
CREATE TRIGGER noticed_keep BEFORE DELETE ON noticed
BEGIN
    SELECT RAISE(ABORT, 'history is never deleted');
END;
CREATE TRIGGER noticed_fixed BEFORE UPDATE ON noticed
BEGIN
    SELECT RAISE(ABORT, 'history is never changed');
END;
CREATE TRIGGER flaws_keep BEFORE DELETE ON flaws
BEGIN
    SELECT RAISE(ABORT, 'history is never deleted');
END;
CREATE TRIGGER flaws_fixed BEFORE UPDATE ON flaws
BEGIN
    SELECT RAISE(ABORT, 'history is never changed');
END;
CREATE INDEX decisions_name ON decisions (name);
CREATE INDEX decisions_digest ON decisions (digest);
CREATE INDEX arrivals_name ON arrivals (name);
CREATE INDEX judgements_version ON judgements (version);
CREATE INDEX holdings_digest ON holdings (digest) WHERE digest IS NOT NULL;
CREATE INDEX holdings_left_out ON holdings (name) WHERE fits = 0;
CREATE INDEX claims_name ON claims (name);
CREATE INDEX claims_digest ON claims (digest);
CREATE TRIGGER holdings_keep BEFORE DELETE ON holdings
BEGIN
    SELECT RAISE(ABORT, 'history is never deleted');
END;
CREATE TRIGGER holdings_fixed BEFORE UPDATE ON holdings
    WHEN NEW.name IS NOT OLD.name
BEGIN
    SELECT RAISE(ABORT, 'a name never changes');
END;
CREATE TRIGGER decisions_keep BEFORE DELETE ON decisions
BEGIN
    SELECT RAISE(ABORT, 'history is never deleted');
END;
CREATE TRIGGER decisions_fixed BEFORE UPDATE ON decisions
BEGIN
    SELECT RAISE(ABORT, 'history is never changed');
END;
CREATE TRIGGER arrivals_keep BEFORE DELETE ON arrivals
BEGIN
    SELECT RAISE(ABORT, 'history is never deleted');
END;
CREATE TRIGGER arrivals_fixed BEFORE UPDATE ON arrivals
BEGIN
    SELECT RAISE(ABORT, 'history is never changed');
END;
CREATE TRIGGER judgements_keep BEFORE DELETE ON judgements
BEGIN
    SELECT RAISE(ABORT, 'history is never deleted');
END;
CREATE TRIGGER judgements_fixed BEFORE UPDATE ON judgements
BEGIN
    SELECT RAISE(ABORT, 'history is never changed');
END;
CREATE TRIGGER losses_keep BEFORE DELETE ON losses
BEGIN
    SELECT RAISE(ABORT, 'history is never deleted');
END;
CREATE TRIGGER losses_fixed BEFORE UPDATE ON losses
BEGIN
    SELECT RAISE(ABORT, 'history is never changed');
END;
CREATE TRIGGER claims_keep BEFORE DELETE ON claims
BEGIN
    SELECT RAISE(ABORT, 'history is never deleted');
END;
CREATE TRIGGER claims_fixed BEFORE UPDATE ON claims
BEGIN
    SELECT RAISE(ABORT, 'history is never changed');
END;
CREATE TRIGGER rules_keep BEFORE DELETE ON rules
BEGIN
    SELECT RAISE(ABORT, 'history is never deleted');
END;
CREATE TRIGGER rules_fixed BEFORE UPDATE ON rules
BEGIN
    SELECT RAISE(ABORT, 'history is never changed');
END;
COMMIT;
