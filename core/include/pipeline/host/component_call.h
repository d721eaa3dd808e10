#pragma once

#include <functional>
#include <string>
#include <utility>

#include "pipeline/errors.h"
#include "pipeline/export.h"
#include "pipeline/host/tier.h"
#include "pipeline/registry.h"

namespace pipeline {

/// A component threw something other than an Error while it worked. The message names the component, its library and the function.
class PIPELINE_EXPORT ComponentError final : public Error {
 public:
  explicit ComponentError(std::string message);
  ~ComponentError() override;
};

/// `callback "MyCallback" (libmy_callback.so)`. Of a stage only the library: whoever runs it names it as the workflow does.
[[nodiscard]] PIPELINE_EXPORT std::string owner_of(const ComponentInfo& component);
/// What the exception that is being handled says, without the C++ call stack that LibTorch appends. Only within a catch block.
[[nodiscard]] PIPELINE_EXPORT std::string words_of_exception();
/// Throws again what is being handled: an Error as it is, since it says place and cure itself; a file system's failure as Error
/// (unexpected) and everything else as ComponentError, both with the component's name before its words. Only within a catch block.
[[noreturn]] PIPELINE_EXPORT void rethrow_named(const ComponentInfo& component, const char* function);

/// Notes for as long as it lives that this thread runs a function of a component: the sentence about a crash names both. It costs a few
/// stores. `component` and `function` must outlive it, and so must what it replaces.
class PIPELINE_EXPORT Running {
 public:
  /// `component` may be nullptr: the host itself does what `function` says, "the loader".
  Running(const ComponentInfo* component, const char* function);
  ~Running();
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

 private:
  const ComponentInfo* component_before_;
  const char* function_before_;
};

/// Calls a component's `function(component, arguments...)`, a member function or anything else that is called so. A crash in it and what it
/// throws are laid at the component's door; `name` is the function as the component's author knows it. The host's own helpers, which no
/// registry made, are called without more ado.
template <class Interface, class Function, class... Args>
decltype(auto) call(const Component<Interface>& component, const char* name, Function&& function, Args&&... arguments) {
  const ComponentInfo* const info = component.info();
  if (!info) return std::invoke(std::forward<Function>(function), *component, std::forward<Args>(arguments)...);
  const Running running(info, name);
  try {
    return std::invoke(std::forward<Function>(function), *component, std::forward<Args>(arguments)...);
  } catch (...) {
    rethrow_named(*info, name);
  }
}

}  // namespace pipeline
