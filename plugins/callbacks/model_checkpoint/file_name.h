#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace pipeline::callbacks::model_checkpoint {

/// A metric for a file name: Python prints whole numbers (epoch, step) and floats differently.
struct NamedValue {
  double value = 0;
  bool whole = false;
};

/// The pattern of a checkpoint's name, such as "LSTMModel-{epoch:02d}-{val_loss:.4f}", filled in as in Lightning. Each {name:spec} becomes
/// name=value, or only the value without auto_insert_metric_name. A missing metric is 0. The spec is Python's: a width with or without
/// leading zeros, a precision, and d, f, e, g, or none.
class FileNamePattern {
 public:
  /// Error (usage) for unpaired braces and for specs not listed above. An empty pattern means "{epoch}-{step}".
  FileNamePattern(const std::string& pattern, bool auto_insert_metric_name);

  /// The name without ".ckpt". A slash in a metric's name is kept, so with auto_insert_metric_name it makes a folder, as in Lightning.
  [[nodiscard]] std::string fill(const std::map<std::string, NamedValue>& metrics) const;
  /// Whether some values may give this name: it contains the pattern's literal parts, in order.
  [[nodiscard]] bool matches(std::string_view name) const;

 private:
  struct Spec {
    bool plus = false, zeros = false;
    int width = 0, precision = -1;
    char type = '\0';
  };
  struct Part {
    std::string text;    ///< literal text before the metric
    std::string metric;  ///< empty: no metric follows
    Spec spec;
  };

  static Spec parse_spec(const std::string& spec, const std::string& pattern);
  static std::string print(NamedValue value, const Spec& spec);

  std::vector<Part> parts_;
  bool insert_name_;
};

}  // namespace pipeline::callbacks::model_checkpoint
