"""apart.py [STET]: signed on one machine, appended on another.

Two homes that share nothing: the desk has an editor's key and no ledger, the server has the ledger and
nobody's signing key. What is signed at the desk goes through files and pipes; what is altered, meant for
another ledger, sent twice, cut off or signed by a key that may not, does not go in.
"""

import json
import os
import subprocess

import lab
from lab import check


class Two:
    """A desk and a server."""

    def __init__(self, stet, top):
        self.server = lab.World(stet, os.path.join(top, "server")).init("--bare")
        self.desk = lab.World(stet, os.path.join(top, "desk"))
        os.makedirs(self.desk.home)
        self.desk.ledger = None
        self.at_desk("key", "generate", "desk", "--issuer", "https://journal.example/desk")
        public = os.path.join(top, "desk.pub")
        self.at_desk("key", "export", "desk", "-o", public)
        # The root key signs the grant at home too: the server never sees its secret half.
        keys = os.path.join(self.server.config, "stet", "keys")
        name = [n for n in os.listdir(keys) if n.startswith("root")][0]
        self.server.must("key", "grant", public, "--role", "editor", "--role", "publisher",
                         "--as", os.path.join(keys, name))
        os.remove(os.path.join(keys, name))
        self.id = json.loads(self.server.must("stats", "--json").text)["ledger"]
        check(os.listdir(keys) == [], "a signing key is left on the server", os.listdir(keys))

    def at_desk(self, *words, **kw):
        env = {"STET_STATE": None, "STET_LEDGER": None}
        done = self.desk.run(*words, here=False, env=env, cwd=self.desk.home, **kw)
        check(done.status == 0, "at the desk", done)
        return done

    def sign(self, *words):
        return self.at_desk("sign", *words, "--aud", self.id).out

    def give(self, data, *more):
        return self.server.run("append", "-", *more, data=data)


def answered(done, result, status):
    check(done.status == status, "exit %s, not %s" % (done.status, status), done)
    results = [json.loads(line)["result"] for line in done.text.splitlines()]
    check(results and set(results) == {result}, "answered %s, not %s" % (results, result), done)


def through_files(two):
    path = os.path.join(two.desk.home, "record.stet")
    two.at_desk("sign", "record", "10.5281/zenodo.1", "--title", "By post", "--aud", two.id, "--id",
                "post", "-o", path)
    done = two.server.run("append", path, "--json")
    answered(done, "appended", 0)
    answered(two.server.run("append", path, "--json"), "already", 0)


def through_a_pipe(two):
    """stet sign ... | stet append -, both at once, as with ssh between them."""
    signer = subprocess.Popen(
        two.desk.words(["sign", "record", "10.5281/zenodo.2", "--title", "Through a pipe", "--aud",
                        two.id]), stdout=subprocess.PIPE, cwd=two.desk.home,
        env=two.desk.environment(STET_STATE=None))
    done = two.server.run("append", "-", "--json", stdin=signer.stdout)
    signer.stdout.close()
    check(signer.wait() == 0, "signing into a pipe")
    answered(done, "appended", 0)


def many_in_one(two):
    """Statements one after the other in one stream."""
    data = b"".join(two.sign("record", "10.5281/zenodo.m%d" % i, "--title", "One of many", "--id",
                             "many-%d" % i) for i in range(20))
    before = len(two.server.entries())
    answered(two.give(data, "--json"), "appended", 0)
    check(len(two.server.entries()) == before + 21, "not one batch with one seal")
    answered(two.give(data, "--json"), "already", 0)
    check(len(two.server.entries()) == before + 21, "sent twice, and there twice")


def altered(two):
    """Every byte of a signed statement changed, and every length it can be cut to."""
    data = two.sign("record", "10.5281/zenodo.altered", "--title", "Altered", "--id", "altered")
    before = two.server.entries()
    tried = 0
    for at in range(0, len(data), 3):
        changed = bytearray(data)
        changed[at] ^= 0x04
        done = two.give(bytes(changed))
        check(done.status == 1, "byte %d changed: exit %s" % (at, done.status), done)
        tried += 1
    for size in range(0, len(data), 5):
        done = two.give(data[:size])
        check(done.status in ((1, 3) if size == 0 else (1,)), "cut to %d bytes" % size, done)
        tried += 1
    check(two.server.entries() == before, "something of it went in")
    answered(two.give(data, "--json"), "appended", 0)
    return "%d altered and cut statements refused" % tried


def cut_stream(two):
    """A connection that breaks between or within statements: nothing of the call goes in."""
    whole = [two.sign("record", "10.5281/zenodo.c%d" % i, "--title", "T", "--id", "cut-%d" % i)
             for i in range(4)]
    before = two.server.entries()
    done = two.give(b"".join(whole)[:-7])
    check(done.status == 1, "a stream cut within a statement", done)
    check(two.server.entries() == before, "half a call went in")
    answered(two.give(b"".join(whole), "--json"), "appended", 0)


def other_ledger(two):
    """Meant for another ledger."""
    data = two.at_desk("sign", "record", "10.5281/zenodo.o", "--title", "T", "--aud",
                       "stet:" + "0" * 64).out
    done = two.give(data)
    check(done.status == 1 and "audience-wrong" in done.text, "of another ledger", done)


def not_allowed(two):
    """A key that nobody granted, and one that may not do this."""
    stranger = os.path.join(two.desk.top, "stranger.key")
    two.at_desk("key", "generate", "stranger", "--issuer", "https://stranger.example", "-o",
                stranger)
    data = two.at_desk("sign", "record", "10.5281/zenodo.s", "--title", "T", "--aud", two.id, "--as",
                       stranger).out
    done = two.give(data)
    check(done.status == 1 and "signer-unknown" in done.text, "a stranger's", done)
    data = two.at_desk("sign", "withhold", "10.5281/zenodo.1", "--sha256", "0" * 64, "--ground", "g",
                       "--aud", two.id, "--as", "desk").out
    done = two.give(data)
    check(done.status == 1 and "role-missing" in done.text, "without the role", done)


def replayed_with_other_content(two):
    first = two.sign("record", "10.5281/zenodo.r", "--title", "First", "--id", "replayed")
    second = two.sign("record", "10.5281/zenodo.r", "--title", "Second", "--id", "replayed")
    answered(two.give(first, "--json"), "appended", 0)
    done = two.give(second)
    check(done.status == 1 and "id-conflict" in done.text, "the same id, other content", done)


def stale(two):
    """Signed by somebody who had not seen the newest."""
    two.give(two.sign("record", "10.5281/zenodo.t", "--title", "T", "--id", "t-1"))
    late = two.sign("correct", "10.5281/zenodo.t", "--note", "n", "--no-after", "--member",
                    "/after=null", "--id", "t-2")
    done = two.give(late)
    check(done.status == 1 and "after-stale" in done.text, "a stale statement", done)


def content_apart(two):
    """Content goes beside what was signed of it."""
    path = os.path.join(two.desk.home, "report.txt")
    with open(path, "wb") as file:
        file.write(b"the report\n" * 1000)
    data = two.sign("artifact", "10.5281/zenodo.1", "document=" + path, "--id", "apart")
    done = two.give(data)
    check(done.status == 1 and "artifact-not-here" in done.text, "without its content", done)
    answered(two.give(data, "--content", path, "--json"), "appended", 0)
    check(two.server.run("verify", "-q").status == 0, "does not verify with it")


def no_key_needed(two):
    """The server signs seals with the ledger key; it has no other and needs none."""
    done = two.server.run("record", "10.5281/zenodo.none", "--title", "T")
    lab.one_line(done, 3)
    check("key" in done.error, "does not say that there is no key", done)


CASES = [through_files, through_a_pipe, many_in_one, altered, cut_stream, other_ledger, not_allowed,
         replayed_with_other_content, stale, content_apart, no_key_needed]


def main():
    report = lab.Report("apart")
    with lab.folder("apart") as top:
        two = Two(lab.binary(), top)
        for case in CASES:
            result = report.attempt(case.__name__.replace("_", " "), case, two)
            if result is not None:
                report.say(result)
        done = two.server.run("verify", "-q")
        report.attempt("all of it", check, done.status == 0, "does not verify", done)
    report.finish()


main()
