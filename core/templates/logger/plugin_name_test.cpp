#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include <filesystem>
#include <vector>

#include "pipeline/files.h"
#include "plugin_name.h"

namespace {

/// Keeps what is said.
struct Said final : pipeline::Log {
  std::vector<std::string> warnings;
  void debug(std::string_view) override {}
  void info(std::string_view) override {}
  void warning(std::string_view message) override { warnings.emplace_back(message); }
  [[nodiscard]] bool is_terminal() const override { return false; }
  [[nodiscard]] int terminal_width() const override { return 80; }
  void status_line(std::string_view) override {}
};

struct Folder {
  std::filesystem::path path = std::filesystem::temp_directory_path() / "plugin_name_test";
  Folder() { std::filesystem::create_directories(path); }
  ~Folder() { std::filesystem::remove_all(path); }
};

const std::vector<std::pair<std::string, double>> scalars{{"train_loss", 0.5}, {"epoch", 1.0}};

}  // namespace

TEST_CASE("every scalar becomes a line") {
  const Folder folder;
  Said said;
  plugin_name_plugin::PluginName logger({}, {.version_dir = folder.path, .log = said});
  logger.log_hyper_parameters(pipeline::Value(pipeline::Value::Map{{"lr", 0.25}}));
  logger.log_scalars(scalars, 9);
  logger.finish(true);
  CHECK(pipeline::read_text(folder.path / "plugin_name.txt") == "# {\"lr\":0.25}\n9 train_loss 0.500000\n9 epoch 1.000000\n# finished\n");
  CHECK(said.warnings.empty());
}

TEST_CASE("a file that cannot be written is said once and ends nothing") {
  const Folder folder;
  Said said;
  plugin_name_plugin::PluginName logger({}, {.version_dir = folder.path / "missing", .log = said});
  logger.log_scalars(scalars, 0);
  logger.finish(true);
  CHECK(said.warnings.size() == 1);
}
