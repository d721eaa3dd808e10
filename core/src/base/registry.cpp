#include "pipeline/registry.h"

#include <optional>

#include "base/foreign_names.h"
#include "base/shortage.h"
#include "pipeline/host/component_call.h"

namespace pipeline {

namespace {

std::string origin_of(const ComponentInfo& info) { return info.library.empty() ? "the program itself" : info.library; }

}  // namespace

Registry::Registry() = default;
Registry::~Registry() = default;

const ComponentInfo* Registry::find(std::string_view kind, std::string_view name) const {
  const auto found = entries_.find(std::pair<std::string, std::string>(kind, name));
  return found == entries_.end() ? nullptr : &found->second.info;
}

std::vector<const ComponentInfo*> Registry::list(std::string_view kind) const {
  std::vector<const ComponentInfo*> all;
  for (const auto& [key, entry] : entries_) {
    if (kind.empty() || key.first == kind) all.push_back(&entry.info);
  }
  return all;
}

std::vector<std::string> Registry::names(std::string_view kind) const {
  std::vector<std::string> all;
  for (const ComponentInfo* info : list(kind)) all.push_back(info->name);
  return all;
}

const void* Registry::factory_of(std::string_view kind, std::string_view name) const {
  const std::scoped_lock lock(loading_);
  const auto found = entries_.find(std::pair<std::string, std::string>(kind, name));
  if (found != entries_.end()) {
    Entry& entry = found->second;
    if (!entry.factory && loader_ && !entry.info.library.empty()) load_library(entry.info.library);
    if (entry.factory) return entry.factory.get();
  }
  throw usage_error("unknown " + std::string(kind) + " \"" + std::string(name) + "\"" + suggest_component(kind, name, names(kind)));
}

void Registry::load_library(const std::string& library) const {
  for (Entry& loaded : loader_(library)) {
    const auto known = entries_.find(std::pair<std::string, std::string>(loaded.info.kind, loaded.info.name));
    if (known != entries_.end() && known->second.info.library == library) known->second.factory = std::move(loaded.factory);
  }
}

void Registry::call_factory(std::string_view kind, std::string_view name,
                            const std::function<void(const void*, const ComponentInfo&)>& make) const {
  const ComponentInfo* const info = find(kind, name);
  const Running running(info, "its constructor");
  const void* const factory = factory_of(kind, name);
  const auto unmade = [&](const std::string& what) {
    return ConstructorError("constructor-throws: the " + info->kind + " \"" + info->name + "\" of " + origin_of(*info) +
                            " cannot be made: " + what + "; mend its options, or its constructor");
  };
  try {
    make(factory, *info);
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    if (is_lack_of_memory(error)) throw ComponentError(owner_of(*info) + " cannot be made: " + words_of_exception());
    if (const std::optional<std::string> shortage = shortage_in_words(error)) throw Shortage(*shortage);
    throw unmade(sentence_of(error));
  } catch (...) {  // of a type that only the component knows
    throw unmade(foreign_object);
  }
}

void Registry::set_library_loader(LibraryLoader loader) { loader_ = std::move(loader); }

void Registry::commit(std::deque<Entry> entries) {
  for (const Entry& entry : entries) {
    if (const ComponentInfo* taken = find(entry.info.kind, entry.info.name)) {
      throw plugin_error("the " + entry.info.kind + " \"" + entry.info.name + "\" of " + origin_of(entry.info) +
                         " is registered already by " + origin_of(*taken) + ": rename one of them or remove one library");
    }
  }
  for (Entry& entry : entries) {
    const std::pair<std::string, std::string> key(entry.info.kind, entry.info.name);
    entries_.emplace(key, std::move(entry));
  }
}

}  // namespace pipeline
