#include "config/time_options.h"

#include <algorithm>
#include <iterator>

#include "data/resample.h"
#include "data/time_parser.h"
#include "data/time_zone.h"
#include "pipeline/errors.h"

namespace pipeline {
namespace {

std::vector<std::string> names_in(const Value& options, const char* name) {
  std::vector<std::string> out;
  const Value* names = options.find(name);
  if (!names || !names->is_list()) return out;
  for (const Value& item : names->as_list()) {
    if (item.is_string()) out.push_back(item.as_string());
  }
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
  const std::vector<std::string> targets = names_in(options, "target");
  std::vector<std::string> columns = names_in(options, "features");
  std::ranges::copy_if(targets, std::back_inserter(columns),
                       [&](const std::string& target) { return std::ranges::find(columns, target) == columns.end(); });
  report(context, *resample, [&] { static_cast<void>(Resampling::parse(*value, columns, targets)); });
}

}  // namespace pipeline
