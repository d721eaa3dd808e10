#include "data/first_series.h"

#include <unistd.h>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include "pipeline/data/files.h"
#include "pipeline/errors.h"

namespace pipeline {
namespace {

/// The lines of the first row's series, under the heading: a file of one series, from which the time can be guessed.
std::string lines_of_first_series(const CsvFile& file, const std::vector<std::size_t>& columns) {
  CsvReader rows(file, {}, columns);
  std::string text(file.format().header ? file.header() : std::string_view());
  std::vector<std::string> first;
  for (std::size_t begin = 0; rows.next(nullptr); begin = rows.consumed()) {
    std::vector<std::string> cells;
    for (std::size_t i = 0; i < columns.size(); ++i) cells.emplace_back(rows.text(i));
    if (first.empty()) first = cells;
    if (cells == first) text += file.body().substr(begin, rows.consumed() - begin);
  }
  return text;
}

/// A file in the folder for temporary files, removed by the destructor.
class TemporaryFile {
 public:
  explicit TemporaryFile(std::string_view text)
      : path_(std::filesystem::temp_directory_path() / ("pipeline-series-" + std::to_string(getpid()) + ".csv")) {
    write_text(path_, text);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    std::error_code left_behind;
    std::filesystem::remove(path_, left_behind);
  }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace

std::optional<TimeGuess> time_of_first_series(const CsvFile& file, const std::vector<std::size_t>& ids, const ColumnGuess& columns,
                                              const std::string& time_zone) {
  const TemporaryFile one(lines_of_first_series(file, ids));
  ColumnGuess of_one = columns;  // the file has nothing but the heading and the rows, in UTF-8
  of_one.format.encoding = CsvFormat{}.encoding;
  of_one.format.skip_rows = of_one.format.skip_after_header = 0;
  try {
    TimeGuess time = guess_time(one.path(), of_one, {.time_zone = time_zone});
    return time.columns.empty() ? std::nullopt : std::optional(std::move(time));
  } catch (const LocalTimesError&) {
    throw;
  } catch (const Error&) {
    return std::nullopt;  // its times do not increase: it is not one series
  }
}

}  // namespace pipeline
