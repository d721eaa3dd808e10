# What the project is built on; `./dev setup` installs it.
find_package(Threads REQUIRED)
find_package(Boost 1.74 REQUIRED COMPONENTS program_options)
find_package(spdlog REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(doctest QUIET)
find_package(PkgConfig REQUIRED)
pkg_check_modules(TOMLPP REQUIRED IMPORTED_TARGET tomlplusplus)
pkg_check_modules(CAIRO REQUIRED IMPORTED_TARGET cairo)
find_package(Torch 2.6 REQUIRED)

# torch's own target, seen as a system library so that its headers raise no warnings of ours.
add_library(pipeline_libtorch INTERFACE)
target_include_directories(pipeline_libtorch SYSTEM INTERFACE ${TORCH_INCLUDE_DIRS})
target_link_libraries(pipeline_libtorch INTERFACE torch)
