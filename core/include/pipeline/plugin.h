#pragma once

#include <cstddef>
#include <cstdint>

#include "pipeline/export.h"
#include "pipeline/registry.h"

/// The contract between host and plugin library. Raise PIPELINE_PLUGIN_API whenever a type in core/include/pipeline/ changes its layout, a
/// virtual function is added, moved or removed, or a function changes its meaning; adding a header or a non-virtual function does not need
/// it.
#define PIPELINE_PLUGIN_API 1

#define PIPELINE_DETAIL_TEXT2(x) #x
#define PIPELINE_DETAIL_TEXT(x) PIPELINE_DETAIL_TEXT2(x)

#ifdef _GLIBCXX_DEBUG
#define PIPELINE_DETAIL_CONTAINERS "-debug"  // containers of another layout
#else
#define PIPELINE_DETAIL_CONTAINERS ""
#endif

/// C++ interfaces work only between equal compilers' ABIs: family, major version, library ABI, language.
#define PIPELINE_ABI_TAG                                                                                                                 \
  "gcc" PIPELINE_DETAIL_TEXT(__GNUC__) "-cxx11abi" PIPELINE_DETAIL_TEXT(_GLIBCXX_USE_CXX11_ABI) "-cxx" PIPELINE_DETAIL_TEXT(__cplusplus) \
      PIPELINE_DETAIL_CONTAINERS

/// Set by pipeline_add_plugin(... TORCH); empty: the plugin links no torch.
#ifndef PIPELINE_TORCH_VERSION
#define PIPELINE_TORCH_VERSION ""
#endif

namespace pipeline {

inline constexpr std::uint32_t plugin_magic = 0x50495045;  // "PIPE"
inline constexpr const char* plugin_entry_symbol = "pipeline_plugin_v1";
/// Starts the facts that are read from the library's file before it is loaded.
inline constexpr const char* plugin_facts_marker = "PIPELINE-PLUGIN-FACTS\n";

/// What a plugin library says of itself. Append-only C layout: a member is never moved or removed.
struct PluginDescriptor {
  std::uint32_t magic;
  std::uint32_t struct_size;
  std::uint32_t api;
  const char* abi_tag;
  const char* torch_version;
  const char* name;
  const char* version;
  const char* license;
  const char* description;
  void (*register_components)(Registrar& registrar);
};

}  // namespace pipeline

/// Defines a plugin's entry point. Once in a library, at global scope, followed by the function's body:
///
///     PIPELINE_PLUGIN("lstm", "1.0.0", "Apache-2.0", "LSTM forecaster") {
///       registrar.add<pipeline::Model, LSTMModel>("LSTMModel", "Stacked LSTM with a linear head.");
///     }
#define PIPELINE_PLUGIN(NAME, VERSION, LICENSE, DESCRIPTION)                                                                             \
  static void pipeline_plugin_register(::pipeline::Registrar& registrar);                                                                \
  extern "C" PIPELINE_EXPORT const char pipeline_plugin_facts[];                                                                         \
  extern "C" PIPELINE_EXPORT __attribute__((used)) const char pipeline_plugin_facts[] =                                                  \
      "PIPELINE-PLUGIN-"                                                                                                                 \
      "FACTS\n" PIPELINE_DETAIL_TEXT(PIPELINE_PLUGIN_API) "\n" PIPELINE_ABI_TAG "\n" PIPELINE_TORCH_VERSION "\n" NAME "\n" VERSION "\n"; \
  extern "C" PIPELINE_EXPORT const ::pipeline::PluginDescriptor* pipeline_plugin_v1();                                                   \
  extern "C" PIPELINE_EXPORT const ::pipeline::PluginDescriptor* pipeline_plugin_v1() {                                                  \
    static const ::pipeline::PluginDescriptor descriptor{::pipeline::plugin_magic,                                                       \
                                                         sizeof(::pipeline::PluginDescriptor),                                           \
                                                         PIPELINE_PLUGIN_API,                                                            \
                                                         PIPELINE_ABI_TAG,                                                               \
                                                         PIPELINE_TORCH_VERSION,                                                         \
                                                         NAME,                                                                           \
                                                         VERSION,                                                                        \
                                                         LICENSE,                                                                        \
                                                         DESCRIPTION,                                                                    \
                                                         &pipeline_plugin_register};                                                     \
    return &descriptor;                                                                                                                  \
  }                                                                                                                                      \
  static void pipeline_plugin_register([[maybe_unused]] ::pipeline::Registrar& registrar)
