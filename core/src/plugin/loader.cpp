#include "plugin/loader.h"

#include <dlfcn.h>

#include <boost/dll/shared_library.hpp>

#include <algorithm>
#include <cstdlib>
#include <set>

#include "pipeline/files.h"
#include "pipeline/plugin.h"
#include "plugin/facts.h"

namespace pipeline {

namespace {

/// Why a library cannot be used. Only inside this file: the reason ends up in PluginLibrary.
struct Refusal {
  std::string reason;
};

using EntryPoint = const PluginDescriptor*();

/// dlopen with RTLD_NOW | RTLD_LOCAL, kept open for ever: tensors, functions and type information of a plugin outlive every owner we could
/// name.
EntryPoint* open_library(const std::filesystem::path& file) {
  std::error_code error;
  auto* library = new boost::dll::shared_library();  // never freed: freeing it would unload the library
  library->load(file.string(), boost::dll::load_mode::rtld_now | boost::dll::load_mode::rtld_local, error);
  if (error) {
    const char* detail = ::dlerror();
    const std::string text = detail ? detail : error.message();
    const bool undefined = text.find("undefined symbol") != std::string::npos;
    throw Refusal{
        "cannot be loaded: " + text +
        (undefined ? "; it was linked against another version of a library: rebuild it" : "; install what it needs or rebuild it")};
  }
  if (!library->has(plugin_entry_symbol))
    throw Refusal{std::string("has no entry point ") + plugin_entry_symbol + ": add PIPELINE_PLUGIN(...) to one of its files"};
  return &library->get<EntryPoint>(plugin_entry_symbol);
}

const PluginDescriptor& checked_descriptor(EntryPoint* entry) {
  const PluginDescriptor* descriptor = entry();
  if (!descriptor || descriptor->magic != plugin_magic || descriptor->struct_size < sizeof(PluginDescriptor)) {
    throw Refusal{"its entry point returns no valid descriptor: rebuild it with the PIPELINE_PLUGIN macro of this host's headers"};
  }
  return *descriptor;
}

/// Runs the plugin's registration; all of its components or none come into the registry.
void register_components(const PluginDescriptor& descriptor, const PluginLibrary& library, Registry& registry) {
  Registrar registrar;
  try {
    descriptor.register_components(registrar);
  } catch (const std::exception& error) {
    throw Refusal{std::string("its registration failed: ") + error.what() + "; nothing of it was registered"};
  }
  for (Registry::Entry& entry : registrar.entries()) {
    entry.info.plugin = library.name;
    entry.info.version = library.version;
    entry.info.library = library.path.string();
    entry.info.build = library.build;
  }
  try {
    registry.commit(std::move(registrar.entries()));
  } catch (const Error& error) {
    throw Refusal{error.what()};
  }
}

void load_into(PluginLibrary& library, Registry& registry) {
  const auto facts = read_plugin_facts(library.path);
  if (!facts)
    throw Refusal{"is not a pipeline plugin: it carries no plugin facts; remove it from the folder or build it with pipeline_add_plugin"};
  library.name = facts->name;
  library.version = facts->version;
  library.torch_version = facts->torch_version;
  if (const std::string why = incompatibility(*facts, PIPELINE_HOST_TORCH_VERSION); !why.empty()) throw Refusal{why};
  library.build = sha256_file(library.path);
  const PluginDescriptor& descriptor = checked_descriptor(open_library(library.path));
  library.license = descriptor.license;
  library.description = descriptor.description;
  register_components(descriptor, library, registry);
}

void add_path_list(std::vector<std::filesystem::path>& folders, const char* list) {
  const std::string text = list ? list : "";
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(':', at), text.size());
    if (end > at) folders.emplace_back(text.substr(at, end - at));
    at = end + 1;
  }
}

}  // namespace

std::vector<std::filesystem::path> plugin_folders(const std::vector<std::filesystem::path>& given) {
  std::vector<std::filesystem::path> folders = given;
  add_path_list(folders, std::getenv("PIPELINE_PLUGIN_PATH"));
  std::error_code error;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (!error) {
    folders.push_back(program.parent_path().parent_path() / "lib" / "pipeline" / "plugins");
    folders.push_back(program.parent_path() / "plugins");
  }
  return folders;
}

PluginLibrary load_plugin(const std::filesystem::path& file, Registry& registry) {
  PluginLibrary library;
  library.path = file;
  library.name = file.stem().string();
  try {
    load_into(library, registry);
  } catch (const Refusal& refusal) {
    library.reason = refusal.reason;
  } catch (const Error& error) {
    library.reason = error.what();
  }
  return library;
}

std::vector<PluginLibrary> load_plugins(const std::vector<std::filesystem::path>& folders, Registry& registry) {
  std::vector<PluginLibrary> libraries;
  std::set<std::string> seen;
  for (const std::filesystem::path& folder : folders) {
    std::vector<std::filesystem::path> files;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
      if (entry.path().extension() == ".so") files.push_back(entry.path());
    }
    std::ranges::sort(files);
    for (const std::filesystem::path& file : files) {
      if (seen.insert(file.filename().string()).second) libraries.push_back(load_plugin(std::filesystem::absolute(file), registry));
    }
  }
  return libraries;
}

}  // namespace pipeline
