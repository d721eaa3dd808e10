#include "attention_file.h"

#include <array>
#include <cerrno>
#include <charconv>
#include <utility>

#include "pipeline/errors.h"

namespace pipeline::stage::evaluate {

namespace {

constexpr int weight_digits = 6;

}  // namespace

AttentionFile::AttentionFile(std::filesystem::path file, const Windows& windows)
    : file_(std::move(file)), times_(windows.series()), window_(windows.info().window) {}

void AttentionFile::open() {
  out_.open(file_, std::ios::binary);
  if (!out_) throw system_failure("cannot write", file_.string(), errno);
  out_ << "origin";
  for (std::int64_t w = 0; w < window_; ++w) out_ << ',' << w + 1 - window_;
  out_ << '\n';
}

void AttentionFile::add(std::span<const std::int64_t> origins, const torch::Tensor& weights) {
  const auto batch = static_cast<std::int64_t>(origins.size());
  if (weights.dim() != 2 || weights.size(0) != batch || weights.size(1) != window_) {
    throw plugin_error("the model gives an explanation \"attention\" that is not of the shape [" + std::to_string(batch) + ", " +
                       std::to_string(window_) + "]: one weight for each row of the window");
  }
  if (!out_.is_open()) open();
  const torch::Tensor plain = weights.to(torch::kCPU, torch::kFloat).contiguous();
  const float* weight = plain.const_data_ptr<float>();
  std::array<char, 32> text{};
  std::string lines;
  for (const std::int64_t origin : origins) {
    lines += times_.at(origin);
    for (std::int64_t w = 0; w < window_; ++w) {
      const auto end = std::to_chars(text.data(), text.data() + text.size(), *weight++, std::chars_format::general, weight_digits).ptr;
      (lines += ',').append(text.data(), end);
    }
    lines += '\n';
  }
  out_ << lines;
  if (!out_) throw system_failure("cannot write", file_.string(), errno);
}

void AttentionFile::finish() {
  if (!out_.is_open()) return;
  out_.close();
  if (!out_) throw system_failure("cannot write", file_.string(), errno);
}

}  // namespace pipeline::stage::evaluate
