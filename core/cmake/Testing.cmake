# Functions that make tests. Included before core and the plugins, as their tests lie beside their sources.
find_package(doctest REQUIRED)
find_package(Python3 COMPONENTS Interpreter REQUIRED)
enable_testing()

add_library(test_main OBJECT ${PROJECT_SOURCE_DIR}/tests/test_main.cpp)
target_link_libraries(test_main PUBLIC doctest::doctest)

# Tests are not optimised, which halves their compile time; the code under test is.
set(pipeline_test_flags $<$<CONFIG:Release,RelWithDebInfo>:-O0>)
add_library(pipeline_test_pch OBJECT ${PROJECT_SOURCE_DIR}/core/src/precompiled.cpp)
target_precompile_headers(pipeline_test_pch PRIVATE ${PIPELINE_STD_HEADERS} <doctest/doctest.h>)
target_compile_options(pipeline_test_pch PRIVATE ${pipeline_test_flags})

# pipeline_test_program(<target> [TORCH] SOURCES <file>... [LIBRARIES <target>...])
# A program with doctest's main(). It is compiled like a library, as it could not use the libraries' precompiled headers otherwise.
function(pipeline_test_program target)
  cmake_parse_arguments(arg "TORCH" "" "SOURCES;LIBRARIES" ${ARGN})
  add_executable(${target} ${arg_SOURCES})
  set_target_properties(${target} PROPERTIES UNITY_BUILD OFF POSITION_INDEPENDENT_CODE OFF)
  target_compile_options(${target} PRIVATE -fPIC ${pipeline_test_flags})
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/tests ${PROJECT_SOURCE_DIR}/core/include)
  target_compile_definitions(${target} PRIVATE SOURCE_DIR="${PROJECT_SOURCE_DIR}" BUILD_DIR="${CMAKE_BINARY_DIR}")
  target_link_libraries(${target} PRIVATE test_main pipeline_all_tiers ${arg_LIBRARIES})
  if(arg_TORCH)
    target_link_libraries(${target} PRIVATE basic_metrics_under_test)  # training and evaluation need metrics
    target_precompile_headers(${target} REUSE_FROM pipeline_torch_test_pch)
  else()
    target_precompile_headers(${target} REUSE_FROM pipeline_test_pch)
  endif()
endfunction()

# pipeline_unit_test(<name> [TORCH] SOURCES <file>... [LIBRARIES <target>...])
# The test unit_<name>, with the label `unit`, and without TORCH also `torch_free`. `./dev unit` and `./dev sanitize --units` select by label.
function(pipeline_unit_test name)
  cmake_parse_arguments(arg "TORCH" "" "" ${ARGN})
  pipeline_test_program(unit_${name} ${ARGN})
  add_test(NAME unit_${name} COMMAND unit_${name})
  set(labels unit)
  set_property(GLOBAL APPEND PROPERTY PIPELINE_UNIT_TESTS unit_${name})
  if(NOT arg_TORCH)
    list(APPEND labels torch_free)
    set_property(GLOBAL APPEND PROPERTY PIPELINE_TORCH_FREE_TESTS unit_${name})
  endif()
  set_tests_properties(unit_${name} PROPERTIES LABELS "${labels}")
endfunction()

# pipeline_plugin_test(<plugin> [TORCH])
# The test unit_plugin_<plugin> of the *_test.cpp and *_fixture.cpp beside a plugin's sources; does nothing if there are none. It links the
# plugin's own objects, so that it can test hidden symbols. Sources include <plugin's folder>/<header>.
function(pipeline_plugin_test plugin)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*_test.cpp ${CMAKE_CURRENT_SOURCE_DIR}/*_fixture.cpp)
  if(NOT sources)
    return()
  endif()
  pipeline_unit_test(plugin_${plugin} ${ARGN} SOURCES ${sources} $<TARGET_OBJECTS:${plugin}_plugin>
    LIBRARIES $<TARGET_PROPERTY:${plugin}_plugin,LINK_LIBRARIES>)
  target_include_directories(unit_plugin_${plugin} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/.. ${PROJECT_SOURCE_DIR}/core/src)
  add_dependencies(unit_plugin_${plugin} ${plugin}_plugin)  # some tests load the library itself
endfunction()
