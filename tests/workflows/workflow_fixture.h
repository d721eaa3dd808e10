#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "pipeline/value.h"
#include "support/program.h"
#include "support/temp_folder.h"

/// An empty working folder with a small data file and workflows to run in it.
class WorkflowFixture {
 public:
  WorkflowFixture();

  /// Writes workflow.toml: a head that reads small.csv (400 hours of a daily wave) with window 24, horizon 3, then `tables`. `preprocess`:
  /// the head's lines after the features.
  void workflow(const std::string& tables, const std::string& preprocess = "target = [\"load\"]") const;
  [[nodiscard]] Finished run(std::vector<std::string> arguments = {}) const;
  [[nodiscard]] Finished pipeline(const std::vector<std::string>& arguments) const { return pipeline_program(arguments, path()); }
  void write(const std::string& name, const std::string& text) const;
  [[nodiscard]] std::string read(const std::string& name) const;
  [[nodiscard]] pipeline::Value json(const std::string& name) const;
  /// The best checkpoint of the stage `train`.
  [[nodiscard]] std::string best_checkpoint() const { return json("runs/small/train/train.json").at("best").as_string(); }
  [[nodiscard]] bool exists(const std::string& name) const { return std::filesystem::exists(path() / name); }
  [[nodiscard]] const std::filesystem::path& path() const { return folder_.path(); }

 private:
  TempFolder folder_;
};

/// The tables of a quick training of a small LSTM with evaluation.
extern const char* const small_training;
[[nodiscard]] bool contains(const std::string& text, const std::string& part);
