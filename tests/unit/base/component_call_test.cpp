#include "pipeline/host/component_call.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <stdexcept>
#include <system_error>

#include "base/now_running.h"
#include "pipeline/logger.h"

using namespace pipeline;

namespace {

ComponentInfo info_of(const std::string& kind) {
  ComponentInfo info;
  info.kind = kind;
  info.name = "Mine";
  info.library = "/plugins/libmine.so";
  return info;
}

struct Throwing : Logger {
  void log_hyper_parameters(const Value&) override { throw std::runtime_error("no ink"); }
  void log_scalars(Scalars, std::int64_t) override { throw usage_error("no paper: add some"); }
  void log_final_metrics(Scalars, std::int64_t) override {
    throw std::filesystem::filesystem_error("cannot write", std::make_error_code(std::errc::no_space_on_device));
  }
  void flush() override { throw std::runtime_error("shapes do not fit\nException raised from mm at a.cpp:1\nframe #0: mm"); }
  void finish(bool) override { throw 42; }
};

}  // namespace

TEST_CASE("a component's exception gets its name, unless it is an Error") {
  const ComponentInfo info = info_of("logger");
  const Component<Logger> logger(std::make_unique<Throwing>(), &info);
  CHECK_THROWS_WITH_AS(call(logger, "log_hyper_parameters", &Logger::log_hyper_parameters, Value{}),
                       "logger \"Mine\" (libmine.so) failed in log_hyper_parameters: no ink", ComponentError);
  CHECK_THROWS_WITH_AS(call(logger, "flush", &Logger::flush), "logger \"Mine\" (libmine.so) failed in flush: LibTorch: shapes do not fit",
                       ComponentError);
  CHECK_THROWS_WITH_AS(
      call(logger, "finish", &Logger::finish, true),
      "logger \"Mine\" (libmine.so) failed in finish: an object that is no std::exception was thrown: let the plugin throw "
      "a pipeline::Error, which says what is wrong",
      ComponentError);
  try {
    call(logger, "log_scalars", &Logger::log_scalars, Scalars{}, 0);
    FAIL("there is no paper");
  } catch (const Error& error) {
    CHECK(std::string(error.what()) == "no paper: add some");
    CHECK(error.status() == ExitStatus::usage);
  }
}

TEST_CASE("a full disk is not the fault of the component that meets it") {
  const ComponentInfo info = info_of("logger");
  const Component<Logger> logger(std::make_unique<Throwing>(), &info);
  try {
    call(logger, "log_final_metrics", &Logger::log_final_metrics, Scalars{}, 0);
    FAIL("the disk is full");
  } catch (const Error& error) {
    CHECK(std::string(error.what()).starts_with("logger \"Mine\" (libmine.so) failed in log_final_metrics: "));
    CHECK(error.status() == ExitStatus::unexpected);
    CHECK(dynamic_cast<const ComponentError*>(&error) == nullptr);
  }
}

TEST_CASE("an exception of the host's own helpers passes unchanged") {
  const Component<Logger> logger(std::make_unique<Throwing>());
  CHECK_THROWS_AS(call(logger, "finish", &Logger::finish, true), int);
}

TEST_CASE("a stage is named by its library, since the caller adds its name") { CHECK(owner_of(info_of("stage")) == "libmine.so"); }

TEST_CASE("the component of a copied or moved pointer is still known") {
  const ComponentInfo info = info_of("logger");
  Component<Logger> logger(std::make_unique<Throwing>(), &info);
  Component<Logger> moved = std::move(logger);
  CHECK(moved.info() == &info);
  moved = std::make_unique<Throwing>();
  CHECK(moved.info() == nullptr);
}

TEST_CASE("the component that ran before a call is current again after it, however the call ends") {
  const ComponentInfo outer = info_of("stage"), inner = info_of("logger");
  const Component<Logger> logger(std::make_unique<Throwing>(), &inner);
  const Running running(&outer, "run");
  call(logger, "inspect", [&](Logger&) {
    CHECK(now_running().component == &inner);
    CHECK(std::string(now_running().function.load()) == "inspect");
  });
  CHECK(now_running().component == &outer);
  CHECK_THROWS(call(logger, "finish", &Logger::finish, true));
  CHECK(now_running().component == &outer);
  CHECK(std::string(now_running().function.load()) == "run");
}
