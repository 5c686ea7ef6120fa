# Makes a C file TO of a text file FROM: the array NAME with its bytes and a NUL.
file(READ ${FROM} hex HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
string(REGEX REPLACE "(................................................................................)" "\\1\n" bytes "${bytes}")
file(WRITE ${TO} "/* Made by tools/cmake/text.cmake. */\n#include \"site/page.h\"\n\nconst char ${NAME}[] = {\n${bytes}\n0x00};\n")
