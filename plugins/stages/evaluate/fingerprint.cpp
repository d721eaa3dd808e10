#include "fingerprint.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string_view>

#include "pipeline/data/files.h"
#include "pipeline/errors.h"
#include "pipeline/train/series_scale.h"

namespace pipeline::stage::evaluate {

namespace {

/// The hash FNV-1a of 64 bits (Fowler, Noll and Vo).
class Hash {
 public:
  void add(std::uint64_t word) {
    for (int byte = 0; byte < 8; ++byte) add_byte(static_cast<unsigned char>(word >> (8 * byte)));
  }
  void add(std::string_view text) {
    add(text.size());
    for (const char c : text) add_byte(static_cast<unsigned char>(c));
  }
  [[nodiscard]] std::string text() const {
    std::array<char, 17> out{};
    std::snprintf(out.data(), out.size(), "%016llx", static_cast<unsigned long long>(state_));
    return out.data();
  }

 private:
  void add_byte(unsigned char byte) { state_ = (state_ ^ byte) * 1099511628211ULL; }
  std::uint64_t state_ = 14695981039346656037ULL;
};

/// The targets of a split's rows in one series. One that is filled or missing is the same, whatever stands in its place.
void add_targets(const Series& series, std::int64_t of, Split split, Hash& hash) {
  constexpr std::uint64_t not_observed = 0x7ff8'0000'0000'0001;  // the bits of no number
  const Segment rows = series.rows_of(of, split);
  const std::vector<std::int64_t>& columns = series.info().target_columns;
  for (std::int64_t row = rows.first; row < rows.first + rows.count; ++row) {
    for (std::size_t t = 0; t < columns.size(); ++t) {
      const double value = series.targets()[static_cast<std::size_t>(row) * columns.size() + t];
      const bool observed = series.observed()[static_cast<std::size_t>(row * series.columns() + columns[t])] != 0 && !std::isnan(value);
      hash.add(observed ? std::bit_cast<std::uint64_t>(value) : not_observed);
    }
  }
}

/// The content of a file.
void add_file(const std::filesystem::path& file, Hash& hash) {
  std::ifstream in(file, std::ios::binary);
  std::vector<char> part(1 << 20);
  while (in.read(part.data(), static_cast<std::streamsize>(part.size())), in.gcount() > 0)
    hash.add(std::string_view(part.data(), static_cast<std::size_t>(in.gcount())));
  if (!in.eof()) throw system_failure("cannot read", file.string(), errno);
}

void add_windows(const Windows& windows, const Series& series, Split split, const OriginChoice& origins, Hash& hash) {
  constexpr std::int64_t portion = 4096;
  const MeasuredWindows measured(windows, split, origins);
  std::int64_t last = -1;
  for (std::int64_t first = 0; first < measured.count(); first += portion) {
    for (const std::int64_t window : measured.numbers(first, std::min(portion, measured.count() - first))) {
      const std::int64_t row = windows.origin(split, window), of = series.series_of(row);
      if (of != last) {
        hash.add(series.id(of));
        hash.add(static_cast<std::uint64_t>(windows.horizon_of(of)));
        add_targets(series, of, split, hash);
        last = of;
      }
      hash.add(static_cast<std::uint64_t>(series.time()[static_cast<std::size_t>(row)]));
    }
  }
}

}  // namespace

std::string fingerprint(const Windows& windows, const std::vector<Split>& splits, const OriginChoice& origins, const MeasuredBy& by) {
  Hash hash;
  for (const double level : by.quantiles) hash.add(std::bit_cast<std::uint64_t>(level));
  for (const std::string& target : windows.target_names()) hash.add(target);
  for (const Split split : splits) {
    hash.add(static_cast<std::uint64_t>(split));
    if (windows.series()) {
      add_windows(windows, *windows.series(), split, origins, hash);
      for (const SeriesScale& scale : scales_before(split, *windows.series(), by.seasons))
        hash.add(std::bit_cast<std::uint64_t>(scale.absolute));
    } else {  // made elsewhere: the file tells
      add_file(windows.info().target_file, hash);
      hash.add(static_cast<std::uint64_t>(windows.count(split)));
    }
  }
  return hash.text();
}

}  // namespace pipeline::stage::evaluate
