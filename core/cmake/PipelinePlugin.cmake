# pipeline_add_plugin(<name> SOURCES <file>... [TORCH] [LIBRARIES <target>...])
# Builds plugins/<name> as a shared library of its own: symbols hidden, never unloaded, its own folder of output.
function(pipeline_add_plugin name)
  cmake_parse_arguments(arg "TORCH" "" "SOURCES;LIBRARIES" ${ARGN})
  set(target ${name}_plugin)
  add_library(${target} MODULE ${arg_SOURCES})
  set_target_properties(${target} PROPERTIES
    OUTPUT_NAME ${name} PREFIX "lib" DEFINE_SYMBOL ""
    LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib/pipeline/plugins
    BUILD_RPATH_USE_ORIGIN ON INSTALL_RPATH "$ORIGIN/../..")
  target_link_options(${target} PRIVATE -Wl,-z,nodelete)
  target_link_libraries(${target} PRIVATE pipeline_core ${arg_LIBRARIES})
  set_property(GLOBAL APPEND PROPERTY PIPELINE_PLUGINS ${target})
  if(NOT arg_TORCH)
    set_target_properties(${target} PROPERTIES UNITY_BUILD OFF)
  else()
    target_link_libraries(${target} PRIVATE pipeline_torch)
    target_compile_definitions(${target} PRIVATE PIPELINE_TORCH_VERSION="${Torch_VERSION}")
    target_precompile_headers(${target} REUSE_FROM pipeline_torch_pch)
  endif()
endfunction()
