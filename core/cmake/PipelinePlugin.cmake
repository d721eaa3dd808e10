# pipeline_add_plugin(<name> SOURCES <file>... [TORCH] [USES <tier>...] [LIBRARIES <target>...])
# Builds the plugin lib<name>.so: a shared library with hidden symbols that is never unloaded. TORCH: the plugin has a model, loss, optimizer,
# callback or another component that uses tensors. USES: tiers of the SDK beyond the author's, with headers in pipeline/<tier>/. The plugin is
# compiled as C++20, as the program is, whatever the surrounding project sets. The target is <name>_plugin. This project and plugins built
# against its SDK use the same function.
function(pipeline_add_plugin name)
  cmake_parse_arguments(arg "TORCH" "" "SOURCES;USES;LIBRARIES" ${ARGN})
  if(NOT arg_SOURCES OR arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "pipeline_add_plugin(${name}): write pipeline_add_plugin(<name> SOURCES <file>... [TORCH] [USES data|search|train|host ...] "
                        "[LIBRARIES <target>...])")
  endif()
  set(target ${name}_plugin)
  add_library(${target} MODULE ${arg_SOURCES})
  set_target_properties(${target} PROPERTIES
    OUTPUT_NAME ${name} PREFIX "lib" DEFINE_SYMBOL "" CXX_STANDARD 20 CXX_STANDARD_REQUIRED ON CXX_EXTENSIONS OFF
    CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON POSITION_INDEPENDENT_CODE ON)
  target_link_options(${target} PRIVATE -Wl,-z,nodelete)
  target_link_libraries(${target} PRIVATE pipeline::core ${arg_LIBRARIES})
  foreach(tier IN LISTS arg_USES)
    if(NOT tier MATCHES "^(data|search|train|host)$")
      message(FATAL_ERROR "pipeline_add_plugin(${name}): the SDK has no tier ${tier}: USES takes data, search, train and host")
    endif()
    target_link_libraries(${target} PRIVATE pipeline::${tier})
  endforeach()
  if(arg_TORCH)
    if(COMMAND pipeline_find_torch)
      pipeline_find_torch()
    endif()
    target_link_libraries(${target} PRIVATE pipeline::torch)
    target_compile_definitions(${target} PRIVATE PIPELINE_TORCH_VERSION="${pipeline_LIBTORCH_VERSION}")
  endif()
  if(COMMAND pipeline_finish_builtin_plugin)
    pipeline_finish_builtin_plugin(${target} "${arg_TORCH}")
  endif()
endfunction()
