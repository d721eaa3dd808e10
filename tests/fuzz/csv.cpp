#include <array>

#include "data/guess.h"
#include "data/table.h"
#include "fuzz/reading.h"
#include "pipeline/data/csv.h"
#include "pipeline/data/series.h"

using namespace pipeline;

namespace {

/// The series that a checkpoint or a workflow describes: the columns of the file but the first, which is the time if `timed`.
SeriesInfo series_of(const CsvFile& file, const Value& source, bool timed) {
  SeriesInfo info;
  for (std::size_t i = timed ? 1 : 0; i < file.names().size(); ++i) {
    info.features.push_back(file.names()[i]);
    info.columns.push_back({.name = file.names()[i], .transform = i % 2 == 0 ? Transform::none : Transform::log_return});
  }
  info.has_time = timed;
  info.frequency = timed ? "infer" : "none";
  Value::List time;
  if (timed) time.push_back(file.names()[0]);
  info.source = source;
  info.source["time_column"] = time;
  return info;
}

/// The options of unusual files, by the bits of a byte; 0 gives their defaults.
void add_format(Value& source, std::uint8_t how, const std::string& decimal) {
  if ((how & 1) != 0) source["comment"] = "#";
  if ((how & 2) != 0) source["skip_rows"] = 1, source["skip_after_header"] = 1;
  if ((how & 4) != 0) source["header"] = false;
  if ((how & 8) != 0) source["thousands"] = decimal == "." ? "," : ".";
  if ((how & 16) != 0) source["censored"] = "half";
  if ((how & 32) != 0) source["na_values"] = Value::Map{{"a", Value::List{1, "x"}}, {"*", "none"}};
  if ((how & 64) != 0) source["encoding"] = "windows-1252";
  if ((how & 128) != 0) source["encoding"] = "utf-16";
}

}  // namespace

/// A file of the user's. The first byte says how it is read: what it is separated by, whether it has times, what missing values mean. If it
/// is above 127, the second one says more.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  static const fuzz::InputFile input("data.csv");
  static const int moved = ::setenv("TMPDIR", input.folder().c_str(), 1);  // where a table's scratch files lie
  if (moved != 0) std::abort();
  const std::uint8_t how = data[0], more = how > 127 && size > 1 ? data[1] : 0;
  const std::size_t head = how > 127 && size > 1 ? 2 : 1;
  const auto& path = input.write(fuzz::text_of(data + head, size - head));
  const std::string delimiter = std::array{",", ";", "\\t", " "}[how % 4], decimal = (how & 4) != 0 ? "," : ".";
  const char* missing = std::array{"drop", "forward_fill", "interpolate", "error"}[how >> 4 & 3];
  Value source = Value::Map{{"delimiter", delimiter}, {"decimal", decimal},  {"time_format", ""},
                            {"gaps", "split"},        {"na_values", "none"}, {"missing", missing}};
  add_format(source, more, decimal);
  fuzz::read_or_refuse([&] {
    const CsvFile file(path, CsvFormat::from_source(source));
    static_cast<void>(read_like(path, series_of(file, source, (how & 8) != 0)));
  });
  fuzz::read_or_refuse([&] { static_cast<void>(guess_workflow(path, {})); });
  fuzz::read_or_refuse([&] {
    for (CsvLines lines(path); lines.next();) {
      for (std::size_t column = 0; column < lines.header().size(); ++column) static_cast<void>(lines.number(column));
    }
  });
  return 0;
}
