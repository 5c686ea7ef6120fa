# What every target of ours is compiled with; consumers of libstet inherit none of it.
add_library(stet_warnings INTERFACE)
target_compile_options(stet_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes
  -Wwrite-strings -Wcast-qual -Wformat=2 -Wvla -Wimplicit-fallthrough
  $<$<BOOL:${STET_WERROR}>:-Werror>)
target_compile_definitions(stet_warnings INTERFACE _GNU_SOURCE _FILE_OFFSET_BITS=64)
if(STET_SANITIZE)
  target_compile_options(stet_warnings INTERFACE -fsanitize=${STET_SANITIZE}
    -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(stet_warnings INTERFACE -fsanitize=${STET_SANITIZE})
endif()
if(STET_BUILD_FUZZERS)
  # Everything reports its branches; only the harnesses link libFuzzer's main.
  target_compile_options(stet_warnings INTERFACE -fsanitize=fuzzer-no-link)
  target_link_options(stet_warnings INTERFACE -fsanitize=fuzzer-no-link)
endif()
