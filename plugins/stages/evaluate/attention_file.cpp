#include "attention_file.h"

#include <cerrno>
#include <utility>

#include "pipeline/data/csv.h"
#include "pipeline/errors.h"

namespace pipeline::stage::evaluate {

AttentionFile::AttentionFile(std::filesystem::path file, const Windows& windows)
    : file_(std::move(file)),
      times_(windows.series()),
      window_(windows.info().window),
      panel_(windows.series() && windows.series()->info().panel ? windows.series() : nullptr) {}

void AttentionFile::open() {
  out_.open(file_, std::ios::binary);
  if (!out_) throw system_failure("cannot write", file_.string(), errno);
  if (panel_) out_ << csv_field(panel_->info().panel->series_column) << ',';
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
  const torch::Tensor plain = weights.to(torch::kCPU, torch::kDouble).contiguous();
  const double* weight = plain.const_data_ptr<double>();
  std::string lines;
  for (const std::int64_t origin : origins) {
    if (panel_) (lines += csv_field(panel_->id(panel_->series_of(origin)))) += ',';
    lines += times_.at(origin);
    for (std::int64_t w = 0; w < window_; ++w) append_csv_number(lines, *weight++);
    lines += '\n';
  }
  out_ << lines;
  if (!out_) throw system_failure("cannot write", file_.string(), errno);
}

bool AttentionFile::finish() {
  if (!out_.is_open()) return false;
  out_.close();
  if (!out_) throw system_failure("cannot write", file_.string(), errno);
  return true;
}

}  // namespace pipeline::stage::evaluate
