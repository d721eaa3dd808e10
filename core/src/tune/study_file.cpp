#include "pipeline/search/study_file.h"

#include "pipeline/data/files.h"

namespace pipeline {

std::optional<BestTrial> read_best_trial(const std::filesystem::path& folder) {
  const Value study = read_json(folder / study_file_name);
  const Value& best = study.at("best");
  if (best.is_null()) return std::nullopt;
  return BestTrial{best.at("number").as_int(), best.at("value").as_double(), best.at("values").as_map()};
}

}  // namespace pipeline
