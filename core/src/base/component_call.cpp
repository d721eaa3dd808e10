#include "pipeline/host/component_call.h"

#include <cstring>
#include <exception>
#include <filesystem>
#include <optional>
#include <system_error>

#include "base/now_running.h"
#include "base/shortage.h"

namespace pipeline {

namespace {

// The only state of the whole process: a signal handler is given only the signal's number, so its facts must be in a static object. In the
// thread's static block, so that the handler does not make the dynamic linker allocate it.
#if defined(__GNUC__)
[[gnu::tls_model("initial-exec")]]
#endif
constinit thread_local NowRunning running;

}  // namespace

NowRunning& now_running() { return running; }

Running::Running(const ComponentInfo* component, const char* function)
    : component_before_(running.component.load(std::memory_order_relaxed)),
      function_before_(running.function.load(std::memory_order_relaxed)) {
  running.component.store(component, std::memory_order_relaxed);
  running.function.store(function, std::memory_order_relaxed);
}

Running::~Running() {
  running.component.store(component_before_, std::memory_order_relaxed);
  running.function.store(function_before_, std::memory_order_relaxed);
}

ComponentError::ComponentError(std::string message) : Error(ExitStatus::unexpected, std::move(message)) {}
ComponentError::~ComponentError() = default;

std::string owner_of(const ComponentInfo& component) {
  const std::string library =
      component.library.empty() ? "the program itself" : std::filesystem::path(component.library).filename().string();
  return component.kind == "stage" ? library : component.kind + " \"" + component.name + "\" (" + library + ")";
}

std::string words_of_exception() {
  try {
    throw;
  } catch (const std::exception& error) {
    if (const std::optional<std::string> shortage = shortage_in_words(error)) return *shortage;
    const std::string sentence = sentence_of(error);
    const bool of_libtorch = sentence.size() < std::strlen(error.what());
    return of_libtorch ? "LibTorch: " + sentence : sentence;
  } catch (...) {  // of a type that only a plugin knows
    return std::string(foreign_object) + " was thrown: let the plugin throw a pipeline::Error, which says what is wrong";
  }
}

void rethrow_named(const ComponentInfo& component, const char* function) {
  const auto named = [&] { return owner_of(component) + " failed in " + function + ": " + words_of_exception(); };
  try {
    throw;
  } catch (const Error&) {
    throw;
  } catch (const std::filesystem::filesystem_error&) {
    throw Error(ExitStatus::unexpected, named());
  } catch (const std::system_error& error) {
    if (const std::optional<std::string> shortage = shortage_in_words(error)) throw Shortage(*shortage);
    throw ComponentError(named());
  } catch (...) {
    throw ComponentError(named());
  }
}

}  // namespace pipeline
