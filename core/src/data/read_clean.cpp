#include "data/read_clean.h"

#include <algorithm>

#include "data/panel_axis.h"
#include "data/series_plan.h"
#include "data/transform.h"
#include "pipeline/data/format.h"
#include "pipeline/errors.h"

namespace pipeline {
namespace {

std::vector<std::string> strings_in(const Value& source, const char* key) {
  std::vector<std::string> out;
  if (const Value* list = source.find(key)) {
    for (const Value& item : list->as_list()) out.push_back(item.as_string());
  }
  return out;
}

}  // namespace

void require_positive(const CleanTable& data, std::span<const ColumnTransform> columns) {
  for (std::size_t c = 0; c < columns.size(); ++c) {
    if (!needs_positive(columns[c].transform)) continue;
    for (std::int64_t row = 0; row < data.table.rows(); ++row) {
      const double level = data.table.row(row)[c];
      if (!(level <= 0)) continue;
      throw data_error(data.table.place(row) + ": column \"" + columns[c].name + "\" is " + format_number(level) + ", and transform \"" +
                       word_of(columns[c].transform) + "\" needs values above 0; write another transform, or na_values = [" +
                       format_number(level) + "] if it means \"missing\"");
    }
  }
}

CleanTable read_clean(const ReadRequest& request, const SeriesInfo& info) {
  const std::size_t required = std::min(request.required, info.columns.size());
  const Value& source = info.source;
  const auto word = [&](const char* name, const char* usual = "error") {  // of an option that is left out where it has its default
    const Value* value = source.find(name);
    return value ? value->as_string() : std::string(usual);
  };
  TableRequest wanted{.files = request.files,
                      .format = CsvFormat::from_source(source),
                      .time_columns = {},
                      .time_format = source.at("time_format").as_string(),
                      .sort = word("order") == "sort",
                      .duplicates = word("duplicates"),
                      .zone = request.zone,
                      .clocks = {.ambiguous = word("ambiguous", "infer"), .nonexistent = word("nonexistent")},
                      .resampling = {},
                      .columns = {},
                      .required = required,
                      .scratch = request.scratch,
                      .cancel = request.cancel};
  for (const Value& name : source.at("time_column").as_list()) wanted.time_columns.push_back(name.as_string());
  if (info.panel) {
    wanted.layout = parse_word<Layout>("layout", source.at("layout").as_string());
    wanted.series_columns = strings_in(source, "series_column");
    wanted.all_series = request.all_series;
    wanted.wide = strings_in(source, "wide");
    wanted.frequency_column = word("frequency_column", "");
  }
  for (const ColumnTransform& c : info.columns) {
    wanted.columns.push_back(c.name);
    if (holds_words(info, c.name)) wanted.word_columns.insert(c.name);
  }
  if (!request.learn_words) wanted.words = info.words;
  wanted.keep_ends = request.future != nullptr;
  if (const Value* resample = source.find("resample")) wanted.resampling = Resampling::parse(*resample, wanted.columns, info.targets);

  CleanTable data{.table = Table(wanted),
                  .axis = {},
                  .names = wanted.columns,
                  .required = required,
                  .ids = {},
                  .segments = {},
                  .missing = {},
                  .observed = {}};
  for (const ColumnTransform& c : info.columns) {
    if (c.is_difference()) data.lead = 1;
  }
  const std::string frequency = info.has_time ? request.frequency : "none", gaps = source.at("gaps").as_string();
  if (const PanelRows* panel = data.table.panel()) {
    for (std::int64_t s = 0; s < panel->ids().size(); ++s) data.ids.push_back(panel->ids()[s]);
    if (const SeriesWords* words = data.table.frequency_words()) group_series(data, *words, info.panel->groups);
    understand_panel(data, frequency, gaps, info.panel->groups);
  } else {
    data.axis = understand_time(
        data.table.time(), frequency, gaps, [&](std::int64_t row) { return data.table.place(row); },
        [&](std::int64_t row) { return data.table.time_text(row); });
    for (const Segment& segment : data.axis.segments) data.segments.push_back({segment, 0});
  }
  if (request.future) request.future->cut_from(data, info.targets, request.without_targets);
  require_positive(data, info.columns);
  drop_missing(data, source.at("missing").as_string());
  return data;
}

}  // namespace pipeline
