"""symbols.py [--update] ROOT LIBRARY: libstet exports what its headers declare, and reads nothing.

The exported symbols of the shared library, the functions marked STET_API in include/stet, and the
sorted list in src/stet.sym are one set, and every name begins with stet_.  What the library takes
from the C library contains no clock, environment, terminal or socket: callers pass such things in.
--update writes src/stet.sym from the library.
"""

import os
import re
import subprocess
import sys

import tree

DECLARED = re.compile(r"^STET_API\b[^;]*?\b(\w+)\s*\([^;]*?;", re.M | re.S)
# Put there by a sanitizer's instrumentation, not by us.
INSTRUMENTED = re.compile(r"^(__(asan|ubsan|tsan|sancov|odr_asan|sanitizer|llvm|gcov)|mangle_path$)")
NEVER = set("""
time gettimeofday clock_gettime localtime gmtime ctime getenv secure_getenv environ setenv putenv
isatty ttyname tcgetattr tcsetattr getpass socket connect bind accept getaddrinfo gethostbyname
stdin stdout printf puts putchar vprintf exit _exit system popen fork execve
""".split())


def dynamic(library, *options):
    listed = subprocess.run(["nm", "-D", "-P"] + list(options) + [library],
                            stdout=subprocess.PIPE, check=True, text=True).stdout
    names = [line.split()[0].split("@")[0] for line in listed.splitlines() if line.split()]
    return sorted({n for n in names if not INSTRUMENTED.match(n)})


def declared(root):
    names = []
    folder = os.path.join(root, "include", "stet")
    for header in sorted(os.listdir(folder)):
        text = tree.read(folder, header)
        text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
        text = re.sub(r"^#[^\n]*(\\\n[^\n]*)*", "", text, flags=re.M)
        names += DECLARED.findall(text)
    return names


def main():
    update = sys.argv[1] == "--update"
    root, library = sys.argv[2 if update else 1:][:2]
    exported = dynamic(library, "--defined-only")
    sym = os.path.join(root, "src", "stet.sym")
    if update:
        with open(sym, "w", encoding="ascii") as file:
            file.write("".join(name + "\n" for name in exported))
    with open(sym, encoding="ascii") as file:
        listed = file.read().splitlines()
    in_headers = declared(root)
    faults = ["%s: exported, but does not begin with stet_" % n
              for n in exported if not n.startswith("stet_")]
    faults += ["%s: exported, not in src/stet.sym" % n for n in sorted(set(exported) - set(listed))]
    faults += ["%s: in src/stet.sym, not exported" % n for n in sorted(set(listed) - set(exported))]
    if listed != sorted(set(listed)):
        faults.append("src/stet.sym: not sorted, or a line twice")
    faults += ["%s: declared STET_API in a header, not exported" % n
               for n in sorted(set(in_headers) - set(exported))]
    faults += ["%s: exported, declared in no header" % n
               for n in sorted(set(exported) - set(in_headers))]
    faults += ["%s: declared %d times" % (n, in_headers.count(n))
               for n in sorted(set(in_headers)) if in_headers.count(n) > 1]
    faults += ["%s: called by the library, which reads no clock, environment or terminal" % n
               for n in dynamic(library, "--undefined-only") if n in NEVER]
    tree.finish("symbols", faults, "%d exported" % len(exported))


main()
