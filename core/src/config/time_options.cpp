#include "config/time_options.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "data/panel_plan.h"
#include "data/resample.h"
#include "data/time_parser.h"
#include "data/time_zone.h"
#include "pipeline/errors.h"

namespace pipeline {
namespace {

constexpr const char* derived_features = "derived_features";

std::vector<std::string> names_in(const Value& options, const char* name) {
  std::vector<std::string> out;
  const Value* names = options.find(name);
  if (!names || !names->is_list()) return out;
  for (const Value& item : names->as_list()) {
    if (item.is_string()) out.push_back(item.as_string());
  }
  return out;
}

void add_new(const std::vector<std::string>& names, std::vector<std::string>& out) {
  std::ranges::copy_if(names, std::back_inserter(out), [&](const std::string& name) { return std::ranges::find(out, name) == out.end(); });
}

/// The columns of the rows that are put together, and those among them that `how` must name.
struct ResampledColumns {
  std::vector<std::string> all, targets;
};

/// `derives`: whether plugins' features read columns. Only they know which, so that the run judges the names that no option lists.
ResampledColumns resampled_columns(const Value& options, const Value& resample, bool derives) {
  ResampledColumns out{.all = names_in(options, "features"), .targets = names_in(options, "target")};
  const Value* layout = options.find("layout");
  if (layout && *layout == Value(word_of(Layout::wide))) {  // each target is a series, whose values make one column
    const std::vector<std::string> series = std::exchange(out.targets, {wide_value});
    std::erase_if(out.all, [&](const std::string& name) { return std::ranges::find(series, name) != series.end(); });
  }
  add_new(names_in(options, "known_future"), out.all);
  add_new(out.targets, out.all);
  const Value* how = resample.is_map() ? resample.find("how") : nullptr;
  if (!derives || !how || !how->is_map()) return out;
  for (const auto& [name, word] : how->as_map()) add_new({name}, out.all);
  return out;
}

/// The sentence of the error that `read` ends with, at the option's place. Failures of the system are left to the run.
template <class Read>
void report(CheckContext& context, const Node& option, Read read) {
  try {
    read();
  } catch (const Error& error) {
    if (error.status() == ExitStatus::usage) context.mistake(option.place, error.what());
  }
}

}  // namespace

void check_time_options(CheckContext& context, const ComponentInfo& stage, const Node& table, const Value& options) {
  if (std::ranges::find(stage.schema.options, OptionRole::time_column, &OptionInfo::role) == stage.schema.options.end()) return;
  if (const Node* zone = table.find("time_zone"); zone && zone->is_string() && !zone->text().empty())
    report(context, *zone, [&] { static_cast<void>(TimeZone::load(zone->text())); });
  if (const Node* format = table.find("time_format"); format && format->is_string())
    report(context, *format, [&] { static_cast<void>(TimeParser(format->text())); });
  const Node* resample = table.find("resample");
  const Value* value = options.find("resample");
  if (!resample || !value || value->is_null()) return;
  const bool derives = table.find(derived_features) || context.document.root.find(derived_features);
  const ResampledColumns columns = resampled_columns(options, *value, derives);
  report(context, *resample, [&] { static_cast<void>(Resampling::parse(*value, columns.all, columns.targets)); });
}

}  // namespace pipeline
