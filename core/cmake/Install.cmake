# `cmake --install`: the program, its plugins and the SDK for plugin authors. Nothing installed knows its own place: a moved prefix works.
include(CMakePackageConfigHelpers)

# LibTorch is used where it lies. A package (cpack) brings it along in lib/libtorch, which is looked at first.
set(installed_libtorch "\$ORIGIN/libtorch")
get_filename_component(libtorch_folder "${TORCH_INSTALL_PREFIX}/lib" REALPATH)

set_target_properties(pipeline PROPERTIES INSTALL_RPATH "\$ORIGIN/../lib")
set_target_properties(pipeline_core PROPERTIES INSTALL_RPATH "\$ORIGIN")
set_target_properties(pipeline_torch PROPERTIES INSTALL_RPATH "\$ORIGIN;${installed_libtorch};${libtorch_folder}")

get_property(plugins GLOBAL PROPERTY PIPELINE_PLUGINS)
foreach(plugin IN LISTS plugins)
  set_target_properties(${plugin} PROPERTIES INSTALL_RPATH "\$ORIGIN/../..;\$ORIGIN/../../libtorch;${libtorch_folder}")
endforeach()

install(TARGETS pipeline RUNTIME DESTINATION bin)
install(TARGETS ${plugins} LIBRARY DESTINATION lib/pipeline/plugins)
install(TARGETS pipeline_core EXPORT pipelineTargets LIBRARY DESTINATION lib)
install(TARGETS pipeline_torch pipeline_libtorch EXPORT pipelineTorchTargets LIBRARY DESTINATION lib)
install(DIRECTORY core/include/pipeline DESTINATION include FILES_MATCHING PATTERN "*.h")
install(DIRECTORY pipelines/ DESTINATION share/pipeline/pipelines)
install(FILES LICENSE NOTICE README.md DESTINATION share/pipeline)
install(DIRECTORY docs DESTINATION share/pipeline FILES_MATCHING PATTERN "*.md" PATTERN "*.png")

set(package lib/cmake/pipeline)
install(EXPORT pipelineTargets NAMESPACE pipeline:: DESTINATION ${package})
install(EXPORT pipelineTorchTargets NAMESPACE pipeline:: DESTINATION ${package})
configure_package_config_file(core/cmake/pipelineConfig.cmake.in ${CMAKE_BINARY_DIR}/pipelineConfig.cmake INSTALL_DESTINATION ${package})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/pipelineConfigVersion.cmake COMPATIBILITY SameMinorVersion)
configure_file(core/cmake/pipeline.pc.in ${CMAKE_BINARY_DIR}/pipeline.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/pipelineConfig.cmake ${CMAKE_BINARY_DIR}/pipelineConfigVersion.cmake core/cmake/PipelinePlugin.cmake
  DESTINATION ${package})
install(FILES ${CMAKE_BINARY_DIR}/pipeline.pc DESTINATION lib/pkgconfig)

# cpack: a tarball for machines without LibTorch and without Debian's development packages.
install(FILES ${libtorch_folder}/libtorch.so ${libtorch_folder}/libtorch_cpu.so ${libtorch_folder}/libc10.so ${libtorch_folder}/libgomp.so.1
  DESTINATION lib/libtorch COMPONENT bundled EXCLUDE_FROM_ALL OPTIONAL)
install(CODE [[
  file(GET_RUNTIME_DEPENDENCIES LIBRARIES "${CMAKE_INSTALL_PREFIX}/lib/libpipeline_core.so" RESOLVED_DEPENDENCIES_VAR found
    UNRESOLVED_DEPENDENCIES_VAR ignored PRE_INCLUDE_REGEXES "libboost_program_options" "libspdlog" "libfmt" "libcrypto" PRE_EXCLUDE_REGEXES ".*")
  file(INSTALL ${found} DESTINATION "${CMAKE_INSTALL_PREFIX}/lib" FOLLOW_SYMLINK_CHAIN)
]] COMPONENT bundled EXCLUDE_FROM_ALL)
set(CPACK_GENERATOR TGZ)
set(CPACK_PACKAGE_FILE_NAME pipeline-${PROJECT_VERSION}-linux-x86_64)
set(CPACK_ARCHIVE_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)
set(CPACK_COMPONENTS_ALL Unspecified bundled)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_STRIP_FILES OFF)
include(CPack)
