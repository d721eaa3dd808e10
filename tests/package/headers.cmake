# Every public header compiles alone, with the tiers that its own tier includes and no other: a file of one line for each. Those with torch
# share the precompiled header, which brings in torch itself only.
function(pipeline_check_headers target folder)
  file(GLOB headers CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}/core/include ${PROJECT_SOURCE_DIR}/core/include/${folder}/*.h)
  set(files "")
  foreach(header IN LISTS headers)
    string(MAKE_C_IDENTIFIER ${header} name)
    file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/headers/${name}.cpp CONTENT "#include \"@header@\"\n" @ONLY)
    list(APPEND files ${CMAKE_CURRENT_BINARY_DIR}/headers/${name}.cpp)
  endforeach()
  add_library(${target} OBJECT ${files})
  set_property(TARGET ${target} PROPERTY LINK_LIBRARIES ${ARGN})  # without the tiers that every test has
  if("pipeline_torch" IN_LIST ARGN)
    target_precompile_headers(${target} REUSE_FROM pipeline_torch_pch)
  endif()
endfunction()

pipeline_check_headers(public_headers pipeline pipeline_core)
pipeline_check_headers(public_torch_headers pipeline/torch pipeline_torch)
pipeline_check_headers(public_testing_headers pipeline/testing pipeline_torch)
pipeline_check_headers(public_data_headers pipeline/data pipeline_core pipeline_data)
pipeline_check_headers(public_search_headers pipeline/search pipeline_core pipeline_search)
pipeline_check_headers(public_host_headers pipeline/host pipeline_core pipeline_host)
pipeline_check_headers(public_train_headers pipeline/train pipeline_torch pipeline_train)
