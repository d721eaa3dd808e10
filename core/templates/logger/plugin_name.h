#pragma once

#include <cstdint>
#include <fstream>
#include <string>

#include "pipeline/logger.h"
#include "pipeline/options.h"

namespace plugin_name_plugin {

struct PluginNameOptions {
  std::string file = "plugin_name.txt";

  /// One line per option: name, member, meaning, range. If a member is not listed, the code does not compile.
  static constexpr auto options() {
    return pipeline::option_list<PluginNameOptions>(
        pipeline::option("file", &PluginNameOptions::file, "The file's name, in the training's version folder.").no_effect_on_result());
  }
};

/// Writes a line of text for each scalar: step, name, value. The stream buffers its output, so that a step does not wait for the disk.
class PluginName final : public pipeline::Logger {
 public:
  using Options = PluginNameOptions;

  PluginName(const Options& options, const pipeline::LoggerContext& context)
      : path_(context.version_dir / options.file), out_(path_, context.append ? std::ios::app : std::ios::trunc), log_(context.log) {
    check();
  }

  void log_hyper_parameters(const pipeline::Value& hyper_parameters) override { write("# " + pipeline::to_json(hyper_parameters)); }
  void log_scalars(pipeline::Scalars scalars, std::int64_t step) override {
    for (const auto& [name, value] : scalars) write(std::to_string(step) + " " + name + " " + std::to_string(value));
  }
  void log_final_metrics(pipeline::Scalars metrics, std::int64_t step) override { log_scalars(metrics, step); }
  void flush() override {
    out_.flush();
    check();
  }
  void finish(bool success) override {
    write(success ? "# finished" : "# failed");
    flush();
  }

 private:
  void write(const std::string& line) {
    if (!failed_) out_ << line << '\n';
  }
  /// A logger that fails reports it once and never ends the training.
  void check() {
    if (out_ || failed_) return;
    failed_ = true;
    log_.warning("PluginName cannot write " + path_.string() + "; the training goes on without it");
  }

  std::filesystem::path path_;
  std::ofstream out_;
  pipeline::Log& log_;
  bool failed_ = false;
};

}  // namespace plugin_name_plugin
