# Warnings, sanitizers, and ccache and mold if they are present. With optimisation GCC 12 reports -Wrestrict inside its own std::string and
# -Wmaybe-uninitialized inside its own std::variant; both are off, and the sanitizers find real errors of these kinds.
add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor -Woverloaded-virtual -Wno-restrict -Wno-maybe-uninitialized)
if(PIPELINE_WERROR)
  add_compile_options(-Werror)
endif()
if(PIPELINE_SANITIZE)
  add_compile_options(-fsanitize=${PIPELINE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${PIPELINE_SANITIZE})
endif()
if(PIPELINE_FUZZ)  # clang knows GCC's warnings by other names, and libFuzzer needs to see which branches run
  add_compile_options(-fsanitize=fuzzer-no-link -Wno-unknown-warning-option)
endif()

# Search paths as DT_RPATH, not DT_RUNPATH: DT_RPATH comes before LD_LIBRARY_PATH, which may name another LibTorch, and it also applies to the
# dependencies of the libraries found there.
add_link_options(-Wl,--disable-new-dtags)

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_DEPEND=1 CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE_PROGRAM})
endif()
find_program(MOLD_PROGRAM mold)
if(MOLD_PROGRAM)
  add_link_options(-fuse-ld=mold)
endif()
