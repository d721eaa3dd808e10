#include "pipeline/data/final_record.h"

#include "data/json_parts.h"
#include "pipeline/data/files.h"

namespace pipeline {

namespace {

/// Null for an empty path; relative to the stage's folder, which is moved when the stage is done, if the path lies in it.
Value path_value(const std::filesystem::path& path, const std::filesystem::path& folder) {
  if (path.empty()) return {};
  const std::filesystem::path relative = path.is_absolute() ? path.lexically_relative(folder) : path;
  const bool outside = relative.empty() || *relative.begin() == "..";
  return (outside ? path : relative).string();
}

std::filesystem::path path_in(const Value& table, std::string_view key, const std::filesystem::path& folder) {
  const std::string name = text_in(table, key);
  return name.empty() ? std::filesystem::path() : (folder / name).lexically_normal();
}

}  // namespace

void write_final(const std::filesystem::path& folder, const FinalRecord& record) {
  write_json(folder / final_file_name, Value::Map{{"stage", record.stage},
                                                  {"measured", path_value(record.measured, folder)},
                                                  {"checkpoint", path_value(record.checkpoint, folder)},
                                                  {"rows", record.rows},
                                                  {"windows", record.windows},
                                                  {"steps", record.steps},
                                                  {"epochs", record.epochs},
                                                  {"measured_epochs", record.measured_epochs}});
}

FinalRecord read_final(const std::filesystem::path& folder) {
  const Value said = read_json(folder / final_file_name);
  return {.stage = text_in(said, "stage"),
          .measured = path_in(said, "measured", folder),
          .checkpoint = path_in(said, "checkpoint", folder),
          .rows = integer_in(said, "rows"),
          .windows = integer_in(said, "windows"),
          .steps = integer_in(said, "steps"),
          .epochs = number_in(said, "epochs").value_or(0),
          .measured_epochs = number_in(said, "measured_epochs").value_or(0)};
}

}  // namespace pipeline
