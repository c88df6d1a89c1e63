"""What PostgreSQL makes of the tables that are written into it; called by interop.py.

    watchfold run ──▶ watchfold export --to postgres://… ──▶ a server of its own on loopback ──▶ psql
             └──▶ output/*.csv ◀──────────────── equal, byte for byte? ─────────────────────────┘

The server lives in a temporary folder, listens on 127.0.0.1 only, and is ended by its process id. It refuses to run as root;
then it runs as the user `postgres` that its package makes.
"""

import contextlib
import glob
import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

REPORTS = {"engagement": "Contract", "profile": "Contract", "daily": "Date", "apps": "AppName"}
CONTRACTS = [
    "0012", "=1+1", "1E5", "\\N", "\\.", "\\", "a\\tb", "a\tb", "two\nlines", "cr\r\nlf", "a\"b", "a,b", "'q", "é😀", " lead",
    "trail ", "NULL", "\x01", "\x7f", "x" * 2000, "\\x41", "\ufeff", "\uffff", "$1", "%s",
]
PASSWORD = "hush" + secrets.token_hex(8) + "'\\ @/%"


class Server:
    """A PostgreSQL server in a folder of its own."""

    def __enter__(self):
        versions = glob.glob("/usr/lib/postgresql/*/bin")
        self.programs = max(versions, key=lambda path: int(path.split("/")[4])) if versions else os.path.dirname(
            shutil.which("initdb"))
        self.folder = tempfile.mkdtemp(prefix="watchfold-postgres-")
        self.user = "postgres" if os.geteuid() == 0 else None
        if self.user:
            shutil.chown(self.folder, self.user)
        password = os.path.join(self.folder, "password")
        with open(password, "w", encoding="utf-8") as file:
            file.write(PASSWORD + "\n")
        if self.user:
            shutil.chown(password, self.user)
        self.run("initdb", "-D", "data", "-U", "owner", "-A", "scram-sha-256", "--pwfile", password, "-E", "UTF8",
                 "--locale=C.UTF-8", "--no-sync")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.log = open(os.path.join(self.folder, "log"), "wb")
        self.process = subprocess.Popen(
            [os.path.join(self.programs, "postgres"), "-D", "data", "-p", str(self.port), "-c",
             "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={self.folder}", "-c", "fsync=off"],
            cwd=self.folder, user=self.user, stdout=self.log, stderr=self.log)
        for _ in range(300):
            if self.psql("SELECT 1", check=False).returncode == 0:
                return self
            time.sleep(0.1)
        self.__exit__()
        raise RuntimeError("the server does not start")

    def __exit__(self, *_):
        # SIGINT: connections are ended, not waited for.
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, program, *arguments):
        subprocess.run([os.path.join(self.programs, program), *arguments], cwd=self.folder, user=self.user, check=True,
                       stdout=subprocess.DEVNULL)

    def address(self, user="owner", port=None, rest=""):
        return f"postgres://{user}@127.0.0.1:{port or self.port}/postgres{rest}"

    def psql(self, script, user="owner", check=True):
        return subprocess.run(
            [os.path.join(self.programs, "psql"), "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", self.address(user)],
            input=script.encode(), capture_output=True, env={**os.environ, "PGPASSWORD": PASSWORD}, check=check)

    def answer(self, script, user="owner"):
        return self.psql(script, user).stdout.decode().rstrip("\n")

    def csv(self, table, key, schema="watchfold"):
        """A table as CSV, in the order of its key."""
        return self.psql(
            f'COPY (SELECT * FROM "{schema}"."{table}" ORDER BY "{key}") TO STDOUT (FORMAT csv, HEADER)').stdout

    def session(self, *lines):
        """A psql that has run these lines and waits for more."""
        process = subprocess.Popen(
            [os.path.join(self.programs, "psql"), "-XAtq", "-d", self.address()], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, env={**os.environ, "PGPASSWORD": PASSWORD}, text=True)
        ask(process, *lines)
        return process


def ask(process, *lines):
    """Lets a session run lines and returns what it prints."""
    process.stdin.write("\n".join(lines) + "\n\\echo done\n")
    process.stdin.flush()
    found = []
    for line in process.stdout:
        if line == "done\n":
            return "".join(found).rstrip("\n")
        found.append(line)
    raise RuntimeError("psql ended")


class Proxy:
    """Passes bytes on to the server until somebody says that it is enough, and then cuts both ends."""

    def __init__(self, port, is_enough):
        self.port, self.is_enough = port, is_enough
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.here = self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        with contextlib.suppress(OSError):
            client, _ = self.listener.accept()
            self.listener.close()
            server = socket.create_connection(("127.0.0.1", self.port))
            threading.Thread(target=self.answers, args=(server, client), daemon=True).start()
            sent = b""
            while data := client.recv(65536):
                sent += data
                # Known before the server can answer: that answer is not passed on, however fast it is.
                self.is_cut = self.is_enough(sent)
                server.sendall(data)
                if self.is_cut:
                    # Time for the server to act upon it.
                    time.sleep(1)
                    break
            for end in (client, server):
                # The other thread waits for one of them; closing alone would leave the line open until it has an answer.
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
                end.close()

    is_cut = False

    def answers(self, server, client):
        with contextlib.suppress(OSError):
            while data := server.recv(65536):
                if self.is_cut:
                    return
                client.sendall(data)


class Bench:
    """Checkpoints of two generations, and Watchfold on them."""

    def __init__(self, program, server, check):
        self.program, self.server, self.check = program, server, check

    def watchfold(self, *arguments, password=PASSWORD, **environment):
        done = subprocess.run(
            [self.program, *arguments], capture_output=True, text=True,
            env={**os.environ, **({"PGPASSWORD": password} if password else {}), **environment})
        if "hush" in done.stdout + done.stderr:
            self.check("no message has the password in it", False, done.stderr)
        return done

    def export(self, *arguments, to=None, **options):
        return self.watchfold("export", *arguments, "--to", to or self.server.address(), **options)

    def expect(self, name, done, code=0, *words):
        self.check(
            name, done.returncode == code and not done.stdout and all(word in done.stderr for word in words),
            f"code {done.returncode}, {done.stdout}{done.stderr}")

    def reports(self, *options):
        return {name: subprocess.run([self.program, "export", name, *options], capture_output=True, check=True).stdout
                for name in REPORTS}

    def generation(self):
        return json.loads(self.watchfold("status", "--json").stdout)["generation"]

    def back(self, *options, **environment):
        """Exports what counted at the older generation."""
        return self.export("--as-of", str(self.oldest), *options, **environment)

    def tables(self, schema="watchfold"):
        return {name: self.server.csv(name, key, schema) for name, key in REPORTS.items()}

    def equal(self, name, wanted, schema="watchfold"):
        found = self.tables(schema)
        wrong = [report for report in REPORTS if found[report] != wanted[report]]
        self.check(name, not wrong, f"{wrong}: {[found[report][:300] for report in wrong]}")


def check_all(program, check):
    before = os.getcwd()
    folder = os.path.join(before, "postgres")
    os.makedirs(os.path.join(folder, "inbox"))
    os.chdir(folder)
    try:
        with Server() as server:
            bench = Bench(program, server, check)
            make_checkpoints(bench)
            check_tables(bench)
            check_what_survives(bench)
            check_readers(bench)
            check_cuts(bench)
            check_refusals(bench)
            check_ways_in(bench)
            check_zero(bench)
            log = open(os.path.join(server.folder, "log"), encoding="utf-8", errors="replace").read()
            check("the server's log has no password in it", PASSWORD not in log)
    finally:
        os.chdir(before)


def make_checkpoints(bench):
    """Generation 1 has odd names and a file without a date, generation 2 many more contracts and other seconds."""
    with open("inbox/20220401.json", "w", encoding="utf-8") as file:
        for seconds, contract in enumerate(CONTRACTS, 1):
            for app in ["VOD", "CHANNEL", "KARA\\OKE\n"]:
                file.write(json.dumps({"Contract": contract, "AppName": app, "TotalDuration": seconds}) + "\n")
    with open("inbox/undated.json", "w", encoding="utf-8") as file:
        file.write(json.dumps({"Contract": "none", "AppName": "SPORT", "TotalDuration": 0}) + "\n")
    bench.watchfold("run", "--quiet").check_returncode()
    bench.first = bench.reports()
    bench.oldest = bench.generation()
    bench.watchfold("generate", "--quiet", "--days", "2", "--from", "2022-04-01", "--records", "60000", "more"
                    ).check_returncode()
    for path in glob.glob("more/*.json"):
        os.rename(path, os.path.join("inbox", "second-" + os.path.basename(path)))
    bench.watchfold("run", "--quiet").check_returncode()
    bench.second = bench.reports()
    bench.newest = bench.generation()


def check_tables(bench):
    server, check = bench.server, bench.check
    bench.expect("the tables are created", bench.back(), 0, f"generation {bench.oldest}")
    bench.equal("psql reads the four reports, byte for byte", bench.first)
    bench.expect("the tables are renewed", bench.export(), 0, f"generation {bench.newest}")
    bench.equal("psql reads the newer reports, byte for byte", bench.second)
    rows = "SELECT xmin, ctid, * FROM watchfold.profile ORDER BY \"Contract\""
    before = server.answer(rows)
    done = bench.export()
    bench.expect("the same once more", done, 0, "0 added, 0 changed, 0 removed")
    check("what did not change is not touched", server.answer(rows) == before)
    bench.expect("and back", bench.back(), 0)
    bench.equal("what is gone from the reports is gone from the tables", bench.first)
    bench.expect("one report alone", bench.export("daily"), 0)
    mixed = {**bench.first, "daily": bench.second["daily"]}
    bench.equal("one report alone leaves the others", mixed)
    found = server.answer('SELECT "Report", "Generation", "Rows", "Selection" FROM watchfold.receipt ORDER BY 1')
    rest = f"as of {bench.oldest}"
    check(
        "receipts tell generation and rows", found == "\n".join([
            f"apps|{bench.oldest}|4|{rest}", f"daily|{bench.newest}|3|",
            f"engagement|{bench.oldest}|{len(CONTRACTS) + 1}|{rest}",
            f"profile|{bench.oldest}|{len(CONTRACTS) + 1}|{rest}"]), found)
    bench.expect("days and a file less", bench.export(
        "--from", "2022-04-01", "--to", "2022-04-01", "--without", "20220401.json"), 0)
    bench.equal("days and a file less, byte for byte", bench.reports(
        "--from", "2022-04-01", "--to", "2022-04-01", "--without", "20220401.json"))
    found = server.answer('SELECT DISTINCT "Selection", "Files", "FirstDay", "LastDay" FROM watchfold.receipt')
    check(
        "the receipt tells the choice",
        found == "from 2022-04-01 to 2022-04-01 without 20220401.json|1|2022-04-01|2022-04-01", found)
    bench.expect("an odd schema", bench.export("--schema", "Odd \"'na\\me;"), 0)
    bench.equal("an odd schema has the tables", bench.second, "Odd \"\"'na\\me;")
    server.psql("CREATE SCHEMA with_engagement")
    bench.expect("engagement alone", bench.export("engagement", "--schema", "with_engagement"), 0)
    check(
        "engagement alone is that table and its receipt",
        server.csv("engagement", "Contract", "with_engagement") == bench.second["engagement"] and server.answer(
            "SELECT string_agg(relname, ' ' ORDER BY 1) FROM pg_class WHERE relkind = 'r' AND relnamespace = "
            "'with_engagement'::regnamespace") == "engagement receipt")


def check_what_survives(bench):
    server, check = bench.server, bench.check
    bench.expect("before", bench.back())
    server.psql(f"""
        CREATE ROLE dashboard LOGIN PASSWORD {literal(PASSWORD)};
        GRANT USAGE ON SCHEMA watchfold TO dashboard;
        GRANT SELECT ON watchfold.engagement TO dashboard;
        CREATE VIEW watchfold.hours AS SELECT "Contract", "TVDuration" / 3600.0 AS hours FROM watchfold.engagement;
        GRANT SELECT ON watchfold.hours TO dashboard;
        CREATE INDEX ON watchfold.engagement ("TVDuration");
        ALTER TABLE watchfold.profile ADD COLUMN total_hours numeric GENERATED ALWAYS AS ("TotalDuration" / 3600.0) STORED;
        COMMENT ON TABLE watchfold.engagement IS 'ours';
        """)
    bench.expect("with a view, a grant, an index and a generated column", bench.export())
    found = server.answer('SELECT sum("TVDuration") FROM watchfold.engagement; SELECT count(*) FROM watchfold.hours',
                          user="dashboard")
    lines = bench.second["engagement"].decode().splitlines()[1:]
    seconds = int(server.answer('SELECT sum("TVDuration") FROM watchfold.profile'))
    rows = int(server.answer("SELECT count(*) FROM watchfold.profile"))
    check("grants and views survive and show the new rows", found == f"{seconds}\n{rows}" and rows <= len(lines), found)
    found = server.answer("SELECT count(*) FROM pg_indexes WHERE schemaname = 'watchfold' AND tablename = 'engagement'; "
                          "SELECT obj_description('watchfold.engagement'::regclass); "
                          "SELECT count(*) FROM watchfold.profile WHERE total_hours = \"TotalDuration\" / 3600.0")
    check("indexes, comments and generated columns survive", found == f"2\nours\n{rows}", found)
    server.psql("ALTER TABLE watchfold.profile DROP COLUMN total_hours")


def check_readers(bench):
    """Readers of any kind see all tables as they were or as they are."""
    server, check = bench.server, bench.check
    question = """
        SELECT (SELECT sum("TVDuration") FROM watchfold.engagement), (SELECT sum("TotalDuration") FROM watchfold.profile),
            (SELECT sum("TotalDuration") FROM watchfold.daily), (SELECT count(*) FROM watchfold.profile),
            (SELECT sum("Contracts") FROM watchfold.apps), (SELECT sum("Generation") FROM watchfold.receipt);
        """
    answers = {}
    for generation in (bench.oldest, bench.newest):
        bench.expect("as of", bench.export("--as-of", str(generation)))
        answers[server.answer(question)] = generation
    seen, slowest, stop = [], [0.0], threading.Event()

    def read():
        session = server.session("SELECT 1;")
        while not stop.is_set():
            start = time.monotonic()
            seen.append(ask(session, question))
            slowest[0] = max(slowest[0], time.monotonic() - start)
        session.communicate()

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for generation in [bench.oldest, bench.newest] * 4:
            bench.expect("beside a reader", bench.export("--as-of", str(generation)))
    finally:
        stop.set()
        reader.join()
    check(
        f"in {len(seen)} answers every one is of one generation, and both were seen",
        len(answers) == 2 and set(seen) == set(answers), f"{set(seen)} of {answers}")
    check("no reader waits", slowest[0] < 2, f"{slowest[0]:.2f} s")
    old = server.session("BEGIN ISOLATION LEVEL REPEATABLE READ;", "SELECT count(*) FROM watchfold.receipt;")
    bench.expect("beside an old snapshot", bench.back())
    found = ask(old, question)
    check("an old snapshot goes on seeing the old rows", answers.get(found) == bench.newest, found)
    found = ask(old, "COMMIT;", question)
    check("and afterwards the new ones", answers.get(found) == bench.oldest, found)
    old.communicate()


def literal(text):
    return "E'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def check_cuts(bench):
    """Whatever happens to the connection, the tables are as they were, or all of them new."""
    server, check = bench.server, bench.check
    bench.expect("before", bench.back())
    # A lock keeps the export from going on to the end; then its process at the server is ended.
    holder = server.session("BEGIN;", "LOCK TABLE watchfold.daily IN SHARE MODE;")
    started = threading.Thread(target=lambda: setattr(bench, "killed", bench.export()))
    started.start()
    waiting = ("SELECT pid FROM pg_stat_activity WHERE application_name = 'watchfold' AND wait_event_type = 'Lock'")
    process = ""
    for _ in range(300):
        process = server.answer(waiting)
        if process:
            break
        time.sleep(0.1)
    # It has changed two tables by now; nobody sees that.
    bench.equal("nobody sees a transaction that is not at its end", bench.first)
    server.psql(f"SELECT pg_terminate_backend({process})")
    started.join()
    bench.expect("a killed connection is told", bench.killed, 5, "terminating connection", "as they were")
    holder.communicate()
    bench.equal("a killed connection leaves the tables as they were", bench.first)
    for size in (1, 400, 20_000, 1_000_000):
        proxy = Proxy(server.port, lambda sent, size=size: len(sent) >= size)
        done = bench.export(to=server.address(port=proxy.here, rest="?sslmode=disable&gssencmode=disable"))
        bench.expect(f"a connection cut after {size} bytes is told", done, 5, "connection")
        bench.equal(f"a connection cut after {size} bytes leaves the tables as they were", bench.first)
    proxy = Proxy(server.port, lambda sent: b"COMMIT\0" in sent[-200:])
    done = bench.export(to=server.address(port=proxy.here, rest="?sslmode=disable&gssencmode=disable"))
    bench.expect("a connection cut in the COMMIT is told", done, 5, "either all of them are in place or none")
    bench.equal("a connection cut in the COMMIT: all tables are new", bench.second)
    bench.expect("after all that", bench.back())
    bench.equal("after all that nothing is in the way", bench.first)
    left = server.answer("SELECT count(*) FROM pg_class WHERE relname LIKE 'watchfold_%'")
    check("no temporary table is left", left == "0", left)


def check_refusals(bench):
    server = bench.server
    bench.expect("a wrong password", bench.export(password="hush-wrong"), 5, "password authentication failed")
    bench.expect("a wrong password in the address", bench.export(
        to=server.address("owner:hush-wrong"), password=None), 5, "password authentication failed")
    bench.expect("an unknown database", bench.export(to=server.address(rest="x")), 5, "does not exist")
    bench.expect("a port where nobody listens", bench.export(to="postgres://127.0.0.1:1/db"), 5, "127.0.0.1")
    bench.expect("a host that is none", bench.export(to="postgres://nowhere.invalid/db"), 5, "nowhere.invalid")
    bench.expect("a service that is none", bench.export(to="service=nowhere"), 5, "nowhere")
    bench.expect("a role that may only read", bench.export(to=server.address("dashboard")), 5, "permission denied")
    bench.expect("a role that may only read, and a new schema", bench.export(
        "--schema", "other", to=server.address("dashboard")), 5, "permission denied")
    bench.expect("a session that only reads", bench.export(
        to=server.address(rest="?options=-c%20default_transaction_read_only%3Don")), 5, "read-only")
    bench.equal("nothing of that changed a table", bench.first)
    for name, script, words in [
        ("a table of another kind", 'CREATE TABLE s.daily ("Date" text, "Contracts" integer)',
         ['"s"."daily"', "text, not date", "ADD COLUMN \"TVDuration\" bigint"]),
        ("a view", "CREATE VIEW s.apps AS SELECT 1", ['"s"."apps" is not a table']),
        ("a column too many", "CREATE TABLE s.engagement AS SELECT *, 1 AS more FROM watchfold.engagement LIMIT 0",
         ['"more"', "not in the report"]),
        ("a table without a key", "CREATE TABLE s.engagement AS SELECT * FROM watchfold.engagement LIMIT 0",
         ["no unique index"]),
    ]:
        server.psql(f"CREATE SCHEMA s; {script}")
        bench.expect(f"{name} in the way", bench.export("--schema", "s"), 5, *words)
        left = server.answer("SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'v') AND relnamespace = 's'::regnamespace")
        bench.check(f"{name} in the way: nothing else was made", left == "1", left)
        server.psql("SET client_min_messages = error; DROP SCHEMA s CASCADE")
    # A new category is a new column, which the message tells how to make.
    with open("kids.yaml", "w", encoding="utf-8") as file:
        file.write("categories:\n  TV: [CHANNEL]\n  Movie: [VOD]\n  \"K\\\"ids's\": [CHILD]\n")
    options = ["--config", "kids.yaml", "--schema", "kids"]
    bench.expect("other categories", bench.export(*options))
    wanted = bench.reports("--config", "kids.yaml")
    bench.equal("columns of other categories", wanted, "kids")
    with open("kids.yaml", "a", encoding="utf-8") as file:
        file.write("  New: [SPORT]\n")
    done = bench.export(*options)
    bench.expect("a new category", done, 5, "has no column \"NewDuration\"")
    for _ in range(3):
        found = re.search(r"ALTER TABLE .*? DEFAULT 0", done.stderr)
        if not found:
            break
        server.psql(found.group(0))
        done = bench.export(*options)
    bench.expect("a new category, when the table is altered as it was told", done)
    wanted = bench.reports("--config", "kids.yaml")
    found = server.psql('COPY (SELECT "Contract", "TVDuration", "MovieDuration", "K""ids\'sDuration", "NewDuration" FROM '
                        'kids.engagement ORDER BY 1) TO STDOUT (FORMAT csv, HEADER)').stdout
    bench.check("a new category is in the table", found == wanted["engagement"], found[:300])


def check_ways_in(bench):
    """The password file, the service file, and a role that may do no more than it must."""
    server = bench.server
    password = PASSWORD.replace("\\", "\\\\").replace(":", "\\:")
    with open("pass", "w", encoding="utf-8") as file:
        file.write(f"127.0.0.1:{server.port}:*:owner:{password}\n")
    os.chmod("pass", 0o600)
    with open("services", "w", encoding="utf-8") as file:
        file.write(f"[reports]\nhost=127.0.0.1\nport={server.port}\ndbname=postgres\nuser=owner\npassword={PASSWORD}\n")
    here = os.getcwd()
    bench.expect("the password file", bench.export(password=None, PGPASSFILE=f"{here}/pass"))
    bench.equal("by the password file", bench.second)
    bench.expect("the service file", bench.back(
        to="service=reports", password=None, PGSERVICEFILE=f"{here}/services"))
    bench.equal("by the service file", bench.first)
    bench.expect("a service file with another password", bench.export(
        to="service=reports user=dashboard", password=None, PGSERVICEFILE=f"{here}/services"), 5, "permission denied")
    bench.expect("keywords, values and the environment", bench.export(
        to="dbname=postgres", PGHOST="127.0.0.1", PGPORT=str(server.port), PGUSER="owner"))
    bench.equal("by the environment", bench.second)
    server.psql(f"""
        CREATE ROLE writer LOGIN PASSWORD {literal(PASSWORD)};
        GRANT USAGE ON SCHEMA watchfold TO writer;
        GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA watchfold TO writer;
        """)
    bench.expect("a role that may change rows and create nothing", bench.back(
        to=server.address("writer")))
    bench.equal("by a role that may change rows and create nothing", bench.first)


def check_zero(bench):
    """The character that PostgreSQL's text does not have."""
    with open("inbox/20220403.json", "w", encoding="utf-8") as file:
        file.write(json.dumps({"Contract": "zero\0here", "AppName": "VOD", "TotalDuration": 77}) + "\n")
    bench.watchfold("run", "--quiet").check_returncode()
    bench.expect("a contract with U+0000 is told", bench.export(), 0, "U+0000", "zero\\u{0}here")
    found = bench.server.answer('SELECT "Contract" FROM watchfold.engagement WHERE "Contract" LIKE \'zero%\'')
    bench.check("a contract with U+0000 has its picture instead", found == "zero\u2400here", found)
    wanted = {name: text.replace(b"\0", "\u2400".encode()) for name, text in bench.reports().items()}
    bench.equal("all else is as it is", wanted)
    with open("inbox/20220404.json", "w", encoding="utf-8") as file:
        file.write(json.dumps({"Contract": "zero\u2400here", "AppName": "VOD", "TotalDuration": 1}) + "\n")
    bench.watchfold("run", "--quiet").check_returncode()
    bench.expect("two contracts with one name in the database", bench.export(), 5, "is duplicated", "as they were")
    bench.equal("two contracts with one name leave the tables as they were", wanted)
