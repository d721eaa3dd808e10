#include "plugin/loader.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>

#include "base/shortage.h"
#include "plugin/cache.h"
#include "plugin/open_library.h"
#include "plugin/scan.h"

namespace pipeline {

namespace {

std::filesystem::path this_program() {
  std::error_code error;
  return std::filesystem::read_symlink("/proc/self/exe", error);
}

void add_path_list(std::vector<std::filesystem::path>& folders, const char* list) {
  const std::string text = list ? list : "";
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(':', at), text.size());
    if (end > at) folders.emplace_back(text.substr(at, end - at));
    at = end + 1;
  }
}

std::vector<std::filesystem::path> library_files(const std::vector<std::filesystem::path>& folders) {
  std::vector<std::filesystem::path> all;
  std::set<std::string> seen;
  for (const std::filesystem::path& folder : folders) {
    std::vector<std::filesystem::path> files;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
      if (entry.path().extension() == ".so") files.push_back(std::filesystem::absolute(entry.path()).lexically_normal());
    }
    if (!cure_of(error.value()).empty()) throw system_failure("cannot read", folder.string(), error.value());
    std::ranges::sort(files);
    for (std::filesystem::path& file : files) {
      if (seen.insert(file.filename().string()).second) all.push_back(std::move(file));
    }
  }
  return all;
}

/// The libraries with their components, in the order of `files`: from the cache if they have not changed, else from a child process.
std::vector<PluginLibrary> examine(const PluginSearch& search, const std::vector<std::filesystem::path>& files) {
  PluginCache cache(search.cache_file);
  std::map<std::filesystem::path, PluginLibrary> known;
  std::vector<std::filesystem::path> unknown;
  for (const std::filesystem::path& file : files) {
    if (auto library = cache.find(file)) {
      known.emplace(file, std::move(*library));
    } else {
      unknown.push_back(file);
    }
  }
  if (!unknown.empty()) {
    for (PluginLibrary& library : scan_in_child(search.program, unknown, search.patience)) {
      // The cure of another refusal does not change the file: the library is tried again every time.
      if (library.code == RefusalCode::none || is_permanent(library.code)) cache.remember(library);
      known.emplace(library.path, std::move(library));
    }
    cache.save();
  }
  std::vector<PluginLibrary> libraries;
  for (const std::filesystem::path& file : files) libraries.push_back(std::move(known.at(file)));
  return libraries;
}

/// Commits a library's components, all or none.
void register_library(PluginLibrary& library, std::deque<Registry::Entry> entries, Registry& registry) {
  try {
    registry.commit(std::move(entries));
  } catch (const Error& error) {
    library.code = RefusalCode::name_clash;
    library.reason = error.what();
    library.components.clear();
  }
}

/// The loader that a registry of known libraries calls.
Registry::LibraryLoader loader_of(const std::vector<PluginLibrary>& libraries) {
  std::map<std::string, FileStamp> stamps;
  for (const PluginLibrary& library : libraries) stamps[library.path.string()] = library.stamp;
  return [stamps = std::move(stamps)](const std::string& path) {
    if (stamp_of(path) != stamps.at(path)) throw plugin_error("plugin " + path + " changed since the program started: run it again");
    OpenedPlugin opened = open_plugin(path);
    if (opened.library.code != RefusalCode::none)
      throw plugin_error("plugin " + path + ": " + code_name(opened.library.code) + ": " + opened.library.reason);
    return std::move(opened.entries);
  };
}

}  // namespace

std::vector<std::filesystem::path> plugin_folders(const std::vector<std::filesystem::path>& given) {
  std::vector<std::filesystem::path> folders = given;
  add_path_list(folders, std::getenv("PIPELINE_PLUGIN_PATH"));
  if (const std::filesystem::path program = this_program(); !program.empty()) {
    folders.push_back(program.parent_path().parent_path() / "lib" / "pipeline" / "plugins");
    folders.push_back(program.parent_path() / "plugins");
  }
  return folders;
}

PluginSearch usual_search(const std::vector<std::filesystem::path>& given) {
  return {.folders = plugin_folders(given), .program = this_program(), .cache_file = default_cache_file()};
}

std::vector<PluginLibrary> find_plugins(const PluginSearch& search, Registry& registry) {
  std::vector<PluginLibrary> libraries = examine(search, library_files(search.folders));
  for (PluginLibrary& library : libraries) {
    std::deque<Registry::Entry> entries;
    for (const ComponentInfo& component : library.components) entries.push_back({component, nullptr});
    register_library(library, std::move(entries), registry);
  }
  registry.set_library_loader(loader_of(libraries));
  return libraries;
}

PluginLibrary load_plugin(const std::filesystem::path& file, Registry& registry) {
  OpenedPlugin opened = open_plugin(file);
  register_library(opened.library, std::move(opened.entries), registry);
  return std::move(opened.library);
}

std::vector<PluginLibrary> load_plugins(const std::vector<std::filesystem::path>& folders, Registry& registry) {
  std::vector<PluginLibrary> libraries;
  for (const std::filesystem::path& file : library_files(folders)) libraries.push_back(load_plugin(file, registry));
  return libraries;
}

}  // namespace pipeline
