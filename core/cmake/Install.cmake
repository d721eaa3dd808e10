# `cmake --install`: the program, its plugins and the SDK for plugin authors. No installed file holds its own path: a moved prefix works.
include(CMakePackageConfigHelpers)

# LibTorch is used in its own folder. A package (cpack) contains it in lib/libtorch, which is searched first.
set(installed_libtorch "\$ORIGIN/libtorch")
get_filename_component(libtorch_folder "${TORCH_INSTALL_PREFIX}/lib" REALPATH)

set_target_properties(pipeline PROPERTIES INSTALL_RPATH "\$ORIGIN/../lib")
set_target_properties(pipeline_core PROPERTIES INSTALL_RPATH "\$ORIGIN")
set_target_properties(pipeline_torch PROPERTIES INSTALL_RPATH "\$ORIGIN;${installed_libtorch};${libtorch_folder}")

get_property(plugins GLOBAL PROPERTY PIPELINE_PLUGINS)
foreach(plugin IN LISTS plugins)
  set_target_properties(${plugin} PROPERTIES INSTALL_RPATH "\$ORIGIN/../..;\$ORIGIN/../../libtorch;${libtorch_folder}")
endforeach()
# The build folder has the layout of an installation. A separate build path would end with an empty entry, which CMake reserves for the
# installation's path, and the dynamic linker reads an empty entry as the current folder.
set_target_properties(pipeline pipeline_core pipeline_torch ${plugins} PROPERTIES BUILD_WITH_INSTALL_RPATH ON)

install(TARGETS pipeline RUNTIME DESTINATION bin)
install(TARGETS ${plugins} LIBRARY DESTINATION lib/pipeline/plugins)
install(TARGETS pipeline_core pipeline_data pipeline_search pipeline_train pipeline_host EXPORT pipelineTargets LIBRARY DESTINATION lib)
install(TARGETS pipeline_torch pipeline_libtorch EXPORT pipelineTorchTargets LIBRARY DESTINATION lib)
install(DIRECTORY core/include/pipeline DESTINATION include FILES_MATCHING PATTERN "*.h")
install(DIRECTORY pipelines/ DESTINATION share/pipeline/pipelines)
install(FILES LICENSE NOTICE README.md DESTINATION share/pipeline)
install(DIRECTORY docs DESTINATION share/pipeline FILES_MATCHING PATTERN "*.md" PATTERN "*.png")

# bash finds the completion here by itself if the prefix is /usr or /usr/local.
install(CODE "set(program \"$<TARGET_FILE:pipeline>\")")
install(CODE [[
  set(folder "$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}/share/bash-completion/completions")
  file(MAKE_DIRECTORY "${folder}")
  execute_process(COMMAND "${program}" completion bash OUTPUT_FILE "${folder}/pipeline" COMMAND_ERROR_IS_FATAL ANY)
]])

set(package lib/cmake/pipeline)
set(made ${CMAKE_BINARY_DIR}/package)  # not the build folder itself: find_package would treat it as an installation
install(EXPORT pipelineTargets NAMESPACE pipeline:: DESTINATION ${package})
install(EXPORT pipelineTorchTargets NAMESPACE pipeline:: DESTINATION ${package})
configure_package_config_file(core/cmake/pipelineConfig.cmake.in ${made}/pipelineConfig.cmake INSTALL_DESTINATION ${package})
write_basic_package_version_file(${made}/pipelineConfigVersion.cmake COMPATIBILITY SameMinorVersion)
configure_file(core/cmake/pipeline.pc.in ${made}/pipeline.pc @ONLY)
install(FILES ${made}/pipelineConfig.cmake ${made}/pipelineConfigVersion.cmake core/cmake/PipelinePlugin.cmake core/cmake/LibTorch.cmake
  DESTINATION ${package})
install(FILES ${made}/pipeline.pc DESTINATION lib/pkgconfig)

# cpack: a tarball for machines with only the C and C++ runtime. It contains LibTorch's libraries and Debian's.
file(GLOB libgomp ${libtorch_folder}/libgomp*)
install(FILES ${libtorch_folder}/libtorch.so ${libtorch_folder}/libtorch_cpu.so ${libtorch_folder}/libc10.so ${libgomp}
  DESTINATION lib/libtorch COMPONENT bundled EXCLUDE_FROM_ALL)
file(GLOB libtorch_licenses ${TORCH_INSTALL_PREFIX}/../torch-*.dist-info/licenses)  # for a Python torch
if(libtorch_licenses)
  install(DIRECTORY ${libtorch_licenses}/ DESTINATION share/pipeline/licenses/libtorch COMPONENT bundled EXCLUDE_FROM_ALL)
endif()
set(libraries $<TARGET_FILE:pipeline_core>)
foreach(plugin IN LISTS plugins)
  list(APPEND libraries $<TARGET_FILE:${plugin}>)
endforeach()
# SOCI opens its back ends at run time, as libsoci_<name>.so.4.0. No library links to them, so they are added to the libraries found.
foreach(back_end ${SOCI_SQLITE} ${SOCI_POSTGRESQL})
  file(REAL_PATH ${back_end} file)
  get_filename_component(name ${file} NAME)
  string(REGEX MATCH "^.*\\.so\\.[0-9]+\\.[0-9]+" name ${name})
  get_filename_component(folder ${file} DIRECTORY)
  list(APPEND libraries ${file})
  list(APPEND back_ends ${folder}/${name})
endforeach()
install(CODE "set(back_ends \"${back_ends}\")" COMPONENT bundled EXCLUDE_FROM_ALL)
install(CODE "set(libraries \"${libraries}\")" COMPONENT bundled EXCLUDE_FROM_ALL)
install(CODE [[
  file(GET_RUNTIME_DEPENDENCIES LIBRARIES ${libraries} RESOLVED_DEPENDENCIES_VAR found
    PRE_EXCLUDE_REGEXES "^lib(pipeline|torch|c10|gomp)" "^lib(c|m|dl|rt|pthread|resolv|gcc_s|stdc\\+\\+)\\.so" "^ld-linux")
  list(APPEND found ${back_ends})
  file(INSTALL ${found} DESTINATION "${CMAKE_INSTALL_PREFIX}/lib" FOLLOW_SYMLINK_CHAIN)
  foreach(library IN LISTS found)  # with its Debian package's licence
    get_filename_component(name ${library} NAME)
    execute_process(COMMAND dpkg-query -S "*/${name}" OUTPUT_VARIABLE owner ERROR_QUIET)
    string(REGEX MATCH "^[^:,]+" package "${owner}")
    if(EXISTS "/usr/share/doc/${package}/copyright")
      file(INSTALL "/usr/share/doc/${package}/copyright" DESTINATION "${CMAKE_INSTALL_PREFIX}/share/pipeline/licenses/${package}")
    endif()
  endforeach()
]] COMPONENT bundled EXCLUDE_FROM_ALL)
set(CPACK_GENERATOR TGZ)
set(CPACK_PACKAGE_FILE_NAME pipeline-${PROJECT_VERSION}-linux-x86_64)
set(CPACK_ARCHIVE_COMPONENT_INSTALL ON)
set(CPACK_COMPONENT_INCLUDE_TOPLEVEL_DIRECTORY ON)
set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)
set(CPACK_COMPONENTS_ALL Unspecified bundled)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_STRIP_FILES OFF)
include(CPack)
