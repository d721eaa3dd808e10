#pragma once

#include <concepts>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "pipeline/errors.h"
#include "pipeline/export.h"
#include "pipeline/options.h"
#include "pipeline/schema.h"

namespace pipeline {

/// Its specialisation beside an interface makes that interface a kind of component:
///
///     template <> struct Kind<Logger> {
///       static constexpr const char* name = "logger";
///       using Factory = std::unique_ptr<Logger>(const Value& options);
///     };
template <class Interface>
struct Kind;

/// An input of a stage.
struct Port {
  std::string kind{};        ///< an artifact kind: "series", "windows", "checkpoint", "metrics", or one of a plugin's own
  bool many = false;         ///< takes the artifacts of all producers, not of one
  std::string unless_set{};  ///< an option that replaces this input when it is set
  std::string only_if{};     ///< an option; without it this input is not taken
  bool optional = false;     ///< taken only if some stage produces it
};

/// All that is known about a component without running its code.
struct ComponentInfo {
  std::string kind{}, name{}, summary{};
  std::string reference{};  ///< paper or implementation it follows
  Schema schema{};
  bool only_watches = false;           ///< it cannot change the result: a stage's key and a search's trials leave it out
  std::vector<Port> inputs{};          ///< stages only
  std::vector<std::string> outputs{};  ///< stages only: artifact kinds
  std::vector<std::string> tables{};   ///< stages only: the shared tables it uses ("model", "trainer", "callbacks", ...)
  bool uses_randomness = true;         ///< stages only: false where seed, device, threads and precision cannot change the result
  std::string recipient{};             ///< stages only: the option that names the one stage that takes its outputs
  bool shared_folder = false;          ///< stages only: several runs may write into its folder at once, in place
  std::vector<std::string> growing{};  ///< stages only: files in that folder that the result's hash leaves out
  bool uses_metrics = false;           ///< stages only: its result holds the values of every component of kind metric
  bool uses_season_length = false;     ///< stages only: RunSettings::season_length is part of its key
  bool enumerates = false;             ///< samplers only: it tries every point, so that each range needs choices or a step
  bool on_every_rank = false;          ///< stages only: all processes that a launcher started together run it, not the first alone
  std::string plugin{}, version{};     ///< the plugin that registered it
  std::string library{};               ///< path of the shared library; empty: linked into the program
  std::string build{};                 ///< hash of that library's file
};

/// A component and its description: the pointer that its kind's factory returns, with the registry's ComponentInfo. The registry must
/// outlive it.
template <class Interface>
class Component : public std::function<typename Kind<Interface>::Factory>::result_type {
 public:
  using Pointer = typename std::function<typename Kind<Interface>::Factory>::result_type;

  Component() = default;
  /// `info` belongs to the registry; nullptr for a component that no registry made.
  template <class Made>
  requires(std::convertible_to<Made, Pointer> && !std::same_as<std::remove_cvref_t<Made>, Component>)
      Component(Made&& made, const ComponentInfo* info = nullptr)  // NOLINT(bugprone-forwarding-reference-overload): copies are left out
      : Pointer(std::forward<Made>(made)), info_(info) {}

  [[nodiscard]] const ComponentInfo* info() const { return info_; }

 private:
  const ComponentInfo* info_ = nullptr;
};

/// The components that can be made, by kind and name. The program owns it and passes it by reference; there is no global registry.
class PIPELINE_EXPORT Registry {
 public:
  struct Entry {
    ComponentInfo info;
    std::shared_ptr<const void> factory;  ///< std::function<Kind<Interface>::Factory>; null for a table without code, or not loaded yet
  };
  /// Loads a library of which only the components' descriptions are known, and returns its entries. Error (plugin) when that fails.
  using LibraryLoader = std::function<std::deque<Entry>(const std::string& library)>;

  Registry();
  ~Registry();
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  [[nodiscard]] const ComponentInfo* find(std::string_view kind, std::string_view name) const;
  /// All components of a kind (all kinds when empty), sorted by kind and name.
  [[nodiscard]] std::vector<const ComponentInfo*> list(std::string_view kind = {}) const;
  [[nodiscard]] std::vector<std::string> names(std::string_view kind) const;

  /// Makes a component and first loads its library if that is not loaded yet. Error (usage) for an unknown name, with the nearest known
  /// one, or for options that the component does not take. Error (plugin) when its library cannot be loaded. ConstructorError when its
  /// constructor throws anything else than an Error.
  template <class Interface, class... Args>
  [[nodiscard]] Component<Interface> make(std::string_view name, const Value& options, Args&&... args) const {
    Component<Interface> made;
    call_factory(Kind<Interface>::name, name, [&](const void* factory, const ComponentInfo& info) {
      const auto& function = *static_cast<const std::function<typename Kind<Interface>::Factory>*>(factory);
      made = Component<Interface>(function(options, std::forward<Args>(args)...), &info);
    });
    return made;
  }

  /// Adds all entries or none. Error (plugin) when a name is taken already; it names both libraries.
  void commit(std::deque<Entry> entries);
  /// Sets the function that loads a library whose entries were committed without factories.
  void set_library_loader(LibraryLoader loader);

 private:
  /// Calls `make` with the component's factory. Errors from it, and the sentence about a crash in it, name the component.
  void call_factory(std::string_view kind, std::string_view name, const std::function<void(const void*, const ComponentInfo&)>& make) const;
  [[nodiscard]] const void* factory_of(std::string_view kind, std::string_view name) const;
  void load_library(const std::string& library) const;

  mutable std::mutex loading_;  ///< guards the factories, which are set when their library is first needed
  mutable std::map<std::pair<std::string, std::string>, Entry, std::less<>> entries_;
  LibraryLoader loader_;
};

/// Completes the description of a component that is being registered.
class ComponentBuilder {
 public:
  explicit ComponentBuilder(ComponentInfo& info) : info_(info) {}
  ComponentBuilder& reference(std::string text) { return info_.reference = std::move(text), *this; }
  /// The component cannot change the result, whatever its options: for example a callback that shows or logs. A stage's key and the trials
  /// of a search leave it out. A callback without this mark is in both. Loggers need no mark: no key holds them, as they cannot change
  /// results.
  ComponentBuilder& only_watches() { return info_.only_watches = true, *this; }
  /// A required input from one producer. `unless_set` names an option that replaces it.
  ComponentBuilder& needs(std::string kind, std::string unless_set = {}) {
    return info_.inputs.push_back({.kind = std::move(kind), .unless_set = std::move(unless_set)}), *this;
  }
  /// A required input from every producer, in the order of the workflow.
  ComponentBuilder& needs_all(std::string kind) { return info_.inputs.push_back({.kind = std::move(kind), .many = true}), *this; }
  /// An optional input from one producer. `only_if` names an option that asks for it.
  ComponentBuilder& takes(std::string kind, std::string only_if = {}) {
    return info_.inputs.push_back({.kind = std::move(kind), .only_if = std::move(only_if), .optional = true}), *this;
  }
  /// An optional input from every producer.
  ComponentBuilder& takes_all(std::string kind) {
    return info_.inputs.push_back({.kind = std::move(kind), .many = true, .optional = true}), *this;
  }
  ComponentBuilder& gives(std::string kind) { return info_.outputs.push_back(std::move(kind)), *this; }
  /// The shared tables that a stage uses (table_names() in stage.h).
  ComponentBuilder& uses(std::vector<std::string> tables) { return info_.tables = std::move(tables), *this; }
  /// One stage alone takes its outputs. This option names that stage where several could take them.
  ComponentBuilder& for_stage_in(std::string option) { return info_.recipient = std::move(option), *this; }
  /// Several runs may work on the stage at once: its folder is written in place, file by file. The result's hash leaves out the files in
  /// `growing`.
  ComponentBuilder& shares_folder(std::vector<std::string> growing) {
    info_.shared_folder = true;
    return info_.growing = std::move(growing), *this;
  }
  /// The stage's result holds the values of every metric: with another metric the stage runs again.
  ComponentBuilder& uses_metrics() { return info_.uses_metrics = true, *this; }
  /// The stage's result depends on RunSettings::season_length: with another one the stage runs again.
  ComponentBuilder& uses_season_length() { return info_.uses_season_length = true, *this; }
  /// The sampler tries every point of the space: a range without a step is refused.
  ComponentBuilder& enumerates() { return info_.enumerates = true, *this; }
  /// All processes that a launcher started together run the stage and train in it together (StageContext::collective). Without this mark
  /// the first process runs the stage alone while the others wait.
  ComponentBuilder& on_every_rank() { return info_.on_every_rank = true, *this; }
  /// Seed, device, threads and precision cannot change the stage's result: its key leaves them out.
  ComponentBuilder& without_randomness() { return info_.uses_randomness = false, *this; }

 private:
  ComponentInfo& info_;
};

/// Takes a plugin's components while the plugin is loaded.
class Registrar {
 public:
  /// Registers `Impl`, which has a nested `Options` struct and the constructor Impl(Options, Args...) for the arguments of Kind<Interface>.
  template <class Interface, class Impl>
  ComponentBuilder add(std::string name, std::string summary) {
    return add_with<Interface, typename Impl::Options>(std::move(name), std::move(summary),
                                                       maker<Impl>(static_cast<typename Kind<Interface>::Factory*>(nullptr)));
  }

  /// Registers a factory function for options of type `Options`.
  template <class Interface, class Options>
  ComponentBuilder add_with(std::string name, std::string summary, std::function<typename Kind<Interface>::Factory> factory) {
    using Function = std::function<typename Kind<Interface>::Factory>;
    return push({.kind = Kind<Interface>::name, .name = std::move(name), .summary = std::move(summary), .schema = make_schema<Options>()},
                std::make_shared<const Function>(std::move(factory)));
  }

  /// A table of options without code of its own, such as [trainer].
  template <class Options>
  ComponentBuilder add_table(std::string name, std::string summary) {
    return push({.kind = "table", .name = std::move(name), .summary = std::move(summary), .schema = make_schema<Options>()}, nullptr);
  }

  [[nodiscard]] std::deque<Registry::Entry>& entries() { return entries_; }

 private:
  ComponentBuilder push(ComponentInfo info, std::shared_ptr<const void> factory) {
    entries_.push_back({std::move(info), std::move(factory)});
    return ComponentBuilder(entries_.back().info);
  }

  template <class Impl, class Pointer, class... Args>
  static std::function<Pointer(const Value&, Args...)> maker(Pointer (*)(const Value&, Args...)) {
    return [](const Value& options, Args... args) -> Pointer {
      using Made = typename Pointer::element_type;
      if constexpr (std::is_same_v<Pointer, std::shared_ptr<Made>>) {
        return std::make_shared<Impl>(bind_options<typename Impl::Options>(options), std::forward<Args>(args)...);
      } else {
        return std::make_unique<Impl>(bind_options<typename Impl::Options>(options), std::forward<Args>(args)...);
      }
    };
  }

  std::deque<Registry::Entry> entries_;  // a deque: builders keep references to entries
};

}  // namespace pipeline
