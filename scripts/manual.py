"""Writes the manual page (man(7) macros) to standard output; run by scripts/manual.

    watchfold --experimental-dump-help ──▶ commands and options ─┐
                                           prose below ──────────┴──▶ watchfold.1

What commands and options are for is said once, in the program; what the page says in addition is here.

Usage: manual.py WATCHFOLD
"""

import json
import re
import subprocess
import sys

DATE = "2026-11-21"

INTRODUCTION = """
Watchfold folds watch time: drop a day's JSON dump of viewing records into a folder, run it, and a report says for every
contract how many seconds it watched of each category. It reads each file once, keeps what the file adds up to, and sums
over every file ever dropped, each counted exactly once.
"""

FILES = [
    ("inbox/", "The input files: *.json, *.jsonl, *.ndjson, each also with .gz, .lz4, .zst or .zip. Watchfold never writes "
               "to it."),
    ("checkpoints/", "The ledger, and for each file what it adds up to. Keep this folder."),
    ("output/", "engagement.csv, profile.csv, daily.csv, apps.csv, receipt.json, and rejects/ with the rejected "
                "records."),
    ("watchfold.yaml", "The configuration, if there is one; watchfold.example.yaml explains every key."),
]

ENVIRONMENT = [
    ("WATCHFOLD_INBOX, WATCHFOLD_CHECKPOINTS, WATCHFOLD_OUTPUT, WATCHFOLD_CONFIG, WATCHFOLD_JOBS, WATCHFOLD_MEMORY, "
     "WATCHFOLD_LOG_LEVEL, WATCHFOLD_LOG_FORMAT, WATCHFOLD_QUIET",
     "As the options of these names. An option overrides a variable, a variable overrides the configuration."),
    ("NO_COLOR", "If not empty, there are no colours on a terminal."),
    ("TMPDIR", "The folder for what does not fit into the memory of fold."),
    ("PGHOST, PGPORT, PGUSER, PGPASSWORD, PGSERVICE, …",
     "What an address after --to leaves open; also ~/.pgpass and ~/.pg_service.conf. See the documentation of "
     "PostgreSQL, chapter libpq."),
]

EXIT_STATUS = [
    ("0", "Success."), ("1", "A mistake on the command line or in the configuration; nothing was done."),
    ("2", "Some file is held, failed or waiting, or would be (check), or the sums of all files do not fit in 64 bits (fold)."),
    ("3", "Another process holds the checkpoints."), ("4", "The checkpoints are damaged; see verify."),
    ("5", "The disk, the system or the database reported an error."),
    ("130, 143", "What a shell shows of a process that Ctrl-C or SIGTERM ended. Nothing is lost; the same command continues."),
]

SEE_ALSO = "https://duckdb.org reads the partials and Parquet files; jq(1), psql(1)."


def text(words):
    """Running text: backslashes and a leading dot or quote have a meaning in roff."""
    words = " ".join(words.split()).replace("\\", "\\e")
    words = re.sub(r"`([^`]*)`", lambda found: "\\fB" + found[1].replace("-", "\\-") + "\\fR", words)
    words = re.sub(r"(?<![\w-])(--?[a-z][a-z-]*)", lambda found: found[1].replace("-", "\\-"), words)
    return guarded(words)


def guarded(line):
    return "\\&" + line if line[:1] in (".", "'") else line


def code(words):
    return words.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("`", "\\(ga").replace("^", "\\(ha")


def bold(words):
    return "\\fB" + code(words) + "\\fR"


def italic(words):
    return "\\fI" + code(words) + "\\fR"


def names(option):
    dashed = [("-" if name["kind"] == "short" else "--") + name["name"] for name in option["names"]]
    # Short ones first.
    shown = ", ".join(bold(name) for name in sorted(dashed, key=len))
    return shown + (" " + italic(option["valueName"]) if option["kind"] == "option" else "")


def described(option):
    words = option.get("abstract", "")
    default = option.get("defaultValue")
    if default is not None and option["kind"] != "flag" and "default" not in words:
        words = words.rstrip(".") + f" (default: {default})."
    return text(words)


def options(arguments):
    return [line for option in arguments for line in (
        ".TP", italic(option["valueName"]) if option["kind"] == "positional" else names(option), described(option))]


def synopsis(command, own):
    words = [bold("watchfold " + command["commandName"]), "[" + italic("option") + " ...]"]
    for argument in own:
        if argument["kind"] == "positional":
            word = italic(argument["valueName"]) + (" ..." if argument["isRepeating"] else "")
            words.append(f"[{word}]" if argument["isOptional"] else word)
    return " ".join(words)


def paragraphs(discussion):
    """Prose and examples, as lines of the page."""
    prose, _, examples = re.sub(r"\bExamples?:\n", "\0", discussion or "").partition("\0")
    lines = []
    for paragraph in re.split(r"\n\s*\n", prose):
        if paragraph.strip():
            lines += [".PP", text(paragraph)]
    if examples.strip():
        lines += [".PP", "Examples:", ".PP", ".nf", ".RS 4"]
        lines += [guarded(code(line.strip())) for line in examples.strip().splitlines()]
        lines += [".RE", ".fi"]
    return lines


def key(argument):
    return json.dumps(argument.get("names"), sort_keys=True) if argument["kind"] != "positional" else None


def main():
    program = sys.argv[1]
    answer = subprocess.run([program, "--experimental-dump-help"], capture_output=True, check=True).stdout
    # The first line is "watchfold 1.0.0 (commit …)"; a page is that of a version, not of a commit.
    answered = subprocess.run([program, "--version"], capture_output=True, check=True, text=True).stdout
    version = answered.split(" (")[0]
    root = json.loads(answer)["command"]
    commands = [command for command in root["subcommands"] if command["commandName"] != "help"]
    shown = {command["commandName"]: [a for a in command["arguments"] if a["shouldDisplay"]] for command in commands}
    # What all commands take is listed once.
    common = set.intersection(*({key(a) for a in arguments} for arguments in shown.values())) - {None}
    lines = [
        f".TH WATCHFOLD 1 {DATE} \"{version}\" \"User Commands\"", ".SH NAME",
        "watchfold \\- " + text(root["abstract"][0].lower() + root["abstract"][1:].rstrip(".")), ".SH SYNOPSIS",
    ]
    for command in commands:
        own = [a for a in shown[command["commandName"]] if key(a) not in common]
        lines += [synopsis(command, own), ".br"]
    lines.pop()
    lines += [".SH DESCRIPTION", text(INTRODUCTION), ".SH COMMANDS"]
    for command in commands:
        own = [a for a in shown[command["commandName"]] if key(a) not in common]
        lines += [".SS " + command["commandName"], text(command["abstract"])]
        prose = paragraphs(command.get("discussion"))
        cut = prose.index("Examples:") - 1 if "Examples:" in prose else len(prose)
        lines += prose[:cut] + options(own) + prose[cut:]
    lines += [".SH OPTIONS OF ALL COMMANDS"]
    lines += options([a for a in shown[commands[0]["commandName"]] if key(a) in common])
    for title, entries in [("FILES", FILES), ("ENVIRONMENT", ENVIRONMENT), ("EXIT STATUS", EXIT_STATUS)]:
        lines.append(".SH " + title)
        for name, meaning in entries:
            lines += [".TP", bold(name), text(meaning)]
    lines += [".SH SEE ALSO", text(SEE_ALSO)]
    page = "\n".join(lines) + "\n"
    sys.stdout.write(page.replace("…", "..."))


main()
