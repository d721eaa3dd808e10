#include "checkpoint/panel_scales.h"

#include <algorithm>

#include <torch/types.h>

#include "pipeline/errors.h"
#include "pipeline/train/checkpoint.h"

namespace pipeline {

namespace {

template <class T>
std::span<const T> numbers_of(const State& state, const char* key, torch::ScalarType type) {
  const torch::Tensor& tensor = state.at(key).as_tensor();
  if (tensor.scalar_type() != type || !tensor.is_contiguous()) throw training_error("the scales of its series are damaged");
  return {tensor.const_data_ptr<T>(), static_cast<std::size_t>(tensor.numel())};
}

}  // namespace

PanelScales panel_scales_of(const Series& series) {
  PanelScales out;
  const std::span<const double> scale = series.panel().scale;
  const auto numbers = static_cast<std::size_t>(2 * series.columns());
  for (std::int64_t s = 0; s < series.series_count(); ++s) {
    if (series.split_end(s)[0] == series.rows_of(s).first) continue;  // without a training row its scale is not known
    out.ids.push_back(series.id(s));
    const auto of_series = scale.subspan(static_cast<std::size_t>(s) * numbers, numbers);
    out.scale.insert(out.scale.end(), of_series.begin(), of_series.end());
  }
  return out;
}

State panel_state(const Series& series) {
  if (!series.info().panel || !series.info().panel->scaled_by_series) return {};
  const PanelScales scales = panel_scales_of(series);
  std::string text;
  torch::Tensor ends = torch::empty({std::ssize(scales.ids)}, torch::kInt64);
  auto* end = ends.mutable_data_ptr<std::int64_t>();
  for (const std::string& id : scales.ids) *end++ = std::ssize(text += id);
  torch::Tensor bytes = torch::empty({std::ssize(text)}, torch::kUInt8);
  std::ranges::copy(text, bytes.mutable_data_ptr<std::uint8_t>());
  torch::Tensor numbers = torch::empty({std::ssize(scales.ids), series.columns(), 2}, torch::kDouble);
  std::ranges::copy(scales.scale, numbers.mutable_data_ptr<double>());
  return State::Map{{"ids", bytes}, {"id_ends", ends}, {"scale", numbers}};
}

PanelScales panel_scales_of(const State& state, std::size_t columns) {
  const auto text = numbers_of<std::uint8_t>(state, "ids", torch::kUInt8);
  const auto ends = numbers_of<std::int64_t>(state, "id_ends", torch::kLong);
  const auto scale = numbers_of<double>(state, "scale", torch::kDouble);
  PanelScales out;
  std::int64_t begin = 0;
  for (const std::int64_t end : ends) {
    if (end < begin || end > std::ssize(text)) throw training_error("the ids of its series are damaged");
    const auto id = text.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
    out.ids.emplace_back(id.begin(), id.end());
    begin = end;
  }
  if (scale.size() != 2 * columns * ends.size()) throw training_error("the scales of its series are damaged");
  out.scale.assign(scale.begin(), scale.end());
  return out;
}

}  // namespace pipeline
