#include "data/csv_files.h"

#include <algorithm>

#include "pipeline/errors.h"

namespace pipeline {

CsvFiles::CsvFiles(std::span<const std::filesystem::path> paths, const CsvFormat& format) {
  for (const std::filesystem::path& path : paths) files_.emplace_back(path, format);
  for (const CsvFile& file : files_) {
    if (const std::string difference = heading_difference(first(), file); !difference.empty()) throw data_error(difference);
  }
}

std::size_t CsvFiles::size() const {
  std::size_t bytes = 0;
  for (const CsvFile& file : files_) bytes += file.size();
  return bytes;
}

void CsvFiles::require_unchanged() const {
  for (const CsvFile& file : files_) file.require_unchanged();
}

std::string heading_difference(const CsvFile& first, const CsvFile& other) {
  const auto [ours, theirs] = std::ranges::mismatch(first.names(), other.names());
  if (ours == first.names().end() && theirs == other.names().end()) return {};
  const auto text = [](auto at, const CsvFile& file) { return at == file.names().end() ? "absent" : "\"" + *at + "\""; };
  return other.path().string() + ": column " + std::to_string(ours - first.names().begin() + 1) + " is " + text(theirs, other) + ", and " +
         text(ours, first) + " in " + first.path().string() + "; files of one source must have the same heading";
}

CsvFilesReader::CsvFilesReader(const CsvFiles& files, std::span<const std::size_t> numbers, std::span<const std::size_t> texts)
    : files_(files), numbers_(numbers.begin(), numbers.end()), texts_(texts.begin(), texts.end()) {
  reader_.emplace(files_.all()[0], numbers_, texts_);
}

bool CsvFilesReader::next(double* numbers) {
  while (!reader_->next(numbers)) {
    require_same_units();
    if (at_ + 1 == files_.all().size()) return false;
    before_ += reader_->file().size();
    empty_rows_ += reader_->empty_rows();
    reader_.emplace(files_.all()[++at_], numbers_, texts_);
  }
  return true;
}

void CsvFilesReader::require_same_units() {
  std::vector<std::string> units(reader_->units().begin(), reader_->units().end());
  units.resize(files_.first().names().size());
  if (at_ == 0) units_ = units;
  for (std::size_t column = 0; column < units.size(); ++column) {
    std::string& known = units_[column];
    if (!units[column].empty() && !known.empty() && units[column] != known) {
      throw data_error(reader_->file().path().string() + ": column \"" + files_.first().names()[column] + "\" is in " + units[column] +
                       ", and in the files before in " + known + "; write a column in one unit");
    }
    if (known.empty() && units[column] != "%") known = units[column];
    if (units[column] == units_[column] || (units[column] != "%" && units_[column] != "%")) continue;
    const bool here = units[column] == "%";
    // Zeros and empty cells have no unit: a file of nothing else fits all others.
    const std::span<const CsvFile> bare = here ? files_.all().first(at_) : files_.all().subspan(at_, 1);
    const bool fits = std::ranges::all_of(bare, [&](const CsvFile& file) { return CsvReader::place_without_unit(file, column).empty(); });
    if (fits) {
      known = "%";
      continue;
    }
    throw data_error(reader_->file().path().string() + ": column \"" + files_.first().names()[column] + "\" has " + (here ? "" : "no ") +
                     "numbers in %, and " + (here ? "none" : "some") + " in " + files_.first().path().string() +
                     "; write a column in one unit");
  }
}

}  // namespace pipeline
