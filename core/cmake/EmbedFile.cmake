# pipeline_embed_file(<target> <symbol> <file>)
# Embeds a file's bytes in a target. C++ accesses them by `extern "C" const char <symbol>_begin[], <symbol>_end[];`.
set(PIPELINE_EMBED_TEMPLATE ${CMAKE_CURRENT_LIST_DIR}/embed_file.cpp.in)

function(pipeline_embed_file target symbol file)
  cmake_path(ABSOLUTE_PATH file BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} NORMALIZE)
  set(unit ${CMAKE_CURRENT_BINARY_DIR}/embedded/${symbol}.cpp)
  configure_file(${PIPELINE_EMBED_TEMPLATE} ${unit} @ONLY)
  set_source_files_properties(${unit} PROPERTIES OBJECT_DEPENDS ${file} SKIP_LINTING ON)
  # A compiler cache does not see the file that the assembler reads, and would return the bytes of an older file.
  add_library(${target}_${symbol} OBJECT ${unit})
  set_target_properties(${target}_${symbol} PROPERTIES CXX_COMPILER_LAUNCHER "" UNITY_BUILD OFF)
  target_link_libraries(${target} PRIVATE ${target}_${symbol})
endfunction()
