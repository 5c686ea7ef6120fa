"""includes.py ROOT: dependencies point downwards only, and each outside library lives in one folder.

src/CMakeLists.txt has the folders in the order of the layers, each src/X/CMakeLists.txt has what X
uses.  An #include of another folder's header must be of a folder in that closure.  The command
(tools/) and the public headers include <stet/...> only.
"""

import os
import re
import sys

import tree

# Where the headers of an outside library may be included: nowhere else.
OWNERS = [
    (re.compile(r"^cbor(\.h|/)"), "src/cbor/"),
    (re.compile(r"^jansson"), "src/json/"),
    (re.compile(r"^csv\.h"), "src/exchange/"),
    (re.compile(r"^zlib\.h"), "src/exchange/"),
    (re.compile(r"^(sodium(\.h|/)|openssl/)"), "src/crypto/"),
    (re.compile(r"^lmdb\.h"), "src/store/lmdb/"),
    (re.compile(r"^utf8proc\.h"), "src/base/"),
    (re.compile(r"^qrencode\.h"), "tools/qr.c"),
    # Reading and writing XML are different jobs, and neither needs the other.
    (re.compile(r"^libxml/"), ("src/exchange/", "src/trail/", "src/site/")),
    (re.compile(r"^archive(_entry)?\.h"), "src/package/"),
]
# Headers of C11, POSIX and Linux that the project has a use for. Sockets are not among them.
SYSTEM = set("""
assert.h ctype.h dirent.h errno.h fcntl.h getopt.h inttypes.h limits.h linux/fs.h linux/limits.h
linux/magic.h locale.h poll.h pthread.h sched.h setjmp.h signal.h stdarg.h stdatomic.h stdbool.h
stddef.h stdint.h stdio.h stdlib.h string.h strings.h sys/file.h sys/ioctl.h sys/mman.h sys/random.h
sys/resource.h sys/stat.h sys/statfs.h sys/statvfs.h sys/time.h sys/types.h sys/uio.h sys/vfs.h sys/wait.h
termios.h time.h unistd.h
""".split())
# The benchmark measures the bare libraries beside ours, the generators print our tables, and the
# tests damage a ledger with the store's own library: these three may look behind the public headers.
BEHIND = ("tools/bench", "tools/gen", "tests/")
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)


def layers(root):
    """The folders of src/ in order, and for each what it uses, directly and not."""
    text = tree.read(root, "src/CMakeLists.txt")
    order = re.search(r"set\(folders ([a-z ]+)\)", text).group(1).split()
    uses, faults = {}, []
    for folder in order:
        text = tree.read(root, "src/%s/CMakeLists.txt" % folder)
        call = re.search(r"st_folder\(\s*(\w+)([^)]*)\)", text)
        if call is None or call.group(1) != folder:
            faults.append("src/%s/CMakeLists.txt: no st_folder(%s ...)" % (folder, folder))
            uses[folder] = {folder}
            continue
        words = call.group(2).split()
        direct = arguments(words, "USES")
        uses[folder] = {folder}
        for used in direct:
            if used not in uses:
                faults.append("src/%s/CMakeLists.txt: uses '%s', which is not below it"
                              % (folder, used))
            else:
                uses[folder] |= uses[used]
        listed = set(arguments(words, "SOURCES"))
        there = set()
        for where, _, names in os.walk(os.path.join(root, "src", folder)):
            there |= {os.path.relpath(os.path.join(where, n), os.path.join(root, "src", folder))
                      for n in names if n.endswith(".c")}
        for path in sorted(there - listed):
            faults.append("src/%s/%s: not in the folder's list of sources" % (folder, path))
    for name in sorted(os.listdir(os.path.join(root, "src"))):
        if os.path.isdir(os.path.join(root, "src", name)) and name not in order:
            faults.append("src/%s: not in the order of the layers in src/CMakeLists.txt" % name)
    return uses, faults


def arguments(words, keyword):
    taken, inside = [], False
    for word in words:
        if word in ("SOURCES", "USES", "LIBS"):
            inside = word == keyword
        elif inside:
            taken.append(word)
    return taken


def judge_outside(path, header):
    for pattern, owner in OWNERS:
        if pattern.match(header):
            owners = owner if isinstance(owner, tuple) else (owner,)
            if not path.startswith(owners + BEHIND):
                return "<%s> belongs to %s alone" % (header, " and ".join(owners))
            return None
    if header in SYSTEM or path.startswith(BEHIND):
        return None
    return "<%s> is neither ours nor on the list of system headers" % header


def judge_own(root, path, header, uses):
    part = path.split("/")
    beside = os.path.join(os.path.dirname(path), header)
    if part[0] == "src":
        folder = part[1]
        if "/" not in header:
            if not os.path.exists(os.path.join(root, beside)):
                return '"%s" is not in its folder; write "folder/%s"' % (header, header)
            return None
        if not os.path.exists(os.path.join(root, "src", header)):
            return '"%s" is not a header of src/' % header
        target = header.split("/")[0]
        if target not in uses.get(folder, ()):
            return '"%s": %s does not use %s' % (header, folder, target)
        return None
    if part[0] == "include":
        return '"%s": a public header includes <stet/...> only' % header
    if part[0] == "tools" and not path.startswith(BEHIND):
        if not os.path.exists(os.path.join(root, beside)):
            return '"%s": the command includes <stet/...> and its own headers only' % header
    return None


def judge(root, path, uses):
    faults = []
    for bracket, header in INCLUDE.findall(tree.read(root, path)):
        if bracket == '"':
            why = judge_own(root, path, header, uses)
        elif header.startswith("stet/"):
            there = os.path.exists(os.path.join(root, "include", header))
            why = None if there else "<%s> is not a public header" % header
        elif path.startswith("include/"):
            why = None if header in ("stddef.h", "stdint.h") else (
                "<%s>: a public header needs <stddef.h> and <stdint.h> at most" % header)
        else:
            why = judge_outside(path, header)
        if why:
            faults.append("%s: %s" % (path, why))
    return faults


def main():
    root = sys.argv[1]
    uses, faults = layers(root)
    looked = [p for p in tree.files(root) if p.endswith((".c", ".h", ".def"))
              and p.split("/")[0] in ("src", "include", "tools", "tests")]
    for path in looked:
        faults += judge(root, path, uses)
    tree.finish("includes", faults, "%d files of %d layers looked at" % (len(looked), len(uses)))


main()
