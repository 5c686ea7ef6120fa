"""bad_input.py [STET]: whatever is given: one clear line, the right exit status, nothing changed.

Files of every wrong kind to every command that reads one; folders that are no ledger, of a newer format,
damaged, locked away, on a read-only or a full disk; keys that are missing, exposed, foreign; streams that
are closed, full or nobody reads; lines of 2 GB in bounded memory; too few file descriptors and too little
memory. Before and after each case the entries and artifacts of the ledger are compared.

--only WORD runs the cases whose name contains WORD.
"""

import os
import random
import resource
import shutil
import signal
import socket
import subprocess
import sys

import lab
from lab import check

NOBODY = 65534
MEMORY_MAX = 64 << 20  # beyond what the program takes to begin with
APPEND = ("record", "10.5281/zenodo.5", "--title", "T")
READS = (("show", "10.5281/zenodo.1"), ("log", "10.5281/zenodo.1"), ("verify", "-q"),
         ("verify", "10.5281/zenodo.1"), ("stats",), ("checkpoint", "show"), ("key", "list"),
         ("export", "cborseq", "-q"), ("export", "jsonl", "-q"))
WRITES = (APPEND, ("reindex", "-q"), ("artifact", "10.5281/zenodo.1", "document=/bin/true"))


def contents(world):
    """What must not change: entries, artifacts, the signed heads."""
    kept = {}
    for base in (os.path.join(world.ledger, "artifacts"), world.state):
        for folder, _, names in os.walk(base):
            for name in names:
                if name not in ("lock", "seen.lock", "checked.lock"):
                    with open(os.path.join(folder, name), "rb") as file:
                        kept[os.path.join(folder, name)] = file.read()
    with open(os.path.join(world.ledger, "checkpoint"), "rb") as file:
        kept["checkpoint"] = file.read()
    return world.entries(), kept


def clear_answer(done, statuses):
    """One line on standard error at most, one refusal on standard output, and no control characters."""
    statuses = (statuses,) if isinstance(statuses, int) else statuses
    check(done.status in statuses, "exit %s, not %s" % (done.status, statuses), done)
    lines = done.error.splitlines()
    # A list is answered line by line, and in sum.
    listed = len(lines) > 1 and all(line.startswith("stet correct: ") for line in lines)
    check(len(lines) <= 1 or listed, "%d lines on standard error" % len(lines), done)
    said = lines[0] if lines else ""
    refusals = [line for line in done.text.splitlines() if line.startswith("refused: ")]
    check(said.startswith("stet") or (refusals and not said), "does not say what is wrong", done)
    check(len(refusals) <= 1, "refused more than once", done)
    check(len(said) < 1000 and all(c.isprintable() for c in said), "not fit for a terminal", done)
    return said + "".join(refusals)


class Cases:
    """Every case has its own copy of the ledger and leaves it as it was."""

    def __init__(self, report, base, top, only):
        self.report, self.base, self.top, self.only = report, base, top, only
        self.before = contents(base)
        self.cases = []

    def add(self, name, call, *args, changes=False):
        if self.only in name:
            self.cases.append((name, name, changes, call, args))

    def run(self):
        self.report.attempt_all(self.cases, self.one)

    def summarize(self):
        """How many cases of which kind."""
        kinds = {}
        for name, *_ in self.cases:
            kind = "2 GB lines" if "2 GB" in name else name.split(":")[0]
            kinds[kind] = kinds.get(kind, 0) + 1
        self.report.say(", ".join("%s %d" % kind for kind in kinds.items()))

    def one(self, name, changes, call, args):
        world = self.base.copy(os.path.join(
            self.top, "case-" + "".join(c if c.isalnum() else "-" for c in name)[:80]))
        call(world, *args)
        if not changes:
            entries, kept = contents(world)
            check(entries == self.before[0], "the entries changed")
            wanted = {path.replace(self.base.top, world.top): data
                      for path, data in self.before[1].items()}
            check(kept == wanted, "artifacts or signed heads changed")
            check(not world.unknown_files(), "files were left", world.unknown_files())
        unlock(world.top)
        shutil.rmtree(world.top)


def unlock(top):
    for folder, folders, _ in os.walk(top):
        for name in folders:
            path = os.path.join(folder, name)
            if not os.path.islink(path):
                os.chmod(path, 0o700)


# --- files -------------------------------------------------------------------------------------------


def wrong_files(top):
    """{what: path}: files that are not what was asked for."""
    rng = random.Random(4)
    statement = b'{"type":"record","subject":"doi:10.5281/zenodo.6","id":"x","title":"'
    texts = {
        "empty": b"", "blank": b" \n\t\n", "binary": bytes(rng.randrange(256) for _ in range(65536)),
        "zeros": bytes(70000), "half a line": statement + b"half",
        "not UTF-8": statement + b"\xff\xfe\"}\n", "a NUL": statement + b"\0\"}\n",
        "a lone surrogate": statement + b"\\ud800\"}\n", "a byte order mark": b"\xef\xbb\xbf{}\n",
        "UTF-16": '{"type":"record"}\n'.encode("utf-16"), "an XML file": b"<?xml version='1.0'?><a/>",
        "deep brackets": b"[" * 100000, "deep objects": b'{"a":' * 100000,
        "a huge number": b'{"type":"record","subject":"doi:10.5281/x","v":1' + b"0" * 5000 + b"}",
        "half a statement": b"\xd2\x84\x58\x60" + bytes(20),
        "a promise of much": b"\xd2\x84\x5b\x7f\xff\xff\xff\xff\xff\xff\xff",
        "an array of much": b"\x9b\x00\xff\xff\xff\xff\xff\xff\xff", "a carriage return": b"\r\n\r\n",
        "escape sequences": b"\x1b[31m\x1b]0;title\x07 red\n",
    }
    paths = {}
    for name, text in texts.items():
        paths[name] = os.path.join(top, name.replace(" ", "-"))
        with open(paths[name], "wb") as file:
            file.write(text)
    paths["a folder"] = os.path.join(top, "folder")
    os.mkdir(paths["a folder"])
    paths["nothing"] = os.path.join(top, "nowhere")
    paths["a loop of links"] = os.path.join(top, "loop")
    os.symlink("loop", paths["a loop of links"])
    paths["a device"] = "/dev/null"
    paths["a name too long"] = os.path.join(top, "n" * 300)
    return paths


# Commands that read a file, F, and what they may answer where it is not what they want.
READERS = (
    ("append", ("append", "F"), (1, 3)),
    ("append --keep-going", ("append", "--keep-going", "F"), (1, 3)),
    ("import", ("import", "records", "F", "-q"), (1, 3)),
    ("record --from", APPEND + ("--from", "F"), (1, 2, 3)),
    ("checkpoint adopt", ("checkpoint", "adopt", "F"), (1, 3)),
    ("checkpoint compare", ("checkpoint", "compare", "F"), (3,)),
    ("verify --since", ("verify", "-q", "--since", "F"), (1, 3)),
    ("--as", APPEND + ("--as", "F"), (1, 3)),
    ("key grant", ("key", "grant", "F", "--role", "editor"), (1, 3)),
    ("correct --list", ("correct", "--list", "F", "--nature", "editorial_note", "--note", "n"),
     (1, 2, 3)),
    ("restore", ("restore", "F", "R"), (1, 3)),
)


def give_file(world, words, statuses, path):
    words = [path if w == "F" else os.path.join(world.top, "new") if w == "R" else w for w in words]
    done = world.run(*words, here="restore" not in words)
    said = clear_answer(done, statuses)
    check("\x1b" not in done.text, "escape sequences came through", done)
    if not os.path.exists(path) and path != "/dev/null":
        check(done.status == 3, "a file that cannot be read is no 'no'", done)
    check(not os.path.exists(os.path.join(world.top, "new")), "half a ledger is left", said)


# --- 2 GB --------------------------------------------------------------------------------------------

LIMITED = """
import os, resource, sys
child = os.fork()
if child == 0:
    os.execv(sys.argv[2], sys.argv[2:])
_, status, usage = os.wait4(child, 0)
print("kB %d" % usage.ru_maxrss, file=open(sys.argv[1], "w"))
sys.exit(os.waitstatus_to_exitcode(status))
"""


def measured(world, args, stdin, timeout=60):
    """Runs and says how much memory it took at most."""
    out = os.path.join(world.top, "usage")
    wrap = [sys.executable, "-c", LIMITED, out]
    done = world.run(*args, wrap=wrap, stdin=stdin, here="restore" not in args, timeout=timeout)
    with open(out, encoding="ascii") as file:
        kilobytes = int(file.read().split()[1])
    os.remove(out)
    return done, kilobytes << 10


def huge_line(world, words, how, base_memory):
    path = os.path.join(world.top, "huge")
    words = ["-" if w == "F" and how != "file" else path if w == "F" else
             os.path.join(world.top, "new") if w == "R" else w for w in words]
    if how == "pipe":  # 2 GB of letters in one string, for as long as somebody reads
        feeder = subprocess.Popen(
            [sys.executable, "-c", "import sys\nw = sys.stdout.buffer.write\n"
             "w(b'{\"type\":\"record\",\"subject\":\"doi:10.5281/y\",\"title\":\"')\n"
             "for i in range(2048): w(b'a' * (1 << 20))\n"], stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL)
        done, memory = measured(world, words, feeder.stdout)
        feeder.stdout.close()
        feeder.kill()
        feeder.wait()
    else:
        with open(path, "wb") as file:
            file.write(b'{"type":"record","subject":"doi:10.5281/y","title":"a')
            file.truncate(2 << 30)
        with open(path, "rb") as stdin:
            done, memory = measured(world, words, stdin)
        os.remove(path)
    clear_answer(done, (1, 2, 3))
    check(memory < base_memory + MEMORY_MAX, "took %d MB" % (memory >> 20), done)
    check(not os.path.exists(os.path.join(world.top, "new")), "half a ledger is left", done)


def huge_content(world, base_memory):
    """Content of any size goes through in little memory."""
    path = os.path.join(world.top, "large")
    with open(path, "wb") as file:
        file.truncate(192 << 20)
    done, memory = measured(world, ("artifact", "10.5281/zenodo.1", "document=" + path),
                            subprocess.DEVNULL)
    check(done.status == 0, "192 MB of content", done)
    check(memory < base_memory + MEMORY_MAX, "took %d MB" % (memory >> 20), done)
    done, memory = measured(world, ("verify", "-q"), subprocess.DEVNULL)
    check(done.status == 0 and memory < base_memory + MEMORY_MAX,
          "verified in %d MB" % (memory >> 20), done)


# --- places ------------------------------------------------------------------------------------------


def all_refuse(world, statuses, commands=READS + WRITES, **kw):
    """Every command answers so; returns the lines."""
    return [clear_answer(world.run(*words, **kw), statuses) for words in commands]


def no_ledger(world, path):
    world = lab.World(world.stet, world.top)
    world.ledger = path
    for line in all_refuse(world, 3):
        check(path.split("/")[-1][:20] in line or "ledger" in line, "does not name it", line)


def no_ledger_here(world):
    done = world.run("show", "10.5281/zenodo.1", here=False, cwd="/")
    check("-C" in clear_answer(done, 3), "does not say how to name one", done)


def other_format(world, text, word):
    path = os.path.join(world.ledger, "format")
    with open(path, "wb") as file:
        file.write(text)
    for line in all_refuse(world, 3):
        check(word in line, "does not say '%s'" % word, line)
    with open(path, "wb") as file:
        file.write(b"stet/1\n")


def other_data(world, make, words):
    """Something else in the place of data.mdb."""
    path = os.path.join(world.ledger, "data.mdb")
    aside = os.path.join(world.top, "aside")
    os.rename(path, aside)
    make(path, aside)
    for line in all_refuse(world, 3):
        check(any(word in line for word in words), "does not say what is wrong", line)
    if os.path.isdir(path) and not os.path.islink(path):
        os.rmdir(path)
    elif os.path.lexists(path):
        os.remove(path)
    os.rename(aside, path)


def written(change):
    """A data.mdb made from the right one's bytes."""
    def make(path, aside):
        with open(aside, "rb") as file:
            data = file.read()
        with open(path, "wb") as file:
            file.write(change(data))
    return make


def swapped(data):
    """The same file of a machine of the other byte order: magic numbers turned round."""
    return data.replace(b"\xde\xc0\xef\xbe", b"\xbe\xef\xc0\xde")


def renamed_tables(data):
    return data.replace(b"\x05\x00entry", b"\x05\x00other").replace(b"entry", b"other")


def fifo(path, aside):
    os.mkfifo(path)


def a_socket(path, aside):
    here = os.getcwd()
    server = socket.socket(socket.AF_UNIX)
    try:
        os.chdir(os.path.dirname(path))
        server.bind(os.path.basename(path))
    finally:
        os.chdir(here)
        server.close()


OTHER_DATA = (
    ("missing", lambda path, aside: None, ("does not exist", "No such file")),
    ("empty", written(lambda data: b""), ("empty",)),
    ("cut in half", written(lambda data: data[:len(data) // 2]), ("cut short",)),
    ("cut to one page", written(lambda data: data[:4096]), ("ends before", "cut short")),
    ("zeroed", written(lambda data: bytes(len(data))), ("zeros",)),
    ("headers zeroed", written(lambda data: bytes(8192) + data[8192:]), ("zeros",)),
    ("another database", written(lambda data: b"SQLite format 3\0" + bytes(8176)),
     ("not an LMDB",)),
    ("another program's", written(renamed_tables), ("another program",)),
    ("another machine's", written(swapped), ("other byte order",)),
    ("a text file", written(lambda data: b"no database at all\n" * 999), ("not an LMDB",)),
    ("a folder", lambda path, aside: os.mkdir(path), ("folder",)),
    ("a loop of links", lambda path, aside: os.symlink("data.mdb", path), ("symbolic links",)),
    ("a link to nowhere", lambda path, aside: os.symlink("nowhere", path), ("does not exist",)),
    ("a pipe", fifo, ("not an ordinary file",)),
    ("a socket", a_socket, ("not an ordinary file", "No such device")),
)


# --- permissions -------------------------------------------------------------------------------------


def as_nobody():
    return {"user": NOBODY, "group": NOBODY, "extra_groups": [], "cwd": "/"}


def open_way(world):
    """Another user may come as far as the ledger."""
    path = world.top
    while len(path) > len(os.path.dirname(lab.tempfile.gettempdir())) + 1:
        os.chmod(path, os.stat(path).st_mode | 0o055)
        path = os.path.dirname(path)
        if path == lab.tempfile.gettempdir():
            break


def locked_away(world):
    open_way(world)
    os.chmod(world.ledger, 0o700)
    for line in all_refuse(world, 3, **as_nobody()):
        check("ermission" in line, "does not say why", line)


def not_to_be_written(world):
    """Whoever may read the ledger and not write it reads it; to write, he is told."""
    open_way(world)
    env = {"STET_STATE": os.path.join(world.top, "none")}
    for words in READS:
        if words[0] != "key":  # whose keys folder is not his either
            done = world.run(*words, env=env, **as_nobody())
            lines = done.error.splitlines()  # he has no place to remember, and is told
            check(done.status == 0 and len(lines) <= 1, "cannot read", done)
            check(all("without all of its memory" in line for line in lines), "complains", done)
    for line in all_refuse(world, 3, WRITES, env=env, **as_nobody()):
        check("ermission" in line or "cannot" in line, "does not say why", line)


def no_state(world):
    """Without the folder of the second head nothing is sealed, and reading goes on."""
    open_way(world)
    for folder, _, names in os.walk(world.ledger):
        os.chown(folder, NOBODY, NOBODY)
        for name in names:
            os.chown(os.path.join(folder, name), NOBODY, NOBODY)
    key = os.path.join(world.config, "stet", "keys")
    for folder, _, names in os.walk(world.config):
        os.chown(folder, NOBODY, NOBODY)
        for name in names:
            os.chown(os.path.join(folder, name), NOBODY, NOBODY)
    os.chmod(world.state, 0o500)
    line = clear_answer(world.run(*APPEND, **as_nobody()), 3)
    check("ermission" in line, "does not say why", line)
    nowhere = {"STET_STATE": None, "HOME": None, "XDG_STATE_HOME": None}
    line = clear_answer(world.run(*APPEND, env=nowhere, **as_nobody()), (1, 3))
    check("head" in line or "state folder" in line, "does not say what is missing", line)
    nowhere["XDG_CONFIG_HOME"] = None
    line = clear_answer(world.run(*APPEND, env=nowhere, **as_nobody()), 3)
    check("HOME" in line, "does not say that there is no home", line)
    done = world.run("show", "10.5281/zenodo.1", env=nowhere, **as_nobody())
    check(done.status == 0, "cannot even read", done)
    check(os.path.isdir(key), "the keys are gone")


def unreadable_key(world):
    """A key of another user's, where keys are looked for."""
    open_way(world)
    for folder, _, names in os.walk(world.ledger):
        os.chmod(folder, 0o777)
        for name in names:
            os.chmod(os.path.join(folder, name), 0o666)
    os.chmod(os.path.join(world.ledger, "keys", "ledger.key"), 0o600)
    env = {"STET_STATE": os.path.join(world.top, "none")}
    line = clear_answer(world.run(*APPEND, env=env, **as_nobody()), 3)
    check("ermission" in line or "could not be read" in line or "cannot" in line,
          "does not say that a key cannot be read", line)


def memory_is(world, what):
    """Something else where the head that was read last should be: no yes, and a way out."""
    seen = os.path.join(world.head_folder(), "seen")
    aside = seen + ".aside"
    os.rename(seen, aside)
    if what == "a folder":
        os.mkdir(seen)
    else:
        with open(aside, "rb") as file:
            data = file.read()
        with open(seen, "wb") as file:
            file.write({"empty": b"", "binary": bytes(range(256)), "large": b"x" * (3 << 20),
                        "damaged": data[:-60] + bytes([data[-60] ^ 1]) + data[-59:],
                        "cut": data[:len(data) // 2], "grown": data + b"\n"}[what])
    for words in READS[:2] + READS[3:] + (APPEND,):
        line = clear_answer(world.run(*words), 3)
        check("memory-damaged" in line and "checkpoint forget" in line, "no way out", line)
        if words != APPEND:
            check(world.run(*words, "--no-remember").status == 0, "cannot be read at all", words)
    done = world.run("verify", "-q")
    check(done.status == 3 and "memory-damaged" in done.text, "verify does not say it", done)
    if what == "a folder":
        os.rmdir(seen)
    else:
        world.must("checkpoint", "forget")
    os.rename(aside, seen)


def state_is(world, what):
    """Something else where the remembered head should be."""
    head = os.path.join(world.head_folder(), "head")
    aside = head + ".aside"
    os.rename(head, aside)
    if what == "a folder":
        os.mkdir(head)
    elif what == "damaged":
        with open(aside, "rb") as file:
            data = file.read()
        with open(head, "wb") as file:
            file.write(data[:60] + bytes([data[60] ^ 1]) + data[61:])
    elif what != "missing":
        with open(head, "wb") as file:
            file.write({"empty": b"", "binary": bytes(range(256)),
                        "large": b"x" * (3 << 20)}[what])
    line = clear_answer(world.run(*APPEND), (1, 3))
    check("head" in line, "does not name the head", line)
    for words in READS[:2] + READS[4:]:
        done = world.run(*words)
        check(done.status == 0, "cannot be read", done)
    if os.path.isdir(head):
        os.rmdir(head)
    elif os.path.exists(head):
        os.remove(head)
    os.rename(aside, head)


# --- keys --------------------------------------------------------------------------------------------


def keys_missing(world):
    shutil.rmtree(os.path.join(world.config, "stet", "keys"))
    check("key" in clear_answer(world.run(*APPEND), 3), "does not say that there is no key")


def working_key(world):
    return os.path.join(world.config, "stet", "keys", "working-%s.key"
                        % lab.ORIGIN.replace("/", "_"))


def key_mode(world):
    os.chmod(working_key(world), 0o644)
    line = clear_answer(world.run(*APPEND), (1, 3))
    check("0644" in line and "others" in line, "does not say what is wrong with it", line)


def key_damaged(world, change):
    path = working_key(world)
    with open(path, "rb") as file:
        data = file.read()
    with open(path, "wb") as file:
        file.write(change(data))
    line = clear_answer(world.run(*APPEND, "--as", path), (1, 3))
    check("key" in line and b"seed" in data and data[-70:-6].decode() not in line,
          "shows a secret, or does not say what is wrong", line)


def key_foreign(world):
    world.must("key", "generate", "stranger", "--issuer", "https://stranger.example", "-o",
               os.path.join(world.top, "stranger.key"), here=False)
    line = clear_answer(world.run(*APPEND, "--as", os.path.join(world.top, "stranger.key")), 1)
    check("signer-unknown" in line, "does not name the rule", line)


def ledger_key(world, what):
    path = os.path.join(world.ledger, "keys", "ledger.key")
    aside = os.path.join(world.top, "aside.key")
    os.rename(path, aside)
    if what == "exposed":
        shutil.copy(aside, path)
        os.chmod(path, 0o644)
    elif what == "another's":
        shutil.copy(working_key(world), path)
    elif what == "damaged":
        with open(path, "wb") as file:
            file.write(b"{}")
        os.chmod(path, 0o600)
    line = clear_answer(world.run(*APPEND), (1, 3))
    check("key" in line, "does not name the key", line)
    for words in READS:
        done = world.run(*words)
        check(done.status == 0, "cannot be read without the ledger key", done)
    if os.path.exists(path):
        os.remove(path)
    os.rename(aside, path)


def passphrase(world, what):
    path = os.path.join(world.top, "passphrase")
    with open(path, "wb") as file:
        file.write(b"right\n")
    os.chmod(path, 0o600)
    key = os.path.join(world.top, "locked.key")
    world.must("key", "generate", "locked", "--issuer", "https://ledger.example", "-o", key,
               "--ask-passphrase", "--passphrase-file", path, here=False)
    given = ["--passphrase-file", path]
    if what == "wrong":
        with open(path, "wb") as file:
            file.write(b"wrong\n")
    elif what == "exposed":
        os.chmod(path, 0o644)
    elif what == "missing":
        given[1] = path + ".nowhere"
    elif what == "nobody to ask":
        given = []
    elif what == "closed descriptor":
        given = ["--passphrase-fd", "77"]
    line = clear_answer(world.run(*APPEND, "--as", key, *given, start_new_session=True), (1, 3))
    check("passphrase" in line.lower(), "does not speak of the passphrase", line)


# --- disks -------------------------------------------------------------------------------------------


def mount_words(command):
    """A shell in a mount namespace of its own, or None where that is not to be had."""
    wrap = ["unshare", "--mount", "--propagation", "private", "sh", "-c", command, "sh"]
    done = subprocess.run(wrap[:6] + ["mount -t tmpfs none /mnt"], stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL, check=False)
    return wrap if done.returncode == 0 else None


def read_only_disk(world):
    wrap = mount_words('mount --bind "$STET_TOP" "$STET_TOP" && mount -o remount,bind,ro "$STET_TOP"'
                       ' && exec "$@"')
    if wrap is None:
        return
    env = {"STET_TOP": world.top}
    for words in READS:
        done = world.run(*words, wrap=wrap, env=env)
        check(done.status == 0 and done.error == "", "cannot read from a read-only disk", done)
    for words in WRITES + (("backup", "-q", os.path.join(world.top, "copy")),):
        line = clear_answer(world.run(*words, wrap=wrap, env=env), 3)
        check("read-only" in line.lower() or "Read-only" in line, "does not say why", line)


def lines_of(count):
    return b"".join(b'{"type":"record","subject":"doi:10.5281/zenodo.f%d","id":"f%d",'
                    b'"title":"%s"}\n' % (i, i, b"t" * 400) for i in range(count))


def full_disk(world, room):
    """A small disk with so much left: what fits is there, what does not leaves nothing."""
    small = os.path.join(world.top, "small")
    os.mkdir(small)
    wrap = mount_words(
        'mount -t tmpfs -o size=3m none "$STET_SMALL" && cp -a "$STET_COPY" "$STET_SMALL/ledger" &&'
        ' { dd if=/dev/zero of="$STET_SMALL/filler" bs=1k count=4000 2>/dev/null;'
        ' truncate -s -"$STET_ROOM" "$STET_SMALL/filler"; "$@" >"$STET_SMALL.out"'
        ' 2>"$STET_SMALL.err"; echo $? >"$STET_SMALL.status"; rm "$STET_SMALL/filler";'
        ' "$STET_BIN" verify -q -C "$STET_SMALL/ledger" >"$STET_SMALL.verify" 2>&1;'
        ' echo $? >>"$STET_SMALL.status";'
        ' "$STET_BIN" export cborseq -q -C "$STET_SMALL/ledger" >"$STET_SMALL.entries" &&'
        ' "$STET_BIN" record 10.5281/zenodo.after --title T -C "$STET_SMALL/ledger" >/dev/null; }')
    if wrap is None:
        return
    env = {"STET_SMALL": small, "STET_COPY": world.ledger, "STET_ROOM": str(room),
           "STET_BIN": world.stet, "LC_ALL": "C"}
    before = world.entries()
    moved = lab.World(world.stet, world.top)
    moved.ledger = os.path.join(small, "ledger")
    whole = moved.run("append", "-", data=lines_of(60), wrap=wrap, env=env)
    check(whole.status == 0, "does not go on after a full disk", whole)
    read = {}
    for name in ("out", "err", "status", "verify", "entries"):
        with open("%s.%s" % (small, name), "rb") as file:
            read[name] = file.read()
    status, verified = [int(n) for n in read["status"].split()]
    done = lab.Done(["append on a full disk"], status, read["out"], read["err"])
    check(verified == 0, "does not verify after a full disk", done, read["verify"])
    entries = lab.split(read["entries"])
    check(entries[:len(before)] == before, "a full disk changed entries", done)
    if status == 0:
        check(len(entries) == len(before) + 61, "answered for, and not there", done)
    else:
        line = clear_answer(done, 3)
        check("disk-full" in line or "No space" in line, "does not say that the disk is full", done)
        there = len(entries) - len(before)
        check(there == 0 or (there == 61 and "are in the ledger" in line), "half a batch", done)
    return status


def file_limit(world, blocks):
    """ulimit -f: the same without a disk of one's own."""
    data = os.path.join(world.ledger, "data.mdb")
    limit = os.stat(data).st_size + blocks * 4096

    def limited():
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    before = world.entries()
    done = world.run("append", "-", data=lines_of(60), preexec_fn=limited)
    entries = world.entries()
    check(entries[:len(before)] == before, "a file limit changed entries", done)
    if done.status == 0:
        check(len(entries) == len(before) + 61, "answered for, and not there", done)
    else:
        clear_answer(done, 3)
        check(entries == before, "half a batch", done)
    check(world.run("verify", "-q").status == 0, "does not verify", done)
    world.must("record", "10.5281/zenodo.after", "--title", "T")


# --- streams -----------------------------------------------------------------------------------------


def closed_streams(world, which):
    """Nothing of stet's own may get the number of a stream that is not there."""
    def close():
        for number in which:
            os.close(number)
    plain = {"stdin": None, "stdout": None, "preexec_fn": close}
    for words in READS + (APPEND, ("append", "-"), ("key", "list")):
        process = subprocess.run(
            world.words(list(words) + ["-C", world.ledger]), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=world.environment(),
            cwd=world.top, check=False, timeout=60, preexec_fn=plain["preexec_fn"])
        done = lab.Done([str(w) for w in words], process.returncode, b"", process.stderr)
        check(0 <= done.status <= 3, "died", done)
        if 1 in which:
            check(done.status != 0 or words == ("verify", "-q"), "nobody got the answer", done)
    check(world.run("verify", "-q").status == 0, "a closed stream damaged the ledger")


def full_output(world):
    for words in READS:
        with open("/dev/full", "wb") as full:
            done = world.run(*words, stdout=full)
        line = clear_answer(done, 3)
        check("standard output" in line and "No space" in line, "does not say why", line)
    with open("/dev/full", "wb") as full:
        line = clear_answer(world.run(*APPEND, stdout=full), 3)
    check("was carried out" in line, "does not say that the entry is there", line)


def nobody_reads(world):
    """`| head -1`: a reader ends quietly, a writer does what it was told."""
    world.must("append", "-", data=lines_of(600))
    for words in (("export", "jsonl", "-q"), ("export", "cborseq", "-q"),
                  ("log", "10.5281/zenodo.1")):
        process = world.start(*words)
        process.stdout.close()
        err = process.stderr.read()
        process.stderr.close()
        check(process.wait(timeout=30) in (-signal.SIGPIPE, 0), "a reader with no reader",
              words, process.returncode)
        check(err == b"", "complains about `head`", err)
    process = world.start("record", "10.5281/zenodo.piped", "--title", "T", "--id", "piped")
    process.stdout.close()
    process.stderr.close()
    check(process.wait(timeout=30) in (0, 3), "a writer with no reader", process.returncode)
    done = world.run("show", "10.5281/zenodo.piped")
    check(done.status == 0, "the entry is not there", done)


def few_descriptors(world):
    """From none to enough: could not, or done; never by halves."""
    enough = 0
    for count in range(3, 24):
        def limited(count=count):
            resource.setrlimit(resource.RLIMIT_NOFILE, (count, count))
        done = world.run("record", "10.5281/zenodo.n%d" % count, "--title", "T", "--id",
                         "n%d" % count, preexec_fn=limited)
        if done.status == 127:
            continue  # not even the libraries could be opened
        if done.status == 0:
            enough += 1
        else:
            clear_answer(done, 3)
        check(world.run("verify", "-q").status == 0, "with %d descriptors" % count, done)
    check(enough > 3, "24 descriptors are not enough")


def little_memory(world):
    """From none to enough address space: could not, or done. The libraries alone map some 60 MB."""
    enough = could_not = 0
    for megabytes in list(range(8, 124, 4)) + [128, 256, 512, 2048]:
        def limited(limit=megabytes << 20):
            resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        done = world.run("record", "10.5281/zenodo.m%d" % megabytes, "--title", "T", "--id",
                         "m%d" % megabytes, preexec_fn=limited)
        if done.status in (127, -signal.SIGSEGV, -signal.SIGKILL) and b"stet " not in done.err:
            check(megabytes < 96, "the program could not even begin", done)
            continue
        if done.status == 0:
            enough += 1
        else:
            could_not += 1
            clear_answer(done, 3)
        check(world.run("verify", "-q").status == 0, "with %d MB" % megabytes, done)
    check(enough > 3, "2 GB are not enough")
    return could_not


# --- all of them -------------------------------------------------------------------------------------


def add_files(cases, base, top):
    files = wrong_files(top)
    for command, words, statuses in READERS:
        for what, path in files.items():
            cases.add("%s: %s" % (command, what), give_file, words, statuses, path)
    _, memory = measured(base, ("verify", "-q"), subprocess.DEVNULL)
    for command, words, _ in READERS:
        if command in ("append --keep-going", "correct --list", "key grant"):
            continue
        cases.add("%s: 2 GB in a file" % command, huge_line, words, "file", memory)
    for command, words, _ in READERS[:4] + READERS[-1:]:
        cases.add("%s: 2 GB through a pipe" % command, huge_line, words, "pipe", memory)
    cases.add("192 MB of content", huge_content, memory, changes=True)


def add_places(cases, base, top):
    empty = os.path.join(top, "empty-folder")
    os.mkdir(empty)
    for what, path in (("nowhere", os.path.join(top, "no-such-ledger")), ("a file", base.stet),
                       ("an empty folder", empty), ("another folder", "/usr/bin"),
                       ("below a file", base.stet + "/below"),
                       ("a loop of links", os.path.join(top, "loop")),
                       ("an empty name", "")):
        cases.add("no ledger: " + what, no_ledger, path)
    cases.add("no ledger: none above", no_ledger_here)
    for what, text, word in (("newer", b"stet/2\n", "stet/1"), ("garbage", b"\0\1\2", "no ledger"),
                             ("empty", b"", "no ledger"), ("much", b"s" * 9999, "format")):
        cases.add("format: " + what, other_format, text, word)
    for what, make, words in OTHER_DATA:
        cases.add("data.mdb: " + what, other_data, make, words)


def add_circumstances(cases):
    for what in ("missing", "a folder", "damaged", "empty", "binary", "large"):
        cases.add("remembered head: " + what, state_is, what)
    for what in ("a folder", "damaged", "empty", "binary", "large", "cut", "grown"):
        cases.add("memory of what was read: " + what, memory_is, what)
    cases.add("keys: none", keys_missing)
    cases.add("keys: others can read it", key_mode)
    for what, change in (("cut", lambda d: d[:len(d) // 2]), ("empty", lambda d: b""),
                         ("not JSON", lambda d: b"\x00" + d), ("seed of another",
                         lambda d: d.replace(d[-70:-60], b"0123456789")),
                         ("member unknown", lambda d: d.replace(b'"label"', b'"lable"'))):
        cases.add("keys: " + what, key_damaged, change)
    cases.add("keys: a stranger's", key_foreign)
    for what in ("missing", "exposed", "another's", "damaged"):
        cases.add("ledger key: " + what, ledger_key, what)
    for what in ("wrong", "exposed", "missing", "nobody to ask", "closed descriptor"):
        cases.add("passphrase: " + what, passphrase, what)
    for which in ((0,), (1,), (2,), (0, 1), (1, 2), (0, 2), (0, 1, 2)):
        cases.add("streams closed: %s" % (which,), closed_streams, which, changes=True)
    cases.add("streams: full", full_output, changes=True)
    cases.add("streams: nobody reads", nobody_reads, changes=True)
    cases.add("few descriptors", few_descriptors, changes=True)
    cases.add("little memory", little_memory, changes=True)
    for blocks in range(0, 60, 6):
        cases.add("file limit: %d pages more" % blocks, file_limit, blocks, changes=True)


def add_as_root(cases, report):
    if os.geteuid() != 0:
        report.say("not root: other users, read-only and full disks are left out")
        return
    if mount_words("true") is None:
        report.say("no mount namespaces here: read-only and full disks are left out")
    else:
        cases.add("read-only disk", read_only_disk)
        for room in list(range(0, 160, 16)) + [200, 300]:
            cases.add("full disk: %d KiB left" % room, full_disk, room << 10, changes=True)
    cases.add("locked away", locked_away)
    cases.add("not to be written", not_to_be_written)
    cases.add("unreadable key", unreadable_key)
    cases.add("no state folder", no_state)


def main():
    report = lab.Report("bad_input")
    only = sys.argv[sys.argv.index("--only") + 1] if "--only" in sys.argv else ""
    stet = lab.binary()
    with lab.folder("bad-input") as top:
        base = lab.World(stet, os.path.join(top, "base")).init()
        base.must("record", "10.5281/zenodo.1", "--title", "The first", "--id", "first")
        base.must("artifact", "10.5281/zenodo.1", "document=" + stet, "--id", "kept")
        base.must("stats")  # what is there has been read
        cases = Cases(report, base, top, only)
        add_files(cases, base, top)
        add_places(cases, base, top)
        add_circumstances(cases)
        add_as_root(cases, report)
        cases.run()
        cases.summarize()
    report.finish()


main()
