#include "predictions_file.h"

#include <array>
#include <cerrno>
#include <charconv>
#include <utility>

#include "pipeline/data/files.h"
#include "pipeline/errors.h"

namespace pipeline::stage::evaluate {

namespace {

constexpr std::size_t flush_at = 1 << 20;
constexpr int forecast_digits = 10;

/// A heading as CSV holds it.
std::string quoted(const std::string& name) {
  if (name.find_first_of(",\"\r\n") == std::string::npos) return name;
  std::string out = "\"";
  for (const char c : name) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

}  // namespace

PredictionsFile::PredictionsFile(std::filesystem::path file, const Windows& windows, bool last_step_only)
    : file_(std::move(file)),
      out_(file_, std::ios::binary),
      series_(windows.series()),
      horizon_(windows.info().horizon),
      targets_(static_cast<std::int64_t>(windows.target_names().size())),
      last_step_only_(last_step_only),
      times_(series_) {
  if (!out_) throw system_failure("cannot write", file_.string(), errno);
  buffer_ = "origin,time,step";
  for (const std::string& target : windows.target_names()) {
    buffer_ += "," + quoted(target) + "," + quoted(target + "_pred");
    if (series_) buffer_ += "," + quoted(target + "_naive");
  }
  buffer_ += '\n';
}

void PredictionsFile::add_rows(std::span<const std::int64_t> origins, const LevelBatch& levels, const torch::Tensor& weight) {
  const torch::Tensor weights = weight.defined() ? weight.to(torch::kDouble).contiguous() : weight;
  const double* counts = weights.defined() ? weights.const_data_ptr<double>() : nullptr;
  const double* truth = levels.truth.const_data_ptr<double>();
  const double* forecast = levels.forecast.const_data_ptr<double>();
  const double* naive = levels.naive.const_data_ptr<double>();
  for (std::size_t b = 0; b < origins.size(); ++b) {
    const std::int64_t at = static_cast<std::int64_t>(b) * horizon_ * targets_, origin = origins[b];
    add_steps(
        times_.at(origin), [&](std::int64_t step) { return times_.at(origin + step); }, truth + at, forecast + at, naive + at,
        counts ? counts + at : nullptr);
  }
}

void PredictionsFile::add_windows(std::span<const std::int64_t> indices, const torch::Tensor& forecast, const torch::Tensor& truth) {
  const torch::Tensor predicted = forecast.contiguous(), actual = truth.contiguous();
  for (std::size_t b = 0; b < indices.size(); ++b) {
    const std::int64_t at = static_cast<std::int64_t>(b) * horizon_ * targets_, window = indices[b];
    add_steps(
        std::to_string(window), [&](std::int64_t step) { return std::to_string(window + step); }, actual.const_data_ptr<double>() + at,
        predicted.const_data_ptr<double>() + at, nullptr, nullptr);
  }
}

void PredictionsFile::add_steps(std::string_view origin, const auto& time_of_step, const double* truth, const double* forecast,
                                const double* naive, const double* weight) {
  for (std::int64_t h = last_step_only_ ? horizon_ - 1 : 0; h < horizon_; ++h) {
    buffer_ += origin;
    (buffer_ += ',') += time_of_step(h + 1);
    (buffer_ += ',') += std::to_string(h + 1);
    for (std::int64_t t = 0; t < targets_; ++t) {
      const std::int64_t i = h * targets_ + t;
      if (weight && weight[i] == 0) {
        buffer_ += ',';  // no truth: it was filled in
      } else {
        number(truth[i]);
      }
      rounded(forecast[i]);
      if (naive) number(naive[i]);
    }
    buffer_ += '\n';
  }
  if (buffer_.size() >= flush_at) flush();
}

void PredictionsFile::number(double value) {
  std::array<char, 32> text{};
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value);
  (buffer_ += ',').append(text.data(), end);
}

void PredictionsFile::rounded(double value) {
  std::array<char, 32> text{};
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::general, forecast_digits);
  (buffer_ += ',').append(text.data(), end);
}

void PredictionsFile::flush() {
  out_.write(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
  buffer_.clear();
  if (!out_) throw system_failure("cannot write", file_.string(), errno);
}

void PredictionsFile::finish() {
  flush();
  out_.close();
  if (!out_) throw system_failure("cannot write", file_.string(), errno);
}

}  // namespace pipeline::stage::evaluate
