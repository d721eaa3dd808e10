#include "plugin/open_library.h"

#include <dlfcn.h>
#include <sys/statvfs.h>

#include <boost/dll/shared_library.hpp>

#include "base/shortage.h"
#include "pipeline/data/files.h"
#include "pipeline/plugin.h"
#include "plugin/facts.h"
#include "plugin/schema_check.h"

namespace pipeline {

namespace {

using EntryPoint = const PluginDescriptor*();

/// Whether nothing may be executed from the file's place. The dynamic linker tells this as it tells a lack of memory.
bool forbids_execution(const std::filesystem::path& file) {
  struct statvfs place {};
  return ::statvfs(file.c_str(), &place) == 0 && (place.f_flag & ST_NOEXEC) != 0;
}

/// The refusal for the dynamic linker's message; a Shortage if it tells one: "libx.so: cannot open shared object file", "undefined symbol:
/// _Z3foov", ...
Refusal linker_refusal(const std::filesystem::path& file, const std::string& text) {
  if (forbids_execution(file)) {
    return {RefusalCode::not_loadable,
            "lies on a file system from which nothing may be executed (noexec): move it to another, or mount that one with exec"};
  }
  if (tells_shortage(text))
    throw Shortage(text + ": raise the limits on memory and open files (ulimit -v, ulimit -n), or end other programs");
  if (text.find("undefined symbol") != std::string::npos)
    return {RefusalCode::undefined_symbol, "needs a function that no library gives (" + text + "): link what defines it, or rebuild it"};
  if (text.find("cannot open shared object file") != std::string::npos)
    return {RefusalCode::missing_library,
            "needs a library that is not found (" + text + "): install it, or add its folder to LD_LIBRARY_PATH"};
  return {RefusalCode::not_loadable, "the dynamic linker refuses it (" + text + "): rebuild it on this machine"};
}

/// Loads with RTLD_NOW | RTLD_LOCAL and never unloads: tensors, functions and type information of a plugin may outlive any owner.
boost::dll::shared_library& load_permanently(const std::filesystem::path& file) {
  std::error_code error;
  auto* library = new boost::dll::shared_library();  // never freed: freeing it would unload the library
  library->load(file.string(), boost::dll::load_mode::rtld_now | boost::dll::load_mode::rtld_local, error);
  if (error) {
    const char* detail = ::dlerror();
    throw linker_refusal(file, detail ? detail : error.message());
  }
  return *library;
}

/// Loads libpipeline_torch.so from beside this library, and LibTorch with it. A plugin that needs them then gets these libraries, wherever
/// it was built and whatever its search path.
void load_torch_library() {
  Dl_info here{};
  if (::dladdr(reinterpret_cast<const void*>(&open_plugin), &here) == 0) return;
  const std::filesystem::path file = std::filesystem::path(here.dli_fname).parent_path() / "libpipeline_torch.so";
  if (std::filesystem::exists(file)) load_permanently(file);  // it is not beside a program that has the core built in
}

EntryPoint* open_library(const std::filesystem::path& file, bool with_torch) {
  if (with_torch) load_torch_library();
  boost::dll::shared_library& library = load_permanently(file);
  if (!library.has(plugin_entry_symbol)) {
    throw Refusal{RefusalCode::no_entry_point,
                  std::string("has no entry point ") + plugin_entry_symbol + ": add PIPELINE_PLUGIN(...) to one of its files"};
  }
  return &library.get<EntryPoint>(plugin_entry_symbol);
}

const PluginDescriptor& checked_descriptor(EntryPoint* entry, const PluginFacts& facts) {
  const PluginDescriptor* descriptor = entry();
  const bool valid = descriptor && descriptor->magic == plugin_magic && descriptor->struct_size >= sizeof(PluginDescriptor) &&
                     descriptor->api == PIPELINE_API_AUTHOR && descriptor->tiers == facts.tiers && descriptor->abi_tag == facts.abi_tag &&
                     descriptor->torch_version == facts.torch_version && descriptor->register_components;
  if (!valid) {
    throw Refusal{
        RefusalCode::bad_descriptor,
        "its entry point returns no descriptor that fits its facts: rebuild it with the PIPELINE_PLUGIN macro of this host's headers"};
  }
  return *descriptor;
}

std::deque<Registry::Entry> registered(const PluginDescriptor& descriptor) {
  Registrar registrar;
  try {
    descriptor.register_components(registrar);
  } catch (const std::exception& error) {
    if (const std::optional<std::string> shortage = shortage_in_words(error)) throw Shortage(*shortage);
    throw Refusal{RefusalCode::registration_throws,
                  std::string("its registration throws (") + error.what() + "): nothing of it is registered; mend register_components"};
  } catch (...) {  // of a type that only the plugin knows
    throw Refusal{RefusalCode::registration_throws,
                  std::string("its registration throws (") + foreign_object + "): nothing of it is registered; mend register_components"};
  }
  return std::move(registrar.entries());
}

void check_schemas(const std::deque<Registry::Entry>& entries) {
  for (const Registry::Entry& entry : entries) {
    if (const std::string mistake = schema_mistake(entry.info); !mistake.empty())
      throw Refusal{RefusalCode::bad_schema,
                    "the options of " + entry.info.kind + " \"" + entry.info.name + "\" contradict themselves: " + mistake};
  }
}

void open_into(OpenedPlugin& opened) {
  PluginLibrary& library = opened.library;
  const auto facts = read_plugin_facts(library.path);
  if (!facts) {
    throw Refusal{RefusalCode::not_a_plugin,
                  "is not a pipeline plugin: it carries no plugin facts; remove it from the folder or build it with pipeline_add_plugin"};
  }
  library.name = facts->name;
  library.version = facts->version;
  library.torch_version = facts->torch_version;
  if (const Refusal why = incompatibility(*facts, PIPELINE_HOST_TORCH_VERSION); why.code != RefusalCode::none) throw Refusal(why);
  library.build = sha256_file(library.path);
  const PluginDescriptor& descriptor = checked_descriptor(open_library(library.path, !facts->torch_version.empty()), *facts);
  library.license = descriptor.license;
  library.description = descriptor.description;
  std::deque<Registry::Entry> entries = registered(descriptor);
  check_schemas(entries);
  for (Registry::Entry& entry : entries) {
    entry.info.plugin = library.name;
    entry.info.version = library.version;
    entry.info.library = library.path.string();
    entry.info.build = library.build;
    library.components.push_back(entry.info);
  }
  opened.entries = std::move(entries);
}

}  // namespace

OpenedPlugin open_plugin(const std::filesystem::path& file) {
  OpenedPlugin opened;
  opened.library.path = file;
  opened.library.stamp = stamp_of(file);
  opened.library.name = file.stem().string();
  const auto refuse = [&](RefusalCode code, std::string reason) {
    opened.library.code = code;
    opened.library.reason = std::move(reason);
  };
  try {
    open_into(opened);
  } catch (const Refusal& refusal) {
    refuse(refusal.code, refusal.reason);
  } catch (const Shortage&) {
    throw;
  } catch (const Error& error) {
    if (tells_shortage(error.what())) throw Shortage(error.what());
    refuse(RefusalCode::unreadable, std::string(error.what()) + ": make it readable or remove it from the folder");
  }
  return opened;
}

}  // namespace pipeline
