#include "pipeline/data/text.h"
#include "pipeline/train/training_setup.h"

namespace pipeline {

namespace {

/// The windows' columns of one role that a model does not read.
class Ignored {
 public:
  Ignored(Inputs read, const char* role) : read_(read), role_(role) {}

  Ignored& add(Input part, const std::vector<std::string>& names) {
    if (!read_.contains(part)) names_.insert(names_.end(), names.begin(), names.end());
    return *this;
  }
  Ignored& add(Input part, const std::vector<WordColumn>& columns) {
    std::vector<std::string> names;
    for (const WordColumn& column : columns) names.push_back(column.name);
    return add(part, names);
  }
  /// "the static columns (size)"; empty if there are none.
  [[nodiscard]] std::string text() const { return names_.empty() ? "" : std::string("the ") + role_ + " (" + join(names_) + ")"; }

 private:
  Inputs read_;
  const char* role_;
  std::vector<std::string> names_;
};

}  // namespace

void warn_of_ignored_inputs(const FitSpec& spec, const Windows& windows, Log& log) {
  const WindowSource::Shape& shape = windows.source().shape();
  const Inputs read = spec.model->inputs();
  std::vector<std::string> ignored{
      Ignored(read, "columns of words").add(Input::past_codes, shape.past_words).text(),
      Ignored(read, "columns known ahead").add(Input::future, shape.future_names).add(Input::future_codes, shape.future_words).text(),
      Ignored(read, "static columns").add(Input::static_values, shape.static_names).add(Input::static_codes, shape.static_words).text()};
  std::erase(ignored, "");
  if (!ignored.empty()) log.warning(spec.model_name + " ignores " + join_names(ignored));
}

}  // namespace pipeline
