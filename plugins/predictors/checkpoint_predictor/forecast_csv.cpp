#include "forecast_csv.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

#include "pipeline/data/format.h"

namespace pipeline::predictor::checkpoint {

namespace {

constexpr std::int64_t day_ns = 86'400'000'000'000;

/// A heading as CSV holds it.
std::string quoted(const std::string& name) {
  if (name.find_first_of(",\"\r\n") == std::string::npos) return name;
  std::string out = "\"";
  for (const char c : name) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

/// More digits than float32 arithmetic can mean are noise.
std::string ten_digits(double value) {
  std::array<char, 32> text{};
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::general, 10);
  return {text.data(), end};
}

}  // namespace

ForecastCsv::ForecastCsv(std::ostream& out, const SeriesInfo& series, const PreparedInput& input)
    : out_(out),
      series_(series),
      dates_only_(series.step_ns % day_ns == 0 && std::ranges::all_of(input.time, [](std::int64_t time) { return time % day_ns == 0; })) {
  out_ << "origin,time,step";
  for (const std::string& target : series.targets) out_ << ',' << quoted(target + "_pred");
  out_ << '\n';
}

void ForecastCsv::add(std::int64_t origin, std::span<const std::int64_t> times, std::span<const double> levels) {
  const auto text = [this](std::int64_t time) { return series_.has_time ? format_time(time, dates_only_) : std::to_string(time); };
  const std::size_t targets = series_.targets.size();
  for (std::size_t h = 0; h < times.size(); ++h) {
    out_ << text(origin) << ',' << text(times[h]) << ',' << h + 1;
    for (std::size_t t = 0; t < targets; ++t) out_ << ',' << ten_digits(levels[h * targets + t]);
    out_ << '\n';
  }
}

}  // namespace pipeline::predictor::checkpoint
