#include "plugin/cache.h"

#include <dlfcn.h>

#include <cstdlib>

#include "pipeline/data/files.h"
#include "pipeline/plugin.h"
#include "plugin/facts.h"
#include "plugin/library_record.h"

namespace pipeline {

namespace {

/// The version of the file's layout.
constexpr int format = 4;

/// This build of the host: it and a library's file decide the result of a scan.
Value host_record() {
  Dl_info info{};
  const bool known = ::dladdr(reinterpret_cast<const void*>(&default_cache_file), &info) != 0;
  const std::string self = known && info.dli_fname ? info.dli_fname : "";
  const FileStamp stamp = stamp_of(self);
  return Value::Map{{"format", format},
                    {"version", PIPELINE_VERSION},
                    {"api", host_tiers()},
                    {"abi", PIPELINE_ABI_TAG},
                    {"libtorch", PIPELINE_HOST_TORCH_VERSION},
                    {"library", self},
                    {"size", stamp.size},
                    {"modified", stamp.modified}};
}

std::map<std::string, PluginLibrary> read_cache(const std::filesystem::path& file) {
  std::map<std::string, PluginLibrary> libraries;
  std::error_code error;
  if (file.empty() || !std::filesystem::exists(file, error)) return libraries;
  try {
    const Value content = read_json(file);
    if (content.at("host") != host_record()) return libraries;
    for (const Value& record : content.at("libraries").as_list()) {
      PluginLibrary library = library_of(record);
      std::string path = library.path.string();
      libraries.emplace(std::move(path), std::move(library));
    }
  } catch (const Error&) {
    libraries.clear();  // damaged or unreadable: everything is scanned and the file written again
  }
  return libraries;
}

}  // namespace

PluginCache::PluginCache(std::filesystem::path file) : file_(std::move(file)), libraries_(read_cache(file_)) {}

std::optional<PluginLibrary> PluginCache::find(const std::filesystem::path& library) const {
  const auto known = libraries_.find(library.string());
  if (known == libraries_.end() || known->second.stamp != stamp_of(library)) return std::nullopt;
  return known->second;
}

void PluginCache::remember(const PluginLibrary& library) {
  libraries_[library.path.string()] = library;
  changed_ = true;
}

void PluginCache::save() const {
  if (!changed_ || file_.empty()) return;
  Value::List records;
  for (const auto& [path, library] : libraries_) {
    if (stamp_of(path) == library.stamp) records.push_back(to_record(library));
  }
  std::error_code error;
  std::filesystem::create_directories(file_.parent_path(), error);
  if (error) return;  // the next run scans again
  try {
    write_text(file_, to_json(Value::Map{{"host", host_record()}, {"libraries", records}}));
  } catch (const Error&) {
    return;  // a full or read-only disk: the next run scans again
  }
}

std::filesystem::path default_cache_file() {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  if (cache && std::filesystem::path(cache).is_absolute()) return std::filesystem::path(cache) / "pipeline" / "plugins.json";
  const char* home = std::getenv("HOME");
  if (home && *home == '/') return std::filesystem::path(home) / ".cache" / "pipeline" / "plugins.json";
  return {};
}

}  // namespace pipeline
