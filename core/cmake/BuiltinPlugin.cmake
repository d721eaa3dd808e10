# What only the plugins of this project get beyond pipeline_add_plugin: their place in the build folder, the shared precompiled headers and
# compilation in batches.
function(pipeline_finish_builtin_plugin target torch)
  set_target_properties(${target} PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib/pipeline/plugins)
  set_property(GLOBAL APPEND PROPERTY PIPELINE_PLUGINS ${target})
  if(torch)
    target_precompile_headers(${target} REUSE_FROM pipeline_torch_pch)
  else()
    set_target_properties(${target} PROPERTIES UNITY_BUILD OFF)
    target_precompile_headers(${target} REUSE_FROM pipeline_std_pch)
  endif()
endfunction()
