# pipeline_use_std_headers(<target>)
# Shares the precompiled headers of the standard library. GCC 12 forgets that they are the system's, and then warns of its own std::string
# (-Warray-bounds, -Wstringop-overflow, -Wstringop-overread) in correct code.
function(pipeline_use_std_headers target)
  target_precompile_headers(${target} REUSE_FROM pipeline_std_pch)
  target_compile_options(${target} PRIVATE -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread)
endfunction()

# The additions to pipeline_add_plugin for this project's own plugins: their place in the build folder, the shared precompiled headers,
# compilation in batches, and a test of the *_test.cpp beside their sources.
function(pipeline_finish_builtin_plugin target torch)
  set_target_properties(${target} PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib/pipeline/plugins)
  set_property(GLOBAL APPEND PROPERTY PIPELINE_PLUGINS ${target})
  if(torch)
    target_precompile_headers(${target} REUSE_FROM pipeline_torch_pch)
  else()
    set_target_properties(${target} PROPERTIES UNITY_BUILD OFF)
    pipeline_use_std_headers(${target})
  endif()
  if(PIPELINE_TESTS)
    string(REGEX REPLACE "_plugin$" "" plugin ${target})
    if(torch)
      pipeline_plugin_test(${plugin} TORCH)
    else()
      pipeline_plugin_test(${plugin})
    endif()
  endif()
endfunction()

# pipeline_objects_without_entry(<variable> <plugin>...)
# Sets <variable> to the objects of plugins without their entry points (plugin.cpp), for programs that link several plugins.
function(pipeline_objects_without_entry variable)
  set(objects "")
  foreach(plugin IN LISTS ARGN)
    list(APPEND objects $<FILTER:$<TARGET_OBJECTS:${plugin}_plugin>,EXCLUDE,plugin\\.cpp>)
  endforeach()
  set(${variable} ${objects} PARENT_SCOPE)
endfunction()
