"""test_checks.py: each check says no to what it is there to find.

A small tree that every check accepts is made, then one fault at a time is put into it, and the
check has to fail and name it.  So none of them is a check that cannot fail.
"""

import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))

RULE = ('ST_RULE(BYTE_WRONG, "byte-wrong", "refusal", "a byte is wrong",\n'
        '    "A byte stands where none of its kind may stand. What is hashed must be the same for '
        'everybody, so it is refused.",\n    "get the file again")\n')
GOOD = {
    "src/CMakeLists.txt": "set(folders base json store)\n",
    "src/base/CMakeLists.txt": "st_folder(base SOURCES a.c)\n",
    "src/base/a.c": '#include "base/a.h"\n#include <utf8proc.h>\n#include <stdio.h>\n'
                    "int a = ST_BYTE_WRONG;\n",
    "src/base/a.h": '#include <stet/stet.h>\n#include "rules.def"\n',
    "src/base/rules.def": RULE,
    "src/json/CMakeLists.txt": "st_folder(json SOURCES b.c USES base)\n",
    "src/json/b.c": '#include "base/a.h"\n#include <jansson.h>\n',
    "src/store/CMakeLists.txt": "st_folder(store SOURCES c.c lmdb/d.c USES base)\n",
    "src/store/c.c": '#include "base/a.h"\n',
    "src/store/lmdb/d.c": "#include <lmdb.h>\n",
    "include/stet/stet.h": "#ifndef S\n#define S\n#include <stet/one.h>\n#endif\n",
    "include/stet/one.h": "#ifndef O\n#define O\n#include <stdint.h>\n"
                          "#define STET_API\n/** Answers one; stet_none() does not. */\n"
                          "STET_API int stet_one(\n    int x);\n#endif\n",
    "tools/main.c": '#include <stet/stet.h>\n#include "opt.h"\n',
    "tools/opt.h": "int opt_read(int argc);\n",
    "tools/run": "#!/usr/bin/env bash\nset -e\necho run\n",
    "tests/unit/test_a.c": "int b = ST_BYTE_WRONG;\n",
}
CC, CXX, CLANG_FORMAT, SHELLCHECK = sys.argv[1:5]
ran = failed = 0


def make(folder, changes):
    root = os.path.join(folder, "tree")
    shutil.rmtree(root, ignore_errors=True)
    for path, text in {**GOOD, **changes}.items():
        if text is None:
            continue
        full = os.path.join(root, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as file:
            file.write(text)
    return root


def expect(what, command, complaint):
    """Runs a check; complaint None: it has to pass, else it has to fail and say so."""
    global ran, failed
    ran += 1
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False)
    if complaint is None:
        good = done.returncode == 0
    else:
        good = done.returncode == 1 and complaint in done.stdout
    if not good:
        failed += 1
        print("%s: exit %d, expected %s\n%s" % (what, done.returncode,
              "0" if complaint is None else "1 and '%s'" % complaint, done.stdout))


def check(folder, script, changes, complaint, *more):
    root = make(folder, changes)
    path = os.path.join(HERE, script)
    command = ["python3", path, root] if script.endswith(".py") else [path, root]
    expect("%s with %s" % (script, sorted(changes)), command + list(more), complaint)


def includes(folder):
    def case(changes, complaint):
        check(folder, "includes.py", changes, complaint)
    case({}, None)
    case({"src/base/a.c": '#include "json/b.h"\n', "src/json/b.h": ""}, "base does not use json")
    case({"src/store/c.c": '#include "json/b.h"\n', "src/json/b.h": ""}, "store does not use json")
    case({"src/base/CMakeLists.txt": "st_folder(base SOURCES a.c USES json)\n"}, "not below it")
    case({"src/base/a.c": "#include <cbor.h>\n"}, "<cbor.h> belongs to src/cbor/ alone")
    case({"src/base/a.c": "#include <jansson.h>\n"}, "belongs to src/json/")
    case({"src/base/a.c": "#include <openssl/evp.h>\n"}, "belongs to src/crypto/")
    case({"src/base/a.c": "#include <sodium.h>\n"}, "belongs to src/crypto/")
    case({"src/store/c.c": "#include <lmdb.h>\n"}, "belongs to src/store/lmdb/")
    case({"src/json/b.c": "# include <utf8proc.h>\n"}, "belongs to src/base/")
    case({"src/base/a.c": "#include <sys/socket.h>\n"}, "neither ours nor")
    case({"src/base/a.c": '#include "c.h"\n', "src/json/c.h": ""}, "not in its folder")
    case({"src/base/a.c": '#include "base/none.h"\n'}, "not a header of src/")
    case({"src/base/left.c": ""}, "not in the folder's list")
    case({"src/extra/x.c": ""}, "not in the order of the layers")
    case({"include/stet/one.h": "#include <stdio.h>\n"}, "a public header needs")
    case({"include/stet/one.h": '#include "base/a.h"\n'}, "includes <stet/...> only")
    case({"tools/main.c": '#include "base/a.h"\n'}, "its own headers only")
    case({"tools/main.c": '#include "../src/base/b.h"\n'}, "its own headers only")
    case({"tools/main.c": "#include <stet/none.h>\n"}, "not a public header")
    case({"tools/main.c": "#include <lmdb.h>\n"}, "belongs to src/store/lmdb/")
    case({"tools/bench/bench.c": "#include <lmdb.h>\n"}, None)


def rules(folder):
    def case(text, complaint, **more):
        check(folder, "rules.py", {"src/base/rules.def": text, **more}, complaint)
    case(RULE, None)
    case(RULE + RULE, "a second rule of this code")
    case(RULE.replace("byte-wrong", "Byte-Wrong"), "not lower-case words")
    case(RULE.replace("byte-wrong", "byte_wrong"), "not lower-case words")
    case(RULE.replace('"refusal"', '"note"'), "kind 'note'")
    case(RULE.replace("a byte is wrong", "a byte is wrong."), "the summary is one line")
    case(RULE.replace("get the file again", "retry"), "the remedy is a request")
    case(RULE.replace("What is hashed must be the same for everybody, so it is refused.", ""),
         "the meaning says no more")
    case(RULE.replace(', "refusal"', ""), "have not an id and five strings")
    case("", "0 rules")
    case(RULE.replace("BYTE_WRONG", "OTHER").replace("byte-wrong", "other"), "other: raised nowhere")
    check(folder, "rules.py", {"tests/unit/test_a.c": "int b = ST_BYTE_WRONG_TOO;\n"},
          "byte-wrong: no test asks for it")
    check(folder, "rules.py", {"tests/unit/test_a.c": 'a("byte-wrong")\n'}, None)
    check(folder, "rules.py", {"tests/unit/test_a.c": 'a("byte-wrong-too")\n'}, "no test asks")


def places(folder):
    def case(text, complaint):
        check(folder, "places.py", {"docs/page.md": text + "\n"}, complaint)
    case("in $HOME/ledger, a/home/x, /var/lib/stet and docs/work/x", None)
    for place in ("/ho" + "me/ann/stet", "/ro" + "ot/.config", "/wo" + "rk/main", "/tm" + "p/build-x",
                  "https:/" + "/deb.deb" + "ian.org/debian", "pypi." + "org/simple",
                  "https:/" + "/registry.npm" + "js.org/x", "ghcr." + "io/x"):
        case("see '" + place + "'", "names a place")


def links(folder):
    def case(text, complaint):
        check(folder, "links.py", {"docs/page.md": "# A page, `really`\n\n" + text + "\n",
                                   "docs/other.md": "# Two words\n"}, complaint)
    case("[here](other.md), [there](#a-page-really), [both](other.md#two-words)", None)
    case("[code](../src/base/a.c) and [far](https://example.org/none.md)", None)
    case("[gone](none.md)", "leads to 'none.md', which is not there")
    case("[gone](../docs/none/)", "which is not there")
    case("[lost](other.md#three-words)", "which has no such heading")
    case("[lost](#elsewhere)", "which has no such heading")
    case("`[code](none.md)`", "0 links")
    page = {"docs/page.md": "# A page\n\n## Two words\n"}
    for comment, complaint in (
            ('docs/page.md, "Two words".', None),
            ('docs/page.md, "Two\n * words".', None),
            ('docs/page.md, "Three words".', "which is no heading there"),
            ('docs/none.md, "Two words".', "refers to 'docs/none.md', which is not there")):
        check(folder, "links.py", {**page, "src/base/a.c": "/* See %s */\n" % comment}, complaint)


def scripts(folder):
    def case(text, complaint):
        check(folder, "scripts.sh", {"tools/run": text}, complaint, SHELLCHECK)
    case(GOOD["tools/run"], None)
    case("#!/usr/bin/env bash\nif true; then\n", "1 scripts, ")
    case('#!/usr/bin/env bash\nset -e\nx="a b"\necho $x\n', "SC2086")
    case("text", "none found")


def formats(folder):
    def case(changes, complaint):
        check(folder, "format.sh", {".clang-format": "UseTab: Always\nIndentWidth: 8\nSortIncludes: false\n", **changes},
              complaint, CLANG_FORMAT)
    # The fixtures above are one-liners that any style accepts, but for the continued declaration.
    plain = {"include/stet/one.h": "int stet_one(int x);\n"}
    case(plain, None)
    case({**plain, "src/base/a.c": "int  a;\n"}, "clang-format-violations")
    case({**plain, "tools/opt.h": "int opt_read( int argc );\n"}, "clang-format-violations")


def headers(folder):
    def case(changes, complaint):
        check(folder, "headers.sh", changes, complaint, CC, CXX)
    case({}, None)
    one = GOOD["include/stet/one.h"]
    case({"include/stet/one.h": one.replace("#include <stdint.h>", "uint8_t y(void);")}, "uint8_t")
    case({"include/stet/one.h": "struct twice { int x; };\n"}, "redefinition")
    case({"include/stet/one.h": one.replace("int x", "int new")}, "2 headers, 2 wrong")
    case({"include/stet/two.h": one.replace("O\n", "T\n").replace("one", "two")},
         "stet/two.h: not in <stet/stet.h>")


def symbols(folder):
    source, library = os.path.join(folder, "lib.c"), os.path.join(folder, "lib.so")
    one = "int stet_one(int x);\nint stet_one(int x) { return x; }\n"

    def case(code, sym, changes, complaint):
        root = make(folder, {"src/stet.sym": sym, **changes})
        with open(source, "w", encoding="ascii") as file:
            file.write(code)
        subprocess.run([CC, "-shared", "-fPIC", "-o", library, source], check=True)
        expect("symbols.py with %r" % code,
               ["python3", os.path.join(HERE, "symbols.py"), root, library], complaint)
    case(one, "stet_one\n", {}, None)
    case(one + "int stet_two;\n", "stet_one\n", {}, "stet_two: exported, not in src/stet.sym")
    case(one + "int stet_two;\n", "stet_one\nstet_two\n", {}, "declared in no header")
    case(one + "int other;\n", "other\nstet_one\n", {}, "other: exported, but does not begin")
    case("int stet_two;\n", "stet_two\n", {}, "stet_one: declared STET_API in a header, not exp")
    case(one, "stet_one\nstet_two\n", {}, "stet_two: in src/stet.sym, not exported")
    case(one, "stet_one\nstet_one\n", {}, "a line twice")
    case(one.replace("return x", "extern long time(long *); return (int)time(0)"), "stet_one\n", {},
         "time: called by the library")
    case(one.replace("return x", "extern char *getenv(const char *); return !getenv(\"A\")"),
         "stet_one\n", {}, "getenv: called by the library")


def main():
    with tempfile.TemporaryDirectory() as folder:
        for checks in (includes, rules, places, links, scripts, formats, headers, symbols):
            checks(folder)
    print("checks: %d trials, %d wrong" % (ran, failed))
    sys.exit(1 if failed or not ran else 0)


main()
