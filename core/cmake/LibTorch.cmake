# pipeline_libtorch([<folder>...])
# Makes LibTorch's libraries and headers the target `torch`. Sets Torch_FOUND, Torch_DIR (found as LibTorch's own package: in CMAKE_PREFIX_PATH, then
# below the given folders), Torch_VERSION, TORCH_INCLUDE_DIRS and TORCH_INSTALL_PREFIX.
#
# Ends with an error if LibTorch was built with the old C++ ABI, as PyPI's torch was up to 2.6: this project could not link with it.
#
# LibTorch's own package is not loaded: for a build with CUDA it requires the whole CUDA toolkit and its compiler, which a program that only calls
# LibTorch does not need.
macro(pipeline_libtorch)
  if(NOT CMAKE_DISABLE_FIND_PACKAGE_Torch)
    find_file(PIPELINE_TORCH_PACKAGE TorchConfig.cmake HINTS ${Torch_DIR} ENV Torch_DIR ${CMAKE_PREFIX_PATH} ENV CMAKE_PREFIX_PATH ${ARGN}
      PATH_SUFFIXES Torch share/cmake/Torch NO_CACHE)
  endif()
  set(Torch_FOUND FALSE)
  if(PIPELINE_TORCH_PACKAGE)
    get_filename_component(Torch_DIR "${PIPELINE_TORCH_PACKAGE}" DIRECTORY)
    get_filename_component(TORCH_INSTALL_PREFIX "${Torch_DIR}/../../.." ABSOLUTE)
    set(TORCH_INCLUDE_DIRS "${TORCH_INSTALL_PREFIX}/include" "${TORCH_INSTALL_PREFIX}/include/torch/csrc/api/include")
    include("${Torch_DIR}/TorchConfigVersion.cmake")
    set(Torch_VERSION "${PACKAGE_VERSION}")
    set(Torch_FOUND TRUE)
    file(STRINGS "${PIPELINE_TORCH_PACKAGE}" pipeline_torch_old_abi REGEX "TORCH_CXX_FLAGS.*_GLIBCXX_USE_CXX11_ABI=0")
    if(pipeline_torch_old_abi)
      message(FATAL_ERROR "pipeline: LibTorch ${Torch_VERSION} in ${TORCH_INSTALL_PREFIX} was built with the old C++ ABI (_GLIBCXX_USE_CXX11_ABI=0) "
                          "and cannot be linked. Take one with the new ABI: torch 2.7 or newer from pip, or a \"cxx11 ABI\" LibTorch, and name it in "
                          "CMAKE_PREFIX_PATH")
    endif()
    if(NOT TARGET torch)
      add_library(torch INTERFACE IMPORTED)
      # libtorch.so itself has no code: it loads the libraries of the devices that it was built for.
      set(pipeline_torch_lib "${TORCH_INSTALL_PREFIX}/lib")
      target_link_libraries(torch INTERFACE
        "-Wl,--no-as-needed,\"${pipeline_torch_lib}/libtorch.so\",\"${pipeline_torch_lib}/libtorch_cpu.so\" -Wl,--as-needed" "${pipeline_torch_lib}/libc10.so")
      target_include_directories(torch SYSTEM INTERFACE ${TORCH_INCLUDE_DIRS})
    endif()
  endif()
endmacro()
