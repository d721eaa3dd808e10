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

/// `callback "MyCallback" (libmy_callback.so)`. For a stage only the library: its caller names the stage as the workflow does.
[[nodiscard]] PIPELINE_EXPORT std::string owner_of(const ComponentInfo& component);
/// The message of the exception being handled, without the C++ call stack that LibTorch appends. Only within a catch block.
[[nodiscard]] PIPELINE_EXPORT std::string words_of_exception();
/// Rethrows the exception being handled: an Error unchanged, as its message has place and cure; a lack of threads or descriptors as Error
/// (unexpected), as no component is to blame; a file system's failure as Error (unexpected) and everything else as ComponentError, both
/// with the component's name before the message. Only within a catch block.
[[noreturn]] PIPELINE_EXPORT void rethrow_named(const ComponentInfo& component, const char* function);

/// Records during its lifetime that this thread runs a function of a component: the sentence about a crash names both. It costs a few
/// stores. `component` and `function` must outlive it, and so must the pair that it replaces until its destructor restores it.
class PIPELINE_EXPORT Running {
 public:
  /// `component` may be nullptr: then the host itself runs, and `function` describes the work: "the loader".
  Running(const ComponentInfo* component, const char* function);
  ~Running();
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

 private:
  const ComponentInfo* component_before_;
  const char* function_before_;
};

/// Calls `function(component, arguments...)`, a member function of the component or any callable with these arguments. Messages about a
/// crash in it, and about exceptions from it, name the component and `name`, the function's name in the component's interface. Components
/// that no registry made, such as the host's own helpers, are called directly.
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
