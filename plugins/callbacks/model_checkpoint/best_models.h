#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pipeline::callbacks::model_checkpoint {

/// The k checkpoints with the best scores, in the order of saving. Of equal scores the earlier one wins, as in Lightning's dict.
struct BestModels {
  using Entry = std::pair<std::string, double>;  ///< path, score

  bool smaller_is_better = true;
  std::int64_t most = 1;  ///< -1: all
  std::vector<Entry> entries;

  /// Whether a score belongs among the best. NaN does not once the list is full.
  [[nodiscard]] bool takes(double score) const;
  /// The checkpoint to remove when another one is added; empty while there is room.
  [[nodiscard]] std::string to_drop() const;
  void drop(const std::string& path);
  void add(const std::string& path, double score);

  [[nodiscard]] bool full() const { return most >= 0 && static_cast<std::int64_t>(entries.size()) >= most; }
  /// nullptr if there is none.
  [[nodiscard]] const Entry* best() const;
  [[nodiscard]] const Entry* worst() const;

 private:
  [[nodiscard]] bool better(double a, double b) const { return smaller_is_better ? a < b : a > b; }
};

}  // namespace pipeline::callbacks::model_checkpoint
