#include <iostream>

#include "cli/host.h"
#include "cli/table.h"
#include "cli/terminal.h"

namespace pipeline {

namespace {

void add_options(po::options_description&) {}

Value library_value(const PluginLibrary& library) {
  Value::List components;
  for (const ComponentInfo& info : library.components)
    components.push_back(Value::Map{{"kind", info.kind}, {"name", info.name}, {"summary", info.summary}});
  Value value(Value::Map{{"name", library.name},
                         {"version", library.version},
                         {"path", library.path.string()},
                         {"license", library.license},
                         {"description", library.description},
                         {"components", components},
                         {"usable", library.code == RefusalCode::none}});
  if (library.code != RefusalCode::none) {
    value["code"] = code_name(library.code);
    value["reason"] = library.reason;
  }
  return value;
}

int list_plugins(const Invocation& invocation) {
  ConsoleLog log({"error", false});  // broken libraries are part of the list
  Host host;
  load_host(host, invocation, {}, log);
  if (invocation.json) {
    Value::List all;
    for (const PluginLibrary& library : host.libraries) all.push_back(library_value(library));
    std::cout << to_json(all, 2) << "\n";
    return 0;
  }
  // The names of components and libraries cannot be broken: a narrow terminal has room for the former only.
  constexpr int room_for_libraries = 120;
  const bool narrow = output_width() > 0 && output_width() < room_for_libraries;
  const auto row = [&](const std::string& kind, const std::string& name, const std::string& library, const std::string& summary) {
    return narrow ? std::vector{kind, name, summary} : std::vector{kind, name, library, summary};
  };
  TextTable table(row("kind", "component", "library", "what it is"));
  for (const ComponentInfo* info : host.registry.list())
    table.add(row(info->kind, info->name, std::filesystem::path(info->library).filename().string(), info->summary));
  table.print();
  if (narrow) std::cout << "\n`pipeline describe NAME` names the library of a component.\n";
  for (const PluginLibrary& library : host.libraries) {
    if (library.code != RefusalCode::none)
      std::cout << "\nbroken: " << library.path.string() << "\n  " << code_name(library.code) << ": " << library.reason << "\n";
  }
  return 0;
}

}  // namespace

Verb plugins_verb() {
  return {"plugins", "", "every component found, with its library; broken libraries with the reason", &add_options, &list_plugins};
}

}  // namespace pipeline
