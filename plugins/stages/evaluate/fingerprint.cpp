#include "fingerprint.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <string_view>

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

/// A filled or missing target is the same, whatever stands in its place.
std::uint64_t bits_of(double value) { return std::isnan(value) ? 0 : std::bit_cast<std::uint64_t>(value); }

/// The targets of a split's rows in one series.
void add_targets(const Series& series, std::int64_t of, Split split, Hash& hash) {
  const Segment rows = series.rows_of(of, split);
  const std::size_t targets = series.info().targets.size();
  for (const double value :
       series.targets().subspan(static_cast<std::size_t>(rows.first) * targets, static_cast<std::size_t>(rows.count) * targets))
    hash.add(bits_of(value));
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

std::string fingerprint(const Windows& windows, const std::vector<Split>& splits, const OriginChoice& origins) {
  Hash hash;
  for (const std::string& target : windows.target_names()) hash.add(target);
  for (const Split split : splits) {
    hash.add(static_cast<std::uint64_t>(split));
    if (windows.series()) {
      add_windows(windows, *windows.series(), split, origins, hash);
    } else {  // made elsewhere: the file tells
      hash.add(windows.info().target_file);
      hash.add(static_cast<std::uint64_t>(windows.count(split)));
    }
  }
  return hash.text();
}

}  // namespace pipeline::stage::evaluate
