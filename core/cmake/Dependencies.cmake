# The project's dependencies; `./dev setup` installs them.
find_package(Threads REQUIRED)
find_package(Boost 1.74 REQUIRED CONFIG COMPONENTS program_options)
find_package(spdlog REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(doctest QUIET)
find_package(PkgConfig REQUIRED)
pkg_check_modules(TOMLPP REQUIRED IMPORTED_TARGET tomlplusplus)
pkg_check_modules(CAIRO REQUIRED IMPORTED_TARGET cairo)
# Debian's SOCI has no CMake package. Its back ends are loaded when a study is opened, so that no other command loads PostgreSQL's client.
find_path(SOCI_INCLUDE soci/soci.h REQUIRED)
find_library(SOCI_CORE soci_core REQUIRED)
find_library(SOCI_SQLITE soci_sqlite3 REQUIRED)
find_library(SOCI_POSTGRESQL soci_postgresql REQUIRED)
add_library(pipeline_soci INTERFACE)
target_include_directories(pipeline_soci SYSTEM INTERFACE ${SOCI_INCLUDE})
target_link_libraries(pipeline_soci INTERFACE ${SOCI_CORE})
include(LibTorch)
pipeline_libtorch()
if(NOT Torch_FOUND OR Torch_VERSION VERSION_LESS 2.6)
  message(FATAL_ERROR "LibTorch 2.6 or newer is not found (found: ${Torch_VERSION}). Add its folder to CMAKE_PREFIX_PATH; of a Python torch it is "
                      "python3 -c \"import torch; print(torch.utils.cmake_prefix_path)\"")
endif()
set(TORCH_CMAKE_FOLDER ${Torch_DIR})
set(pipeline_LIBTORCH_VERSION ${Torch_VERSION})  # the name in the SDK's package

# torch's own target as a system library, so that its headers raise none of the project's warnings.
add_library(pipeline_libtorch INTERFACE)
target_include_directories(pipeline_libtorch SYSTEM INTERFACE "$<BUILD_INTERFACE:${TORCH_INCLUDE_DIRS}>")
target_link_libraries(pipeline_libtorch INTERFACE torch)
set_target_properties(pipeline_libtorch PROPERTIES EXPORT_NAME libtorch)

# The tier numbers that plugins are checked against, from the header that defines them: "author 2, data 1, ...".
file(STRINGS ${PROJECT_SOURCE_DIR}/core/include/pipeline/plugin.h api_lines REGEX "^#define PIPELINE_API_[A-Z]+ [0-9]+$")
list(TRANSFORM api_lines REPLACE "#define PIPELINE_API_" "")
list(JOIN api_lines ", " PIPELINE_PLUGIN_API)
string(TOLOWER "${PIPELINE_PLUGIN_API}" PIPELINE_PLUGIN_API)
string(REGEX MATCH "^[0-9]+" PIPELINE_COMPILER_MAJOR "${CMAKE_CXX_COMPILER_VERSION}")
