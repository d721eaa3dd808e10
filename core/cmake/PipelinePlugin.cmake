# pipeline_add_plugin(<name> SOURCES <file>... [TORCH] [USES <tier>...] [LIBRARIES <target>...])
# Builds lib<name>.so, a plugin: a shared library of its own, symbols hidden, never unloaded. TORCH: it has a model, loss, optimizer, callback
# or something else made of tensors. USES: the tiers of the SDK beyond the author's, whose headers lie in pipeline/<tier>/. It is compiled as C++20, as the program is, whatever the project around it chose. The target is
# <name>_plugin; the same function serves this project and plugins built against its SDK.
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
