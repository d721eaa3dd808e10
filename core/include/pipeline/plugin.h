#pragma once

#include <cstddef>
#include <cstdint>

#include "pipeline/export.h"
#include "pipeline/registry.h"

/// The contract between host and plugin library: a number for each tier of the SDK. Every plugin uses the tier `author` (the headers in
/// pipeline/ and pipeline/torch/). Each other tier is a folder of headers; a plugin names it with USES. Raise a tier's number whenever a
/// type in its headers changes its layout, a virtual function is added, moved or removed, or a function changes its meaning. A new header
/// or non-virtual function needs no new number. tests/package/sdk_tiers.py fails if a frozen tier's headers change and its number does not.
#define PIPELINE_API_AUTHOR 2
#define PIPELINE_API_DATA 1
#define PIPELINE_API_SEARCH 1
#define PIPELINE_API_TRAIN 1
#define PIPELINE_API_HOST 1

#define PIPELINE_DETAIL_TEXT2(x) #x
#define PIPELINE_DETAIL_TEXT(x) PIPELINE_DETAIL_TEXT2(x)

#ifdef PIPELINE_USES_DATA
#define PIPELINE_DETAIL_DATA " data " PIPELINE_DETAIL_TEXT(PIPELINE_API_DATA)
#else
#define PIPELINE_DETAIL_DATA ""
#endif
#ifdef PIPELINE_USES_SEARCH
#define PIPELINE_DETAIL_SEARCH " search " PIPELINE_DETAIL_TEXT(PIPELINE_API_SEARCH)
#else
#define PIPELINE_DETAIL_SEARCH ""
#endif
#ifdef PIPELINE_USES_TRAIN
#define PIPELINE_DETAIL_TRAIN " train " PIPELINE_DETAIL_TEXT(PIPELINE_API_TRAIN)
#else
#define PIPELINE_DETAIL_TRAIN ""
#endif
#ifdef PIPELINE_USES_HOST
#define PIPELINE_DETAIL_HOST " host " PIPELINE_DETAIL_TEXT(PIPELINE_API_HOST)
#else
#define PIPELINE_DETAIL_HOST ""
#endif

/// The tiers that this library uses, with their numbers: "author 2 data 1".
#define PIPELINE_PLUGIN_TIERS \
  "author " PIPELINE_DETAIL_TEXT(PIPELINE_API_AUTHOR) PIPELINE_DETAIL_DATA PIPELINE_DETAIL_SEARCH PIPELINE_DETAIL_TRAIN PIPELINE_DETAIL_HOST

#ifdef _GLIBCXX_DEBUG
#define PIPELINE_DETAIL_CONTAINERS "-debug"  // standard containers have another layout
#else
#define PIPELINE_DETAIL_CONTAINERS ""
#endif

/// C++ interfaces work only between equal ABIs: compiler family, major version, library ABI, language version.
#define PIPELINE_ABI_TAG                                                                                                                 \
  "gcc" PIPELINE_DETAIL_TEXT(__GNUC__) "-cxx11abi" PIPELINE_DETAIL_TEXT(_GLIBCXX_USE_CXX11_ABI) "-cxx" PIPELINE_DETAIL_TEXT(__cplusplus) \
      PIPELINE_DETAIL_CONTAINERS

/// pipeline_add_plugin(... TORCH) sets it. Empty: the plugin links no torch.
#ifndef PIPELINE_TORCH_VERSION
#define PIPELINE_TORCH_VERSION ""
#endif

namespace pipeline {

inline constexpr std::uint32_t plugin_magic = 0x50495045;  // "PIPE"
inline constexpr const char* plugin_entry_symbol = "pipeline_plugin_v1";
/// Marks the start of the facts that the host reads from the library's file before it loads the library.
inline constexpr const char* plugin_facts_marker = "PIPELINE-PLUGIN-FACTS\n";

/// Describes a plugin library. Append-only C layout: a member is never moved or removed.
struct PluginDescriptor {
  std::uint32_t magic;
  std::uint32_t struct_size;
  std::uint32_t api;  ///< number of the tier `author`
  const char* abi_tag;
  const char* torch_version;
  const char* name;
  const char* version;
  const char* license;
  const char* description;
  void (*register_components)(Registrar& registrar);
  const char* tiers;  ///< "author 2 data 1"
};

}  // namespace pipeline

/// Defines a plugin's entry point. Write it once in a library, at global scope, followed by the function's body:
///
///     PIPELINE_PLUGIN("lstm", "1.0.0", "Apache-2.0", "LSTM forecaster") {
///       registrar.add<pipeline::Model, LSTMModel>("LSTMModel", "Stacked LSTM with a linear head.");
///     }
#define PIPELINE_PLUGIN(NAME, VERSION, LICENSE, DESCRIPTION)                                                         \
  static void pipeline_plugin_register(::pipeline::Registrar& registrar);                                            \
  extern "C" PIPELINE_EXPORT const char pipeline_plugin_facts[];                                                     \
  extern "C" PIPELINE_EXPORT __attribute__((used)) const char pipeline_plugin_facts[] =                              \
      "PIPELINE-PLUGIN-"                                                                                             \
      "FACTS\n" PIPELINE_PLUGIN_TIERS "\n" PIPELINE_ABI_TAG "\n" PIPELINE_TORCH_VERSION "\n" NAME "\n" VERSION "\n"; \
  extern "C" PIPELINE_EXPORT const ::pipeline::PluginDescriptor* pipeline_plugin_v1();                               \
  extern "C" PIPELINE_EXPORT const ::pipeline::PluginDescriptor* pipeline_plugin_v1() {                              \
    static const ::pipeline::PluginDescriptor descriptor{::pipeline::plugin_magic,                                   \
                                                         sizeof(::pipeline::PluginDescriptor),                       \
                                                         PIPELINE_API_AUTHOR,                                        \
                                                         PIPELINE_ABI_TAG,                                           \
                                                         PIPELINE_TORCH_VERSION,                                     \
                                                         NAME,                                                       \
                                                         VERSION,                                                    \
                                                         LICENSE,                                                    \
                                                         DESCRIPTION,                                                \
                                                         &pipeline_plugin_register,                                  \
                                                         PIPELINE_PLUGIN_TIERS};                                     \
    return &descriptor;                                                                                              \
  }                                                                                                                  \
  static void pipeline_plugin_register([[maybe_unused]] ::pipeline::Registrar& registrar)
